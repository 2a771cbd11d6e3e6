"""A table as a file holds it, whichever program wrote it: cells, what is merged, what makes a reading doubtful."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tracker.words import CONTROL, composed_lines

MOST_COLUMNS = 63
"""Columns that Word allows in a table; no annex on paper has more."""
MOST_LINES = 4_000
"""Lines of a table, or of all tables of a file."""
STRUCK = "có chữ gạch ngang, không rõ còn hiệu lực hay không"
HIDDEN = "có nội dung bị ẩn"
FOOTNOTE = "có dấu chú thích, xem chú thích trong văn bản"
NESTED = "có bảng nằm trong ô"
CHANGED = "có nội dung sửa đổi chưa chấp nhận (Track Changes)"
NUMBERED = "có số tự động của Word"
FORMULA = "là công thức hoặc giá trị lỗi của Excel, không đọc được"
NOTE_MARK = re.compile(r"\[\d{1,3}\]|[¹²³⁰⁴-⁹]|\(\*+\)|\*+$", re.MULTILINE)
"""How a footnote is marked that was typed by hand."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is not empty, and the lines and columns that it covers, counted from 0."""

    text: str
    """With line breaks, without other strange spaces; in NFC."""
    top: int
    left: int
    bottom: int
    right: int
    signs: tuple[str, ...] = ()
    """What makes it doubtful: STRUCK, HIDDEN, …"""

    @property
    def words(self) -> str:
        """Return its text on one line."""
        return " ".join(self.text.split())

    @property
    def is_wide(self) -> bool:
        """Say whether it covers several columns."""
        return self.right > self.left


@dataclass(frozen=True, slots=True)
class Table:
    """A table: each covered position has its cell; `places` says how people find each line."""

    name: str
    places: tuple[str, ...]
    columns: int
    at: Mapping[tuple[int, int], Cell]

    def line(self, number: int) -> list[tuple[int, Cell]]:
        """Return the cells of a line with their columns, a merged one at each that it covers."""
        found = ((column, self.at.get((number, column))) for column in range(self.columns))
        return [(column, cell) for column, cell in found if cell is not None]

    def cells(self, number: int) -> list[Cell]:
        """Return the cells of a line, each once."""
        return list(dict.fromkeys(cell for _, cell in self.line(number)))


def clean(text: str) -> str:
    """Return a text from outside in NFC, with plain single spaces, no empty lines, no control signs."""
    lines = (" ".join(line.split()) for line in composed_lines(CONTROL.sub(" ", text)).splitlines())
    return "\n".join(line for line in lines if line)


def marked(text: str) -> Iterator[str]:
    """Yield FOOTNOTE where a footnote's mark was typed into `text`."""
    if NOTE_MARK.search(text):
        yield FOOTNOTE
