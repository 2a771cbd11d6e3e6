"""Numbers and days in words read back as they were."""

import unicodedata
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.words import MOST_MARKS, composed, vietnamese_date, vietnamese_number

NUMBERS = st.integers(-(10**12), 10**12) | st.decimals(-(10**9), 10**9, places=4)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1253, "1.253"),
        (-1253, "-1.253"),
        (1000000, "1.000.000"),
        (Decimal("12.5"), "12,5"),
        (Decimal("0.0500"), "0,05"),
        (Decimal("100.00"), "100"),
        (Decimal("1E+3"), "1.000"),
    ],
)
def test_dots_stand_between_thousands_and_a_comma_before_decimals(value: Decimal | int, text: str) -> None:
    assert vietnamese_number(value) == text


@given(NUMBERS)
def test_a_written_number_is_the_same_number(value: Decimal | int) -> None:
    text = vietnamese_number(value)
    assert Decimal(text.replace(".", "").replace(",", ".")) == value
    assert not text.endswith((",", "."))
    whole, *_ = text.lstrip("-").split(",")
    assert [len(group) for group in whole.split(".")[1:]] == [3] * whole.count(".")


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_a_written_day_is_the_same_day(day: date) -> None:
    assert datetime.strptime(vietnamese_date(day), "%d/%m/%Y").date() == day  # noqa: DTZ007


MARKS = "\u0315\u0300\u05ae\u0316"


def test_a_run_of_marks_keeps_the_first_thirty_and_what_follows() -> None:
    text = composed("a" + MARKS * 50_000 + "b")
    assert len(text) <= MOST_MARKS + 2
    assert (text[0], text[-1]) == ("a", "b") or text[0] == "à"


def test_signs_that_turn_the_direction_are_taken_out_and_those_of_vietnamese_stay() -> None:
    assert composed("Hội \u202eLHPN\u202c\u200b tỉnh\u2066\u2069\ufeff") == "Hội LHPN tỉnh"
    assert composed(unicodedata.normalize("NFD", "Đã tập huấn ở Tri Tôn")) == "Đã tập huấn ở Tri Tôn"


def test_long_rows_of_signs_that_are_no_marks_stay_whole() -> None:
    drawn = "━" * 100 + "┃" * 100 + "😀" * 100
    assert composed(drawn) == drawn


def test_marks_within_a_long_row_of_signs_are_bounded_too() -> None:
    assert len(composed("━" * 40 + "\u0316" * 200 + "━" * 40)) == 80 + MOST_MARKS


@given(st.text(st.sampled_from("aế \u0315\u0300\u05ae\u0316\u0f73\u0f75\u0f81\u0958\u202e\u200b"), max_size=200))
def test_what_is_composed_stays_as_it_is(text: str) -> None:
    once = composed(text)
    assert composed(once) == once
    assert unicodedata.is_normalized("NFC", once)
