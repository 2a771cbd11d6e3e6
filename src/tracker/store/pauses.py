"""Reminders held back by a coordinator, until a day and for a reason."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.errors import BadInput, nearest
from tracker.plan.model import Plan
from tracker.settings import ZONE
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
    until: date | None,
    reason: str | None,
    who: str,
    now: datetime,
) -> Pause:
    """Hold reminders to `agency` back up to and on the day `until`, about one `activity` or (None) about all.

    Raises BadInput naming every fault: no such agency or activity, one the agency does not answer for, a day that
    is missing or over, no reason.
    """
    agency_id = plan.find_agency(agency).id
    today = now.astimezone(ZONE).date()
    reason = (reason or "").strip()
    wrong = [fault] if activity and (fault := _not_theirs(plan, activity, agency_id, today, until)) else []
    if until is None:
        wrong.append("chưa ghi ngày cuối tạm dừng; thêm --until NĂM-THÁNG-NGÀY")
    elif until < today:
        wrong.append(f"ngày {until:%d/%m/%Y} đã qua; chọn ngày từ hôm nay trở đi")
    if not reason:
        wrong.append("chưa ghi lý do tạm dừng; thêm --reason")
    if wrong or until is None:
        raise BadInput("\n".join(wrong))
    pause = Pause(
        agency_id=agency_id,
        activity_id=activity,
        until=until,
        reason=reason,
        paused_by=who,
        paused_at=now,
    )
    session.add(pause)
    session.flush()
    note(session, now, who, "paused reminders", agency_id, activity=activity, until=str(until), reason=reason)
    return pause


def _not_theirs(plan: Plan, activity: str, agency_id: str, today: date, until: date | None) -> str | None:
    """Return why nobody would remind the agency of `activity` before `until`, or None where somebody might."""
    if activity not in plan.by_id:
        return f'không có hoạt động "{activity}"; {nearest(activity, plan.by_id)}'
    asked = plan.leads_of(plan.by_id[activity])
    if agency_id in {
        holder
        for one in asked
        for holder in (one, plan.holder(one, today).id, plan.holder(one, until or today).id)
    }:
        return None
    leads = ", ".join(plan.agencies[one].short for one in asked)
    short = plan.agencies[agency_id].short
    return f"{activity}: {short} không phải báo cáo hoạt động này; cơ quan chủ trì là {leads}"


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
