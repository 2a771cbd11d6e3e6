"""What bad input costs grows no faster than the input, at every door."""

import pytest

from benchmarks.doors import DOORS, GROWTH, Door


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_twice_the_input_costs_little_more_than_twice_the_time(door: Door) -> None:
    # One run tells of nearly every door; a machine that does other work too is asked again.
    ratios = (door.growth(door.bound // 2, runs)[2] for runs in (1, 3, 5))
    assert any(ratio <= GROWTH for ratio in ratios)
