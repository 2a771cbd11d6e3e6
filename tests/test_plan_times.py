"""A row's time is kept as printed and read where that is certain."""

from datetime import date, timedelta

import pytest
from answering import PATIENT
from hypothesis import given
from hypothesis import strategies as st
from plan_text import altered, faults_of, plan_of

from tracker.plan.times import read_time

ISSUED = date(2024, 3, 22)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Quý II/2025", "2025-04-01", "2025-06-30"),
        ("quý 2 năm 2025", "2025-04-01", "2025-06-30"),
        ("6/2025", "2025-06-01", "2025-06-30"),
        ("Tháng 02/2024", "2024-02-01", "2024-02-29"),
        ("Trước tháng 6/2025", "2025-05-31", "2025-05-31"),
        ("trước ngày 30/10/2025", "2025-10-29", "2025-10-29"),
        ("30/9/2025", "2025-09-30", "2025-09-30"),
        ("6 tháng đầu năm 2025", "2025-01-01", "2025-06-30"),
        ("Quý I - Quý III/2025", "2025-01-01", "2025-09-30"),
        ("từ tháng 3/2025 đến tháng 9/2025", "2025-03-01", "2025-09-30"),
        ("trong 60 ngày kể từ ngày ban hành", "2024-03-22", "2024-05-21"),
        ("trong vòng 30 ngày kể từ ngày 15/3/2025", "2025-03-15", "2025-04-14"),
    ],
)
def test_what_is_printed_is_read(text: str, first: str, last: str) -> None:
    time = read_time(text, ISSUED)
    assert time is not None
    assert (time.first.isoformat(), time.last.isoformat(), time.deadline) == (first, last, time.last)


@pytest.mark.parametrize(
    ("text", "years"),
    [("2025", [2025]), ("2025-2026", [2025, 2026]), ("Giai đoạn 2024 - 2026", [2024, 2025, 2026])],
)
def test_years_are_no_deadline(text: str, years: list[int]) -> None:
    time = read_time(text, ISSUED)
    assert time is not None
    assert time.deadline is None
    assert list(time.years_among(range(2020, 2030))) == years


@pytest.mark.parametrize("text", ["Thường xuyên", "Hằng năm", "hàng quý"])
def test_what_goes_on_always_has_all_years_and_no_deadline(text: str) -> None:
    time = read_time(text, ISSUED)
    assert time is not None
    assert (time.deadline, time.years_among((2023, 2024))) == (None, (2023, 2024))


@pytest.mark.parametrize(
    "text",
    ["sớm", "31/2/2025", "Quý V/2025", "13/2025", "2026-2025", "trong 10 ngày làm việc kể từ ngày ban hành",
     "9/2025 - 3/2025",     "trong 60 ngày kể từ ngày Luật có hiệu lực", "Quý I", "99/99/9999"],
)  # fmt: skip
def test_what_is_not_certain_is_not_read(text: str) -> None:
    assert read_time(text, ISSUED) is None


@PATIENT
@given(st.dates(date(1901, 1, 1), date(2199, 12, 1)), st.integers(0, 800))
def test_any_two_days_are_a_span_that_ends_on_the_later_one(day: date, more: int) -> None:
    end = day + timedelta(days=more)
    time = read_time(f"từ {day.day}/{day.month}/{day.year} đến {end.day}/{end.month}/{end.year}", ISSUED)
    assert time is not None
    assert (time.first, time.deadline) == (day, end)


@PATIENT
@given(st.text(max_size=40))
def test_no_text_stops_the_reading(text: str) -> None:
    time = read_time(text, ISSUED)
    assert time is None or time.first <= time.last


def timed(time: str) -> str:
    return altered(("    years: [2024]\n", f"    time: {time}\n"))


def test_a_row_has_the_years_of_its_time() -> None:
    plan = plan_of(("    years: [2024]\n", "    time: Quý II/2025\n"))
    assert plan.by_id["II.3"].years == (2025,)
    assert plan.time_words(plan.by_id["II.3"]) == "Quý II/2025 (đến hết ngày 30/06/2025)"


def test_a_time_that_cannot_be_read_needs_years_or_a_deadline() -> None:
    [fault] = faults_of(timed("khi có kinh phí"))
    assert fault.endswith(
        'II.3.time: không đọc được thời gian "khi có kinh phí"; giữ nguyên, và thêm years: … hoặc deadline: …'
    )
    plan = plan_of(("    years: [2024]\n", "    time: khi có kinh phí\n    deadline: 2024-12-01\n"))
    assert plan.time_words(plan.by_id["II.3"]) == "khi có kinh phí (đến hết ngày 01/12/2024)"


def test_a_row_with_neither_years_nor_time_is_named() -> None:
    [fault] = faults_of(altered(("    years: [2024]\n", "")))
    assert 'thiếu khóa "years"; thêm dòng years: … hoặc time: …' in fault
