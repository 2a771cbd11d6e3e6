"""The writer's own words in an answer, without the letter it quotes.

Mail programs mark a quotation in a handful of ways, in Vietnamese or in English. What stands above the quotation
is kept, and what stands between or below lines that begin with ">".
"""

import re
from itertools import islice

MARK = "trả lời phía trên dòng này"
"""A letter may ask for it; what follows is then the letter."""
RULE = re.compile(
    r"\s*-{2,}\s*(?:original message|forwarded message|reply message|thư gốc|thư ban đầu|thư đã chuyển tiếp"
    r"|tin nhắn gốc|tin nhắn đã chuyển tiếp)\s*-{2,}\s*",
    re.IGNORECASE,
)
ATTRIBUTION = re.compile(
    r"(?=.*\d)\s*(?:on|vào|ngày|lúc|trong)\b.{1,400}?\b(?:wrote|đã viết|viết|đã ghi)\s*:\s*", re.IGNORECASE
)
LINES_OF_AN_ATTRIBUTION, LINES_TO_A_SIGN = 3, 20
"""Lines that "On … wrote:" may run over, and lines after it among which what it quotes begins."""
FIRST_FIELD = re.compile(r"\s*\*?(?:from|từ|người gửi)\s*:", re.IGNORECASE)
NEXT_FIELD = re.compile(
    r"\s*\*?(?:sent|date|to|cc|subject|đã gửi|ngày gửi|ngày|thời gian|tới|đến|người nhận|kính gửi|đồng gửi"
    r"|chủ đề|tiêu đề)\s*:",
    re.IGNORECASE,
)
SIGNATURE = "-- "


def own_words(text: str) -> str:
    """Return what the writer of `text` added to the letter it quotes; empty where that is nothing."""
    lines = text.split("\n")
    kept: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        length = _attribution_length(lines, number)
        if length and _quotes_by_sign(lines, number + length):
            number += length
            continue
        if length or line == SIGNATURE or _cuts(lines, number):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line.rstrip())
        number += 1
    while kept and not kept[-1].strip("_- "):  # Outlook's line above what it quotes
        kept.pop()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _attribution_length(lines: list[str], start: int) -> int:
    """Return over how many lines "On … wrote:" runs from `start` on; 0 where it does not."""
    joined = ""
    for length, line in enumerate(lines[start : start + LINES_OF_AN_ATTRIBUTION], 1):
        if not line.strip():
            return 0
        joined += " " + line
        if ATTRIBUTION.fullmatch(joined):
            return length
    return 0


def _quotes_by_sign(lines: list[str], start: int) -> bool:
    first = next((line for line in islice(lines, start, start + LINES_TO_A_SIGN) if line.strip()), "")
    return first.lstrip().startswith(">")


def _cuts(lines: list[str], number: int) -> bool:
    line = lines[number]
    if MARK in line.casefold() or RULE.fullmatch(line):
        return True
    if not FIRST_FIELD.match(line):
        return False
    following = [later for later in lines[number + 1 : number + 9] if later.strip()][:4]
    return sum(bool(NEXT_FIELD.match(later)) for later in following) >= 2
