import importlib.util
import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from factories_charts import CAPTION, SAMPLE
from factories_papers import LETTERHEAD, TARGETS, sample_annex, sample_paper

from tracker.errors import FileTrouble
from tracker.papers.charts import alternative
from tracker.papers.docx import docx_bytes
from tracker.papers.html import html_bytes
from tracker.papers.paper import Block, Column, Paper, Row, Table

MEMO = Path(__file__).parent.parent / "templates" / "memo"
TEMPLATE = MEMO / "memo.docx"
HOSTILE = ["A & B <b>đậm</b>", "{{ 7*7 }}", "{% x %}", "{_{ 7*7 }_}", "]]>", "</w:t>", "&amp;", "{#", "%}"]


def print_word(**changes: Any) -> Document:
    return docx.Document(io.BytesIO(docx_bytes(sample_paper(**changes), TEMPLATE)))


def paragraph(document: Document, style: str) -> Any:
    return next(each for each in document.element.body.iter(qn("w:p")) if style_of(document, each) == style)


def style_of(document: Document, element: Any) -> str:
    return str(docx.text.paragraph.Paragraph(element, document._body).style.name)


def text_of(element: Any) -> str:
    return "".join(text.text or "" for text in element.iter(qn("w:t")))


def words_of(document: Document) -> list[str]:
    found = map(text_of, document.element.body.iter(qn("w:p")))
    return [text for text in found if text.strip("\N{NO-BREAK SPACE}")]


def test_the_page_is_a4_with_the_decree_s_margins() -> None:
    section = print_word().sections[0]
    assert (section.page_width, section.page_height) == pytest.approx((Mm(210), Mm(297)), abs=Mm(0.1))
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert margins == pytest.approx((Mm(20), Mm(20), Mm(30), Mm(15)), abs=Mm(0.1))


@pytest.mark.parametrize(
    ("style", "size", "bold", "italic"),
    [
        ("Quốc hiệu", 12, True, False),
        ("Tiêu ngữ", 13, True, False),
        ("Cơ quan chủ quản", 12, False, False),
        ("Cơ quan ban hành", 12, True, False),
        ("Số và ký hiệu", 13, False, False),
        ("Địa danh và ngày", 13, False, True),
        ("Title", 14, True, False),
        ("Subtitle", 14, True, False),
        ("Body Text", 14, False, False),
        ("Heading 1", 14, True, False),
        ("Thẩm quyền ký", 14, True, False),
        ("Họ tên người ký", 14, True, False),
        ("Nơi nhận", 12, True, True),
        ("Nơi nhận: danh sách", 11, False, False),
        ("Tên phụ lục", 14, True, False),
        ("Header", 13, False, False),
    ],
)
def test_each_part_has_the_decree_s_size_and_face(style: str, size: int, bold: bool, italic: bool) -> None:
    look = docx.Document(str(TEMPLATE)).styles[style]
    assert (look.font.size, look.font.bold, look.font.italic) == (Pt(size), bold, italic)
    fonts = look.element.rPr.rFonts
    assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "cs", "eastAsia")} == {"Times New Roman"}


def test_body_text_is_justified_and_indented_with_room_between() -> None:
    layout = print_word().styles["Body Text"].paragraph_format
    assert layout.alignment == docx.enum.text.WD_ALIGN_PARAGRAPH.JUSTIFY
    assert layout.first_line_indent == pytest.approx(Mm(12.7), abs=Mm(0.1))
    assert layout.space_after >= Pt(6)
    assert 1 <= layout.line_spacing <= 1.5


def test_the_page_number_is_in_the_top_margin_and_hidden_on_page_one() -> None:
    section = print_word().sections[0]
    assert section.different_first_page_header_footer
    assert "PAGE" not in section.first_page_header._element.xml
    field = section.header._element.find(f".//{qn('w:fldSimple')}")
    assert field.get(qn("w:instr")) == "PAGE"


def test_number_and_date_stand_on_the_same_line() -> None:
    row = print_word().tables[0].rows[1]
    assert [cell.text for cell in row.cells] == ["Số: 05/BC-BTV", "An Giang, ngày 05 tháng 02 năm 2024"]


def test_one_addressee_stands_on_the_line_and_several_under_it() -> None:
    several = words_of(print_word())
    assert several[several.index("Kính gửi:") + 1] == "- Ủy ban nhân dân tỉnh An Giang;"
    one = replace(LETTERHEAD, addressees=("Ủy ban nhân dân tỉnh An Giang",))
    assert "Kính gửi: Ủy ban nhân dân tỉnh An Giang" in words_of(print_word(letterhead=one))


