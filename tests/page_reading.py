"""The pages of a PDF as they were drawn: each letter with its place, size and face, and every line and box.

Millimetres from the upper left corner; sizes in points.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LTChar, LTCurve
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage

MM = 25.4 / 72
COLUMN_GAP = 3.5
"""Between what stands in two columns; a justified line with so wide a space is put together again."""
TOP = 20.0
"""Text begins at least so far down; what stands above is in the margin."""
WHITE = re.compile(r"\s+")


@dataclass(frozen=True)
class Glyph:
    """A letter, where it stands on its line."""

    text: str
    left: float
    right: float
    baseline: float
    size: float
    font: str


@dataclass(frozen=True)
class Piece:
    """Letters that stand together on a line, without the spaces around them."""

    page: int
    glyphs: tuple[Glyph, ...]

    @property
    def text(self) -> str:
        return WHITE.sub(" ", "".join(glyph.text for glyph in self.glyphs))

    @property
    def left(self) -> float:
        return self.glyphs[0].left

    @property
    def right(self) -> float:
        return self.glyphs[-1].right

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def baseline(self) -> float:
        return self.glyphs[0].baseline

    @property
    def sizes(self) -> tuple[float, float]:
        found = [glyph.size for glyph in self.glyphs if glyph.text.strip()]
        return min(found), max(found)

    @property
    def top(self) -> float:
        return self.baseline - 0.891 * self.sizes[1] * MM

    @property
    def bottom(self) -> float:
        return self.baseline + 0.216 * self.sizes[1] * MM

    @property
    def face(self) -> str:
        """`regular`, `bold`, `italic`, `bold italic`, or `mixed`."""
        faces = {
            " ".join(word for word in ("bold", "italic") if word in glyph.font.lower()) or "regular"
            for glyph in self.glyphs
            if glyph.text.strip()
        }
        return faces.pop() if len(faces) == 1 else "mixed"


@dataclass
class Page:
    """A page: its pieces of text from above, and the lines and boxes drawn on it."""

    number: int
    width: float
    height: float
    pieces: list[Piece] = field(default_factory=list)
    across: list[tuple[float, float, float]] = field(default_factory=list)
    """Lines across: how far down, from where, to where; what touches is one line."""
    down: list[tuple[float, float, float]] = field(default_factory=list)
    """Lines down: how far from the left, from where, to where."""
    boxes: list[tuple[float, float]] = field(default_factory=list)
    """What is filled: from how far down to where."""

    @property
    def turned(self) -> bool:
        return self.width > self.height

    @property
    def lines(self) -> list[Piece]:
        """Return whole lines of text outside tables and charts and below the top margin."""
        drawn = [(top - 1, bottom + 1) for _, top, bottom in self.down]
        if self.boxes:
            drawn.append((min(top for top, _ in self.boxes) - 3, max(bottom for _, bottom in self.boxes) + 8))
        free = [p for p in self.pieces if p.baseline > TOP and not any(a < p.baseline < b for a, b in drawn)]
        whole: dict[float, list[Glyph]] = {}
        for piece in free:
            whole.setdefault(round(piece.baseline, 1), []).extend(piece.glyphs)
        return [Piece(self.number, tuple(glyphs)) for _, glyphs in sorted(whole.items())]

    @property
    def tops(self) -> list[Piece]:
        """Return what stands in the top margin."""
        return [piece for piece in self.pieces if piece.baseline <= TOP]


def read_pages(pdf: bytes) -> Iterator[Page]:
    """Yield the pages with their letters and lines."""
    manager = PDFResourceManager()
    device = PDFPageAggregator(manager, laparams=None)
    interpreter = PDFPageInterpreter(manager, device)
    for number, raw in enumerate(PDFPage.get_pages(BytesIO(pdf)), 1):
        interpreter.process_page(raw)
        yield _page(number, device.get_result())


def _page(number: int, layout: Any) -> Page:
    page = Page(number, layout.width * MM, layout.height * MM)
    glyphs = []
    for each in layout:
        left, right = each.x0 * MM, each.x1 * MM
        top, bottom = page.height - each.y1 * MM, page.height - each.y0 * MM
        if isinstance(each, LTChar):
            baseline = page.height - each.matrix[5] * MM
            glyphs.append(Glyph(each.get_text(), left, right, baseline, round(each.size, 1), each.fontname))
        elif isinstance(each, LTCurve) and bottom - top < 0.8:
            page.across.append((top, left, right))
        elif isinstance(each, LTCurve) and right - left < 0.8:
            page.down.append((left, top, bottom))
        elif isinstance(each, LTCurve) and each.fill:
            page.boxes.append((top, bottom))
    page.pieces = list(_pieces(number, glyphs))
    page.across = list(_joined(page.across))
    return page


def _pieces(page: int, glyphs: list[Glyph]) -> Iterator[Piece]:
    """Yield the letters that stand together, from above and from the left."""
    rows: dict[float, list[Glyph]] = {}
    for glyph in glyphs:
        near = next((each for each in rows if abs(each - glyph.baseline) < 0.3), glyph.baseline)
        rows.setdefault(near, []).append(glyph)
    for _, row in sorted(rows.items()):
        together: list[Glyph] = []
        for glyph in sorted(row, key=lambda each: each.left):
            if together and glyph.left - together[-1].right > COLUMN_GAP:
                yield from _trimmed(page, together)
                together = []
            together.append(glyph)
        yield from _trimmed(page, together)


def _trimmed(page: int, glyphs: list[Glyph]) -> Iterator[Piece]:
    inked = [place for place, glyph in enumerate(glyphs) if glyph.text.strip()]
    if inked:
        yield Piece(page, tuple(glyphs[inked[0] : inked[-1] + 1]))


def _joined(lines: Iterable[tuple[float, float, float]]) -> Iterator[tuple[float, float, float]]:
    at, begin, end = None, 0.0, 0.0
    for y, left, right in sorted((round(y, 1), left, right) for y, left, right in lines):
        if at is not None and y == at and left - end < 0.3:
            end = max(end, right)
            continue
        if at is not None:
            yield at, begin, end
        at, begin, end = y, left, right
    if at is not None:
        yield at, begin, end
