"""The text of an HTML body, for people who send no other; what it quotes is left out.

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
QUOTE = re.compile(r"(/?)blockquote\b", re.IGNORECASE)


def text_of_html(markup: str) -> str:
    """Return what a reader sees of `markup`, its blocks on lines of their own, without quotations."""
    pieces: list[str] = []
    quoted = 0
    for number, piece in enumerate(TAG.split(_without_hidden(markup))):
        if number % 2 == 0:
            if not quoted:
                pieces.append(re.sub(r"\s+", " ", piece))
        elif NEW_LINE.match(piece):
            pieces.append("\n")
            if quote := QUOTE.match(piece):
                quoted = max(0, quoted - 1) if quote[1] else quoted + 1
    lines = (" ".join(unescape(NO_SIGN.sub("", line)).split()) for line in "".join(pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _without_hidden(markup: str) -> str:
    first, *rest = markup.split("<!--")
    shown = "".join([first, *(piece.partition("-->")[2] for piece in rest)])
    first, *rest = HIDDEN.split(shown)
    kept = [first]
    for piece in rest:
        end = HIDDEN_END.search(piece)
        kept.append(piece[end.end() :] if end else "")
    return "".join(kept)
