"""A paper: letterhead, body and annexes as plain values, ready to print in any format.

The report room fills it; `docx.py` and `html.py` print it. Every text already stands in its final Vietnamese
form here, so that all formats say the same, sentence by sentence.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from tracker.language import SOURCE, wording
from tracker.plan.model import Letterhead

Align = Literal["left", "center", "right"]


class Counted(str):
    """A number or a day as Vietnamese write it, with its value: a workbook counts with it, all others print it."""

    value: Decimal | int | date

    def __new__(cls, text: str, value: Decimal | int | date = 0) -> "Counted":
        """Return `text`, which is how `value` is written."""
        made = super().__new__(cls, text)
        made.value = value
        return made


class Shortened(str):
    """The beginning of a long text and where to read on; a workbook holds the `whole` text."""

    whole: str

    def __new__(cls, text: str, whole: str = "") -> "Shortened":
        """Return `text`, which stands for `whole`."""
        made = super().__new__(cls, text)
        made.whole = whole
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A table's column: its heading, its share of the width, and how its cells stand."""

    title: str
    width: int
    """Millimetres."""
    align: Align = "left"
    counted_only: bool = False
    """Whether it is for a workbook alone, and not for a paper that is signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A table's row; a `band` spans all columns with its one cell, as a heading inside the table."""

    cells: tuple[str, ...]
    band: bool = False
    total: bool = False
    """Whether it sums up the others: it is no row of its own where people sort and filter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table whose heading row repeats on every page."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def on_paper(self) -> "Table":
        """Return the table without what only a workbook holds."""
        shown = [place for place, column in enumerate(self.columns) if not column.counted_only]
        if len(shown) == len(self.columns):
            return self
        rows = tuple(
            row if row.band else replace(row, cells=tuple(row.cells[n] for n in shown)) for row in self.rows
        )
        return Table(columns=tuple(self.columns[n] for n in shown), rows=rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What is counted in each bar of a chart, and how it looks; also told apart where there is no colour."""

    name: str
    fill: str
    """`#1f4e79`."""
    ink: str = "#000000"
    """Of the number on it."""
    hatched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar of a chart: one count for each series."""

    label: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Counts as stacked bars, one bar for each `of` (a heading: `Cơ quan chủ trì`).

    Where there are more bars than can be read, the first `drawn` are drawn and the rest only listed.
    """

    of: str
    series: tuple[Series, ...]
    bars: tuple[Bar, ...]
    drawn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One element of the text.

    `heading` has a `level` (1 for "I.", 2 for "1."); `paragraph` is justified prose; `item` stands under a
    dash; `table` carries `table`; `chart` carries `chart`, and the text is its caption. `said_by` is the short
    name of the agency whose own words the text is, and None where the sentence is the template's or a count.
    """

    kind: Literal["heading", "paragraph", "item", "table", "chart"]
    text: str = ""
    label: str = ""
    """Printed before the text: which agency, which activity; of a chart its number, in bold."""
    level: int = 1
    said_by: str | None = None
    table: Table | None = None
    chart: Chart | None = None
    facts: tuple[tuple[int, int], ...] = ()
    """Where in `text` what was counted or named from the facts begins and ends; the rest is the template's."""

    @property
    def leads_on(self) -> bool:
        """Say whether it only announces what follows, and so never stands last on a page."""
        return self.said_by is None and self.chart is None and self.text.endswith(":")

    @property
    def pieces(self) -> Iterator[tuple[str, bool]]:
        """Yield `text` in parts, each with whether it was taken from the facts."""
        done = 0
        for start, end in self.facts:
            yield self.text[done:start], False
            yield self.text[start:end], True
            done = end
        yield self.text[done:], False


@dataclass(frozen=True, slots=True, kw_only=True)
class Annex:
    """An annex on pages of its own, turned where it is not `upright`."""

    label: str
    """`Phụ lục I`, or `Phụ lục` where there is one."""
    title: str
    table: Table
    lead: tuple[str, ...] = ()
    """Sentences before the table."""
    upright: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper an official signs.

    `number` is None until the clerk gives one, and is printed as a gap then. A `draft` and an
    `illustration` with example data are marked as such on every page.
    """

    letterhead: Letterhead
    issued_by: str
    """The issuer's name as prose writes it; the letterhead has it in capitals."""
    kind: str
    """`BÁO CÁO`."""
    subject: str
    """The trích yếu under it."""
    number: int | None
    dated: date
    body: tuple[Block, ...]
    annexes: tuple[Annex, ...]
    illustration: bool = False
    draft: bool = False
    language: str = SOURCE
    """Which its own words are in; it is printed where that is spoken."""

    @property
    def mark(self) -> str:
        """Return what stands on every page of a draft and of a paper that holds example data; else nothing."""
        marks = ((self.draft, wording("DỰ THẢO")), (self.illustration, wording("DỮ LIỆU MINH HỌA")))
        return " – ".join(words for meant, words in marks if meant)
