"""Versions of the plan: applied whole, kept whole."""

import hashlib
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from tracker.errors import NothingApplied
from tracker.plan.model import Plan
from tracker.plan.reader import Reading, parse_plan
from tracker.store.duties import duties_of
from tracker.store.engine import one_at_a_time
from tracker.store.journal import note
from tracker.store.tables import Period, PlanVersion

VERSIONS = sa.select(PlanVersion).options(defer(PlanVersion.text)).order_by(PlanVersion.id.desc())
"""The versions, the newest first, without their texts: one is fetched only where its plan was not parsed yet."""
NEWEST = VERSIONS.limit(1)
MOST_PARSED = 8
PARSED: dict[str, Plan] = {}
"""Plans by the digest of their text, so that equal texts are parsed once."""


def plan_in_force(session: Session) -> tuple[PlanVersion, Plan]:
    """Return the newest applied version and its plan; raises StoreError where none was applied."""
    version = newest_version(session)
    if version is None:
        raise NothingApplied
    return version, applied_plan(version)


def plan_for(session: Session, period: Period) -> tuple[PlanVersion, Plan]:
    """Return the newest version, and its plan, that knows all that `period` asks.

    For an open period that is the plan in force. A closed one keeps what a later edit took away.
    """
    in_force = plan_in_force(session)
    duties = duties_of(session, period)
    for version in session.scalars(VERSIONS):
        plan = applied_plan(version)
        if all(duty.activity_id in plan.by_id and duty.agency_id in plan.agencies for duty in duties):
            return version, plan
    return in_force


def newest_version(session: Session) -> PlanVersion | None:
    """Return the newest applied version, or None."""
    return session.scalar(NEWEST)


def applied_plan(version: PlanVersion) -> Plan:
    """Return the plan that `version` holds, parsed once for each digest; `version` is still in its session."""
    plan = PARSED.get(version.digest)
    if plan is None:
        if len(PARSED) >= MOST_PARSED:
            PARSED.clear()
        plan = PARSED[version.digest] = parse_plan(version.text.encode()).plan
    return plan


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
