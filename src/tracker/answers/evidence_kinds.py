"""What kind of file some bytes are, told by the bytes and not by the name; None for what is not taken."""

import io
import zipfile
from dataclasses import dataclass

WORD = "application/vnd.openxmlformats-officedocument."
MOST_PARTS = 5_000
"""Parts of an Office file; more is no document."""


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


def kind_of(raw: bytes) -> Kind | None:
    """Return the kind of `raw`; None where it is of no kind that is taken, or carries macros."""
    for sign, kind in PLAIN:
        if raw.startswith(sign):
            return kind
    return _office(raw) if raw.startswith(b"PK\x03\x04") else None


def _office(raw: bytes) -> Kind | None:
    # Only the list of parts is read, nothing is unpacked: a bomb stays packed.
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as parts:
            names = {name.lower() for name in parts.namelist()}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
    if len(names) > MOST_PARTS or "[content_types].xml" not in names:
        return None
    if any(name.endswith(("vbaproject.bin", ".exe", ".dll", ".js", ".vbs")) for name in names):
        return None
    return next((kind for part, kind in OFFICE if part in names), None)
