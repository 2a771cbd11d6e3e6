"""Bytes of a message into text that can be kept: NFC, without control characters, of a bounded length."""

import binascii
import codecs
import re

from tracker.inbox.html_text import text_of_html
from tracker.inbox.mime_parts import Part, base64_of
from tracker.words import CONTROL, composed

WORDS, LINE, HTML = 20_000, 500, 200_000
"""Characters kept of a text, of a header, and looked at of an HTML body."""
ENCODED_WORD = re.compile(r"=\?([\w.:-]{1,40})(?:\*[\w-]*)?\?([bBqQ])\?([^?]*)\?=")
NO_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf_7"}
"""Codecs of Python that are slow on purpose-made input, or no charset of mail today."""
OFTEN_WRONG = {"ascii", "iso8859-1", "cp1252", "iso8859-15", "cp1250"}
"""Named by programs that do not know; what they send is mostly UTF-8, and of old programs windows-1258."""
TONE = re.compile("(.?)[\u0300\u0301\u0303\u0309\u0323]", re.DOTALL)
"""A letter of its own in windows-1258, after the vowel it belongs to."""
VOWELS = set("aeiouyăâêôơưAEIOUYĂÂÊÔƠƯ")


def clean_words(text: str) -> str:
    """Return `text` as it may be kept, with its lines."""
    whole = text[:WORDS].replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    whole = whole.encode("utf-8", "replace").decode("utf-8")
    return CONTROL.sub("", composed(whole)).strip()


def clean_line(text: str) -> str:
    """Return `text` as it may be kept, as one line."""
    return " ".join(clean_words(text[: 4 * LINE]).split())[:LINE]


def header_text(value: bytes) -> str:
    """Return a header line's text; encoded words (RFC 2047) are decoded as far as that goes."""
    line = decoded(value[: 8 * LINE], "")
    text, held, charset, end = "", b"", "", 0
    for word in ENCODED_WORD.finditer(line):
        between = line[end : word.start()]
        # Neighbours are joined before they are decoded: many programs cut a letter's bytes in two.
        if between.strip() or word[1].lower() != charset:
            text, held = text + decoded(held, charset) + (between if between.strip() else ""), b""
        held, charset, end = held + _word_bytes(word[2], word[3]), word[1].lower(), word.end()
    return clean_line(text + decoded(held, charset) + line[end:])


def text_of(part: Part) -> str:
    """Return the text of a text part."""
    text = decoded(part.body, part.parameter("charset"))
    return clean_words(text_of_html(text[:HTML]) if part.kind == "text/html" else text)


def decoded(data: bytes, charset: str) -> str:
    """Return `data` as text: by `charset` where that is one and fits, else by what fits."""
    named = _codec(charset)
    for codec in ("utf-8", named) if named in OFTEN_WRONG else (named, "utf-8"):
        try:
            text = data.decode(codec)
        except (ValueError, LookupError):
            continue
        return text if codec == "utf-8" or named not in OFTEN_WRONG else _vietnamese(data) or text
    return _vietnamese(data) or data.decode(named if named not in OFTEN_WRONG else "cp1252", "replace")


def _vietnamese(data: bytes) -> str:
    """Return `data` by windows-1258 where every tone in it then follows a vowel; empty where none does."""
    text = data.decode("cp1258", "replace")
    under = {one[1] for one in TONE.finditer(text)}
    return text if under and under <= VOWELS else ""


def _word_bytes(how: str, coded: str) -> bytes:
    data = coded.encode("utf-8", "replace")
    return base64_of(data) if how in "bB" else binascii.a2b_qp(data, header=True)


def _codec(charset: str) -> str:
    try:
        name = codecs.lookup(charset.strip().strip("'\"") or "utf-8").name
        "x".encode(name)  # not every codec is one of text
    except (LookupError, ValueError):
        return "utf-8"
    return "utf-8" if name.replace("-", "_") in NO_CHARSETS else name
