"""The writer's own words in an answer, without the letter it quotes.

Mail programs mark a quotation in a handful of ways, in Vietnamese or in English. What stands above the quotation
is kept, and what stands between or below lines that begin with ">". No mark is sure: people type into lines that
begin with ">", and forward what a colleague wrote. So what is cut is held against our letter, and where words of
others are in it, they are kept too.
"""

import re
from collections.abc import Iterator, Sequence
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


LITTLE, FEW = 200, 12
"""Letters of own words beside which a cut is shown whole; letters of others that are no cut worth telling of."""
SIGNED = 8
"""Lines of a signature."""
ADDRESS_OR_TOKEN = re.compile(r"<?https?://\S+|^\S{20,}$", re.MULTILINE)


def own_words(text: str) -> str:
    """Return what the writer of `text` added to the letter it quotes; empty where that is nothing."""
    return _parted(text)[0]


def kept_words(text: str, letter: str) -> tuple[str, str | None]:
    """Return the words to keep of `text`, which may quote `letter`, and the whole where the rest is worth a look.

    Where the cut holds words that are not the letter's and little is left, the whole is what is kept.
    """
    own, cut = _parted(text)
    known = _squeezed(letter)
    lines = (_squeezed(line) for line in _written_lines(cut))
    if sum(len(line) for line in lines if line not in known) < FEW:
        return own, None
    return (text, None) if len(own) < LITTLE else (own, text)


def _parted(text: str) -> tuple[str, list[str]]:
    """Return the writer's own words, and the lines that were cut."""
    lines = text.split("\n")
    kept: list[str] = []
    cut: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        length = _attribution_length(lines, number)
        if length and _quotes_by_sign(lines, number + length):
            number += length
            continue
        if length or line == SIGNATURE or _cuts(lines, number):
            cut += lines[number + (SIGNED if line == SIGNATURE else 0) :]
            break
        if line.lstrip().startswith(">"):
            cut.append(line)
        else:
            kept.append(line.rstrip())
        number += 1
    while kept and not kept[-1].strip("_- "):  # Outlook's line above what it quotes
        kept.pop()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip(), cut


def _written_lines(cut: Sequence[str]) -> Iterator[str]:
    """Give the lines of `cut` that somebody wrote, without those that mail programs put between them."""
    lines = [line.lstrip("> \t") for line in cut]
    number = 0
    while number < len(lines):
        length = _attribution_length(lines, number)
        if length or _cuts(lines, number):
            number += length or 1
            while number < len(lines) and NEXT_FIELD.match(lines[number]):
                number += 1
            continue
        yield lines[number]
        number += 1


def _squeezed(text: str) -> str:
    """Return the letters and digits of `text`: programs break lines anew, and put signs around them."""
    return re.sub(r"[\W_]+", "", ADDRESS_OR_TOKEN.sub("", text)).casefold()


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
