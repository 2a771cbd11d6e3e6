"""Builds the Word templates memo.docx and cong-van.docx, in the form of Nghị định 30/2020/NĐ-CP, Phụ lục I.

Run `python templates/memo/build.py` after a change here. Who prefers Word opens the template itself, changes its
styles, margins or words, and saves: the tags in double braces are all the printer needs. A table comes out where
`{{p table(…) }}` stands, in the styles "Bảng …".
"""

import io
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt
from docx.table import Table, _Cell

from tracker.papers.files import with_fixed_times

FOLDER = Path(__file__).parent
FONT = "Times New Roman"
LABEL = "{% if block.label %}{{ block.label }} {% endif %}"
"""Which chart it is, in bold before its name."""
TEXT = LABEL + "{{ block.text }}"
"""A text behind whom or what it is about."""
MARGINS = {"top": 20, "bottom": 20, "left": 30, "right": 15}
LETTERHEAD = (74, 91)
SIGNATURES = (75, 90)
LEFT, CENTER, RIGHT, JUSTIFY = (
    WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.JUSTIFY,
)  # fmt: skip

BODY = {"size": 14, "align": JUSTIFY, "first_line": 12.7, "after": 6, "line": 1.15}
STYLES: dict[str, dict[str, Any]] = {
    "Normal": {"size": 14},
    "Header": {"size": 13, "align": CENTER},
    "Dấu minh họa": {"size": 10, "bold": True, "align": CENTER},
    "Cơ quan chủ quản": {"size": 12, "align": CENTER},
    "Cơ quan ban hành": {"size": 12, "bold": True, "align": CENTER},
    "Quốc hiệu": {"size": 12, "bold": True, "align": CENTER},
    "Tiêu ngữ": {"size": 13, "bold": True, "align": CENTER},
    "Tiêu đề Đảng": {"size": 15, "bold": True, "align": CENTER},
    "Đảng: cơ quan cấp trên": {"size": 14, "align": CENTER},
    "Đảng: cơ quan ban hành": {"size": 14, "bold": True, "align": CENTER},
    "Đảng: số và ký hiệu": {"size": 14, "align": CENTER, "before": 6},
    "Đảng: địa danh và ngày": {"size": 14, "italic": True, "align": CENTER, "before": 6},
    "Đảng: tên loại": {"size": 16, "bold": True, "align": CENTER, "before": 18, "keep": True},
    "Nét kẻ": {"size": 6, "underline": True, "align": CENTER, "exactly": 6},
    "Số và ký hiệu": {"size": 13, "align": CENTER, "before": 6},
    "Về việc": {"size": 12, "align": CENTER, "left": 4, "right": 4, "before": 6},
    "Địa danh và ngày": {"size": 13, "italic": True, "align": CENTER, "before": 6},
    "Title": {"size": 14, "bold": True, "align": CENTER, "before": 18, "keep": True},
    "Subtitle": {"size": 14, "bold": True, "align": CENTER, "keep": True},
    "Kính gửi": {"size": 14, "align": CENTER, "before": 12, "after": 6},
    "Kính gửi: nhiều nơi": {"size": 14, "align": LEFT, "left": 35, "before": 12},
    "Kính gửi: danh sách": {"size": 14, "align": LEFT, "left": 50},
    "Heading 1": {
        "size": 14,
        "bold": True,
        "align": JUSTIFY,
        "first_line": 12.7,
        "before": 6,
        "after": 6,
        "keep": True,
    },
    "Heading 2": {
        "size": 14,
        "bold": True,
        "align": JUSTIFY,
        "first_line": 12.7,
        "before": 3,
        "after": 6,
        "keep": True,
    },
    "Body Text": BODY,
    "Gạch đầu dòng": BODY,
    "Lời dẫn": BODY | {"keep": True},
    "Bảng: đầu cột": {"size": 12, "bold": True, "align": CENTER, "before": 2, "after": 2, "keep": True},
    "Bảng: dòng mục": {"size": 12, "bold": True, "align": LEFT, "before": 2, "after": 2, "keep": True},
    "Bảng: ô": {"size": 12, "align": LEFT, "before": 2, "after": 2},
    "Sau bảng": {"size": 6, "exactly": 8},
    "Biểu đồ": {"size": 14, "align": CENTER, "before": 6, "after": 4, "keep": True},
    "Tên biểu đồ": {"size": 13, "align": CENTER, "after": 12},
    "Thẩm quyền ký": {"size": 14, "bold": True, "align": CENTER},
    "Họ tên người ký": {"size": 14, "bold": True, "align": CENTER, "before": 80},
    "Nơi nhận": {"size": 12, "bold": True, "italic": True, "align": LEFT},
    "Nơi nhận: danh sách": {"size": 11, "align": LEFT},
    "Tên phụ lục": {"size": 14, "bold": True, "align": CENTER, "keep": True},
    "Tiêu đề phụ lục": {"size": 14, "bold": True, "caps": True, "align": CENTER, "keep": True},
    "Kèm theo": {"size": 13, "italic": True, "align": CENTER, "after": 10, "keep": True},
    "Hết phần": {"size": 1, "exactly": 1},
}


