"""The memo's tables as a workbook: what stands where, and that people can filter, scroll and print it."""

import io
import zipfile
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from factories_charts import CAPTION, SAMPLE, chart
from factories_papers import sample_annex, sample_paper

from tracker.papers.charts import alternative
from tracker.papers.paper import Annex, Block, Column, Row, Table
from tracker.papers.xlsx import xlsx_bytes

HEADINGS = [
    "TT",
    "Hoạt động",
    "Cơ quan chủ trì",
    "Cơ quan phối hợp",
    "Thời gian",
    "Trạng thái",
    "Tỷ lệ (%)",
    "Kết quả",
]


def book(**changes: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(xlsx_bytes(sample_paper(**changes))))


def rows(sheet: Any) -> list[list[str | None]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_each_annex_is_a_sheet_and_so_is_each_table_of_the_text() -> None:
    assert book().sheetnames == ["Phụ lục I", "Phụ lục II", "Mục III"]
    assert book(annexes=(), body=()).sheetnames == ["Báo cáo"]


def test_what_stands_over_a_table_says_which_paper_it_belongs_to() -> None:
    top = [row[0] for row in rows(book()["Phụ lục I"])[:6]]
    assert top == [
        "DỮ LIỆU MINH HỌA",
        "Phụ lục I. Tình hình thực hiện các hoạt động",
        "(Kèm theo Báo cáo số 05/BC-BTV ngày 05 tháng 02 năm 2024 của Hội Liên hiệp Phụ nữ tỉnh An Giang)",
        "Bảng này liệt kê các hoạt động của kỳ báo cáo.",
        None,
        "TT",
    ]
    plain = book(illustration=False)
    assert "DỮ LIỆU MINH HỌA" not in str([rows(sheet) for sheet in plain])
    assert not any(sheet.oddHeader.center.text for sheet in plain)


def test_a_row_that_spans_the_table_stands_beside_each_row_under_it() -> None:
    columns = (Column(title="TT", width=10), Column(title="Việc", width=50))
    told = (("ND 1", True), ("a", False), ("b", False), ("ND 2", True), ("c", False))
    made = tuple(Row(cells=(text,), band=True) if band else Row(cells=("1", text)) for text, band in told)
    annex = Annex(label="Phụ lục", title="BẢNG", table=Table(columns=columns, rows=made))
    found = rows(book(annexes=(annex,), illustration=False)["Phụ lục"])[3:]
    assert found == [["TT", "Việc", "Nội dung"], ["1", "a", "ND 1"], ["1", "b", "ND 1"], ["1", "c", "ND 2"]]


def test_the_headings_stay_in_sight_and_carry_filters() -> None:
    sheet = book()["Phụ lục I"]
    assert sheet.freeze_panes == "C7"
    assert sheet.auto_filter.ref == "A6:I9"
    assert [cell.value for cell in sheet[6]] == [*HEADINGS, "Nội dung"]
    assert all(cell.alignment.wrap_text for cell in sheet[7])
    assert sheet.column_dimensions["B"].width > 2 * sheet.column_dimensions["A"].width


def test_it_prints_on_turned_a4_with_its_headings_on_every_page() -> None:
    for sheet in book():
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows
        assert sheet.oddHeader.center.text == "DỮ LIỆU MINH HỌA"
        assert "Số: 05/BC-BTV" in sheet.oddFooter.left.text


@pytest.mark.parametrize("text", ["60", "=1+1", "2023, 2024", "05/02", "https://vi.example", "_x0041_", "00123"])
def test_every_cell_is_text_as_it_stands_in_the_memo(text: str) -> None:
    table = Table(
        columns=(Column(title=text, width=9), Column(title="B", width=9)), rows=(Row(cells=(text, text)),)
    )
    sheet = book(annexes=(Annex(label="Phụ lục", title=text, table=table, lead=(text,)),))["Phụ lục"]
    assert sheet["B7"].value == text
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.value is None or cell.data_type == "s"
            assert cell.hyperlink is None


@pytest.mark.parametrize("label", ["a/b:c*d?[e]\\f", "'Phụ lục'", "x" * 60, "một\nhai", "", "\x00"])
def test_no_label_makes_a_name_that_excel_refuses(label: str) -> None:
    named = tuple(Annex(label=label, title="T", table=sample_annex(1).table) for _ in range(12))
    names = book(annexes=named).sheetnames
    assert len({name.casefold() for name in names}) == 13
    assert all(1 <= len(name) <= 31 and not set("[]:*?/\\'") & set(name) for name in names)


def test_a_table_without_rows_still_opens() -> None:
    empty = Table(columns=(Column(title="A", width=10),), rows=())
    assert book(body=(Block(kind="table", table=empty),), annexes=()).sheetnames == ["BÁO CÁO"]


def test_a_chart_is_excel_s_own_on_a_sheet_with_the_numbers_it_is_drawn_from() -> None:
    told = chart(*((f"Sở {n}", (n, 1, 0, 2)) for n in range(5)), drawn=3)
    made = xlsx_bytes(sample_paper(body=(CAPTION, replace(CAPTION, label="Biểu đồ 2:", chart=told)), annexes=()))
    found = openpyxl.load_workbook(io.BytesIO(made))
    assert found.sheetnames == ["Biểu đồ 1", "Biểu đồ 2"]
    sheet = found["Biểu đồ 2"]
    numbers = [row[:6] for row in sheet.iter_rows(values_only=True) if row[5] is not None]
    assert numbers[0] == ("Cơ quan", "Hoàn thành", "Đang thực hiện", "Tạm dừng", "Chưa báo cáo", "Cộng")
    assert numbers[1:6] == [(f"Sở {n}", n, 1, 0, 2, n + 3) for n in range(5)]
    assert numbers[6] == ("Cộng", 10, 5, 0, 10, 25)
    assert sheet["A5"].value == CAPTION.text
    assert "A5:F5" in {str(each) for each in sheet.merged_cells.ranges}
    assert sheet.page_setup.orientation == "portrait"
    head = next(cell.row for cell in sheet["A"] if cell.value == "Cơ quan")
    [drawn] = sheet._charts
    assert (drawn.type, drawn.grouping, drawn.overlap) == ("bar", "stacked", 100)
    assert drawn.anchor._from.row + 9 < head
    ranges = [(each.cat.strRef.f, each.val.numRef.f) for each in drawn.series]
    names = f"'Biểu đồ 2'!$A${head + 1}:$A${head + 3}"
    assert ranges == [(names, f"'Biểu đồ 2'!${c}${head + 1}:${c}${head + 3}") for c in "BCDE"]
    assert drawn.series[2].graphicalProperties.pattFill is not None


def test_a_chart_of_the_sheet_has_words_for_it_and_a_name_that_is_no_formula() -> None:
    odd = replace(CAPTION, chart=chart(("=1+1 & <b> _x0041_", (1, 0, 0, 0))))
    made = xlsx_bytes(sample_paper(body=(odd, replace(CAPTION, label="Biểu đồ 2:")), annexes=()))
    sheet = openpyxl.load_workbook(io.BytesIO(made))["Biểu đồ 1"]
    assert ("=1+1 & <b> _x0041_", "s") in [(cell.value, cell.data_type) for cell in sheet["A"]]
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        assert alternative(SAMPLE) in parts.read("xl/drawings/drawing2.xml").decode()


def test_the_same_paper_gives_the_same_bytes_with_the_paper_s_own_date() -> None:
    assert xlsx_bytes(sample_paper()) == xlsx_bytes(sample_paper())
    properties = book().properties
    assert f"{properties.created:%Y-%m-%d}" == "2024-02-05"
    assert properties.title.startswith("DỮ LIỆU MINH HỌA - BÁO CÁO - Kết quả")
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes(sample_paper()))) as parts:
        assert {part.date_time[0] for part in parts.infolist()} == {1980}


def test_thousands_of_rows_all_arrive() -> None:
    sheet = book(annexes=(sample_annex(4_800),))["Phụ lục I"]
    assert [row[0] for row in rows(sheet)[6:]] == [f"II.{n}" for n in range(1, 4_801)]
