"""A row's time as plans print it, read. Pure.

Printed are years (`2025`, `2025 - 2026`), a day (`trước ngày 30/9/2025`), a month, a quarter, a half of a year, a
span of these, `thường xuyên`, or `trong 60 ngày kể từ ngày ban hành`. In English a day (`30 September 2025`), a
month, a quarter (`Q3 2025`) or `ongoing`. What cannot be read for certain is not read.
"""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from tracker.words import MONTHS

ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
ALWAYS = re.compile(
    r"thường xuyên|liên tục|ongoing|continuous|(hằng|hàng) (năm|quý|tháng|tuần|ngày)|định kỳ( (hằng|hàng) \w+)?",
    re.IGNORECASE,
)
NOISE = re.compile(
    r"^(trong|vào|đến|từ|hết|năm|ngày|tháng|giai đoạn|chậm nhất|hoàn thành|xong|thời gian|là|by|until|on|in|:)\s+",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"\s*[-–]\s*|\s+đến\s+(?:hết\s+)?", re.IGNORECASE)
WITHIN = re.compile(
    r"trong (?:vòng |thời hạn )?(\d{1,4}) ngày (?:làm việc )?kể từ (?:ngày |khi )?(.*)", re.IGNORECASE
)
ISSUE = re.compile(
    r"(ban hành|ký|ký ban hành)( (kế hoạch|quyết định|nghị quyết|chương trình|chỉ thị|đề án|văn bản))?( này)?",
    re.IGNORECASE,
)
ENGLISH = {name.casefold(): number for number, name in enumerate(MONTHS, 1)}
HALVES = {"đầu": (1, 6), "cuối": (7, 12)}


@dataclass(frozen=True, slots=True)
class Time:
    """A span of days; the last day is a deadline where the print names one finer than a year."""

    first: date
    last: date
    exact: bool
    """Finer than years; where not, the last day is only that of the year."""
    always: bool = False
    """`thường xuyên`: in all years, with no deadline."""

    @property
    def deadline(self) -> date | None:
        """Return the last day on which the task should be done, where the print says one."""
        return self.last if self.exact else None

    def years_among(self, years: Iterable[int]) -> tuple[int, ...]:
        """Return those of `years` that the span touches."""
        return tuple(year for year in years if self.always or self.first.year <= year <= self.last.year)


@lru_cache(maxsize=4096)
def read_time(text: str, issued: date) -> Time | None:
    """Return the time that `text` prints in a document issued on a day; None where that is not certain."""
    text = " ".join(text.split()).rstrip(".;")
    if ALWAYS.fullmatch(text):
        return Time(issued, issued, exact=False, always=True)
    if within := WITHIN.fullmatch(text):
        if "làm việc" in text.casefold():  # which days those are hangs on a calendar
            return None
        start = issued if ISSUE.fullmatch(within[2]) else _day(within[2])
        return Time(start, start + timedelta(days=int(within[1])), exact=True) if start else None
    if whole := _span(text):
        return whole
    sides = BETWEEN.split(text)
    if len(sides) != 2:
        return None
    end = _span(sides[1])
    begin = end and (_span(sides[0]) or _span(f"{sides[0]}/{end.last.year}"))
    if begin and end and begin.first <= end.last:
        return Time(begin.first, end.last, exact=end.exact)
    return None


def _span(text: str) -> Time | None:
    """Return one day, month, quarter, half or year, or several years."""
    before = re.match(r"trước (?=ngày |tháng |\d)", text, re.IGNORECASE)
    text = text[before.end() :] if before else text
    while noise := NOISE.match(text):
        text = text[noise.end() :]
    found = _exact_span(text) or _years(text)
    if before and found:
        end = found.first - timedelta(days=1)
        return Time(end, end, exact=True)
    return found


def _exact_span(text: str) -> Time | None:
    if day := _day(text):
        return Time(day, day, exact=True)
    if month := re.fullmatch(r"(\d{1,2})(?:\s*/\s*| năm )(\d{4})", text, re.IGNORECASE):
        return _months(int(month[1]), int(month[1]), int(month[2]))
    if quarter := re.fullmatch(r"quý (iv|i{1,3}|[1-4])(?:\s*/\s*|,? năm |\s)(\d{4})", text, re.IGNORECASE):
        number = ROMAN.get(quarter[1].lower()) or int(quarter[1])
        return _months(3 * number - 2, 3 * number, int(quarter[2]))
    if half := re.fullmatch(r"(?:6|sáu|06) tháng (đầu|cuối)(?: năm)? (\d{4})", text, re.IGNORECASE):
        return _months(*HALVES[half[1].lower()], int(half[2]))
    if quarter := re.fullmatch(r"(?:q|quarter )([1-4])(?:\s+|\s*/\s*| of )(\d{4})", text, re.IGNORECASE):
        return _months(3 * int(quarter[1]) - 2, 3 * int(quarter[1]), int(quarter[2]))
    if month := re.fullmatch(r"([a-z]+) (\d{4})", text, re.IGNORECASE):
        number = ENGLISH.get(month[1].casefold(), 0)
        return _months(number, number, int(month[2]))
    if end := re.fullmatch(r"cuối năm (\d{4})", text, re.IGNORECASE):
        return _months(12, 12, int(end[1]))
    return None


def _years(text: str) -> Time | None:
    if not re.fullmatch(r"\d{4}(\s*(,|và|-|–)\s*\d{4})*", text):
        return None
    years = [int(year) for year in re.findall(r"\d{4}", text)]
    if not all(1900 <= year <= 2200 for year in years) or years != sorted(years):
        return None
    return Time(date(years[0], 1, 1), date(years[-1], 12, 31), exact=False)


def _months(first: int, last: int, year: int) -> Time | None:
    if not (1 <= first <= last <= 12 and 1900 <= year <= 2200):
        return None
    return Time(date(year, first, 1), date(year, last, monthrange(year, last)[1]), exact=True)


def _day(text: str) -> date | None:
    text = text.strip()
    if named := re.fullmatch(r"(\d{1,2}) ([a-z]+) (\d{4})", text, re.IGNORECASE):
        text = f"{named[1]}/{ENGLISH.get(named[2].casefold(), 0)}/{named[3]}"
    found = re.fullmatch(r"(?:ngày )?(\d{1,2})\s*/\s*(\d{1,2})\s*/\s*(\d{4})", text, re.IGNORECASE)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else None
    except ValueError:
        return None
