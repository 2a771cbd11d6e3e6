"""The rhythm of reports: rules of a plan, and the periods they give. Pure.

A period covers the days from one cut-off to the next. By default the numbers are cut off as Nghị định
09/2019/NĐ-CP, điều 12 says: a month from the 15th of the month before to its 14th; a quarter, half a year and a
year from the 15th of the month before they begin in the same way to the 14th of their last month. Nine months,
which the article does not name, are counted like that too. When a report is sent is for the plan to say; where it
does not, it is due on the day of the cut-off.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from tracker.language import N_, SOURCE, wording_in
from tracker.plan.fields import MonthDay, plan_field
from tracker.words import MONTHS

CUT_OFF = 14
"""The last day of the month that a period counts (Nghị định 09/2019/NĐ-CP, điều 12)."""
ENDS = {
    "month": range(1, 13),
    "quarter": (3, 6, 9, 12),
    "half": (6, 12),
    "nine-months": (9,),
    "year": (12,),
}
"""In which months the periods of a year end."""
LENGTHS = {"month": 1, "quarter": 3, "half": 6, "nine-months": 9, "year": 12}
OPEN_FOR = {"month": 7, "quarter": 14, "half": 21, "nine-months": 21, "year": 30}
"""Days from a period's first day to the due date, and from that to its last, where the plan does not say."""
LONGEST_WAIT = 200
"""Days between opening, due date and closing; more is a slip in one of them."""
KINDS = {"year": "annual", "once": "phase"}
"""What the store calls periods of a rule; the others are called as the rule is."""
ROMAN = ("I", "II", "III", "IV")


