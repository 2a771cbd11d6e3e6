"""The frozen facts: complete, repeatable, and nobody else's."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from answering import (
    NOW,
    PATIENT,
    TODAY,
    WHO,
    answer,
    duty_of,
    edited_plan,
    freeze,
    give_figure,
    open_season,
    paper_of,
    real_plan,
    said,
    say,
    snapshot_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from memo_reading import standing, who_reported

from tracker.answers.checks import Answer, check_answer
from tracker.answers.record import record_answers
from tracker.papers.paper import Block
from tracker.progress import DutyState, Timeliness, UpdateStatus
from tracker.report.facts import Row, Snapshot, digest, read_snapshot
from tracker.report.tidy import says_nothing, tidy
from tracker.review.decide import accept, give_back
from tracker.settings import ZONE
from tracker.store.engine import open_store, trying, writing
from tracker.store.plans import newest_version
from tracker.store.tables import Duty

DUE = date(2024, 10, 29)
LAST_YEAR = date(2023, 10, 16)
ASKED = [activity.id for activity in real_plan().plan.activities_of(2024)]


def row_of(snapshot: Snapshot, activity: str) -> Row:
    return next(row for row in snapshot.rows if row.id == activity)


def test_every_activity_of_the_year_stands_in_the_plans_order_answered_or_not(sqlite_engine: sa.Engine) -> None:
    plan = open_season(sqlite_engine)
    say(sqlite_engine, "II.10", answer("Đã làm", percent=40))
    snapshot = snapshot_of(sqlite_engine)
    assert [row.id for row in snapshot.rows] == ASKED
    assert [row.id for row in snapshot.rows if row.said] == ["II.10"]
    row = row_of(snapshot, "II.10")
    assert row.said is not None
    assert (row.said.result, row.said.percent, row.said.by, row.said.on) == ("Đã làm", 40, WHO, TODAY)
    assert (row.lead, row.area, row.state) == ("Sở Công Thương", "ND2", DutyState.SUBMITTED)
    assert row.coordinating == plan.by_id["II.10"].coordinating_printed
    assert [area.id for area in snapshot.areas] == [f"ND{n}" for n in range(8)]


def test_a_snapshot_read_back_from_its_json_is_the_same_value(engine: sa.Engine) -> None:
    open_season(engine, None, LAST_YEAR, TODAY)
    say(engine, "II.10", answer('Ngoặc " và \\ và {{ 7*7 }}\nxuống dòng', percent=40), said(illustration=True))
    give_figure(engine, "htx-moi", Decimal("12.5"))
    give_figure(engine, "htx-moi", Decimal("0.0001"), code="2023")
    snapshot = snapshot_of(engine)
    assert read_snapshot(snapshot.as_json()) == snapshot
    assert json.loads(snapshot.as_json())["goals"][5]["value"] == "12.5"


def test_the_same_facts_give_the_same_digest_and_one_changed_word_another(engine: sa.Engine) -> None:
    open_season(engine)
    say(engine, "II.10", answer("một"))
    first = snapshot_of(engine).as_json()
    assert digest(snapshot_of(engine).as_json()) == digest(first)
    say(engine, "II.10", answer("một "))
    assert digest(snapshot_of(engine).as_json()) != digest(first)


def test_a_review_changes_the_facts(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    say(sqlite_engine, "II.10")
    first = digest(snapshot_of(sqlite_engine).as_json())
    with writing(sqlite_engine) as session:
        accept(session, [duty_of(session, "II.10")], "đầu mối", NOW)
    assert digest(snapshot_of(sqlite_engine).as_json()) != first


def test_the_version_of_the_plan_is_named_by_number_and_digest(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    with trying(sqlite_engine) as session:
        version = newest_version(session)
        assert version is not None
        found = snapshot_of(sqlite_engine)
        assert (found.plan_version, found.plan_digest) == (version.id, version.digest)


def test_figures_stand_by_their_target_with_the_period_before(engine: sa.Engine) -> None:
    plan = open_season(engine, None, LAST_YEAR, TODAY)
    give_figure(engine, "viec-lam-tht", Decimal(1107))
    give_figure(engine, "viec-lam-tht", Decimal(1253))
    give_figure(engine, "viec-lam-tht", Decimal(900), code="2023")
    give_figure(engine, "htx-moi", Decimal(0), code="2023")
    goals = dict(zip((target.id for target in plan.targets), snapshot_of(engine).goals, strict=True))
    assert (goals["viec-lam-tht"].value, goals["viec-lam-tht"].before) == (1253, 900)
    assert goals["viec-lam-tht"].reached
    assert (goals["htx-moi"].value, goals["htx-moi"].before) == (None, 0)
    assert not goals["htx-moi"].reached
    assert [name for name, goal in goals.items() if goal.value is not None] == ["viec-lam-tht"]


@pytest.mark.parametrize(
    ("days_after_due", "late", "cell"),
    [(0, False, Timeliness.DONE_IN_TIME), (1, True, Timeliness.DONE_IN_TIME), (800, True, Timeliness.DONE)],
)
def test_a_report_is_late_after_its_due_date_and_a_task_after_its_own_deadline(
    sqlite_engine: sa.Engine, days_after_due: int, late: bool, cell: Timeliness
) -> None:
    open_season(sqlite_engine)
    at = NOW + timedelta(days=(DUE - TODAY).days + days_after_due)
    say(sqlite_engine, "II.10", answer(status=UpdateStatus.DONE, percent=100), said(at=at))
    row = row_of(snapshot_of(sqlite_engine, as_of=at.astimezone(ZONE).date()), "II.10")
    assert (row.due, row.late, row.cell) == (DUE, late, cell)


def test_what_is_not_finished_is_late_only_after_the_last_year_it_is_planned_for(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    rows = snapshot_of(sqlite_engine, as_of=date(2025, 1, 1)).rows
    assert {row.cell for row in rows if max(row.years) == 2024} == {Timeliness.OPEN_LATE}
    assert {row.cell for row in rows if max(row.years) > 2024} == {Timeliness.OPEN_IN_TIME}
    assert {row.cell for row in snapshot_of(sqlite_engine, as_of=date(2024, 12, 31)).rows} == {
        Timeliness.OPEN_IN_TIME
    }
    assert not any(row.late for row in rows)


def test_what_was_sent_in_time_returned_and_sent_again_is_not_late_and_owed_in_between(
    engine: sa.Engine,
) -> None:
    open_season(engine)
    say(engine, "II.10")
    with writing(engine) as session:
        give_back(session, duty_of(session, "II.10"), "Ghi rõ", "đầu mối", NOW)
    returned = row_of(snapshot_of(engine), "II.10")
    assert (returned.said, returned.state) == (None, DutyState.RETURNED)
    late = NOW + timedelta(days=20)
    say(engine, "II.10", answer("Đã bổ sung"), said(at=late))
    again = row_of(snapshot_of(engine, as_of=late.date()), "II.10")
    assert again.said is not None
    assert (again.said.result, again.late, again.said.first_on) == ("Đã bổ sung", False, TODAY)


def test_what_a_successor_answers_for_is_named_with_whom_it_took_it_over_from(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine, None, date(2025, 10, 15))
    day = datetime.fromisoformat("2025-10-16T08:00:00+07:00")
    say(sqlite_engine, "II.5", answer(), said(at=day), code="2025")
    leads = {row.id: row.lead for row in snapshot_of(sqlite_engine, "2025", day.date()).rows}
    assert leads["II.5"] == "Sở Khoa học và Công nghệ (tiếp nhận nhiệm vụ của Sở Thông tin và Truyền thông)"


def test_of_the_period_before_only_counts_are_in_it(engine: sa.Engine) -> None:
    open_season(engine, None, LAST_YEAR, TODAY)
    untouched = snapshot_of(engine)
    [past] = untouched.past
    assert (past.title, past.silent) == ("Báo cáo năm 2023", past.asked)
    say(engine, "II.10", answer("Chuyện năm 2023"), code="2023")
    told = snapshot_of(engine)
    assert (told.past[0].in_time + told.past[0].late, told.past[0].silent) == (1, past.asked - 1)
    assert replace(told, past=()) == replace(untouched, past=())
    assert row_of(snapshot_of(engine, "2023"), "II.10").said is not None


def test_an_illustrative_figure_or_answer_marks_the_whole(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    say(sqlite_engine, "II.10")
    assert not snapshot_of(sqlite_engine).illustration
    give_figure(sqlite_engine, "htx-moi", Decimal(1), who=said(illustration=True))
    assert snapshot_of(sqlite_engine).illustration


def test_the_year_after_is_named_with_who_will_answer_for_it_then(sqlite_engine: sa.Engine) -> None:
    plan = open_season(
        sqlite_engine, edited_plan(("so-tai-chinh, since: 2025-03-01", "so-tai-chinh, since: 2025-01-01"))
    )
    coming = snapshot_of(sqlite_engine).coming
    assert [activity.id for activity in coming] == [activity.id for activity in plan.activities_of(2025)]
    assert {c.id: c.lead for c in coming}["II.40"] == "Sở Tài chính"


TEXTS = st.text(max_size=60) | st.sampled_from(
    ["", "# mục", "- ý", "a :: b", "{{ 7*7 }}", "[bảng chỉ tiêu]", "hai\ndòng"]
)
TYPED = st.fixed_dictionaries(
    {
        "status": st.sampled_from(list(UpdateStatus)),
        "percent": st.sampled_from(["", "0", "50", "100"]),
        **dict.fromkeys(("result", "difficulties", "causes", "proposals"), TEXTS),
    }
)
SURE = {"percent": "", "result": "Đã làm", "causes": "Vì mưa"}
ANSWERS = TYPED.map(lambda typed: check_answer(typed)[0] or check_answer({**typed, **SURE})[0] or answer())
SEASONS = st.lists(
    st.tuples(st.sampled_from(ASKED), ANSWERS, st.integers(0, 40), st.sampled_from(["", "accept", "return"])),
    max_size=20,
)
LATEST = """
    SELECT d.id, d.due, d.state, u.*,
      (SELECT min(x.said_on) FROM updates x WHERE x.duty_id = u.duty_id) AS first_on
    FROM duties d JOIN periods p ON p.id = d.period_id
    LEFT JOIN updates u ON u.duty_id = d.id
      AND u.revision = (SELECT max(x.revision) FROM updates x WHERE x.duty_id = d.id)
      AND d.state <> 'returned'
    WHERE p.code = '2024' AND d.state <> 'withdrawn'
