"""What goes wrong with the service itself, told to the coordinator by letter and chat channel, once a day."""

import sqlalchemy as sa

from tracker.case import open_coordinators_case
from tracker.letters.queue import queue_letter
from tracker.settings import Settings
from tracker.store.completions import NAMES, late_flows
from tracker.store.engine import reading, writing
from tracker.store.tables import Period

TROUBLE = {
    "failed": "không hoàn thành",
    "crashed": "bị dừng giữa chừng",
    "cancelled": "bị hủy",
    "late": "quá giờ mà chưa hoàn thành",
}
MOST_DETAIL = 1000
"""Characters of an error's own words that a letter repeats."""


def queue_service_fault(engine: sa.Engine, settings: Settings, flow: str, trouble: str, detail: str = "") -> bool:
    """Queue a letter about `trouble` (a key of TROUBLE) of `flow`; say whether one was queued.

    One for each flow, trouble and day. None where the store has no period yet, to which every letter belongs.
    """
    with writing(engine) as session:
        period = session.scalar(sa.select(Period).order_by(Period.due.desc(), Period.id).limit(1))
        if period is None:
            return False
        case = open_coordinators_case(session, settings, period)
        facts = {
            "day": case.today,
            "work": NAMES[flow],
            "trouble": TROUBLE[trouble],
            "detail": detail[:MOST_DETAIL].strip(),
        }
        key = f"service-fault:{flow}:{trouble}:{case.today}"
        return queue_letter(case, "service_fault", key, facts, linked=False) is not None


def queue_late_flows(engine: sa.Engine, settings: Settings) -> int:
    """Queue a letter about each flow that has not completed in its time; return how many were queued."""
    with reading(engine) as session:
        late = late_flows(session)
    details = {flow: f"Lần hoàn thành gần nhất: {at:%d/%m/%Y %H:%M} (UTC)." for flow, at in late.items()}
    return sum(queue_service_fault(engine, settings, flow, "late", text) for flow, text in details.items())
