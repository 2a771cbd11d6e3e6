"""The mailbox on a real IMAP server: each message is handled once, and nothing there is moved or destroyed."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from conftest import ROOT
from factories_mail import add_letter, all_of, the_letter, the_message
from imap_post import CHEST, PASSWORD, Dovecot, dovecot
from imap_tools.imap_utf7 import utf7_encode
from mail_samples import ABSENT, postfix, reply
from smtp_post import free_port

from tracker.inbox import incoming
from tracker.inbox.mailbox import read_inbox
from tracker.inbox.transports.imap import KEYWORD
from tracker.settings import Settings
from tracker.store.tables import JournalEntry, Message

MakeSettings = Callable[..., Settings]
CHEST_ON_THE_WIRE = utf7_encode(CHEST).decode()


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


def test_messages_are_handled_and_marked_by_a_keyword_alone(
    engine: sa.Engine, make_settings: MakeSettings, server: Dovecot
) -> None:
    add_letter(engine)
    server.put(postfix(), reply("Đã xong"), ABSENT)
    settings = make_settings(inbox_url=server.url())
    found = read_inbox(engine, settings)
    assert (found.shut, [one.kind for one in found.taken]) == (None, ["bounce", "reply", "auto"])
    assert the_letter(engine).state == "bounced"
    assert server.flags() == [{KEYWORD}] * 3
    assert read_inbox(engine, settings).taken == ()
    server.put(reply("thêm", 2))
    assert len(read_inbox(engine, settings).taken) == 1


def test_a_reply_came_when_the_server_took_it_in_not_when_it_is_read_or_says_it_was_written(
    engine: sa.Engine, make_settings: MakeSettings, server: Dovecot
) -> None:
    add_letter(engine)
    reached = datetime(2024, 10, 29, 16, 45, tzinfo=UTC)
    told = 'INTERNALDATE "01-Jan-2024 00:00:00 +0000"'  # a message says nothing of when it was taken in
    server.put(reply(told, Subject=told, Date="Mon, 21 Oct 2024 08:00:00 +0700"), reached=reached)
    read_inbox(engine, make_settings(inbox_url=server.url()))
    kept = the_message(engine)
    assert (kept.received_at, kept.text) == (reached, told)
    assert kept.written_at == datetime(2024, 10, 21, 1, 0, tzinfo=UTC)


def test_a_server_whose_clock_is_wrong_dates_no_reply(
    sqlite_engine: sa.Engine, make_settings: MakeSettings, server: Dovecot
) -> None:
    add_letter(sqlite_engine)
    settings = make_settings(inbox_url=server.url())
    server.put(reply("mai sau"), reached=datetime.now(UTC) + timedelta(days=400))
    server.put(reply("trước khi có thư", 2), reached=datetime(2024, 10, 1, tzinfo=UTC))
    read_inbox(sqlite_engine, settings)
    for kept in all_of(sqlite_engine, Message):
        assert settings.now() - timedelta(minutes=5) < kept.received_at <= settings.now()


def test_what_a_person_has_read_is_read_all_the_same_and_what_one_deleted_is_not_destroyed(
    sqlite_engine: sa.Engine, make_settings: MakeSettings, server: Dovecot
) -> None:
    add_letter(sqlite_engine)
    server.put(reply("một"), reply("hai", 2), reply("ba", 3))
    with server.opened() as person:
        person.store("1", "+FLAGS", "(\\Seen)")
        person.store("2", "+FLAGS", "(\\Deleted)")
    found = read_inbox(sqlite_engine, make_settings(inbox_url=server.url()))
    assert [row.text for row in all_of(sqlite_engine, Message)] == ["một", "ba"]
    assert found.shut is None
    assert server.flags() == [{"\\Seen", KEYWORD}, {"\\Deleted"}, {KEYWORD}]


def test_where_no_keyword_can_be_kept_a_message_is_marked_as_read(
    sqlite_engine: sa.Engine, make_settings: MakeSettings, server: Dovecot
) -> None:
    server.put(reply("x"), mailbox=CHEST_ON_THE_WIRE)
    settings = make_settings(inbox_url=server.url(mailbox=CHEST))
    assert len(read_inbox(sqlite_engine, settings).taken) == 1
    assert server.flags(CHEST_ON_THE_WIRE) == [{"\\Seen"}]
    assert read_inbox(sqlite_engine, settings).taken == ()


READER = """
import os, signal, sys
from tracker.inbox.transports.imap import ImapInbox
from tracker.inbox.mailbox import read_inbox
from tracker.settings import load_settings
from tracker.store.engine import opened_store
ImapInbox.done = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
settings = load_settings()
with opened_store(settings.database_url) as engine:
    read_inbox(engine, settings)
