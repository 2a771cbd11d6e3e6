"""What a small office meets: silent servers, a poisoned letter, a full disk; the other letters still go."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from answering import TODAY, open_season, outbox_row
from smtp_post import Post

from tracker.errors import StoreError
from tracker.letters.send import _Run, send_queued
from tracker.letters.transports import mail_door
from tracker.letters.transports.smtp import SmtpDoor
from tracker.remind.queue import queue_today
from tracker.settings import Settings
from tracker.store.engine import each_statement_alone, reading, writing
from tracker.store.letters import queue_letters, withdraw
from tracker.store.outbox import Held, Left, move_on
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


def test_a_store_that_fails_in_the_middle_of_a_letter_lets_it_not_leave(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    behaviour, url = post
    today = queued(sqlite_engine, replace(settings, mail_url=url))

    began = move_on

    def full(connection: sa.Connection, left: Left | None, letter: Held | None, now: datetime) -> bool:
        if left is None:
            return began(connection, left, letter, now)
        raise sa.exc.OperationalError("update", {}, Exception("database or disk is full"))

    monkeypatch.setattr("tracker.letters.send.move_on", full)
    with pytest.raises(StoreError, match="ổ đĩa đầy"):
        send_queued(sqlite_engine, today)
    assert len(behaviour.came) == 1  # the second stood ready, and its last word was held back
    monkeypatch.undo()
    assert send_queued(sqlite_engine, today.on(TODAY + timedelta(days=1))).sent == 8
    assert sum(letter.uncertain for letter in letters(sqlite_engine).values()) == 1


@pytest.mark.parametrize("door", ["smtp", "folder"])
def test_a_letter_that_is_withdrawn_while_a_sender_holds_it_does_not_leave(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str], door: str
) -> None:
    behaviour, url = post
    today = queued(sqlite_engine, replace(settings, mail_url=url) if door == "smtp" else settings)

    def at_the_first_letter() -> None:
        with writing(sqlite_engine) as session:
            waiting = sa.select(Letter.id).where(Letter.state == "queued", Letter.agency_id != "hoi-lhpn")
            withdraw(session, session.scalars(waiting).all())

    interrupted = iter([at_the_first_letter])
    with each_statement_alone(sqlite_engine) as connection, mail_door(today.mail_url) as real:

        class Interrupted:
            def deliver(self, *given: Any) -> str:
                reply = real.deliver(*given)
                next(interrupted, lambda: None)()
                return reply

        outcome = _Run(connection, today, Interrupted()).sent()  # type: ignore[arg-type]
    states = Counter(letter.state for letter in letters(sqlite_engine).values())
    assert outcome.sent == states["sent"] <= 2
    assert states["withdrawn"] == 8 - outcome.sent
    arrived = len(behaviour.came) if door == "smtp" else len(list((today.var / "outbox").iterdir()))
    assert arrived == outcome.sent


@pytest.mark.parametrize("end", ["", "\r\n", "\r\n\r\n"])
def test_lines_that_begin_with_a_full_stop_arrive_as_they_were(post: tuple[Post, str], end: str) -> None:
    behaviour, url = post
    mail = b"Subject: x\r\n\r\n.\r\n..\r\n.a\r\n\r\nb." + end.encode()
    with SmtpDoor(url) as door:
        door.deliver(mail, "a@angiang.example", [COMMERCE], "k", lambda: None)
    assert behaviour.came[0][1] == mail + (b"" if end else b"\r\n")
