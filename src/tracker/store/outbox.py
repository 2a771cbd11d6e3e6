"""The outbox as a sender sees it: claim the next letter, send it, settle it.

A claim is committed before the letter is sent, and names the end of its lease. If the sender dies, the lease runs
out and the next run takes the letter over: it may have left already, so it is marked uncertain and sent once more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.errors import DeliveryError
from tracker.store.tables import Letter, Link, SignIn

LEASE = timedelta(hours=1)
"""How long a claim holds. Longer than all answers of a mail server to one letter are waited for."""
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=4),
    timedelta(hours=8),
    *[timedelta(hours=12)] * 3,
)
"""The pause after each failed try, over two days in all; after the last the letter is refused."""
LETTERS: Any = Letter.__table__


@dataclass(frozen=True, slots=True)
class ClaimedLetter:
    """A letter that one sender alone may send: all it takes to send and to settle it."""

    id: int
    key: str
    kind: str
    agency_id: str
    to: list[str]
    cc: list[str]
    subject: str
    text: str
    attempts: int
    """This one included."""
    uncertain: bool
    """It may have arrived on an earlier try."""
    packed: bytes
    """The message as it is stored: what cannot be unpacked must not stop the claim."""
    nonce: str | None
    """Of its link, where it has one."""


_next_in_line = (
    sa.select(LETTERS.c.id)
    .where(LETTERS.c.state == "queued", LETTERS.c.try_at <= sa.bindparam("now"))
    .order_by(LETTERS.c.try_at, LETTERS.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_columns = ("id", "key", "kind", "agency_id", "to", "cc", "subject", "text", "attempts", "uncertain")
_claim = (
    sa.update(LETTERS)
    .where(LETTERS.c.id == _next_in_line.scalar_subquery(), LETTERS.c.state == "queued")
    .values(state="sending", attempts=LETTERS.c.attempts + 1, try_at=sa.bindparam("until"))
    .returning(
        *(LETTERS.c[name] for name in _columns),
        sa.type_coerce(LETTERS.c.message, sa.LargeBinary).label("packed"),
        sa.func.coalesce(
            sa.select(Link.nonce).where(Link.id == LETTERS.c.link_id).scalar_subquery(),
            sa.select(SignIn.nonce).where(SignIn.letter_id == LETTERS.c.id).scalar_subquery(),
        ).label("nonce"),
    )
)


def take_over_expired(session: Session, now: datetime) -> None:
    """Queue letters again whose sender died: their lease ran out, and they may go out twice."""
    expired = sa.update(LETTERS).where(LETTERS.c.state == "sending", LETTERS.c.try_at <= now)
    session.execute(expired.values(state="queued", uncertain=True))


def claim_next_letter(session: Session, now: datetime) -> ClaimedLetter | None:
    """Claim the letter that has waited longest for LEASE; None where no letter's time has come."""
    row = session.execute(_claim, {"now": now, "until": now + LEASE}).one_or_none()
    return ClaimedLetter(**row._mapping) if row else None


def settle_sent(session: Session, letter: ClaimedLetter, reply: str, now: datetime) -> str:
    """Record that `letter` has left, with the other side's words: also where it was queued again meanwhile."""
    unsettled = sa.update(LETTERS).where(LETTERS.c.id == letter.id, LETTERS.c.state.in_(("sending", "queued")))
    session.execute(unsettled.values(state="sent", sent_at=now, reply=reply))
    return "sent"


def settle_failed(session: Session, letter: ClaimedLetter, error: DeliveryError, now: datetime) -> str:
    """Record a failed try; return the letter's new state: `queued` for another try, or `refused`.

    Where the transport itself is shut, that costs the letter no try. What may have arrived is tried once more and
    no oftener: each further try could be one more copy.
    """
    values: dict[str, Any] = {"reply": error.reply}
    if error.unreachable:
        state = "queued"
        values |= {"attempts": letter.attempts - 1, "try_at": now}
    elif error.permanent or letter.attempts > len(PAUSES) or (error.uncertain and letter.uncertain):
        state = "refused"
    else:
        state = "queued"
        values["try_at"] = now + PAUSES[letter.attempts - 1]
    # Only this sender's own claim: after its lease another may be sending the letter.
    own = (LETTERS.c.id == letter.id, LETTERS.c.state == "sending", LETTERS.c.attempts == letter.attempts)
    uncertain = letter.uncertain or error.uncertain
    session.execute(sa.update(LETTERS).where(*own).values(state=state, uncertain=uncertain, **values))
    return state
