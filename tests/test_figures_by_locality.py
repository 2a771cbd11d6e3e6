"""Figures that localities report, each for its own area, in the plan and in the memo: nothing is counted twice."""

import json
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from answering import give_figure, open_season, paper_of, said
from plan_text import ADDED_UP, DISTRICTS, altered, merged, plan_of

from tracker.errors import Faults
from tracker.plan.changes import plan_changes
from tracker.plan.reader import Reading, parse_plan
from tracker.report.changes import changes
from tracker.report.choice import WHOLE, Choice
from tracker.report.facts import Goal, Portion, Snapshot, read_snapshot
from tracker.report.snapshot import take_snapshot
from tracker.report.tables import targets
from tracker.settings import ZONE
from tracker.store.apply import apply_plan
from tracker.store.engine import reading, writing
from tracker.store.periods import find_period
from tracker.store.plans import plan_in_force

LAST_YEAR, TODAY = date(2023, 10, 16), date(2024, 10, 15)
MERGED, AFTER = date(2024, 11, 15), date(2024, 11, 20)
X, Y, Z, HEIR, LEAD = "huyen-x", "huyen-y", "huyen-z", "xa-c", "hoi"
JOBS = "viec-lam"


def districts(*changes: tuple[str, str]) -> Reading:
    """Return a plan of three districts whose figures add up, with `changes`."""
    return parse_plan(altered(*DISTRICTS, *ADDED_UP, *changes).encode())


def apply(engine: sa.Engine, plan: Reading) -> None:
    with writing(engine) as session:
        apply_plan(session, plan, "quản trị", TODAY, on(TODAY, 10))


def on(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)


def give(engine: sa.Engine, agency: str, value: int, day: date = TODAY, code: str = "2024") -> int:
    return give_figure(engine, JOBS, Decimal(value), code, said(at=on(day)), agency)


def snapshot_on(engine: sa.Engine, day: date = TODAY, choice: Choice = WHOLE) -> Snapshot:
    with reading(engine) as session:
        version, plan = plan_in_force(session)
        return take_snapshot(session, version, plan, find_period(session, "2024"), day, choice)


def goal_on(engine: sa.Engine, day: date = TODAY, choice: Choice = WHOLE) -> Goal:
    [goal] = [goal for goal in snapshot_on(engine, day, choice).goals if goal.title == "Việc làm mới"]
    return goal


def counted(goal: Goal) -> tuple[Decimal | None, int, int]:
    return goal.value, goal.known, goal.asked


def section_three(snapshot: Snapshot) -> list[str]:
    body = paper_of(snapshot).body
    heads = [n for n, block in enumerate(body) if block.kind == "heading"]
    start = next(n for n in heads if body[n].text.startswith("III. "))
    return [block.text for block in body[start : next(n for n in heads if n > start)]]


def row_of_jobs(snapshot: Snapshot) -> tuple[str, ...]:
    return targets(snapshot).rows[1].cells


def test_a_target_may_be_reported_by_a_group_whose_members_are_its_reporters() -> None:
    plan = districts().plan
    whole, jobs = plan.targets
    assert plan.reporters(jobs, TODAY) == (X, Y, Z)
    assert plan.reporters(whole, TODAY) == (LEAD,)


def test_reporters_are_resolved_on_a_day_and_each_is_named_once() -> None:
    plan = districts(*merged(X, Y, since="2025-07-01")).plan
    jobs = plan.targets[1]
    assert plan.reporters(jobs, date(2025, 6, 30)) == (X, Y, Z)
    assert plan.reporters(jobs, date(2025, 7, 1)) == (HEIR, Z)
    assert plan.reported_areas(jobs, date(2025, 7, 1)) == {HEIR: [X, Y], Z: [Z]}


def test_a_group_that_is_not_there_is_named_with_the_nearest_one() -> None:
    with pytest.raises(Faults) as caught:
        districts(("reported_by: cac-huyen", "reported_by: cac-huyn"))
    assert str(caught.value).endswith(
        'viec-lam.reported_by: không có cơ quan hay nhóm "cac-huyn"; có phải "cac-huyen"?'
    )


@pytest.mark.parametrize("unit", ['"%"', "Tỷ lệ", "tỉ lệ %", "phần trăm", "‰"])
def test_shares_cannot_be_added_up_so_a_group_may_not_report_them(unit: str) -> None:
    with pytest.raises(Faults) as caught:
        districts(("unit: người", f"unit: {unit}"))
    [fault] = caught.value.faults
    assert str(fault).startswith("activities.yaml:57:")
    assert "viec-lam.reported_by: số liệu của nhóm được cộng lại, mà đơn vị" in str(fault)
    assert str(fault).endswith("giao một cơ quan báo cáo tỷ lệ chung, hoặc đổi thành số đếm được, ví dụ người")
    assert districts(("unit: người", f"unit: {unit}"), ("reported_by: cac-huyen", "reported_by: hoi")).plan


