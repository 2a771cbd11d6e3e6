"""The parts of a returned workbook's zip: sizes are checked in its directory and again while unpacking.

Marks are counted before parsing, and a document type is refused, so that no entity is ever expanded.
"""

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from defusedxml.ElementTree import DefusedXMLParser

from tracker.errors import WHOLE_FILE, Fault, Faults

LARGEST_FILE, LARGEST_UNZIPPED = 5_000_000, 50_000_000
LARGEST_RATIO = 200
"""Unpacked to packed bytes of a part over SMALL_PART; a sheet of 2,000 equal rows reaches 32."""
SMALL_PART = 200_000
MOST_PARTS, MOST_MARKS = 1_000, 400_000
LONGEST_NAME = 200
"""Letters of the name of an XML namespace."""
TOO_LONG = re.compile(rb"<[^<]{200001}")
"""Bytes up to the next mark. A cell takes 32,767 letters of at most six bytes (&quot;). What is longer is a mark
of tens of thousands of attributes, and twice as many of those cost up to three times as much."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SAVE_AGAIN = "mở tệp bằng Excel, chọn Lưu thành (Save As), kiểu Excel Workbook (.xlsx), rồi gửi tệp vừa lưu"
FRESH = "lấy lại tệp trong thư gần nhất, chép nội dung sang rồi gửi lại"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a file should be, in the words of the faults about it."""

    suffix: str = ".xlsx"
    holds: str = "một báo cáo"
    again: str = SAVE_AGAIN
    fresh: str = FRESH


ANSWER = Expected()


def refuse(what: str, remedy: str, error: Exception | None = None) -> NoReturn:
    """Raise Faults with one fault of the whole file."""
    raise Faults([Fault(WHOLE_FILE, what, remedy)]) from error


class Parts:
    """The parts of the zip, checked before any is read."""

    def __init__(self, raw: bytes, expected: Expected = ANSWER) -> None:
        self.expected = expected
        if len(raw) > LARGEST_FILE:
            refuse(f"nặng quá {LARGEST_FILE // 1_000_000} MB", "bỏ hình ảnh và trang tính thừa rồi gửi lại")
        if raw.startswith(OLE):
            if "EncryptedPackage".encode("utf-16-le") in raw:
                refuse(
                    "được đặt mật khẩu nên không mở được", "bỏ mật khẩu (File, Info, Protect Workbook) rồi gửi lại"
                )
            refuse(f"là tệp kiểu cũ ({expected.suffix[:-1]})", expected.again)
        try:
            self.zip = zipfile.ZipFile(io.BytesIO(raw))
        except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OSError, EOFError) as error:
            refuse(f"không phải tệp {expected.suffix}", expected.again, error)
        self.known = {info.filename: info for info in self.zip.infolist()}
        self._check_directory()
        self.marks = 0

    def _check_directory(self) -> None:
        listed = self.zip.infolist()
        if any(info.flag_bits & 1 for info in listed):
            refuse("được đặt mật khẩu nên không mở được", "bỏ mật khẩu rồi gửi lại")
        plain = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        strange = any(info.compress_type not in plain or not _is_sane(info.filename) for info in listed)
        if strange or len(self.known) != len(listed) or len(listed) > MOST_PARTS:
            refuse("có cấu tạo lạ, không phải do chương trình văn phòng lưu", self.expected.again)
        swollen = any(info.file_size > max(SMALL_PART, LARGEST_RATIO * info.compress_size) for info in listed)
        if swollen or sum(info.file_size for info in listed) > LARGEST_UNZIPPED:
            refuse(f"bung ra quá lớn so với {self.expected.holds}", self.expected.fresh)
        if any(name.endswith(self.expected.suffix) for name in self.known):
            refuse("là tệp nén", f"gửi thẳng tệp {self.expected.suffix}, không nén")
        if "_rels/.rels" not in self.known:
            refuse(f"không phải tệp {self.expected.suffix}", self.expected.again)

    def tree(self, name: str) -> Any:
        """Return the root of the XML part called `name`; KeyError where there is none."""
        info = self.known[name]
        try:
            with self.zip.open(info) as part:
                data = part.read(info.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, RuntimeError) as error:
            refuse("đọc không được, có thể đã hỏng khi lưu hoặc khi gửi", self.expected.again, error)
        if len(data) > info.file_size:
            refuse(f"bung ra quá lớn so với {self.expected.holds}", self.expected.fresh)
        self.marks += data.count(b"<") + data.count(b"=")
        if self.marks > MOST_MARKS:
            refuse(f"có quá nhiều ô so với {self.expected.holds}", self.expected.fresh)
        if TOO_LONG.search(data):
            refuse("có ô dài hơn mức Excel cho phép (32.767 chữ)", self.expected.fresh)
        return _parsed(data)

    def related(self, name: str) -> Iterator[tuple[str, str, str]]:
        """Yield id, kind (`worksheet`) and part name of all that the part called `name` refers to."""
        folder, base = posixpath.split(name)
        for link in self.tree(posixpath.join(folder, "_rels", f"{base}.rels")):
            if link.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, link.get("Target", ""))).lstrip("/")
                yield link.get("Id", ""), link.get("Type", "").rpartition("/")[2], target


def _parsed(data: bytes) -> Any:
    """Return the root of the XML in `data`, which is UTF-8 whatever it says, so that no mark hides from the count.

    A byte order mark of UTF-16 is believed all the same; there the count finds at least as many.
    Every element carries the whole name of its namespace, so that a long one would cost its length each time.
    """

    def check_namespace(_: str | None, name: str | None) -> None:
        if len(name or "") > LONGEST_NAME:
            raise ValueError("namespace")

    parser = DefusedXMLParser(encoding="utf-8", forbid_dtd=True)
    parser.parser.StartNamespaceDeclHandler = check_namespace
    parser.feed(data)
    return parser.close()


def _is_sane(name: str) -> bool:
    """Say whether a zip entry may be called `name`: nothing that leaves its folder."""
    rooted = name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")
    return not rooted and len(name) <= 200 and name.isprintable()
