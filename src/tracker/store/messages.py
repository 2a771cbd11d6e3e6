"""What came in by mail: each message is recorded once, with the letter it answers."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from tracker.settings import ZONE
from tracker.store.engine import insert_once
from tracker.store.plans import plans_in_force
from tracker.store.tables import Letter, Message, Period

UNPLACED_A_DAY = 200
"""Messages of one day kept that answer no letter: more than people send by mistake. The rest is counted."""
NOTED = "\n\n[Ghi chú của chương trình: "
"""What stands between a writer's own words and what the program says of the message."""
WORKBOOK_RECORDED = "Đã ghi nhận tệp Excel kèm thư"
"""How the note on a message begins whose workbook is recorded, so that nothing of it is left to do."""


class Kind(StrEnum):
    """What a message is."""

    BOUNCE = "bounce"
    """A mail server's report on a letter of ours."""
    AUTO = "auto"
    """Written by a program: an absence, a newsletter."""
    REPLY = "reply"
    """A person's answer to a letter of ours."""
    WORKBOOK = "workbook"
    """An answer that brought a workbook and no words; the program dealt with it."""
    UNPLACED = "unplaced"
    """A person's message in the name of a contact; which letter it answers is not known."""
    OWN = "own"
    """A letter of ours that came round."""
    UNKNOWN = "unknown"
    """None of these; its words are not kept."""
    COUNTED = "counted"
    """No message: stands for those of one day that were too many to keep; `uses` says how many."""


def record_message(session: Session, row: Mapping[str, Any]) -> int | None:
    """Record a message (columns of Message); return its id, or None where its digest is in the record already.

    Whoever comes second waits until the first is in the record, or has given up.
    """
    fresh: int | None = session.scalar(insert_once(session, Message, "digest"), dict(row))
    return fresh


def record_unplaced(session: Session, row: Mapping[str, Any], day: date) -> int | None:
    """Record a message of `day` that answers no letter, or count it where the day has UNPLACED_A_DAY already.

    Returns its id as `record_message` does, 0 where it was only counted. To be called by one at a time.
    """
    if session.scalar(sa.select(Message.id).where(Message.digest == row["digest"])) is not None:
        return None
    since = datetime.combine(day, time(), tzinfo=ZONE)
    that_day = sa.and_(Message.received_at >= since, Message.received_at < since + timedelta(days=1))
    apart = [Kind.OWN, Kind.UNPLACED]  # each has room of its own, which no stranger fills
    alike = (Message.kind == row["kind"]) if row["kind"] in apart else Message.kind.not_in([*apart, Kind.COUNTED])
    here = sa.select(sa.func.count()).where(Message.letter_id.is_(None), that_day, alike)
    if session.scalars(here).one() < UNPLACED_A_DAY:
        return record_message(session, row)
    digest = hashlib.sha256(f"unplaced:{day}".encode()).hexdigest()
    empty = {"digest": digest, "received_at": since, "kind": Kind.COUNTED, "addresses": []}
    record_message(session, empty | dict.fromkeys(("sender", "subject", "text"), ""))
    one_more = sa.update(Message).where(Message.digest == digest).values(uses=Message.uses + 1)
    session.execute(one_more)
    return 0


def count_unplaced(session: Session) -> tuple[int, int]:
    """Return how many messages of strangers are kept, and how many more of anybody were counted alone."""
    shown = [Kind.COUNTED, Kind.OWN, Kind.UNPLACED]
    nobodys = sa.and_(Message.letter_id.is_(None), Message.kind.not_in(shown))
    kept = session.scalars(sa.select(sa.func.count()).where(nobodys)).one()
    counted = sa.select(sa.func.sum(Message.uses)).where(Message.kind == Kind.COUNTED)
    return kept, session.scalars(counted).one() or 0


def count_not_kept(session: Session, since: date) -> int:
    """Return how many messages that answer no letter were counted alone from the day `since` on."""
    counted = (Message.kind == Kind.COUNTED, Message.received_at >= datetime.combine(since, time(), tzinfo=ZONE))
    return session.scalars(sa.select(sa.func.sum(Message.uses)).where(*counted)).one() or 0