def test_who_would_never_be_asked_for_its_figures_is_noted() -> None:
    assert not [note for note in districts().notes if JOBS in str(note)]
    [note] = [note for note in districts(("by: [cac-huyen]", "by: [huyen-x]")).notes if JOBS in str(note)]
    assert "Huyện Y, Huyện Z không có việc nào phải báo cáo nên không nhận thư hỏi số liệu" in str(note)


def test_a_target_given_to_a_group_concerns_each_of_its_members() -> None:
    changed = plan_changes(districts(("reported_by: cac-huyen", "reported_by: hoi")).plan, districts().plan)
    [change] = changed
    assert change.text == "Chỉ tiêu viec-lam, cơ quan báo cáo: Hội → Các huyện"
    assert change.agencies == {LEAD, X, Y, Z}
    [added] = plan_changes(plan_of(*DISTRICTS), districts().plan)
    assert added.agencies == {X, Y, Z}


def test_the_memo_adds_up_the_newest_figures_and_says_how_many_they_are(engine: sa.Engine) -> None:
    open_season(engine, districts())
    give(engine, X, 5)
    give(engine, X, 7)
    give(engine, Z, 4)
    snapshot = snapshot_on(engine)
    assert counted(goal_on(engine)) == (11, 2, 3)
    assert row_of_jobs(snapshot)[1:] == (
        "Việc làm mới (số liệu của 2/3 địa phương)", "người", "30 người", "11", "–",
    )  # fmt: skip
    assert (
        "Số liệu chỉ tiêu “Việc làm mới” là tổng của 02/03 địa phương; chưa có số liệu của Huyện Y; vì chưa đủ "
        "nên chưa tính tỷ lệ đạt so với kế hoạch."
    ) in section_three(snapshot)


def test_once_all_have_reported_the_sum_is_held_against_the_plan(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine, districts())
    for agency in (X, Y, Z):
        give(sqlite_engine, agency, 5)
    snapshot = snapshot_on(sqlite_engine)
    assert row_of_jobs(snapshot)[4:6] == ("15", "50")
    assert "Số liệu chỉ tiêu “Việc làm mới” là tổng của 03/03 địa phương." in section_three(snapshot)


def test_nothing_reported_is_no_zero_and_a_reported_zero_is_one(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine, districts())
    assert counted(goal_on(sqlite_engine)) == (None, 0, 3)
    assert "Chưa có số liệu của cả 02 chỉ tiêu đến năm 2025." in section_three(snapshot_on(sqlite_engine))
    give(sqlite_engine, Y, 0)
    assert counted(goal_on(sqlite_engine)) == (0, 1, 3)


def test_a_part_that_reaches_the_target_alone_has_reached_it_whatever_is_missing(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine, districts())
    give(sqlite_engine, X, 29)
    assert not goal_on(sqlite_engine).reached
    give(sqlite_engine, X, 30)
    goal = goal_on(sqlite_engine)
    assert (goal.reached, goal.whole) == (True, False)
    assert row_of_jobs(snapshot_on(sqlite_engine))[5] == "–"


def test_the_period_before_is_added_up_in_the_same_way(engine: sa.Engine) -> None:
    open_season(engine, districts(), LAST_YEAR, TODAY)
    give(engine, X, 3, LAST_YEAR, "2023")
    give(engine, Y, 4, LAST_YEAR, "2023")
    give(engine, Z, 9)
    goal = goal_on(engine)
    assert (goal.before, goal.known_before, goal.asked_before) == (7, 2, 3)
    cells = row_of_jobs(snapshot_on(engine))
    assert (cells[1], cells[4]) == ("Việc làm mới (số liệu của 1/3 địa phương; kỳ trước 2/3)", "7")


def test_what_the_lead_said_of_the_target_before_a_group_reported_it_is_not_added(engine: sa.Engine) -> None:
    open_season(engine, districts(("reported_by: cac-huyen", "reported_by: hoi")))
    give(engine, LEAD, 100)
    assert goal_on(engine).value == 100
    apply(engine, districts())
    give(engine, X, 5)
    assert counted(goal_on(engine)) == (5, 1, 3)
    apply(engine, districts(("reported_by: cac-huyen", "reported_by: hoi")))
    assert counted(goal_on(engine)) == (100, 0, 0)


