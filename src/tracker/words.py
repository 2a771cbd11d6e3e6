"""Numbers and days as Vietnamese administrative prose writes them."""

from datetime import date
from decimal import Decimal


def vietnamese_number(value: Decimal | int) -> str:
    """Return `value` with dots between thousands and a comma before decimals: 1.253; 12,5."""
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,"))


def vietnamese_date(day: date) -> str:
    """Return `day` as 29/10/2024."""
    return f"{day:%d/%m/%Y}"