def test_a_party_style_paper_has_no_motto() -> None:
    party = replace(LETTERHEAD, profile="dang", symbol="BC/BTV")
    words = words_of(print_word(letterhead=party, number=127))
    assert "ĐẢNG CỘNG SẢN VIỆT NAM" in words
    assert "Số 127-BC/BTV" in words
    assert not [text for text in words if "Độc lập" in text]


def test_each_annex_is_a_landscape_section_with_pages_of_its_own() -> None:
    document = print_word()
    assert len(document.sections) == 3
    for section in list(document.sections)[1:]:
        assert section.orientation == WD_ORIENT.LANDSCAPE
        assert section.page_width > section.page_height
        assert section._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1"
        assert "PAGE" in section.header._element.xml


def test_a_paper_without_annexes_ends_with_its_signature() -> None:
    document = print_word(annexes=())
    assert len(document.sections) == 1
    assert document.sections[0].orientation == WD_ORIENT.PORTRAIT
    assert document.sections[0].different_first_page_header_footer


def test_a_table_repeats_its_heading_and_never_splits_a_row() -> None:
    table = print_word().tables[-1]
    assert [bool(row._tr.findall(f".//{qn('w:tblHeader')}")) for row in table.rows] == [True, False, False, False]
    assert all(row._tr.findall(f".//{qn('w:cantSplit')}") for row in table.rows)


def test_a_table_is_exactly_as_wide_as_its_page_s_text() -> None:
    document = print_word()
    narrow, wide = document.tables[1], document.tables[-1]
    for table, millimetres in ((narrow, 165), (wide, 252)):
        widths = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid.findall(qn("w:gridCol"))]
        assert sum(widths) == pytest.approx(Mm(millimetres).twips, abs=2)
        assert [cell.width.twips for cell in table.rows[0].cells] == widths


def test_columns_share_the_width_in_the_proportion_the_paper_gives() -> None:
    thirds = Table(
        columns=(Column(title="A", width=10), Column(title="B", width=20)), rows=(Row(cells=("1", "2")),)
    )
    table = print_word(body=(Block(kind="table", table=thirds),)).tables[1]
    first, second = (cell.width for cell in table.rows[0].cells)
    assert second / first == pytest.approx(2, rel=0.01)


def test_a_band_spans_all_columns_in_bold() -> None:
    document = print_word()
    band = document.tables[-1].rows[1]
    assert len(band._tr.findall(qn("w:tc"))) == 1
    assert band.cells[0].grid_span == 8
    assert document.styles[band.cells[0].paragraphs[0].style.name].font.bold


def test_cell_properties_stand_in_the_schema_s_order() -> None:
    for properties in print_word().element.body.iter(qn("w:tcPr")):
        names = [child.tag for child in properties]
        assert names == [tag for tag in map(qn, ("w:tcW", "w:gridSpan", "w:shd")) if tag in names]


@pytest.mark.parametrize(
    "last",
    [Block(kind="paragraph", text="Hết."), Block(kind="item", text="Hết."), Block(kind="table", table=TARGETS)],
)
def test_the_signature_is_whole_and_kept_with_the_last_words(last: Block) -> None:
    document = print_word(body=(Block(kind="paragraph", text="Đầu."), last), annexes=())
    signature = document.tables[-1]
    assert all(row._tr.findall(f".//{qn('w:cantSplit')}") for row in signature.rows)
    before = signature._tbl.getprevious()
    if last.kind == "table":
        assert before.find(f"{qn('w:pPr')}/{qn('w:keepNext')}") is not None
        before = document.tables[-2].rows[-1]._tr
    assert all(p.find(f"{qn('w:pPr')}/{qn('w:keepNext')}") is not None for p in before.iter(qn("w:p")))


def test_a_chart_is_a_picture_with_words_for_it_kept_with_its_caption() -> None:
    document = print_word(body=(CAPTION, CAPTION, Block(kind="paragraph", text="Hết.")))
    pictures = document.inline_shapes
    assert [round(picture.width.mm) for picture in pictures] == [165, 165]
    told = [picture._inline.docPr for picture in pictures]
    assert [each.get("descr") for each in told] == [alternative(SAMPLE)] * 2
    assert len({each.get("id") for each in told}) == 2
    holder = document.paragraphs[
        [p.text for p in document.paragraphs].index(f"{CAPTION.label} {CAPTION.text}") - 1
    ]
    assert holder.style.name == "Biểu đồ"
    assert holder.style.paragraph_format.keep_with_next
    assert not [each for each in document.element.body.iter() if "memo-" in str(each.tag)]


