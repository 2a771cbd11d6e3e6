"""Addresses from which letters came back: nothing more is sent there until a person has looked."""

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.store.journal import note
from tracker.store.tables import Bounce, Letter


def mark_bounced(session: Session, letter: Letter, address: str, reason: str, who: str, now: datetime) -> None:
    """Record that `letter` came back from `address` for good, in the words of the server that returned it."""
    letter.state, letter.reply = "bounced", reason
    known = session.get(Bounce, address.lower())
    if known is None:
        session.add(Bounce(address=address.lower(), letter_id=letter.id, reason=reason, at=now))
    else:
        known.letter_id, known.reason, known.at = letter.id, reason, now
    session.flush()
    note(session, now, who, "marked a bounce", letter.key, address=address, reason=reason)


def bounced_addresses(session: Session) -> Mapping[str, str]:
    """Return the addresses nothing is sent to, in small letters, each with the reason."""
    return {bounce.address: bounce.reason for bounce in session.scalars(sa.select(Bounce))}


def forgive(session: Session, addresses: Collection[str]) -> None:
    """Let letters go to `addresses` again: a person has looked."""
    session.execute(sa.delete(Bounce).where(Bounce.address.in_([address.lower() for address in addresses])))
