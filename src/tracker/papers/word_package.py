"""The bytes of a Word template into its parts, and what in them could run code or fetch from elsewhere.

Printing hands the whole package on to whoever opens the memo, so that a macro, a remote picture or a field that
fetches would work on their machine and not on ours. Sizes are checked before anything is unpacked.
"""

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tracker.errors import TemplateFault, TemplateFaults

LARGEST_FILE, LARGEST_UNZIPPED, MOST_PARTS = 20_000_000, 100_000_000, 1_000
LARGEST_RATIO, SMALL_PART = 200, 200_000
"""Unpacked to packed bytes of a part that is not small; the styles of a large template reach 20."""
DOCUMENT, TYPES = "word/document.xml", "[Content_Types].xml"
NEEDED = (TYPES, "_rels/.rels", DOCUMENT)
WORD_DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SAVE_AGAIN = "mở mẫu bằng Word, chọn Lưu thành (Save As), kiểu Word Document (.docx), rồi kiểm tra tệp vừa lưu"
TAKE_OUT = "bỏ phần này trong Word rồi lưu lại"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
INERT_FIELDS = frozenset(
    ("AUTHOR", "DATE", "FILENAME", "NUMPAGES", "PAGE", "SECTIONPAGES", "STYLEREF", "TIME", "TITLE")
)
"""Fields that neither fetch nor run nor ask; others, such as DDEAUTO and INCLUDETEXT, are refused."""
RUNNING_KINDS = {
    "vbaProject": "macro (vbaProject)",
    "wordVbaData": "macro (vbaData)",
    "attachedToolbars": "thanh công cụ kèm lệnh",
    "keyMapCustomizations": "phím tắt kèm lệnh",
    "oleObject": "đối tượng nhúng OLE",
    "package": "tệp nhúng",
    "control": "điều khiển ActiveX",
    "activeXControlBinary": "điều khiển ActiveX",
    "aFChunk": "tài liệu khác chèn vào (altChunk)",
    "subDocument": "tài liệu con",
    "mailMergeSource": "nguồn trộn thư",
    "mailMergeHeaderSource": "nguồn trộn thư",
    "extensibility": "tiện ích thêm vào thanh lệnh",
    "webextension": "tiện ích mạng",
    "webextensiontaskpanes": "tiện ích mạng",
}
"""By the last word of a relationship's type."""
RUNNING_PARTS = re.compile(
    r"vba|activex|embeddings/|\.(bin|exe|dll|js|vbs|ps1|docm|dotm|ole|html?|rtf)$", re.IGNORECASE
)
RUNNING_MARKS = {
    "object": "đối tượng nhúng OLE",
    "OLEObject": "đối tượng nhúng OLE",
    "control": "điều khiển ActiveX",
    "altChunk": "tài liệu khác chèn vào (altChunk)",
    "subDoc": "tài liệu con",
    "mailMerge": "nguồn trộn thư",
}
ELSEWHERE = re.compile(r"\s*([a-z][a-z0-9+.-]*:|//|\\\\)", re.IGNORECASE)
HARMLESS_LINK = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
Found = tuple[str, str]
"""What is wrong, and the way out."""


def read_package(data: bytes, file: str) -> dict[str, bytes]:
    """Return the parts of the Word file `data` by name; TemplateFaults where it is none or too large."""
    if len(data) > LARGEST_FILE:
        raise _whole(file, f"nặng quá {LARGEST_FILE // 1_000_000} MB", "bỏ hình ảnh lớn trong mẫu rồi lưu lại")
    if data.startswith(OLE):
        raise _whole(file, "là tệp Word kiểu cũ (.doc) hoặc có mật khẩu", f"bỏ mật khẩu; {SAVE_AGAIN}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _check_directory(package, file)
            return {info.filename: _unpacked(package, info) for info in package.infolist()}
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        ValueError,
        NotImplementedError,
        OSError,
        EOFError,
    ) as error:
        raise _whole(file, "không phải tệp Word (.docx), hoặc đã hỏng", SAVE_AGAIN) from error


def package_faults(parts: Mapping[str, bytes], file: str) -> list[TemplateFault]:
    """Return everything in a package that could run code, fetch, or is no Word document; `file` names it."""
    missing = [(name, ("thiếu phần này của tệp Word", SAVE_AGAIN)) for name in NEEDED if name not in parts]
    found = [*missing, *running_content(parts)]
    return [TemplateFault(f"{file}: {name}", what, remedy) for name, (what, remedy) in found]


def running_content(parts: Mapping[str, bytes]) -> Iterator[tuple[str, Found]]:
    """Yield what in the `parts` of an Office package (Word, Excel, PowerPoint) could run code, load or fetch.

    Each with the name of its part; a part that cannot be read is one of them, for nobody knows what it holds.
    """
    return ((name, fault) for name, data in parts.items() for fault in _faults_of(name, data))