def test_the_same_charts_give_the_same_parts() -> None:
    first, second = (contributions_of(docx_bytes(sample_paper(body=(CAPTION,)), TEMPLATE)) for _ in range(2))
    assert first == second
    assert [name for name in first if name.endswith(".png")] == ["word/media/image1.png"]


def test_there_is_room_to_sign_even_where_no_name_is_known() -> None:
    document = print_word(letterhead=replace(LETTERHEAD, signed_name=None))
    assert document.styles["Họ tên người ký"].paragraph_format.space_before >= Pt(60)
    assert text_of(paragraph(document, "Họ tên người ký")) == ""


@pytest.mark.parametrize("text", HOSTILE)
def test_what_an_agency_typed_comes_out_as_typed(text: str) -> None:
    table = Table(columns=(Column(title=text, width=1),), rows=(Row(cells=(text,)), Row(cells=(text,), band=True)))
    body = (Block(kind="paragraph", text=text), Block(kind="table", table=table))
    annex = replace(sample_annex(1), title=text, lead=(text,))
    document = print_word(body=body, annexes=(annex,), subject=text)
    assert words_of(document).count(text) == 7
    assert text in document.core_properties.title


def test_a_newline_becomes_a_line_break() -> None:
    table = Table(columns=(Column(title="A", width=1),), rows=(Row(cells=("một\nhai",)),))
    body = (Block(kind="paragraph", text="một\r\nhai"), Block(kind="table", table=table))
    document = print_word(body=body)
    assert "một\nhai" in [each.text for each in document.paragraphs]
    assert document.tables[1].cell(1, 0).text == "một\nhai"


def test_a_control_character_does_not_block_the_memo() -> None:
    document = print_word(subject="trước\x00\x07\x0c\ufffe\ud800sau")
    assert "trướcsau" in words_of(document)


def test_the_mark_of_example_data_is_on_every_page() -> None:
    document = print_word()
    for section in document.sections:
        assert section.header.paragraphs[0].text == "DỮ LIỆU MINH HỌA"
    assert document.sections[0].first_page_header.paragraphs[0].text == "DỮ LIỆU MINH HỌA"
    assert "(DỮ LIỆU MINH HỌA)" in words_of(document)
    plain = print_word(illustration=False)
    assert not [text for text in words_of(plain) if "MINH HỌA" in text]
    assert plain.sections[0].header.paragraphs[0].text == ""


def test_the_same_paper_gives_the_same_bytes() -> None:
    first, second = (docx_bytes(sample_paper(), TEMPLATE) for _ in range(2))
    assert first == second
    properties = docx.Document(io.BytesIO(first)).core_properties
    assert properties.created == properties.modified == datetime(2024, 2, 5, tzinfo=UTC)


def test_word_and_page_say_the_same_sentences() -> None:
    page = html_bytes(sample_paper(), MEMO / "memo.html.j2").decode().partition("<main>")[2]
    spoken = "".join(unescape(re.sub(r"<[^>]*>", "", page)).split())
    for sentence in words_of(print_word()):
        assert "".join(sentence.removeprefix("- ").split()) in spoken


@pytest.mark.parametrize("tag", ["{{ nobody }}", "{% if %}", "{{ paper.__class__.__mro__ }}"])
def test_a_fault_in_the_template_names_the_template(tmp_path: Path, tag: str) -> None:
    template = docx.Document(str(TEMPLATE))
    template.add_paragraph(tag)
    template.save(str(tmp_path / "bad.docx"))
    with pytest.raises(FileTrouble, match=r"bad\.docx"):
        docx_bytes(sample_paper(), tmp_path / "bad.docx")


@pytest.mark.parametrize("content", [None, b"", b"not a zip"])
def test_a_template_that_is_no_word_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "bad.docx").write_bytes(content)
    with pytest.raises(FileTrouble, match=r"bad\.docx"):
        docx_bytes(sample_paper(), tmp_path / "bad.docx")


def test_the_template_is_what_its_script_builds() -> None:
    spec = importlib.util.spec_from_file_location("memo_build", MEMO / "build.py")
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert contributions_of(TEMPLATE.read_bytes()) == contributions_of(script.build())


def contributions_of(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def test_thousands_of_rows_all_arrive() -> None:
    paper: Paper = sample_paper(annexes=(sample_annex(4800),))
    with zipfile.ZipFile(io.BytesIO(docx_bytes(paper, TEMPLATE))) as parts:
        assert parts.read("word/document.xml").count(b"</w:tr>") == 2 + 3 + 1 + 1 + 1 + 4800
