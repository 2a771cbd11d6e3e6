"""Files that no office program wrote are refused in words and in little time, and nothing is written."""

import io
import zipfile

import docx
import openpyxl
import pytest

from tracker.annex.excel import excel_tables
from tracker.annex.rows import read_rows
from tracker.annex.word import word_tables
from tracker.errors import Faults

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word(body: str, head: str = "") -> bytes:
    """Return a Word file whose document holds `body`."""
    made = io.BytesIO()
    docx.Document().save(made)
    out = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = f"{head}<w:document {W}><w:body>{body}</w:body></w:document>"
            new.writestr(name, text if name == "word/document.xml" else old.read(name))
    return out.getvalue()


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def cell(text: str, inside: str = "") -> str:
    return f"<w:tc>{inside}<w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


HOSTILE = {
    "no zip": b"PK\x03\x04 khong phai",
    "an old file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "entities": word("&a;", '<!DOCTYPE d [<!ENTITY a "b">]>'),
    "a bomb": word(cell("a" * 40_000_000)),
    "deep tables": word("<w:tbl><w:tr><w:tc>" * 20_000 + "</w:tc></w:tr></w:tbl>" * 20_000),
    "wide cells": word(table(cell("x", '<w:tcPr><w:gridSpan w:val="99999999"/></w:tcPr>'))),
    "no number": word(table(cell("x", '<w:tcPr><w:gridSpan w:val="nhiều"/></w:tcPr>'))),
    "many lines": word(table(*[cell("x")] * 4_100)),
    "many columns": word(table(cell("x") * 100)),
    "too large": b"PK" + b"\0" * 6_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_word_file_is_refused_in_words(name: str) -> None:
    with pytest.raises(Faults) as caught:
        read_rows(word_tables(HOSTILE[name]))
    assert all(fault.what and fault.remedy for fault in caught.value.faults)


def test_a_sheet_of_one_huge_merged_cell_costs_what_its_cells_do() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "KHUNG"
    book.active.merged_cells.ranges.add(openpyxl.worksheet.cell_range.CellRange("A1:XFD1048576"))
    book.active["XFD1048576"] = "xa"
    out = io.BytesIO()
    book.save(out)
    [found], hidden = excel_tables(out.getvalue())
    assert (len(found.places), found.columns, hidden) == (2, 2, [])


def test_a_hidden_sheet_is_named_and_not_read() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "KHUNG"
    book.create_sheet("Nháp").sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    found, hidden = excel_tables(out.getvalue())
    assert ([each.name for each in found], hidden) == (["trang tính Sheet"], ["Nháp"])


def test_words_changed_with_track_changes_and_automatic_numbers_are_marked() -> None:
    head = "".join(map(cell, ("TT", "Nhiệm vụ", "Chủ trì", "Thời gian")))
    auto = "<w:tc><w:p><w:pPr><w:numPr><w:ilvl/></w:numPr></w:pPr></w:p></w:tc>"
    old, new = "<w:r><w:delText>Sở cũ</w:delText></w:r>", "<w:r><w:t>Sở Y tế</w:t></w:r>"
    changed = f"<w:tc><w:p><w:del>{old}</w:del><w:ins>{new}</w:ins></w:p></w:tc>"
    draft = read_rows(word_tables(word(table(head, auto + cell("Làm") + changed + cell("2025")))))
    [row] = draft.rows
    assert row.lead == "Sở Y tế"
    assert any("Track Changes" in doubt for doubt in row.doubts)
    assert any("số tự động" in doubt for doubt in row.doubts)
