"""Decisions: what a coordinator made of an answer, one row each."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.store.tables import Decision, Duty


def decisions_on(session: Session, duties: Collection[Duty]) -> dict[int, list[Decision]]:
    """Return what was decided on each of `duties` that has any decision, by duty id, in order."""
    periods, wanted = {duty.period_id for duty in duties}, {duty.id for duty in duties}
    of_periods = sa.select(Decision).join(Duty, Duty.id == Decision.duty_id).where(Duty.period_id.in_(periods))
    decided: dict[int, list[Decision]] = {}
    for decision in session.scalars(of_periods.order_by(Decision.id)):
        if decision.duty_id in wanted:
            decided.setdefault(decision.duty_id, []).append(decision)
    return decided
