"""Versions of the plan: applied whole, kept whole."""

import hashlib
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.errors import NothingApplied
from tracker.plan.model import Plan
from tracker.plan.reader import Reading, parse_plan
from tracker.store.duties import duties_of
from tracker.store.engine import one_at_a_time
from tracker.store.journal import note
from tracker.store.tables import Period, PlanVersion


def plan_in_force(session: Session) -> tuple[PlanVersion, Plan]:
    """Return the newest applied version and its plan; raises StoreError where none was applied."""
    version = newest_version(session)
    if version is None:
        raise NothingApplied
    return version, _parsed(version.text)


def plan_for(session: Session, period: Period) -> tuple[PlanVersion, Plan]:
    """Return the newest version, and its plan, that knows all that `period` asks.

    For an open period that is the plan in force. A closed one keeps what a later edit took away.
    """
    in_force = plan_in_force(session)
    duties = duties_of(session, period)
    for version in session.scalars(sa.select(PlanVersion).order_by(PlanVersion.id.desc())):
        plan = _parsed(version.text)
        if all(duty.activity_id in plan.by_id and duty.agency_id in plan.agencies for duty in duties):
            return version, plan
    return in_force


def newest_version(session: Session) -> PlanVersion | None:
    """Return the newest applied version, or None."""
    return session.scalar(sa.select(PlanVersion).order_by(PlanVersion.id.desc()).limit(1))


def applied_plan(version: PlanVersion) -> Plan:
    """Return the plan that `version` holds."""
    return _parsed(version.text)


def keep_version(session: Session, reading: Reading, who: str, now: datetime) -> PlanVersion | None:
    """Keep `reading` as the plan in force; None where it already is, letter for letter."""
    one_at_a_time(session)
    digest = hashlib.sha256(reading.text.encode()).hexdigest()
    newest = newest_version(session)
    if newest is not None and newest.digest == digest:
        return None
    version = PlanVersion(digest=digest, text=reading.text, applied_at=now, applied_by=who)
    session.add(version)
    session.flush()
    note(session, now, who, "applied the plan", f"version {version.id}", digest=digest)
    return version


@lru_cache(maxsize=4)
def _parsed(text: str) -> Plan:
    return parse_plan(text.encode()).plan
