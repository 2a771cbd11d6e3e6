"""What kind of file some bytes are, told by the bytes and not by the name; None for what is not taken."""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tracker.papers.word_package import RUNNING_KINDS

WORD = "application/vnd.openxmlformats-officedocument."
MOST_PARTS = 5_000
"""Parts of an Office file; more is no document."""
MOST_DIRECTORY = 5_000_000
"""Bytes of all parts that say how the others belong together; more is no document."""
TYPES = "[content_types].xml"
RUNNING = re.compile(
    r"(^|/)vba|(^|/)activex/"
    r"|\.(bin|exe|com|scr|msi|dll|jar|js|jse|vbs|vbe|wsf|hta|ps1|bat|cmd|lnk|url|ole|html?|rtf|(doc|dot|xls|xlt|ppt|pot)m)$"
)
"""Parts that run, or hold something that another program would open."""
PRINTER = re.compile(r"(^|/)printersettings/[^/]+\.bin$")
RUNNING_TYPES = re.compile("macroenabled|vbaproject|oleobject|activex", re.IGNORECASE)
CHART_DATA = re.compile(r"(^|/)embeddings/[^/]+\.xlsx$", re.IGNORECASE)
"""The table behind a chart: a workbook of a kind that holds no macros."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is taken."""

    ending: str
    media_type: str


PLAIN = (
    (b"%PDF-", Kind(".pdf", "application/pdf")),
    (b"\x89PNG\r\n\x1a\n", Kind(".png", "image/png")),
    (b"\xff\xd8\xff", Kind(".jpg", "image/jpeg")),
)
OFFICE = (
    ("word/document.xml", Kind(".docx", f"{WORD}wordprocessingml.document")),
    ("xl/workbook.xml", Kind(".xlsx", f"{WORD}spreadsheetml.sheet")),
    ("ppt/presentation.xml", Kind(".pptx", f"{WORD}presentationml.presentation")),
)
TAKEN = "PDF, Word (.docx), Excel (.xlsx), PowerPoint (.pptx) hoặc ảnh (.jpg, .png)"
HARMLESS = "không có macro, đối tượng nhúng, phần tự lấy nội dung ở nơi khác; có thể xuất ra PDF rồi gửi"
"""What an Office file must not hold, and the way out."""


def kind_of(raw: bytes) -> Kind | None:
    """Return the kind of `raw`; None where it is of no kind that is taken, or could run or fetch something."""
    for sign, kind in PLAIN:
        if raw.startswith(sign):
            return kind
    return _office(raw) if raw.startswith(b"PK\x03\x04") else None


def _office(raw: bytes) -> Kind | None:
    # Only what tells of the other parts is unpacked, to a bound: a bomb stays packed.
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            names = {name.lower() for name in package.namelist()}
            if len(names) > MOST_PARTS or TYPES not in names:
                return None
            if any(RUNNING.search(name) and not PRINTER.search(name) for name in names):
                return None
            if any(_runs(element) for element in _directory(package)):
                return None
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, EOFError, RuntimeError):
        return None
    except (ParseError, DefusedXmlException, LookupError):
        return None
    return next((kind for part, kind in OFFICE if part in names), None)


def _directory(package: zipfile.ZipFile) -> Iterator[Any]:
    """Yield every content type and every relationship; ValueError where there are too many."""
    parts = [one for one in package.infolist() if one.filename.lower().endswith((TYPES, ".rels"))]
    if sum(one.file_size for one in parts) > MOST_DIRECTORY:
        raise ValueError
    for part in parts:
        yield from fromstring(package.read(part), forbid_dtd=True)


def _runs(element: Any) -> bool:
    """Say whether a content type or a relationship is of something that runs, or is fetched unasked."""
    kind, target = posixpath.basename(element.get("Type", "")), element.get("Target", "")
    if RUNNING_TYPES.search(element.get("ContentType", "")):
        return True
    if kind == "package":
        return not CHART_DATA.search(target)
    # A hyperlink waits for a click; whatever else lies elsewhere is fetched as the file opens.
    elsewhere = element.get("TargetMode", "").lower() == "external" and kind != "hyperlink"
    return kind in RUNNING_KINDS or elsewhere
