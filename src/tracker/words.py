"""Numbers and days as a language writes them, and what no text that is typed may hold."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from tracker.language import SOURCE, spoken

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
"""Signs that no paper can print."""
UNSEEN = re.compile(
    "[\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Signs that nobody sees and that turn the direction of what follows, or hide words in it. Not the joiners: emoji
and Indian scripts need them. Vietnamese needs none of them."""
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U0010ffff"
"""Signs whose look each font makes up for itself; Word's fonts of bullets are among them."""
PRIVATE = re.compile(f"[{_PRIVATE}]")
_PRIVATE_BULLET = re.compile(rf"^[^\S\n]*[{_PRIVATE}][^\S\n]*(?:\n[^\S\n]*(?=[^\s\-+{_PRIVATE}]))?", re.MULTILINE)
"""Such a sign where a line begins, or alone on the line before: so do lists look that are copied out of a PDF."""
SPREAD = 4
"""Signs that one letter may take as it is typed: ế may come as three, a line break as two. A text longer than its
limit by more than that is too long however it is written, and is refused before anything else is done with it."""
MOST_MARKS = 30
"""Combining marks that follow each other: no script needs more (UAX #15, Stream-Safe Text Format)."""
_MANY = re.compile(rf"(?<![^\w\s\x00-\u02ff])[^\w\s\x00-\u02ff]{{{MOST_MARKS + 1},}}")
"""What may be a run of more marks: no mark is a letter, a digit, a space or that early in Unicode."""
_TWO_IN_ONE = frozenset("\u0f73\u0f75\u0f81")
"""Marks that say of themselves that they are none, and come apart into two."""


def number_words(value: Decimal | int) -> str:
    """Return `value` as the language that is spoken writes it: 1.253 or 1,253."""
    text = vietnamese_number(value)
    return text if spoken() == SOURCE else text.translate(str.maketrans(",.", ".,"))


def size_words(count: int) -> str:
    """Return `count` bytes as the language that is spoken writes it: 1,2 MB or 1.2 MB."""
    return vietnamese_size(count) if spoken() == SOURCE else vietnamese_size(count).replace(",", ".")


def day_words(day: date, language: str | None = None) -> str:
    """Return `day` as `language` writes it, by default the one that is spoken: 29/10/2024 or 29 October 2024."""
    if (language or spoken()) == SOURCE:
        return vietnamese_date(day)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def moment_words(instant: datetime) -> str:
    """Return an instant, in the zone it is given in, as clocks show it: 08:00 ngày 15/10/2024."""
    joined = "ngày" if spoken() == SOURCE else "on"
    return f"{instant:%H:%M} {joined} {day_words(instant.date())}"


def vietnamese_number(value: Decimal | int) -> str:
    """Return `value` with dots between thousands and a comma before decimals: 1.253; 12,5."""
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,"))


def padded(count: int) -> str:
    """Return `count` as prose counts things: 05; 12; 1.253."""
    return f"{count:02}" if count < 10 else vietnamese_number(count)


def vietnamese_share(part: int, whole: int) -> str:
    """Return which share of `whole` the `part` is: 40,5%."""
    share = (Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{vietnamese_number(share)}%"


def years_in_words(years: Iterable[int]) -> str:
    """Return `years` as plans print them: 2024; 2023 - 2025; 2023, 2025."""
    first, *rest = sorted(years)
    if rest and rest == list(range(first + 1, first + 1 + len(rest))):
        return f"{first} - {rest[-1]}"
    return ", ".join(map(str, (first, *rest)))


def vietnamese_size(count: int) -> str:
    """Return `count` bytes in kB or MB: 35 kB; 1,2 MB."""
    unit, many = ("kB", 1_000) if count < 1_000_000 else ("MB", 1_000_000)
    tenths = max((Decimal(count) / many).quantize(Decimal("0.1")), Decimal("0.1"))
    return f"{vietnamese_number(tenths)} {unit}"


def vietnamese_date(day: date) -> str:
    """Return `day` as 29/10/2024."""
    return f"{day:%d/%m/%Y}"


def long_day(day: date) -> str:
    """Return "05 tháng 02 năm 2024": days under 10 and months 1 and 2 are padded (Nghị định 30/2020/NĐ-CP)."""
    month = f"{day.month:02}" if day.month <= 2 else str(day.month)
    return f"{day.day:02} tháng {month} năm {day.year}"


def composed(text: str) -> str:
    """Return `text` from outside in NFC, without UNSEEN signs, in a time that grows as its length does.

    Every text from outside comes through here: NFC puts the marks of a letter into order in a time that grows by
    the square of their number, so of more than MOST_MARKS marks in a run the rest is dropped before. What was
    composed once stays as it is.
    """
    if text.isascii():
        return text
    seen = _MANY.sub(_bounded_marks, UNSEEN.sub("", text))
    return _MANY.sub(_bounded_marks, unicodedata.normalize("NFC", seen))  # some marks come apart into two


def composed_lines(text: str) -> str:
    """Return `text` composed, with one kind of line break, no space around it and no private sign."""
    return composed(without_private(text.replace("\r\n", "\n").replace("\r", "\n"))).strip()


def without_private(text: str) -> str:
    """Return `text` without PRIVATE signs: one that begins a line stands for a bullet, which becomes "- "."""
    return text if text.isascii() else PRIVATE.sub("", _PRIVATE_BULLET.sub("- ", text))


def decomposed(text: str) -> str:
    """Return `text` with each mark apart from its letter (NFD), bounded as by `composed`."""
    return unicodedata.normalize("NFD", composed(text))


def _bounded_marks(found: re.Match[str]) -> str:
    kept, run = [], 0
    for sign in found[0]:
        run = run + 1 if unicodedata.combining(sign) or sign in _TWO_IN_ONE else 0
        if run <= MOST_MARKS:
            kept.append(sign)
    return "".join(kept)
