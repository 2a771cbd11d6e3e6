"""The workbook of an agency as an .xlsx file: sheets, styles, drop-downs, protection, and how it prints."""

import io
from datetime import datetime, time
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_range

from tracker.papers.files import printable
from tracker.papers.sheets import A4, CELL, FONT, LINE, finished, height, put
from tracker.progress import FIELDS, STATUS_WORDS, TEXTS
from tracker.words import vietnamese_date
from tracker.workbook.model import (
    COLUMNS,
    FORMAT,
    GUIDE,
    LISTS,
    MEDIA_TYPE,
    META,
    REPORT,
    SIGNATURE,
    TARGET_COLUMNS,
    TARGETS,
    Workbook,
    WorkbookRow,
    fingerprint,
)

WIDTHS = {
    "id": 7,
    "title": 30,
    "due": 11,
    "note": 19,
    "status": 14,
    "percent": 8,
    **dict.fromkeys(TEXTS, 23),
    "result": 38,
    "causes": 21,
    "keep": 8,
}
"""In letters; together they print at about four fifths of their size on A4 landscape."""
TARGET_WIDTHS = {"id": 20, "title": 58, "unit": 13, "planned": 24, "before": 14, "value": 20}
LONGEST = 5_000
"""Letters in one cell; whoever types more is told while typing."""
STATUS_LIST = "TrangThai"
MARK = "DỮ LIỆU MINH HỌA – không phải số liệu của cơ quan nào"
ENTRY = CELL | {"bg_color": "#FFF7D6", "locked": False}
CARRIED = {"italic": True, "font_color": "#1F4E9E"}
STYLES: dict[str, dict[str, Any]] = {
    "plain": FONT,
    "mark": FONT | {"bold": True, "font_color": "#C00000"},
    "title": FONT | {"bold": True, "font_size": 14},
    "heading": CELL | {"bold": True, "bg_color": "#DCE6F1", "align": "center", "valign": "vcenter"},
    "told": CELL,
    "told_centred": CELL | {"align": "center"},
    "told_returned": CELL | {"bold": True, "font_color": "#C00000"},
    "shown": CELL | {"bg_color": "#EDEDED"},
    "number_shown": CELL | {"bg_color": "#EDEDED", "num_format": "0", "align": "center"},
    "entry": ENTRY,
    "entry_carried": ENTRY | CARRIED,
    "number_entry": ENTRY | {"num_format": "0", "align": "center"},
    "number_entry_carried": ENTRY | CARRIED | {"num_format": "0", "align": "center"},
    "signature": ENTRY | {"bold": True, "valign": "vcenter"},
    "label": FONT | {"bold": True, "valign": "vcenter"},
    "paragraph": FONT | {"text_wrap": True, "font_size": 12},
}
MAY = {"format_rows": True, "format_columns": True}
"""What a protected sheet still lets people do: rows that are too low for a long text can be made higher."""


def workbook_bytes(workbook: Workbook) -> bytes:
    """Return `workbook` as an .xlsx file; the same workbook gives the same bytes.

    Everything stands in text cells, whatever its first letter is; only the entry cells are unlocked.
    """
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as file:
        moment = datetime.combine(workbook.dated, time())
        title = printable(f"{workbook.period_title} – {workbook.agency}")[:255]
        file.set_properties({"title": title, "created": moment})
        pen = _Pen(file, workbook)
        pen.draw_report()
        if workbook.figures:
            pen.draw_targets()
        pen.draw_guide()
        pen.draw_lists()
        pen.draw_meta()
    return finished(packed.getvalue())


def workbook_file(workbook: Workbook) -> tuple[str, str, bytes]:
    """Return the name, the media type and the bytes under which `workbook` leaves."""
    return workbook.file_name, MEDIA_TYPE, workbook_bytes(workbook)


