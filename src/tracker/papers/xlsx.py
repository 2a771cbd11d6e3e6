"""A paper's tables as an .xlsx file to filter and count in: annexes, then the tables and charts of the text."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_range

from tracker.language import N_, wording
from tracker.papers.files import printable
from tracker.papers.letterhead import attached_to, number_line, title_of
from tracker.papers.paper import Annex, Chart, Column, Counted, Paper, Row, Shortened, Table
from tracker.papers.sheets import A4, CELL, FONT, LINE, finished, height, put
from tracker.papers.xlsx_chart import draw_chart

GROUP = N_("Nội dung")
"""Takes the rows that span a table: beside each row, they survive sorting and can be filtered by."""
LETTERS_A_MM = 0.5
FROZEN_COLUMNS = 2
LONGEST_NAME = 31
STYLES: dict[str, dict[str, Any]] = {
    "mark": FONT | {"bold": True, "font_color": "#C00000"},
    "title": FONT | {"bold": True, "font_size": 14},
    "plain": FONT,
    "caption": FONT | {"text_wrap": True},
    "heading": CELL | {"bold": True, "bg_color": "#DCE6F1", "align": "center", "valign": "vcenter"},
    "left": CELL,
    "center": CELL | {"align": "center"},
    "right": CELL | {"align": "right"},
    "number": CELL | {"align": "center", "num_format": "#,##0"},
    "counted": CELL | {"num_format": "#,##0.##########"},
    "whole": CELL | {"align": "right", "num_format": "#,##0"},
    "day": CELL | {"align": "center", "num_format": "dd/mm/yyyy"},
    "sum": CELL | {"align": "center", "num_format": "#,##0", "bold": True, "bg_color": "#DCE6F1"},
}


def xlsx_bytes(paper: Paper) -> bytes:
    """Return the tables and charts of `paper` as .xlsx; the same paper gives the same bytes.

    What the paper counted is a number or a day to count with; what a person typed is text, whatever it begins
    with.
    """
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as file:
        properties = {
            "title": title_of(paper),
            "author": " ".join(printable(paper.letterhead.issuer).split())[:255],
        }
        file.set_properties(properties | {"created": datetime.combine(paper.dated, time())})
        looks = {name: file.add_format(look) for name, look in STYLES.items()}
        names: set[str] = set()
        for annex in (*paper.annexes, *_tables_of_the_text(paper)):
            names.add(name := _free_name(annex.label, names))
            _draw(file.add_worksheet(name), annex, paper, looks)
        for top, caption, chart in _charts_of_the_text(paper):
            names.add(name := _free_name(top.label, names))
            sheet = file.add_worksheet(name)
            draw_chart(file, sheet, caption, chart, _draw_top(sheet, top, paper, looks), looks)
            _set_print(sheet, paper, top)
            sheet.set_portrait()
        if not names:
            file.add_worksheet(paper.kind.capitalize())
    return finished(packed.getvalue())


def _tables_of_the_text(paper: Paper) -> Iterator[Annex]:
    """Give each table of the text under the heading that it stands under."""
    heading = paper.kind
    for block in paper.body:
        if block.kind == "heading":
            heading = block.text
        elif block.table is not None:
            number, dot, _ = heading.partition(".")
            yield Annex(
                label=wording("Mục {number}", number=number) if dot else heading, title=heading, table=block.table
            )


def _charts_of_the_text(paper: Paper) -> Iterator[tuple[Annex, str, Chart]]:
    """Give what stands over each chart of the text, its caption and itself."""
    for block in paper.body:
        if block.chart is not None:
            label = block.label.rstrip(": ")
            yield Annex(label=label, title=label, table=Table(columns=(), rows=())), block.text, block.chart


def _free_name(label: str, taken: set[str]) -> str:
    """Return a name that Excel takes for a sheet, and that no other sheet has."""
    name = re.sub(r"[\[\]:*?/\\']", " ", printable(label).replace("\n", " ")).strip()[:LONGEST_NAME] or wording(
        "Bảng"
    )
    used, free, number = {each.casefold() for each in taken}, name, 1
    while free.casefold() in used:
        number += 1
        free = f"{name[: LONGEST_NAME - 5]} ({number})"
    return free


def _draw(sheet: Any, annex: Annex, paper: Paper, looks: dict[str, Any]) -> None:
    table = _without_bands(annex.table)
    head = _draw_top(sheet, annex, paper, looks)
    widths = [max(6, round(column.width * LETTERS_A_MM)) for column in table.columns]
    for place, (column, width) in enumerate(zip(table.columns, widths, strict=True)):
        sheet.set_column(place, place, width)
        put(sheet, head, place, column.title, looks["heading"])
    sheet.set_row(head, 2 * LINE + 4)
    for number, row in enumerate(table.rows, start=head + 1):
        for place, (text, column) in enumerate(zip(row.cells, table.columns, strict=True)):
            _put_cell(sheet, number, place, text, looks, column)
        whole = (text.whole if isinstance(text, Shortened) else text for text in row.cells)
        sheet.set_row(number, height(zip(whole, widths, strict=True), least=1))
    last = head + max(1, sum(not row.total for row in table.rows))
    sheet.autofilter(head, 0, last, len(widths) - 1)
    sheet.ignore_errors({"number_stored_as_text": xl_range(head + 1, 0, head + len(table.rows), len(widths) - 1)})
    sheet.freeze_panes(head + 1, min(FROZEN_COLUMNS, len(widths) - 1))
    sheet.repeat_rows(head)
    _set_print(sheet, paper, annex)


def _put_cell(sheet: Any, row: int, place: int, text: str, looks: dict[str, Any], column: Column) -> None:
    """Write what was counted as a number or a day, and all else as the text it is."""
    if isinstance(text, Shortened):
        put(sheet, row, place, text.whole, looks[column.align])
    elif not isinstance(text, Counted):
        put(sheet, row, place, text, looks[column.align])
    elif isinstance(text.value, date):
        sheet.write_datetime(row, place, datetime.combine(text.value, time()), looks["day"])
    else:
        sheet.write_number(
            row, place, float(text.value), looks["whole" if text.value == int(text.value) else "counted"]
        )


def _draw_top(sheet: Any, annex: Annex, paper: Paper, looks: dict[str, Any]) -> int:
    """Write what stands over the table, and return the row (from 0) of its headings."""
    lines = [("mark", paper.mark)] if paper.mark else []
    lines += [("title", f"{annex.label}. {annex.title}" if annex in paper.annexes else annex.title)]
    lines += [("plain", attached_to(paper)), *(("plain", sentence) for sentence in annex.lead)]
    for number, (look, text) in enumerate(lines):
        put(sheet, number, 0, text, looks[look])
        sheet.set_row(number, 21 if look == "title" else LINE + 2)
    return len(lines) + 1


def _without_bands(table: Table) -> Table:
    """Return `table` with its spanning rows as a last column, where it has any."""
    if not any(row.band for row in table.rows):
        return table
    rows, band = [], ""
    for row in table.rows:
        if row.band:
            band = row.cells[0]
        else:
            rows.append(Row(cells=(*row.cells, band)))
    return replace(table, columns=(*table.columns, Column(title=wording(GROUP), width=45)), rows=tuple(rows))


def _set_print(sheet: Any, paper: Paper, annex: Annex) -> None:
    if not annex.upright:
        sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    named = printable(f"{number_line(paper)} – {annex.label}").replace("\n", " ")[:100].replace("&", "&&")
    sheet.set_footer(f'&L&"Times New Roman"{named}&R&"Times New Roman"Trang &P/&N')
    if paper.mark:
        sheet.set_header(f'&C&"Times New Roman,Bold"{paper.mark}')
