"""Addresses that letters did not reach, and why.

Where there is no such address, nothing more is sent there until a person has looked. Anything else may pass: it is
shown until a letter arrives.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.store.journal import note
from tracker.store.tables import Bounce, Letter


class Cause(StrEnum):
    """Why a letter did not reach an address."""

    MISSING = "missing"
    FULL = "full"
    EXPIRED = "expired"
    POLICY = "policy"
    SIZE = "size"
    OTHER = "other"

    @property
    def words(self) -> str:
        """Return it in Vietnamese."""
        return WORDS[self][0]

    @property
    def remedy(self) -> str:
        """Return the way out, in Vietnamese."""
        return WORDS[self][1]


WORDS = {
    Cause.MISSING: ("địa chỉ không tồn tại", "sửa contacts trong activities.yaml rồi tracker apply"),
    Cause.FULL: ("hộp thư đầy", "báo cơ quan dọn hộp thư"),
    Cause.EXPIRED: ("máy chủ của nơi nhận nhiều lần không nhận được thư", "hỏi cơ quan về máy chủ thư của họ"),
    Cause.POLICY: (
        "máy chủ của nơi nhận từ chối theo quy định riêng",
        "nhờ người quản trị máy chủ thư hai bên cho thư của chương trình đi qua",
    ),
    Cause.SIZE: ("thư lớn hơn mức máy chủ của nơi nhận cho phép", "nhờ người quản trị máy chủ đó nâng mức"),
    Cause.OTHER: ("máy chủ của nơi nhận không nhận", "hỏi cơ quan về hộp thư này"),
}


def mark_bounced(
    session: Session,
    letter: Letter,
    address: str,
    reason: str,
    who: str,
    now: datetime,
    cause: Cause = Cause.MISSING,
) -> None:
    """Record that `letter` came back from `address` for good, in the words of the server that returned it."""
    letter.state, letter.reply = "bounced", reason
    mark_unreached(session, letter.id, letter.key, address, cause, reason, who, now)


def mark_unreached(
    session: Session, letter_id: int, key: str, address: str, cause: Cause, reason: str, who: str, now: datetime
) -> None:
    """Record that the letter called `key` did not reach `address`, in the words of the server that refused it."""
    known = session.get(Bounce, address.lower())
    if known is None:
        session.add(Bounce(address=address.lower(), letter_id=letter_id, cause=cause, reason=reason, at=now))
    else:
        known.letter_id, known.cause, known.reason, known.at = letter_id, cause, reason, now
    session.flush()
    note(session, now, who, "marked a bounce", key, address=address, cause=cause, reason=reason)


def bounced_addresses(session: Session) -> Mapping[str, str]:
    """Return the addresses nothing is sent to, in small letters, each with the reason."""
    missing = sa.select(Bounce).where(Bounce.cause == Cause.MISSING)
    return {bounce.address: bounce.reason for bounce in session.scalars(missing)}


def unreached_addresses(session: Session) -> Mapping[str, str]:
    """Return the other addresses that the last letter did not reach, in small letters, each with the reason."""
    others = session.scalars(sa.select(Bounce).where(Bounce.cause != Cause.MISSING))
    return {one.address: f"{Cause(one.cause).words}, máy chủ trả lời: {one.reason}" for one in others}


def mark_reached(session: Session, addresses: Collection[str]) -> None:
    """Record that the servers of `addresses` took a letter: what kept others from arriving is over."""
    lower = [address.lower() for address in addresses]
    passing = (Bounce.address.in_(lower), Bounce.cause != Cause.MISSING)
    session.execute(sa.delete(Bounce).where(*passing))


def forgive(session: Session, addresses: Collection[str]) -> None:
    """Let letters go to `addresses` again: a person has looked."""
    session.execute(sa.delete(Bounce).where(Bounce.address.in_([address.lower() for address in addresses])))
