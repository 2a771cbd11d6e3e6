"""What the columns of an annex hold, by their headings, which may stand on several lines."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tracker.annex.table import Cell, Table

SEARCHED = 40
"""Lines of a table among which its headings are looked for."""
LONGEST_HEADING = 80
X_MARKS = frozenset(("x", "×", "✓", "✔", "☒"))
KINDS = (
    ("number", re.compile(r"(số\s*)?(tt|thứ tự)|stt")),
    ("year", re.compile(r"(năm\s*)?(19|20|21)\d\d")),
    ("year?", re.compile(r"(năm\s*)?[\d?.…x]{3,5}")),
    ("coordinating", re.compile(r".*phối hợp.*")),
    ("lead", re.compile(r".*chủ trì.*|.*(cơ quan|đơn vị).*(thực hiện|tham mưu).*|phân công.*")),
    ("time", re.compile(r".*(thời gian|thời hạn|tiến độ|hoàn thành|lộ trình).*")),
    ("product", re.compile(r".*(sản phẩm|kết quả).*")),
    ("funding", re.compile(r".*kinh phí.*")),
    ("note", re.compile(r".*ghi chú.*")),
    ("title", re.compile(r".*(nội dung|nhiệm vụ|hoạt động|công việc|danh mục).*|tên")),
)
"""The kinds of columns, each with how its heading reads, in small letters; the first that fits counts."""
BELOW = frozenset(("year", "year?", "lead", "coordinating", "time", "product"))
"""Kinds whose headings may stand on a line below the others."""


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds, and how it is headed: `2024`, `Cơ quan chủ trì`."""

    kind: str
    """One of KINDS, or empty where its heading tells nothing."""
    label: str

    @property
    def year(self) -> int:
        """Return the year whose marks it holds."""
        return int(self.label[-4:])


@dataclass(frozen=True, slots=True)
class Heading:
    """The lines of a table that head its columns, and what each column holds."""

    top: int
    bottom: int
    columns: Mapping[int, Column]
    lines: frozenset[tuple[str, ...]] = field(default_factory=frozenset)
    """What stands in these lines, to know them where they are repeated."""

    def column(self, kind: str) -> int | None:
        """Return the first column of a kind; None where there is none."""
        return next((number for number, column in self.columns.items() if column.kind == kind), None)

    @property
    def years(self) -> list[tuple[int, Column]]:
        """Return the columns of years, also those whose year cannot be read."""
        return [(number, each) for number, each in self.columns.items() if each.kind in {"year", "year?"}]


def find_heading(table: Table) -> Heading | None:
    """Return the heading of `table`; None where it has none that tells which columns are titles and leads."""
    for top in range(min(SEARCHED, len(table.places))):
        kinds = [kind_of(cell.words) for cell in table.cells(top)]
        named = {kind for kind in kinds if kind}
        if "title" not in named or len(named & {"number", "lead", "coordinating", "time", "product", "year"}) < 2:
            continue
        bottom = top
        while bottom + 1 < len(table.places) and _is_below(table, top, bottom + 1):
            bottom += 1
        if table.columns and (found := _columns(table, top, bottom)):
            lines = frozenset(line_words(table, line) for line in range(top, bottom + 1))
            return Heading(top, bottom, found, lines)
    return None


def kind_of(words: str) -> str:
    """Return the kind of column that `words` head; empty where they head none."""
    folded = " ".join(words.casefold().split())
    if len(folded) > LONGEST_HEADING:
        return ""
    return next((kind for kind, pattern in KINDS if pattern.fullmatch(folded)), "")


def line_words(table: Table, line: int) -> tuple[str, ...]:
    """Return the words of a line, however it is spaced, to tell whether it is repeated."""
    return tuple(cell.words.casefold() for cell in table.cells(line))


def is_counting(cells: list[Cell]) -> bool:
    """Say whether a line only numbers the columns: (1) (2) (3), or A B 1 2."""
    texts = [cell.words.strip("()") for cell in cells]
    numbers = [text for text in texts if text.isdigit()]
    letters = [text for text in texts if re.fullmatch("[A-E]", text)]
    in_order = numbers == [str(number) for number in range(1, len(numbers) + 1)]
    return len(texts) >= 3 and in_order and len(numbers) + len(letters) == len(texts)


def _is_below(table: Table, top: int, line: int) -> bool:
    """Say whether `line` belongs to the heading that begins at `top`."""
    cells = [cell for cell in table.cells(line) if cell.text]
    own = [cell for cell in cells if cell.top == line]
    if own and not all(kind_of(cell.words) in BELOW for cell in own):
        return False
    if len(own) != len(cells):
        return any(cell.top <= top for cell in cells)
    return len(own) >= 2


def _columns(table: Table, top: int, bottom: int) -> dict[int, Column]:
    found: dict[int, Column] = {}
    taken: set[str] = set()
    for number in range(table.columns):
        upward = [table.at.get((line, number)) for line in range(bottom, top - 1, -1)]
        labels = [cell.words for cell in upward if cell is not None]
        kinds = [(kind, label) for label in labels if (kind := kind_of(label))]
        kind, label = kinds[0] if kinds else ("", labels[0] if labels else "")
        if kind not in {"year", "year?"} and kind in taken:
            kind = ""
        taken.add(kind)
        found[number] = Column(kind, label)
    return found if "title" in taken else {}
