"""Reminders held back by a coordinator, until a day and for a reason."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.errors import BadInput
from tracker.plan.model import Plan
from tracker.store.journal import note
from tracker.store.tables import Pause


def running_pauses(session: Session, today: date) -> Sequence[Pause]:
    """Return the pauses that hold reminders back on `today`."""
    running = sa.select(Pause).where(Pause.until >= today, Pause.lifted_at.is_(None))
    return session.scalars(running.order_by(Pause.id)).all()


def pause_reminders(
    session: Session,
    plan: Plan,
    agency: str,
    activity: str | None,
    until: date,
    reason: str,
    who: str,
    now: datetime,
) -> Pause:
    """Hold reminders to `agency` back up to and on the day `until`, about one `activity` or (None) about all.

    Raises BadInput for an agency or activity the plan does not have, or no reason.
    """
    agency_id = plan.find_agency(agency).id
    if activity is not None and activity not in plan.by_id:
        raise BadInput(f'không có hoạt động "{activity}"; xem số hoạt động trong activities.yaml')
    if not reason.strip():
        raise BadInput("chưa ghi lý do tạm dừng nhắc; thêm --reason")
    pause = Pause(
        agency_id=agency_id,
        activity_id=activity,
        until=until,
        reason=reason.strip(),
        paused_by=who,
        paused_at=now,
    )
    session.add(pause)
    session.flush()
    note(session, now, who, "paused reminders", agency_id, activity=activity, until=str(until), reason=reason)
    return pause


def resume_reminders(session: Session, plan: Plan, agency: str, today: date, who: str, now: datetime) -> int:
    """End every pause of `agency`; return how many. Raises BadInput where there is none."""
    agency_id = plan.find_agency(agency).id
    ended = [pause for pause in running_pauses(session, today) if pause.agency_id == agency_id]
    if not ended:
        raise BadInput(f"{plan.agencies[agency_id].short}: hiện không tạm dừng nhắc")
    for pause in ended:
        pause.lifted_at = now
    note(session, now, who, "resumed reminders", agency_id, pauses=[pause.id for pause in ended])
    return len(ended)


def pause_lines(plan: Plan, pauses: Sequence[Pause]) -> list[str]:
    """Return a Vietnamese line for each of `pauses`."""
    lines = []
    for pause in pauses:
        agency = plan.agencies.get(pause.agency_id)
        what = f", hoạt động {pause.activity_id}" if pause.activity_id else ""
        named = agency.short if agency else pause.agency_id
        lines.append(f"{named}{what}: tạm dừng nhắc đến hết {pause.until:%d/%m/%Y} ({pause.reason})")
    return lines