"""
COUNTS = f"""
    SELECT count(*), count(said_on), coalesce(sum(first_on <= due), 0), coalesce(sum(first_on > due), 0),
      coalesce(sum(status = 'done'), 0), coalesce(sum(status = 'under_way'), 0),
      coalesce(sum(status = 'not_started'), 0), coalesce(sum(status = 'stopped'), 0) FROM ({LATEST})
"""


def sentence(body: tuple[Block, ...], start: str) -> str:
    return next(block.text for block in body if block.text.startswith(start))


@pytest.fixture(scope="module")
def one_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    engine = open_store(f"sqlite:///{tmp_path_factory.mktemp('season') / 'tracker.db'}", create=True)
    open_season(engine)
    yield engine
    engine.dispose()


@settings(PATIENT, max_examples=40)
@given(season=SEASONS)
def test_whatever_was_said_the_memos_counts_are_those_of_the_database(
    one_engine: sa.Engine, season: list[tuple[str, Answer, int, str]]
) -> None:
    as_of = TODAY + timedelta(days=40)
    with trying(one_engine) as session:
        for activity, words, days, review in season:
            duty: Duty = duty_of(session, activity)
            record_answers(session, {duty.id: (duty, words)}, said(at=NOW + timedelta(days=days)))
            if review == "accept":
                accept(session, [duty], "đầu mối", NOW)
            elif review == "return" and duty.state is not DutyState.RETURNED:
                give_back(session, duty, "Ghi rõ", "đầu mối", NOW)
        asked, told, on_time, late, done, under_way, waiting, stopped = session.execute(sa.text(COUNTS)).one()
        kept = list(session.execute(sa.text(LATEST)).mappings())
        snapshot = freeze(session, as_of=as_of)
    assert read_snapshot(snapshot.as_json()) == snapshot
    paper = paper_of(snapshot)
    assert sentence(paper.body, "Về chế độ báo cáo").startswith(who_reported(asked, told, late, "24/11/2024"))
    if told:
        counted = standing((done, under_way, waiting, stopped, asked - told))
        assert sentence(paper.body, "Tính chung ") == counted
    total = paper.annexes[1].table.rows[-1].cells
    assert total[2:6] == (str(asked), str(on_time), str(late), str(asked - told))
    said_words = sorted(block.text for block in paper.body if block.said_by)
    expected = [
        line if "\n" in tidy(row[name]) else line.removeprefix("- ")
        for row in kept
        for name in ("result", "difficulties", "causes", "proposals")
        if row[name] and not says_nothing(row[name])
        for line in tidy(row[name]).split("\n")
    ]
    assert said_words == sorted(expected)
