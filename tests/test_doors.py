"""What bad input costs grows no faster than the input, at every door."""

from collections.abc import Callable

import pytest

from benchmarks.doors import DOORS, FLOOR, GROWTH, Door

QUICK = 4
"""The quick set doubles a quarter of what the slow one doubles."""


def work(rounds: Callable[[int], int]) -> Door:
    """Return a door at which input of a size costs so many rounds of a millisecond, on a clock of its own."""
    now = 0.0

    def spin(size: int) -> None:
        nonlocal now
        now += rounds(size) / 1_000

    return Door("rounds", 2_000, int, spin, clock=lambda: now)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_twice_the_input_costs_little_more_than_twice_the_time(door: Door) -> None:
    assert door.calm_growth(door.bound // QUICK // 2)[2] <= GROWTH


@pytest.mark.slow
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_twice_the_input_costs_little_more_up_to_the_bound(door: Door) -> None:
    assert door.calm_growth(door.bound // 2)[2] <= GROWTH


def test_a_door_that_costs_the_square_is_found() -> None:
    door = work(lambda size: size * size)
    assert door.calm_growth(door.bound // 2)[2] > GROWTH


def test_a_door_that_costs_as_its_input_does_is_let_through() -> None:
    door = work(lambda size: size)
    once, _, ratio = door.calm_growth(door.bound // 2)
    assert once > FLOOR
    assert ratio <= GROWTH


def test_what_is_too_cheap_to_measure_is_no_growth() -> None:
    assert work(lambda size: size).growth(5)[2] == 1
