"""Evidence: which files were given for which duties."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.store.tables import Duty, Evidence


def evidence_of(session: Session, duties: Collection[Duty], *, removed: bool = False) -> Sequence[Evidence]:
    """Return the files given for `duties` that were not taken back (or those `removed`), as they came."""
    periods = {duty.period_id for duty in duties}
    wanted = {duty.id for duty in duties}
    found = (
        sa.select(Evidence)
        .join(Duty, Duty.id == Evidence.duty_id)
        .where(
            Duty.period_id.in_(periods),
            Evidence.removed_at.is_not(None) if removed else Evidence.removed_at.is_(None),
        )
        .order_by(Evidence.id)
    )
    return [file for file in session.scalars(found) if file.duty_id in wanted]


def bytes_given(session: Session, duty: Duty) -> tuple[int, int]:
    """Return how many bytes were ever given for `duty`, and by its agency in its period.

    What was taken back counts.
    """
    total = sa.func.coalesce(sa.func.sum(Evidence.size), 0)
    for_duty = sa.select(total).where(Evidence.duty_id == duty.id)
    of_agency = (
        sa.select(total)
        .join(Duty, Duty.id == Evidence.duty_id)
        .where(Duty.period_id == duty.period_id, Duty.agency_id == duty.agency_id)
    )
    return session.execute(for_duty).scalar_one(), session.execute(of_agency).scalar_one()
