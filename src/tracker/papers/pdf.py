"""A paper as PDF: tagged (PDF/UA-1), archivable (PDF/A-2a), with the fonts it needs inside.

The typst template is the look; whatever a person typed reaches it as data and never as markup.
"""

import json
from dataclasses import fields
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import typst

from tracker.errors import FileTrouble
from tracker.papers.charts import alternative, svg
from tracker.papers.files import printable
from tracker.papers.fitting import CELL_SIZE, SIDES, broken, is_whole
from tracker.papers.letterhead import rule_length, title_of, words_around
from tracker.papers.paper import Annex, Block, Chart, Paper, Row, Table

FONTS = Path(__file__).parent / "fonts"
TEXT_WIDTH, ANNEX_WIDTH = 165, 252
"""Millimetres: the text's width on a page upright and turned."""
TEXT_SIZE = 14


def pdf_bytes(paper: Paper, template: Path) -> bytes:
    """Return `paper` printed with the typst `template`; the same paper gives the same bytes.

    FileTrouble where the template cannot be used.
    """
    compiler = typst.Compiler(font_paths=fonts(), ignore_system_fonts=True, root=str(template.parent))
    try:
        made = compiler.compile(
            input=template.read_bytes(),
            format="pdf",
            pdf_standards=["a-2a", "ua-1"],
            sys_inputs={"paper": json.dumps(printed_words(paper), ensure_ascii=False)},
            timestamp=datetime.combine(paper.dated, time(), UTC),
        )
    except OSError as trouble:
        raise FileTrouble(f"{template}: không đọc được mẫu PDF ({trouble}); hãy lấy lại mẫu gốc") from trouble
    except RuntimeError as trouble:
        raise FileTrouble(
            f"{template}: mẫu có lỗi: {getattr(trouble, 'message', trouble)}; hãy sửa mẫu hoặc lấy lại mẫu gốc"
        ) from trouble
    assert isinstance(made, bytes)  # noqa: S101 (one document, no output file)
    return made


@cache
def fonts() -> typst.Fonts:
    """Return the fonts of every paper: those beside this file and in typst's wheel, none of the machine's."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)])


def printed_words(paper: Paper) -> dict[str, Any]:
    """Return all that the template prints, as plain values; no text holds a character that no file may hold."""
    words = words_around(paper) | {"title": title_of(paper)}
    letterhead = paper.letterhead
    rules = {
        "issuer": rule_length(letterhead.issuer, 12, 74, 0.4),
        "motto": rule_length(str(words["motto"]), 13, 91, 1),
        "nation": rule_length(str(words["nation"]), 15, 91, 1),
        "subject": rule_length(paper.subject, TEXT_SIZE, TEXT_WIDTH, 0.4),
    }
    printed = {
        "kind": paper.kind,
        "subject": _fitted(paper.subject, TEXT_SIZE, TEXT_WIDTH),
        "body": [_block(block) for block in paper.body],
        "annexes": [_annex(annex) for annex in paper.annexes],
    }
    day = {"year": paper.dated.year, "month": paper.dated.month, "day": paper.dated.day}
    return {
        **{name: _plain(value) for name, value in words.items() if name not in ("paper", "letterhead")},
        "letterhead": {field.name: _plain(getattr(letterhead, field.name) or "") for field in fields(letterhead)},
        "paper": printed,
        "rules": rules,
        "dated": day,
    }


def _plain(value: Any) -> Any:
    return printable(value) if isinstance(value, str) else [printable(each) for each in value]


def _block(block: Block) -> dict[str, Any]:
    return {
        "kind": block.kind,
        "leads_on": block.leads_on,
        "level": block.level,
        "label": _fitted(block.label, TEXT_SIZE, TEXT_WIDTH),
        "text": _fitted(block.text, TEXT_SIZE, TEXT_WIDTH),
        "table": _table(block.table, TEXT_WIDTH) if block.table else None,
        "chart": _chart(block.chart) if block.chart else None,
    }


def _chart(chart: Chart) -> dict[str, str]:
    return {"svg": svg(chart), "alternative": alternative(chart)}


def _annex(annex: Annex) -> dict[str, Any]:
    width = TEXT_WIDTH if annex.upright else ANNEX_WIDTH
    return {
        "upright": annex.upright,
        "label": printable(annex.label),
        "title": _fitted(annex.title, TEXT_SIZE, width),
        "lead": [_fitted(sentence, TEXT_SIZE, width) for sentence in annex.lead],
        "table": _table(annex.table.on_paper(), width),
    }


def _table(table: Table, width: float) -> dict[str, Any]:
    total = sum(column.width for column in table.columns)
    rooms = [width * column.width / total - SIDES for column in table.columns]
    return {
        "columns": [
            {"title": _fitted(column.title, CELL_SIZE, room), "width": column.width, "align": column.align}
            for column, room in zip(table.columns, rooms, strict=True)
        ],
        "rows": [_row(row, [width - SIDES] if row.band else rooms) for row in table.rows],
    }


def _row(row: Row, rooms: list[float]) -> dict[str, Any]:
    cells = [_fitted(cell, CELL_SIZE, room) for cell, room in zip(row.cells, rooms, strict=True)]
    whole = is_whole(zip(row.cells, rooms, strict=True))
    return {"cells": cells, "band": row.band, "total": row.total, "whole": whole}


def _fitted(text: str, size: float, room: float) -> str:
    return broken(printable(text), size, room)
