"""What must be known of a text before it is set in columns: which words are too long, and how high a row may get.

Widths are guessed generously, so that what is said to fit does fit.
"""

import math
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from tracker.papers.letterhead import POINTS_PER_MM, width_of

SIDES, CELL_SIZE = 3.8, 12
"""Millimetres and points: the empty sides of a table's cell, and the size of its letters."""
HIGHEST_WHOLE_ROW = 120
"""Millimetres: a row that may be higher is split, for it might not fit a page under the repeated heading."""
MAY_BREAK = "\ufdd0"
"""Stands where a word may be broken; no printable text holds it."""
LINE = 1.149
"""The height of a line set single, in font sizes."""
WIDEST = 1000
"""The width of a letter of which nothing is known, in thousandths of the font size."""
_JOINER, _SKINS = "\u200d", "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
"""Hold an emoji together."""
_WORD = re.compile(r"\S+")


def broken(text: str, size: float, room: float) -> str:
    """Return `text` with MAY_BREAK inside each word that is wider than a line.

    `size` is the font size in points, `room` the width of a line in millimetres.
    """
    available = room * POINTS_PER_MM / size
    if len(text) <= available:
        return text
    return _WORD.sub(lambda word: _broken_word(word[0], available), text)


def height(texts: Iterable[tuple[str, float]], size: float) -> float:
    """Return in millimetres how high a row may get; `texts` are its texts, each with its column's millimetres."""
    lines = max(sum(_lines(line, size, room) for line in text.split("\n")) for text, room in texts)
    return lines * LINE * size / POINTS_PER_MM


def is_whole(texts: Iterable[tuple[str, float]]) -> bool:
    """Say whether a table's row surely fits a page; `texts` are its texts, each with its column's millimetres."""
    return height(texts, CELL_SIZE) <= HIGHEST_WHOLE_ROW


def _lines(line: str, size: float, room: float) -> int:
    """Return how many lines a text may take: at the end of each, a word of the usual length may be left over."""
    available = room * POINTS_PER_MM / size
    if len(line) <= available:
        return 1
    left_over = min(2.0, available / 2)
    return math.ceil(sum(_word_width(word) + 0.25 for word in line.split(" ")) / (available - left_over))


def _broken_word(word: str, available: float) -> str:
    if len(word) <= available or _word_width(word) <= available:
        return word
    return word[:1] + "".join(
        letter if _held(before, letter) else MAY_BREAK + letter for before, letter in pairwise(word)
    )


def _held(before: str, letter: str) -> bool:
    return unicodedata.category(letter) in ("Mn", "Mc", "Me", "Cf") or letter in _SKINS or before == _JOINER


@lru_cache(maxsize=10_000)
def _word_width(word: str) -> float:
    return width_of(word, WIDEST)