"""


def test_a_reader_that_dies_before_it_marks_a_message_does_not_handle_it_twice(
    engine: sa.Engine, database_url: str, make_settings: MakeSettings, server: Dovecot
) -> None:
    add_letter(engine)
    server.put(postfix())
    settings = make_settings(inbox_url=server.url())
    env = {
        "TRACKER_VAR": str(settings.var),
        "TRACKER_DATABASE_URL": database_url,
        "TRACKER_INBOX_URL": server.url(),
    }
    dead = subprocess.run([sys.executable, "-c", READER], env=os.environ | env, cwd=ROOT, check=False)
    assert dead.returncode == -signal.SIGKILL
    assert (len(all_of(engine, Message)), server.flags()) == (1, [set()])
    assert read_inbox(engine, settings).taken == ()
    assert len(all_of(engine, JournalEntry)) == 1
    assert server.flags() == [{KEYWORD}]


def test_no_more_of_a_message_is_fetched_than_may_be_read(
    sqlite_engine: sa.Engine, make_settings: MakeSettings, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.inbox.transports.imap.LIMIT", 2000)
    monkeypatch.setattr(incoming, "LIMIT", 2000)
    server.put(reply("x" * 100_000), b"\0 not a message at all \xff")
    found = read_inbox(sqlite_engine, make_settings(inbox_url=server.url()))
    assert [error for _, error in found.unreadable] == ["thư lớn hơn 0 MB, không đọc nội dung"]
    assert len(found.taken) == 2
    assert server.flags() == [{KEYWORD}] * 2


def test_an_empty_mailbox_is_nothing_to_say(
    sqlite_engine: sa.Engine, make_settings: MakeSettings, server: Dovecot
) -> None:
    found = read_inbox(sqlite_engine, make_settings(inbox_url=server.url()))
    assert (found.taken, found.more, found.shut) == ((), False, None)


def assert_named(shut: str | None, server_port: int) -> None:
    assert shut is not None
    assert f"127.0.0.1:{server_port}/" in shut
    assert "không mở được hộp thư đến" in shut
    assert "kiểm tra TRACKER_INBOX_URL và mạng" in shut
    assert PASSWORD not in shut


@pytest.mark.parametrize(
    "wrong",
    [{"password": "sai"}, {"password": "sai mật"}, {"mailbox": "Không có"}],
    ids=["ascii", "unicode", "mailbox"],
)
def test_a_mailbox_that_does_not_open_is_named_without_its_password(
    sqlite_engine: sa.Engine, make_settings: MakeSettings, server: Dovecot, wrong: dict[str, str]
) -> None:
    assert_named(read_inbox(sqlite_engine, make_settings(inbox_url=server.url(**wrong))).shut, server.port)


@pytest.mark.parametrize("scheme", ["imap", "imaps"])
def test_a_server_that_is_not_there_is_named(
    sqlite_engine: sa.Engine, make_settings: MakeSettings, scheme: str
) -> None:
    port = free_port()
    settings = make_settings(inbox_url=f"{scheme}://a:b@127.0.0.1:{port}/INBOX")
    assert_named(read_inbox(sqlite_engine, settings).shut, port)


def test_a_server_that_speaks_something_else_is_named(
    sqlite_engine: sa.Engine, make_settings: MakeSettings
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        settings = make_settings(inbox_url=f"imap://a:b@127.0.0.1:{port}")
        other.settimeout(10)

        def greet() -> None:
            client, _ = other.accept()
            client.sendall(b"220 mail.example ESMTP\r\n")
            client.close()

        from threading import Thread

        (thread := Thread(target=greet)).start()
        assert_named(read_inbox(sqlite_engine, settings).shut, port)
        thread.join()


@pytest.mark.parametrize("scheme", ["imap", "imaps"])
def test_a_server_with_tls_is_spoken_to_in_secret_and_only_where_its_certificate_is_trusted(
    sqlite_engine: sa.Engine, make_settings: MakeSettings, scheme: str
) -> None:
    with dovecot(tls=True) as server:
        shut = str(read_inbox(sqlite_engine, make_settings(inbox_url=server.url(scheme))).shut)
        port = server.secure_port if scheme == "imaps" else server.port
        assert shut.startswith(f"127.0.0.1:{port}/INBOX: không mở được hộp thư đến: không tin được chứng thư")
        assert "TRACKER_CA_FILE" in shut
        assert "mạng" not in shut
        server.put(reply("x"))
        trusting = make_settings(inbox_url=server.url(scheme), ca_file=str(server.certificate))
        assert len(read_inbox(sqlite_engine, trusting).taken) == 1


@pytest.mark.parametrize("option", ["", "?tls=starttls", "?tls=required"])
def test_no_password_goes_to_a_server_elsewhere_that_offers_no_encryption(
    sqlite_engine: sa.Engine, make_settings: MakeSettings, server: Dovecot, option: str
) -> None:
    elsewhere = server.url().replace("@127.0.0.1:", "@127.1:") + option
    found = read_inbox(sqlite_engine, make_settings(inbox_url=elsewhere))
    assert "không chào STARTTLS" in str(found.shut)
    with server.opened():
        pass
    told = (server.certificate.parent / "log").read_text()
    assert "no auth attempts" in told


def test_encryption_can_be_demanded_of_a_server_on_this_machine(
    sqlite_engine: sa.Engine, make_settings: MakeSettings, server: Dovecot
) -> None:
    found = read_inbox(sqlite_engine, make_settings(inbox_url=server.url() + "?tls=required"))
    assert "không chào STARTTLS" in str(found.shut)


def test_a_server_that_falls_silent_in_the_middle_keeps_what_was_read(
    sqlite_engine: sa.Engine, make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_letter(sqlite_engine)
    with dovecot() as server:
        settings = make_settings(inbox_url=server.url())
        server.put(reply("một"), reply("hai", 2))
        from tracker.inbox.transports.imap import ImapInbox

        done = ImapInbox.done

        def hang_up(inbox: ImapInbox, handle: str) -> None:
            done(inbox, handle)
            assert inbox.mailbox is not None
            inbox.mailbox.client.shutdown()

        with monkeypatch.context() as patch:
            patch.setattr(ImapInbox, "done", hang_up)
            found = read_inbox(sqlite_engine, settings)
        assert len(found.taken) == 1
        assert "không đọc được hộp thư đến" in str(found.shut)
        assert [row.text for row in all_of(sqlite_engine, Message)] == ["một"]
        assert len(read_inbox(sqlite_engine, settings).taken) == 1
