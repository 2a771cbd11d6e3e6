"""A thousand messages of a forger who has plan, guide and code, but neither key nor letter, change nothing."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest
import sqlalchemy as sa
from answering import TODAY
from factories_mail import all_of, put
from forging import KINDS, forged, forged_letters, forgeries
from mail_desk import mail_desk
from mail_samples import SENDER
from workbooks import dump

from tracker.answers.receipts import take_in_today
from tracker.inbox import mailbox
from tracker.inbox.incoming import Incoming
from tracker.inbox.mailbox import read_inbox
from tracker.inbox.placing import LOOKED_INTO_A_DAY
from tracker.inbox.summary import inbox_lines
from tracker.inbox.workbook_replies import Read
from tracker.letters.send import send_queued
from tracker.remind.queue import queue_today
from tracker.settings import Settings
from tracker.store.engine import reading
from tracker.store.messages import UNPLACED_A_DAY, Kind, count_unplaced, waiting_replies
from tracker.store.tables import Message

FORGED = 1000
INBOX = "imaps://theo-doi:bimat@thu.example/INBOX?plus=yes"


def besides_messages(engine: sa.Engine) -> dict[str, list[tuple[object, ...]]]:
    return {table: rows for table, rows in dump(engine).items() if table != "messages"}


def test_a_thousand_forged_messages_change_nothing_but_the_queue_of_unplaced_mail(
    sqlite_engine: sa.Engine,
    make_settings: Callable[..., Settings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = mail_desk(sqlite_engine, lambda **more: make_settings(inbox_url=INBOX, **more))
    settings = make_settings(today=TODAY.isoformat())
    letters = forged_letters(tmp_path, make_settings)
    contacts = {one.to for one in letters}
    assert desk.letter.to[0] in contacts
    before = besides_messages(sqlite_engine)
    put(settings.var / "inbox", **{f"{n:04}": raw for n, raw in enumerate(islice(forgeries(letters), FORGED))})

    opened: list[str] = []
    read_attached = mailbox.read_attached

    def counted(message: Incoming) -> list[Read]:
        opened.append(message.sender)
        return read_attached(message)

    monkeypatch.setattr(mailbox, "read_attached", counted)
    found = read_inbox(sqlite_engine, settings)
    receipts = take_in_today(sqlite_engine, settings)

    assert (len(found.taken), found.shut, found.unreadable) == (FORGED, None, [])
    assert {one.letter for one in found.taken} == {None}
    assert (found.bounced, found.replies, found.workbooks, list(receipts.receipts)) == ([], [], [], [])
    assert besides_messages(sqlite_engine) == before

    # The queue is limited, and says how many came.
    kept: list[Message] = all_of(sqlite_engine, Message)  # type: ignore[assignment]
    by_kind = Counter(message.kind for message in kept)
    assert by_kind[Kind.UNPLACED] == UNPLACED_A_DAY < sum(one.kind is Kind.UNPLACED for one in found.taken)
    assert max(by_kind.values()) <= UNPLACED_A_DAY
    with reading(sqlite_engine) as session:
        assert len(waiting_replies(session)) == UNPLACED_A_DAY
        _, counted_alone = count_unplaced(session)
    assert len(kept) - by_kind[Kind.COUNTED] + counted_alone == FORGED
    lines = inbox_lines(found)
    assert f"{UNPLACED_A_DAY} thư như vậy chờ đầu mối xem" in "\n".join(lines)
    assert f"{counted_alone} thư không rõ trả lời thư nào chỉ được đếm" in "\n".join(lines)

    # Of what comes in the name of a contact little is opened, of a stranger's nothing.
    in_a_name = Counter(opened)
    assert set(in_a_name) <= contacts
    assert SENDER not in in_a_name
    assert max(in_a_name.values()) <= LOOKED_INTO_A_DAY + by_kind[Kind.AUTO] + by_kind[Kind.BOUNCE]

    later = settings.on(TODAY + timedelta(days=7))
    assert len(queue_today(sqlite_engine, later).fresh) == len(before["letters"]) > 5
    assert send_queued(sqlite_engine, later).sent == len(before["letters"])


FINDS_THE_LETTER = (
    "reply",
    "reply with a workbook",
    "new mail with a workbook",
    "workbook in a zip",
    "workbook in a winmail.dat",
    "link of the forger's",
    "marked address",
    "thread",
    "forward",
    "forward by a stranger",
    "all of it by a stranger",
    "bounce",
    "bounce with the letter",
    "bounce of Exim",
    "bounce of Exchange",
    "bounce in words",
    "absence",
)
"""Kinds that are placed where key and letter are ours: so nothing but the key keeps the forger's from it."""


@pytest.mark.parametrize("kind", FINDS_THE_LETTER)
def test_the_same_message_by_one_who_has_the_letter_is_placed(
    kind: str, sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    desk = mail_desk(sqlite_engine, lambda **more: make_settings(inbox_url=INBOX, **more))
    desk.settings = make_settings(today=TODAY.isoformat())
    desk.take(KINDS[kind](forged(desk.letter, desk.link)))
    assert desk.found[0].taken[0].letter == desk.letter.key
