"""A target may be a ceiling, `at_most`: officers and the memo are told so, and it is kept, not reached."""

import pytest
import sqlalchemy as sa
from answering import give_figure, open_season, snapshot_of
from plan_text import ADDED_UP, DISTRICTS, altered, faults_of, plan_of

from tracker.plan.changes import plan_changes
from tracker.plan.reader import parse_plan
from tracker.report.tables import targets

CEILING = ("at_least: 10", "at_most: 10")


def test_a_target_has_one_aim_and_not_two() -> None:
    (fault,) = faults_of(altered(("at_least: 10, ", "")))
    assert fault.startswith('activities.yaml:52:5: htx: thiếu khóa "at_least" hoặc "at_most"')
    (fault,) = faults_of(altered(("at_least: 10", "at_least: 10, at_most: 12")))
    assert fault.startswith("activities.yaml:52:65: htx.at_most: có cả at_least và at_most; giữ một dòng")


def test_the_words_and_the_difference_say_that_it_is_a_ceiling() -> None:
    old, new = plan_of(), plan_of(CEILING)
    assert (old.targets[0].words, new.targets[0].words) == ("10 HTX", "không quá 10 HTX")
    told = [change.text for change in plan_changes(old, new)]
    assert "Chỉ tiêu htx, giá trị tối đa: không có → 10" in told


@pytest.mark.parametrize(("value", "kept"), [(0, True), (10, True), (11, False), (None, False)])
def test_the_memo_counts_it_as_kept_while_it_is_not_passed(
    sqlite_engine: sa.Engine, value: int | None, kept: bool
) -> None:
    open_season(sqlite_engine, parse_plan(altered(CEILING).encode()))
    if value is not None:
        give_figure(sqlite_engine, "htx", value)
    snapshot = snapshot_of(sqlite_engine)
    [goal] = snapshot.goals
    assert goal.reached == kept
    [row] = targets(snapshot).rows
    assert "không quá 10 HTX" in row.cells
    assert "100" not in row.cells  # of a ceiling no share is reached


def test_a_sum_of_which_something_is_missing_is_not_yet_under_its_ceiling(sqlite_engine: sa.Engine) -> None:
    ceiling = ("at_least: 30", "at_most: 30")
    open_season(sqlite_engine, parse_plan(altered(*DISTRICTS, *ADDED_UP, ceiling).encode()))
    for number, district in enumerate(("huyen-x", "huyen-y", "huyen-z"), 1):
        give_figure(sqlite_engine, "viec-lam", 5, agency=district)
        [goal] = [goal for goal in snapshot_of(sqlite_engine).goals if goal.unit == "người"]
        assert goal.reached == (number == 3)
