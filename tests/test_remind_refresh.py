"""A reminder that still waits asks only for what is owed by now."""

from collections.abc import Sequence
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
import sqlalchemy as sa
from answering import NOW, duty_of, edited_plan, open_season, say

from tracker.letters.send import send_queued
from tracker.remind.queue import queue_today
from tracker.remind.refresh import Refreshed, refresh_queued
from tracker.review.decide import give_back, return_answer
from tracker.settings import Settings
from tracker.store.apply import apply_plan
from tracker.store.bounces import forgive, mark_bounced
from tracker.store.duties import duties_of
from tracker.store.engine import reading, writing
from tracker.store.letters import queued_reminders
from tracker.store.periods import find_period
from tracker.store.tables import Letter

DAY = date(2024, 10, 15)
TRADE = "so-cong-thuong"
CONTACT = "socongthuong@angiang.example"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.on(DAY)


def letters(engine: sa.Engine, kind: str) -> Sequence[Letter]:
    with reading(engine) as session:
        return session.scalars(sa.select(Letter).where(Letter.kind == kind).order_by(Letter.id)).all()


def letter_to(engine: sa.Engine, agency: str) -> Letter:
    [found] = [letter for letter in letters(engine, "remind") if letter.agency_id == agency]
    return found


def duties_asked_of(engine: sa.Engine, agency: str) -> set[int]:
    with reading(engine) as session:
        [duties] = [duties for letter, duties in queued_reminders(session) if letter.agency_id == agency]
    return duties


def say_all(engine: sa.Engine, agency: str) -> None:
    with reading(engine) as session:
        owed = [duty.activity_id for duty in duties_of(session, find_period(session, "2024"), {agency})]
    for activity in owed:
        say(engine, activity)


