"""Updates and figures: what the agencies said, revision upon revision."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.store.tables import Draft, Duty, Figure, Period, Update

_NEWEST = (
    sa.select(Update.duty_id, sa.func.max(Update.revision).label("revision"))
    .join(Duty, Duty.id == Update.duty_id)
    .where(
        Duty.period_id.in_(sa.bindparam("periods", expanding=True)),
        Duty.agency_id.in_(sa.bindparam("agencies", expanding=True)),
    )
    .group_by(Update.duty_id)
    .subquery()
)
LATEST = sa.select(Update).join(
    _NEWEST, sa.and_(Update.duty_id == _NEWEST.c.duty_id, Update.revision == _NEWEST.c.revision)
)
FIGURES = sa.select(Figure).where(Figure.period_id == sa.bindparam("period")).order_by(Figure.revision)
DRAFT = sa.select(Draft).where(
    Draft.period_id == sa.bindparam("period"), Draft.agency_id == sa.bindparam("agency")
)


def latest_updates(session: Session, duties: Collection[Duty]) -> dict[int, Update]:
    """Return the newest update of each duty that has one, by duty id."""
    periods, agencies = {duty.period_id for duty in duties}, {duty.agency_id for duty in duties}
    wanted = {duty.id for duty in duties}
    found = session.scalars(LATEST, {"periods": list(periods), "agencies": sorted(agencies)})
    return {update.duty_id: update for update in found if update.duty_id in wanted}


def first_days(session: Session, duties: Collection[Duty]) -> dict[int, date]:
    """Return the day of the first update of each duty that has one, by duty id."""
    periods, wanted = {duty.period_id for duty in duties}, {duty.id for duty in duties}
    found = (
        sa.select(Update.duty_id, sa.func.min(Update.said_on))
        .join(Duty, Duty.id == Update.duty_id)
        .where(Duty.period_id.in_(periods))
        .group_by(Update.duty_id)
    )
    return {duty_id: day for duty_id, day in session.execute(found) if duty_id in wanted}


def updates_of(session: Session, period: Period, duties: Collection[Duty]) -> dict[int, list[Update]]:
    """Return every update of each of `duties` (of `period`) that has one, by duty id, revision after revision."""
    found = sa.select(Update).join(Duty, Duty.id == Update.duty_id).where(Duty.period_id == period.id)
    said: dict[int, list[Update]] = {duty.id: [] for duty in duties}
    for update in session.scalars(found.order_by(Update.revision)):
        if update.duty_id in said:
            said[update.duty_id].append(update)
    return {duty_id: updates for duty_id, updates in said.items() if updates}


def latest_figures(session: Session, period: Period) -> dict[tuple[str, str], Figure]:
    """Return the newest figure of each target and agency in `period`, by (target id, agency id)."""
    return newest_figures(figures_of(session, period))


def figures_of(session: Session, period: Period) -> Sequence[Figure]:
    """Return every figure of `period`, in the order of their revisions."""
    return session.scalars(FIGURES, {"period": period.id}).all()


def newest_figures(figures: Iterable[Figure]) -> dict[tuple[str, str], Figure]:
    """Return the last of `figures` of each target and agency, by (target id, agency id)."""
    return {(figure.target_id, figure.agency_id): figure for figure in figures}


def without_receipt(session: Session, period: Period) -> Sequence[tuple[Update, Duty]]:
    """Return the updates of `period` that no receipt has answered yet, in the order they came."""
    found = (
        sa.select(Update, Duty)
        .join(Duty, Duty.id == Update.duty_id)
        .where(Duty.period_id == period.id, Update.receipt_id.is_(None))
        .order_by(Update.id)
    )
    return [(update, duty) for update, duty in session.execute(found)]


def draft_of(session: Session, period: Period, agency_id: str) -> Draft | None:
    """Return what an agency saved on its page without sending it, or None."""
    return session.scalar(DRAFT, {"period": period.id, "agency": agency_id})
