"""Mailboxes of thousands: read in one run, in memory that does not grow with what lies there."""

import resource
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from imap_post import dovecot
from mail_desk import MailDesk, attachment, letter_from, mail_desk, workbook_part
from workbooks import fill, updates

from tracker.inbox.incoming import PIECE
from tracker.inbox.mailbox import read_inbox
from tracker.inbox.transports import imap
from tracker.settings import Settings
from tracker.store.engine import reading
from tracker.store.messages import count_unplaced

DONE = {"II.10.status": "Đang thực hiện", "II.10.percent": 60, "II.10.result": "Đã mở hai lớp"}


@pytest.fixture
def desk(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> MailDesk:
    return mail_desk(sqlite_engine, make_settings)


def strange(number: int, size: int) -> bytes:
    return letter_from(attachment(b"x" * size, "anh.jpg"), sender="la@ngoai.example", number=number)


def test_of_a_strangers_mail_a_piece_is_fetched_and_of_an_answer_all(
    desk: MailDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[int] = []
    fetch = imap.ImapInbox._fetch

    def counted(self: imap.ImapInbox, number: str, most: int) -> object:
        answer = fetch(self, number, most)
        fetched.append(sum(len(line[1]) for line in answer[1] if isinstance(line, tuple)))
        return answer

    monkeypatch.setattr(imap.ImapInbox, "_fetch", counted)
    late = workbook_part(fill(desk.workbook, DONE))  # behind two megabytes of something else
    more = f"In-Reply-To: {desk.letter.message_id}\n"
    ours = letter_from(attachment(b"x" * 2 * 1024 * 1024, "anh.jpg"), late, more=more, number=2)
    with dovecot() as server:
        server.put(strange(1, 5 * 1024 * 1024), ours)
        found = read_inbox(desk.engine, replace(desk.settings, inbox_url=server.url()))
    assert [one.kind for one in found.taken] == ["unknown", "reply"]
    assert fetched == [PIECE, PIECE, len(ours)]
    assert len(updates(desk.engine)) == 1


def read_many(desk: MailDesk, count: int, size: int) -> None:
    """Have a mailbox of `count` messages read in one run; the memory it takes is a fraction of what lies there."""
    with dovecot() as server:
        server.put(*(strange(number, size) for number in range(count)))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        found = read_inbox(desk.engine, replace(desk.settings, inbox_url=server.url()))
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
        assert (len(found.taken), found.more, found.shut) == (count, False, None)
        assert len([flags for flags in server.flags() if "TrackerRead" in flags]) == count
    assert grown < count * size // 4
    with reading(desk.engine) as session:
        assert sum(count_unplaced(session)) == count


def test_a_mailbox_is_read_in_one_run_in_little_memory(desk: MailDesk) -> None:
    read_many(desk, 60, 1024 * 1024)


@pytest.mark.slow
def test_a_mailbox_of_five_thousand_messages_is_read_in_one_run_in_little_memory(desk: MailDesk) -> None:
    read_many(desk, 5000, 40_000)
