"""The files that come with a message, known by their bytes: names and media types are often wrong.

Those packed into a zip or a winmail.dat are looked at too. Workbooks are read elsewhere. Of all others the
coordinator is told that they came, and why nobody read them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from tracker.inbox.mime_parts import Part, parameters_of
from tracker.inbox.packed import TNEF, ZIP, files_inside, is_locked
from tracker.inbox.texts import header_text
from tracker.workbook.model import MEDIA_TYPE
from tracker.workbook.zip_parts import LARGEST_FILE, OLE

MOST_FILES, MOST_OPENED, MOST_NAMED, LONGEST_NAME = 100, 5, 10, 120
"""Files looked at in one message, packed ones opened, files named in a note; letters of a name."""
FIELD_SEEN = 2000
SPREADSHEET = re.compile(r"\.(?:xlsx|xlsm|xls|ods)\b", re.IGNORECASE)
NO_FILES = re.compile(
    r"multipart/|message/|text/(?:rfc822-headers|calendar)|application/(?:x-)?(?:pkcs7|pgp)-signature"
)
"""What comes with a message and is none that a person attached."""
WORKBOOK = "tệp Excel"
EXCEL_STREAM = "Workbook".encode("utf-16-le")
PACKAGE_BEGINS = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"xl/", b"word/", b"customXml/")
"""The first file in a zip that is a document of an office program."""
SIGNS = (
    (b"%PDF-", "PDF"),
    (TNEF, "winmail.dat của Outlook"),
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
    room = iter(range(MOST_OPENED))
    files = (file for part in found for file in _unpacked(part, room))
    return list(islice(files, MOST_FILES))


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


def _unpacked(part: Part, room: Iterator[int]) -> Iterator[Attached]:
    """Give the file that `part` is; where others are packed into it, and there is `room` to open it, those."""
    name, raw = _name(part), part.whole(LARGEST_FILE)
    named = any(SPREADSHEET.search(text) for text in (name, *_lines(part)))
    if part.kind == MEDIA_TYPE or named or _is_spreadsheet(raw):
        yield Attached(name, WORKBOOK, raw)
    elif part.kind in SMIME:
        yield Attached(name, "thư ký số hoặc mã hóa S/MIME")
    elif _is_office(raw) or not (inside := _inside(raw, room)):
        yield Attached(name, _what(raw, part.kind))
    else:
        for inner, file in inside:
            yield _from_inside(f"{inner or 'không tên'} trong {name or 'không tên'}"[:LONGEST_NAME], file)


def _inside(raw: bytes, room: Iterator[int]) -> list[tuple[str, bytes]]:
    is_packed = raw.startswith((ZIP, TNEF))
    return files_inside(raw) if is_packed and next(room, None) is not None else []


def _from_inside(name: str, raw: bytes) -> Attached:
    return Attached(name, WORKBOOK, raw) if _is_spreadsheet(raw) else Attached(name, _what(raw))


def _is_spreadsheet(raw: bytes) -> bool:
    if raw.startswith(OLE):
        return EXCEL_STREAM in raw
    first = raw[30:100]
    is_open_document = raw.startswith(ZIP) and first.startswith(b"mimetype")
    return (_is_office(raw) and b"xl/workbook" in raw) or (
        is_open_document and b"opendocument.spreadsheet" in first
    )


def _is_office(raw: bytes) -> bool:
    return raw.startswith(ZIP) and raw[30:100].startswith(PACKAGE_BEGINS)


def _what(raw: bytes, kind: str = "") -> str:
    """Return what a file is, by its first bytes, and by its media type `kind` where those tell nothing."""
    for sign, what in SIGNS:
        if raw.startswith(sign):
            return what
    if raw.startswith(ZIP):
        zipped = "tệp nén zip có mật khẩu" if is_locked(raw) else "tệp nén zip"
        return "Word" if _is_office(raw) and b"word/document" in raw else zipped
    return "ảnh" if kind.startswith("image/") else "loại tệp không rõ"


def _name(part: Part) -> str:
    disposition, kind = part.first("content-disposition"), part.first("content-type")
    name = parameters_of(disposition).get("filename") or parameters_of(kind).get("name", "")
    return header_text(name.encode("utf-8", "surrogateescape"))[:LONGEST_NAME]


def _lines(part: Part) -> Iterator[str]:
    """Give the header lines that name a file, for names that break the rules."""
    for name in ("content-disposition", "content-type"):
        yield header_text(part.first(name)[:FIELD_SEEN])
