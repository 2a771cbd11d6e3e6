"""Duties: who owes a report on what, and how each stands."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.plan.model import Activity, Plan
from tracker.progress import ANSWERED, DutyState, UpdateStatus
from tracker.store.tables import Duty, Period, Update

WITHIN_YEAR = ("month", "quarter", "half", "nine-months")
"""Kinds of periods of which a year has several."""
OF_PERIOD = (
    sa.select(Duty)
    .where(Duty.period_id == sa.bindparam("period"), Duty.state != DutyState.WITHDRAWN)
    .order_by(Duty.id)
)
OF_AGENCIES = OF_PERIOD.where(Duty.agency_id.in_(sa.bindparam("agencies", expanding=True)))
NEWEST = sa.select(sa.func.max(Update.revision)).where(Update.duty_id == Duty.id).correlate(Duty).scalar_subquery()
ACCEPTED = (
    sa.select(Duty.activity_id, Duty.agency_id, Period.years, Update.status)
    .join(Period, sa.and_(Period.id == Duty.period_id, Period.plan_id == sa.bindparam("plan")))
    .join(Update, sa.and_(Update.duty_id == Duty.id, Update.revision == NEWEST))
    .where(
        Duty.period_id.is_distinct_from(sa.bindparam("period", type_=sa.Integer)), Duty.state == DutyState.ACCEPTED
    )
)
ON_ACTIVITIES = OF_PERIOD.where(Duty.activity_id.in_(sa.bindparam("activities", expanding=True)))
"""Statements of the pages are built once: building one takes longer than running it."""


@dataclass(frozen=True, slots=True, order=True)
class Asked:
    """What a period asks under a plan: one report of one agency on one activity, and by when."""

    activity_id: str
    agency_id: str
    due: date


def asked(plan: Plan, period: Period) -> Iterator[Asked]:
    """Yield what `period` asks under `plan`, in the plan's order: of each row one report of each lead. Pure."""
    for activity in plan.rows:
        if not _asks(plan, period, activity):
            continue
        own = activity.due if activity.due and period.opens <= activity.due <= period.closes else None
        for agency in plan.leads_of(activity):
            if not period.agencies or agency in period.agencies:
                yield Asked(activity.id, agency, own or period.due)


def _asks(plan: Plan, period: Period, activity: Activity) -> bool:
    """Say whether `period` asks about `activity` at all.

    What has a deadline is asked about from its first year on, until it is done; else its years decide. Tasks
    beside the matrix are asked about once a year, not within it.
    """
    if period.activities:
        return activity.id in period.activities and bool(set(activity.years) & set(period.years))
    if plan.is_apart(activity.id) and period.kind in WITHIN_YEAR:
        return False
    if set(activity.years) & set(period.years):
        return True
    return plan.deadline_of(activity) is not None and min(activity.years) <= max(period.years)


def finished_before(session: Session, plan: Plan, period: Period) -> set[tuple[str, str]]:
    """Return what was reported as done and accepted in another period, so that `period` need not ask again.

    What a plan asks every year is done only for the years that the other period was about; what has a deadline is
    done for good.
    """
    accepted = session.execute(ACCEPTED, {"period": period.id, "plan": period.plan_id}).tuples()
    return {
        (activity_id, agency_id)
        for activity_id, agency_id, years, status in accepted
        if status is UpdateStatus.DONE
        and activity_id in plan.by_id
        and (set(years) >= set(period.years) or plan.deadline_of(plan.by_id[activity_id]) is not None)
    }


def asks_something(session: Session, plan: Plan, period: Period) -> bool:
    """Say whether `period`, which is not kept yet, asks for anything that is not finished."""
    done = finished_before(session, plan, period)
    return any((each.activity_id, each.agency_id) not in done for each in asked(plan, period))


def sync_duties(session: Session, plan: Plan, period: Period) -> int:
    """Make the duties of `period` what `plan` asks; return how many are asked.

    What is no longer asked is withdrawn, never deleted: its updates stay. What is asked again comes back as it
    stood, but what had been accepted is to be looked at anew. What was done in another period is asked only where
    it was answered here already.
    """
    wanted = {(a.activity_id, a.agency_id): a for a in asked(plan, period)}
    kept = session.scalars(sa.select(Duty).where(Duty.period_id == period.id)).all()
    spoken = (*ANSWERED, DutyState.RETURNED)
    answered_here = {(duty.activity_id, duty.agency_id) for duty in kept if duty.state in spoken}
    for done in finished_before(session, plan, period) - answered_here:
        wanted.pop(done, None)
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
    rank = {activity.id: number for number, activity in enumerate(plan.rows)}
    return sorted(duties, key=lambda duty: (rank.get(duty.activity_id, len(rank)), duty.id))


def answered(duties: Collection[Duty]) -> list[Duty]:
    """Return those of `duties` that were answered."""
    return [duty for duty in duties if duty.state in ANSWERED]
