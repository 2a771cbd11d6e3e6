"""The coordinator accepts what came or returns it with a comment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
import sqlalchemy as sa
from answering import NOW, answer, case_of, duty_of, open_season, said, say

from tracker.answers.record import record_answers
from tracker.errors import BadInput, TrackerError
from tracker.progress import DutyState
from tracker.remind.queue import queue_today
from tracker.review.decide import Decided, accept, accept_seen, chosen_duties, give_back, return_answer
from tracker.review.sight import Sight
from tracker.settings import Settings
from tracker.store.decisions import decisions_on
from tracker.store.duties import duties_of, hold_duties
from tracker.store.engine import reading, writing
from tracker.store.periods import find_period
from tracker.store.tables import JournalEntry, Letter, Update

FIRST = Sight(revision=1, state=DutyState.SUBMITTED)
"""What a page shows of a first answer that nobody added to."""


def test_only_what_was_submitted_is_accepted_and_the_journal_says_by_whom(engine: sa.Engine) -> None:
    open_season(engine)
    say(engine, "II.10")
    with writing(engine) as session:
        duties = chosen_duties(session, "2024", ["II.10", "II.17"], None)
        assert [duty.activity_id for duty in accept(session, duties, "cán bộ đầu mối", NOW)] == ["II.10"]
    with writing(engine) as session:
        assert duty_of(session, "II.10").state is DutyState.ACCEPTED
        assert duty_of(session, "II.17").state is DutyState.EXPECTED
        assert accept(session, duties_of(session, find_period(session, "2024")), "cán bộ đầu mối", NOW) == []
        [line] = session.scalars(sa.select(JournalEntry).where(JournalEntry.did == "accepted"))
        assert (line.who, line.detail["activity"]) == ("cán bộ đầu mối", "II.10")


@pytest.mark.parametrize("comment", ["", "  ", "\n"])
def test_nothing_is_returned_without_a_comment(sqlite_engine: sa.Engine, comment: str) -> None:
    open_season(sqlite_engine)
    say(sqlite_engine, "II.10")
    with writing(sqlite_engine) as session, pytest.raises(BadInput, match="--comment"):
        give_back(session, duty_of(session, "II.10"), comment, "đầu mối", NOW)
    with reading(sqlite_engine) as session:
        assert duty_of(session, "II.10").state is DutyState.SUBMITTED


def test_what_nobody_answered_cannot_be_returned(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    with writing(sqlite_engine) as session, pytest.raises(BadInput, match=r"II\.10: chưa có báo cáo nào"):
        give_back(session, duty_of(session, "II.10"), "Ghi rõ", "đầu mối", NOW)


def test_what_was_accepted_can_still_be_returned(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    say(sqlite_engine, "II.10")
    with writing(sqlite_engine) as session:
        duty = duty_of(session, "II.10")
        accept(session, [duty], "đầu mối", NOW)
        give_back(session, duty, "Duyệt nhầm", "đầu mối", NOW)
    with reading(sqlite_engine) as session:
        assert duty_of(session, "II.10").state is DutyState.RETURNED


def test_what_is_returned_is_owed_again_and_the_next_reminder_says_why(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    with reading(engine) as session:
        mine = [duty.activity_id for duty in duties_of(session, find_period(session, "2024"), {"so-tttt"})]
    for activity in mine:
        say(engine, activity)
    settings = settings.on(date(2024, 10, 15))
    assert "so-tttt" not in {reminder.agency.id for reminder in queue_today(engine, settings, dry_run=True).fresh}
    with writing(engine) as session:
        give_back(session, duty_of(session, "II.5"), " Ghi rõ số tin,\nbài đã đăng ", "đầu mối", NOW)
    queue_today(engine, settings)
    with reading(engine) as session:
        [letter] = session.scalars(sa.select(Letter).where(Letter.agency_id == "so-tttt"))
    assert "đề nghị báo cáo 1 hoạt động" in letter.subject
    assert "Ghi rõ số tin," in letter.text
    assert "bài đã đăng" in letter.text
    say(engine, "II.5", answer("Đã đăng 12 tin"))
    with reading(engine) as session:
        assert duty_of(session, "II.5").comment is None


def test_of_two_coordinators_who_act_on_one_answer_at_once_one_does(engine: sa.Engine) -> None:
    open_season(engine)
    say(engine, "II.10")
    together = Barrier(2)

    def accept_it(who: str) -> int:
        with reading(engine) as session:
            duty = duty_of(session, "II.10")
        together.wait()
        with writing(engine) as session:
            return len(accept(session, [session.merge(duty, load=False)], who, NOW))

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(accept_it, ["Mai", "Lan"])) == [0, 1]
    with reading(engine) as session:
        assert len(session.scalars(sa.select(JournalEntry).where(JournalEntry.did == "accepted")).all()) == 1


def test_a_return_that_comes_second_finds_nothing_to_return(engine: sa.Engine) -> None:
    open_season(engine)
    say(engine, "II.10")
    with reading(engine) as session:
        seen = duty_of(session, "II.10")
    with writing(engine) as session:
        give_back(session, duty_of(session, "II.10"), "Mai: ghi rõ", "Mai", NOW)
    with pytest.raises(BadInput, match="chưa có báo cáo nào để trả lại"), writing(engine) as session:
        give_back(session, session.merge(seen, load=False), "Lan: thiếu số liệu", "Lan", NOW)
    with reading(engine) as session:
        assert duty_of(session, "II.10").comment == "Mai: ghi rõ"


def test_a_review_leaves_every_word_as_it_was_said(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    say(sqlite_engine, "II.10", answer("nguyên văn"))
    with writing(sqlite_engine) as session:
        duty = duty_of(session, "II.10")
        accept(session, [duty], "đầu mối", NOW)
        give_back(session, duty, "Ghi rõ", "đầu mối", NOW)
    with reading(sqlite_engine) as session:
        assert [(u.revision, u.result) for u in session.scalars(sa.select(Update))] == [(1, "nguyên văn")]


@pytest.mark.parametrize(
    ("code", "activities", "agency", "hint"),
    [
        ("2O24", [], None, 'có phải "2024"?'),
        ("2024", ["II.100"], None, 'có phải "II.10"?'),
        ("2024", ["I.1"], None, "không hỏi hoạt động"),
        ("2024", [], "so-cong-thong", 'có phải "so-cong-thuong"?'),
    ],
)
def test_what_is_unknown_is_named_with_the_nearest(
    sqlite_engine: sa.Engine, code: str, activities: list[str], agency: str | None, hint: str
) -> None:
    open_season(sqlite_engine)
    with reading(sqlite_engine) as session, pytest.raises(TrackerError) as raised:
        chosen_duties(session, code, activities, agency)
    assert hint in str(raised.value)


def test_duties_are_chosen_by_activity_by_agency_or_all(sqlite_engine: sa.Engine) -> None:
    plan = open_season(sqlite_engine)
    with reading(sqlite_engine) as session:
        everything = chosen_duties(session, "2024", [], None)
        assert len(everything) == len(list(plan.activities_of(2024)))
        assert {duty.agency_id for duty in chosen_duties(session, "2024", [], "Sở CT")} == {"so-cong-thuong"}
        assert [duty.activity_id for duty in chosen_duties(session, "2024", ["II.10"], None)] == ["II.10"]


def test_what_was_seen_is_accepted_and_what_was_sent_again_is_not(engine: sa.Engine) -> None:
    open_season(engine)
    for activity in ("II.10", "II.17"):
        say(engine, activity)
    with reading(engine) as session:
        seen = {duty_of(session, activity).id: FIRST for activity in ("II.10", "II.17")}
    say(engine, "II.17", answer("Bản khác"))
    with writing(engine) as session:
        done = accept_seen(case_of(session), seen | {999_999: FIRST}, "đầu mối")
        assert done == Decided(accepted=1)
        states = [duty_of(session, activity).state for activity in ("II.10", "II.17")]
        assert states == [DutyState.ACCEPTED, DutyState.SUBMITTED]


def test_an_agency_that_sends_while_its_answer_is_accepted_is_either_locked_out_or_not_accepted(
    engine: sa.Engine,
) -> None:
    open_season(engine)
    say(engine, "II.10")
    with reading(engine) as session:
        seen = {duty_of(session, "II.10").id: FIRST}
    together = Barrier(2)

    def accept_it() -> int:
        together.wait()
        with writing(engine) as session:
            return accept_seen(case_of(session), seen, "đầu mối").accepted

    def send_again() -> bool:
        together.wait()
        with writing(engine) as session:
            [duty] = hold_duties(session, seen).values()  # as every way in does
            if duty.state is DutyState.ACCEPTED:
                return False
            return bool(record_answers(session, {duty.id: (duty, answer("Bản khác"))}, said()))

    with ThreadPoolExecutor(2) as pool:
        accepting, sending = pool.submit(accept_it), pool.submit(send_again)
        assert accepting.result() == (0 if sending.result() else 1)
    with reading(engine) as session:
        assert (duty_of(session, "II.10").state is DutyState.ACCEPTED) == (not sending.result())


def test_nothing_is_returned_once_the_agency_could_not_answer_again(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    open_season(sqlite_engine)
    say(sqlite_engine, "II.10")
    with pytest.raises(BadInput, match="tracker period extend 2024"), writing(sqlite_engine) as session:
        return_answer(session, settings.on(date(2025, 1, 1)), duty_of(session, "II.10"), "Ghi rõ", "đầu mối")


def test_the_journal_says_which_revision_was_accepted_or_returned(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    say(sqlite_engine, "II.10")
    with writing(sqlite_engine) as session:
        give_back(session, duty_of(session, "II.10"), "Ghi rõ", "đầu mối", NOW)
    say(sqlite_engine, "II.10", answer("Bản hai"))
    with writing(sqlite_engine) as session:
        duty = duty_of(session, "II.10")
        accept(session, [duty], "đầu mối", NOW)
        lines = decisions_on(session, [duty])[duty.id]
        assert [(line.verdict, line.revision) for line in lines] == [("returned", 1), ("accepted", 2)]
