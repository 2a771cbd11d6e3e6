"""Which flows run on a schedule, and when each last completed.

Times are the real clock's, also where a day is pretended: a schedule knows no other.
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.store.tables import Completion, Letter

NAMES = {"remind": "nhắc việc", "collect": "thu nhận báo cáo", "report": "tổng hợp báo cáo"}
"""What officials call each flow."""
IN_TIME = {"remind": timedelta(hours=26), "collect": timedelta(hours=1), "report": timedelta(hours=26)}
"""How long a flow may go without completing: its interval, and as much again as a slow run may take."""
MOST_WAITING = timedelta(hours=2)
"""How long a letter may wait after its time has come; the collect flow sends every quarter of an hour."""


def expect_flow(session: Session, flow: str) -> None:
    """Record that a service runs `flow` on its schedule from now on; changes nothing where one did before."""
    if session.get(Completion, flow) is None:
        session.add(Completion(flow=flow, expected_since=datetime.now(UTC), completed_at=None))


def record_completion(session: Session, flow: str) -> None:
    """Record that a scheduled run of `flow` has completed now."""
    expect_flow(session, flow)
    session.flush()
    done = sa.update(Completion).where(Completion.flow == flow)
    session.execute(done.values(completed_at=datetime.now(UTC)))


def late_flows(session: Session) -> dict[str, datetime]:
    """Return the flows that did not complete in their time, each with when it last did or was first expected."""
    now = datetime.now(UTC)
    rows = session.scalars(sa.select(Completion).order_by(Completion.flow))
    last = {row.flow: row.completed_at or row.expected_since for row in rows}
    return {flow: at for flow, at in last.items() if flow in IN_TIME and now - at > IN_TIME[flow]}


def letters_waiting_too_long(session: Session, now: datetime) -> int:
    """Return how many letters wait though they should have left MOST_WAITING before `now`."""
    waiting = Letter.state.in_(["queued", "sending"]) & (Letter.try_at < now - MOST_WAITING)
    return session.scalar(sa.select(sa.func.count()).select_from(Letter).where(waiting)) or 0