class _Pen:
    """Draws the sheets of one workbook."""

    def __init__(self, file: Any, workbook: Workbook) -> None:
        self.file, self.workbook = file, workbook
        self.style = {name: file.add_format(look) for name, look in STYLES.items()}

    def draw_report(self) -> None:
        book = self.workbook
        sheet, head = self._sheet_with_table(REPORT, COLUMNS, WIDTHS, f"{book.period_title} – {book.agency}")
        put(sheet, head - 2, 0, SIGNATURE, self.style["label"])
        sheet.merge_range(head - 2, 2, head - 2, 5, "", self.style["signature"])
        put(sheet, head - 2, 2, book.said_by, self.style["signature"])
        sheet.set_row(head - 2, 24)
        for number, row in enumerate(book.rows, start=head + 1):
            self._draw_row(sheet, number, row)
        at = {key: position for position, key in enumerate(COLUMNS)}
        if not any(row.can_keep for row in book.rows):
            sheet.set_column(at["keep"], at["keep"], None, None, {"hidden": True})
        if book.rows:
            first, last = head + 1, head + len(book.rows)
            for key, rule in _entry_rules().items():
                sheet.data_validation(first, at[key], last, at[key], rule)
        sheet.freeze_panes(head + 1, 2)
        sheet.set_selection(head + 1, at["status"], head + 1, at["status"])
        sheet.activate()

    def _draw_row(self, sheet: Any, number: int, row: WorkbookRow) -> None:
        told, centred = self.style["told"], self.style["told_centred"]
        note = "\n".join(part for part in (row.note, row.returned and f"Đề nghị bổ sung: {row.returned}") if part)
        facts = [(row.number, centred), (row.title, told), (vietnamese_date(row.due), centred)]
        facts.append((note, self.style["told_returned"] if row.returned else told))
        for column, (text, look) in enumerate(facts):
            put(sheet, number, column, text, look)
        kind = "shown" if row.locked else "entry_carried" if row.carried_over else "entry"
        for column, key in enumerate(FIELDS, start=len(facts)):
            if key == "percent":
                look = self.style[f"number_{kind}"]
                if row.percent is None:
                    sheet.write_blank(number, column, None, look)
                else:
                    sheet.write_number(number, column, row.percent, look)
            else:
                put(sheet, number, column, row.words[key], self.style[kind])
        keep = "number_entry" if row.can_keep and not row.locked else "shown"
        sheet.write_blank(number, len(facts) + len(FIELDS), None, self.style[keep])
        written = {"id": row.number, "title": row.title, "note": note} | row.words
        sheet.set_row(number, height((text, WIDTHS[key]) for key, text in written.items()))

    def draw_targets(self) -> None:
        sheet, head = self._sheet_with_table(
            TARGETS, TARGET_COLUMNS, TARGET_WIDTHS, f"Số liệu các chỉ tiêu – {self.workbook.agency}"
        )
        for number, figure in enumerate(self.workbook.figures, start=head + 1):
            facts = figure.target_id, figure.title, figure.unit, figure.planned, figure.before
            for column, text in enumerate(facts):
                put(sheet, number, column, text, self.style["told"])
            put(sheet, number, len(facts), figure.value, self.style["entry"])
            sheet.set_row(number, 4 + height([(figure.title, TARGET_WIDTHS["title"])], least=1))
        last = head + len(self.workbook.figures)
        sheet.ignore_errors({"number_stored_as_text": xl_range(head + 1, 0, last, len(TARGET_COLUMNS) - 1)})
        sheet.freeze_panes(head + 1, 0)

    def _sheet_with_table(
        self, name: str, columns: dict[str, str], widths: dict[str, int], title: str
    ) -> tuple[Any, int]:
        """Return a protected sheet with its top lines and headings, and the row (from 0) of the headings."""
        book = self.workbook
        sheet = self._printed_sheet(name)
        sheet.set_landscape()
        lines = [("mark", MARK)] if book.illustration else []
        lines += [("title", title), ("plain", book.plan)]
        lines += [
            ("plain", f"Hạn gửi: ngày {vietnamese_date(book.due)}. Chỉ điền các ô nền vàng; xem tờ “{GUIDE}”.")
        ]
        for number, (look, text) in enumerate(lines):
            put(sheet, number, 0, text, self.style[look])
            sheet.set_row(number, 21 if look == "title" else LINE + 2)
        head = len(lines) + (2 if name == REPORT else 1)
        for column, (key, heading) in enumerate(columns.items()):
            sheet.set_column(column, column, widths[key])
            put(sheet, head, column, heading, self.style["heading"])
        sheet.set_row(head, 32)
        sheet.repeat_rows(head)
        return sheet, head

    def _printed_sheet(self, name: str) -> Any:
        sheet = self.file.add_worksheet(name)
        sheet.protect("", MAY)
        sheet.hide_gridlines(2)
        sheet.set_paper(A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        whose = printable(f"{self.workbook.period_title} – {self.workbook.agency}")[:100].replace("&", "&&")
        sheet.set_footer(f'&L&"Times New Roman"{whose}&R&"Times New Roman"Trang &P/&N')
        if self.workbook.illustration:
            sheet.set_header(f'&C&"Times New Roman,Bold"{MARK}')
        return sheet

    def draw_guide(self) -> None:
        sheet = self._printed_sheet(GUIDE)
        sheet.set_column(0, 0, 86)
        for number, text in enumerate(self.workbook.guide):
            put(sheet, number, 0, text, self.style["paragraph" if number else "title"])
            sheet.set_row(number, height([(text, 88)], least=1))

    def draw_lists(self) -> None:
        sheet = self.file.add_worksheet(LISTS)
        sheet.write_column(0, 0, STATUS_WORDS.values())
        sheet.hide()
        sheet.protect()
        self.file.define_name(STATUS_LIST, f"={LISTS}!$A$1:$A${len(STATUS_WORDS)}")

    def draw_meta(self) -> None:
        """Write what the workbook was filled from, one fact a row."""
        book = self.workbook
        facts: list[tuple[object, ...]] = [("format", FORMAT), ("plan", book.plan_version)]
        facts += [("period", book.period_code), ("agency", book.agency_id), ("seal", book.seal)]
        facts += [
            ("row", row.activity_id, row.revision, fingerprint(_filled(row)), row.number) for row in book.rows
        ]
        facts += [("figure", figure.target_id, figure.value) for figure in book.figures]
        sheet = self.file.add_worksheet(META)
        for number, fact in enumerate(facts):
            for column, value in enumerate(fact):
                put(sheet, number, column, str(value))
        sheet.very_hidden()
        sheet.protect()


def _filled(row: WorkbookRow) -> list[str]:
    values = row.words | {"percent": "" if row.percent is None else str(row.percent)}
    return [printable(values[key]) for key in FIELDS]


def _entry_rules() -> dict[str, dict[str, Any]]:
    """Return what the sheet itself refuses while a person types; pasting gets around it."""
    text = {
        "validate": "length",
        "criteria": "<=",
        "value": LONGEST,
        "error_title": "Nội dung quá dài",
        "error_message": f"Mỗi ô tối đa {LONGEST} ký tự; xin rút gọn.",
    }
    status = {
        "validate": "list",
        "source": f"={STATUS_LIST}",
        "error_title": "Trạng thái không có sẵn",
        "error_message": "Xin chọn một trạng thái trong danh sách, hoặc để trống.",
    }
    percent = {
        "validate": "integer",
        "criteria": "between",
        "minimum": 0,
        "maximum": 100,
        "error_title": "Tỷ lệ hoàn thành",
        "error_message": "Xin ghi số nguyên từ 0 đến 100, không kèm dấu %.",
    }
    keep = {
        "validate": "list",
        "source": ["x"],
        "error_title": "Giữ nguyên",
        "error_message": "Ghi x nếu nội dung điền sẵn vẫn đúng, nếu không thì để trống.",
    }
    return {"status": status, "percent": percent, "keep": keep, **dict.fromkeys(TEXTS, text)}
