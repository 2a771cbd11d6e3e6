"""Links: capabilities to answer, or to review, without an account. No token is stored, only its digest."""

import base64
import hashlib
import hmac
import re
import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.store.periods import link_end
from tracker.store.tables import Link, Period, Purpose

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
OPENED_BY = sa.select(Link).where(Link.digest == sa.bindparam("digest"), Link.purpose == sa.bindparam("purpose"))


def token_of(link: Link, key: bytes) -> str:
    """Return the 43-letter token of `link`: the same each time, and not to be had without the secret `key`."""
    return token_from(link.nonce, key)


def token_from(nonce: str, key: bytes) -> str:
    """Return the token of the link made with `nonce`."""
    mac = hmac.new(key, nonce.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def link_for(
    session: Session,
    period: Period,
    agency_id: str,
    key: bytes,
    now: datetime,
    purpose: Purpose = Purpose.ANSWER,
) -> Link:
    """Return the live link of `agency_id` for `period` and `purpose`, making it where there is none."""
    live = _held(period, agency_id, purpose).where(Link.expires_at > now)
    for link in session.scalars(live.order_by(Link.id.desc())):
        if _digest(token_of(link, key)) == link.digest:  # else it was made under another secret key
            return link
    link = Link(
        nonce=secrets.token_hex(16),
        purpose=purpose,
        period_id=period.id,
        agency_id=agency_id,
        created_at=now,
        expires_at=max(link_end(period), now),
    )
    link.digest = _digest(token_of(link, key))
    session.add(link)
    session.flush()
    return link


def withdraw_links(
    session: Session, period: Period, agency_id: str, now: datetime, purpose: Purpose = Purpose.ANSWER
) -> int:
    """Withdraw every such link: what they open from now on is nothing; returns how many there were."""
    held = session.scalars(_held(period, agency_id, purpose)).all()
    for link in held:
        link.withdrawn_at = now
    return len(held)


def find_link(session: Session, token: str, now: datetime, purpose: Purpose = Purpose.ANSWER) -> Link | None:
    """Return the live link for `purpose` that `token` opens.

    None alike for unknown, malformed, expired and withdrawn ones, and those for another purpose.
    """
    if not TOKEN.fullmatch(token):
        return None
    link = session.scalar(OPENED_BY, {"digest": _digest(token), "purpose": purpose})
    if link is None or link.withdrawn_at is not None or link.expires_at <= now:
        return None
    return link


def was_issued(session: Session, token: str, purpose: Purpose) -> bool:
    """Say whether `token` was ever a link for `purpose`, alive or dead: one look at an index."""
    if not TOKEN.fullmatch(token):
        return False
    return session.scalar(OPENED_BY, {"digest": _digest(token), "purpose": purpose}) is not None


def answering_link(session: Session, token: str) -> Link | None:
    """Return the link to answer that `token` is or once was; None for any other."""
    return session.scalar(OPENED_BY, {"digest": _digest(token), "purpose": Purpose.ANSWER})


def find_dead_link(session: Session, token: str, now: datetime) -> Link | None:
    """Return the link that let an agency answer and that `token` opened once; None for any other."""
    if not TOKEN.fullmatch(token):
        return None
    link = session.scalar(OPENED_BY, {"digest": _digest(token), "purpose": Purpose.ANSWER})
    return link if link is not None and (link.withdrawn_at is not None or link.expires_at <= now) else None


def _held(period: Period, agency_id: str, purpose: Purpose) -> sa.Select[tuple[Link]]:
    return sa.select(Link).where(
        Link.purpose == purpose,
        Link.period_id == period.id,
        Link.agency_id == agency_id,
        Link.withdrawn_at.is_(None),
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
