"""The journal as it is read: chosen by who, what and when, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.settings import ZONE
from tracker.store.tables import Duty, JournalEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFilter:
    """Which lines are wanted; what is empty chooses nothing out."""

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
    return session.scalars(_wanted(wanted)).all()


def journal_of_agency(session: Session, agency_id: str, wanted: JournalFilter) -> Sequence[JournalEntry]:
    """Return the lines about `agency_id`: on its duties, its links, its pauses."""
    return _about(session, Duty.agency_id == agency_id, agency_id, wanted)


def journal_of_activity(session: Session, activity_id: str, wanted: JournalFilter) -> Sequence[JournalEntry]:
    """Return the lines about what is owed on `activity_id`."""
    return _about(session, Duty.activity_id == activity_id, "", wanted)


def journal_of_period(session: Session, code: str, wanted: JournalFilter) -> Sequence[JournalEntry]:
    """Return the lines about the period `code` itself: its dates, its memos, its links."""
    of_period = (JournalEntry.about == code) | JournalEntry.about.startswith(f"{code} ", autoescape=True)
    return session.scalars(_wanted(wanted).where(of_period)).all()


def _about(
    session: Session, of: sa.ColumnElement[bool], agency_id: str, wanted: JournalFilter
) -> Sequence[JournalEntry]:
    about = [f"duty {duty}" for duty in session.scalars(sa.select(Duty.id).where(of))]
    named: sa.ColumnElement[bool] = JournalEntry.about.in_(about)
    if agency_id:
        named |= (JournalEntry.about == agency_id) | JournalEntry.about.endswith(f" {agency_id}", autoescape=True)
    return session.scalars(_wanted(wanted).where(named)).all()


def journal_names(session: Session) -> tuple[Sequence[str], Sequence[str]]:
    """Return who did anything, and what was ever done, each once."""
    who = session.scalars(sa.select(JournalEntry.who).distinct().order_by(JournalEntry.who)).all()
    did = session.scalars(sa.select(JournalEntry.did).distinct().order_by(JournalEntry.did)).all()
    return who, did


def _wanted(wanted: JournalFilter) -> sa.Select[tuple[JournalEntry]]:
    found = sa.select(JournalEntry).order_by(JournalEntry.id.desc()).limit(wanted.most)
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
