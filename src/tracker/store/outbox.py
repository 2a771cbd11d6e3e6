"""What a sender does with the outbox: it holds some letters, begins one after the other, and settles each.

A letter that is only held is still queued: whoever rewords, withdraws or cancels it voids the hold. The one that
was begun is `sending`, and may have left once its sender has died.

Every function is one statement of Core, for a connection of `each_statement_alone`: the ORM, or a transaction in
several steps, would take longer than a mail server takes for a letter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tracker.errors import DeliveryError
from tracker.store.tables import Letter, Link

LEASE = timedelta(minutes=15)
"""How long a sender may hold a letter; after that another takes it over, and what was begun may go out twice."""
HELD_AT_ONCE = 20
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
)
"""The pause after each failed try; after the last the letter is refused."""
LETTERS: Any = Letter.__table__
LINKS: Any = Link.__table__


@dataclass(frozen=True, slots=True)
class Held:
    """A letter in the hands of a sender: all it takes to send and to settle it."""

    id: int
    key: str
    agency_id: str
    to: list[str]
    cc: list[str]
    subject: str
    text: str
    attempts: int
    """Those before this one."""
    uncertain: bool
    """It may have arrived on an earlier try."""
    packed: bytes
    """The message as it is stored."""
    nonce: str | None
    """Of its link, where it has one."""
    until: datetime
    """When the hold ends; it is void where the letter shows another time."""


@dataclass(frozen=True, slots=True)
class Left:
    """A letter that has left, with the other side's words."""

    id: int
    reply: str


_columns = ("id", "key", "agency_id", "to", "cc", "subject", "text", "attempts", "uncertain")
_waiting_longest = (
    sa.select(LETTERS.c.id)
    .where(LETTERS.c.state == "queued", LETTERS.c.try_at <= sa.bindparam("now"))
    .order_by(LETTERS.c.try_at, LETTERS.c.id)
    .limit(HELD_AT_ONCE)
    .with_for_update(skip_locked=True)
)
HOLD = (
    sa.update(LETTERS)
    .where(LETTERS.c.id.in_(_waiting_longest.scalar_subquery()))
    .values(try_at=sa.bindparam("until"))
    .returning(
        *(LETTERS.c[name] for name in _columns),
        sa.type_coerce(LETTERS.c.message, sa.LargeBinary).label("packed"),
        sa.select(LINKS.c.nonce).where(LINKS.c.id == LETTERS.c.link_id).scalar_subquery().label("nonce"),
        LETTERS.c.try_at.label("until"),
    )
)
_is_left = LETTERS.c.id == sa.bindparam("left", type_=sa.Integer)
_not_ended = sa.or_(LETTERS.c.state == "sending", LETTERS.c.state == "queued")
_is_held = sa.and_(
    LETTERS.c.id == sa.bindparam("begun", type_=sa.Integer),
    LETTERS.c.state == "queued",
    LETTERS.c.try_at == sa.bindparam("held_until"),
)


def _left_or_begun(column: str, left: Any, begun: Any) -> Any:
    return sa.case((_is_left, left), else_=begun).label(column)


MOVE_ON = (
    sa.update(LETTERS)
    .where(sa.or_(sa.and_(_is_left, _not_ended), _is_held))
    .values(
        state=_left_or_begun("state", "sent", "sending"),
        sent_at=_left_or_begun("sent_at", sa.bindparam("now", type_=LETTERS.c.sent_at.type), LETTERS.c.sent_at),
        reply=_left_or_begun("reply", sa.bindparam("words", type_=sa.Text), LETTERS.c.reply),
        attempts=LETTERS.c.attempts + sa.case((_is_left, 0), else_=1),
        try_at=_left_or_begun("try_at", LETTERS.c.try_at, sa.bindparam("until", type_=LETTERS.c.try_at.type)),
    )
    .returning(LETTERS.c.id)
)


def take_over(connection: sa.Connection, now: datetime) -> None:
    """Queue again what a sender had begun that died: its lease ran out, and it may go out twice."""
    dead = sa.update(LETTERS).where(LETTERS.c.state == "sending", LETTERS.c.try_at <= now)
    connection.execute(dead.values(state="queued", uncertain=True))


def hold(connection: sa.Connection, now: datetime) -> list[Held]:
    """Hold the letters that have waited longest, HELD_AT_ONCE at most, for LEASE; none where no time has come."""
    rows = connection.execute(HOLD, {"now": now, "until": now + LEASE}).all()
    return sorted((Held(**row._mapping) for row in rows), key=lambda letter: letter.id)


def move_on(connection: sa.Connection, left: Left | None, letter: Held | None, now: datetime) -> bool:
    """Settle the letter that `left` and begin the next one, in one step; say whether it was still held.

    What left is sent, whoever put it back meanwhile. Nobody else may begin `letter` before LEASE is over.
    """
    given = {
        "left": left and left.id,
        "words": left and left.reply,
        "begun": letter and letter.id,
        "held_until": letter and letter.until,
        "now": now,
        "until": now + LEASE,
    }
    moved = connection.execute(MOVE_ON, given).scalars().all()
    return letter is not None and letter.id in moved


def settle_failed(connection: sa.Connection, letter: Held, error: DeliveryError, now: datetime) -> str:
    """Record a failed try; return the letter's new state: `queued` for another try, or `refused`.

    What may have arrived is tried once more and no oftener: each further try could be one more copy.
    """
    told = {"reply": error.reply, "uncertain": letter.uncertain or error.uncertain}
    if error.permanent or letter.attempts >= len(PAUSES) or (error.uncertain and letter.uncertain):
        _put_back(connection, letter, state="refused", **told)
        return "refused"
    _put_back(connection, letter, state="queued", try_at=now + PAUSES[letter.attempts], **told)
    return "queued"


def put_back_untried(connection: sa.Connection, letter: Held, reply: str, now: datetime) -> None:
    """Queue a begun letter again, for the door itself did not open: that costs it no try."""
    _put_back(connection, letter, state="queued", reply=reply, attempts=letter.attempts, try_at=now)


def let_go(connection: sa.Connection, letters: Sequence[Held], now: datetime) -> None:
    """End the hold on letters that were not begun."""
    held = [sa.and_(LETTERS.c.id == letter.id, LETTERS.c.try_at == letter.until) for letter in letters]
    free = sa.update(LETTERS).where(LETTERS.c.state == "queued", sa.or_(sa.false(), *held))
    connection.execute(free.values(try_at=now))


def _put_back(connection: sa.Connection, letter: Held, **values: Any) -> None:
    # Only what this sender began: after its lease another may be sending the letter.
    own = (LETTERS.c.id == letter.id, LETTERS.c.state == "sending", LETTERS.c.attempts == letter.attempts + 1)
    connection.execute(sa.update(LETTERS).where(*own).values(**values))
