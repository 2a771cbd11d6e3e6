"""Working days and stages."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from tracker.calendar import Stage, WorkingDays, escalation, ladder, newest
from tracker.plan.model import USUAL
from tracker.plan.reader import read_plan

PLAN = read_plan(ROOT / "activities.yaml").plan
OFFICE = WorkingDays(PLAN.reporting.calendar)
OPENS, DUE = date(2024, 10, 1), date(2024, 10, 29)
DAYS = st.dates(date(2023, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2024, 2, 7), True),
        *((date(2024, 2, day), False) for day in range(8, 15)),  # Tết Giáp Thìn
        (date(2024, 2, 15), True),
        (date(2024, 4, 18), False),  # Giỗ Tổ Hùng Vương
        (date(2024, 4, 29), False),  # swapped with Saturday 4 May
        (date(2024, 5, 4), True),
        (date(2024, 9, 2), False),
        (date(2024, 10, 12), False),  # Saturday
        (date(2024, 10, 15), True),
    ],
)
def test_offices_are_open_on_working_days_alone(day: date, working: bool) -> None:
    assert OFFICE.is_working(day) is working


@given(DAYS, st.integers(-60, 60).filter(bool))
def test_a_shifted_day_is_a_working_day_and_as_far_away_as_asked(day: date, count: int) -> None:
    shifted = OFFICE.shifted(day, count)
    assert OFFICE.is_working(shifted)
    # On a day off the step back to the last working day crosses no working day's end.
    stood_still = count < 0 and not OFFICE.is_working(day)
    assert OFFICE.between(day, shifted) == count + stood_still


@given(DAYS, st.integers(0, 40))
def test_the_days_between_are_counted_one_by_one(day: date, length: int) -> None:
    end = day + timedelta(days=length)
    one_by_one = sum(OFFICE.is_working(day + timedelta(days=n)) for n in range(1, length + 1))
    assert OFFICE.between(day, end) == one_by_one
    assert OFFICE.between(end, day) == -one_by_one


def test_the_ladder_of_2024_is_counted_in_working_days() -> None:
    assert {stage.name: stage.day for stage in ladder(USUAL, OFFICE, OPENS, DUE)} == {
        "opening": date(2024, 10, 1),
        "before-10": date(2024, 10, 15),
        "before-5": date(2024, 10, 22),
        "before-2": date(2024, 10, 25),
        "before-0": date(2024, 10, 29),
        "after-1": date(2024, 10, 30),
        "after-3": date(2024, 11, 1),
        "after-5": date(2024, 11, 5),
        "head": date(2024, 11, 12),
    }
    assert escalation(USUAL, OFFICE, DUE) == (
        Stage(date(2024, 11, 7), "coordinator"),
        Stage(date(2024, 11, 19), "dispatch"),
    )


def test_a_swapped_saturday_and_tet_are_counted_as_offices_work() -> None:
    rules = replace(USUAL, before=(1, 5), after=(1,), head=0)
    swapped = {stage.name: stage.day for stage in ladder(rules, OFFICE, date(2024, 4, 1), date(2024, 5, 6))}
    assert swapped["before-1"] == date(2024, 5, 4)  # the Saturday that was worked
    new_year = {stage.name: stage.day for stage in ladder(rules, OFFICE, date(2024, 1, 2), date(2024, 2, 7))}
    assert new_year["after-1"] == date(2024, 2, 15)


def test_a_period_that_opens_on_a_day_off_is_announced_on_the_next_working_day() -> None:
    assert ladder(USUAL, OFFICE, date(2024, 9, 1), DUE)[0] == Stage(date(2024, 9, 4), "opening")


def test_a_nought_leaves_a_stage_of_escalation_out() -> None:
    rules = replace(USUAL, head=0, coordinator=0, dispatch=0)
    assert "head" not in {stage.name for stage in ladder(rules, OFFICE, OPENS, DUE)}
    assert escalation(rules, OFFICE, DUE) == ()


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2024, 9, 30), None),
        (date(2024, 10, 14), "opening"),
        (date(2024, 10, 15), "before-10"),
        (date(2024, 10, 27), "before-2"),
        (date(2024, 12, 1), "head"),
    ],
)
def test_the_newest_stage_that_has_begun_is_the_one_that_counts(day: date, name: str | None) -> None:
    stage = newest(ladder(USUAL, OFFICE, OPENS, DUE), day)
    assert (stage.name if stage else None) == name


@given(DAYS, st.integers(0, 90))
def test_stages_come_in_the_order_of_their_days_and_fall_on_working_days(opens: date, length: int) -> None:
    found = ladder(USUAL, OFFICE, opens, opens + timedelta(days=length))
    assert [stage.day for stage in found] == sorted(stage.day for stage in found)
    assert all(OFFICE.is_working(stage.day) for stage in found)
    assert found[0].day >= opens


def test_a_stage_that_would_come_before_the_opening_is_left_out() -> None:
    names = [stage.name for stage in ladder(USUAL, OFFICE, date(2024, 10, 24), DUE)]
    assert names == ["opening", "before-2", "before-0", "after-1", "after-3", "after-5", "head"]


def test_a_due_date_on_a_day_off_is_reminded_of_on_the_last_working_day_before_it() -> None:
    for due in (date(2024, 10, 26), date(2024, 10, 27)):
        found = {stage.name: stage.day for stage in ladder(USUAL, OFFICE, OPENS, due)}
        assert found["before-0"] == date(2024, 10, 25)
        assert found["after-1"] == date(2024, 10, 28)