def build() -> bytes:
    """Return the memo's template as the bytes of a .docx file, the same on every run."""
    document = _blank()
    _write_letterhead(document)
    _write_title(document)
    _write_text(document)
    return _packed(document, "Mẫu báo cáo tổng hợp")


def build_dispatch() -> bytes:
    """Return the template of a công văn: no name of its kind, but what it is about under its number."""
    document = _blank()
    _write_letterhead(document)
    _write_about(document)
    _write_text(document)
    return _packed(document, "Mẫu công văn đôn đốc")


def _blank() -> Document:
    """Return an empty document with the styles, page and headers of every paper."""
    document = docx.Document()
    _empty(document)
    _set_styles(document)
    _set_page(document.sections[0], landscape=False)
    _write_headers(document.sections[0])
    return document


def _write_text(document: Document) -> None:
    """Write all that follows the letterhead and the title."""
    _write_addressees(document)
    _write_body(document)
    _write_signature(document)
    _start_annexes(document)
    _write_annexes(document)


def _packed(document: Document, title: str) -> bytes:
    _describe(document, title)
    packed = io.BytesIO()
    document.save(packed)
    return with_fixed_times(packed.getvalue())


def _empty(document: Document) -> None:
    """Drop what the library's own template brings along: its picture, its ready-made tables and lists."""
    package = document.part.package
    for key, relation in list(package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            del package.rels[key]
    for key, relation in list(document.part.rels.items()):
        if relation.reltype.endswith(("/customXml", "/numbering", "/stylesWithEffects")):
            del document.part.rels[key]
    kept = {*STYLES, "Default Paragraph Font", "Normal Table", "No List", "Table Grid"}
    for style in list(document.styles):
        if style.name not in kept:
            style.delete()


def _set_styles(document: Document) -> None:
    for name, look in STYLES.items():
        known = [style.name for style in document.styles]
        style = document.styles[name] if name in known else _new_style(document, name, WD_STYLE_TYPE.PARAGRAPH)
        _set_style(style, None if name == "Normal" else document.styles["Normal"], **look)
    for name in ("Bảng báo cáo", "Khối chữ ký", "Khối tiêu đề"):
        style = _new_style(document, name, WD_STYLE_TYPE.TABLE)
        style.base_style = document.styles["Table Grid" if name == "Bảng báo cáo" else "Normal Table"]
    defaults = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    defaults.find(qn("w:rFonts")).attrib.clear()
    _set_font(defaults.find(qn("w:rFonts")))
    for key in ("w:val", "w:eastAsia"):
        defaults.find(qn("w:lang")).set(qn(key), "vi-VN")


def _new_style(document: Document, name: str, kind: Any) -> Any:
    """Add a style whose inner id is plain ASCII, which every reader of the format takes."""
    style = document.styles.add_style(name, kind)
    plain = unicodedata.normalize("NFD", name).replace("Đ", "D").replace("đ", "d")
    letters = "".join(letter for letter in plain if letter.isascii()).title()
    style.element.styleId = "".join(letter for letter in letters if letter.isalnum())
    return style


def _set_style(
    style: Any, base: Any, *, size: float, align: Any = None, bold: bool = False, italic: bool = False,
    caps: bool = False, underline: bool = False, first_line: float = 0, left: float = 0, right: float = 0,
    before: float = 0, after: float = 0, line: float = 1.0, exactly: float | None = None, keep: bool = False,
) -> None:  # fmt: skip
    """Give a paragraph style its look: sizes and spacing in points, indents in millimetres."""
    for old in style.element.xpath("w:pPr | w:rPr | w:link | w:qFormat"):
        style.element.remove(old)
    style.base_style = base
    style.quick_style = True
    font, layout = style.font, style.paragraph_format
    font.name, font.size, font.bold, font.italic = FONT, Pt(size), bold, italic
    _set_font(style.element.rPr.rFonts)
    if caps:
        font.all_caps = True
    if underline:
        font.underline = True
    for tag in ("w:bCs", "w:iCs", "w:szCs"):
        for found in style.element.rPr.findall(qn(tag)):
            style.element.rPr.remove(found)
    _add_complex_size(style.element.rPr, size)
    layout.alignment, layout.keep_with_next = align, keep
    layout.first_line_indent, layout.left_indent, layout.right_indent = Mm(first_line), Mm(left), Mm(right)
    layout.space_before, layout.space_after = Pt(before), Pt(after)
    if exactly:
        layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(exactly)
    else:
        layout.line_spacing = line
    layout.widow_control = True


def _add_complex_size(properties: Any, size: float) -> None:
    complex_size = OxmlElement("w:szCs")
    complex_size.set(qn("w:val"), str(round(size * 2)))
    properties.find(qn("w:sz")).addnext(complex_size)


def _set_font(fonts: Any) -> None:
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), FONT)


