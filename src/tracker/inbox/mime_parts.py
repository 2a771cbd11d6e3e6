"""A message taken apart within bounds, whatever it holds.

The standard library's parser goes as deep as a message tells it to and compares every line with every open
boundary; a hostile message runs it out of stack, or keeps it busy for hours. Here the work grows with the size of
the message alone: DEPTH levels, PARTS parts, HEAD bytes of headers at each. What lies beyond is not looked at.
"""

import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from urllib.parse import unquote_to_bytes

DEPTH, PARTS, HEAD, FIELD, SAME, BODY = 8, 200, 64 * 1024, 16 * 1024, 50, 1024 * 1024
"""Levels, parts in all, bytes of headers, bytes of one header, headers of one name, bytes of a body."""
PARAMETERS = 2000
"""Bytes of a header line looked at for its parameters."""
BLANK = re.compile(rb"\r?\n\r?\n")
FIELD_NAME = re.compile(rb"([!-9;-~]{1,76})[ \t]*:")
PARAMETER = re.compile(r';\s*([\w-]{1,40})(?:\*(\d{1,2}))?(\*?)\s*=\s*(?:"([^"]*)"|([^\s;"]*))')
"""Its name, the number of a piece, whether that is coded (RFC 2231), its value."""

Fields = Mapping[str, Sequence[bytes]]
"""Header lines by their names in small letters, unfolded, in their order."""


@dataclass(frozen=True)
class Part:
    """A message or a part of one."""

    fields: Fields
    raw: bytes
    """The body as it came."""
    inside: tuple["Part", ...]
    """The parts of a multipart, or the one message that a message carries."""

    def first(self, name: str) -> bytes:
        """Return the first header line called `name`; empty where there is none."""
        return self.fields.get(name, (b"",))[0]

    @cached_property
    def kind(self) -> str:
        """Return the media type: `text/plain` where nothing sensible is said."""
        return _media_type(self.fields)[0]

    def parameter(self, name: str) -> str:
        """Return a parameter of the media type: `charset`, `report-type`."""
        return _media_type(self.fields)[1].get(name, "")

    @cached_property
    def body(self) -> bytes:
        """Return the body decoded, no more of it than BODY."""
        return _untransferred(self.raw[:BODY], self.first("content-transfer-encoding"))

    def whole(self, most: int) -> bytes:
        """Return the body decoded; of what is longer than `most` bytes only so much that this shows."""
        return _untransferred(self.raw[: most * 3 // 2 + 100], self.first("content-transfer-encoding"))[: most + 1]

    def walk(self, *, carried: bool = False) -> Iterator["Part"]:
        """Give this part and all inside it, in the order of the text; of a message it carries where `carried`."""
        yield self
        if carried or self.kind.startswith("multipart/"):
            for part in self.inside:
                yield from part.walk(carried=carried)


def take_apart(raw: bytes) -> Part:
    """Return the message `raw`; never raises."""
    # What some programs put before the first header when they save a message.
    return _part(raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"), DEPTH, iter(range(PARTS)))


def fields_of(head: bytes) -> Fields:
    """Return the header lines of `head`; lines that are none are passed over."""
    found: dict[str, list[bytes]] = {}
    unfolded = re.sub(rb"\r?\n[ \t]+", b" ", head)
    for line in unfolded.splitlines():
        if (named := FIELD_NAME.match(line)) is not None:
            values = found.setdefault(named[1].decode("ascii").lower(), [])
            if len(values) < SAME:
                values.append(line[named.end() :][:FIELD].strip())
    return found


def parameters_of(line: bytes) -> Mapping[str, str]:
    """Return the parameters of a header line; the pieces of one that was cut are joined (RFC 2231)."""
    found: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, str]]] = {}
    for one in PARAMETER.finditer(line[:PARAMETERS].decode("utf-8", "surrogateescape")):
        name, number, coded, quoted, bare = one.groups(default="")
        if number or coded:
            pieces.setdefault(name.lower(), {})[int(number or 0)] = (coded, quoted or bare)
        else:
            found[name.lower()] = quoted or bare
    return found | {name: _joined([cut[number] for number in sorted(cut)]) for name, cut in pieces.items()}


def _joined(pieces: Sequence[tuple[str, str]]) -> str:
    charset, data = "utf-8", b""
    for number, (coded, text) in enumerate(pieces):
        piece = text
        if coded and number == 0 and text.count("'") > 1:
            charset, _, piece = text.split("'", 2)
        plain = piece.encode("utf-8", "surrogateescape")
        data += unquote_to_bytes(plain) if coded else plain
    try:
        return data.decode(charset or "utf-8", "surrogateescape")
    except (LookupError, ValueError):
        return data.decode("utf-8", "surrogateescape")


def base64_of(coded: bytes) -> bytes:
    """Decode Base64 as far as it goes: whatever does not belong there is passed over."""
    plain = re.sub(rb"[^A-Za-z0-9+/]", b"", coded)
    plain = plain[: len(plain) - (len(plain) % 4 == 1)]
    return binascii.a2b_base64(plain + b"=" * (-len(plain) % 4))


def _part(raw: bytes, depth: int, room: Iterator[int]) -> Part:
    fields, body = _head_and_body(raw)
    kind, parameters = _media_type(fields)
    inside: list[Part] = []
    if depth > 0 and kind.startswith("multipart/") and (boundary := parameters.get("boundary")):
        pieces = _pieces(body, boundary.encode("utf-8", "surrogateescape"))
        inside = [_part(piece, depth - 1, room) for piece, _ in zip(pieces, room, strict=False)]
    elif depth > 0 and kind in {"message/rfc822", "message/global"}:
        carried = _untransferred(body[:BODY], fields.get("content-transfer-encoding", (b"",))[0])
        inside = [_part(carried, depth - 1, room) for _ in islice(room, 1)]
    return Part(fields, body, tuple(inside))


def _head_and_body(raw: bytes) -> tuple[Fields, bytes]:
    if re.match(rb"\r?\n", raw):  # a part without headers
        return {}, raw.lstrip(b"\r\n")
    blank = BLANK.search(raw)
    head, body = (raw[: blank.start()], raw[blank.end() :]) if blank else (raw, b"")
    return fields_of(head[:HEAD]), body


def _media_type(fields: Fields) -> tuple[str, Mapping[str, str]]:
    line = fields.get("content-type", (b"",))[0]
    kind = line[:PARAMETERS].partition(b";")[0].decode("utf-8", "surrogateescape").strip().lower()
    return (kind if re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind) else "text/plain"), parameters_of(line)


def _pieces(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """Give what stands between the lines of `boundary`; the last piece may lack its closing line."""
    line = re.compile(rb"^--" + re.escape(boundary) + rb"(--)?[ \t]*\r?$", re.MULTILINE)
    start = None
    for mark in islice(line.finditer(body), PARTS + 1):
        if start is not None:
            yield body[start : mark.start()].removesuffix(b"\n").removesuffix(b"\r")
        if mark[1]:
            return
        start = mark.end() + 1
    if start is not None:
        yield body[start:]


def _untransferred(coded: bytes, how: bytes) -> bytes:
    match how.strip().lower():
        case b"base64":
            return base64_of(coded)
        case b"quoted-printable":
            return binascii.a2b_qp(coded)
        case _:
            return coded
