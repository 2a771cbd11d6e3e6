"""Files packed into one, as officers' programs do: a zip, Outlook's winmail.dat."""

import io
import struct
import zipfile

NEXT_FILE, FILE_NAME, FILE_DATA = 0x9002, 0x8010, 0x800F


def zipped(**files: bytes) -> bytes:
    """Return a zip of `files`; an underline in a name stands for its full stop."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for name, file in files.items():
            out.writestr(name.replace("_", "."), file)
    return packed.getvalue()


def locked(packed: bytes) -> bytes:
    """Return a zip of one file as if it asked for a password."""
    at = packed.rindex(b"PK\x01\x02") + 8
    return packed[:6] + b"\x01" + packed[7:at] + b"\x01" + packed[at + 1 :]


def frame(attribute: int, value: bytes, level: int = 2) -> bytes:
    """Return an attribute as it stands in a winmail.dat."""
    return struct.pack("<BHHI", level, attribute, 6, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def winmail(*files: tuple[str, bytes], name_first: bool = True) -> bytes:
    """Return a winmail.dat with `files`, each a name and bytes; the name stands before the bytes or after."""
    said = [frame(0x9006, b"\0\0\1\0", 1), frame(0x8008, b"IPM.Microsoft Mail.Note\0", 1)]
    for name, file in files:
        both = [frame(FILE_NAME, name.encode("cp1252", "replace") + b"\0"), frame(FILE_DATA, file)]
        said += [frame(NEXT_FILE, bytes(14)), *(both if name_first else reversed(both))]
    return b"x\x9f>\x22\x01\x00" + b"".join(said)
