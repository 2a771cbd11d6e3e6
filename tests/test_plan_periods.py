"""The rhythm of reports is a list of rules: periods without gap or overlap, cut off on the right day."""

from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from answering import NOW, PATIENT, answer, duty_of, say
from hypothesis import given
from hypothesis import strategies as st
from plan_text import altered, faults_of, plan_of

from tracker.answers.form import recorded_form
from tracker.case import open_case
from tracker.plan.period_rules import ENDS, LENGTHS, PeriodRule, RuleDay, spans_of
from tracker.plan.reader import parse_plan
from tracker.progress import DutyState, UpdateStatus
from tracker.settings import Settings
from tracker.store.apply import apply_plan
from tracker.store.duties import duties_of
from tracker.store.engine import reading, writing
from tracker.store.periods import all_periods, find_period, open_ruled_periods, ruled_periods

REGULAR = sorted(ENDS)
ANNUAL = "  annual: {opens: 10-01, due: 10-29, closes: 12-31}\n"


def with_periods(*rules: str) -> tuple[str, str]:
    """Return the change of the small plan by which its periods are `rules`."""
    return ANNUAL, "  periods:\n" + "".join(f"    - {{{rule}}}\n" for rule in rules)


@PATIENT
@given(st.sampled_from(REGULAR), st.integers(0, 28), st.integers(1901, 2190), st.integers(1, 6))
def test_the_periods_of_a_rule_cover_every_day_once(every: str, cut_off: int, start: int, count: int) -> None:
    spans = list(spans_of(PeriodRule(every=every, cut_off=cut_off), range(start, start + count)))
    assert len(spans) == len(ENDS[every]) * count
    for span in spans:
        day = cut_off or monthrange(span.last.year, span.last.month)[1]
        assert (span.last.day, span.last.month in ENDS[every]) == (day, True)
        months = (span.last.year - span.first.year) * 12 + span.last.month - span.first.month
        assert months in (LENGTHS[every], LENGTHS[every] - 1)
    if every != "nine-months":
        for before, after in pairwise(spans):
            assert after.first == before.last + timedelta(days=1)
    assert len({span.code for span in spans}) == len(spans)


@pytest.mark.parametrize(
    ("every", "number", "first", "last"),
    [
        ("month", 0, "2024-12-15", "2025-01-14"),
        ("month", 11, "2025-11-15", "2025-12-14"),
        ("quarter", 1, "2025-03-15", "2025-06-14"),
        ("half", 0, "2024-12-15", "2025-06-14"),
        ("half", 1, "2025-06-15", "2025-12-14"),
        ("nine-months", 0, "2024-12-15", "2025-09-14"),
        ("year", 0, "2024-12-15", "2025-12-14"),
    ],
)
def test_the_numbers_are_cut_off_as_the_decree_says(every: str, number: int, first: str, last: str) -> None:
    span = list(spans_of(PeriodRule(every=every), [2025]))[number]
    assert (span.first.isoformat(), span.last.isoformat(), span.due) == (first, last, span.last)


MONTH_DAYS = st.dates(date(2023, 1, 1), date(2023, 12, 31)).map(lambda day: RuleDay(day.month, day.day))


@PATIENT
@given(st.data(), st.sampled_from(REGULAR), st.integers(1950, 2150))
def test_whatever_days_are_given_a_period_opens_before_it_is_due_and_closes_after(
    data: st.DataObject, every: str, year: int
) -> None:
    count = len(ENDS[every])
    lists = {
        name: tuple(data.draw(st.lists(MONTH_DAYS, min_size=count, max_size=count)))
        for name in ("opens", "due", "closes")
    }
    for span in spans_of(PeriodRule(every=every, **lists), [year]):
        assert span.opens < span.due <= span.closes
        assert span.due > span.first - timedelta(days=1)
        assert (span.due - span.last).days < 370


def test_a_report_in_january_is_about_the_year_before() -> None:
    plan = plan_of(with_periods("every: year, opens: 12-15, due: 01-15, closes: 02-28"))
    spans = {span.code: span for span in plan.reporting.spans(plan.plan.years)}
    span = spans["2024"]
    assert (span.opens, span.due, span.closes) == (date(2024, 12, 15), date(2025, 1, 15), date(2025, 2, 28))


def test_the_old_key_may_cross_the_end_of_the_year_too() -> None:
    plan = plan_of((ANNUAL, "  annual: {opens: 12-01, due: 01-15, closes: 02-28}\n"))
    [span] = plan.reporting.spans((2024,))
    assert (span.code, span.opens, span.due) == ("2024", date(2024, 12, 1), date(2025, 1, 15))


