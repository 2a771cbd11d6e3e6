"""The annex of the shipped plan typed into Word and Excel in five layouts, and ways to spoil it."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import docx
import openpyxl
from answering import real_plan
from openpyxl.styles import Font

from tracker.plan.model import Activity, ContentArea, Plan


@dataclass
class Box:
    """A cell, how many columns and lines it covers, and what is done to it afterwards."""

    text: str
    across: int = 1
    down: int = 1
    struck: bool = False
    nested: str = ""
    footnote: bool = False


Grid = list[list[Box | None]]
"""Lines of boxes; None where a box from the left or above covers the place."""


@dataclass
class Row:
    """What a layout says of a row, and what has to come back."""

    activity: Activity
    number: str
    subtasks: tuple[str, ...] = ()
    product: str = ""
    time: str = ""
    years: tuple[int, ...] = ()


@dataclass
class Layout:
    """Tables of the annex in one layout, and the rows in their order."""

    name: str
    grids: list[Grid]
    rows: list[Row]
    skips: bool = False
    """TT 1 of part II is not printed, so that TT 2 rightly looks as if a row were missing."""
    hidden_columns: tuple[str, ...] = field(default_factory=tuple)

    def find(self, text: str) -> tuple[Grid, int, int]:
        """Return where a box with `text` stands: its grid, line and column."""
        for grid in self.grids:
            for line, boxes in enumerate(grid):
                for column, box in enumerate(boxes):
                    if box is not None and box.text == text:
                        return grid, line, column
        raise AssertionError(text)


PLAN = real_plan().plan
YEARS = [2023, 2024, 2025]


def sections(plan: Plan = PLAN) -> Iterator[tuple[ContentArea, list[Activity]]]:
    for area in plan.content:
        if rows := [row for row in plan.activities if row.content == area.id]:
            yield area, rows


def names(activity: Activity) -> tuple[str, str]:
    return PLAN.agencies[activity.lead[0]].short, activity.coordinating_printed or ""


def number(activity: Activity) -> str:
    return activity.id.rpartition(".")[2]


def x_columns() -> Layout:
    """Years as columns with x, the heading on two lines."""
    head: Grid = [
        [Box("TT", 1, 2), Box("Nội dung hoạt động", 1, 2), Box("Thời gian", 3), None, None,
         Box("Cơ quan thực hiện", 2), None],
        [None, None, Box("2023"), Box("2024"), Box("2025"), Box("Chủ trì"), Box("Phối hợp")],
    ]  # fmt: skip
    grid, rows = list(head), []
    for area, found in sections():
        grid.append(wide("Phần I: Hoạt động chỉ đạo, triển khai thực hiện" if area.part == "direction" else "", 7))
        if area.part == "direction":
            grid[-1][0] = Box("I")
            grid[-1][1] = Box(area.title, 6)
        elif area.id == "ND1":
            grid[-1] = [Box("II"), Box("NỘI DUNG HOẠT ĐỘNG", 6), *[None] * 5]
            grid.append([Box("1"), Box(f"Nội dung 1: {area.title}", 6), *[None] * 5])
        else:
            grid[-1] = wide(f"Nội dung {area.id[2:]}: {area.title}", 7)
        for each in found:
            lead, coordinating = names(each)
            marks = [Box("x" if year in each.years else "") for year in YEARS]
            grid.append([Box(number(each)), Box(f"- {each.title}"), *marks, Box(lead), Box(coordinating)])
            rows.append(Row(each, number(each), years=each.years))
    return Layout("dấu x", [grid], rows)


def wide(text: str, columns: int) -> list[Box | None]:
    return [Box(text, columns), *[None] * (columns - 1)]


def time_of(activity: Activity) -> str:
    years = activity.years
    return {1: f"Năm {years[0]}", 2: f"{years[0]}, {years[-1]}", 3: f"{years[0]} - {years[-1]}"}[len(years)]


HEAD = ("Số TT", "Nhiệm vụ", "Cơ quan chủ trì", "Cơ quan phối hợp", "Thời gian hoàn thành")


def time_column() -> Layout:
    """A column of times; headings in the column of titles alone."""
    grid: Grid = [[Box(words) for words in HEAD]]
    rows = []
    for number_, (area, found) in enumerate(sections(), 1):
        grid.append([Box("ABCDEFGH"[number_ - 1]), Box(area.title), Box(""), Box(""), Box("")])
        for each in found:
            grid.append([Box(f"{number(each)}."), Box(each.title), *map(Box, names(each)), Box(time_of(each))])
            rows.append(_timed(each))
    return Layout("cột thời gian", [grid], rows, skips=True)


def _timed(each: Activity, **given: Any) -> Row:
    listed = len(each.years) == 2
    return Row(each, number(each), time="" if listed else time_of(each), years=each.years, **given)


def merged_leads() -> Layout:
    """Leads and times merged over the rows that share them; numbers begin again under each heading."""
    grid: Grid = [[Box(words) for words in ("STT", *HEAD[1:])]]
    rows = []
    for area, found in sections():
        grid.append(wide(area.title.upper(), 5))
        lines = [
            [Box(str(count)), Box(each.title), *map(Box, names(each)), Box(time_of(each))]
            for count, each in enumerate(found, 1)
        ]
        for column in (2, 4):
            at = 0
            for _, group in groupby(lines, key=lambda line: line[column].text):
                same = list(group)
                lines[at][column] = Box(same[0][column].text, 1, len(same))
                for line in same[1:]:
                    line[column] = None  # type: ignore[call-overload]
                at += len(same)
        grid += lines  # type: ignore[arg-type]
        rows += [_timed(each) for each in found]
    return Layout("gộp ô chủ trì", [grid], rows)


def subtasks() -> Layout:
    """Headings as merged rows; every third row has subtasks a), b), c) on lines of their own."""
    grid: Grid = [[Box(words) for words in HEAD]]
    rows = []
    for area, found in sections():
        grid.append(wide(f"Nội dung {max(1, int(area.id[2:]))}. {area.title}", 5))
        for count, each in enumerate(found):
            grid.append([Box(number(each)), Box(each.title), *map(Box, names(each)), Box(time_of(each))])
            parts = tuple(f"Việc {letter} của {each.id}" for letter in "abc") if count % 3 == 0 else ()
            lettered = zip("abc", parts, strict=False)
            grid += [[Box(""), Box(f"{each}) {text}"), Box(""), Box(""), Box("")] for each, text in lettered]
            rows.append(_timed(each, subtasks=parts))
    return Layout("việc a, b, c", [grid], rows, skips=True)


def two_tables() -> Layout:
    """Roman parts, a column of products, columns counted below; two tables, the heading repeated."""
    head = ("TT", "Nội dung công việc", "Sản phẩm", "Thời gian", "Đơn vị chủ trì", "Đơn vị phối hợp", "Ghi chú")
    grids: list[Grid] = []
    rows = []
    for part, areas in groupby(sections(), key=lambda pair: pair[0].part):
        grid: Grid = [[Box(words) for words in head], [Box(f"({n})") for n in range(1, 8)]]
        title = "HOẠT ĐỘNG CHỈ ĐẠO" if part == "direction" else "NỘI DUNG"
        grid.append([Box("I" if part == "direction" else "II"), Box(title, 6), *[None] * 5])
        for area, found in areas:
            first = "1" if area.id == "ND1" else ""
            grid.append([Box(first), Box(f"Nội dung {area.id[2:]}: {area.title}"), *[Box("") for _ in range(5)]])
            for each in found:
                product = f"Báo cáo kết quả {each.id}"
                lead, coordinating = names(each)
                cells = [number(each), each.title, product, time_of(each), lead, coordinating, ""]
                grid.append([Box(text) for text in cells])
                rows.append(_timed(each, product=product))
        grids.append(grid)
    return Layout("hai bảng, có sản phẩm", grids, rows)


LAYOUTS: dict[str, Callable[[], Layout]] = {
    "x": x_columns, "time": time_column, "merged": merged_leads, "subtasks": subtasks, "split": two_tables,
}  # fmt: skip


def as_docx(layout: Layout) -> bytes:
    document = docx.Document()
    document.add_paragraph("KHUNG HOẠT ĐỘNG")
    for grid in layout.grids:
        table = document.add_table(rows=len(grid), cols=len(grid[0]))
        flat, columns = table._cells, len(grid[0])
        cells = [flat[start : start + columns] for start in range(0, len(flat), columns)]
        for line, boxes in enumerate(grid):
            for column, box in enumerate(boxes):
                if box is None:
                    continue
                cell = cells[line][column]
                if box.across > 1 or box.down > 1:
                    cell = cell.merge(cells[line + box.down - 1][column + box.across - 1])
                cell.text = box.text
                for run in cell.paragraphs[0].runs:
                    run.font.strike = box.struck
                if box.nested:
                    cell.add_table(1, 1).cell(0, 0).text = box.nested
                if box.footnote:
                    mark = docx.oxml.OxmlElement("w:footnoteReference")
                    mark.set(docx.oxml.ns.qn("w:id"), "1")
                    cell.paragraphs[0].add_run()._r.append(mark)
        document.add_paragraph("")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_xlsx(layout: Layout) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for count, grid in enumerate(layout.grids, 1):
        sheet = book.create_sheet(f"Phụ lục {count}")
        sheet["A1"] = "KHUNG HOẠT ĐỘNG"
        for line, boxes in enumerate(grid, 3):
            for column, box in enumerate(boxes, 1):
                if box is None:
                    continue
                cell = sheet.cell(line, column)
                cell.value = int(box.text) if box.text.isdigit() else box.text or None
                cell.font = Font(strike=box.struck)
                if box.across > 1 or box.down > 1:
                    sheet.merge_cells(
                        start_row=line, start_column=column, end_row=line + box.down - 1,
                        end_column=column + box.across - 1,
                    )  # fmt: skip
        for letter in layout.hidden_columns:
            sheet.column_dimensions[letter].hidden = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


FILES = {".docx": as_docx, ".xlsx": as_xlsx}


def write(layout: Layout, folder: Path, suffix: str) -> Path:
    file = folder / f"phu-luc{suffix}"
    file.write_bytes(FILES[suffix](layout))
    return file
