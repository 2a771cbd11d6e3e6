"""What a small office meets: silent servers, a poisoned letter, a full disk; the other letters still go."""

import email
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from answering import TODAY, open_season, outbox_row
from smtp_post import Post

from tracker.letters.send import _Run, send_queued
from tracker.letters.transports import Delivered, mail_transport
from tracker.letters.transports.smtp import SmtpTransport
from tracker.remind.queue import queue_today
from tracker.settings import Settings
from tracker.store.engine import reading, writing
from tracker.store.letters import queue_letters, withdraw
from tracker.store.tables import Letter

COMMERCE = "socongthuong@angiang.example"


def queued(engine: sa.Engine, settings: Settings) -> Settings:
    """Queue the eight reminders of the day; return the settings of that day."""
    open_season(engine)
    queue_today(engine, settings.on(TODAY))
    return settings.on(TODAY)


def letters(engine: sa.Engine) -> dict[str, Letter]:
    with reading(engine) as session:
        return {letter.agency_id: letter for letter in session.scalars(sa.select(Letter))}


def test_a_server_that_falls_silent_over_one_letter_still_gets_the_others(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    behaviour, url = post
    monkeypatch.setattr("tracker.letters.transports.smtp.PATIENCE", 0.5)
    behaviour.refuse[COMMERCE] = ["hang"]
    outcome = send_queued(sqlite_engine, queued(sqlite_engine, replace(settings, mail_url=url)))
    assert (outcome.sent, len(outcome.postponed), outcome.shut) == (7, 1, None)


def test_a_server_that_falls_silent_over_every_letter_is_left_alone_until_the_next_run(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    behaviour, url = post
    monkeypatch.setattr("tracker.letters.transports.smtp.PATIENCE", 0.3)
    today = queued(sqlite_engine, replace(settings, mail_url=url))
    for letter in letters(sqlite_engine).values():
        behaviour.refuse[letter.to[0]] = ["hang"]
    outcome = send_queued(sqlite_engine, today)
    assert "mất kết nối" in (outcome.shut or "")
    assert len(outcome.postponed) == 3
    assert {letter.state for letter in letters(sqlite_engine).values()} == {"queued"}


def test_one_poisoned_letter_of_a_thousand_keeps_none_of_the_others_back(
    engine: sa.Engine, settings: Settings, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    open_season(engine)
    with writing(engine) as session:
        rows = [outbox_row(session, f"k{n}", to=[f"a{n}@angiang.example"]) for n in range(1_000)]
        queue_letters(session, rows, settings.now())
        poisoned = sa.update(Letter.__table__).where(Letter.key == "k500")
        session.execute(poisoned.values(message=sa.literal(b"no message at all", sa.LargeBinary)))
    outcome = send_queued(engine, replace(settings, mail_url=url))
    assert len({address for address, _ in behaviour.came}) == outcome.sent == 999
    assert [letter.key for letter, _ in outcome.refused] == ["k500"]


FULL = """
CREATE TRIGGER full_disk BEFORE UPDATE OF sent_at ON letters
WHEN (SELECT count(*) FROM letters WHERE state = 'sent') = 3
BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END
"""


def test_a_disk_that_is_full_in_the_middle_of_a_run_leaves_one_letter_in_doubt_and_the_message_names_it(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    today = queued(sqlite_engine, replace(settings, mail_url=url))
    with writing(sqlite_engine) as session:
        session.execute(sa.text(FULL))
    outcome = send_queued(sqlite_engine, today)
    [claimed] = [letter for letter in letters(sqlite_engine).values() if letter.state == "sending"]
    assert Counter(letter.state for letter in letters(sqlite_engine).values()) == {
        "sent": 3,
        "sending": 1,
        "queued": 4,
    }
    assert outcome.sent == len(behaviour.came) == 4
    assert "ổ đĩa đầy" in (outcome.shut or "")
    assert f"Thư {claimed.key} đã gửi nhưng chưa ghi được" in (outcome.shut or "")
    with writing(sqlite_engine) as session:
        session.execute(sa.text("DROP TRIGGER full_disk"))
    assert send_queued(sqlite_engine, today).sent == 4  # the lease of the other has not run out
    assert send_queued(sqlite_engine, today.on(TODAY + timedelta(days=1))).sent == 1
    assert [letter.key for letter in letters(sqlite_engine).values() if letter.uncertain] == [claimed.key]
    copies = Counter(email.message_from_bytes(raw)["Message-ID"] for _, raw in behaviour.came)
    assert {message for message, count in copies.items() if count > 1} == {claimed.message_id}
    assert sum(copies.values()) == 9


def test_a_letter_that_was_refused_while_the_disk_was_full_is_not_said_to_have_left(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    today = queued(sqlite_engine, replace(settings, mail_url=url))
    behaviour.refuse = {letter.to[0]: ["550 no such user"] for letter in letters(sqlite_engine).values()}
    with writing(sqlite_engine) as session:
        session.execute(sa.text(FULL.replace("OF sent_at", "OF reply").replace("= 3", "= 0")))
    outcome = send_queued(sqlite_engine, today)
    assert (outcome.sent, outcome.refused, outcome.trouble_lines()) == (0, [], [])
    assert "không gửi được (550 no such user) nhưng chưa ghi được" in (outcome.shut or "")
    assert Counter(letter.state for letter in letters(sqlite_engine).values()) == {"sending": 1, "queued": 7}


@pytest.mark.parametrize("way", ["smtp", "folder"])
def test_a_letter_that_is_withdrawn_while_a_sender_runs_does_not_leave(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str], way: str
) -> None:
    behaviour, url = post
    today = queued(sqlite_engine, replace(settings, mail_url=url) if way == "smtp" else settings)

    def at_the_first_letter() -> None:
        with writing(sqlite_engine) as session:
            waiting = sa.select(Letter.id).where(Letter.state == "queued", Letter.agency_id != "hoi-lhpn")
            withdraw(session, session.scalars(waiting).all())

    interrupted = iter([at_the_first_letter])
    with mail_transport(today.mail_url) as real:

        class Interrupted:
            def deliver(self, *given: Any, whole: bool) -> Delivered:
                reply = real.deliver(*given, whole=whole)
                next(interrupted, lambda: None)()
                return reply

        outcome = _Run(sqlite_engine, today, Interrupted()).send_all()  # type: ignore[arg-type]
    states = Counter(letter.state for letter in letters(sqlite_engine).values())
    assert outcome.sent == states["sent"] <= 2
    assert states["withdrawn"] == 8 - outcome.sent
    arrived = len(behaviour.came) if way == "smtp" else len(list((today.var / "outbox").iterdir()))
    assert arrived == outcome.sent


@pytest.mark.parametrize("end", ["", "\r\n", "\r\n\r\n"])
def test_lines_that_begin_with_a_full_stop_arrive_as_they_were(post: tuple[Post, str], end: str) -> None:
    behaviour, url = post
    mail = b"Subject: x\r\n\r\n.\r\n..\r\n.a\r\n\r\nb." + end.encode()
    with SmtpTransport(url) as door:
        door.deliver(mail, "a@angiang.example", [COMMERCE], "k")
    assert behaviour.came[0][1] == mail + (b"" if end else b"\r\n")
