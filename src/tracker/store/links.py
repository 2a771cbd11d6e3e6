"""Links: capabilities to answer without an account. The database holds no token, only its digest."""

import base64
import hashlib
import hmac
import re
import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.store.periods import closing_moment
from tracker.store.tables import Link, Period

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def token_of(link: Link, key: bytes) -> str:
    """Return the 43-letter token of `link`: the same each time, and not to be had without the secret `key`."""
    return token_from(link.nonce, key)


def token_from(nonce: str, key: bytes) -> str:
    """Return the token of the link made with `nonce`."""
    mac = hmac.new(key, nonce.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def link_for(session: Session, period: Period, agency_id: str, key: bytes, now: datetime) -> Link:
    """Return the live link by which `agency_id` answers for `period`, making it where there is none."""
    live = sa.select(Link).where(
        Link.purpose == "answer",
        Link.period_id == period.id,
        Link.agency_id == agency_id,
        Link.withdrawn_at.is_(None),
        Link.expires_at > now,
    )
    for link in session.scalars(live.order_by(Link.id.desc())):
        if _digest(token_of(link, key)) == link.digest:  # else it was made under another secret key
            return link
    link = Link(
        nonce=secrets.token_hex(16),
        purpose="answer",
        period_id=period.id,
        agency_id=agency_id,
        created_at=now,
        expires_at=max(closing_moment(period), now),
    )
    link.digest = _digest(token_of(link, key))
    session.add(link)
    session.flush()
    return link


def withdraw_links(session: Session, period: Period, agency_id: str, now: datetime) -> None:
    """Withdraw every link by which `agency_id` answers for `period`: what they open from now on is nothing."""
    held = sa.update(Link).where(
        Link.period_id == period.id, Link.agency_id == agency_id, Link.withdrawn_at.is_(None)
    )
    session.execute(held.values(withdrawn_at=now))


def find_link(session: Session, token: str, now: datetime) -> Link | None:
    """Return the live link that `token` opens; None alike for unknown, malformed, expired and withdrawn ones."""
    if not TOKEN.fullmatch(token):
        return None
    link = session.scalar(sa.select(Link).where(Link.digest == _digest(token), Link.purpose == "answer"))
    if link is None or link.withdrawn_at is not None or link.expires_at <= now:
        return None
    return link


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
