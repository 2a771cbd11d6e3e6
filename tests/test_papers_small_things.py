"""What a reader of the memo's files meets beside its words: bookmarks, outline, properties, marks of editors."""

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pytest
import sqlalchemy as sa
from answering import answer, edited_plan, open_season, paper_of, say, snapshot_of
from docx.oxml.ns import qn
from factories_papers import LETTERHEAD, sample_annex, sample_paper
from page_reading import read_pages
from pdf_reading import elements, opened

from tracker.papers.docx import docx_bytes
from tracker.papers.html import html_bytes
from tracker.papers.letterhead import attached_to
from tracker.papers.paper import Annex, Block, Row, Table
from tracker.papers.pdf import pdf_bytes
from tracker.papers.xlsx import xlsx_bytes
from tracker.report.facts import read_snapshot
from tracker.report.memo import memo
from tracker.words import years_in_words

MEMO = Path(__file__).parent.parent / "templates" / "memo"


def summed() -> Annex:
    """Return an annex whose last row sums up the others."""
    annex = sample_annex(1)
    total = Row(cells=("", "Cộng", *("1" for _ in annex.table.columns[2:])), total=True)
    return replace(annex, table=Table(columns=annex.table.columns, rows=(*annex.table.rows, total)))


def test_a_bookmark_of_the_pdf_keeps_label_and_title_apart() -> None:
    with opened(pdf_bytes(sample_paper(), MEMO / "memo.typ")).open_outline() as outline:
        titles = [item.title for root in outline.root for item in (root, *root.children)]
    assert [title for title in titles if title.startswith("Phụ lục I ")]
    assert not [title for title in titles if re.search(r"Phụ lục I+[^I\s]", title)]


def test_annexes_stand_in_the_navigation_pane_of_word() -> None:
    document = docx.Document(io.BytesIO(docx_bytes(sample_paper(), MEMO / "memo.docx")))
    level = document.styles["Tên phụ lục"].element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    assert level.get(qn("w:val")) == "0"


def test_word_and_workbook_name_their_author_on_one_line_and_no_other_program() -> None:
    head = replace(LETTERHEAD, issuer="HỘI LIÊN HIỆP PHỤ NỮ\nTỈNH AN GIANG")
    packed = docx_bytes(sample_paper(letterhead=head), MEMO / "memo.docx")
    properties = docx.Document(io.BytesIO(packed)).core_properties
    assert properties.author == properties.last_modified_by == "HỘI LIÊN HIỆP PHỤ NỮ TỈNH AN GIANG"
    with zipfile.ZipFile(io.BytesIO(packed)) as parts:
        told = b"".join(parts.read(name) for name in parts.namelist() if name.endswith((".xml", ".rels"))).decode()
    for stranger in ("Macintosh", "ja-JP", "ＭＳ"):
        assert stranger not in told
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes(sample_paper(letterhead=head)))) as parts:
        assert "HỘI LIÊN HIỆP PHỤ NỮ TỈNH AN GIANG" in parts.read("docProps/core.xml").decode()


def test_letterhead_and_signature_are_no_tables_with_a_heading_row() -> None:
    document = docx.Document(io.BytesIO(docx_bytes(sample_paper(), MEMO / "memo.docx")))
    for table in (document.tables[0], next(t for t in document.tables if "Nơi nhận:" in t.cell(0, 0).text)):
        look = table._tbl.tblPr.find(qn("w:tblLook"))
        assert look is None or look.get(qn("w:firstRow")) == "0"


def test_a_row_that_sums_up_stands_out_in_every_format() -> None:
    paper = sample_paper(annexes=(summed(),))
    total = docx.Document(io.BytesIO(docx_bytes(paper, MEMO / "memo.docx"))).tables[-1].rows[-1]
    assert total.cells[1].text == "Cộng"
    assert {paragraph.style.name for cell in total.cells for paragraph in cell.paragraphs} == {"Bảng: dòng mục"}
    assert '<tr class="total">' in html_bytes(paper, MEMO / "memo.html.j2").decode()
    assert "Cộng" in " ".join(each.text for each in elements(pdf_bytes(paper, MEMO / "memo.typ")))


