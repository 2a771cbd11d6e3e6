"""Rows that bear another id: what was recorded under the old one is kept under the new."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.errors import BadInput
from tracker.plan.model import Plan
from tracker.plan.renames import Renames, renames
from tracker.store.plans import applied_plan, newest_version
from tracker.store.tables import Contribution, Draft, Duty, Figure, Letter, Link, Pause, Period

BY_AGENCY = (Duty, Figure, Draft, Link, Letter)


def rename_records(session: Session, plan: Plan) -> Renames:
    """Keep under the ids of `plan` what was recorded under those that its rows bore before; return which.

    Raises BadInput where something is recorded under a new id already: two records cannot be made one.
    """
    version = newest_version(session, plan.plan.plan_id)
    by = renames(applied_plan(version), plan) if version else Renames()
    if not by:
        return by
    periods = session.scalars(sa.select(Period).where(Period.plan_id == plan.plan.plan_id)).all()
    ids = [period.id for period in periods]
    own_pauses = sa.update(Pause).where(Pause.plan_id == plan.plan.plan_id)
    for old, new in by.activities.items():
        _move(session, Duty, Duty.activity_id, old, new, Duty.period_id.in_(ids))
    for old, new in by.targets.items():
        _move(session, Figure, Figure.target_id, old, new, Figure.period_id.in_(ids))
    for old, new in by.agencies.items():
        for table in BY_AGENCY:
            _move(session, table, table.agency_id, old, new, table.period_id.in_(ids))
        duties = sa.select(Duty.id).where(Duty.period_id.in_(ids))
        _move(session, Contribution, Contribution.agency_id, old, new, Contribution.duty_id.in_(duties))
        session.execute(own_pauses.where(Pause.agency_id == old).values(agency_id=new))
    for old, new in by.activities.items():
        session.execute(own_pauses.where(Pause.activity_id == old).values(activity_id=new))
    for period in periods:
        period.activities = [by.activities.get(one, one) for one in period.activities]
        period.agencies = [by.agencies.get(one, one) for one in period.agencies]
    for draft in session.scalars(sa.select(Draft).where(Draft.period_id.in_(ids))):
        draft.typed = {_field(name, by): text for name, text in draft.typed.items()}
    session.flush()
    session.expire_all()
    return by


def _move(session: Session, table: Any, column: Any, old: str, new: str, where: Any) -> None:
    if session.scalar(sa.select(sa.func.count()).select_from(table).where(column == new, where)):
        raise BadInput(f'mã mới "{new}" đã có số liệu trong kho; chọn mã chưa dùng, hoặc bỏ formerly')
    session.execute(sa.update(table).where(column == old, where).values({column.key: new}))


def _field(name: str, by: Renames) -> str:
    """Return the name of a field of a page under the new ids: `II.3.result`, `figure.htx.seen`."""
    if name.startswith("figure."):
        target, dot, rest = name.removeprefix("figure.").partition(".")
        return f"figure.{by.targets.get(target, target)}{dot}{rest}"
    entry, dot, field = name.rpartition(".")
    activity, at, agency = entry.partition("@")
    return f"{by.activities.get(activity, activity)}{at}{by.agencies.get(agency, agency)}{dot}{field}"