def test_an_agency_that_left_the_group_counts_no_longer(engine: sa.Engine) -> None:
    open_season(engine, districts())
    for agency in (X, Y, Z):
        give(engine, agency, 5)
    apply(engine, districts(("members: [huyen-x, huyen-y, huyen-z]", "members: [huyen-x, huyen-z]")))
    assert counted(goal_on(engine)) == (10, 2, 2)


def test_a_successors_figure_takes_the_place_of_its_predecessors(engine: sa.Engine) -> None:
    open_season(engine, districts(*merged(X, Y, since=str(MERGED))))
    give(engine, X, 5)
    give(engine, Y, 7)
    give(engine, Z, 1)
    assert counted(goal_on(engine, date(2024, 11, 14))) == (13, 3, 3)
    assert counted(goal_on(engine, MERGED)) == (13, 2, 2)  # theirs stand until there is another
    give(engine, HEIR, 14, AFTER)
    assert counted(goal_on(engine, AFTER)) == (15, 2, 2)
    assert goal_on(engine, AFTER).portions == (Portion(who="Xã C", value=14), Portion(who="Huyện Z", value=1))


def test_of_an_area_only_half_known_nothing_is_counted(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine, districts(*merged(X, Y, since=str(MERGED))))
    give(sqlite_engine, X, 5)
    give(sqlite_engine, Z, 1)
    goal = goal_on(sqlite_engine, AFTER)
    assert counted(goal) == (1, 1, 2)
    assert goal.portions[0] == Portion(who="Xã C", value=None)


def test_who_takes_over_another_area_gives_the_number_of_both_anew_even_the_same(
    engine: sa.Engine,
) -> None:
    open_season(engine, districts(*merged(X, since=str(MERGED), into=Y)))
    give(engine, X, 5)
    give(engine, Y, 7)
    assert counted(goal_on(engine, AFTER)) == (12, 1, 2)
    assert give(engine, Y, 7, AFTER) == 1  # now of both areas
    assert counted(goal_on(engine, AFTER)) == (7, 1, 2)
    assert give(engine, Y, 7, AFTER) == 0


def test_last_years_memo_compiled_after_the_mergers_counts_who_reported_then(
    sqlite_engine: sa.Engine,
) -> None:
    open_season(sqlite_engine, districts(*merged(X, Y, since="2025-07-01")))
    for agency in (X, Y, Z):
        give(sqlite_engine, agency, 5)
    assert counted(goal_on(sqlite_engine, date(2025, 8, 1))) == (15, 3, 3)


def test_a_choice_of_localities_tells_theirs_and_of_how_many(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine, districts())
    for agency in (X, Y, Z):
        give(sqlite_engine, agency, 10)
    goal = goal_on(sqlite_engine, choice=Choice(agencies=(Y,)))
    assert (counted(goal), goal.whole) == ((10, 1, 3), False)
    assert snapshot_on(sqlite_engine, choice=Choice(agencies=("so-b",))).goals == ()
    lead = snapshot_on(sqlite_engine, choice=Choice(agencies=(LEAD,)))
    assert [goal.title for goal in lead.goals] == ["HTX mới"]


def test_example_figures_mark_the_memo_only_where_they_are_in_it(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine, districts())
    give_figure(sqlite_engine, JOBS, Decimal(1), who=said(illustration=True), agency=LEAD)
    assert not snapshot_on(sqlite_engine).illustration
    give_figure(sqlite_engine, JOBS, Decimal(1), who=said(illustration=True), agency=X)
    assert snapshot_on(sqlite_engine).illustration


def test_what_changed_between_two_memos_tells_how_many_figures_a_sum_has(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine, districts())
    give(sqlite_engine, X, 5)
    before = snapshot_on(sqlite_engine)
    give(sqlite_engine, Y, 0)
    assert changes(before, snapshot_on(sqlite_engine)) == [
        "Chỉ tiêu “Việc làm mới”: 5 người (1/3 địa phương) thành 5 người (2/3 địa phương)."
    ]


def test_a_snapshot_comes_back_and_one_frozen_before_figures_were_added_up_is_still_read(
    sqlite_engine: sa.Engine,
) -> None:
    open_season(sqlite_engine, districts())
    give(sqlite_engine, X, 5)
    snapshot = snapshot_on(sqlite_engine)
    assert read_snapshot(snapshot.as_json()) == snapshot
    old = json.loads(snapshot.as_json())
    for goal in old["goals"]:
        for name in ("portions", "asked", "asked_before", "known_before", "reported_by"):
            del goal[name]
    alone = replace(snapshot.goals[1], portions=(), asked=0, reported_by="")
    assert read_snapshot(json.dumps(old)).goals == (snapshot.goals[0], alone)
