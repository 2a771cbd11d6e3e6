"""Parts: what coordinating agencies added to a lead's activity, revision upon revision."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.progress import DutyState
from tracker.store.tables import Contribution, Duty, Period

WITH_CONTRIBUTIONS = (
    sa.select(Duty, Contribution)
    .outerjoin(Contribution, Contribution.duty_id == Duty.id)
    .where(
        Duty.period_id == sa.bindparam("period"),
        Duty.activity_id.in_(sa.bindparam("activities", expanding=True)),
        Duty.state != DutyState.WITHDRAWN,
    )
    .order_by(Duty.id, Contribution.id)
)


def duties_with_contributions(
    session: Session, period: Period, activities: Collection[str]
) -> list[tuple[Duty, Sequence[Contribution]]]:
    """Return the duties of `period` on `activities` that were not withdrawn, each with what was added to it."""
    found: dict[int, tuple[Duty, list[Contribution]]] = {}
    for duty, part in session.execute(WITH_CONTRIBUTIONS, {"period": period.id, "activities": sorted(activities)}):
        parts = found.setdefault(duty.id, (duty, []))[1]
        if part is not None:
            parts.append(part)
    return list(found.values())


def count_contributions(session: Session, duty_ids: Collection[int]) -> dict[int, int]:
    """Return how many revisions were added to each of the duties called `duty_ids` that has any, by duty id."""
    counted = sa.select(Contribution.duty_id, sa.func.count(Contribution.id)).where(
        Contribution.duty_id.in_(duty_ids)
    )
    return dict(session.execute(counted.group_by(Contribution.duty_id)).tuples().all())


def contributions_of(session: Session, period: Period) -> dict[int, list[Contribution]]:
    """Return every part that was said in `period`, by duty id, in the order they came."""
    found: dict[int, list[Contribution]] = {}
    said = sa.select(Contribution).join(Duty, Duty.id == Contribution.duty_id).where(Duty.period_id == period.id)
    for part in session.scalars(said.order_by(Contribution.id)):
        found.setdefault(part.duty_id, []).append(part)
    return found
