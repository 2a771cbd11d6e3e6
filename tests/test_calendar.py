"""Working days and stages."""

from datetime import date, timedelta

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from tracker.calendar import WorkingDays, stage_on, stages
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


def test_the_stages_of_2024_are_counted_in_working_days() -> None:
    assert {stage.name: stage.day for stage in stages(PLAN, OPENS, DUE)} == {
        "opening": date(2024, 10, 1),
        "before-10": date(2024, 10, 15),
        "before-5": date(2024, 10, 22),
        "before-2": date(2024, 10, 25),
        "before-0": date(2024, 10, 29),
        "after-1": date(2024, 10, 30),
        "after-3": date(2024, 11, 1),
        "after-5": date(2024, 11, 5),
    }


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2024, 9, 30), None),
        (date(2024, 10, 14), "opening"),
        (date(2024, 10, 15), "before-10"),
        (date(2024, 10, 27), "before-2"),
        (date(2024, 12, 1), "after-5"),
    ],
)
def test_the_newest_stage_that_has_begun_is_the_one_that_counts(day: date, name: str | None) -> None:
    stage = stage_on(PLAN, OPENS, DUE, day)
    assert (stage.name if stage else None) == name


@given(DAYS, st.integers(0, 90), st.integers(-5, 120))
def test_stages_come_in_the_order_of_their_days_and_the_last_begun_counts(
    opens: date, length: int, after: int
) -> None:
    found = list(stages(PLAN, opens, opens + timedelta(days=length)))
    assert [stage.day for stage in found] == sorted(stage.day for stage in found)
    assert found[0].day == opens
    today = opens + timedelta(days=after)
    newest = stage_on(PLAN, opens, opens + timedelta(days=length), today)
    assert (newest is None) is (today < opens)
    if newest is not None:
        assert newest.day == max(stage.day for stage in found if stage.day <= today)


def test_a_stage_that_would_come_before_the_opening_is_left_out() -> None:
    names = [stage.name for stage in stages(PLAN, date(2024, 10, 24), DUE)]
    assert names == ["opening", "before-2", "before-0", "after-1", "after-3", "after-5"]
