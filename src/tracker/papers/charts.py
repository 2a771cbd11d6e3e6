"""A chart as one SVG, the same for page, PDF and Word: stacked bars, told apart in black and white too.

Pure. What a reader cannot see stands in `alternative`.
"""

import re

from markupsafe import escape

from tracker.language import N_, wording
from tracker.papers.files import printable
from tracker.papers.fitting import MAY_BREAK, WIDEST, broken
from tracker.papers.letterhead import POINTS_PER_MM, width_of
from tracker.papers.paper import Bar, Chart, Series
from tracker.words import decomposed, number_words

MOST_BARS = 18
"""So many stand on one page of the memo, each under two lines of name."""
WIDTH = 165.0
"""Millimetres, as all lengths here: the width of the memo's text."""
FEW_BARS = 12
"""Up to here names that are too long to stand beside their bars may stand above them."""
NAMES, GAP, TOTALS = 58.0, 2.5, 13.0
BAR, BETWEEN, SWATCH, ASIDE, HATCH = 6.5, 3.0, 4.0, 1.2, 1.6
EDGE = 0.15
"""Half a line is drawn outside what it goes round."""
SIZE, LEGEND_SIZE = 11.0, 10.0
"""Points."""
LETTER = SIZE / POINTS_PER_MM
LINE = 1.15 * LETTER
NARROWER = frozenset("abdhkmnpqtu")
HALO = ' stroke="#fff" stroke-width="1.2" paint-order="stroke"'
"""Keeps the hatching away from a number."""
WIDENED = N_("Phần có số quá nhỏ được vẽ rộng hơn tỷ lệ để ghi được số.")
FONTS = "'Times New Roman','Liberation Serif',Times,serif"
_UNDRAWN = re.compile(
    r"[^\x20-\x7e\xa0-\u024f\u0300-\u036f\u1ea0-\u1ef9\u2010\u2013\u2014\u2018-\u201e\u2022\u2026\u20ab]"
)
"""Letters that the memo's font may lack: one of them would turn a whole line into boxes where typst draws it."""


def svg(chart: Chart) -> str:
    """Return the bars of `chart` as an SVG 165 mm wide, every number on its part; nothing in it runs or loads."""
    bars = chart.bars[: chart.drawn]
    beside = len(bars) > FEW_BARS or all(len(_lines(bar.label, NAMES, 3)) <= 2 for bar in bars)
    left = NAMES + GAP if beside else 0.0
    scale = (WIDTH - left - TOTALS) / max([1, *(sum(bar.counts) for bar in bars)])
    legend, y = _legend([each for n, each in enumerate(chart.series) if any(bar.counts[n] for bar in bars)])
    drawn, top = [legend], y
    for bar in bars:
        names = _lines(bar.label, NAMES if beside else WIDTH, 2)
        high = len(names) * LINE
        row = max(BAR, high) if beside else high + BAR
        above = (row - high) / 2 if beside else 0.0
        drawn.append(_words(names, NAMES if beside else 0.0, y + above, "end" if beside else "start"))
        drawn.append(_parts(chart.series, bar, left, y + (row - BAR) / (2 if beside else 1), scale))
        y += row + BETWEEN
    if beside:
        drawn.append(f'<path d="M{left:g} {top - 1:.2f}V{y - BETWEEN + 1:.2f}" stroke="#000" stroke-width=".3"/>')
    if any(_is_widened(bar, scale) for bar in bars):
        drawn.append(_text(wording(WIDENED), WIDTH, y + LETTER, "end", ' font-style="italic"'))
        y += 1.2 * LINE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}mm" height="{y:.2f}mm" '
        f'viewBox="{-EDGE:g} 0 {WIDTH + 2 * EDGE:g} {y:.2f}" font-family="{FONTS}" '
        f'font-size="{LETTER:.3f}">{"".join(drawn)}</svg>'
    )


def alternative(chart: Chart) -> str:
    """Return what the chart shows as a sentence for those who do not see it: every name, every number."""
    bars = chart.bars[: chart.drawn]
    told = (f"{bar.label}: {number_words(sum(bar.counts))}{_named(chart.series, bar)}" for bar in bars)
    return " ".join(printable(wording("Biểu đồ thanh ngang. {bars}.", bars="; ".join(told))).split())


def _named(series: tuple[Series, ...], bar: Bar) -> str:
    counted = [
        f"{each.name.lower()} {number_words(count)}"
        for each, count in zip(series, bar.counts, strict=True)
        if count
    ]
    return f" ({', '.join(counted)})" if counted else ""