def escaped_words(words: str) -> str:
    """Return a writer's `words` as they are kept: nobody's look like a note of the program."""
    return words.replace(NOTED.strip(), NOTED.strip().replace("[", "("))


def noted(words: str, told: str) -> str:
    """Return the text to keep of a message: its writer's own words, and what the program has `told` of it."""
    return f"{escaped_words(words)}{NOTED}{told}]".strip()


def own_words_of(message: Message) -> str:
    """Return what the writer of `message` wrote, without the program's note."""
    return f"\n\n{message.text}".partition(NOTED)[0].strip()


def note_on(message: Message) -> str:
    """Return what the program has told of `message`; empty where it told nothing."""
    return f"\n\n{message.text}".partition(NOTED)[2].removesuffix("]")


def change_message(session: Session, message_id: int, **values: Any) -> None:
    """Change the columns of a recorded message to `values`."""
    session.execute(sa.update(Message).where(Message.id == message_id).values(**values))


def answers_a_letter(session: Session, message_ids: Sequence[str]) -> bool:
    """Say whether any of `message_ids` is a letter's."""
    return session.scalar(sa.select(Letter.id).where(Letter.message_id.in_(message_ids)).limit(1)) is not None


def letter_answered(session: Session, message_ids: Sequence[str], *, hold: bool) -> Letter | None:
    """Return the letter that carries the first of `message_ids` that any letter carries.

    It is held until the end where asked to `hold`, which a session that only reads cannot.
    """
    if not message_ids:
        return None
    found = sa.select(Letter).where(Letter.message_id.in_(message_ids))
    found = found.with_for_update() if hold else found
    by_id = {letter.message_id: letter for letter in session.scalars(found.options(defer(Letter.message)))}
    return next((by_id[one] for one in message_ids if one in by_id), None)


def waiting_replies(session: Session, period: Period | None = None) -> Sequence[tuple[Message, Letter | None]]:
    """Return people's messages that the coordinator has yet to handle, with the letters they answer.

    The oldest first. Where `period` is given, only those to its letters, and those that answer no known letter but
    may be of its plan.
    """
    found = replies(session, period).where(Message.handled_at.is_(None)).order_by(Message.id)
    return [(message, letter) for message, letter in session.execute(found)]


def replies(session: Session, period: Period | None = None) -> sa.Select[Any]:
    """Return the query of people's messages with the letters they answer; `period` as above."""
    found = sa.select(Message, Letter).outerjoin(Letter, Letter.id == Message.letter_id)
    found = found.where(Message.kind.in_([Kind.REPLY, Kind.UNPLACED])).options(defer(Letter.message))
    if period is not None:
        unplaced = Message.kind == Kind.UNPLACED
        if strange := _of_other_plans(session, period.plan_id):
            unplaced &= Message.sender.not_in(strange)
        found = found.where(sa.or_(Letter.period_id == period.id, unplaced))
    return found


def _of_other_plans(session: Session, plan_id: str) -> list[str]:
    """Return who wrote without answering a known letter and is a contact of another plan, and not of this one."""
    own: set[str] = set()
    others: set[str] = set()
    for plan in plans_in_force(session):
        told = (contact.to.lower() for agency in plan.agencies.values() for contact in agency.contacts)
        (own if plan.plan.plan_id == plan_id else others).update(told)
    if not others - own:
        return []
    senders = session.scalars(sa.select(Message.sender).where(Message.kind == Kind.UNPLACED).distinct())
    return [sender for sender in senders if sender.lower() in others - own]


def count_waiting_replies(session: Session, period: Period) -> int:
    """Return how many messages the page of `period` shows that the coordinator has yet to handle."""
    waiting = replies(session, period).where(Message.handled_at.is_(None)).with_only_columns(Message.id)
    return session.scalars(sa.select(sa.func.count()).select_from(waiting.subquery())).one()


def claim_reply(session: Session, message: Message, seen_uses: int, **values: Any) -> bool:
    """Change a waiting reply's columns to `values`; False where somebody else dealt with it since it was seen."""
    still = sa.update(Message).where(
        Message.id == message.id, Message.handled_at.is_(None), Message.uses == seen_uses
    )
    if not session.execute(still.values(**values).returning(Message.id)).all():
        return False
    session.refresh(message)
    return True