class RuleDay(NamedTuple):
    """A day of every year (`MM-DD`), or one day (`YYYY-MM-DD`)."""

    month: int
    day: int
    year: int | None = None

    def in_year(self, year: int) -> date:
        """Return this day in `year`, or the one day that it is."""
        return date(self.year or year, self.month, self.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodRule:
    """One rule of `reporting.periods`: how often is reported, by when, on what, by whom."""

    every: Literal["month", "quarter", "half", "nine-months", "year", "once"] = plan_field(
        "nhịp",
        "month: hằng tháng; quarter: hằng quý; half: 6 tháng; nine-months: 9 tháng; year: hằng năm; "
        "once: một lần.",
        words={
            "month": "hằng tháng",
            "quarter": "hằng quý",
            "half": "6 tháng",
            "nine-months": "9 tháng",
            "year": "hằng năm",
            "once": "một lần",
        },
    )
    code: str | None = plan_field(
        "mã kỳ", "Mã kỳ của báo cáo một lần; ở nhịp khác là phần thêm vào sau mã kỳ.", None, form="id"
    )
    title: str | None = plan_field("tên", "Tên kỳ báo cáo một lần.", None)
    opens: tuple[RuleDay, ...] = plan_field(
        "mở kỳ", "Ngày mở kỳ, THÁNG-NGÀY; nhịp nhiều kỳ trong năm thì mỗi kỳ một ngày.", (), single=True
    )
    due: tuple[RuleDay, ...] = plan_field(
        "hạn", "Hạn gửi, THÁNG-NGÀY; nhịp nhiều kỳ trong năm thì mỗi kỳ một ngày.", (), single=True
    )
    closes: tuple[RuleDay, ...] = plan_field(
        "khóa kỳ", "Ngày khóa kỳ, THÁNG-NGÀY; nhịp nhiều kỳ trong năm thì mỗi kỳ một ngày.", (), single=True
    )
    due_after: int | None = plan_field(
        "hạn sau ngày chốt",
        "Hạn gửi là mấy ngày sau ngày chốt số liệu, thay cho due.",
        None,
        at_least=0,
        at_most=90,
    )
    cut_off: int = plan_field(
        "ngày chốt số liệu",
        "Ngày chốt số liệu trong tháng cuối kỳ (Nghị định 09/2019/NĐ-CP, điều 12: ngày 14); 0 là ngày cuối tháng.",
        CUT_OFF,
        at_least=0,
        at_most=28,
    )
    only: tuple[int, ...] = plan_field(
        "chỉ các kỳ", "Chỉ những kỳ này trong năm, ví dụ [1] là 6 tháng đầu năm.", (), at_least=1, at_most=12
    )
    activities: tuple[str, ...] = plan_field(
        "hoạt động", "Chỉ hỏi những hoạt động này; bỏ đi là hỏi tất cả.", (), names=("row",)
    )
    agencies: tuple[str, ...] = plan_field(
        "cơ quan", "Chỉ hỏi những cơ quan, nhóm này; bỏ đi là hỏi tất cả.", (), names=("agency", "group")
    )
    unconfirmed: str | None = plan_field("phần cần đối chiếu", "Lý do các ngày này còn phải xác nhận.", None)

    @property
    def count(self) -> int:
        """Return how many periods a year has."""
        return len(ENDS.get(self.every, (12,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A period that a rule gives: the days it covers, and when it is open, due and closed."""

    code: str
    kind: str
    title: str
    first: date
    last: date
    """The cut-off day."""
    opens: date
    due: date
    closes: date
    years: tuple[int, ...]
    rule: PeriodRule

    @property
    def in_order(self) -> bool:
        """Say whether it opens before it is due, closes no sooner, and waits no longer than LONGEST_WAIT."""
        waits = ((self.due - self.opens).days, (self.closes - self.due).days)
        return waits[0] > 0 and waits[1] >= 0 and (self.rule.every == "once" or max(waits) <= LONGEST_WAIT)


def spans_of(rule: PeriodRule, years: Sequence[int], language: str = SOURCE) -> Iterator[Span]:
    """Yield the periods that `rule` gives in a plan of `years`, in their order, with titles in `language`."""
    if rule.every == "once":
        yield _once(rule, years)
        return
    for year in years:
        for number, month in enumerate(ENDS[rule.every], 1):
            if not rule.only or number in rule.only:
                yield _regular(rule, year, number, month, language)


def annual_span(year: int, opens: MonthDay, due: MonthDay, closes: MonthDay, language: str = SOURCE) -> Span:
    """Return the period of a year by the key `annual`: it opens in that year, and may be due in the next."""
    rule = PeriodRule(every="year")
    start = opens.in_year(year)
    end = _next(RuleDay(*due), start)
    return Span(
        code=str(year),
        kind="annual",
        title=_names("year", year, 1, language)[1],
        first=_month_end(year - 1, 12, rule.cut_off) + timedelta(days=1),
        last=_month_end(year, 12, rule.cut_off),
        opens=start,
        due=end,
        closes=_next(RuleDay(*closes), end - timedelta(days=1)),
        years=(year,),
        rule=rule,
    )


def _once(rule: PeriodRule, years: Sequence[int]) -> Span:
    opens, due, closes = (days[0].in_year(max(years)) for days in (rule.opens, rule.due, rule.closes))
    return Span(
        code=rule.code or "",
        kind="phase",
        title=rule.title or "",
        first=date(min(years), 1, 1),
        last=due,
        opens=opens,
        due=due,
        closes=closes,
        years=tuple(years),
        rule=rule,
    )


def _regular(rule: PeriodRule, year: int, number: int, month: int, language: str) -> Span:
    length = LENGTHS[rule.every]
    before = date(year, month, 1)
    for _ in range(length):
        before = (before - timedelta(days=1)).replace(day=1)
    last = _month_end(year, month, rule.cut_off)
    first = _month_end(before.year, before.month, rule.cut_off) + timedelta(days=1)
    due = last + timedelta(days=rule.due_after or 0)
    if rule.due:
        # A due date in the first half of what it is about can only be of the year after.
        due = _next(rule.due[number - 1], last - timedelta(days=15 * length + 1))
    waits = timedelta(days=OPEN_FOR[rule.every])
    opens = _before(rule.opens[number - 1], due) if rule.opens else due - waits
    closes = _next(rule.closes[number - 1], due - timedelta(days=1)) if rule.closes else due + waits
    mark, title = _names(rule.every, year, number, language)
    return Span(
        code=f"{year}{mark}{f'-{rule.code}' if rule.code else ''}",
        kind=KINDS.get(rule.every, rule.every),
        title=title,
        first=first,
        last=last,
        opens=opens,
        due=due,
        closes=closes,
        years=(year,),
        rule=rule,
    )


def _names(every: str, year: int, number: int, language: str) -> tuple[str, str]:
    """Return what a code bears behind the year, and the title in `language`."""
    match every:
        case "month":
            month = MONTHS[number - 1]
            title = wording_in(
                language, "Báo cáo tháng {number} năm {year}", number=number, month=month, year=year
            )
            return f"-T{number:02}", title
        case "quarter":
            title = wording_in(
                language, "Báo cáo quý {roman} năm {year}", roman=ROMAN[number - 1], number=number, year=year
            )
            return f"-Q{number}", title
        case "half":
            halves = N_("Báo cáo 6 tháng đầu năm {year}"), N_("Báo cáo 6 tháng cuối năm {year}")
            return f"-6T{number}", wording_in(language, halves[number - 1], year=year)
        case "nine-months":
            return "-9T", wording_in(language, "Báo cáo 9 tháng năm {year}", year=year)
    return "", wording_in(language, "Báo cáo năm {year}", year=year)


def _month_end(year: int, month: int, cut_off: int) -> date:
    """Return the last day that counts for a month."""
    if cut_off:
        return date(year, month, cut_off)
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _next(day: RuleDay, after: date) -> date:
    """Return the first such day after `after`."""
    found = day.in_year(after.year)
    return found if found > after or day.year else day.in_year(after.year + 1)


def _before(day: RuleDay, until: date) -> date:
    """Return the last such day before `until`."""
    found = day.in_year(until.year)
    return found if found < until or day.year else day.in_year(until.year - 1)
