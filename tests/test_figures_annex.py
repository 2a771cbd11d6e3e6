"""The annex of figures by who reported them, and the sums, in every format of the memo."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import docx
import openpyxl
import sqlalchemy as sa
from answering import TODAY, give_figure, open_season, paper_of, snapshot_of
from factories_web import read_html
from pdfminer.high_level import extract_text
from plan_text import ADDED_UP, DISTRICTS, altered

from tracker.plan.reader import parse_plan
from tracker.report.annexes import annexes, by_locality
from tracker.report.compile import compile_memo
from tracker.report.facts import Goal, Portion
from tracker.settings import Settings


def summed(title: str, *values: int | None) -> Goal:
    """Return a goal to which localities 1, 2, … gave `values`."""
    known = [Decimal(value) for value in values if value is not None]
    return Goal(
        title=title,
        unit="người",
        printed="30 người",
        at_least=Decimal(30),
        value=sum(known, Decimal(0)) if known else None,
        before=None,
        portions=tuple(Portion(who=f"Huyện {n}", value=value) for n, value in enumerate(values, 1)),
        asked=len(values),
        reported_by="địa phương",
    )


def test_the_annex_has_a_row_a_locality_a_column_a_target_and_the_sums(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine, parse_plan(altered(*DISTRICTS, *ADDED_UP).encode()))
    snapshot = snapshot_of(sqlite_engine)
    goals = (snapshot.goals[0], summed("Việc làm", 5, 1253, None), summed("HTX", 1, 0))
    annex = annexes(replace(snapshot, goals=goals))[-1]
    assert (annex.label, annex.title) == ("Phụ lục III", "SỐ LIỆU CHỈ TIÊU THEO ĐỊA PHƯƠNG")
    assert [c.title for c in annex.table.columns] == ["TT", "Địa phương", "Việc làm (người)", "HTX (người)"]
    assert [row.cells for row in annex.table.rows] == [
        ("1", "Huyện 1", "5", "1"),
        ("2", "Huyện 2", "1.253", "0"),
        ("3", "Huyện 3", "Chưa báo cáo", "–"),
        ("", "Cộng", "1.258 (2/3)", "1"),
    ]


def test_more_targets_than_a_page_takes_go_on_in_another_part(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine, parse_plan(altered(*DISTRICTS, *ADDED_UP).encode()))
    goals = tuple(summed(f"Chỉ tiêu {n}", n, None) for n in range(14))
    parts = by_locality(replace(snapshot_of(sqlite_engine), goals=goals))
    assert [len(part.table.columns) - 2 for part in parts] == [6, 6, 2]
    assert [part.title.endswith("(TIẾP THEO)") for part in parts] == [False, True, True]
    titles = [column.title for part in parts for column in part.table.columns[2:]]
    assert titles == [f"Chỉ tiêu {n} (người)" for n in range(14)]


def test_the_annex_and_the_sums_are_printed_in_every_format(sqlite_engine: sa.Engine, settings: Settings) -> None:
    open_season(sqlite_engine, parse_plan(altered(*DISTRICTS, *ADDED_UP).encode()))
    give_figure(sqlite_engine, "viec-lam", Decimal(5), agency="huyen-x")
    give_figure(sqlite_engine, "viec-lam", Decimal(4), agency="huyen-z")
    files = compile_memo(sqlite_engine, settings.on(TODAY), "2024", "đầu mối").files
    texts = {file.suffix: text_of(file) for file in files}
    assert texts.keys() == {".docx", ".html", ".pdf", ".xlsx"}
    for suffix, text in texts.items():
        assert "SỐ LIỆU CHỈ TIÊU THEO ĐỊA PHƯƠNG" in text, suffix
        assert "9 (2/3)" in text, suffix
        if suffix != ".pdf":  # there a cell's lines stand between those of its neighbours
            assert "Việc làm mới (số liệu của 2/3 địa phương)" in text, suffix


def text_of(file: Path) -> str:
    """Return all that stands in a memo's file, with single spaces."""
    if file.suffix == ".xlsx":
        sheets = openpyxl.load_workbook(file).worksheets
        found = [str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value]
    elif file.suffix == ".docx":
        found = [
            mark.text or "" for mark in docx.Document(str(file)).element.body.iter() if mark.tag.endswith("}t")
        ]
    elif file.suffix == ".pdf":
        found = [extract_text(file)]
    else:
        found = [read_html(file.read_text(encoding="utf-8")).text]
    return " ".join(" ".join(found).split())


def test_a_memo_without_such_targets_has_no_such_annex(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine, parse_plan(altered(*DISTRICTS).encode()))
    assert by_locality(snapshot_of(sqlite_engine)) == ()
    assert len(paper_of(snapshot_of(sqlite_engine)).annexes) == 2
