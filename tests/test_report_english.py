"""The memo of an English plan: its own template, headings, days and numbers, in four formats."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pytest
import sqlalchemy as sa
from answering import answer, duty_of, give_figure, said
from factories_english import open_english_season, vietnamese_in
from factories_web import Season
from pdfminer.high_level import extract_text

from tracker.answers.record import record_answers
from tracker.progress import UpdateStatus
from tracker.report.compile import compile_memo
from tracker.settings import Settings
from tracker.store.engine import writing


@pytest.fixture
def english(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    season = open_english_season(sqlite_engine, make_settings, illustration="1")
    with writing(sqlite_engine) as session:
        duties = [duty_of(session, f"II.{number}") for number in (1, 2, 5)]
        answers = (
            answer("All twelve courses were held", status=UpdateStatus.DONE, percent=100),
            answer("", status=UpdateStatus.STOPPED, causes="No funds were given"),
            answer("Half of it", percent=50, difficulties="Few people", proposals="Please give more time"),
        )
        reports = {duty.id: (duty, words) for duty, words in zip(duties, answers, strict=True)}
        record_answers(session, reports, said("A. Officer", season.settings.now()))
    give_figure(sqlite_engine, "htx-moi", 1250)
    return season


def texts(files: dict[str, Path]) -> dict[str, str]:
    """Return what each format says to whoever reads it."""
    document = docx.Document(str(files["docx"]))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"].read_bytes()))
    sheets = [
        str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None
    ]
    html = files["html"].read_text(encoding="utf-8").partition("<body>")[2]
    return {
        "docx": "\n".join([*(each.text for each in document.paragraphs), *cells]),
        "xlsx": "\n".join([*book.sheetnames, *sheets]),
        "html": html,
        "pdf": extract_text(str(files["pdf"])),
    }


def test_a_memo_is_english_in_all_formats(english: Season) -> None:
    compiled = compile_memo(english.engine, english.settings.on(date(2024, 11, 5)), "2024", "reviewer")
    files = {file.suffix[1:]: file for file in compiled.files}
    found = texts(files)
    assert {form: vietnamese_in(text) for form, text in found.items()} == {form: [] for form in found}
    words = found["docx"]
    for expected in (
        "Progress of Plan No. P-1 (Report for 2024)",
        "Under Plan No. P-1 of 5 January 2023, issued by The Council",
        "By 5 November 2024, 3 of 5 activities were reported on",
        "1 done, 1 stopped or dropped",
        "All twelve courses were held",
        "Reached or passed by now, against 2025: 1 of 1 target.",
        "1,250",
        "Please give more time",
        "Office of Plans submits this report for consideration.",
        "To: The Council",
        "Copies:",
        "Annex I",
        "(DRAFT)",
    ):
        assert expected in words, (expected, words)