def test_what_was_answered_meanwhile_is_taken_out_of_a_letter_that_waits(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    queue_today(engine, settings)
    before, asked_before = letter_to(engine, "so-cong-thuong"), duties_asked_of(engine, "so-cong-thuong")
    say(engine, "II.10")
    assert refresh_queued(engine, settings) == Refreshed(withdrawn=0, reworded=1)
    after = letter_to(engine, "so-cong-thuong")
    assert (len(asked_before), len(duties_asked_of(engine, "so-cong-thuong"))) == (7, 6)
    assert "6 hoạt động" in after.subject
    assert "II.10 " not in after.text
    mail = message_from_bytes(after.message, policy=default)
    assert (mail["Message-ID"], mail["Subject"]) == (before.message_id, after.subject)
    assert refresh_queued(engine, settings) == Refreshed()


def test_a_letter_that_waits_tells_of_the_plan_in_force(sqlite_engine: sa.Engine, settings: Settings) -> None:
    open_season(sqlite_engine)
    queue_today(sqlite_engine, settings)
    with writing(sqlite_engine) as session:
        apply_plan(session, edited_plan(("id: II.10\n", "id: II.99\n")), "quản trị", DAY, NOW)
    refresh_queued(sqlite_engine, settings)
    text = letter_to(sqlite_engine, "so-cong-thuong").text
    assert "II.99" in text
    assert "II.10 " not in text


def test_a_newer_stage_takes_the_place_of_a_letter_that_never_left(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    queue_today(engine, settings)
    queue_today(engine, settings.on(date(2024, 10, 22)))
    states = {letter.key.rpartition(":")[2]: letter.state for letter in letters(engine, "remind")}
    assert states == {"before-10": "withdrawn", "before-5": "queued"}
    assert send_queued(engine, settings.on(date(2024, 10, 22))).sent == 8


def test_a_reminder_that_waits_is_withdrawn_once_nothing_is_owed_and_all_others_stay(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    queued = {reminder.agency.id for reminder in queue_today(engine, settings).fresh}
    say_all(engine, "so-tttt")
    say(engine, "II.10")
    assert refresh_queued(engine, settings).withdrawn == 1
    states = {letter.agency_id: letter.state for letter in letters(engine, "remind")}
    assert states.pop("so-tttt") == "withdrawn"
    assert set(states.values()) == {"queued"}
    assert set(states) == queued - {"so-tttt"}
    assert refresh_queued(engine, settings).withdrawn == 0


def test_a_reminder_of_an_agency_with_something_returned_stays(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    open_season(sqlite_engine)
    queue_today(sqlite_engine, settings)
    say_all(sqlite_engine, "so-tttt")
    with writing(sqlite_engine) as session:
        give_back(session, duty_of(session, "II.5"), "Ghi rõ", "đầu mối", NOW)
    assert refresh_queued(sqlite_engine, settings).withdrawn == 0


def test_reminders_of_a_period_that_has_closed_are_withdrawn(sqlite_engine: sa.Engine, settings: Settings) -> None:
    open_season(sqlite_engine)
    count = len(queue_today(sqlite_engine, settings).fresh)
    assert refresh_queued(sqlite_engine, settings.on(DAY + timedelta(days=6))).withdrawn == 0
    assert refresh_queued(sqlite_engine, settings.on(date(2025, 1, 1))).withdrawn == count


def test_what_was_sent_is_not_withdrawn(sqlite_engine: sa.Engine, settings: Settings) -> None:
    open_season(sqlite_engine)
    queue_today(sqlite_engine, settings)
    assert send_queued(sqlite_engine, settings).shut is None
    say_all(sqlite_engine, "so-tttt")
    assert refresh_queued(sqlite_engine, settings).withdrawn == 0
    assert {letter.state for letter in letters(sqlite_engine, "remind")} == {"sent"}


def come_back(engine: sa.Engine, address: str) -> None:
    """Have some other letter come back from `address`."""
    with writing(engine) as session:
        other = session.scalars(sa.select(Letter).where(Letter.agency_id == "so-tttt")).first()
        assert other is not None
        mark_bounced(session, other, address, "550 no such user", "tracker", NOW)


def test_a_letter_that_waits_says_each_day_how_long_is_left_and_bears_that_days_date(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    queue_today(engine, settings)
    assert "còn 10 ngày làm việc" in letter_to(engine, TRADE).text
    later = settings.on(date(2024, 10, 18))
    assert refresh_queued(engine, later) == Refreshed(withdrawn=0, reworded=8)
    letter = letter_to(engine, TRADE)
    assert "còn 7 ngày làm việc" in letter.text
    assert message_from_bytes(letter.message, policy=default)["Date"].datetime.date() == date(2024, 10, 18)
    assert refresh_queued(engine, later) == Refreshed()


def test_a_letter_that_waits_goes_to_the_contacts_of_today(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    queue_today(engine, settings)
    head = f"{CONTACT}}}\n      - {{name: Giám đốc, to: lanhdao@angiang.example, role: head}}"
    with writing(engine) as session:
        apply_plan(
            session, edited_plan((f"{CONTACT}}}", head.replace(CONTACT, "moi@angiang.example"))), "a", DAY, NOW
        )
    refresh_queued(engine, settings)
    assert letter_to(engine, TRADE).to == ["moi@angiang.example"]
    send_queued(engine, settings)
    assert letter_to(engine, TRADE).state == "sent"


def test_a_letter_that_waits_for_an_address_that_came_back_since_is_withdrawn_and_the_stage_stays_owed(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    queue_today(engine, settings)
    come_back(engine, CONTACT)
    again = queue_today(engine, settings)
    assert again.refreshed == Refreshed(withdrawn=1)
    assert [fault.agency.id for fault in again.unreachable] == [TRADE]
    assert letter_to(engine, TRADE).state == "withdrawn"
    with writing(engine) as session:
        forgive(session, [CONTACT])
    [reminder] = queue_today(engine, settings).fresh
    assert reminder.key == f"remind:2024:{TRADE}:before-10+2"


def test_where_mail_comes_back_the_letter_to_the_chat_channel_stays(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    channel = "json://127.0.0.1:9/x"
    open_season(sqlite_engine, edited_plan((f"{CONTACT}}}", f"{CONTACT}}}\n      - {{to: {channel}}}")))
    queue_today(sqlite_engine, settings)
    come_back(sqlite_engine, CONTACT)
    refreshed = refresh_queued(sqlite_engine, settings.on(date(2024, 10, 16)))
    assert refreshed == Refreshed(withdrawn=1, reworded=7)
    mail, chat = [letter for letter in letters(sqlite_engine, "remind") if letter.agency_id == TRADE]
    assert (mail.state, chat.state) == ("withdrawn", "queued")
    assert (chat.key, chat.to) == (f"{mail.key}:2", [channel])
    assert "còn 9 ngày làm việc" in chat.text


def test_a_letter_that_an_answer_was_returned_does_not_leave_once_it_was_sent_again(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    for activity in ("II.10", "II.5"):
        say(engine, activity)
        with writing(engine) as session:
            assert return_answer(session, settings, duty_of(session, activity), "Ghi rõ số người", "đầu mối")
    say(engine, "II.10")
    assert refresh_queued(engine, settings).withdrawn == 1
    assert {letter.key.split(":")[2]: letter.state for letter in letters(engine, "returned")} == {
        "II.10": "withdrawn",
        "II.5": "queued",
    }
