"""The workbook as a file: what it shows, what it lets people change, and how it prints."""

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from workbooks import fill, place

from tracker.answers.checks import LONGEST
from tracker.progress import FIELDS, STATUS_WORDS, TEXTS
from tracker.workbook import draw as workbook_drawing
from tracker.workbook.draw import workbook_bytes
from tracker.workbook.model import (
    COLUMNS,
    META,
    REPORT,
    SIGNATURE,
    TARGET_COLUMNS,
    TARGETS,
    Workbook,
    WorkbookFigure,
    WorkbookRow,
)


def sample_row(**changes: object) -> WorkbookRow:
    """Return an activity, with the given fields changed."""
    fields: dict[str, object] = {"activity_id": "II.1", "title": "Mở lớp", "due": date(2024, 10, 29), "note": ""}
    return WorkbookRow(**(fields | changes))  # type: ignore[arg-type]


def sample_workbook(**changes: object) -> Workbook:
    """Return a workbook of one activity and one target, with the given fields changed."""
    figure = WorkbookFigure(target_id="htx", title="HTX mới", unit="HTX", planned="10", before="", value="1.253")
    fields: dict[str, object] = {
        "plan": "Kế hoạch số 1/KH-UBND",
        "plan_version": 1,
        "period_code": "2024",
        "period_title": "Báo cáo năm 2024",
        "due": date(2024, 10, 29),
        "agency_id": "so-a",
        "agency": "Sở A & B",
        "seal": "dấu",
        "said_by": "",
        "rows": (sample_row(),),
        "figures": (figure,),
        "guide": ("CÁCH ĐIỀN", "1. Điền."),
        "dated": date(2024, 10, 15),
    }
    return Workbook(**(fields | changes))  # type: ignore[arg-type]


def opened(workbook: Workbook) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook_bytes(workbook)))


def entry(book: openpyxl.Workbook, key: str, activity: str = "II.1") -> object:
    return book[REPORT][place(book, activity, key)]


def test_the_same_workbook_gives_the_same_bytes() -> None:
    assert workbook_bytes(sample_workbook()) == workbook_bytes(sample_workbook())


def test_a_workbook_for_a_mail_is_small() -> None:
    row = sample_row(texts={"result": "Đã tổ chức ba lớp tập huấn. " * 10})
    assert len(workbook_bytes(sample_workbook(rows=(row,) * 48))) < 30_000


def test_the_file_name_is_plain_ascii() -> None:
    assert sample_workbook().file_name == "bao-cao-2024-so-a.xlsx"


def test_people_see_the_report_the_targets_and_the_guide_only() -> None:
    states = {sheet.title: sheet.sheet_state for sheet in opened(sample_workbook())}
    assert states == {
        REPORT: "visible",
        TARGETS: "visible",
        "Hướng dẫn": "visible",
        "_danh_muc": "hidden",
        META: "veryHidden",
    }


def test_an_agency_without_targets_gets_no_sheet_of_targets() -> None:
    assert TARGETS not in opened(sample_workbook(figures=())).sheetnames


def test_only_the_entry_cells_are_unlocked_and_every_sheet_is_protected_without_a_password() -> None:
    book = opened(sample_workbook(rows=(sample_row(), sample_row(activity_id="II.2", locked=True, can_keep=True))))
    assert all(sheet.protection.sheet and sheet.protection.password is None for sheet in book)
    free = {cell.coordinate for line in book[REPORT].iter_rows() for cell in line if not cell.protection.locked}
    entries = {place(book, "II.1", key) for key in FIELDS}
    assert {name for name in free if not name.endswith("4")} == entries
    assert {name for name in free if name.endswith("4")} == {"C4", "D4", "E4", "F4"}  # where people sign
    [value] = [cell for line in book[TARGETS].iter_rows() for cell in line if not cell.protection.locked]
    assert value.coordinate == place(book, "htx", "value")


def test_the_cell_for_an_x_is_open_only_where_something_is_filled_in_and_else_its_column_is_hidden() -> None:
    book = opened(sample_workbook(rows=(sample_row(can_keep=True), sample_row(activity_id="II.2"))))
    assert not entry(book, "keep").protection.locked
    assert entry(book, "keep", "II.2").protection.locked
    letter = place(book, "II.1", "keep")[0]
    assert not book[REPORT].column_dimensions[letter].hidden
    assert opened(sample_workbook())[REPORT].column_dimensions[letter].hidden


def test_entry_cells_take_texts_as_texts_so_that_a_dash_or_an_equals_sign_starts_no_formula() -> None:
    book = opened(sample_workbook())
    assert {entry(book, key).number_format for key in ("status", *TEXTS)} == {"@"}
    assert entry(book, "percent").number_format == "0"
    assert book[TARGETS][place(book, "htx", "value")].data_type == "s"


