"""Reminders held back by a coordinator, until a day and for a reason."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.errors import BadInput, nearest
from tracker.plan.document import THE_ONE
from tracker.plan.model import Plan
from tracker.settings import ZONE
from tracker.store.journal import note
from tracker.store.plans import plans_with
from tracker.store.tables import Pause


def running_pauses(session: Session, today: date, plan_id: str) -> Sequence[Pause]:
    """Return the pauses that hold reminders of a plan back on `today`."""
    running = sa.select(Pause).where(Pause.plan_id == plan_id, Pause.until >= today, Pause.lifted_at.is_(None))
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
    """Hold the plan's reminders to `agency` back up to and on `until`, about one `activity` or (None) about all.

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
        plan_id=plan.plan.plan_id,
        agency_id=agency_id,
        activity_id=activity,
        until=until,
        reason=reason,
        paused_by=who,
        paused_at=now,
    )
    session.add(pause)
    session.flush()
    detail = {"activity": activity, "until": str(until), "reason": reason}
    note(session, now, who, "paused reminders", _about(plan, agency_id), **detail)
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
    """End every pause of `agency` in the plan; return how many. Raises BadInput where there is none."""
    agency_id = plan.find_agency(agency).id
    running = running_pauses(session, today, plan.plan.plan_id)
    ended = [pause for pause in running if pause.agency_id == agency_id]
    if not ended:
        raise BadInput(f"{plan.agencies[agency_id].short}: hiện không tạm dừng nhắc")
    for pause in ended:
        pause.lifted_at = now
    note(session, now, who, "resumed reminders", _about(plan, agency_id), pauses=[pause.id for pause in ended])
    return len(ended)


def pause_in_all_plans(
    session: Session,
    agency: str,
    activity: str | None,
    until: date | None,
    reason: str | None,
    who: str,
    now: datetime,
) -> None:
    """Hold reminders back as `pause_reminders` does, in each plan that has `agency` (and the activity).

    Raises BadInput where that can be done in none, with the faults of the first.
    """
    plans = plans_with(session, agency)
    _in_all(plans, lambda plan: pause_reminders(session, plan, agency, activity, until, reason, who, now))


def resume_in_all_plans(session: Session, agency: str, today: date, who: str, now: datetime) -> None:
    """End every pause of `agency` in all plans that have it; raises BadInput where there is none."""
    _in_all(plans_with(session, agency), lambda plan: resume_reminders(session, plan, agency, today, who, now))


def _in_all(plans: Sequence[Plan], do: Callable[[Plan], object]) -> None:
    """Do it in each of `plans` that lets it be done; raises the first's BadInput where none does."""
    faults = []
    for plan in plans:
        try:
            do(plan)
        except BadInput as error:
            faults.append(error)
    if len(faults) == len(plans):
        raise faults[0]


def pause_lines(plan: Plan, pauses: Sequence[Pause]) -> list[str]:
    """Return a Vietnamese line for each of `pauses`."""
    lines = []
    for pause in pauses:
        agency = plan.agencies.get(pause.agency_id)
        what = f", hoạt động {pause.activity_id}" if pause.activity_id else ""
        named = agency.short if agency else pause.agency_id
        lines.append(f"{named}{what}: tạm dừng nhắc đến hết {pause.until:%d/%m/%Y} ({pause.reason})")
    return lines


def _about(plan: Plan, agency_id: str) -> str:
    """Return what the journal calls an agency of `plan`, as it calls the plan's periods."""
    plan_id = plan.plan.plan_id
    return agency_id if plan_id == THE_ONE else f"{plan_id}@{agency_id}"
