"""Tokens of programs: made by an admin, shown once, kept as a digest, good until a day or until withdrawn."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.errors import BadInput
from tracker.plan.model import Plan
from tracker.settings import ZONE
from tracker.store.journal import note
from tracker.store.links import TOKEN
from tracker.store.tables import ApiToken
from tracker.words import CONTROL, composed

LONGEST_LIFE = timedelta(days=731)
"""Two years: what nobody looks after ends by itself."""
LONGEST_NAME = 200


def make_token(
    session: Session, plan: Plan, name: str, agency: str, until: date, who: str, now: datetime
) -> tuple[ApiToken, str]:
    """Make a token good to the end of the day `until`; return its row and the token, which nobody can show again.

    It answers for the agency called `agency`, or only reads where that is empty. BadInput names all that is wrong.
    """
    wrong = []
    name, today = composed(name).strip(), now.astimezone(ZONE).date()
    if not name or len(name) > LONGEST_NAME or CONTROL.search(name) or "\n" in name:
        wrong.append(f"chưa ghi tên phần mềm trên một dòng, tối đa {LONGEST_NAME} ký tự")
    if not today <= until <= today + LONGEST_LIFE:
        last = today + LONGEST_LIFE
        wrong.append(f"ngày hết hạn {until:%d/%m/%Y} không dùng được; chọn từ hôm nay đến {last:%d/%m/%Y}")
    agency_id = None
    try:
        agency_id = plan.find_agency(agency).id if agency else None
    except BadInput as error:
        wrong.append(str(error))
    if wrong:
        raise BadInput("\n".join(wrong))
    token = secrets.token_urlsafe(32)
    row = ApiToken(
        digest=_digest(token),
        plan_id=plan.plan.plan_id,
        agency_id=agency_id,
        name=name,
        made_by=who,
        made_at=now,
        expires_at=datetime.combine(until + timedelta(days=1), time(), tzinfo=ZONE),
    )
    session.add(row)
    session.flush()
    detail = {"agency": agency_id} if agency_id else {}
    note(session, now, who, "made a token", f"token {row.id}", name=name, until=str(until), **detail)
    return row, token


def withdraw_token(session: Session, plan_id: str, number: int, who: str, now: datetime) -> ApiToken:
    """Withdraw the token no. `number` of a plan, once; raises BadInput where it has none."""
    row = session.get(ApiToken, number)
    if row is None or row.plan_id != plan_id:
        raise BadInput(f"không có mã truy cập số {number}; xem các mã bằng: tracker token list")
    if row.withdrawn_at is None:
        row.withdrawn_at = now
        note(session, now, who, "withdrew a token", f"token {row.id}", name=row.name)
    return row


def tokens_of(session: Session, plan_id: str) -> Sequence[ApiToken]:
    """Return every token of a plan, the newest first."""
    return session.scalars(
        sa.select(ApiToken).where(ApiToken.plan_id == plan_id).order_by(ApiToken.id.desc())
    ).all()


def find_token(session: Session, token: str, now: datetime) -> ApiToken | None:
    """Return the live row of `token`; None alike for unknown, malformed, expired and withdrawn ones."""
    if not TOKEN.fullmatch(token):
        return None
    row = session.scalar(sa.select(ApiToken).where(ApiToken.digest == _digest(token)))
    return row if row is not None and row.withdrawn_at is None and row.expires_at > now else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