def _set_page(section: Section, *, landscape: bool) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    section.top_margin, section.bottom_margin = Mm(MARGINS["top"]), Mm(MARGINS["bottom"])
    section.left_margin, section.right_margin = Mm(MARGINS["left"]), Mm(MARGINS["right"])
    section.header_distance, section.footer_distance = Mm(8), Mm(8)
    section.different_first_page_header_footer = not landscape


def _write_headers(section: Section) -> None:
    """Page number in the middle of the top margin, hidden on page 1; the mark of example data on every page."""
    for header in (section.first_page_header, section.header):
        header.paragraphs[0].text = "{{ mark }}"
        header.paragraphs[0].style = "Dấu minh họa"
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    field.append(OxmlElement("w:r"))
    section.header.add_paragraph(style="Header")._p.append(field)


def _write_letterhead(document: Document) -> None:
    table = _two_columns(document, rows=2, widths=LETTERHEAD, style="Khối tiêu đề")
    _fill(table.cell(0, 0), [
        ("Normal", "{%p if motto or not nation %}"),
        ("Cơ quan chủ quản", "{{ letterhead.parent }}"),
        ("Cơ quan ban hành", "{{ letterhead.issuer }}"),
        ("Nét kẻ", "{{ rule(letterhead.issuer, 12, 74, 0.4) }}"),
        ("Normal", "{%p else %}"),
        ("Đảng: cơ quan cấp trên", "{{ letterhead.parent }}"),
        ("Đảng: cơ quan ban hành", "{{ letterhead.issuer }}"),
        ("Đảng: cơ quan ban hành", "*"),
        ("Normal", "{%p endif %}"),
    ])  # fmt: skip
    _fill(table.cell(0, 1), [
        ("Normal", "{%p if motto %}"),
        ("Quốc hiệu", "{{ nation }}"),
        ("Tiêu ngữ", "{{ motto }}"),
        ("Nét kẻ", "{{ rule(motto, 13, 91, 1) }}"),
        ("Normal", "{%p elif nation %}"),
        ("Tiêu đề Đảng", "{{ nation }}"),
        ("Nét kẻ", "{{ rule(nation, 15, 91, 1) }}"),
        ("Normal", "{%p else %}"),
        ("Normal", ""),
        ("Normal", "{%p endif %}"),
    ])  # fmt: skip
    for column, style, party, words in (
        (0, "Số và ký hiệu", "Đảng: số và ký hiệu", "{{ number_line }}"),
        (1, "Địa danh và ngày", "Đảng: địa danh và ngày", "{{ place_and_date }}"),
    ):
        _fill(table.cell(1, column), [
            ("Normal", "{%p if motto or not nation %}"), (style, words),
            ("Normal", "{%p else %}"), (party, words), ("Normal", "{%p endif %}"),
        ])  # fmt: skip


def _write_about(document: Document) -> None:
    """Say under the number what a công văn is about; it has no title to say it."""
    document.tables[0].cell(1, 0).add_paragraph("V/v {{ paper.subject }}", style="Về việc")


