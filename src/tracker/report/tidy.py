"""An agency's own words as a memo prints them: spacing, bullets and capitals put right, no word changed. Pure."""

import re

from tracker.words import composed, without_private

_GAPS = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]+")
_BULLET = re.compile(r"^[-–—*•·●▪◦➢❖✓☑+](?: +|(?=[^\W\d_]))")
_WORDS_BULLET = re.compile(r"^\s*o\t\s*")
"""Word's bullet of the second level, copied as text."""
_BEGUN = re.compile(r"^\s*([-–—*•·●▪◦+]|\w{1,3}[.)])\t\s*")
"""Word's gap after a bullet or a number is no cell's end."""
_CELLS = re.compile(r" *\t\s*")
_GAP_BEFORE = re.compile(r"(?<=[\w)”\"]) +(?=[,;](?!\d)|\.(?:\s|$))")
_NO_GAP_AFTER = re.compile(r"(?<=[^\W_])(?:,(?=[^\W\d_])|;(?=[^\W_]))")
_TWO_SENTENCES = re.compile(r"(?<=[^\W\d_]{2})\.(?=[^\W\d_]{2})")
_ADDRESS = re.compile(r"[@/\\_]|^www\.", re.IGNORECASE)
_SHORT_FORMS = frozenset(
    {"ths", "pgs", "gs", "ts", "bs", "ks", "cn", "tx", "tp", "tt", "đc", "vd", "tr", "stt", "kp"}
)

LONGEST_NOTHING = 100
_NOTHING = re.compile(
    r"(?:(?:hiện |đến nay |cơ bản )?(?:không|chưa)(?: có| phát sinh| gặp| nêu)?(?: gì)?"
    r"(?: (?:những|các))?(?: (?:khó khăn|vướng mắc|hạn chế|tồn tại|nguyên nhân|lý do|đề xuất|kiến nghị|ý kiến"
    r"|và|gì))*)?"
)
"""What people write into a box that they have nothing to say in, in small letters and without marks."""


def says_nothing(text: str) -> bool:
    """Say whether `text` only says that there is nothing: "Không", "-", "Không có khó khăn, vướng mắc."."""
    words = " ".join(re.sub(r"[\W_]+", " ", composed(text).casefold()).split())
    return len(words) < LONGEST_NOTHING and _NOTHING.fullmatch(words) is not None


def tidy(text: str) -> str:
    """Return `text` in NFC, one space between words, list lines under "- " or, one level down, "+ ".

    A sentence begins with a capital. Lines stay lines; empty ones go; the cells of a pasted row stand apart by
    "|". What looks like an address, a number or an abbreviation is left as typed.
    """
    tidied: list[str] = []
    for typed in composed(without_private(text)).splitlines():
        line = _CELLS.sub(" | ", _BEGUN.sub(r"\1 ", _WORDS_BULLET.sub("+ ", typed)).strip())
        if bare := _GAPS.sub(" ", line).strip():
            before = tidied[-1].rpartition(" ")[2] if tidied else None
            tidied.append(_line(bare, before))
    return "\n".join(tidied)


def _line(line: str, before: str | None) -> str:
    """Return one line put right; `before` is the word that the line above ends with."""
    bullet = _BULLET.match(line)
    before = None if bullet else before
    words = _GAP_BEFORE.sub("", line[bullet.end() :] if bullet else line)
    spaced = " ".join(_spaced(word) for word in words.split(" ")).split(" ")
    begun = [
        _capital(word) if last is None or _ends_sentence(last) else word
        for last, word in zip([before, *spaced], spaced, strict=False)
    ]
    sign = "" if not bullet else "+ " if line.startswith("+") else "- "
    return sign + " ".join(begun)


def _spaced(word: str) -> str:
    """Return `word` with the spaces that were forgotten after a comma, a semicolon, or between two sentences."""
    if _ADDRESS.search(word):
        return word
    word = _NO_GAP_AFTER.sub(r"\g<0> ", word)
    return _TWO_SENTENCES.sub(lambda stop: ". " if _turns(word, stop.start()) else ".", word)


def _turns(word: str, stop: int) -> bool:
    # "xong.Đã" is two sentences; "TP.HCM" and "nong.dan" are not.
    return word[stop - 1].islower() and word[stop + 1].isupper() and word[stop + 2].islower()


def _ends_sentence(word: str) -> bool:
    if word[-1:] in "!?":
        return bool(word)
    bare = word.removesuffix(".")
    if bare == word or "." in bare or bare.casefold() in _SHORT_FORMS:
        return False
    return len(bare) > 2 and not bare.isupper()


def _capital(word: str) -> str:
    first, rest = word[:1], word[1:]
    plain = rest == rest.lower() and "." not in word[:-1] and not _ADDRESS.search(word)
    return first.upper() + rest if plain and len(first.upper()) == 1 else word
