"""What a small office meets: silent servers, a poisoned letter, a full disk; the other letters still go."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from answering import TODAY, open_season, outbox_row
from smtp_post import Post

from tracker.errors import StoreError
from tracker.letters.doors.smtp import SmtpDoor
from tracker.letters.send import send_queued
from tracker.remind.queue import queue_today
from tracker.settings import Settings
from tracker.store.engine import reading, writing
from tracker.store.letters import queue_letters
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
    monkeypatch.setattr("tracker.letters.doors.smtp.PATIENCE", 0.5)
    behaviour.refuse[COMMERCE] = ["hang"]
    outcome = send_queued(sqlite_engine, queued(sqlite_engine, replace(settings, mail_url=url)))
    assert (len(outcome.sent), len(outcome.postponed), outcome.shut) == (7, 1, None)


def test_a_server_that_falls_silent_over_every_letter_is_left_alone_until_the_next_run(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    behaviour, url = post
    monkeypatch.setattr("tracker.letters.doors.smtp.PATIENCE", 0.3)
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
    assert len({address for address, _ in behaviour.came}) == len(outcome.sent) == 999
    assert [letter.key for letter, _ in outcome.refused] == ["k500"]


def test_a_store_that_fails_in_the_middle_of_a_letter_lets_it_not_leave(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    behaviour, url = post
    today = queued(sqlite_engine, replace(settings, mail_url=url))

    def full(*_: object) -> None:
        raise sa.exc.OperationalError("update", {}, Exception("database or disk is full"))

    monkeypatch.setattr("tracker.letters.send.settle_sent", full)
    with pytest.raises(StoreError, match="ổ đĩa đầy"):
        send_queued(sqlite_engine, today)
    assert len(behaviour.came) == 1  # the second stood ready, and its last word was held back
    monkeypatch.undo()
    assert len(send_queued(sqlite_engine, today).sent) == 6


@pytest.mark.parametrize("end", ["", "\r\n", "\r\n\r\n"])
def test_lines_that_begin_with_a_full_stop_arrive_as_they_were(post: tuple[Post, str], end: str) -> None:
    behaviour, url = post
    mail = b"Subject: x\r\n\r\n.\r\n..\r\n.a\r\n\r\nb." + end.encode()
    with SmtpDoor(url) as door:
        door.deliver(mail, "a@angiang.example", [COMMERCE], "k", lambda: None)
    assert behaviour.came[0][1] == mail + (b"" if end else b"\r\n")
