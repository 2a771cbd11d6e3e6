"""What came in by mail: each message is recorded once, with the letter it answers."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, defer

from tracker.store.tables import Letter, Message, Period

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
    OWN = "own"
    """A letter of ours that came round."""
    UNKNOWN = "unknown"
    """None of these; its words are not kept."""


def record_message(session: Session, row: Mapping[str, Any]) -> int | None:
    """Record a message (columns of Message); return its id, or None where its digest is in the record already.

    Whoever comes second waits until the first is in the record, or has given up.
    """
    insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[session.get_bind().dialect.name]
    statement = insert(Message.__table__).on_conflict_do_nothing(index_elements=["digest"]).returning(Message.id)
    fresh: int | None = session.scalar(statement, dict(row))
    return fresh


def kept_words(words: str) -> str:
    """Return a writer's `words` as they are kept: nobody's look like a note of the program."""
    return words.replace(NOTED.strip(), NOTED.strip().replace("[", "("))


def noted(words: str, told: str) -> str:
    """Return the text to keep of a message: its writer's own words, and what the program has `told` of it."""
    return f"{kept_words(words)}{NOTED}{told}]".strip()


def own_words_of(message: Message) -> str:
    """Return what the writer of `message` wrote, without the program's note."""
    return f"\n\n{message.text}".partition(NOTED)[0].strip()


def note_on(message: Message) -> str:
    """Return what the program has told of `message`; empty where it told nothing."""
    return f"\n\n{message.text}".partition(NOTED)[2].removesuffix("]")


def change_message(session: Session, message_id: int, **values: Any) -> None:
    """Change the columns of a recorded message to `values`."""
    session.execute(sa.update(Message).where(Message.id == message_id).values(**values))


def letter_answered(session: Session, message_ids: Sequence[str]) -> Letter | None:
    """Return the letter that carries the first of `message_ids` that any letter carries, held until the end."""
    found = sa.select(Letter).where(Letter.message_id.in_(message_ids)).with_for_update()
    by_id = {letter.message_id: letter for letter in session.scalars(found.options(defer(Letter.message)))}
    return next((by_id[one] for one in message_ids if one in by_id), None)


def waiting_replies(session: Session, period: Period | None = None) -> Sequence[tuple[Message, Letter]]:
    """Return people's answers that the coordinator has yet to handle, with their letters, the oldest first.

    Where `period` is given, only those to its letters.
    """
    found = (
        sa.select(Message, Letter)
        .join(Letter, Letter.id == Message.letter_id)
        .where(Message.kind == Kind.REPLY, Message.handled_at.is_(None))
        .options(defer(Letter.message))
    )
    if period is not None:
        found = found.where(Letter.period_id == period.id)
    return [(message, letter) for message, letter in session.execute(found.order_by(Message.id))]


def claim_reply(session: Session, message: Message, seen_uses: int, **values: Any) -> bool:
    """Change a waiting reply's columns to `values`; False where somebody else dealt with it since it was seen."""
    still = sa.update(Message).where(
        Message.id == message.id, Message.handled_at.is_(None), Message.uses == seen_uses
    )
    if not session.execute(still.values(**values).returning(Message.id)).all():
        return False
    session.refresh(message)
    return True
