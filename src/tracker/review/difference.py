"""What an agency changed between two answers, word by word. Pure."""

import difflib
import re
from dataclasses import dataclass

from tracker.progress import STATUS_WORDS, TEXTS
from tracker.store.tables import Update

MOST_WORDS = 3_000
"""Words of both texts: comparing takes a time that grows by their product."""
WORDS = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: `same`, `gone` or `new`."""

    kind: str
    text: str


def changed_texts(before: Update, after: Update) -> dict[str, list[Piece]]:
    """Return by heading what differs between two answers to one duty; what is equal is left out."""
    found = {}
    short = (("Trạng thái", _stated(before), _stated(after)),)
    long = ((heading, getattr(before, name), getattr(after, name)) for name, heading in TEXTS.items())
    for heading, old, new in (*short, *long):
        if old != new:
            found[heading] = pieces(old, new)
    return found


def pieces(old: str, new: str) -> list[Piece]:
    """Return `new` with what came and what went since `old`; of very long texts both whole."""
    first, second = WORDS.findall(old), WORDS.findall(new)
    if len(first) + len(second) > MOST_WORDS:
        return [Piece("gone", old), Piece("new", new)]
    found = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Piece("same", "".join(first[a:b])))
            continue
        found += [Piece("gone", "".join(first[a:b]))] if a < b else []
        found += [Piece("new", "".join(second[c:d]))] if c < d else []
    return found


def _stated(update: Update) -> str:
    share = "" if update.percent is None else f", {update.percent} %"
    return STATUS_WORDS[update.status] + share
