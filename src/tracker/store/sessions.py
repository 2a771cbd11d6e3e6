"""Who is signed in at the desk: links that sign in once, and sessions. No token is stored, only its digest."""

import hashlib
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.store.journal import note
from tracker.store.links import TOKEN, token_from
from tracker.store.tables import DeskSession, SignIn

LINK_LIVES = timedelta(minutes=30)
"""How long a link signs in: a letter may be held up on its way."""
SESSION_LIVES = timedelta(hours=12)
"""How long a session lives at most, however much it is used: a working day."""
MOST_FOR_ONE, MOST_IN_ALL = 5, 60
"""Links that are sent in WINDOW, to one address and in all: nobody's mailbox is flooded through us."""
WINDOW = timedelta(hours=1)
HELD_OPEN = sa.select(DeskSession).where(DeskSession.digest == sa.bindparam("digest"))


def asked_too_often(session: Session, email: str, now: datetime) -> bool:
    """Say whether enough links were sent lately, to `email` or in all; links that were printed do not count."""
    sent = sa.select(sa.func.count()).where(SignIn.asked_at > now - WINDOW, SignIn.letter_id.is_not(None))
    to_one = session.scalars(sent.where(SignIn.email == email.casefold())).one()
    return to_one >= MOST_FOR_ONE or session.scalars(sent).one() >= MOST_IN_ALL


def make_sign_in(session: Session, email: str, key: bytes, now: datetime) -> tuple[SignIn, str]:
    """Make a link that signs `email` in; return its row and its token."""
    nonce = secrets.token_hex(16)
    token = token_from(nonce, key)
    row = SignIn(
        digest=_digest(token), nonce=nonce, email=email.casefold(), asked_at=now, expires_at=now + LINK_LIVES
    )
    session.add(row)
    session.flush()
    return row, token


def signs_in(session: Session, token: str, now: datetime) -> str | None:
    """Return the address that `token` signs in, or None where it is nobody's, used or over."""
    if not TOKEN.fullmatch(token):
        return None
    alive = (SignIn.digest == _digest(token), SignIn.used_at.is_(None), SignIn.expires_at > now)
    return session.scalar(sa.select(SignIn.email).where(*alive))


def sign_in(session: Session, token: str, who: str, now: datetime) -> str | None:
    """Use `token` up and open a session of `who`; return the session's token, None where it signs nobody in."""
    if not TOKEN.fullmatch(token):
        return None
    alive = (SignIn.digest == _digest(token), SignIn.used_at.is_(None), SignIn.expires_at > now)
    email = session.scalar(sa.update(SignIn).where(*alive).values(used_at=now).returning(SignIn.email))
    if email is None:
        return None
    return open_session(session, email, who, now)


def open_session(session: Session, email: str, who: str, now: datetime) -> str:
    """Open a session of `who`, known by `email`; return its token."""
    opened = secrets.token_urlsafe(32)
    row = DeskSession(digest=_digest(opened), email=email.casefold(), began_at=now, expires_at=now + SESSION_LIVES)
    session.add(row)
    note(session, now, who, "signed in", email.casefold())
    return opened


def find_session(session: Session, token: str, now: datetime) -> DeskSession | None:
    """Return the session that `token` holds open; None where there is none, or it has ended."""
    row = session.scalar(HELD_OPEN, {"digest": _digest(token)})
    return row if row is not None and row.ended_at is None and row.expires_at > now else None


def sign_out(session: Session, token: str, who: str, now: datetime) -> None:
    """End the session that `token` holds open."""
    found = find_session(session, token, now)
    if found is not None:
        found.ended_at = now
        note(session, now, who, "signed out", found.email)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
