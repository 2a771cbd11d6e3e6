"""What one value of the plan file may look like, and how its text becomes a value."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tracker.plan.fields import MonthDay
from tracker.plan.period_rules import RuleDay
from tracker.settings import ADDRESS

FORMS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "id": (
        re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,39}"),
        "chỉ dùng chữ không dấu, chữ số, dấu chấm và gạch nối",
    ),
    "address": (re.compile(ADDRESS.pattern), "viết một địa chỉ như vanphong@so.example"),
    "contact": (
        re.compile(ADDRESS.pattern + r"|[a-z][a-z0-9+.-]*://\S+"),
        "viết một địa chỉ như vanphong@so.tinh.example",
    ),
    "email": (ADDRESS, "viết một địa chỉ như canbo@hoi.tinh.example"),
}


def _whole(text: str) -> int:
    if not re.fullmatch(r"-?(0|[1-9][0-9]{0,8})", text):
        raise ValueError("không phải số nguyên", "viết bằng chữ số, không có số 0 ở đầu, ví dụ 2024")
    return int(text)


def _number(text: str) -> Decimal:
    # Three digits after the dot are a Vietnamese thousand (1.253), which must not become one and a quarter.
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,2})?", text):
        remedy = "viết bằng chữ số, không chấm hàng nghìn, phần lẻ sau dấu chấm, ví dụ 1253 hoặc 12.5"
        raise ValueError("không phải số dùng được", remedy)
    return Decimal(text)


def _date(text: str) -> date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
        if spoken := re.fullmatch(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", text):
            day, month, year = map(int, spoken.groups())
            raise ValueError("không viết theo NĂM-THÁNG-NGÀY", f"viết {date(year, month, day)}")
    except ValueError as error:
        if len(error.args) == 2:
            raise
        raise ValueError("là ngày không có trong lịch", "viết NĂM-THÁNG-NGÀY, ví dụ 2024-10-29") from None
    raise ValueError("không phải ngày", "viết NĂM-THÁNG-NGÀY, ví dụ 2024-10-29")


def _month_day(text: str) -> MonthDay:
    remedy = "viết THÁNG-NGÀY, ví dụ 10-29"
    if spoken := re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})", text):
        day, month = map(int, spoken.groups())
        if 1 <= month <= 12 and 1 <= day <= 31:
            raise ValueError("không viết theo THÁNG-NGÀY", f"viết {month:02}-{day:02}")
    if not re.fullmatch(r"[0-9]{2}-[0-9]{2}", text):
        raise ValueError("không phải ngày trong năm", remedy)
    month, day = int(text[:2]), int(text[3:])
    try:
        date(2023, month, day)  # a common year: 29/2 cannot be a yearly date
    except ValueError:
        raise ValueError("không có trong mọi năm", remedy) from None
    return MonthDay(month, day)


def _rule_day(text: str) -> RuleDay:
    if re.fullmatch(r"[0-9]{4}-.*|[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}", text):
        day = _date(text)
        return RuleDay(day.month, day.day, day.year)
    return RuleDay(*_month_day(text))


READ: Mapping[Any, Callable[[str], Any]] = {
    str: str,
    int: _whole,
    Decimal: _number,
    date: _date,
    MonthDay: _month_day,
    RuleDay: _rule_day,
}
