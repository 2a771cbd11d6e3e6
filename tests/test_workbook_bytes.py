"""Whatever bytes come as a workbook: refused with a reason, in little time and memory, or read in full."""

import io
import re
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache

import pytest
from answering import PATIENT
from hypothesis import example, given
from hypothesis import strategies as st
from test_papers_workbook import sample_row, sample_workbook
from workbooks import repacked

from tracker.errors import Faults
from tracker.workbook import zip_parts
from tracker.workbook.draw import workbook_bytes
from tracker.workbook.read import read_workbook

SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@cache
def good() -> bytes:
    """Return a workbook as it went out."""
    return workbook_bytes(
        sample_workbook(rows=(sample_row(texts={"result": "Đã mở"}), sample_row(activity_id="II.2")))
    )


def refusal(raw: bytes) -> str:
    """Return why `raw` is not read."""
    with pytest.raises(Faults) as caught:
        read_workbook(raw)
    return str(caught.value)


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return out.getvalue()


def with_part(name: str, change: Callable[[bytes], bytes | None]) -> bytes:
    return repacked(good(), lambda part, data: change(data) if part == name else data)


def more(name: str, data: bytes, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a good workbook with one part more."""
    out = io.BytesIO(good())
    with zipfile.ZipFile(out, "a", compression) as new:
        new.writestr(zipfile.ZipInfo(name), data, compression)
    return out.getvalue()


def in_sheet(old: bytes, new: bytes) -> bytes:
    return with_part(SHEET, lambda data: data.replace(old, new, 1))


def on_sheet_data(attribute: bytes) -> bytes:
    return in_sheet(b"<sheetData", b"<sheetData " + attribute)


def attributes(value: bytes) -> bytes:
    return b" ".join(b"a%d='%s'" % (number, value) for number in range(30_000))


def declared(part: str, encoding: str) -> str:
    """Return an XML part that says it is in `encoding`."""
    _, _, rest = part.partition("?>") if part.startswith("<?xml") else ("", "", part)
    return f"<?xml version='1.0' encoding='{encoding}'?>{rest}"


def in_latin_1(part: bytes) -> bytes:
    return declared(part.decode(), "latin-1").replace("Đã", "à").encode("latin-1", "replace")


def many_marks_in_utf_16(part: bytes) -> bytes:
    """Return a part whose byte order mark says more than we do: it is read as UTF-16, its marks counted."""
    cells = "".join(f"<c r='A{number}'/>" for number in range(210_000))
    return declared(part.decode(), "utf-16").replace("</row>", cells + "</row>", 1).encode("utf-16")


def with_rows(count: int, cell: bytes = b'<c r="B%d" t="str"><v>x</v></c>') -> bytes:
    rows = b"".join(b'<row r="%d">' % n + (cell % n) + b"</row>" for n in range(100, 100 + count))
    return in_sheet(b"</sheetData>", rows + b"</sheetData>")


def flagged() -> bytes:
    """Return a zip whose entries say that they are encrypted."""
    raw = bytearray(good())
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := raw.find(sign, at + 1)) >= 0:
            raw[at + offset] |= 1
    return bytes(raw)


def lying() -> bytes:
    """Return a zip whose directory says that a part of a megabyte is small."""
    raw = bytearray(
        with_part(SHEET, lambda data: data.replace(b"</sheetData>", b"</sheetData>" + b" " * 1_000_000))
    )
    entry = raw.rfind(SHEET.encode()) - 46
    struct.pack_into("<I", raw, entry + 24, 2_000)
    return bytes(raw)


OLE = zip_parts.OLE + bytes(600)
LONG = b"n" * 201
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "không phải tệp .xlsx"),
    "text": (lambda: "Kính gửi cơ quan đầu mối".encode(), "không phải tệp .xlsx"),
    "pdf": (lambda: b"%PDF-1.7\n" + bytes(100), "không phải tệp .xlsx"),
    "old excel": (lambda: OLE, "kiểu cũ (.xls); mở tệp bằng Excel, chọn Lưu thành"),
    "password": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"),
    "zip password": (flagged, "mật khẩu"),
    "half of it": (lambda: good()[: len(good()) // 2], "không phải tệp .xlsx"),
    "too heavy": (lambda: good() + bytes(5_000_000), "nặng quá 5 MB"),
    "zipped workbook": (lambda: zipped(**{"bao-cao.xlsx": good()}), "không nén"),
    "other zip": (lambda: zipped(**{"a.txt": b"a"}), "không phải tệp .xlsx"),
    "ods": (lambda: zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "Excel Workbook (.xlsx)"),
    "word": (lambda: with_part("_rels/.rels", lambda d: d.replace(b"xl/workbook.xml", b"word/document.xml")),
             "không phải tệp .xlsx"),
    "binary excel": (lambda: with_part("_rels/.rels", lambda d: d.replace(b"xl/workbook.xml", b"xl/workbook.bin")),
                     "không phải tệp .xlsx"),
    "no workbook": (lambda: with_part("xl/workbook.xml", lambda _: None), "đọc không được"),
    "no strings": (lambda: with_part(STRINGS, lambda _: None), "đọc không được"),
    "strings too short": (lambda: with_part(STRINGS, lambda _: b"<sst/>"), "đọc không được"),
    "no sheet": (lambda: with_part(SHEET, lambda _: None), "đọc không được"),
    "broken xml": (lambda: with_part(SHEET, lambda data: data[:-30]), "đọc không được"),
    "strange cell": (lambda: in_sheet(b'r="A1"', b'r="1A"'), "đọc không được"),
    "strange kind": (lambda: in_sheet(b't="s"', b't="zz"'), "đọc không được"),
    "strange string": (lambda: in_sheet(b"<v>0</v>", b"<v>" + b"9" * 5000 + b"</v>"), "đọc không được"),
    "strange style": (lambda: in_sheet(b'<c r="F7" s="', b'<c r="F7" t="n" s="9'), "đọc không được"),
    "entities": (lambda: with_part(SHEET, lambda d: d.replace(b"<worksheet", ENTITIES + b"<worksheet", 1)),
                 "khai báo"),
    "entities in strings": (lambda: with_part(STRINGS, lambda d: d.replace(b"<sst", ENTITIES + b"<sst", 1)),
                            "khai báo"),
    "bomb": (lambda: more("xl/media/a.bin", bytes(10_000_000)), "quá lớn"),
    "many bombs": (lambda: zipped(**{f"{n}.xml": bytes(190_000) for n in range(300)}), "quá lớn"),
    "lying bomb": (lying, "hỏng"),
    "other packing": (lambda: more("a.bin", b"a", zipfile.ZIP_LZMA), "cấu tạo lạ"),
    "out of its folder": (lambda: more("../../etc/passwd", b"a"), "cấu tạo lạ"),
    "rooted": (lambda: more("/etc/passwd", b"a"), "cấu tạo lạ"),
    "many parts": (lambda: zipped(**{f"{n}.xml": b"" for n in range(1_001)}), "cấu tạo lạ"),
    "many rows": (lambda: with_rows(2_001), "có hơn 2000 dòng"),
    "many marks": (lambda: with_rows(100_000, b'<c r="B%d"/>'), "quá nhiều ô"),
    "long namespace": (lambda: on_sheet_data(b"xmlns:a='" + LONG + b"'"), "đọc không được"),
    "long own namespace": (lambda: on_sheet_data(b"xmlns='" + LONG + b"'"), "đọc không được"),
    "long namespace in strings": (
        lambda: with_part(STRINGS, lambda d: d.replace(b"<si", b"<si xmlns:a='" + LONG + b"'", 1)),
        "đọc không được",
    ),
    "many marks in UTF-16": (lambda: with_part(SHEET, many_marks_in_utf_16), "quá nhiều ô"),
    "bytes of another encoding": (
        lambda: with_part(STRINGS, in_latin_1),
        "đọc không được",
    ),
    "many attributes": (lambda: on_sheet_data(attributes(b"")), "dài hơn mức Excel cho phép"),
    "attributes that hide": (lambda: on_sheet_data(attributes(b">")), "dài hơn mức Excel cho phép"),
    "many letters": (lambda: repacked(with_rows(100, b'<c r="B%d" t="s"><v>0</v></c>'), long_first_string), "chữ"),
}  # fmt: skip


def long_first_string(name: str, part: bytes) -> bytes:
    return part.replace(b"<t>", b"<t>" + b"dai " * 20_000, 1) if name == STRINGS else part


@pytest.mark.parametrize(("make", "reason"), REFUSED.values(), ids=REFUSED)
def test_bytes_that_are_no_workbook_of_ours_are_refused_with_a_reason(
    make: Callable[[], bytes], reason: str
) -> None:
    assert reason in refusal(make())


def test_ranges_over_a_whole_sheet_are_not_walked_cell_by_cell() -> None:
    everywhere = b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    everywhere += b'<hyperlinks><hyperlink ref="A1:XFD1048576" location="x"/></hyperlinks>'
    everywhere += b'<dataValidations><dataValidation sqref="' + b"A1 " * 60_000 + b'"/></dataValidations>'
    filled = read_workbook(in_sheet(b"</sheetData>", b"</sheetData>" + everywhere))
    assert [fault.what for fault in filled.faults] == ["các ô từ đây đã bị gộp"]


def test_what_a_person_adds_beside_the_cells_is_no_hindrance() -> None:
    """Pictures, remarks, links and unknown extensions are not even looked at."""
    raw = more("xl/drawings/drawing1.xml", b"<not xml")
    raw = repacked(
        raw, lambda name, part: b"<not xml" if name in {"xl/theme/theme1.xml", "docProps/core.xml"} else part
    )
    assert not read_workbook(raw).faults


def test_rows_and_cells_without_names_stand_where_they_follow() -> None:
    bare = repacked(good(), lambda name, part: re.sub(rb' r="[A-Z]*[0-9]+"', b"", part) if name == SHEET else part)
    filled = read_workbook(bare)
    assert [row.values["result"] for row in filled.rows] == ["Đã mở", ""]


def test_a_namespace_of_200_letters_is_read() -> None:
    filled = read_workbook(on_sheet_data(b"xmlns:a='" + b"n" * 200 + b"'"))
    assert [row.values["result"] for row in filled.rows] == ["Đã mở", ""]


@pytest.mark.parametrize("encoding", ["windows-1252", "utf-16", "us-ascii", "utf-7", "no-such"])
def test_a_part_is_read_as_utf_8_whatever_it_declares(encoding: str) -> None:
    raw = repacked(
        good(), lambda name, part: declared(part.decode(), encoding).encode() if name in {SHEET, STRINGS} else part
    )
    assert [row.values["result"] for row in read_workbook(raw).rows] == ["Đã mở", ""]


def test_the_longest_cell_of_excel_is_not_too_long() -> None:
    longest = b"&quot;" * 32_767
    raw = repacked(good(), lambda name, part: part.replace("Đã mở".encode(), longest) if name == STRINGS else part)
    assert not isinstance(outcome(raw), Faults)


def test_the_strict_form_of_the_format_is_read_too() -> None:
    """Excel can save as Strict Open XML; the namespaces are others."""

    def strict(_: str, part: bytes) -> bytes:
        main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        part = part.replace(main, b"http://purl.oclc.org/ooxml/spreadsheetml/main")
        return part.replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        )

    assert read_workbook(repacked(good(), strict)).rows[0].untouched


def test_texts_of_several_looks_and_texts_in_the_cell_itself_are_read() -> None:
    rich = b"<si><r><t>\xc4\x90\xc3\xa3</t></r><r><rPr><b/></rPr><t xml:space='preserve'> m\xe1\xbb\x9f</t></r>"
    rich += b"<rPh><t>no</t></rPh></si>"
    plain = "<si><t>Đã mở</t></si>".encode()
    raw = repacked(good(), lambda _, part: part.replace(plain, rich))
    assert read_workbook(raw).rows[0].untouched
    cell = re.search(rb'<c r="G8"([^>]*)/>', zipfile.ZipFile(io.BytesIO(good())).read(SHEET))
    inside = b'<c r="G8" t="inlineStr"><is><t>Trong_x000D_\n_x0041_</t></is></c>'
    raw = in_sheet(cell[0], inside)
    assert read_workbook(raw).rows[1].values["result"] == "Trong\nA"


def outcome(raw: bytes) -> object:
    """Return what comes of reading `raw`: what was filled in, or the refusal of the file."""
    try:
        return read_workbook(raw)
    except Faults as refused:
        return refused


def survives(raw: bytes) -> None:
    """Read `raw`, whatever it is; only the project's own refusal may come of it."""
    with suppress(Faults):
        read_workbook(raw)


@PATIENT
@given(st.binary(max_size=2_000))
@example(b"PK\x05\x06" + bytes(18))
@example(b"PK\x03\x04")
def test_any_bytes_are_refused_or_read(raw: bytes) -> None:
    survives(raw)


@PATIENT
@given(st.data())
def test_a_workbook_with_any_bytes_changed_or_cut_is_refused_or_read(data: st.DataObject) -> None:
    raw = bytearray(good()[: data.draw(st.integers(0, len(good())) | st.just(len(good())))])
    for _ in range(data.draw(st.integers(0, 8))):
        if raw:
            at = data.draw(st.integers(0, len(raw) - 1))
            raw[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=6))
    survives(bytes(raw))


PARTS = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", STRINGS, "xl/styles.xml", "_rels/.rels")
NOISE = st.sampled_from(
    [
        b"",
        b'"',
        b"<",
        b"/>",
        b"&#0;",
        b"&#55296;",
        b'r="ZZZ9999999"',
        b't="s"',
        b"-1",
        b"1e9",
        b"99999999999",
        b"\xff",
    ]
)


@PATIENT
@given(st.sampled_from([*PARTS, SHEET, "xl/worksheets/sheet5.xml"]), st.lists(st.tuples(st.floats(0, 1), NOISE)))
def test_a_workbook_with_any_part_spoiled_is_refused_or_read(
    name: str, changes: list[tuple[float, bytes]]
) -> None:
    def spoil(data: bytes) -> bytes:
        for where, noise in changes:
            at = int(where * len(data))
            data = data[:at] + noise + data[at + len(noise) :]
        return data

    survives(with_part(name, spoil))