def _legend(series: list[Series]) -> tuple[str, float]:
    """Return the names of the series beside their looks, and how high they stand."""
    drawn, x, y = [], 0.0, 0.0
    for each in series:
        wide = SWATCH + ASIDE + _wide(each.name) * LEGEND_SIZE / SIZE
        if x and x + wide > WIDTH:
            x, y = 0.0, y + LINE
        drawn.append(_rectangle(each, x, y + 0.6, SWATCH, LINE - 1.2))
        drawn.append(_text(each.name, x + SWATCH + ASIDE, y + 0.8 * LETTER, "start"))
        x += wide + BETWEEN
    return f'<g font-size="{LEGEND_SIZE / POINTS_PER_MM:.3f}">{"".join(drawn)}</g>', y + LINE + BETWEEN


def _parts(series: tuple[Series, ...], bar: Bar, x: float, y: float, scale: float) -> str:
    """Return one bar's parts, each with its number, and their sum after the last."""
    drawn, base = [], y + BAR / 2 + 0.33 * LETTER
    for each, count, wide in zip(series, bar.counts, _widths(bar, scale), strict=True):
        if not count:
            continue
        number = number_words(count)
        drawn.append(_rectangle(each, x, y, wide, BAR))
        ink = f' fill="{each.ink}"{HALO if each.hatched else ""}'
        drawn.append(_text(number, x + wide / 2, base, "middle", ink))
        x += wide
    drawn.append(_text(number_words(sum(bar.counts)), x + 1.5, base, "start", ' font-weight="bold"'))
    return "".join(drawn)


def _widths(bar: Bar, scale: float) -> list[float]:
    """Return how wide each part of `bar` is drawn: in proportion, but never narrower than its number."""
    least = [_wide(number_words(count)) + 1.6 if count else 0.0 for count in bar.counts]
    fixed: set[int] = set()
    length = max(sum(bar.counts) * scale, sum(least))
    while True:
        free = [place for place in range(len(least)) if place not in fixed]
        rest = length - sum(least[place] for place in fixed)
        share = rest / max(1, sum(bar.counts[place] for place in free))
        narrow = {place for place in free if bar.counts[place] and bar.counts[place] * share < least[place]}
        if not narrow:
            return [least[place] if place in fixed else count * share for place, count in enumerate(bar.counts)]
        fixed |= narrow


def _is_widened(bar: Bar, scale: float) -> bool:
    return any(wide > count * scale + 0.001 for wide, count in zip(_widths(bar, scale), bar.counts, strict=True))


def _rectangle(look: Series, x: float, y: float, wide: float, high: float) -> str:
    box = f'x="{x:.2f}" y="{y:.2f}" width="{wide:.2f}" height="{high:.2f}"'
    hatch = f'<path d="{_hatch(x, y, wide, high)}" stroke="#444" stroke-width=".25"/>' if look.hatched else ""
    return f'<rect {box} fill="{look.fill}"/>{hatch}<rect {box} fill="none" stroke="#000" stroke-width=".2"/>'


def _hatch(x: float, y: float, wide: float, high: float) -> str:
    """Return rising lines that fill a box; drawn one by one, as a pattern would need a name of its own."""
    lines = []
    start = -high
    while start < wide:
        first, last = max(start, 0.0), min(start + high, wide)
        lines.append(
            f"M{x + first:.2f} {y + high - (first - start):.2f}L{x + last:.2f} {y + high - (last - start):.2f}"
        )
        start += HATCH
    return "".join(lines)


def _words(lines: list[str], x: float, y: float, anchor: str) -> str:
    return "".join(_text(line, x, y + n * LINE + 0.85 * LETTER, anchor) for n, line in enumerate(lines))


def _text(text: str, x: float, y: float, anchor: str, look: str = "") -> str:
    inert = escape(_UNDRAWN.sub("\N{WHITE SQUARE}", printable(text)))
    return f'<text x="{x:.2f}" y="{y:.2f}" text-anchor="{anchor}"{look}>{inert}</text>'


def _wide(text: str) -> float:
    """Return how wide `text` stands; known are the widths of bold letters, and some are narrower here."""
    narrower = 0.055 * sum(letter in NARROWER for letter in decomposed(text))
    return (width_of(text, WIDEST) - narrower) * LETTER


def _lines(text: str, room: float, most: int) -> list[str]:
    """Return `text` in at most `most` lines no wider than `room`, the last cut short where it must be."""
    lines = [""]
    for word in broken(printable(text), SIZE, room).split():
        for place, piece in enumerate(word.split(MAY_BREAK)):
            longer = f"{lines[-1]}{' ' if lines[-1] and not place else ''}{piece}"
            if lines[-1] and _wide(longer) > room:
                lines.append(piece)
            else:
                lines[-1] = longer
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and _wide(f"{last}…") > room:
        last = last[:-1]
    return [*lines[: most - 1], f"{last.rstrip()}…"]