def _faults_of(name: str, data: bytes) -> Iterator[Found]:
    if RUNNING_PARTS.search(name) and "printerSettings" not in name:
        yield "phần chứa mã hoặc tệp nhúng", TAKE_OUT
    if not name.endswith((".xml", ".rels")):
        return
    try:
        tree = fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        yield "có khai báo (DTD) không bao giờ có trong tệp do Word lưu", SAVE_AGAIN
    except (ParseError, ValueError, LookupError, RecursionError):
        yield "đọc không được, đã hỏng", SAVE_AGAIN
    else:
        yield from _faults_of_types(tree) if name == TYPES else _faults_of_part(name, tree)


def _whole(file: str, what: str, remedy: str) -> TemplateFaults:
    return TemplateFaults([TemplateFault(file, what, remedy)])


def _check_directory(package: zipfile.ZipFile, file: str) -> None:
    listed = package.infolist()
    if any(info.flag_bits & 1 for info in listed):
        raise _whole(file, "có mật khẩu nên không đọc được", f"bỏ mật khẩu; {SAVE_AGAIN}")
    plain = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    strange = any(info.compress_type not in plain or not _is_sane(info.filename) for info in listed)
    if strange or len({info.filename for info in listed}) != len(listed) or len(listed) > MOST_PARTS:
        raise _whole(file, "có cấu tạo lạ, không phải do Word lưu", SAVE_AGAIN)
    swollen = any(info.file_size > max(SMALL_PART, LARGEST_RATIO * info.compress_size) for info in listed)
    if swollen or sum(info.file_size for info in listed) > LARGEST_UNZIPPED:
        raise _whole(file, "bung ra quá lớn so với một mẫu", "lấy lại mẫu gốc rồi sửa lại từ đầu")


def _is_sane(name: str) -> bool:
    return not name.startswith("/") and "\\" not in name and ".." not in name.split("/") and "\x00" not in name


def _unpacked(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with package.open(info) as part:
        data = part.read(info.file_size + 1)
    if len(data) != info.file_size:
        raise zipfile.BadZipFile
    return data


def _faults_of_types(tree: Any) -> Iterator[Found]:
    for each in tree:
        name, kind = each.get("PartName", "").lstrip("/") or each.get("Extension", ""), each.get("ContentType", "")
        if "macroEnabled" in kind or "vbaProject" in kind:
            yield f"{name} là tệp có macro", SAVE_AGAIN
        elif name == DOCUMENT and kind != WORD_DOCUMENT:
            yield "không phải kiểu Word Document (có thể là .dotx)", SAVE_AGAIN


def _faults_of_part(name: str, tree: Any) -> Iterator[Found]:
    if name.endswith(".rels"):
        yield from _faults_of_relations(tree)
        return
    for code in _field_codes(tree):
        first = code.split()[0].upper() if code.split() else ""
        if first not in INERT_FIELDS or "{{" in code or "{%" in code:
            yield f"mã trường “{code.strip()[:40]}” có thể lấy tệp khác hoặc chạy lệnh", TAKE_OUT
    for element in tree.iter():
        mark = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
        if mark in RUNNING_MARKS:
            yield f"có {RUNNING_MARKS[mark]}", TAKE_OUT
        for key, value in element.attrib.items():
            if key.rpartition("}")[2] in ("src", "href") and ELSEWHERE.match(value):
                yield f"lấy hình hoặc tệp ở nơi khác: {value[:80]}", "chèn hẳn hình vào mẫu"


def _faults_of_relations(tree: Any) -> Iterator[Found]:
    for relation in tree:
        kind, target = posixpath.basename(relation.get("Type", "")), relation.get("Target", "")
        if kind in RUNNING_KINDS:
            yield f"có {RUNNING_KINDS[kind]}: {target[:80]}", TAKE_OUT
        elif kind == "hyperlink" and HARMLESS_LINK.match(target):
            continue
        elif relation.get("TargetMode") == "External" or ELSEWHERE.match(target):
            yield f"liên kết ra ngoài ({kind}): {target[:80]}", "bỏ liên kết, hoặc chèn hẳn nội dung vào mẫu"


def _field_codes(tree: Any) -> Iterator[str]:
    """Yield the code of each field, however it is cut up or nested."""
    yield from (field.get(f"{W}instr", "") for field in tree.iter(f"{W}fldSimple"))
    open_fields: list[list[str]] = [[]]
    for element in tree.iter():
        if element.tag == f"{W}fldChar" and element.get(f"{W}fldCharType") == "begin":
            open_fields.append([])
        elif element.tag == f"{W}fldChar" and element.get(f"{W}fldCharType") == "end" and len(open_fields) > 1:
            yield "".join(open_fields.pop())
        elif element.tag in (f"{W}instrText", f"{W}delInstrText"):
            open_fields[-1].append(element.text or "")
    yield from ("".join(codes) for codes in open_fields[1:])
    if open_fields[0]:
        yield "".join(open_fields[0])
