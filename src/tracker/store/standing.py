"""The standing of a period, by agency and by content area."""

from collections import Counter
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.plan.model import Plan
from tracker.progress import Standing, counted_standing, standing_by
from tracker.store.duties import duties_of, plan_order
from tracker.store.tables import Duty, Period


def standing_of_period(session: Session, period: Period) -> Standing:
    """Return the standing of `period`; the database counts, however many duties there are."""
    counted = sa.select(Duty.state, sa.func.count()).where(Duty.period_id == period.id).group_by(Duty.state)
    return counted_standing(Counter(dict(session.execute(counted).tuples().all())))


def standing_by_agency(session: Session, plan: Plan, period: Period, today: date) -> dict[str, Standing]:
    """Return the standing of each agency that answers in `period`, by its short name, in the plan's order."""
    duties = plan_order(plan, duties_of(session, period))
    return standing_by((plan.holder(duty.agency_id, today).short, duty.state) for duty in duties)


def standing_by_area(session: Session, plan: Plan, period: Period) -> dict[str, Standing]:
    """Return the standing of each content area in `period`, by its title, in the plan's order."""
    areas = {row_id: plan.area(activity.content) for row_id, activity in plan.by_id.items()}
    duties = plan_order(plan, duties_of(session, period))
    return standing_by((f"{areas[d.activity_id].id}. {areas[d.activity_id].title}", d.state) for d in duties)
