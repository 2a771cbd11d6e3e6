"""The words around a paper's text, the same in every format (Nghị định 30/2020/NĐ-CP, Phụ lục I).

The profile `dang` follows Hướng dẫn 36-HD/VPTW, for committees and offices of the Party; mass organisations use
`nd30`. With `plain` no state's name stands above.
"""

import unicodedata
from collections.abc import Iterable

from tracker.language import SOURCE, spoken, wording
from tracker.papers.files import printable
from tracker.papers.paper import Paper
from tracker.words import MONTHS, day_words, decomposed

NBSP = "\N{NO-BREAK SPACE}"
TITLE_LIMIT = 255
"""Letters: what Word takes as a file's title."""

_NATION = {
    "nd30": ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"),
    "dang": ("ĐẢNG CỘNG SẢN VIỆT NAM", ""),
    "plain": ("", ""),
}

# Advance widths of Times New Roman Bold in thousandths of its size; a letter with marks is as wide as without.
_WIDTHS = {
    letter: width
    for width, letters in {
        1000: "W", 944: "M", 833: "m", 778: "GHKOQ", 722: "ACDNRUVXYw", 667: "BELTZ", 611: "FP",
        556: "Sbdhknpqu", 500: "agovxy0123456789", 444: "cerz", 389: "Is", 333: "fjt-()", 278: "il/", 250: " ,.",
    }.items()
    for letter in letters
}  # fmt: skip
_USUAL_WIDTH = 500
POINTS_PER_MM = 72 / 25.4


def number_line(paper: Paper) -> str:
    """Return `Số: 05/BC-BTV`, or `Số 05-BC/BTV` in the party's form; a gap where no number is given yet."""
    if paper.letterhead.profile == "dang":
        return f"Số {_code(paper)}"
    return wording("Số: {code}", code=_code(paper))


def place_and_date(paper: Paper) -> str:
    """Return `An Giang, ngày 05 tháng 02 năm 2024`, the day blank while there is no number."""
    return f"{paper.letterhead.place}, {_day(paper)}"


def attached_to(paper: Paper) -> str:
    """Return what an annex says of the paper it belongs to: `(Kèm theo Báo cáo số … ngày … của …)`."""
    about = {"kind": paper.kind.capitalize(), "code": _code(paper), "day": _day(paper), "who": paper.issued_by}
    return wording("(Kèm theo {kind} số {code} {day} của {who})", **about)


def title_of(paper: Paper) -> str:
    """Return the title under which a file of `paper` is listed: `BÁO CÁO - Kết quả …`, the mark before it."""
    title = " - ".join(part for part in (paper.mark, paper.kind, paper.subject) if part)
    return " ".join(printable(title).split())[:TITLE_LIMIT]


def closed(lines: Iterable[str]) -> tuple[str, ...]:
    """Return a list's lines, each ended by a semicolon and the last by a full stop."""
    bare = [line.strip().lstrip("-–").rstrip(";. ").strip() for line in lines]
    return tuple([f"{line};" for line in bare[:-1]] + [f"{line}." for line in bare[-1:]])


def words_around(paper: Paper) -> dict[str, object]:
    """Return the names a memo's template may use, in any format."""
    nation, motto = _NATION[paper.letterhead.profile]
    return {
        "paper": paper,
        "letterhead": paper.letterhead,
        "nation": nation,
        "motto": motto,
        "number_line": number_line(paper),
        "place_and_date": place_and_date(paper),
        "addressees": closed(paper.letterhead.addressees),
        "copies": closed(paper.letterhead.copies),
        "attached_to": attached_to(paper),
        "mark": paper.mark,
        "language": spoken(),
        "to": wording("Kính gửi"),
        "copies_to": wording("Nơi nhận"),
    }


def rule_length(text: str, size: float, room: float, share: float) -> float:
    """Return in points how long the rule under a bold `text` is.

    `size` is the font size in points, `room` the width in millimetres the text wraps in, `share` the part of the
    longest line that the rule takes: 1 under Tiêu ngữ, ⅓ to ½ under the issuer and the trích yếu.
    """
    available = room * POINTS_PER_MM
    longest = 0.0
    for part in text.splitlines():
        line = 0.0
        for word in part.split():
            width = width_of(word) * size
            gap = width_of(" ") * size if line else 0.0
            line = line + gap + width if line + gap + width <= available else width
            longest = max(longest, line)
    return min(longest, available) * share


def width_of(text: str, unknown: int = _USUAL_WIDTH) -> float:
    """Return how wide a bold `text` is, in font sizes; `unknown` is for what is no usual letter."""
    plain = decomposed(text).replace("Đ", "D").replace("đ", "d")
    return sum(_WIDTHS.get(c, unknown) for c in plain if not unicodedata.combining(c)) / 1000


def _code(paper: Paper) -> str:
    number = NBSP * 6 if paper.number is None else f"{paper.number:02}"
    separator = "-" if paper.letterhead.profile == "dang" else "/"
    return f"{number}{separator}{paper.letterhead.symbol}"


def _day(paper: Paper) -> str:
    """Return the day in words; days under 10 and months 1 and 2 are padded, so that none can be altered.

    The day is the day of issue (Nghị định 30/2020/NĐ-CP, Phụ lục I): until there is a number its place is blank.
    """
    day = paper.dated
    month = f"{day.month:02}" if day.month <= 2 else str(day.month)
    if spoken() != SOURCE:
        return day_words(day) if paper.number is not None else f"{NBSP * 4}{MONTHS[day.month - 1]} {day.year}"
    of_month = NBSP * 4 if paper.number is None else f"{day.day:02}"
    return f"ngày {of_month} tháng {month} năm {day.year}"