def test_the_addressees_stand_below_and_right_of_the_word_that_greets_them() -> None:
    first = next(iter(read_pages(pdf_bytes(sample_paper(), MEMO / "memo.typ"))))
    to = next(piece for piece in first.pieces if piece.text.startswith("Kính gửi:"))
    listed = next(piece for piece in first.pieces if piece.text.startswith("- Ủy ban nhân dân"))
    subject = next(piece for piece in first.pieces if piece.text.startswith("(DỮ LIỆU"))
    assert to.left < listed.left
    assert subject.bottom + 5 < to.top < listed.top


def test_the_rule_stands_apart_from_the_motto_over_it() -> None:
    first = next(iter(read_pages(pdf_bytes(sample_paper(), MEMO / "memo.typ"))))
    motto = next(piece for piece in first.pieces if piece.text.startswith("Độc lập"))
    [rule] = [top for top, left, right in first.across if 0 < top - motto.baseline < 5 and left > motto.left - 1]
    assert rule - motto.bottom > 1


def test_the_sum_of_reports_has_no_day_of_its_own(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    assert paper_of(snapshot_of(sqlite_engine)).annexes[1].table.rows[-1].cells[6] == "–"


def test_the_mark_that_notepad_begins_a_file_with_is_not_printed(sqlite_engine: sa.Engine, tmp_path: Path) -> None:
    (tmp_path / "memo.txt").write_bytes(b"\xef\xbb\xbf" + "Câu đầu của báo cáo.\n".encode())
    open_season(sqlite_engine)
    [first] = memo(snapshot_of(sqlite_engine), tmp_path / "memo.txt").body
    assert first == Block(kind="paragraph", text="Câu đầu của báo cáo.")


def test_the_text_and_the_annexes_name_who_issues_the_paper(sqlite_engine: sa.Engine) -> None:
    issuer = "Ủy ban nhân dân tỉnh An Giang"
    plan = edited_plan(("    symbol: BC-BTV\n", f"    issued_by: {issuer}\n    symbol: BC-UBND\n"))
    open_season(sqlite_engine, plan)
    paper = paper_of(snapshot_of(sqlite_engine))
    assert f"{issuer} báo cáo kết quả" in paper.body[0].text
    assert f"{issuer} trân trọng báo cáo" in paper.body[-1].text
    assert f"của {issuer})" in attached_to(paper)


def test_a_memo_frozen_under_the_party_s_old_letterhead_is_still_read(
    sqlite_engine: sa.Engine,
) -> None:
    open_season(sqlite_engine)
    snapshot = snapshot_of(sqlite_engine)
    party = replace(snapshot, letterhead=replace(snapshot.letterhead, profile="dang"))
    older = party.as_json().replace('"profile": "dang"', '"profile": "doan-the"')
    assert older != party.as_json()
    assert read_snapshot(older) == party


@pytest.mark.parametrize(
    "years", [((2023, 2024, 2025), "2023 - 2025"), ((2024,), "2024"), ((2023, 2025), "2023, 2025")]
)
def test_years_stand_as_plans_print_them(years: tuple[tuple[int, ...], str]) -> None:
    assert years_in_words(years[0]) == years[1]


def test_a_long_answer_stands_once_and_the_annex_says_where_to_read_on(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    text = "Đã tổ chức hội nghị kết nối cung cầu cho các hợp tác xã. " * 20
    say(sqlite_engine, "II.10", answer(text))
    paper = paper_of(snapshot_of(sqlite_engine))
    [row] = [row.cells for row in paper.annexes[0].table.rows if row.cells[0] == "II.10"]
    assert len(row[7]) < 330
    assert row[7].endswith("hợp tác xã. … (xem mục II.2)")
    page = html_bytes(paper, MEMO / "memo.html.j2").decode()
    assert page.count("Đã tổ chức hội nghị kết nối") < 30
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes(paper))) as parts:
        assert text.strip() in parts.read("xl/sharedStrings.xml").decode()


def test_an_abbreviation_that_is_used_is_spelt_out_once_from_the_plan(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    told = [block.text for block in paper_of(snapshot_of(sqlite_engine)).body]
    [spelt] = [text for text in told if text.startswith("Chữ viết tắt trong báo cáo: ")]
    assert "HTX là hợp tác xã; THT là tổ hợp tác; KTTT là kinh tế tập thể" in spelt
    assert "UBMTTQVN" not in spelt
