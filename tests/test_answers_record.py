"""The record: revision upon revision, nothing overwritten, and who said it when."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from threading import Barrier

import pytest
import sqlalchemy as sa
from answering import NOW, WHO, answer, case_of, duty_of, give_figure, later, open_season, said, say

from tracker.answers.form import recorded_form
from tracker.answers.record import record_answers
from tracker.answers.submit import submit
from tracker.progress import DutyState, UpdateStatus
from tracker.review.decide import accept, give_back
from tracker.store.engine import reading, writing
from tracker.store.tables import Figure, JournalEntry, Update
from tracker.web.fields import read_fields


def updates(engine: sa.Engine) -> list[Update]:
    with reading(engine) as session:
        return list(session.scalars(sa.select(Update).order_by(Update.duty_id, Update.revision)))


def state_of(engine: sa.Engine, activity: str) -> DutyState:
    with reading(engine) as session:
        return duty_of(session, activity).state


def test_each_correction_is_the_next_revision_and_the_ones_before_stay_as_they_were(engine: sa.Engine) -> None:
    open_season(engine)
    for words in ("một", "hai", "ba"):
        say(engine, "II.10", answer(words))
    assert [(update.revision, update.result) for update in updates(engine)] == [(1, "một"), (2, "hai"), (3, "ba")]
    assert state_of(engine, "II.10") is DutyState.SUBMITTED


def test_who_said_it_when_and_which_way_is_kept_with_every_word(engine: sa.Engine) -> None:
    open_season(engine)
    words = answer(
        "Đã mở 3 lớp\nở Tri Tôn",
        status=UpdateStatus.UNDER_WAY,
        percent=60,
        difficulties="Thiếu kinh phí",
        causes="Phân bổ chậm",
        proposals="Bổ sung 50 triệu",
    )
    say(engine, "II.10", words, said("Trần Văn Bình", later(hours=1), illustration=True))
    [update] = updates(engine)
    assert (update.said_by, update.said_at, update.way) == ("Trần Văn Bình", later(hours=1), "page")
    assert update.illustration
    assert (update.status, update.percent, update.result) == (UpdateStatus.UNDER_WAY, 60, "Đã mở 3 lớp\nở Tri Tôn")
    assert (update.difficulties, update.causes, update.proposals) == (
        "Thiếu kinh phí",
        "Phân bổ chậm",
        "Bổ sung 50 triệu",
    )


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2024, 10, 29, 16, 59, tzinfo=UTC), date(2024, 10, 29)),
        (datetime(2024, 10, 29, 23, 30, tzinfo=UTC), date(2024, 10, 30)),
    ],
)
def test_the_day_of_a_report_is_the_day_it_is_in_vietnam(engine: sa.Engine, at: datetime, day: date) -> None:
    open_season(engine)
    [update] = say(engine, "II.10", who=said(at=at))
    assert update.said_on == day


def test_the_same_words_again_are_not_recorded_again(engine: sa.Engine) -> None:
    open_season(engine)
    assert len(say(engine, "II.10", answer("một"))) == 1
    assert say(engine, "II.10", answer("một"), said("Người khác", later(days=1))) == []
    assert len(updates(engine)) == 1


def test_the_same_words_again_answer_what_was_returned(engine: sa.Engine) -> None:
    open_season(engine)
    say(engine, "II.10", answer("một"))
    with writing(engine) as session:
        give_back(session, duty_of(session, "II.10"), "Ghi rõ hơn", "đầu mối", NOW)
    assert [update.revision for update in say(engine, "II.10", answer("một"))] == [2]
    assert state_of(engine, "II.10") is DutyState.SUBMITTED


def test_a_single_changed_field_is_a_new_revision(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    say(sqlite_engine, "II.10", answer("một"))
    for changed in ({"percent": 10}, {"percent": 10, "proposals": "thêm"}):
        assert len(say(sqlite_engine, "II.10", answer("một", **changed))) == 1


def test_figures_are_kept_revision_upon_revision_and_the_same_number_is_not_said_twice(engine: sa.Engine) -> None:
    open_season(engine)
    values = [Decimal(5), Decimal(5), Decimal("5.0000"), Decimal("12.5"), Decimal(5)]
    assert [give_figure(engine, "htx-moi", value) for value in values] == [1, 0, 0, 1, 1]
    with reading(engine) as session:
        kept = session.scalars(sa.select(Figure).order_by(Figure.revision)).all()
    assert [(f.revision, f.value) for f in kept] == [(1, 5), (2, Decimal("12.5")), (3, 5)]
    assert {(f.said_by, f.said_at, f.way) for f in kept} == {(WHO, NOW, "page")}


def test_the_largest_and_the_finest_figure_come_back_exactly(engine: sa.Engine) -> None:
    open_season(engine)
    for target, value in (("htx-moi", Decimal(1000000000)), ("viec-lam-moi", Decimal("999999999.9999"))):
        give_figure(engine, target, value)
        with reading(engine) as session:
            assert session.scalar(sa.select(Figure.value).where(Figure.target_id == target)) == value


def test_the_journal_says_who_answered_and_who_gave_a_figure(engine: sa.Engine) -> None:
    open_season(engine)
    say(engine, "II.10")
    say(engine, "II.10")
    give_figure(engine, "htx-moi", Decimal(1))
    with reading(engine) as session:
        lines = session.scalars(sa.select(JournalEntry).where(JournalEntry.who == WHO)).all()
    assert [line.did for line in lines] == ["answered", "gave a figure"]
    assert lines[0].detail["revision"] == 1


def test_an_error_in_the_midst_records_nothing_at_all(engine: sa.Engine) -> None:
    open_season(engine)

    def say_two_and_stop() -> None:
        with writing(engine) as session:
            for activity in ("II.10", "II.17"):
                duty = duty_of(session, activity)
                record_answers(session, {duty.id: (duty, answer())}, said())
            raise RuntimeError("the machine stops here")

    with pytest.raises(RuntimeError):
        say_two_and_stop()
    assert updates(engine) == []
    assert state_of(engine, "II.10") is DutyState.EXPECTED


@pytest.mark.parametrize("each", [20, pytest.param(250, marks=pytest.mark.slow)])
def test_four_at_once_sending_many_updates_each_lose_nothing(engine: sa.Engine, each: int) -> None:
    open_season(engine)
    asked = ["II.10", "II.17", "II.18", "II.19"]
    together = Barrier(4)

    def send_many(officer: int) -> None:
        together.wait()
        for number in range(each):
            activity = asked[number % 4]
            typed = {f"{activity}.status": "under_way", f"{activity}.result": f"{officer}-{number}"}
            with writing(engine) as session:
                case = case_of(session, "so-cong-thuong")
                outcome = submit(case, read_fields(typed | {"said_by": f"cán bộ {officer}"}))
                assert outcome.faults == []
                assert len(outcome.receipt.updates) == 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send_many, range(4)))
    kept = updates(engine)
    assert {update.result for update in kept} == {f"{a}-{b}" for a in range(4) for b in range(each)}
    revisions: dict[int, list[int]] = {}
    for update in kept:
        revisions.setdefault(update.duty_id, []).append(update.revision)
    assert len(revisions) == 4
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in revisions.values())


def test_an_accepted_answer_cannot_be_changed_by_its_page(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    say(sqlite_engine, "II.10", answer("được duyệt"))
    with writing(sqlite_engine) as session:
        accept(session, [duty_of(session, "II.10")], "đầu mối", NOW)
    typed = {"II.10.result": "sửa lén", "II.10.keep": "yes", "II.17.status": "not_started", "said_by": WHO}
    with writing(sqlite_engine) as session:
        case = case_of(session, "so-cong-thuong")
        outcome = submit(case, read_fields(typed))
        assert [fault.place for fault in outcome.faults] == [("II.10", "locked")]
        del typed["II.10.result"]  # the page shows it and has no field for it any more
        new = submit(case, read_fields(typed)).receipt
    assert len(new.updates) == 1
    assert [update.result for update in updates(sqlite_engine)] == ["được duyệt", ""]
    with reading(sqlite_engine) as session:
        form = recorded_form(case_of(session, "so-cong-thuong"))
        assert [entry.activity.id for entry in form.entries if entry.locked] == ["II.10"]


def test_revisions_only_grow_whatever_the_order_of_words_and_reviews(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    number = count(1)
    for review in (None, "trả lại", None, "trả lại"):
        say(sqlite_engine, "II.10", answer(f"lần {next(number)}"))
        if review:
            with writing(sqlite_engine) as session:
                give_back(session, duty_of(session, "II.10"), review, "đầu mối", NOW)
    assert [update.revision for update in updates(sqlite_engine)] == [1, 2, 3, 4]
