"""Measures the pages of a printed memo against Nghị định 30/2020/NĐ-CP, Phụ lục I, as a clerk would with a ruler.

    python -m tests.page_measure FILE.pdf [dang]

Everything is read from the PDF that was rendered, whoever rendered it: where each letter stands, how large it is
and in which face, and what lines are drawn. Millimetres from the upper left corner; sizes in points.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.page_reading import MM, TOP, Page, Piece, read_pages

NUMBER_LINE = {"nd30": r"Số: *(\d{2,})?/[\w-]+", "dang": r"Số *(\d{2,})?-[\w/-]+"}
NATION = {"nd30": "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "dang": "ĐẢNG CỘNG SẢN VIỆT NAM"}
MOTTO = "Độc lập - Tự do - Hạnh phúc"
NATION_SIZES = {"nd30": (12, 13), "dang": (14, 16)}
ISSUER_SIZES = {"nd30": (12, 13), "dang": (14, 14)}
NUMBER_SIZES = {"nd30": (13, 13), "dang": (14, 14)}
KIND_SIZES = {"nd30": (13, 14), "dang": (15, 16)}
DATE = r".+, ngày\s+((0[1-9]|[12]\d|3[01])\s)?tháng (0[12]|[3-9]|1[0-2]) năm \d{4}"
ANNEX = r"Phụ lục( [IVX]+)?"


@dataclass(frozen=True)
class Measure:
    """One thing measured, beside what the decree wants."""

    what: str
    found: str
    wanted: str
    good: bool

    def __str__(self) -> str:
        return f"{'     ' if self.good else 'SAI  '}{self.what}: {self.found} ({self.wanted})"


def measure(pdf: bytes, profile: str = "nd30") -> list[Measure]:
    """Return everything measured on the pages of the memo `pdf`, whose letterhead is of `profile`."""
    pages = list(read_pages(pdf))
    end = next((n for n, page in enumerate(pages, 1) if _find(page.pieces, "Nơi nhận:")), len(pages))
    text, annexes = pages[:end], pages[end:]
    found = [*_paper(pages), *_head(text[0], profile), *_title(text[0], profile), *_body(text)]
    return [*found, *_page_numbers(text, annexes), *_end(text), *_annexes(annexes)]


def faults(pdf: bytes, profile: str = "nd30") -> list[str]:
    """Return what does not measure up, each with what was found."""
    return [str(each).removeprefix("SAI  ") for each in measure(pdf, profile) if not each.good]


def _within(what: str, found: float, low: float, high: float, unit: str = "mm", give: float = 0.3) -> Measure:
    """Return a measure that must lie between two; `give` is what a renderer may round."""
    wanted = f"{low:g} {unit}" if low == high else f"{low:g}–{high:g} {unit}"
    return Measure(what, f"{found:.1f} {unit}", wanted, low - give <= found <= high + give)


def _says(what: str, found: object, wanted: object) -> Measure:
    return Measure(what, str(found), str(wanted), found == wanted)


def _looks(what: str, piece: Piece | None, sizes: tuple[float, float], face: str) -> Iterator[Measure]:
    """Yield the size and face of `piece`, or that it is not there."""
    yield _says(f"{what}: there on one line", piece is not None, True)
    if piece is not None:
        for size in sorted(set(piece.sizes)):
            yield _within(f"{what}: size", size, *sizes, unit="pt", give=0.05)
        yield _says(f"{what}: face", piece.face, face)


def _find(pieces: Iterable[Piece], pattern: str) -> Piece | None:
    return next((piece for piece in pieces if re.fullmatch(pattern, piece.text)), None)


def _paper(pages: list[Page]) -> Iterator[Measure]:
    for page in pages:
        short, long = sorted((page.width, page.height))
        yield _within(f"page {page.number}: short side", short, 210, 210, give=0.5)
        yield _within(f"page {page.number}: long side", long, 297, 297, give=0.5)
    yield _says("first page upright", not pages[0].turned, True)


def _head(page: Page, profile: str) -> Iterator[Measure]:
    number, date = _find(page.pieces, NUMBER_LINE[profile]), _find(page.pieces, DATE)
    nation, motto = _find(page.pieces, NATION[profile]), _find(page.pieces, MOTTO)
    yield from _looks("Quốc hiệu", nation, NATION_SIZES[profile], "bold")
    yield from _looks("Số, ký hiệu", number, NUMBER_SIZES[profile], "regular")
    yield from _looks("địa danh, ngày tháng", date, (13, 14), "italic")
    if profile == "nd30":
        yield from _looks("Tiêu ngữ", motto, (13, 14), "bold")
    if number is None or date is None or nation is None:
        return
    yield _within("Số and date: apart in height", abs(number.baseline - date.baseline), 0, 0)
    yield from _rule(page, "Quốc hiệu or Tiêu ngữ", [motto or nation], 0.97, 1.03)
    above = [p for p in page.pieces if p.right < nation.left and TOP < p.baseline < number.baseline - 1]
    issuer = [p for p in above if p.face == "bold" and p.text != "*"]
    for piece in above:
        face = "bold" if piece in issuer or piece.text == "*" else "regular"
        yield from _looks(f"issuer, “{piece.text}”", piece, ISSUER_SIZES[profile], face)
        yield _says(f"issuer, “{piece.text}”: capitals", piece.text, piece.text.upper())
    yield _says("issuer: in bold, last", bool(issuer), True)
    if profile == "nd30" and issuer:
        yield from _rule(page, "issuer", issuer, 1 / 3, 1 / 2)


def _rule(page: Page, what: str, over: list[Piece], least: float, most: float) -> Iterator[Measure]:
    """Yield whether a rule stands under the last of `over`, in its middle, so long for the longest."""
    last, longest = over[-1], max(piece.right - piece.left for piece in over)
    under = [line for line in page.across if 0.2 < line[0] - last.baseline < 4.5]
    yield _says(f"rule under {what}: there", len(under) > 0, True)
    if under:
        _, left, right = under[0]
        yield _within(f"rule under {what}: aside", abs((left + right) / 2 - last.middle), 0, 0, give=1)
        yield _within(f"rule under {what}: part of the text", (right - left) / longest, least, most, "", give=0.02)


def _title(page: Page, profile: str) -> Iterator[Measure]:
    lines = page.lines
    place = next((n for n, line in enumerate(lines) if line.text == "BÁO CÁO"), None)
    yield _says("BÁO CÁO: there", place is not None, True)
    if place is None:
        return
    middle = (_text_left(page) + _text_right(page)) / 2
    to = next((n for n, line in enumerate(lines) if line.text.startswith("Kính gửi:")), place + 2)
    subject = lines[place + 1 : to]
    for line in lines[place:to]:
        sizes = KIND_SIZES[profile] if line is lines[place] else (13, 14)
        yield from _looks(f"title, “{line.text}”", line, sizes, "bold")
        yield _within(f"title, “{line.text}”: from the middle", abs(line.middle - middle), 0, 0, give=1)
    if subject:
        named = [line for line in subject if not line.text.startswith("(")]
        longest = max(line.right - line.left for line in named)
        under = [line for line in page.across if 0.2 < line[0] - subject[-1].baseline < 4.5]
        yield _says("rule under the trích yếu: there", len(under) > 0, True)
        for _, left, right in under[:1]:
            yield _within("rule under the trích yếu: part", (right - left) / longest, 1 / 3, 1 / 2, "", give=0.02)
    yield from _looks("Kính gửi", next(iter(lines[to : to + 1]), None), (13, 14), "regular")


def _text_left(page: Page) -> float:
    """Return where the text of a page begins: its lines, or a table as wide as they."""
    return min([line.left for line in page.lines] + [x for x, *_ in page.down])


def _text_right(page: Page) -> float:
    return max([line.right for line in page.lines] + [x for x, *_ in page.down])


def _prose(pages: list[Page]) -> list[list[Piece]]:
    """Return the lines of the text, page by page, from after Kính gửi to before Nơi nhận; no centred captions."""
    found: list[list[Piece]] = []
    begun = False
    for page in pages:
        lines = page.lines
        ends = [n for n, line in enumerate(lines) if line.text.startswith("Nơi nhận:")]
        lines = lines[: ends[0]] if ends else lines
        if not begun:
            to = [n for n, line in enumerate(lines) if line.text.startswith("Kính gửi:")]
            lines, begun = (lines[to[0] + 1 :], True) if to else ([], False)
            listed = [n for n, line in enumerate(lines) if line.left < 45]
            lines = lines[listed[0] :] if listed else []
        found.append(lines)
        if ends:
            break
    left, right = (
        min(line.left for lines in found for line in lines),
        max(line.right for lines in found for line in lines),
    )
    middle = (left + right) / 2
    return [[line for line in lines if line.left < left + 1 or abs(line.middle - middle) > 1] for lines in found]


def _body(pages: list[Page]) -> Iterator[Measure]:
    prose = _prose(pages)
    every = [line for lines in prose for line in lines]
    left, right = min(line.left for line in every), max(line.right for line in every)
    yield _within("left margin", left, 30, 35)
    yield _within("right margin", 210 - right, 15, 20)
    tops = [page.lines[0].top for page in pages if page.lines]
    bottoms = [297 - lines[-1].bottom for lines in prose if lines]
    yield _within("top margin, at the least", min(tops), 20, 25, give=0.7)
    yield _within("bottom margin, at the least", min(bottoms), 20, 32 if len(bottoms) > 2 else 297)
    for line in every:
        low, high = line.sizes
        if low < 13 or high > 14:
            yield Measure("body: size", f"{low:g}–{high:g} pt in “{line.text[:40]}”", "13–14 pt", good=False)
    starts = [line.left - left for line in every if line.left > left + 1]
    yield _says("body: paragraphs are indented", len(starts) > 0, True)
    for start in sorted({round(start, 1) for start in starts}):
        yield _within("body: first line's indent", start, 10, 12.7)
    yield from _shares(prose, left, right)


def _shares(prose: list[list[Piece]], left: float, right: float) -> Iterator[Measure]:
    """Yield how many lines that go on are full, and how many that follow a short line are indented."""
    pairs = [(line, below) for lines in prose for line, below in pairwise(lines)]
    broken = [pair for pair in pairs if pair[0].text.endswith((".", ";"))]  # a line break that was typed
    going_on = [line.right for line, below in pairs if below.left < left + 1 and (line, below) not in broken]
    full = [end for end in going_on if end > right - 0.7]
    after_short = [below.left for line, below in pairs if line.right < right - 15]
    indented = [start for start in after_short if start > left + 1]
    for what, part, whole in (
        ("justified", full, going_on),
        ("indented after a short line", indented, after_short),
    ):
        share = len(part) / len(whole) if whole else 1.0
        yield Measure(f"body: {what}", f"{share:.0%} of {len(whole)} lines", "nearly all", share >= 0.85)
    every = [line for lines in prose for line in lines]
    gaps = [below.baseline - line.baseline for line, below in pairs if below.left < left + 1]
    size = max(line.sizes[1] for line in every) * MM
    if gaps:
        yield _within("body: line spacing", min(gaps) / size / 1.149, 1, 1.5, "lines", give=0.02)


def _page_numbers(of_text: list[Page], annexes: list[Page]) -> Iterator[Measure]:
    digits = {page.number: [p for p in page.tops if p.text.isdecimal()] for page in (*of_text, *annexes)}
    yield _says("page number on page 1", [p.text for p in digits[1]], [])
    expected = 1
    for page in (*of_text[1:], *annexes):
        [*numbers] = digits[page.number]
        texts = [p.text for p in numbers]
        restarted = page in annexes and texts == ["1"]
        expected = 1 if restarted else expected + 1
        yield _says(f"page number on page {page.number}", texts, [str(expected)])
        for piece in numbers:
            yield from _looks(f"page number on page {page.number}", piece, (13, 14), "regular")
            middle = (30 + page.width - 15) / 2
            yield _within(
                f"page number on page {page.number}: from the middle", abs(piece.middle - middle), 0, 3.5, give=0
            )
    labels = [page.number for page in of_text if _find(page.pieces, ANNEX)]
    yield _says("pages of the text with an annex", labels, [])
    yield _says("pages of the text turned", [page.number for page in of_text if page.turned], [])
    if annexes:
        yield _says("first annex page turned", annexes[0].turned, True)
        yield _says("page number of the first annex page", [p.text for p in digits[annexes[0].number]], ["1"])


def _end(pages: list[Page]) -> Iterator[Measure]:
    """Yield the signature and Nơi nhận, on one page with the last words of the text."""
    page = next((each for each in pages if _find(each.pieces, "Nơi nhận:")), None)
    yield _says("Nơi nhận: there", page is not None, True)
    if page is None:
        return
    label = _find(page.pieces, "Nơi nhận:")
    assert label
    yield from _looks("Nơi nhận", label, (12, 12), "bold italic")
    column = [p for p in page.pieces if p.baseline > label.baseline and p.left < label.left + 5]
    for piece in column:
        yield from _looks(f"Nơi nhận, “{piece.text}”", piece, (11, 11), "regular")
    yield _says("Nơi nhận: ends with Lưu", any(p.text.startswith("- Lưu: ") for p in column), True)
    signed = [p for p in page.pieces if p.baseline > label.baseline - 1 and p.left > label.left + 40]
    yield _says("signature: there, on one page", len(signed) >= 2, True)
    for piece in signed:
        yield from _looks(f"signature, “{piece.text}”", piece, (13, 14), "bold")
    if signed:
        yield _says("signature: title in capitals", signed[0].text, signed[0].text.upper())
    if signed and signed[-1].text != signed[-1].text.upper():  # a name; without one the room is at the page's end
        yield _within("signature: room to sign", signed[-1].baseline - signed[-2].baseline, 20, 60)
    above = [line for line in page.lines if line.baseline < label.baseline - 1]
    yield _says("signature: stands with words of the text", bool(above), True)


def _annexes(pages: list[Page]) -> Iterator[Measure]:
    head: str | None = None
    for page in pages:
        if not page.down:
            yield Measure(f"page {page.number}: table", "none", "there", good=False)
            continue
        xs, ys = sorted({round(x, 1) for x, *_ in page.down}), sorted({y for y, *_ in page.across})
        yield _within(f"page {page.number}: left margin", xs[0], 30, 35)
        yield _within(f"page {page.number}: right margin", page.width - xs[-1], 15, 20)
        yield _within(f"page {page.number}: table's bottom", page.height - ys[-1], 20, page.height, give=0.5)
        label = _find(page.pieces, ANNEX)
        first, second = _row(page, ys[0], ys[1]), _row(page, ys[1], ys[2])
        if label is not None:
            head = _text_of(first)
            yield from _annex_title(page, label, (xs[0] + xs[-1]) / 2, ys[0])
        else:
            yield _says(f"page {page.number}: heading row repeated", _text_of(first), head)
            in_first_cell = any(p.left < xs[1] for p in second)
            yield _says(f"page {page.number}: begins with a whole row", in_first_cell, True)


def _annex_title(page: Page, label: Piece, middle: float, table: float) -> Iterator[Measure]:
    yield from _looks(label.text, label, (14, 14), "bold")
    yield _within(f"{label.text}: from the middle", abs(label.middle - middle), 0, 0, give=1.5)
    title = [p for p in page.pieces if label.baseline < p.baseline < table and p.face == "bold"]
    yield _says(f"{label.text}: title in capitals", [p.text for p in title], [p.text.upper() for p in title])
    attached = next((p for p in page.pieces if p.text.startswith("(Kèm theo ")), None)
    yield _says(f"{label.text}: kèm theo in italics", attached.face if attached else None, "italic")


def _row(page: Page, top: float, bottom: float) -> list[Piece]:
    return [piece for piece in page.pieces if top < piece.baseline < bottom]


def _text_of(pieces: list[Piece]) -> str:
    return " ".join(piece.text for piece in pieces)


def main(arguments: list[str]) -> int:
    measured = measure(Path(arguments[0]).read_bytes(), *arguments[1:2])
    for each in measured:
        print(each)
    return 0 if all(each.good for each in measured) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
