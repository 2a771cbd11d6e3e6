"""The mapped tables of who is let in: people at the desk, and programs. No token is in them, only its digest."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.base import Base


class SignIn(Base):
    """A link by which a person of the plan signs in at the desk, once; only a digest of its token is kept."""

    __tablename__ = "sign_ins"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    nonce: Mapped[str] = mapped_column(sa.String(64))
    """With the secret key it gives the token, when the letter leaves."""
    email: Mapped[str] = mapped_column(sa.String(320), index=True)
    letter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("letters.id"), index=True)
    """The letter that brings it; None where it was printed."""
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class DeskSession(Base):
    """A person signed in at the desk; only a digest of the cookie's token is kept."""

    __tablename__ = "desk_sessions"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    email: Mapped[str] = mapped_column(sa.String(320))
    began_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ApiToken(Base):
    """Lets a program read a plan, or answer for one of its agencies; only a digest of the token is kept."""

    __tablename__ = "api_tokens"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    plan_id: Mapped[str] = mapped_column(sa.String(40), index=True)
    agency_id: Mapped[str | None] = mapped_column(sa.String(40))
    """For whom it answers; None where it only reads."""
    name: Mapped[str] = mapped_column(sa.String(200))
    """Whose program holds it, in the admin's words."""
    made_by: Mapped[str] = mapped_column(sa.String(200))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
