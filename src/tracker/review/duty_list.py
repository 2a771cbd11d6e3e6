"""The duties of open periods, chosen by what a coordinator asks: the list behind every number of the desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.calendar import WorkingDays
from tracker.plan.model import Activity, Agency, Plan
from tracker.progress import ANSWERED, OWED, DutyState
from tracker.store.tables import Duty, Period

A_PAGE = 100
"""Duties on one page of the list."""
CHOICES = {
    "": "mọi trạng thái",
    "con-no": "còn thiếu",
    "qua-han": "quá hạn",
    "cho-duyet": "chờ duyệt",
    "tra-lai": "bị trả lại",
    "da-duyet": "đã duyệt",
    "da-bao-cao": "đã báo cáo",
}
"""What can be asked for, as an address says it, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for; what is empty chooses nothing out."""

    period: str = ""
    """A period's code."""
    agency: str = ""
    """Who answers today."""
    area: str = ""
    state: str = ""
    """A key of CHOICES."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One duty with all that its line says."""

    duty: Duty
    period: Period
    activity: Activity
    agency: Agency
    """Who answers today."""
    days_late: int
    """Working days; 0 where nothing is owed or it is not due."""


def list_duties(
    session: Session, plan: Plan, today: date, wanted: Wanted, page: int | None = 1
) -> tuple[int, list[Listed]]:
    """Return how many duties are `wanted`, and those of one `page` (from 1), or all where that is None."""
    conditions = _conditions(plan, today, wanted)
    joined = sa.select(Duty, Period).join(Period, Period.id == Duty.period_id).where(*conditions)
    count = session.scalars(sa.select(sa.func.count()).select_from(joined.subquery())).one()
    chosen = joined.order_by(Period.due, Duty.due, Duty.id)
    if page is not None:
        chosen = chosen.limit(A_PAGE).offset(A_PAGE * (page - 1))
    office = WorkingDays(plan.reporting.calendar)
    found = []
    for duty, period in session.execute(chosen):
        late = duty.state in OWED and duty.due < today
        found.append(
            Listed(
                duty=duty,
                period=period,
                activity=plan.by_id[duty.activity_id],
                agency=plan.holder(duty.agency_id, today),
                days_late=office.between(duty.due, today) if late else 0,
            )
        )
    return count, found


def _conditions(plan: Plan, today: date, wanted: Wanted) -> Sequence[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [
        Period.plan_id == plan.plan.plan_id,
        Duty.state != DutyState.WITHDRAWN,
        Duty.activity_id.in_(_activities(plan, wanted.area)),
        Duty.agency_id.in_(_agencies(plan, today, wanted.agency)),
    ]
    if wanted.period:
        conditions.append(Period.code == wanted.period)
    else:
        conditions += [Period.opens <= today, Period.closes >= today]
    states = {
        "con-no": OWED,
        "qua-han": OWED,
        "cho-duyet": {DutyState.SUBMITTED},
        "tra-lai": {DutyState.RETURNED},
        "da-duyet": {DutyState.ACCEPTED},
        "da-bao-cao": ANSWERED,
    }
    if wanted.state in states:
        conditions.append(Duty.state.in_(states[wanted.state]))
    if wanted.state == "qua-han":
        conditions.append(Duty.due < today)
    return conditions


def _activities(plan: Plan, area: str) -> list[str]:
    return [activity.id for activity in plan.by_id.values() if area in ("", activity.content)]


def _agencies(plan: Plan, today: date, holder: str) -> list[str]:
    return [one for one in plan.agencies if holder == "" or plan.holder(one, today).id == holder]
