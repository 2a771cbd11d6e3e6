"""What every printed file shares: text that cannot break it, and a write that leaves nothing half done."""

import io
import os
import re
import secrets
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, get_args

from tracker.errors import FileTrouble

Format = Literal["docx", "html", "pdf", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)
"""What a memo can be printed as; each is also the end of its file's name."""
_OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES: Mapping[str, str] = {
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
}
"""By the end of a file's name."""
_UNPRINTABLE = re.compile(r"[^\t\n\x20-\x7e\x85\xa0-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff]")


def printable(text: str) -> str:
    """Return `text` without what XML 1.0 or PDF/A forbids, its line ends as newlines and its tabs as spaces.

    Such characters are refused where text comes in; this is the last defence, so that no text blocks a paper.
    """
    unified = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _UNPRINTABLE.sub("", unified)


def with_fixed_times(packed: bytes, changes: Mapping[str, Callable[[bytes], bytes]] | None = None) -> bytes:
    """Return the zip archive `packed` with all parts dated 1980-01-01: the same parts give the same bytes.

    A part that `changes` names holds what is returned for its content.
    """
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as parts, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as out:
        for name in parts.namelist():
            change = (changes or {}).get(name, bytes)
            out.writestr(zipfile.ZipInfo(name), change(parts.read(name)), zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def write_whole(data: bytes, to: Path) -> None:
    """Make `data` the content of the file `to`, all or nothing, and its folder where it is new.

    FileTrouble where the disk refuses.
    """
    part = to.with_name(f".{secrets.token_hex(8)}.part")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(to)
        finally:
            part.unlink(missing_ok=True)
    except OSError as trouble:
        raise FileTrouble(
            f"{to}: không ghi được tệp ({trouble.strerror}); hãy xem ổ đĩa còn chỗ và tài khoản "
            "có quyền ghi vào thư mục, rồi chạy lại"
        ) from trouble
