"""Standing, the four cells of timeliness, and Vietnamese numbers."""

from datetime import date
from decimal import Decimal

import pytest

from tracker.progress import (
    MEMO_ORDER,
    STATUSES,
    TEXTS,
    DutyState,
    Standing,
    Timeliness,
    UpdateStatus,
    standing,
    standing_by,
    timeliness,
)
from tracker.report.charts import LOOKS
from tracker.words import vietnamese_number

DUE = date(2024, 10, 29)


def test_withdrawn_duties_do_not_count_and_returned_ones_are_owed() -> None:
    found = standing(list(DutyState))
    assert found == Standing(expected=4, answered=2, accepted=1, returned=1)
    assert found.owed == 2
    assert not found.complete


def test_groups_stand_in_the_order_in_which_they_appear() -> None:
    found = standing_by([("b", DutyState.ACCEPTED), ("a", DutyState.EXPECTED), ("b", DutyState.SUBMITTED)])
    assert list(found) == ["b", "a"]
    assert found["b"].complete


@pytest.mark.parametrize(
    ("status", "said_on", "today", "cell"),
    [
        (UpdateStatus.DONE, DUE, date(2024, 12, 1), Timeliness.DONE_IN_TIME),
        (UpdateStatus.DONE, date(2024, 10, 30), date(2024, 12, 1), Timeliness.DONE),
        (UpdateStatus.UNDER_WAY, DUE, DUE, Timeliness.OPEN_IN_TIME),
        (UpdateStatus.UNDER_WAY, DUE, date(2024, 10, 30), Timeliness.OPEN_LATE),
        (None, None, DUE, Timeliness.OPEN_IN_TIME),
        (None, None, date(2024, 10, 30), Timeliness.OPEN_LATE),
    ],
)
def test_a_task_is_counted_by_its_own_deadline_and_never_called_finished_late(
    status: UpdateStatus | None, said_on: date | None, today: date, cell: Timeliness
) -> None:
    assert timeliness(status, said_on, DUE, today) is cell


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1253, "1.253"), (Decimal("12.5"), "12,5"), (Decimal("1253.50"), "1.253,5"), (Decimal(100), "100")],
)
def test_numbers_are_written_as_vietnamese_prose_does(value: Decimal | int, text: str) -> None:
    assert vietnamese_number(value) == text


def test_every_status_has_its_rule_and_its_place_in_charts_and_memos() -> None:
    assert set(STATUSES) == set(MEMO_ORDER) == set(UpdateStatus) == set(LOOKS) - {None}
    assert len(MEMO_ORDER) == len(UpdateStatus)
    assert all(rule.words and rule.counted and rule.fill for rule in STATUSES.values())
    assert all(rule.needs in {"", *TEXTS} for rule in STATUSES.values())
