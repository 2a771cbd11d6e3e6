"""Numbers and days as Vietnamese administrative prose writes them, and what no text that is typed may hold."""

import re
from datetime import date
from decimal import Decimal

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
"""Signs that no paper can print."""


def vietnamese_number(value: Decimal | int) -> str:
    """Return `value` with dots between thousands and a comma before decimals: 1.253; 12,5."""
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,"))


def vietnamese_size(count: int) -> str:
    """Return `count` bytes in kB or MB: 35 kB; 1,2 MB."""
    unit, many = ("kB", 1_000) if count < 1_000_000 else ("MB", 1_000_000)
    tenths = max((Decimal(count) / many).quantize(Decimal("0.1")), Decimal("0.1"))
    return f"{vietnamese_number(tenths)} {unit}"


def vietnamese_date(day: date) -> str:
    """Return `day` as 29/10/2024."""
    return f"{day:%d/%m/%Y}"
