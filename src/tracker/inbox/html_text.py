"""The text of an HTML body, for people who send no other; what it quotes stands in lines that begin with ">".

People indent their own words by the same element as programs quote with; programs say that they quote.

Not `html.parser`, which takes the square of the length for some broken markup; every step here reads it once.
"""

import re
from html import unescape

TAG = re.compile(r"<([^<>]*)>")
HIDDEN = re.compile(r"<(?:style|script|head|title)\b", re.IGNORECASE)
HIDDEN_END = re.compile(r"</(?:style|script|head|title)\b[^<>]*>", re.IGNORECASE)
NEW_LINE = re.compile(r"/?(?:p|div|br|tr|li|ul|ol|table|h[1-6]|hr|blockquote)\b", re.IGNORECASE)
NO_SIGN = re.compile(r"&#[xX]?[0-9a-fA-F]{9,};?")
"""No sign has so high a number; Python refuses to read the longest of them."""
QUOTE = re.compile(r"(/?)blockquote\b(.*)", re.IGNORECASE | re.DOTALL)
CITED = re.compile(r"\bcite\b|quote|border-left", re.IGNORECASE)


def text_of_html(markup: str) -> str:
    """Return what a reader sees of `markup`, its blocks on lines of their own, quotations after ">"."""
    pieces: list[str] = []
    opened: list[bool] = []
    """Of each element in which we are, whether it quotes."""
    quoting = 0
    for number, piece in enumerate(TAG.split(_without_hidden(markup))):
        if number % 2 == 0:
            pieces.append(re.sub(r"\s+", " ", piece))
        elif NEW_LINE.match(piece):
            if quote := QUOTE.match(piece):
                quoting += _enter_or_leave(opened, quote)
            pieces.append("\n\0" if quoting else "\n")
    lines = ("".join(pieces)).split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(map(_line, lines))).strip()


def _enter_or_leave(opened: list[bool], quote: re.Match[str]) -> int:
    """Note which elements we are in; return how many more of them quote now: 1, 0 or -1."""
    if not quote[1]:
        opened.append(CITED.search(quote[2]) is not None)
        return int(opened[-1])
    return -int(opened.pop()) if opened else 0


def _line(line: str) -> str:
    """Return a line as it is read; one that begins with NUL is a quoted one."""
    shown = " ".join(unescape(NO_SIGN.sub("", line.replace("\0", ""))).split())
    return f"> {shown}" if shown and line.startswith("\0") else shown


def _without_hidden(markup: str) -> str:
    first, *rest = markup.split("<!--")
    shown = "".join([first, *(piece.partition("-->")[2] for piece in rest)])
    first, *rest = HIDDEN.split(shown)
    kept = [first]
    for piece in rest:
        end = HIDDEN_END.search(piece)
        kept.append(piece[end.end() :] if end else "")
    return "".join(kept)
