"""No line of an answer is lost between the paper and its pages, however high its row is."""

from pathlib import Path

from factories_papers import sample_paper
from pdf_reading import elements
from pdfminer.high_level import extract_text
from word_to_pdf import rendered

from tracker.papers.docx import docx_bytes
from tracker.papers.paper import Annex, Column, Row, Table
from tracker.papers.pdf import pdf_bytes

TEMPLATES = Path(__file__).parent.parent / "templates" / "memo"
LINES = {f"D{rows:02}.{line:02}" for rows in range(1, 81) for line in range(1, rows + 1)}
COLUMNS = (
    Column(title="TT", width=14),
    Column(title="Hoạt động", width=66),
    Column(title="Kết quả", width=59),
    Column(title="Còn lại", width=118),
)
ROWS = tuple(
    Row(cells=(f"II.{rows}", "Tổ chức hội nghị", "\n".join(f"D{rows:02}.{n:02}" for n in range(1, rows + 1)), ""))
    for rows in range(1, 81)
)
PAPER = sample_paper(
    annexes=(Annex(label="Phụ lục I", title="CÁC DÒNG", table=Table(columns=COLUMNS, rows=ROWS)),)
)


def test_rows_of_one_to_eighty_lines_are_whole_in_the_pages_that_libreoffice_makes_of_word(tmp_path: Path) -> None:
    pages = rendered({"memo": docx_bytes(PAPER, TEMPLATES / "memo.docx")}, tmp_path)["memo"]
    (tmp_path / "memo.pdf").write_bytes(pages)
    found = extract_text(tmp_path / "memo.pdf")
    assert not [line for line in LINES if line not in found]


def test_rows_of_one_to_eighty_lines_are_whole_in_the_pdf() -> None:
    found = "\n".join(each.text for each in elements(pdf_bytes(PAPER, TEMPLATES / "memo.typ")))
    assert not [line for line in LINES if line not in found]
