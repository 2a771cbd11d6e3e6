"""The files inside a file: a zip, or the winmail.dat in which Outlook wraps what it sends.

Read within bounds and one level deep. What is locked or broken gives no files: then the coordinator is told that
it came.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice

from tracker.inbox.texts import clean_line, decoded
from tracker.workbook.zip_parts import LARGEST_FILE, MOST_PARTS

ZIP, TNEF = b"PK\x03\x04", b"x\x9f>\x22"
MOST_INSIDE, LARGEST_INSIDE = 20, 25_000_000
"""Files given of one, and bytes of them together."""
FRAME = struct.Struct("<BHHI")
"""Of winmail.dat (MS-OXTNEF 2.1.3): level, attribute, type, length of the value that follows, then a checksum."""
MOST_FRAMES = 5_000
PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How a file in a zip is packed that is read: the other ways let it ask for memory without bound."""
NEXT_FILE, FILE_NAME, FILE_DATA = 0x9002, 0x8010, 0x800F
TROUBLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ValueError,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
)


def files_inside(raw: bytes) -> list[tuple[str, bytes]]:
    """Return the files packed into `raw`, each with its name.

    Of a file over LARGEST_FILE comes one byte more than that; of one packed in an uncommon way, none.
    """
    inside = _in_zip(raw) if raw.startswith(ZIP) else _in_winmail(raw) if raw.startswith(TNEF) else iter(())
    found, room = [], LARGEST_INSIDE
    try:
        for name, file in islice(inside, MOST_INSIDE):
            if (room := room - len(file)) < 0:
                return []
            found.append((name, file))
    except TROUBLE:
        return []
    return found


def is_locked(raw: bytes) -> bool:
    """Say whether the first file in the zip `raw` asks for a password."""
    return raw.startswith(ZIP) and len(raw) > 6 and bool(raw[6] & 1)


def _in_zip(raw: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        if len(packed.infolist()) > MOST_PARTS:
            return
        for info in packed.infolist():
            if info.is_dir():
                continue
            name = clean_line(info.filename.rpartition("/")[2])
            if info.compress_type not in PLAIN:
                yield name, b""
                continue
            with packed.open(info) as file:
                yield name, file.read(LARGEST_FILE + 1)


def _in_winmail(raw: bytes) -> Iterator[tuple[str, bytes]]:
    name, data = b"", b""
    for attribute, value in islice(_frames(raw), MOST_FRAMES):
        if attribute == NEXT_FILE:
            if data:
                yield clean_line(decoded(name, "")), data
            name, data = b"", b""
        elif attribute == FILE_NAME:
            name = value[:1000].partition(b"\0")[0]
        elif attribute == FILE_DATA:
            data = value[: LARGEST_FILE + 1]
    if data:
        yield clean_line(decoded(name, "")), data


def _frames(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Give the attributes of a winmail.dat with their values; what was cut short gives none."""
    at = len(TNEF) + 2
    while at + FRAME.size <= len(raw):
        _, attribute, _, length = FRAME.unpack_from(raw, at)
        start, at = at + FRAME.size, at + FRAME.size + length + 2
        if at <= len(raw):
            yield attribute, raw[start : start + length]
