"""One line of an annex's table, seen through the headings of its columns."""

import re
from collections.abc import Iterator
from functools import cached_property

from tracker.annex.columns import X_MARKS, Heading
from tracker.annex.draft import DraftRow
from tracker.annex.table import NUMBERED, Cell, Table

FIELDS = {
    "lead": "cơ quan chủ trì",
    "coordinating": "cơ quan phối hợp",
    "time": "thời gian",
    "product": "sản phẩm",
    "funding": "kinh phí",
    "note": "ghi chú",
}
"""The columns whose text is taken as printed, each as people call it."""
NUMBER = re.compile(r"((?:[IVXLC]+|\d{1,4}|[A-H])(?:[.-]\d{1,3})*[a-zđ]?)[.)]?|([a-zđ])[.)]?")
IN_TITLE = re.compile(r"(\d{1,3}(?:\.\d{1,3})*|[IVX]+)[.)]\s+(?=\S)")


class Line:
    """A line that is not empty; where a cell is merged over several lines, each of them has it."""

    def __init__(self, table: Table, heading: Heading, number: int) -> None:
        self.table, self.heading, self.number = table, heading, number
        self.place = table.places[number]
        self.cells = table.cells(number)

    def cell(self, kind: str) -> Cell | None:
        """Return the cell in the column of a kind; not one that reaches there from another column."""
        column = self.heading.column(kind)
        cell = None if column is None else self.table.at.get((self.number, column))
        return cell if cell is not None and cell.left == column else None

    def text(self, kind: str) -> str:
        """Return what stands in the column of a kind, also where it is merged from above."""
        cell = self.cell(kind)
        return cell.text if cell else ""

    def own(self, kind: str) -> str:
        """Return what stands in the column of a kind and begins on this line."""
        cell = self.cell(kind)
        return cell.text if cell and cell.top == self.number else ""

    @cached_property
    def _printed_number(self) -> str:
        return " ".join(self.own("number").split())

    @cached_property
    def number_text(self) -> str:
        """Return the printed number without its dot; empty where there is none, or it is none."""
        if self._printed_number and self._wide is not self.cell("number"):
            found = NUMBER.fullmatch(self._printed_number)
            return (found[1] or found[2]) if found else ""
        spoken = IN_TITLE.match(self.own("title"))
        return spoken[1] if spoken and self.heading.column("number") is None else ""

    @cached_property
    def title(self) -> str:
        """Return the title; of a line that is one wide cell, what stands in it."""
        if self.is_whole:
            return self._wide.words if self._wide else ""
        title = self.own("title")
        if self.heading.column("number") is None and (spoken := IN_TITLE.match(title)):
            title = title[spoken.end() :]
        return title

    @cached_property
    def _wide(self) -> Cell | None:
        """Return the cell over nearly all columns that stands alone, or beside a number."""
        cells = [cell for cell in self.cells if cell.text]
        wide = [cell for cell in cells if cell.right - cell.left + 1 >= max(2, self.table.columns - 2)]
        others = [cell for cell in cells if cell not in wide and cell is not self.cell("number")]
        return wide[0] if len(wide) == 1 and not others and wide[0].top == self.number else None

    @property
    def is_whole(self) -> bool:
        """Say whether the line is one cell over nearly all columns, as headings are."""
        return self._wide is not None

    @property
    def continues(self) -> bool:
        """Say whether the title is merged with that of the line above."""
        cell = self.cell("title")
        return cell is not None and cell.top < self.number

    @property
    def has_any(self) -> bool:
        """Say whether the line has agencies, a time, a product or marks, its own or merged from above."""
        return any(self.text(name) for name in FIELDS) or any(True for _ in self._year_cells())

    @property
    def has_own(self) -> bool:
        """Say whether agencies, a time, a product or marks begin on this line."""
        own = any(self.own(name) for name in FIELDS)
        return own or any(cell.top == self.number for _, _, cell in self._year_cells())

    @property
    def signs(self) -> list[str]:
        """Return what makes the line's cells doubtful, each once; a number that Word counts is told by itself."""
        signs = [sign for cell in self.cells if cell.top == self.number for sign in cell.signs]
        return [sign for sign in dict.fromkeys(signs) if sign != NUMBERED]

    def marks(self) -> set[int]:
        """Return the years that are marked."""
        return {year for known, year, cell in self._year_cells() if known and cell.text.casefold() in X_MARKS}

    def strangers(self) -> Iterator[tuple[str, str]]:
        """Yield heading and text of each cell that begins here in a column that is not known."""
        for column, cell in self.table.line(self.number):
            known = self.heading.columns.get(column)
            alone = not self.is_whole and cell.top == self.number and cell.left == column and cell.text
            if alone and (known is None or not known.kind):
                yield (known.label if known else ""), cell.words

    def _year_cells(self) -> Iterator[tuple[bool, int, Cell]]:
        """Yield the cells of years that are not empty: whether the year is known, the year, the cell."""
        years = {column for column, _ in self.heading.years}
        for column, each in self.heading.years:
            cell = self.table.at.get((self.number, column))
            if cell is not None and cell.text and cell.left in years:
                yield each.kind == "year", each.year if each.kind == "year" else 0, cell

    def fill(self, row: DraftRow) -> None:
        """Write into `row` what the columns say, with a doubt for each thing that does not say it plainly."""
        for name, words in FIELDS.items():
            text = self.text(name)
            if text.casefold() in X_MARKS:
                row.doubt(f'{words} ghi "{text}"')
                text = ""
            cell = self.cell(name)
            if cell is not None and cell.is_wide:
                row.doubt(f"ô {words} gộp với cột bên cạnh")
            setattr(row, name, text)
        if self._printed_number and not self.number_text:
            row.doubt(f'không đọc được số TT "{self._printed_number[:20]}"')
        number = self.cell("number")
        if not row.number and number is not None and NUMBERED in number.signs:
            row.doubt("số TT là số tự động của Word, đánh lại theo thứ tự")
        row.years |= self.marks()
        for known, year, cell in self._year_cells():
            column = f"cột năm {year}" if known else "cột năm không đọc được"
            if cell.text.casefold() not in X_MARKS:
                row.doubt(f'{column} ghi "{cell.words[:40]}", không phải dấu x')
            elif not known:
                row.doubt("có dấu x ở cột năm không đọc được")
            elif cell.is_wide or cell.bottom > cell.top:
                row.doubt("dấu x ở ô gộp, có thể chỉ của một năm hoặc một dòng")
