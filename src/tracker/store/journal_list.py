"""The journal as it is read: chosen by who, what and when, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.plan.document import THE_ONE
from tracker.plan.model import Plan
from tracker.settings import ZONE
from tracker.store.access_tables import ApiToken
from tracker.store.plans import plan_ids
from tracker.store.tables import (
    Contribution,
    Duty,
    JournalEntry,
    Letter,
    Message,
    Period,
    PlanVersion,
    Update,
)

SIGNING = ("signed in", "signed out", "printed a link to sign in")
"""What is done under a person's address, and not in a plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFilter:
    """Which lines of a plan are wanted; what is empty chooses nothing out."""

    plan: Plan
    who: str = ""
    did: str = ""
    since: date | None = None
    until: date | None = None
    """First and last day."""
    before: int | None = None
    """Only those with a smaller id: where the page before ended."""
    most: int | None = None


def journal_lines(session: Session, wanted: JournalFilter) -> Sequence[JournalEntry]:
    """Return the lines that are `wanted`, the newest first."""
    return session.scalars(_wanted(session, wanted)).all()


def journal_of_agency(session: Session, agency_id: str, wanted: JournalFilter) -> Sequence[JournalEntry]:
    """Return the lines about `agency_id`: on its duties, its links, its pauses."""
    plan_id = wanted.plan.plan.plan_id
    named = agency_id if plan_id == THE_ONE else f"{plan_id}@{agency_id}"
    of_agency = (JournalEntry.about == named) | JournalEntry.about.endswith(f" {agency_id}", autoescape=True)
    return _about(session, Duty.agency_id == agency_id, wanted, of_agency)


def journal_of_activity(session: Session, activity_id: str, wanted: JournalFilter) -> Sequence[JournalEntry]:
    """Return the lines about what is owed on `activity_id`."""
    return _about(session, Duty.activity_id == activity_id, wanted, sa.false())


def journal_of_period(session: Session, period: Period, wanted: JournalFilter) -> Sequence[JournalEntry]:
    """Return the lines about `period` itself: its dates, its memos, its links."""
    name = period.name
    of_period = (JournalEntry.about == name) | JournalEntry.about.startswith(f"{name} ", autoescape=True)
    return session.scalars(_wanted(session, wanted).where(of_period)).all()


def _about(
    session: Session, of: sa.ColumnElement[bool], wanted: JournalFilter, named: sa.ColumnElement[bool]
) -> Sequence[JournalEntry]:
    duties = sa.select(Duty.id).join(Period, Period.id == Duty.period_id).where(of)
    duties = duties.where(Period.plan_id == wanted.plan.plan.plan_id)
    about = [f"duty {duty}" for duty in session.scalars(duties)]
    return session.scalars(_wanted(session, wanted).where(named | JournalEntry.about.in_(about))).all()


def journal_names(session: Session, plan: Plan) -> tuple[Sequence[str], Sequence[str]]:
    """Return who did anything in `plan`, and what was ever done there, each once."""
    of_plan = _of_plan(session, plan)
    who = sa.select(JournalEntry.who).where(of_plan).distinct().order_by(JournalEntry.who)
    did = sa.select(JournalEntry.did).where(of_plan).distinct().order_by(JournalEntry.did)
    return session.scalars(who).all(), session.scalars(did).all()


def _of_plan(session: Session, plan: Plan) -> sa.ColumnElement[bool]:
    """Return what is true of the lines of `plan`; where it is the only one, of all.

    A line says what it is about, and that belongs to a plan. What names none, as all lines of before there were
    several, is of the plan without an id, else of the first. Who signed in is shown where the plan lists them.
    """
    ids = plan_ids(session)
    if len(ids) == 1:
        return sa.true()
    about = JournalEntry.about
    nameless = THE_ONE if THE_ONE in ids else ids[0]
    people = [person.email.casefold() for person in plan.reporting.people]

    def numbered(word: str, found: sa.Select[tuple[str]], key: sa.SQLColumnExpression[int]) -> tuple[Any, Any]:
        named = about.startswith(f"{word} ")
        number = sa.case((named, sa.cast(sa.func.substr(about, len(word) + 2), sa.Integer)))
        return named, found.where(key == number).correlate(JournalEntry).scalar_subquery()

    of_period = sa.select(Period.plan_id)
    of_duty = of_period.join(Duty, Duty.period_id == Period.id)
    of_letter = of_period.join(Letter, Letter.period_id == Period.id)
    _, by_message = numbered("message", of_letter.join(Message, Message.letter_id == Letter.id), Message.id)
    by_key = of_letter.where(Letter.key == about).correlate(JournalEntry).scalar_subquery()
    whose = sa.case(
        numbered("duty", of_duty, Duty.id),
        numbered("update", of_duty.join(Update, Update.duty_id == Duty.id), Update.id),
        numbered("part", of_duty.join(Contribution, Contribution.duty_id == Duty.id), Contribution.id),
        (about.startswith("message "), sa.func.coalesce(by_message, JournalEntry.detail["plan"].as_string())),
        numbered("version", sa.select(PlanVersion.plan_id), PlanVersion.id),
        numbered("token", sa.select(ApiToken.plan_id), ApiToken.id),
        *((about.startswith(f"{one}@", autoescape=True), one) for one in ids),
        else_=by_key,
    )
    signing = JournalEntry.did.in_(SIGNING)
    return sa.case((signing, about.in_(people)), else_=sa.func.coalesce(whose, nameless) == plan.plan.plan_id)


def _wanted(session: Session, wanted: JournalFilter) -> sa.Select[tuple[JournalEntry]]:
    found = sa.select(JournalEntry).where(_of_plan(session, wanted.plan))
    found = found.order_by(JournalEntry.id.desc()).limit(wanted.most)
    if wanted.who:
        found = found.where(JournalEntry.who == wanted.who)
    if wanted.did:
        found = found.where(JournalEntry.did == wanted.did)
    if wanted.since:
        found = found.where(JournalEntry.at >= datetime.combine(wanted.since, time(), tzinfo=ZONE))
    if wanted.until:
        end = wanted.until + timedelta(days=1)
        found = found.where(JournalEntry.at < datetime.combine(end, time(), tzinfo=ZONE))
    if wanted.before is not None:
        found = found.where(JournalEntry.id < wanted.before)
    return found
