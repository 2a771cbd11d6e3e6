"""The outbox: letters are queued once by key, claimed with a lease, and settled one by one."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.errors import BadInput, nearest
from tracker.store.journal import note
from tracker.store.tables import Letter

LEASE = timedelta(minutes=5)
"""How long a sender may hold a letter; after that another takes it over, and it may go out twice."""
STATE_WORDS = {
    "queued": "đang chờ",
    "sending": "đang gửi",
    "sent": "đã gửi",
    "refused": "bị từ chối",
    "withdrawn": "đã rút",
}
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
)
"""The pause after each failed try; after the last the letter is refused."""


def queue_letter(session: Session, values: dict[str, Any], now: datetime) -> int | None:
    """Queue a letter of `values` (columns of Letter); return its id, or None where its key was queued before."""
    insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[session.get_bind().dialect.name]
    row = {
        "state": "queued",
        "queued_at": now,
        "try_at": now,
        "attempts": 0,
        "uncertain": False,
        "reply": "",
        **values,
    }
    statement = insert(Letter.__table__).on_conflict_do_nothing(index_elements=["key"]).returning(Letter.id)
    queued: int | None = session.scalar(statement, row)
    return queued


def queued_keys(session: Session, keys: Collection[str]) -> set[str]:
    """Return those of `keys` that were queued before, whatever became of the letter."""
    return set(session.scalars(sa.select(Letter.key).where(Letter.key.in_(keys))))


def claim_next_letter(session: Session, now: datetime) -> Letter | None:
    """Take the oldest letter whose time has come, for LEASE; None where there is none.

    A letter whose lease ran out is taken over and marked uncertain: its sender died between sending and settling.
    """
    waiting = (
        sa.select(Letter)
        .where(Letter.state.in_(("queued", "sending")), Letter.try_at <= now)
        .order_by(Letter.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    letter = session.scalar(waiting)
    if letter is None:
        return None
    letter.uncertain = letter.uncertain or letter.state == "sending"
    letter.state = "sending"
    letter.attempts += 1
    letter.try_at = now + LEASE
    return letter


def settle_sent(session: Session, letter_id: int, reply: str, now: datetime) -> None:
    """Record that the letter left, with the server's `reply`; so it did, whoever put it back meanwhile."""
    left = sa.update(Letter).where(Letter.id == letter_id, Letter.state.in_(("sending", "queued")))
    session.execute(left.values(state="sent", sent_at=now, reply=reply))


def settle_failed(session: Session, letter: Letter, reply: str, now: datetime, *, permanent: bool) -> str:
    """Record a failed try; return the letter's new state: `queued` for another try, or `refused`."""
    if permanent or letter.attempts > len(PAUSES):
        _put_back(session, letter, state="refused", reply=reply)
        return "refused"
    _put_back(session, letter, state="queued", try_at=now + PAUSES[letter.attempts - 1], reply=reply)
    return "queued"


def release(session: Session, letter: Letter, reply: str, now: datetime) -> None:
    """Put a claimed letter back untried, for the door itself did not open."""
    _put_back(session, letter, state="queued", reply=reply, attempts=letter.attempts - 1, try_at=now)


def withdraw(session: Session, letter_ids: Collection[int]) -> None:
    """Withdraw queued letters that are no longer owed."""
    held = sa.update(Letter).where(Letter.id.in_(letter_ids), Letter.state == "queued")
    session.execute(held.values(state="withdrawn"))


def queued_reminders(session: Session) -> Sequence[Letter]:
    """Return the reminders that wait in the queue."""
    return session.scalars(sa.select(Letter).where(Letter.kind == "remind", Letter.state == "queued")).all()


def letters_in(session: Session, state: str | None = None) -> Sequence[Letter]:
    """Return the letters, the newest first; only those in `state` where given."""
    found = sa.select(Letter).order_by(Letter.id.desc())
    return session.scalars(found if state is None else found.where(Letter.state == state)).all()


def find_letter(session: Session, key: str) -> Letter:
    """Return the letter called `key`; raises BadInput naming the nearest one."""
    letter = session.scalar(sa.select(Letter).where(Letter.key == key))
    if letter is None:
        known = session.scalars(sa.select(Letter.key)).all()
        raise BadInput(f'không có thư "{key}"; {nearest(key, known)}')
    return letter


def retry_letter(session: Session, letter: Letter, to: Sequence[str], who: str, now: datetime) -> None:
    """Queue a refused or withdrawn letter again, for `to`; raises BadInput for one that waits or has left."""
    _move(session, letter, ("refused", "withdrawn"), who, now, state="queued", try_at=now, attempts=0, to=list(to))


def cancel_letter(session: Session, letter: Letter, who: str, now: datetime) -> None:
    """Withdraw a letter that waits; raises BadInput for one that is under way or has left."""
    _move(session, letter, ("queued",), who, now, state="withdrawn")


def _move(session: Session, letter: Letter, before: Sequence[str], who: str, now: datetime, **values: Any) -> None:
    moved = sa.update(Letter).where(Letter.id == letter.id, Letter.state.in_(before)).values(**values)
    if not session.execute(moved.returning(Letter.id)).all():
        raise BadInput(
            f"{letter.key}: thư đang ở trạng thái “{STATE_WORDS[letter.state]}”, không làm được việc này"
        )
    note(session, now, who, f"made a letter {values['state']}", letter.key)


def count_by_state(session: Session) -> dict[str, int]:
    """Return how many letters stand in each state."""
    return dict(session.execute(sa.select(Letter.state, sa.func.count()).group_by(Letter.state)).tuples().all())


def _put_back(session: Session, letter: Letter, **values: Any) -> None:
    # Only what this sender still holds: after its lease another may be sending the letter.
    held = sa.update(Letter).where(
        Letter.id == letter.id, Letter.state == "sending", Letter.attempts == letter.attempts
    )
    session.execute(held.values(**values), execution_options={"synchronize_session": False})
