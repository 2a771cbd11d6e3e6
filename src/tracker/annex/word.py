"""The tables of a Word file (.docx), by our own walk over its XML within the bounds of `zip_parts`."""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException

from tracker.annex.table import (
    CHANGED,
    FOOTNOTE,
    HIDDEN,
    MOST_COLUMNS,
    MOST_LINES,
    NESTED,
    NUMBERED,
    STRUCK,
    Cell,
    Table,
    clean,
    marked,
)
from tracker.workbook.zip_parts import Expected, Parts, refuse

WORD = Expected(
    suffix=".docx",
    holds="một phụ lục",
    again="mở tệp bằng Word, chọn Lưu thành (Save As), kiểu Word Document (.docx), rồi dùng tệp vừa lưu",
    fresh="chép riêng bảng của phụ lục sang một tệp Word mới",
)
WRAPPERS = frozenset(("sdt", "sdtContent", "smartTag", "customXml", "hyperlink", "ins", "moveTo", "body"))
"""Elements around a row, a cell or words that are none of them themselves."""
GONE = frozenset(("del", "moveFrom", "AlternateContent", "instrText", "rPr", "pPr", "tcPr", "tblPr", "trPr"))
BREAKS = {"p": "\n", "br": "\n", "cr": "\n", "tab": " ", "noBreakHyphen": "-"}


def word_tables(raw: bytes) -> list[Table]:
    """Return the tables of the Word file in `raw`, in order; raises Faults where it is none or too large."""
    parts = Parts(raw, WORD)
    try:
        [document] = [target for _, kind, target in parts.related("") if kind == "officeDocument"]
        root = parts.tree(document)
        if _local(root) != "document":
            refuse("không phải tệp .docx", WORD.again)
        tables = [mark for body in root for mark in _marks(body, "tbl")]
        found: list[Table] = []
        for number, mark in enumerate(tables, 1):
            found.append(_table(f"bảng {number}", mark))
            if sum(len(table.places) for table in found) > MOST_LINES:
                refuse(f"có hơn {MOST_LINES} dòng", WORD.fresh)
    except DefusedXmlException as error:
        refuse("có phần khai báo không bao giờ có trong tệp do Word lưu", WORD.again, error)
    except (ParseError, KeyError, ValueError, IndexError, RecursionError) as error:
        refuse("đọc không được, có thể đã hỏng khi lưu hoặc khi gửi", WORD.again, error)
    return found


def _table(name: str, table: Any) -> Table:
    at: dict[tuple[int, int], Cell] = {}
    above: dict[int, tuple[int, int, Any]] = {}
    anchors: list[tuple[int, int, int, int, Any]] = []
    lines = list(_marks(table, "tr"))
    for line, row in enumerate(lines[: MOST_LINES + 1]):
        column = _number(row, "trPr", "gridBefore")
        for mark in _marks(row, "tc"):
            wide = max(1, _number(mark, "tcPr", "gridSpan"))
            if column + wide > MOST_COLUMNS:
                refuse(f"{name} có hơn {MOST_COLUMNS} cột", WORD.fresh)
            merge = _property(mark, "tcPr", "vMerge")
            if merge is not None and _value(merge) != "restart" and column in above:
                top, anchor, _ = above[column]
                old = anchors[anchor]
                anchors[anchor] = (*old[:2], line, *old[3:])
            else:
                above[column] = (line, len(anchors), mark)
                anchors.append((line, column, line, column + wide - 1, mark))
            column += wide
    for top, left, bottom, right, mark in anchors:
        cell = _cell(mark, top, left, bottom, right)
        if cell.text or cell.signs:
            at |= {(line, column): cell for line in range(top, bottom + 1) for column in range(left, right + 1)}
    places = tuple(f"{name}, dòng {line}" for line in range(1, len(lines) + 1))
    return Table(name, places, max((column for _, column in at), default=-1) + 1, at)


def _cell(mark: Any, top: int, left: int, bottom: int, right: int) -> Cell:
    signs: list[str] = []
    text = clean("".join(_words(mark, signs)))
    return Cell(text, top, left, bottom, right, tuple(dict.fromkeys([*signs, *marked(text)])))


def _words(element: Any, signs: list[str]) -> Iterator[str]:
    """Yield the words under `element`, and note in `signs` what makes them doubtful."""
    for child in element:
        name = _local(child)
        if name in {"del", "moveFrom", "ins", "moveTo"}:
            signs.append(CHANGED)
        if name == "pPr" and any(_local(each) == "numPr" for each in child):
            signs.append(NUMBERED)
        if name in GONE:
            continue
        if name == "r":
            yield from _run(child, signs)
            continue
        if name == "tbl":
            signs.append(NESTED)
        yield from _words(child, signs)
        yield BREAKS.get(name, " " if name == "tc" else "")


def _run(run: Any, signs: list[str]) -> Iterator[str]:
    if any(_is_on(_property(run, "rPr", name)) for name in ("vanish", "webHidden")):
        signs.append(HIDDEN)
        return
    struck = any(_is_on(_property(run, "rPr", name)) for name in ("strike", "dstrike"))
    for child in run:
        name = _local(child)
        if name in {"footnoteReference", "endnoteReference"}:
            signs.append(FOOTNOTE)
        elif name == "t":
            if struck and (child.text or "").strip():
                signs.append(STRUCK)
            yield child.text or ""
        else:
            yield BREAKS.get(name, "")


def _marks(element: Any, wanted: str) -> Iterator[Any]:
    """Yield the elements called `wanted` in `element`, also inside wrappers, but not one inside another."""
    for child in element:
        name = _local(child)
        if name == wanted:
            yield child
        elif name in WRAPPERS:
            yield from _marks(child, wanted)


def _property(element: Any, group: str, name: str) -> Any:
    """Return the element `name` in the property `group` of `element`; None where there is none."""
    return next((one for each in element if _local(each) == group for one in each if _local(one) == name), None)


def _number(element: Any, group: str, name: str) -> int:
    found = _property(element, group, name)
    return min(int(_value(found) or 0), MOST_COLUMNS + 1) if found is not None else 0


def _value(element: Any) -> str:
    return next((value for key, value in element.items() if key.rpartition("}")[2] == "val"), "")


def _is_on(element: Any) -> bool:
    return element is not None and _value(element) not in {"0", "false", "off", "none"}


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
