"""Word tables of any number of columns, written as XML and not through objects: thousands of rows must print.

Through python-docx's objects, with copied rows, 4,800 rows take ten times as long (2.3 s against 0.2 s).
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from docx.document import Document
from docx.oxml import parse_xml
from markupsafe import Markup

from tracker.papers.fitting import SIDES, is_whole
from tracker.papers.paper import Column, Table

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TABLE_MARK, KEPT_WITH_NEXT = "memo-table", "kept"
_MARK = re.compile(f"<{TABLE_MARK} [^>]*/>".encode())
TWIPS_PER_MM = 1440 / 25.4
GRID, HEAD, BAND, CELL = "Bảng báo cáo", "Bảng: đầu cột", "Bảng: dòng mục", "Bảng: ô"


class WordTables:
    """The tables of one document: marked while its template prints, written when it is text again.

    A tree of thousands of rows would take far more room and time than their XML. `as_run_text` makes any text safe
    inside a `w:t`.
    """

    def __init__(self, as_run_text: Callable[[object], str]) -> None:
        self._as_run_text = as_run_text
        self._tables: list[Table] = []
        self._styles: dict[str, str] = {}

    def mark(self, table: Table) -> Markup:
        """Return the mark for `table`, which a template prints in place of a paragraph: `{{p table(…) }}`."""
        self._tables.append(table.on_paper())
        return Markup(f'<{TABLE_MARK} n="{len(self._tables) - 1}"/>')  # noqa: S704 (a number)

    def fit(self, document: Document, body: Any) -> None:
        """Note at each mark in the printed `body` how wide the text of its section is.

        KeyError where the template has lost one of the table styles.
        """
        self._styles = {name: document.styles[name].style_id for name in (GRID, HEAD, BAND, CELL)}
        width = 0
        for element in reversed(list(body.iter(TABLE_MARK, f"{W}sectPr"))):
            if element.tag == TABLE_MARK:
                element.set("width", str(width))
            else:
                width = _text_width(element)

    def put_in_place(self, xml: bytes) -> bytes:
        """Return the document's `xml` with each table, which is fitted, in place of its mark."""
        return _MARK.sub(lambda mark: self._table(parse_xml(mark.group())).encode(), xml)

    def _table(self, mark: Any) -> str:
        table, width = self._tables[int(mark.get("n"))], int(mark.get("width"))
        widths = _shared_out(table.columns, width)
        aligned = [(each, column.align) for each, column in zip(widths, table.columns, strict=True)]
        head = [_cell(each, self._styles[HEAD]) for each in widths]
        cells = [_cell(each, self._styles[CELL], align=align) for each, align in aligned]
        band = [_cell(width, self._styles[BAND], span=len(widths))]
        sums = [_cell(each, self._styles[BAND], align=align) for each, align in aligned]
        rows = [self._row([column.title for column in table.columns], head, "<w:tblHeader/>")]
        rooms = [each / TWIPS_PER_MM - SIDES for each in widths]
        for row in table.rows:
            room = [width / TWIPS_PER_MM - SIDES] if row.band else rooms
            whole = is_whole(zip(row.cells, room, strict=True))
            starts = band if row.band else sums if row.total else cells
            rows.append(self._row(row.cells, starts, whole=whole))
        if KEPT_WITH_NEXT in mark.attrib:
            rows[-1] = re.sub("(<w:pStyle [^>]*/>)", r"\1<w:keepNext/>", rows[-1])
        return "".join(
            (
                f'<w:tbl><w:tblPr><w:tblStyle w:val="{self._styles[GRID]}"/><w:tblW w:w="{width}" w:type="dxa"/>',
                '<w:tblInd w:w="0" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>',
                *(f'<w:gridCol w:w="{each}"/>' for each in widths),
                "</w:tblGrid>",
                *rows,
                "</w:tbl>",
            )
        )

    def _row(self, texts: Sequence[str], starts: list[str], repeated: str = "", *, whole: bool = True) -> str:
        """Return a row's XML; one that may not fit a page is not kept `whole`, or LibreOffice loses lines."""
        inside = "".join(
            f"{start}{self._as_run_text(text)}{_CELL_END}" for start, text in zip(starts, texts, strict=True)
        )
        properties = f"<w:trPr><w:cantSplit/>{repeated}</w:trPr>" if whole else ""
        return f"<w:tr>{properties}{inside}</w:tr>"


_CELL_END = "</w:t></w:r></w:p></w:tc>"


def _cell(width: int, style: str, *, span: int = 1, align: str | None = None) -> str:
    """Return a cell's XML up to its text; children stand in the schema's order, or Word calls the file broken."""
    spanning = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    aligned = f'<w:jc w:val="{align}"/>' if align else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{spanning}</w:tcPr><w:p><w:pPr>'
        f'<w:pStyle w:val="{style}"/>{aligned}</w:pPr><w:r><w:t xml:space="preserve">'
    )


def _text_width(section: Any) -> int:
    """Return in twentieths of a point how wide the text of a `w:sectPr` stands."""
    page, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
    return int(page.get(f"{W}w")) - int(margins.get(f"{W}left")) - int(margins.get(f"{W}right"))


def _shared_out(columns: tuple[Column, ...], width: int) -> list[int]:
    """Return the columns' widths in proportion, which together are exactly `width`."""
    total = sum(column.width for column in columns)
    edges = [width * sum(column.width for column in columns[:i]) // total for i in range(len(columns) + 1)]
    return [right - left for left, right in pairwise(edges)]
