"""The files that come with a message, known by their bytes: names and media types are often wrong.

Workbooks are read elsewhere. Of all others the coordinator is told that they came, and why nobody read them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from tracker.inbox.mime_parts import Part, parameters_of
from tracker.inbox.texts import header_text
from tracker.workbook.model import MEDIA_TYPE
from tracker.workbook.zip_parts import LARGEST_FILE, OLE

MOST_FILES, MOST_NAMED, LONGEST_NAME = 100, 10, 120
"""Files looked at in one message and named in a note, letters of a name."""
FIELD_SEEN = 2000
SPREADSHEET = re.compile(r"\.(?:xlsx|xlsm|xls|ods)\b", re.IGNORECASE)
NO_FILES = re.compile(
    r"multipart/|message/|text/(?:rfc822-headers|calendar)|application/(?:x-)?(?:pkcs7|pgp)-signature"
)
"""What comes with a message and is none that a person attached."""
EXCEL_STREAM = "Workbook".encode("utf-16-le")
PACKED = b"PK\x03\x04"
PACKAGE_BEGINS = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"xl/", b"word/", b"customXml/")
"""The first file in a zip that is a document of an office program."""
SIGNS = (
    (b"%PDF-", "PDF"),
    (b"x\x9f>\x22", "winmail.dat của Outlook"),
    (b"Rar!", "tệp nén RAR"),
    (b"7z\xbc\xaf", "tệp nén 7z"),
    (b"\x89PNG", "ảnh"),
    (b"\xff\xd8\xff", "ảnh"),
    (b"GIF8", "ảnh"),
    (b"{\\rtf", "RTF"),
    (OLE, "tài liệu Office kiểu cũ"),
)
SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")


@dataclass(frozen=True, slots=True)
class Attached:
    """A file: its name, empty where it has none; what it is, in Vietnamese; its bytes where it is a workbook."""

    name: str
    what: str
    workbook: bytes | None = None


def files_of(message: Part, *, carried: bool) -> list[Attached]:
    """Return the files attached to `message`, and to messages it carries where `carried`."""
    found = (part for part in message.walk(carried=carried) if _is_file(part))
    return [_file(part) for part in islice(found, MOST_FILES)]


def workbooks_among(files: Sequence[Attached]) -> tuple[bytes, ...]:
    """Return those of `files` that a spreadsheet program made, or that are named so."""
    return tuple(file.workbook for file in files if file.workbook is not None)


def note_on_unread(files: Sequence[Attached]) -> str:
    """Return the sentence that names those of `files` that nobody read; empty where there is none."""
    unread = [f"“{file.name or 'không tên'}” ({file.what})" for file in files if file.workbook is None]
    if not unread:
        return ""
    others = f" và {len(unread) - MOST_NAMED} tệp khác" if len(unread) > MOST_NAMED else ""
    return (
        f"Thư kèm {', '.join(unread[:MOST_NAMED])}{others}, chương trình không đọc loại tệp này; "
        "mở thư trong hộp thư để xem."
    )


def _is_file(part: Part) -> bool:
    if NO_FILES.match(part.kind):
        return False
    shown = b"attachment" not in part.first("content-disposition").lower()
    if shown and part.kind in {"text/plain", "text/html"} and not _name(part):
        return False
    # A picture that the text shows: a logo under a signature.
    return not (shown and part.kind.startswith("image/") and part.first("content-id"))


def _file(part: Part) -> Attached:
    name, raw = _name(part), part.whole(LARGEST_FILE)
    named = any(SPREADSHEET.search(text) for text in (name, *_lines(part)))
    if part.kind == MEDIA_TYPE or named or _is_spreadsheet(raw):
        return Attached(name, "tệp Excel", raw)
    return Attached(name, _what(part, raw))


def _is_spreadsheet(raw: bytes) -> bool:
    if raw.startswith(OLE):
        return EXCEL_STREAM in raw
    if not raw.startswith(PACKED):
        return False
    first = raw[30:100]
    is_office = first.startswith(PACKAGE_BEGINS) and b"xl/workbook" in raw
    return is_office or (first.startswith(b"mimetype") and b"opendocument.spreadsheet" in first)


def _what(part: Part, raw: bytes) -> str:
    """Return what a file is, by its first bytes."""
    if part.kind in SMIME:
        return "thư ký số hoặc mã hóa S/MIME"
    for sign, what in SIGNS:
        if raw.startswith(sign):
            return what
    if raw.startswith(PACKED):
        return "Word" if raw[30:].startswith(PACKAGE_BEGINS) and b"word/document" in raw else "tệp nén zip"
    return "ảnh" if part.kind.startswith("image/") else "loại tệp không rõ"


def _name(part: Part) -> str:
    disposition, kind = part.first("content-disposition"), part.first("content-type")
    name = parameters_of(disposition).get("filename") or parameters_of(kind).get("name", "")
    return header_text(name.encode("utf-8", "surrogateescape"))[:LONGEST_NAME]


def _lines(part: Part) -> Iterator[str]:
    """Give the header lines that name a file, for names that break the rules."""
    for name in ("content-disposition", "content-type"):
        yield header_text(part.first(name)[:FIELD_SEEN])