def _write_title(document: Document) -> None:
    _add(document, [
        ("Normal", "{%p if motto or not nation %}"),
        ("Title", "{{ paper.kind }}"),
        ("Normal", "{%p else %}"),
        ("Đảng: tên loại", "{{ paper.kind }}"),
        ("Normal", "{%p endif %}"),
        ("Subtitle", "{{ paper.subject }}"),
        ("Normal", "{%p if mark %}"),
        ("Subtitle", "({{ mark }})"),
        ("Normal", "{%p endif %}"),
        ("Nét kẻ", "{{ rule(paper.subject, 14, 165, 0.4) }}"),
    ])  # fmt: skip


def _write_addressees(document: Document) -> None:
    _add(document, [
        ("Normal", "{%p if letterhead.addressees|length == 1 %}"),
        ("Kính gửi", "{{ to }}: {{ letterhead.addressees[0] }}"),
        ("Normal", "{%p else %}"),
        ("Kính gửi: nhiều nơi", "{{ to }}:"),
        ("Normal", "{%p for addressee in addressees %}"),
        ("Kính gửi: danh sách", "- {{ addressee }}"),
        ("Normal", "{%p endfor %}"),
        ("Sau bảng", ""),
        ("Normal", "{%p endif %}"),
    ])  # fmt: skip


def _write_body(document: Document) -> None:
    _add(document, [
        ("Normal", "{%p for block in paper.body %}"),
        ("Normal", "{%p if block.kind == 'heading' and block.level == 1 %}"),
        ("Heading 1", "{{ block.text }}"),
        ("Normal", "{%p elif block.kind == 'heading' %}"),
        ("Heading 2", "{{ block.text }}"),
        ("Normal", "{%p elif block.leads_on %}"),
        ("Lời dẫn", "{% if block.kind == 'item' %}- {% endif %}", TEXT),
        ("Normal", "{%p elif block.kind == 'item' %}"),
        ("Gạch đầu dòng", "- ", TEXT),
        ("Normal", "{%p elif block.kind == 'table' %}"),
        ("Normal", "{{p table(block.table) }}"),
        ("Sau bảng", ""),
        ("Normal", "{%p elif block.kind == 'chart' %}"),
        ("Normal", "{{p chart(block.chart) }}"),
        ("Tên biểu đồ", LABEL, "{{ block.text }}"),
        ("Normal", "{%p else %}"),
        ("Body Text", TEXT),
        ("Normal", "{%p endif %}"),
        ("Normal", "{%p endfor %}"),
    ])  # fmt: skip


def _write_signature(document: Document) -> None:
    table = _two_columns(document, rows=1, widths=SIGNATURES, style="Khối chữ ký")
    _fill(table.cell(0, 0), [
        ("Nơi nhận", "{{ copies_to }}:"),
        ("Normal", "{%p for copy in copies %}"),
        ("Nơi nhận: danh sách", "- {{ copy }}"),
        ("Normal", "{%p endfor %}"),
    ])  # fmt: skip
    _fill(table.cell(0, 1), [
        ("Thẩm quyền ký", "{{ letterhead.signed_for }}"),
        ("Thẩm quyền ký", "{{ letterhead.signed_title }}"),
        ("Họ tên người ký", "{{ letterhead.signed_name or '' }}"),
    ])  # fmt: skip


def _start_annexes(document: Document) -> None:
    """End the portrait section in a paragraph of its own, and begin the landscape one."""
    document.add_section(WD_SECTION.NEW_PAGE)
    document.element.body.findall(qn("w:p"))[-1].get_or_add_pPr().style = document.styles["Hết phần"].style_id
    _set_page(document.sections[-1], landscape=True)
    _restart_page_numbers(document.sections[-1]._sectPr)


def _write_annexes(document: Document) -> None:
    _add(document, [
        ("Normal", "{%p for annex in paper.annexes %}"),
        ("Tên phụ lục", "{{ annex.label }}"),
        ("Tiêu đề phụ lục", "{{ annex.title }}"),
        ("Kèm theo", "{{ attached_to }}"),
        ("Normal", "{%p for sentence in annex.lead %}"),
        ("Body Text", "{{ sentence }}"),
        ("Normal", "{%p endfor %}"),
        ("Normal", "{{p table(annex.table) }}"),
        ("Normal", "{%p if not loop.last %}"),
    ])  # fmt: skip
    document.add_section(WD_SECTION.NEW_PAGE)
    document.element.body.findall(qn("w:p"))[-1].get_or_add_pPr().style = document.styles["Hết phần"].style_id
    _add(document, [("Normal", "{%p endif %}"), ("Normal", "{%p endfor %}"), ("Hết phần", "")])


