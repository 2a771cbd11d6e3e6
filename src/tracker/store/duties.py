"""Duties: who owes a report on what, and how each stands."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.plan.model import Plan
from tracker.progress import ANSWERED, DutyState
from tracker.store.tables import Duty, Period, Update

OF_PERIOD = (
    sa.select(Duty)
    .where(Duty.period_id == sa.bindparam("period"), Duty.state != DutyState.WITHDRAWN)
    .order_by(Duty.id)
)
OF_AGENCIES = OF_PERIOD.where(Duty.agency_id.in_(sa.bindparam("agencies", expanding=True)))
ON_ACTIVITIES = OF_PERIOD.where(Duty.activity_id.in_(sa.bindparam("activities", expanding=True)))
"""Statements of the pages are built once: building one takes longer than running it."""


@dataclass(frozen=True, slots=True, order=True)
class Asked:
    """What a period asks under a plan: one report of one agency on one activity, and by when."""

    activity_id: str
    agency_id: str
    due: date


def asked(plan: Plan, period: Period) -> Iterator[Asked]:
    """Yield what `period` asks under `plan`, in the plan's order; last what localities report. Pure."""
    for activity in plan.activities:
        if not set(activity.years) & set(period.years):
            continue
        if period.activities and activity.id not in period.activities:
            continue
        if period.agencies and activity.lead not in period.agencies:
            continue
        own = activity.due if activity.due and period.opens <= activity.due <= period.closes else None
        yield Asked(activity.id, activity.lead, own or period.due)
    area = plan.reporting.area_report
    if area is not None and (not period.activities or area.id in period.activities):
        for agency in plan.members(area.by):
            if not period.agencies or agency in period.agencies:
                yield Asked(area.id, agency, period.due)


def sync_duties(session: Session, plan: Plan, period: Period) -> int:
    """Make the duties of `period` what `plan` asks; return how many are asked.

    What is no longer asked is withdrawn, never deleted: its updates stay. What is asked again comes back as it
    stood, but what had been accepted is to be looked at anew.
    """
    wanted = {(a.activity_id, a.agency_id): a for a in asked(plan, period)}
    kept = session.scalars(sa.select(Duty).where(Duty.period_id == period.id)).all()
    for duty in kept:
        want = wanted.pop((duty.activity_id, duty.agency_id), None)
        if want is None:
            duty.state = DutyState.WITHDRAWN
            continue
        duty.due = want.due
        if duty.state is DutyState.WITHDRAWN:
            told = session.scalar(sa.select(Update.id).where(Update.duty_id == duty.id).limit(1))
            returned = duty.comment is not None
            duty.state = DutyState.RETURNED if returned else DutyState.SUBMITTED if told else DutyState.EXPECTED
    fresh = [
        Duty(
            period_id=period.id,
            activity_id=a.activity_id,
            agency_id=a.agency_id,
            due=a.due,
            state=DutyState.EXPECTED,
        )
        for a in wanted.values()
    ]
    session.add_all(fresh)
    session.flush()
    return sum(duty.state is not DutyState.WITHDRAWN for duty in kept) + len(fresh)


def duties_of(session: Session, period: Period, agencies: Collection[str] | None = None) -> Sequence[Duty]:
    """Return the duties of `period` that were not withdrawn, of `agencies` only where given."""
    if agencies is None:
        return session.scalars(OF_PERIOD, {"period": period.id}).all()
    return session.scalars(OF_AGENCIES, {"period": period.id, "agencies": list(agencies)}).all()


def duties_on(session: Session, period: Period, activities: Collection[str]) -> Sequence[Duty]:
    """Return the duties of `period` on `activities` that were not withdrawn."""
    return session.scalars(ON_ACTIVITIES, {"period": period.id, "activities": list(activities)}).all()


def hold_duties(session: Session, ids: Collection[int]) -> dict[int, Duty]:
    """Return the duties called `ids`, as they are now and stay until this transaction ends, by id.

    What is read after it about their updates stays true as well: whoever answers holds them first.
    """
    held = sa.select(Duty).where(Duty.id.in_(ids)).order_by(Duty.id).with_for_update()
    return {duty.id: duty for duty in session.scalars(held.execution_options(populate_existing=True))}


def plan_order(plan: Plan, duties: Collection[Duty]) -> list[Duty]:
    """Return `duties` in the order in which the plan prints their activities."""
    rank = {activity.id: number for number, activity in enumerate(plan.activities)}
    return sorted(duties, key=lambda duty: (rank.get(duty.activity_id, len(rank)), duty.id))


def answered(duties: Collection[Duty]) -> list[Duty]:
    """Return those of `duties` that were answered."""
    return [duty for duty in duties if duty.state in ANSWERED]
