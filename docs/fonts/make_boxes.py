"""Builds TrackerBoxes.ttf: one empty box for every character, so that no text of an agency can stop a PDF.

Where no other font has a character (an emoji, say), the page shows the box and the text layer keeps the character.
Run `uv run --with fonttools python docs/fonts/make_boxes.py` after a change here.
"""

from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import newTable
from fontTools.ttLib.tables._c_m_a_p import cmap_format_13

TO = Path(__file__).parent.parent.parent / "src" / "tracker" / "papers" / "fonts" / "TrackerBoxes.ttf"
NAME = "Tracker Boxes"
ADVANCE, LEFT, TOP, STROKE = 720, 80, 700, 60
SURROGATES = range(0xD800, 0xE000)


def build() -> None:
    """Write the font."""
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder([".notdef", "box"])
    font.setupCharacterMap({})
    everything = cmap_format_13(13)
    everything.platformID, everything.platEncID, everything.language = 3, 10, 0
    everything.cmap = {code: "box" for code in range(0x20, 0x110000) if code not in SURROGATES}
    font.font["cmap"] = newTable("cmap")
    font.font["cmap"].tableVersion, font.font["cmap"].tables = 0, [everything]
    font.setupGlyf({".notdef": box(), "box": box()})
    font.setupHorizontalMetrics(dict.fromkeys((".notdef", "box"), (ADVANCE, LEFT)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    names = {"familyName": NAME, "styleName": "Regular", "uniqueFontIdentifier": NAME, "fullName": NAME}
    font.setupNameTable(names | {"psName": "TrackerBoxes-Regular", "version": "Version 1.0"})
    font.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
    font.setupPost()
    font.save(TO)


def box() -> object:
    """Return the outline of an empty box: one way around outside, the other way inside."""
    pen = TTGlyphPen(None)
    left, right, bottom, top = LEFT, ADVANCE - LEFT, 0, TOP
    outer = [(left, bottom), (left, top), (right, top), (right, bottom)]
    left, right, bottom, top = left + STROKE, right - STROKE, bottom + STROKE, top - STROKE
    inner = [(left, bottom), (right, bottom), (right, top), (left, top)]
    for points in (outer, inner):
        pen.moveTo(points[0])
        for point in points[1:]:
            pen.lineTo(point)
        pen.closePath()
    return pen.glyph()


if __name__ == "__main__":
    build()
