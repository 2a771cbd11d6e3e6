"""The mapped tables of letters and messages, and of the links that letters carry."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.base import Base, Key
from tracker.store.engine import Packed


class Purpose(StrEnum):
    """What a link lets its holder do."""

    ANSWER = "answer"
    REVIEW = "review"


class Link(Base):
    """A capability of one agency for one period: to answer, or to review; only a digest of its token is kept."""

    __tablename__ = "links"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    nonce: Mapped[str] = mapped_column(sa.String(64))
    """With the secret key it gives the token again, so that a letter can be composed when it is sent."""
    purpose: Mapped[str] = mapped_column(sa.String(20))
    """A Purpose."""
    period_id: Mapped[int] = mapped_column(sa.ForeignKey("periods.id"))
    agency_id: Mapped[str] = mapped_column(sa.String(40), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Letter(Base):
    """One message to one recipient; `key` is what keeps it from being queued twice."""

    __tablename__ = "letters"
    __table_args__ = (sa.Index("ix_letters_queue", "state", "try_at", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Key, unique=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    period_id: Mapped[int] = mapped_column(sa.ForeignKey("periods.id"), index=True)
    agency_id: Mapped[str] = mapped_column(sa.String(40))
    to: Mapped[list[str]]
    """E-mail addresses, or one Apprise URL."""
    cc: Mapped[list[str]] = mapped_column(default=list)
    """E-mail addresses that get a copy."""
    stage_day: Mapped[date | None]
    """The day on which a reminder's stage began."""
    plan_version_id: Mapped[int] = mapped_column(sa.ForeignKey("plan_versions.id"))
    """The plan the letter speaks of."""
    subject: Mapped[str] = mapped_column(sa.Text)
    text: Mapped[str] = mapped_column(sa.Text)
    message: Mapped[bytes] = mapped_column(Packed)
    """The whole MIME message. Text and message hold a mark where the link goes: tokens are never stored."""
    link_id: Mapped[int | None] = mapped_column(sa.ForeignKey("links.id"))
    message_id: Mapped[str] = mapped_column(Key, index=True)
    state: Mapped[str] = mapped_column(sa.String(20), default="queued")
    """`queued`, `sending`, `sent`, `refused`, `withdrawn`, or `bounced`: it left and came back."""
    queued_at: Mapped[datetime]
    try_at: Mapped[datetime]
    """Not before this; while `sending`, when the sender's lease ends."""
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    uncertain: Mapped[bool] = mapped_column(default=False)
    """A sender died holding it, so that it may have gone out twice."""
    reply: Mapped[str] = mapped_column(sa.Text, default="")
    """The server's own words on the last try."""


class LetterDuty(Base):
    """A duty that a letter mentions: a reminder asks for it, a letter to the coordinator lists it."""

    __tablename__ = "letter_duties"
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letters.id", ondelete="CASCADE"), primary_key=True)
    duty_id: Mapped[int] = mapped_column(sa.ForeignKey("duties.id"), primary_key=True, index=True)


class Bounce(Base):
    """An address that a letter did not reach; where there is no such one, nothing is sent until a person looks."""

    __tablename__ = "bounces"
    address: Mapped[str] = mapped_column(sa.String(320), primary_key=True)
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letters.id"))
    cause: Mapped[str] = mapped_column(sa.String(20), server_default="missing")
    """A Cause; what was recorded before causes were told apart counts as `missing`."""
    reason: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime]


class Message(Base):
    """A message that came into the mailbox; each is handled once, however often it is read."""

    __tablename__ = "messages"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    """Of its Message-ID; of the whole message where it has none."""
    message_id: Mapped[str | None] = mapped_column(sa.Text)
    received_at: Mapped[datetime]
    """When it reached the mailbox; when it was read, where that is not known."""
    written_at: Mapped[datetime | None]
    """What its Date line claims."""
    sender: Mapped[str] = mapped_column(sa.Text)
    subject: Mapped[str] = mapped_column(sa.Text)
    kind: Mapped[str] = mapped_column(sa.String(20), index=True)
    """`bounce`, `auto`, `reply`, `unplaced`, `own` (a letter of ours that came round), `unknown` …: a Kind."""
    letter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("letters.id"), index=True)
    """The letter it answers."""
    addresses: Mapped[list[str]] = mapped_column(default=list)
    """Of a bounce: the addresses for which the letter was given up."""
    text: Mapped[str] = mapped_column(sa.Text)
    """The writer's own words, without what they quote; why a letter came back, or why nothing was kept."""
    whole: Mapped[str | None] = mapped_column(sa.Text)
    """All that a person's message says, where what was left out as a quotation holds words of others than us."""
    uses: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many reports the coordinator recorded from it; also tells whether a page that shows it is still true.

    Where the kind is `counted`, how many messages the row stands for.
    """
    handled_at: Mapped[datetime | None]
    """When the coordinator was done with it; None where a reply still waits."""
    handled_by: Mapped[str | None] = mapped_column(sa.String(200))
    dismissed: Mapped[str | None] = mapped_column(sa.Text)
    """Why no report, or no further one, was made of it; None where its last report settled it."""
