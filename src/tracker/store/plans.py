"""Versions of the plan: applied whole, kept whole."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from tracker.errors import NothingApplied
from tracker.plan.identity import Identities
from tracker.plan.model import Person, Plan
from tracker.plan.reader import Reading, parse_plan
from tracker.plan.renames import renamed, renames
from tracker.progress import DutyState
from tracker.settings import ZONE
from tracker.store.engine import one_at_a_time
from tracker.store.journal import note
from tracker.store.tables import Duty, Period, PlanVersion

VERSIONS = sa.select(PlanVersion).options(defer(PlanVersion.text)).order_by(PlanVersion.id.desc())
"""The versions, the newest first, without their texts: one is fetched only where its plan was not parsed yet."""
OF_PLAN = VERSIONS.where(PlanVersion.plan_id == sa.bindparam("plan"))
FIRST_PLAN = sa.select(PlanVersion.plan_id).order_by(PlanVersion.id).limit(1).scalar_subquery()
NEWEST = VERSIONS.where(PlanVersion.plan_id == FIRST_PLAN).limit(1)
NEWEST_OF_PLAN = OF_PLAN.limit(1)
NEWEST_OF_EACH = VERSIONS.where(
    PlanVersion.id.in_(sa.select(sa.func.max(PlanVersion.id)).group_by(PlanVersion.plan_id))
)
ASKED = sa.select(Duty.activity_id, Duty.agency_id).where(
    Duty.period_id == sa.bindparam("period"), Duty.state != DutyState.WITHDRAWN
)
MOST_PARSED = 16_000_000
"""The signs of plan text whose plans are held parsed: some three hundred plans of 48 rows, or four of 4,800."""
PARSED: dict[str, tuple[Plan, int]] = {}
"""Plans by the digest of their text, each with the length of the text, so that equal texts are parsed once."""


def plan_ids(session: Session) -> list[str]:
    """Return the ids of all plans that were applied, the oldest first; raises StoreError where there is none."""
    first = sa.func.min(PlanVersion.id)
    found = session.scalars(sa.select(PlanVersion.plan_id).group_by(PlanVersion.plan_id).order_by(first)).all()
    if not found:
        raise NothingApplied
    return list(found)


def plan_in_force(session: Session, plan_id: str | None = None) -> tuple[PlanVersion, Plan]:
    """Return the newest version of a plan (None: of the one applied first) and what it says.

    StoreError where none was applied.
    """
    version = newest_version(session, plan_id)
    if version is None:
        raise NothingApplied
    return version, applied_plan(version)


def plans_in_force(session: Session) -> list[Plan]:
    """Return every plan in force, the one applied first in front; raises StoreError where there is none."""
    newest = {version.plan_id: version for version in session.scalars(NEWEST_OF_EACH)}
    return [applied_plan(newest[plan_id]) for plan_id in plan_ids(session)]


def plans_of_person(session: Session, email: str) -> list[tuple[Plan, Person]]:
    """Return the plans in force that list who signs in by `email`, each with who that is there."""
    found = ((plan, plan.find_person(email)) for plan in plans_in_force(session))
    return [(plan, person) for plan, person in found if person is not None]


def plans_with(session: Session, agency: str) -> list[Plan]:
    """Return the plans in force that have the agency a person means; raises BadInput where none has it."""
    plans = plans_in_force(session)
    found = [plan for plan in plans if plan.has_agency(agency)]
    if not found:
        plans[-1].find_agency(agency)
    return found


def plan_for(session: Session, period: Period) -> tuple[PlanVersion, Plan]:
    """Return the newest version, and its plan, under which all that `period` asks still means what it asked.

    For an open period that is the plan in force. A closed one was asked under the version in force on its last
    day: what a later edit took away, or gave another meaning, is read as it was then.
    """
    in_force = plan_in_force(session, period.plan_id)
    duties = session.execute(ASKED, {"period": period.id}).tuples().all()
    ended = datetime.combine(period.closes + timedelta(days=1), time(), tzinfo=ZONE)
    found: list[tuple[PlanVersion, Plan]] = []
    later: list[Plan] = []
    for version in session.scalars(OF_PLAN, {"plan": period.plan_id}):
        plan = applied_plan(version)
        later.insert(0, plan)
        for each in later[1:]:  # what is recorded bears the newest ids
            plan = renamed(plan, renames(plan, each))
        if all(activity in plan.by_id and agency in plan.agencies for activity, agency in duties):
            found.append((version, plan))
            if version.applied_at < ended:
                break
    if not found:
        return in_force
    for version, plan in found[:-1]:
        if Identities(found[-1][1], plan).same_plan(duties):
            return version, plan
    return found[-1]


def plan_on(session: Session, plan_id: str, at: datetime) -> Plan:
    """Return what the plan said that was in force at `at`, or its first version where that was before any."""
    versions = session.scalars(OF_PLAN, {"plan": plan_id}).all()
    return applied_plan(next((version for version in versions if version.applied_at <= at), versions[-1]))


def newest_version(session: Session, plan_id: str | None = None) -> PlanVersion | None:
    """Return the newest applied version of a plan (None: of the one applied first), or None."""
    return session.scalar(NEWEST_OF_PLAN, {"plan": plan_id}) if plan_id else session.scalar(NEWEST)


def all_versions(session: Session, plan_id: str) -> Sequence[PlanVersion]:
    """Return every version of a plan that was applied, the newest first, without its text."""
    return session.scalars(OF_PLAN, {"plan": plan_id}).all()


def applied_plan(version: PlanVersion) -> Plan:
    """Return the plan that `version` holds, parsed once for each digest; `version` is still in its session."""
    held = PARSED.get(version.digest)
    if held is None:
        text = version.text
        held = (parse_plan(text.encode(), applied=True).plan, len(text))
        if sum(length for _, length in list(PARSED.values())) + len(text) > MOST_PARSED:
            PARSED.clear()
        PARSED[version.digest] = held
    return held[0]


def keep_version(session: Session, reading: Reading, who: str, now: datetime) -> PlanVersion | None:
    """Keep `reading` as the plan in force; None where it already is, letter for letter."""
    one_at_a_time(session)
    digest = hashlib.sha256(reading.text.encode()).hexdigest()
    plan_id = reading.plan.plan.plan_id
    newest = newest_version(session, plan_id)
    if newest is not None and newest.digest == digest:
        return None
    version = PlanVersion(plan_id=plan_id, digest=digest, text=reading.text, applied_at=now, applied_by=who)
    session.add(version)
    session.flush()
    note(session, now, who, "applied the plan", f"version {version.id}", digest=digest)
    return version
