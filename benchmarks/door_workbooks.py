"""Workbooks that are made to cost much, for the table of doors."""

import io
import zipfile
from collections.abc import Callable
from xml.sax.saxutils import quoteattr

from tracker.workbook.model import COLUMNS, FORMAT, META, REPORT

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ID_COLUMN = list(COLUMNS).index("id") + 1


def workbook(
    *,
    title: str = "x",
    rows: list[str] | None = None,
    meta: list[list[str]] | None = None,
    merged: str = "",
    shared: str = "",
    namespace: str = MAIN,
    others: int = 0,
) -> bytes:
    """Return a workbook of a report, a hidden sheet, one called `title`, and `others` more."""
    told = [["format", str(FORMAT)], ["period", "2024"], ["agency", "x"], *(meta or [])]
    hidden = [f"<row>{''.join(map(_cell, line))}</row>" for line in told]
    head = f"<row>{''.join(map(_cell, COLUMNS.values()))}</row>"
    names = [REPORT, META, title, *(f"{number}{title}" for number in range(others))]
    listed = "".join(
        f"<sheet name={quoteattr(name)} sheetId='{n}' r:id='r{min(n, 3)}'/>" for n, name in enumerate(names, 1)
    )
    links = "".join(f"<Relationship Id='r{n}' Type='{RELATIONS}/worksheet' Target='s{n}.xml'/>" for n in (1, 2, 3))
    links += f"<Relationship Id='r4' Type='{RELATIONS}/sharedStrings' Target='t.xml'/>"
    parts = {
        "_rels/.rels": f"<a><b Id='r1' Type='{RELATIONS}/officeDocument' Target='xl/b.xml'/></a>",
        "xl/b.xml": f"<workbook xmlns:r='{RELATIONS}'><sheets>{listed}</sheets></workbook>",
        "xl/_rels/b.xml.rels": f"<a>{links}</a>",
        "xl/t.xml": f"<sst><si><t xml:space='preserve'>{shared}</t></si></sst>",
        "xl/s1.xml": _sheet(head + "".join(rows or []), namespace, merged),
        "xl/s2.xml": _sheet("".join(hidden)),
        "xl/s3.xml": _sheet(""),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:  # not packed: of what packs too well nothing is read
        for name, part in parts.items():
            new.writestr(name, part.encode())
    return out.getvalue()


def sheets(marks: str, rows: int) -> list[tuple[str, int, Callable[[int], bytes]]]:
    """Return costly workbooks: name, bound of the size, and what makes one of a size."""
    blank = " \t\n" * 66_000
    address = "a" * 199_000
    return [
        ("strange ids", rows, lambda size: workbook(rows=_ids("z{}-khac", size), meta=_asked(size))),
        ("equal ids", rows, lambda size: workbook(rows=_ids("I.1", size), meta=_asked(size))),
        ("missing ids", rows, lambda size: workbook(meta=_asked(size))),
        ("changed ids", rows, lambda size: workbook(rows=_ids("I.{}x", size), meta=_asked(size))),
        ("marks in cells", rows, lambda size: workbook(rows=_ids(marks * 200, size), meta=_asked(size))),
        ("sheets", 40_000, lambda size: workbook(others=size)),
        ("merged cells", 60_000, lambda size: workbook(merged="<mergeCell ref='A1:Z2000'/>" * size)),
        (
            "cells outside",
            40_000,
            lambda size: workbook(rows=["<row>" + _cell("x") * 20 + "</row>"] * (size // 20)),
        ),
        (
            "cells of one long blank text",
            40_000,
            lambda size: workbook(shared=blank, rows=["<row>" + "<c t='s'><v>0</v></c>" * size + "</row>"]),
        ),
        (
            "elements of one long namespace",
            20_000,
            lambda size: workbook(namespace=address, rows=["<row/>" * size]),
        ),
        (
            "attributes",
            20_000,
            lambda size: workbook(rows=["<row " + " ".join(f"a{n}=''" for n in range(size)) + "/>"]),
        ),
        (
            "namespaces",
            10_000,
            lambda size: workbook(rows=["<row " + " ".join(f"xmlns:a{n}='{n}'" for n in range(size)) + "/>"]),
        ),
        ("levels", 100_000, lambda size: workbook(rows=["<a>" * size + "</a>" * size])),
    ]


def _cell(text: str) -> str:
    return f"<c t='str'><v>{text}</v></c>"


def _sheet(rows: str, namespace: str = MAIN, merged: str = "") -> str:
    inside = f"<sheetData>{rows}</sheetData><mergeCells>{merged}</mergeCells>"
    return f"<worksheet xmlns='{namespace}'>{inside}</worksheet>"


def _ids(form: str, size: int) -> list[str]:
    return [f"<row>{'<c/>' * (ID_COLUMN - 1)}{_cell(form.format(number))}</row>" for number in range(size)]


def _asked(size: int) -> list[list[str]]:
    return [["row", f"I.{number}", "0", "x"] for number in range(size)]