def _restart_page_numbers(section: Any) -> None:
    numbers = OxmlElement("w:pgNumType")
    numbers.set(qn("w:start"), "1")
    section.find(qn("w:pgMar")).addnext(numbers)


def _two_columns(document: Document, *, rows: int, widths: tuple[int, int], style: str) -> Table:
    """Add a table without borders or cell margins, whose rows stay whole."""
    table: Table = document.add_table(rows, 2)
    table.style, table.autofit = style, False
    for look in table._tbl.tblPr.findall(qn("w:tblLook")):
        table._tbl.tblPr.remove(look)  # nothing in it is a heading row
    margins = OxmlElement("w:tblCellMar")
    for side in ("w:left", "w:right"):
        margin = OxmlElement(side)
        margin.set(qn("w:w"), "0")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.find(qn("w:tblLayout")).addnext(margins)
    table._tbl.tblPr.find(qn("w:tblW")).set(qn("w:type"), "dxa")
    table._tbl.tblPr.find(qn("w:tblW")).set(qn("w:w"), str(Mm(sum(widths)).twips))
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    return table


def _fill(cell: _Cell, lines: Iterable[tuple[str, str]]) -> None:
    blank = cell.paragraphs[0]
    for style, text in lines:
        cell.add_paragraph(text, style=style)
    blank._p.getparent().remove(blank._p)


def _add(document: Document, lines: Iterable[tuple[str, ...]]) -> None:
    for style, *texts in lines:
        paragraph = document.add_paragraph(style=style)
        for text in texts:
            paragraph.add_run(text).bold = True if text == LABEL else None


def _outline(document: Document) -> None:
    """Give the annexes' labels a level of the outline, so that Word's navigation pane leads to them."""
    level = OxmlElement("w:outlineLvl")
    level.set(qn("w:val"), "0")
    document.styles["Tên phụ lục"].element.get_or_add_pPr().append(level)


def _say_nothing_of_other_programs(document: Document) -> None:
    """Drop what the library's own template says of the program and the fonts it was made with."""
    for part in document.part.package.iter_parts():
        name = str(part.partname)
        if name == "/docProps/app.xml":
            part._blob = re.sub(rb"<(Application|AppVersion|Company)>[^<]*</\1>", b"", part.blob)
        elif name.startswith("/word/theme/"):
            part._blob = re.sub(rb"<a:font script=[^>]*/>", b"", part.blob)
        elif name == "/word/fontTable.xml":
            part._blob = re.sub(rb'(?s)<w:font w:name="(?!Times New Roman)[^"]*">.*?</w:font>', b"", part.blob)


def _describe(document: Document, title: str) -> None:
    """Set the document's language, Word's present layout rules, and properties that no run changes."""
    settings = document.settings.element
    for compat in settings.findall(qn("w:compat")):
        compat.clear()
        compat.append(OxmlElement("w:doNotExpandShiftReturn"))
        mode = OxmlElement("w:compatSetting")
        mode.set(qn("w:name"), "compatibilityMode")
        mode.set(qn("w:uri"), "http://schemas.microsoft.com/office/word")
        mode.set(qn("w:val"), "15")
        compat.append(mode)
    for zoom in settings.findall(qn("w:zoom")):
        zoom.set(qn("w:percent"), "100")  # the schema wants it, the library's own template has none
    for language in settings.findall(qn("w:themeFontLang")):
        language.attrib.clear()
        language.set(qn("w:val"), "vi-VN")
    _outline(document)
    _say_nothing_of_other_programs(document)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title, "", ""
    properties.last_modified_by, properties.keywords, properties.revision = "", "", 1
    properties.created = properties.modified = datetime(2024, 3, 22)  # noqa: DTZ001 (a day, not a moment)


if __name__ == "__main__":
    (FOLDER / "memo.docx").write_bytes(build())
    (FOLDER / "cong-van.docx").write_bytes(build_dispatch())
