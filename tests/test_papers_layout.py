"""No page of the example memo is left half empty; nothing that announces what follows stands last on a page."""

from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa
from answering import paper_of
from example_memo import example_snapshot
from page_reading import Page, read_pages
from word_to_pdf import rendered

from tracker.papers.docx import docx_bytes
from tracker.papers.paper import Paper
from tracker.papers.pdf import pdf_bytes
from tracker.store.engine import open_store

MEMO = Path(__file__).parent.parent / "templates" / "memo"
MARGIN, MOST_BLANK = 20.0, 0.45
"""Millimetres above and below; the share of a page's height for text that may stay empty."""


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """Give the memo of the example answers."""
    engine: sa.Engine = open_store(f"sqlite:///{tmp_path_factory.mktemp('store') / 'tracker.db'}", create=True)
    paper = paper_of(example_snapshot(engine))
    engine.dispose()
    return paper


@pytest.fixture(scope="module", params=["typst", "LibreOffice"])
def pages(request: pytest.FixtureRequest, example: Paper, tmp_path_factory: pytest.TempPathFactory) -> list[Page]:
    """Give the memo's pages, as each of the two sets them."""
    if request.param == "typst":
        return list(read_pages(pdf_bytes(example, MEMO / "memo.typ")))
    words = {"memo": docx_bytes(example, MEMO / "memo.docx")}
    return list(read_pages(rendered(words, tmp_path_factory.mktemp("office"))["memo"]))


def blank(page: Page) -> float:
    """Return which share of the room for text is empty at the foot of `page`."""
    ends = (
        [piece.bottom for piece in page.pieces] + [low for *_, low in page.down] + [low for _, low in page.boxes]
    )
    room = page.height - 2 * MARGIN
    return max(0.0, page.height - MARGIN - max(ends, default=MARGIN)) / room


def begins_a_part(page: Page) -> bool:
    return any(piece.text.startswith("Phụ lục") and piece.face == "bold" for piece in page.pieces)


def test_no_page_but_the_last_of_a_part_is_left_half_empty(pages: list[Page]) -> None:
    ends = {before.number for before, after in pairwise(pages) if begins_a_part(after)} | {pages[-1].number}
    empty = {page.number: round(blank(page), 2) for page in pages if page.number not in ends}
    assert {number: share for number, share in empty.items() if share > MOST_BLANK} == {}


def test_no_heading_or_announcement_stands_last_on_its_page(pages: list[Page], example: Paper) -> None:
    parted = {block.text for block in example.body if block.kind == "heading" or block.leads_on}
    of_text = pages[: next(n for n, page in enumerate(pages) if begins_a_part(page))]
    for page in of_text[:-1]:
        last = page.lines[-1].text.removeprefix("- ") if page.lines else ""
        assert not any(last and text.endswith(last) for text in parted), (page.number, last)


def test_the_annex_of_reports_stands_upright(pages: list[Page]) -> None:
    first, second, *_ = [page for page in pages if begins_a_part(page)]
    assert first.turned
    assert not second.turned


def test_the_numbers_of_the_charts_can_be_read(example: Paper) -> None:
    charts = [page for page in read_pages(pdf_bytes(example, MEMO / "memo.typ")) if page.boxes]
    assert charts
    for page in charts:
        drawn = [p for p in page.pieces if p.text.isdecimal() and p.baseline > MARGIN]
        assert all(piece.sizes[0] >= 8 for piece in drawn), page.number
