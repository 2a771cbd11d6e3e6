"""What follows once answers have come: receipts for what was said."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import sqlalchemy as sa
from answering import NOW, answer, duty_of, edited_plan, later, open_season, said, say

from tracker.answers.receipts import Intake, take_in_today
from tracker.plan.reader import parse_plan
from tracker.settings import Settings
from tracker.store.apply import apply_plan
from tracker.store.duties import duties_of
from tracker.store.engine import reading, writing
from tracker.store.periods import find_period
from tracker.store.tables import Letter, Update

DAY = date(2024, 10, 15)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.on(DAY)


def letters(engine: sa.Engine, kind: str) -> Sequence[Letter]:
    with reading(engine) as session:
        return session.scalars(sa.select(Letter).where(Letter.kind == kind).order_by(Letter.id)).all()


def say_all(engine: sa.Engine, agency: str) -> int:
    with reading(engine) as session:
        owed = [duty.activity_id for duty in duties_of(session, find_period(session, "2024"), {agency})]
    for activity in owed:
        say(engine, activity)
    return len(owed)


def test_one_receipt_holds_all_that_an_agency_said_and_each_agency_gets_its_own(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    for activity in ("II.17", "II.10", "II.5"):
        say(engine, activity, answer(percent=40), said("Trần Văn Bình", later(minutes=5)))
    assert take_in_today(engine, settings).receipts == (("2024", "so-cong-thuong", 2), ("2024", "so-tttt", 1))
    trade, press = letters(engine, "receipt")
    assert trade.to == ["socongthuong@angiang.example"]
    assert trade.text.index("II.10") < trade.text.index("II.17")
    assert "Đang thực hiện, 40 %; Trần Văn Bình gửi lúc 08:05 ngày 15/10/2024" in trade.text
    assert "II.5" not in trade.text
    assert press.agency_id == "so-tttt"


def test_what_has_a_receipt_gets_no_other_and_a_round_without_news_does_nothing(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    assert take_in_today(engine, settings) == Intake(())
    say(engine, "II.10")
    take_in_today(engine, settings)
    assert take_in_today(engine, settings) == Intake(())
    assert len(letters(engine, "receipt")) == 1
    with reading(engine) as session:
        assert None not in session.scalars(sa.select(Update.receipt_id)).all()


def test_a_newer_revision_gets_a_receipt_of_its_own_which_names_only_it(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    say(engine, "II.10", answer("một"))
    say(engine, "II.17")
    take_in_today(engine, settings)
    say(engine, "II.10", answer("hai", percent=70))
    assert take_in_today(engine, settings).receipts == (("2024", "so-cong-thuong", 1),)
    newest = letters(engine, "receipt")[-1]
    assert "đạt" not in newest.text
    assert "70 %" in newest.text
    assert "II.17" not in newest.text


def test_several_revisions_since_the_last_round_are_one_item_with_the_newest_words(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    open_season(sqlite_engine)
    for percent in (10, 20, 30):
        say(sqlite_engine, "II.10", answer(percent=percent))
    take_in_today(sqlite_engine, settings)
    [letter] = letters(sqlite_engine, "receipt")
    assert "30 %" in letter.text
    assert "20 %" not in letter.text
    assert "1 hoạt động" in letter.subject


def test_two_machines_at_once_answer_nothing_twice(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    for activity in ("II.10", "II.17", "II.5"):
        say(engine, activity)
    with ThreadPoolExecutor(4) as pool:
        rounds = list(pool.map(lambda _: take_in_today(engine, settings).receipts, range(4)))
    assert sorted(map(len, rounds)) == [0, 0, 0, 2]
    assert len(letters(engine, "receipt")) == 2


def test_an_agency_that_cannot_be_written_to_gets_no_receipt_and_holds_nobody_up(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    contact = "    contacts:\n      - {name: Văn phòng, to: socongthuong@angiang.example}\n"
    open_season(sqlite_engine, edited_plan((contact, "")))
    say(sqlite_engine, "II.10")
    say(sqlite_engine, "II.5")
    assert take_in_today(sqlite_engine, settings).receipts == (("2024", "so-tttt", 1),)
    assert [letter.agency_id for letter in letters(sqlite_engine, "receipt")] == ["so-tttt"]
    with reading(sqlite_engine) as session:
        assert duty_of(session, "II.10").state == "submitted"


def test_an_answer_whose_agency_left_the_plan_holds_nobody_up(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    say(engine, "II.40")
    say(engine, "II.5")
    text = edited_plan(("lead: so-khdt", "lead: so-tai-chinh"), ("so-khdt, so-tai-chinh", "so-tai-chinh")).text
    start, end = text.index("  so-khdt:\n"), text.index("  # Cơ quan phối hợp, theo cột phối hợp")
    gone = parse_plan((text[:start] + text[end:]).encode())
    with writing(engine) as session:
        apply_plan(session, gone, "quản trị", DAY, NOW)
    assert take_in_today(engine, settings).receipts == (("2024", "so-tttt", 1),)


def test_an_answer_to_an_activity_that_left_the_plan_is_still_receipted(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    open_season(sqlite_engine)
    say(sqlite_engine, "II.10")
    with writing(sqlite_engine) as session:
        renamed = edited_plan(("- id: II.10\n", "- id: II.99\n"))
        apply_plan(session, renamed, "quản trị", DAY, NOW)
    assert take_in_today(sqlite_engine, settings).receipts == (("2024", "so-cong-thuong", 1),)
    assert "II.10" in letters(sqlite_engine, "receipt")[0].text


def test_a_successor_gets_the_receipt_for_what_it_took_over(sqlite_engine: sa.Engine, settings: Settings) -> None:
    open_season(
        sqlite_engine,
        edited_plan(("so-tai-chinh, since: 2025-03-01", "so-tai-chinh, since: 2024-10-15")),
    )
    say(sqlite_engine, "II.40")
    assert take_in_today(sqlite_engine, settings).receipts == (("2024", "so-tai-chinh", 1),)
    assert letters(sqlite_engine, "receipt")[0].to == ["sotaichinh@angiang.example"]


def test_the_receipt_says_how_much_is_still_owed(sqlite_engine: sa.Engine, settings: Settings) -> None:
    open_season(sqlite_engine)
    say(sqlite_engine, "II.5")
    take_in_today(sqlite_engine, settings)
    assert "Còn" in letters(sqlite_engine, "receipt")[0].text
    say_all(sqlite_engine, "so-tttt")
    take_in_today(sqlite_engine, settings)
    assert "đã báo cáo đủ" in letters(sqlite_engine, "receipt")[-1].text
