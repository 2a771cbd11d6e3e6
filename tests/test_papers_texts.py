"""Two thousand texts go through every format and come back as they were typed; all formats say the same."""

import io
import unicodedata
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
import sqlalchemy as sa
from answering import paper_of
from docx.oxml.ns import qn
from example_memo import example_snapshot
from factories_papers import sample_paper
from generated_texts import generated_texts
from pdf_reading import elements

from tracker.papers.charts import alternative
from tracker.papers.docx import docx_bytes
from tracker.papers.html import html_bytes
from tracker.papers.paper import Annex, Block, Column, Paper, Row, Table
from tracker.papers.pdf import pdf_bytes
from tracker.papers.xlsx import xlsx_bytes

MEMO = Path(__file__).parent.parent / "templates" / "memo"
TEXTS = generated_texts(2_000)
ZERO_WIDTH_JOINER = "\u200d"
START, END = "Từ đây là lời của các cơ quan:", "Hết lời của các cơ quan."


@pytest.fixture(scope="module")
def paper() -> Paper:
    """Give a paper that says every text in a paragraph and in a cell."""
    columns = (
        Column(title="TT", width=14),
        Column(title="Hoạt động", width=100),
        Column(title="Kết quả", width=50),
    )
    rows = (Row(cells=(str(number), text, text)) for number, text in enumerate(TEXTS, 1))
    said = (Block(kind="paragraph", text=text, said_by="Sở A") for text in TEXTS)
    first, last = Block(kind="paragraph", text=START), Block(kind="paragraph", text=END)
    annex = Annex(label="Phụ lục", title="TÌNH HÌNH", table=Table(columns=columns, rows=tuple(rows)))
    return sample_paper(body=(first, *said, last), annexes=(annex,), subject=TEXTS[-1])


def said(paragraphs: list[str]) -> list[str]:
    return paragraphs[paragraphs.index(START) + 1 : paragraphs.index(END)]


def test_they_come_back_from_word(paper: Paper) -> None:
    document = docx.Document(io.BytesIO(docx_bytes(paper, MEMO / "memo.docx")))
    body = document.element.body
    assert said([typed_in(each) for each in body.iterchildren(qn("w:p"))]) == TEXTS
    cells = [typed_in(each) for each in list(body.iterchildren(qn("w:tbl")))[-1].iter(qn("w:tc"))]
    assert cells[4::3] == cells[5::3] == TEXTS


def typed_in(element: Any) -> str:
    pieces = element.iter(qn("w:t"), qn("w:br"))
    return "".join("\n" if piece.tag == qn("w:br") else piece.text or "" for piece in pieces)


class Page(HTMLParser):
    """The texts of a page's paragraphs and cells."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[str, list[str]] = {"p": [], "td": []}
        self.tags: set[str] = set()
        self.open: str | None = None

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag in self.texts:
            self.open = tag
            self.texts[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == self.open:
            self.open = None

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts[self.open][-1] += data


def test_they_come_back_from_the_page(paper: Paper) -> None:
    page = Page()
    page.feed(html_bytes(paper, MEMO / "memo.html.j2").decode())
    assert said(page.texts["p"]) == TEXTS
    assert page.texts["td"][1::3] == page.texts["td"][2::3] == TEXTS
    assert "script" not in page.tags


def test_they_come_back_from_the_text_layer_of_the_pdf(paper: Paper) -> None:
    """Spaces at the end of a line are not kept, and right-to-left letters stand as they are seen."""
    found = elements(pdf_bytes(paper, MEMO / "memo.typ"))
    paragraphs = [each.text for each in found if each.role == "/P"]
    cells = [each.text for each in found if each.role == "/TD"]
    assert len(cells) == 3 * len(TEXTS)
    for back in (said(paragraphs), cells[1::3], cells[2::3]):
        assert not [pair for pair in zip(back, TEXTS, strict=True) if not same(*pair)]


def same(back: str, typed: str) -> bool:
    found, wanted = drawn(back), drawn(typed)
    turned = {"R", "AL", "RLO"} & {unicodedata.bidirectional(letter) for letter in typed}
    return sorted(found) == sorted(wanted) if turned else found == wanted


def drawn(text: str) -> str:
    """Return `text` without spaces and without what nothing is drawn for: line ends use it up."""
    return "".join(letter for letter in text if letter == ZERO_WIDTH_JOINER or not unseen(letter))


def unseen(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) == "Cf"


def test_they_come_back_from_the_sheet_and_none_is_a_formula_or_a_link(paper: Paper) -> None:
    made = xlsx_bytes(paper)
    sheet = openpyxl.load_workbook(io.BytesIO(made))["Phụ lục"]
    rows = [row for row in sheet.iter_rows() if str(row[0].value).isdecimal()]
    assert [row[1].value for row in rows] == [row[2].value for row in rows] == TEXTS
    assert {cell.data_type for row in rows for cell in row} == {"s"}
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        xml = b"".join(parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/"))
    assert b"<f>" not in xml
    assert b"<hyperlink" not in xml


def test_word_the_page_and_the_pdf_say_the_same_sentences_in_the_same_order() -> None:
    assert_all_say_the_same(sample_paper())


def test_so_they_do_in_the_memo_of_the_example_answers(sqlite_engine: sa.Engine) -> None:
    paper = paper_of(example_snapshot(sqlite_engine))
    assert [block for block in paper.body if block.kind == "chart"]
    assert_all_say_the_same(paper)


def assert_all_say_the_same(paper: Paper) -> None:
    page = Page()
    page.feed(html_bytes(paper, MEMO / "memo.html.j2").decode().partition("<main>")[2])
    body = docx.Document(io.BytesIO(docx_bytes(paper, MEMO / "memo.docx"))).element.body
    word = [typed_in(each) for each in body.iter(qn("w:p"))]
    said_in_pdf = elements(pdf_bytes(paper, MEMO / "memo.typ"))
    pdf = [each.text for each in said_in_pdf if each.role != "/Figure"]
    assert solid(word) == solid(pdf)
    charts = [each.get("descr") for each in body.iter(qn("wp:docPr"))]
    assert charts == [each.text for each in said_in_pdf if each.role == "/Figure"]
    assert charts == [block.chart and alternative(block.chart) for block in paper.body if block.kind == "chart"]
    assert len(page.texts["p"]) > len(paper.body) / 2
    for sentence in page.texts["p"] + page.texts["td"]:
        assert solid([sentence]) in solid(pdf)


def solid(texts: list[str]) -> str:
    return "".join("".join(texts).split()).casefold()
