"""The sheets of an Excel file (.xlsx) as tables, read by the bounded reader of returned workbooks."""

from datetime import date, timedelta

from tracker.annex.table import FORMULA, HIDDEN, MOST_COLUMNS, STRUCK, Cell, Table, clean, marked
from tracker.errors import Fault, Faults
from tracker.words import vietnamese_date
from tracker.workbook.package import Cell as Typed
from tracker.workbook.package import Kind, Sheet, read_sheets
from tracker.workbook.zip_parts import SAVE_AGAIN, Expected

EXCEL = Expected(
    suffix=".xlsx",
    holds="một phụ lục",
    again=SAVE_AGAIN.replace("gửi", "dùng"),
    fresh="chép riêng bảng của phụ lục sang một tệp Excel mới",
)
MOST_COVERED = 300_000
"""Positions that merged cells of a sheet cover."""
DAY_ZERO = date(1899, 12, 30)
"""The day that Excel counts from."""
LAST_DAY = 109_938
"""The number of 31/12/2200."""


def excel_tables(raw: bytes) -> tuple[list[Table], list[str]]:
    """Return the sheets that are shown as tables, and the titles of those that are hidden; raises Faults."""
    sheets, titles = read_sheets(raw, None, EXCEL)
    return [_table(sheet) for sheet in sheets.values()], [title for title in titles if title not in sheets]


def _table(sheet: Sheet) -> Table:
    lines = sorted({row for row, _ in sheet.cells})
    columns = sorted({column for _, column in sheet.cells})
    if len(columns) > MOST_COLUMNS:
        raise Faults([Fault(f"trang tính {sheet.title}", f"có hơn {MOST_COLUMNS} cột", EXCEL.fresh)])
    line_of, column_of = ({each: n for n, each in enumerate(sorted_)} for sorted_ in (lines, columns))
    areas = {(area.top, area.left): area for area in sheet.merged}
    at: dict[tuple[int, int], Cell] = {}
    covered = 0
    for (row, column), typed in sheet.cells.items():
        inside, across = [line_of[row]], [column_of[column]]
        if area := areas.get((row, column)):
            inside = [n for n, line in enumerate(lines) if area.top <= line <= area.bottom]
            across = [n for n, each in enumerate(columns) if area.left <= each <= area.right]
        covered += len(inside) * len(across)
        if covered > MOST_COVERED:
            raise Faults([Fault(f"trang tính {sheet.title}", "có quá nhiều ô gộp", EXCEL.fresh)])
        hidden = row in sheet.hidden_rows or column in sheet.hidden_columns
        cell = _cell(typed, inside, across, hidden=hidden)
        for line in inside:
            for each in across:
                at.setdefault((line, each), cell)
    name = " ".join(f"trang tính {clean(sheet.title)}".split())
    places = tuple(f"{name}, dòng {line}" for line in lines)
    return Table(name, places, len(columns), at)


def _cell(typed: Typed, lines: list[int], columns: list[int], *, hidden: bool) -> Cell:
    signs = [HIDDEN] if hidden else []
    signs += [STRUCK] if typed.struck else []
    text = clean(typed.text)
    if typed.kind in {Kind.FORMULA, Kind.ERROR, Kind.BOOLEAN}:
        text, signs = "", [*signs, FORMULA]
    elif typed.kind is Kind.NUMBER:
        text = text.removesuffix(".0")
    elif typed.kind is Kind.DATE:
        text = _as_day(text)
        signs += [] if text else [FORMULA]
    signs += marked(text)
    return Cell(text, lines[0], columns[0], lines[-1], columns[-1], tuple(dict.fromkeys(signs)))


def _as_day(text: str) -> str:
    """Return the day that Excel's number `text` is, as plans print it; empty where it is none."""
    try:
        if "-" in text:
            return vietnamese_date(date.fromisoformat(text[:10]))
        number = int(float(text))
    except ValueError:
        return ""
    return vietnamese_date(DAY_ZERO + timedelta(days=number)) if 0 < number <= LAST_DAY else ""
