"""What kind of file some bytes are, told by the bytes and not by the name; None for what is not taken."""

import io
import zipfile
from dataclasses import dataclass

from tracker.language import N_
from tracker.papers.office_package import BROKEN, running_parts

WORD = "application/vnd.openxmlformats-officedocument."


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
TAKEN = N_("PDF, Word (.docx), Excel (.xlsx), PowerPoint (.pptx) hoặc ảnh (.jpg, .png)")
HARMLESS = N_("không có macro, đối tượng nhúng, phần tự lấy nội dung ở nơi khác; có thể xuất ra PDF rồi gửi")
"""What an Office file must not hold, and the way out."""


def kind_of(raw: bytes) -> Kind | None:
    """Return the kind of `raw`; None where it is of no kind that is taken, or could run or fetch something."""
    for sign, kind in PLAIN:
        if raw.startswith(sign):
            return kind
    return _office(raw) if raw.startswith(b"PK\x03\x04") else None


def _office(raw: bytes) -> Kind | None:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            if any(running_parts(package)):
                return None
            names = {name.lower() for name in package.namelist()}
    except BROKEN:
        return None
    return next((kind for part, kind in OFFICE if part in names), None)
