"""Parts: what coordinating agencies added to a lead's activity, revision upon revision."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.progress import DutyState
from tracker.store.tables import Duty, Part, Period

WITH_PARTS = (
    sa.select(Duty, Part)
    .outerjoin(Part, Part.duty_id == Duty.id)
    .where(
        Duty.period_id == sa.bindparam("period"),
        Duty.activity_id.in_(sa.bindparam("activities", expanding=True)),
        Duty.state != DutyState.WITHDRAWN,
    )
    .order_by(Duty.id, Part.id)
)


def duties_with_parts(
    session: Session, period: Period, activities: Collection[str]
) -> list[tuple[Duty, Sequence[Part]]]:
    """Return the duties of `period` on `activities` that were not withdrawn, each with what was added to it."""
    found: dict[int, tuple[Duty, list[Part]]] = {}
    for duty, part in session.execute(WITH_PARTS, {"period": period.id, "activities": sorted(activities)}):
        parts = found.setdefault(duty.id, (duty, []))[1]
        if part is not None:
            parts.append(part)
    return list(found.values())


def count_parts(session: Session, duty_ids: Collection[int]) -> dict[int, int]:
    """Return how many revisions were added to each of the duties called `duty_ids` that has any, by duty id."""
    counted = sa.select(Part.duty_id, sa.func.count(Part.id)).where(Part.duty_id.in_(duty_ids))
    return dict(session.execute(counted.group_by(Part.duty_id)).tuples().all())


def parts_of(session: Session, period: Period) -> dict[int, list[Part]]:
    """Return every part that was said in `period`, by duty id, in the order they came."""
    found: dict[int, list[Part]] = {}
    said = sa.select(Part).join(Duty, Duty.id == Part.duty_id).where(Duty.period_id == period.id)
    for part in session.scalars(said.order_by(Part.id)):
        found.setdefault(part.duty_id, []).append(part)
    return found
