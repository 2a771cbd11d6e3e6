"""What every .xlsx file shares: cells that are text whatever they begin with, row heights, the finished bytes."""

import io
import math
import zipfile
from collections.abc import Iterable
from typing import Any

from tracker.papers.files import printable

A4 = 9
LINE, HIGHEST = 14.5, 409
"""Points: a line of text, and the highest row Excel can have."""
LETTERS_A_UNIT = 1.05
"""Widths are counted in digits of Excel's usual font: our letters are narrower, but words do not fill a line."""
FONT = {"font_name": "Times New Roman", "font_size": 11, "valign": "top"}
CELL = FONT | {"border": 1, "border_color": "#8C8C8C", "text_wrap": True, "num_format": "@"}
ESCAPE = "_\ufdd0x"
"""Stands for `_x` until the file is written; no printable text holds its second letter."""


def put(sheet: Any, row: int, column: int, text: str, look: Any = None) -> None:
    """Write `text` as it is, whatever it begins with; XlsxWriter lets `_x0041_` become an A in Excel."""
    inert = printable(text).replace("_x", ESCAPE)
    if inert:
        sheet.write_string(row, column, inert, look)
    else:
        sheet.write_blank(row, column, None, look)


def height(texts: Iterable[tuple[str, int]], least: int = 3) -> float:
    """Return the points that the wrapped `texts`, each with its column's width, need: `least` lines or more."""
    lines = (
        sum(max(1, math.ceil(len(line) / (width * LETTERS_A_UNIT))) for line in text.split("\n"))
        for text, width in texts
    )
    return min(LINE * max(least, *lines) + 3, HIGHEST)


def finished(packed: bytes) -> bytes:
    """Return the workbook with its escapes written out, and with rows that grow when people type.

    XlsxWriter fixes the height of every row that it is given one for.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as parts, zipfile.ZipFile(out, "w") as made:
        for name in parts.namelist():
            part = parts.read(name)
            if name.startswith("xl/worksheets/"):
                part = part.replace(b' customHeight="1"', b"")
            part = part.replace(ESCAPE.encode(), b"_x005F_x")
            made.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)  # dated 1980-01-01
    return out.getvalue()
