"""Word tables of any number of columns, written as XML and not through objects: thousands of rows must print."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from docx.document import Document
from docx.oxml import parse_xml
from markupsafe import Markup

from tracker.papers.paper import Column, Row, Table

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W = f"{{{NAMESPACE}}}"
MARKER = "memo-table"
GRID, HEAD, BAND, CELL = "Bảng báo cáo", "Bảng: đầu cột", "Bảng: dòng mục", "Bảng: ô"


class WordTables:
    """The tables of one document: marked while its template prints, put in place when the page is known.

    `as_run_text` makes any text safe inside a `w:t`.
    """

    def __init__(self, as_run_text: Callable[[object], str]) -> None:
        self._as_run_text = as_run_text
        self._tables: list[Table] = []

    def mark(self, table: Table) -> Markup:
        """Return the mark for `table`, which a template prints in place of a paragraph: `{{p table(…) }}`."""
        self._tables.append(table)
        return Markup(f'<{MARKER} n="{len(self._tables) - 1}"/>')  # noqa: S704 (a number)

    def put_in_place(self, document: Document) -> None:
        """Replace each mark by its table, as wide as the text of its section.

        KeyError where the template has lost one of the table styles.
        """
        styles = {name: document.styles[name].style_id for name in (GRID, HEAD, BAND, CELL)}
        body = document.element.body
        for marker in list(body.iter(MARKER)):
            section = marker.xpath("following::w:sectPr[1]", namespaces={"w": NAMESPACE})[0]
            table = self._tables[int(marker.get("n"))]
            xml = "".join(self._xml(table, _text_width(section), styles))
            body.replace(marker, parse_xml(xml))

    def _xml(self, table: Table, width: int, styles: dict[str, str]) -> Iterator[str]:
        widths = _shared_out(table.columns, width)
        yield f'<w:tbl xmlns:w="{NAMESPACE}"><w:tblPr><w:tblStyle w:val="{styles[GRID]}"/>'
        yield f'<w:tblW w:w="{width}" w:type="dxa"/><w:tblInd w:w="0" w:type="dxa"/>'
        yield '<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>'
        yield from (f'<w:gridCol w:w="{each}"/>' for each in widths)
        yield "</w:tblGrid><w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>"
        for column, each in zip(table.columns, widths, strict=True):
            yield f"{_cell(each, styles[HEAD])}{self._as_run_text(column.title)}{_CELL_END}"
        yield "</w:tr>"
        band = _cell(width, styles[BAND], span=len(widths))
        cells = [
            _cell(each, styles[CELL], align=column.align)
            for column, each in zip(table.columns, widths, strict=True)
        ]
        yield from (self._row(row, band, cells) for row in table.rows)
        yield "</w:tbl>"

    def _row(self, row: Row, band: str, cells: list[str]) -> str:
        starts = [band] if row.band else cells
        inside = [
            f"{start}{self._as_run_text(text)}{_CELL_END}" for start, text in zip(starts, row.cells, strict=True)
        ]
        return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(inside)}</w:tr>"


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
