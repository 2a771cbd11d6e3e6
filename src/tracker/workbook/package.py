"""The bytes of a returned workbook into the cells of its sheets, in little time and memory whatever the bytes are.

Only the parts that hold cells are read, and by our own walk: openpyxl takes a merged range or a link over a whole
sheet cell by cell, and was not done with 5 kB of file after a minute. Sizes are checked in the zip directory and
again while unpacking, marks before parsing, and a document type is refused, so that no entity is ever expanded.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException

from tracker.errors import Fault, Faults
from tracker.words import composed
from tracker.workbook.zip_parts import ANSWER, Expected, Parts, refuse

MOST_ROWS, MOST_TEXT = 2_000, 5_000_000
LONGEST_TITLE = 200
"""Letters of a sheet's title; Excel takes 31."""
CELL_NAME = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
DATE_FORMATS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
PERCENT_FORMATS = frozenset([9, 10])
NOT_CODES = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.|General|Standard')

TRUE = ("1", "true", "on")
Text = tuple[str, bool]
"""A text, and whether some of it is struck through."""
Look = tuple[str, bool]
"""How numbers look in a cell, and whether it is struck through."""


class Kind(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    ERROR = "error"
    FORMULA = "formula"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is not empty. `text` is its text, or its number as the file writes it: 0.5."""

    kind: Kind
    text: str
    percent: bool = False
    """It is a number shown as a percentage: 0.5 is shown as 50%."""
    struck: bool = False
    """Some of it is struck through."""


@dataclass(frozen=True, slots=True)
class Area:
    """Merged cells, from one corner to the other; rows and columns count from 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's cells by (row, column), counted from 1, in the order in which people read."""

    title: str
    cells: Mapping[tuple[int, int], Cell]
    merged: tuple[Area, ...]
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


def read_sheets(
    raw: bytes, wanted: frozenset[str] | None, expected: Expected = ANSWER
) -> tuple[dict[str, Sheet], list[str]]:
    """Return the sheets of `raw` that are `wanted` (None: all that are shown), by title, and the titles of all.

    Raises Faults where `raw` is no .xlsx file, has a password, or is larger than an answer can be.
    """
    parts = Parts(raw, expected)
    try:
        return _sheets(parts, wanted)
    except DefusedXmlException as error:
        refuse("có phần khai báo không bao giờ có trong tệp do Excel lưu", expected.again, error)
    except (ParseError, KeyError, ValueError, IndexError, LookupError, RecursionError) as error:
        refuse("đọc không được, có thể đã hỏng khi lưu hoặc khi gửi", expected.again, error)


def _sheets(parts: Parts, wanted: frozenset[str] | None) -> tuple[dict[str, Sheet], list[str]]:
    books = [target for _, kind, target in parts.related("") if kind == "officeDocument"]
    if not books or not books[0].endswith(".xml") or books[0].startswith("word/"):
        refuse("không phải tệp .xlsx", parts.expected.again)
    related = list(parts.related(books[0]))
    by_kind = {kind: target for _, kind, target in related}
    by_id = {number: target for number, kind, target in related if kind == "worksheet"}
    texts = _shared_texts(parts.tree(by_kind["sharedStrings"])) if "sharedStrings" in by_kind else []
    looks = _looks(parts.tree(by_kind["styles"])) if "styles" in by_kind else []
    found, titles = {}, []
    for mark in _all(parts.tree(books[0]), "sheets", "sheet"):
        title = composed(mark.get("name", "")[:LONGEST_TITLE]).strip()
        titles.append(title)
        number = next((value for key, value in mark.items() if key.endswith("}id")), "")
        is_wanted = title in wanted if wanted is not None else mark.get("state", "visible") == "visible"
        if is_wanted and number in by_id and title not in found:
            found[title] = _sheet(title, parts.tree(by_id[number]), texts, looks, parts.expected)
    return found, titles


def _sheet(title: str, root: Any, texts: list[Text], looks: list[Look], expected: Expected) -> Sheet:
    cells: dict[tuple[int, int], Cell] = {}
    hidden_rows: set[int] = set()
    row = written = 0
    for line in _all(root, "sheetData", "row"):
        row, column = int(line.get("r", row + 1)), 0
        if line.get("hidden") in TRUE:
            hidden_rows.add(row)
        for mark in _all(line, "c"):
            row, column = _place(mark.get("r"), row, column + 1)
            if (cell := _cell(mark, texts, looks)) is not None:
                cells[row, column] = cell
                written += len(cell.text)
        if written > MOST_TEXT:
            raise Faults([Fault(title, f"có quá nhiều chữ so với {expected.holds}", expected.fresh)])
    if len({row for row, _ in cells}) > MOST_ROWS:
        raise Faults([Fault(title, f"có hơn {MOST_ROWS} dòng", expected.fresh)])
    merged = tuple(_area(mark.get("ref", "")) for mark in _all(root, "mergeCells", "mergeCell"))
    hidden = _hidden_columns(root, {column for _, column in cells})
    return Sheet(title, dict(sorted(cells.items())), merged, frozenset(hidden_rows), hidden)


def _hidden_columns(root: Any, columns: set[int]) -> frozenset[int]:
    """Return those of `columns` that the sheet hides."""
    spans = [
        (int(mark.get("min", 0)), int(mark.get("max", 0)))
        for mark in _all(root, "cols", "col")
        if mark.get("hidden") in TRUE
    ][:MOST_ROWS]
    return frozenset(column for column in columns if any(first <= column <= last for first, last in spans))


def _cell(mark: Any, texts: list[Text], looks: list[Look]) -> Cell | None:
    """Return what the `c` element called `mark` holds, None where that is nothing."""
    inside = {_local(child): child for child in mark}
    if "f" in inside:
        return Cell(Kind.FORMULA, inside["f"].text or "")
    text = (inside["v"].text or "").strip() if "v" in inside else ""
    look, struck = looks[int(mark.get("s", 0))] if looks else ("", False)
    kind = Kind.TEXT
    match mark.get("t", "n"):
        case "s":
            text, partly = texts[int(text)] if text else ("", False)
            return Cell(kind, text, struck=struck or partly) if text else None
        case "inlineStr":
            text, partly = _text_in(inside["is"]) if "is" in inside else ("", False)
            struck = struck or partly
        case "str":
            text = _unescaped(inside["v"].text or "") if "v" in inside else ""
        case "n":
            kind = Kind.DATE if look == "date" else Kind.NUMBER
        case other:
            kind = {"b": Kind.BOOLEAN, "e": Kind.ERROR, "d": Kind.DATE}[other]
    return Cell(kind, text, percent=look == "percent", struck=struck) if text.strip() else None


def _shared_texts(root: Any) -> list[Text]:
    """Return the texts that cells name by number; empty where blank, so that no cell has to look again."""
    texts = (_text_in(item) for item in _all(root, "si"))
    return [(text if text.strip() else "", struck) for text, struck in texts]


def _text_in(item: Any) -> Text:
    """Return the text of a string item: its own or that of its runs, without the reading aids of Asian scripts."""
    own = [mark.text or "" for mark in [*_all(item, "t"), *_all(item, "r", "t")]]
    return _unescaped("".join(own)), any(map(_is_on, _all(item, "r", "rPr", "strike")))


def _is_on(mark: Any) -> bool:
    return mark.get("val", "1") in TRUE


def _unescaped(text: str) -> str:
    """Return `text` with each `_x000D_` as the letter it stands for (ECMA-376 part 1, 22.9.2.19)."""
    return ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def _looks(root: Any) -> list[Look]:
    """Return how cells look under each style: numbers as `date`, `percent` or plain; whether struck through."""
    fonts = [any(map(_is_on, _all(font, "strike"))) for font in _all(root, "fonts", "font")]
    struck = dict(enumerate(fonts))
    codes = {int(mark.get("numFmtId", 0)): mark.get("formatCode", "") for mark in _all(root, "numFmts", "numFmt")}
    return [
        (_look(int(mark.get("numFmtId", 0)), codes), struck.get(int(mark.get("fontId", 0)), False))
        for mark in _all(root, "cellXfs", "xf")
    ]


def _look(number: int, codes: Mapping[int, str]) -> str:
    if number not in codes:
        return "date" if number in DATE_FORMATS else "percent" if number in PERCENT_FORMATS else ""
    code = NOT_CODES.sub("", codes[number])
    return "percent" if "%" in code else "date" if re.search("[dmyhsDMYHS]", code) else ""


def _place(name: str | None, row: int, column: int) -> tuple[int, int]:
    """Return the row and column of the cell called `name`, else those where it would follow."""
    if name is None:
        return row, column
    found = CELL_NAME.fullmatch(name)
    if not found:
        raise ValueError(name)
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column


def _area(name: str) -> Area:
    first, _, last = name.partition(":")
    top, left = _place(first, 0, 0)
    bottom, right = _place(last or first, 0, 0)
    return Area(top, left, bottom, right)


def _all(root: Any, *path: str) -> Iterator[Any]:
    """Yield the elements at `path` under `root`, whatever their namespace: Excel saves in two."""
    step, *rest = path
    for child in root:
        if _local(child) == step:
            if rest:
                yield from _all(child, *rest)
            else:
                yield child


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