def test_the_old_keys_give_the_periods_they_gave() -> None:
    plan = plan_of()
    assert [(p.code, p.kind, p.opens, p.due, p.closes) for p in ruled_periods(plan)] == [
        (str(year), "annual", date(year, 10, 1), date(year, 10, 29), date(year, 12, 31))
        for year in (2023, 2024, 2025)
    ]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("every: half, due: [06-14]", "due có 1 ngày, mà nhịp này có 2 kỳ mỗi năm"),
        ("every: quarter, due: 06-14", "due có 1 ngày, mà nhịp này có 4 kỳ mỗi năm"),
        ("every: year, due: 2025-01-15", "ngày của nhịp lặp lại mà ghi cả năm; viết THÁNG-NGÀY, ví dụ 06-14"),
        ("every: once, code: so-ket", "báo cáo một lần thiếu mã, tên hoặc ngày"),
        ("every: month, due_after: 3, due: [01-01]", "ghi cả due và due_after"),
        ("every: half, only: [3]", "only có số lớn hơn số kỳ của một năm; chọn từ 1 đến 2"),
        ("every: year, opens: 11-01, due: 10-29", "các ngày không theo thứ tự mở, hạn, khóa"),
        ("every: week", '"week" không dùng được'),
        ("every: month, agencies: [so-c]", 'không có cơ quan hay nhóm "so-c"'),
        ("every: month, activities: [II.9]", 'không có hoạt động "II.9"'),
    ],
)
def test_a_rule_that_cannot_be_used_says_why_at_its_place(rule: str, told: str) -> None:
    found = faults_of(altered(with_periods(rule)))
    assert any(told in fault and "reporting.periods.1" in fault for fault in found), found


def test_two_rules_may_not_give_one_code() -> None:
    [fault] = faults_of(altered(with_periods("every: half", "every: half, cut_off: 0")))
    assert "reporting.periods.2: mã kỳ 2023-6T1 đã có ở một nhịp khác; chọn mã khác" in fault
    assert plan_of(with_periods("every: half", "every: half, code: b, cut_off: 0"))


def test_a_plan_without_any_rhythm_is_refused() -> None:
    [fault] = faults_of(altered((ANNUAL, "")))
    assert 'thiếu khóa "annual"; thêm dòng annual: … hoặc periods: …' in fault


HALF_AND_YEAR = with_periods(
    "every: half, only: [1], due: [06-14, 12-14]", "every: year, due: 10-29, opens: 10-01, closes: 12-31",
)  # fmt: skip


def begin(engine: sa.Engine, text: str, *days: date) -> None:
    reading_ = parse_plan(text.encode())
    with writing(engine) as session:
        apply_plan(session, reading_, "quản trị", days[0], NOW)
        for day in days:
            open_ruled_periods(session, reading_.plan, day, NOW)


def owed(engine: sa.Engine, code: str) -> list[str]:
    with reading(engine) as session:
        return [duty.activity_id for duty in duties_of(session, find_period(session, code))]


def test_the_flow_opens_each_period_on_its_day(sqlite_engine: sa.Engine) -> None:
    text = altered(with_periods("every: quarter, cut_off: 0"))
    begin(sqlite_engine, text, date(2024, 3, 20), date(2024, 6, 20), date(2024, 9, 20))
    with reading(sqlite_engine) as session:
        periods = {period.code: (period.kind, period.title) for period in all_periods(session)}
    assert periods == {
        "2024-Q1": ("quarter", "Báo cáo quý I năm 2024"),
        "2024-Q2": ("quarter", "Báo cáo quý II năm 2024"),
        "2024-Q3": ("quarter", "Báo cáo quý III năm 2024"),
    }


def test_what_was_done_by_the_half_of_the_year_is_not_owed_at_its_end_and_the_rest_stands_beside(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    begin(sqlite_engine, altered(HALF_AND_YEAR), date(2024, 6, 3))
    say(sqlite_engine, "II.2", answer("Đã mở 2 lớp"), code="2024-6T1")
    say(sqlite_engine, "II.3", answer("Xong", status=UpdateStatus.DONE), code="2024-6T1")
    with writing(sqlite_engine) as session:
        duty_of(session, "II.3", "2024-6T1").state = DutyState.ACCEPTED
        open_ruled_periods(session, parse_plan(altered(HALF_AND_YEAR).encode()).plan, date(2024, 10, 2), NOW)
    assert owed(sqlite_engine, "2024") == ["II.2"]
    with reading(sqlite_engine) as session:
        [entry] = recorded_form(open_case(session, settings, "2024", "so-a", NOW)).entries
    assert (entry.values["result"], entry.before and entry.before.result) == ("", "Đã mở 2 lớp")


def test_what_is_accepted_while_both_periods_run_is_withdrawn_from_the_other(sqlite_engine: sa.Engine) -> None:
    rules = with_periods(
        "every: nine-months, due: 10-10, closes: 11-30", "every: year, due: 10-29, opens: 10-01, closes: 12-31",
    )  # fmt: skip
    begin(sqlite_engine, altered(rules), date(2024, 10, 2))
    assert owed(sqlite_engine, "2024") == ["II.2", "II.3"]
    say(sqlite_engine, "II.3", answer("Xong", status=UpdateStatus.DONE), code="2024-9T")
    with writing(sqlite_engine) as session:
        duty_of(session, "II.3", "2024-9T").state = DutyState.ACCEPTED
        open_ruled_periods(session, parse_plan(altered(rules).encode()).plan, date(2024, 10, 14), NOW)
    assert owed(sqlite_engine, "2024") == ["II.2"]


def test_a_rule_asks_only_whom_and_what_it_names(sqlite_engine: sa.Engine) -> None:
    text = altered(with_periods("every: month, agencies: [cac-so], activities: [II.3]"))
    begin(sqlite_engine, text, date(2024, 5, 10))
    assert owed(sqlite_engine, "2024-T05") == ["II.3"]


def test_a_period_in_which_nothing_is_left_is_not_opened(sqlite_engine: sa.Engine) -> None:
    begin(sqlite_engine, altered(with_periods("every: month, activities: [I.1]")), date(2024, 5, 10))
    with reading(sqlite_engine) as session:
        assert list(all_periods(session)) == []