def test_the_drop_down_offers_the_words_of_the_page_through_a_named_range() -> None:
    book = opened(sample_workbook())
    rules = {str(rule.sqref): rule for rule in book[REPORT].data_validations.dataValidation}
    status = rules[place(book, "II.1", "status")]
    assert (status.type, status.formula1) == ("list", "TrangThai")
    assert book.defined_names["TrangThai"].attr_text == "_danh_muc!$A$1:$A$4"
    assert [cell.value for cell in book["_danh_muc"]["A"]] == list(STATUS_WORDS.values())
    percent = rules[place(book, "II.1", "percent")]
    assert (percent.type, percent.formula1, percent.formula2) == ("whole", "0", "100")


def test_limits_are_those_of_the_page() -> None:
    assert workbook_drawing.LONGEST == LONGEST


def test_it_prints_on_a4_landscape_as_wide_as_the_page_with_its_headings_on_each() -> None:
    book = opened(sample_workbook())
    for sheet, headings in ((book[REPORT], COLUMNS), (book[TARGETS], TARGET_COLUMNS)):
        setup = sheet.page_setup
        assert (setup.paperSize, setup.orientation, setup.fitToWidth or 1, setup.fitToHeight) == (
            9,
            "landscape",
            1,
            0,
        )
        head = int(sheet.print_title_rows.strip("$").split(":")[0])
        assert [cell.value for cell in sheet[head]] == list(headings.values())
    assert book[REPORT].freeze_panes == "C7"
    assert "Sở A && B" in book[REPORT].oddFooter.left.text


def test_rows_are_as_high_as_their_texts_and_grow_when_people_type() -> None:
    long = sample_row(texts={"result": "Một dòng dài " * 40})
    book = opened(sample_workbook(rows=(long, sample_row(activity_id="II.2"))))
    heights = [book[REPORT].row_dimensions[row].height for row in (7, 8)]
    assert heights[0] > 2 * heights[1] > 40
    raw = workbook_bytes(sample_workbook(rows=(long,)))
    assert b"customHeight" not in raw
    assert (
        opened(sample_workbook(rows=(sample_row(texts={"result": "x" * 5000}),)))[REPORT].row_dimensions[7].height
        <= 409
    )


def test_what_was_said_stands_in_the_cells_and_what_is_carried_over_looks_different() -> None:
    told = sample_row(status="Hoàn thành", percent=100, texts={"result": "Đã mở"}, revision=1)
    carried = replace(told, activity_id="II.2", carried_over=True, revision=0)
    book = opened(sample_workbook(rows=(told, carried)))
    assert [entry(book, key).value for key in ("status", "percent", "result")] == ["Hoàn thành", 100, "Đã mở"]
    assert not entry(book, "result").font.italic
    assert entry(book, "result", "II.2").font.italic


def test_the_hidden_sheet_says_what_the_workbook_was_filled_from() -> None:
    book = opened(sample_workbook(rows=(sample_row(revision=3),), plan_version=7))
    lines = [[cell.value for cell in line] for line in book[META].iter_rows()]
    assert [line[:3] for line in lines] == [
        ["format", "1", None],
        ["plan", "7", None],
        ["period", "2024", None],
        ["agency", "so-a", None],
        ["seal", "dấu", None],
        ["row", "II.1", "3"],
        ["figure", "htx", "1.253"],
    ]


@pytest.mark.parametrize("illustration", [False, True])
def test_example_data_is_marked_on_every_sheet_and_on_every_printed_page(illustration: bool) -> None:
    book = opened(sample_workbook(illustration=illustration))
    for name in (REPORT, TARGETS):
        assert (str(book[name]["A1"].value).startswith("DỮ LIỆU MINH HỌA")) is illustration
    for name in (REPORT, TARGETS, "Hướng dẫn"):
        assert ("DỮ LIỆU MINH HỌA" in str(book[name].oddHeader.center.text)) is illustration


@pytest.mark.parametrize(
    "text", ["=HYPERLINK(1)", "+1", "-1", "@x", "<a>&", "a\x00\x0b\ud800b", "🌾", "x" * 40_000]
)
def test_no_text_becomes_a_formula_or_breaks_the_file(text: str) -> None:
    book = opened(
        sample_workbook(
            agency=text, plan=text, period_title=text, said_by=text, guide=(text, text),
            rows=(sample_row(title=text, note=text, returned=text, texts={"result": text[:32_000]}),),
        )
    )  # fmt: skip
    kinds = {cell.data_type for sheet in book for line in sheet.iter_rows() for cell in line}
    assert kinds <= {"s", "n"}


def test_the_signature_is_filled_in_with_who_signed_last() -> None:
    book = opened(sample_workbook(said_by="Bà Hoa, Phó Giám đốc"))
    assert book[REPORT]["A4"].value == SIGNATURE
    assert book[REPORT]["C4"].value == "Bà Hoa, Phó Giám đốc"
    assert fill(workbook_bytes(sample_workbook()), {}) is not None
