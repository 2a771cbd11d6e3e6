"""Letters as lists show them: without their messages, which are long."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from tracker.store.letters import words_of_state
from tracker.store.tables import Letter, Period


@dataclass(frozen=True, slots=True, kw_only=True)
class SentLetter:
    """A letter as lists tell it, without its words."""

    id: int
    key: str
    kind: str
    state: str
    uncertain: bool
    queued_at: datetime
    sent_at: datetime | None
    reply: str

    @property
    def at(self) -> datetime:
        """Return when it left, or was queued."""
        return self.sent_at or self.queued_at

    @property
    def state_words(self) -> str:
        """Return how it stands, in words."""
        return words_of_state(self.state, self.uncertain)


ASKING = ("remind", "returned", "link")
"""The kinds of letters that ask an agency for something."""
SENT = [field.name for field in fields(SentLetter)]
LAST = sa.select(Letter.agency_id, *(getattr(Letter, name) for name in SENT)).where(
    Letter.id.in_(
        sa.select(sa.func.max(Letter.id))
        .where(Letter.period_id == sa.bindparam("period"), Letter.kind.in_(ASKING), Letter.state != "withdrawn")
        .group_by(Letter.agency_id)
    )
)
"""The newest letter to each agency that asked it for something; written once, for the first page asks it often."""


def last_letters(session: Session, period: Period) -> dict[str, SentLetter]:
    """Return the newest letter of `period` that asked each agency for something, by agency id."""
    found = session.execute(LAST, {"period": period.id})
    return {agency: SentLetter(**dict(zip(SENT, row, strict=True))) for agency, *row in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFilter:
    """Which letters of a plan are wanted; what is empty chooses nothing out."""

    plan_id: str
    state: str = ""
    agency: str = ""
    period: str = ""
    """A period's code."""
    before: int | None = None
    """Only those with a smaller id: where the page before ended."""
    most: int | None = None


def listed_letters(session: Session, wanted: LetterFilter) -> Sequence[Letter]:
    """Return the letters that are `wanted`, the newest first."""
    found = _letters_of(wanted.plan_id).order_by(Letter.id.desc()).limit(wanted.most)
    if wanted.state:
        found = found.where(Letter.state == wanted.state)
    if wanted.agency:
        found = found.where(Letter.agency_id == wanted.agency)
    if wanted.period:
        found = found.where(Period.code == wanted.period)
    if wanted.before is not None:
        found = found.where(Letter.id < wanted.before)
    return session.scalars(found).all()


def letter_called(session: Session, plan_id: str, letter_id: int) -> Letter | None:
    """Return the letter of a plan with that id, or None."""
    return session.scalar(_letters_of(plan_id).where(Letter.id == letter_id))


def _letters_of(plan_id: str) -> sa.Select[tuple[Letter]]:
    found = sa.select(Letter).join(Period, Period.id == Letter.period_id).where(Period.plan_id == plan_id)
    return found.options(defer(Letter.message))
