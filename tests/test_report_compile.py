"""Compiling: the same facts are the same report and the same files, whatever happens to the disk in between."""

import re
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import docx
import openpyxl
import pytest
import sqlalchemy as sa
from answering import NOW, TODAY, answer, edited_plan, open_season, said, say
from docx.oxml.ns import qn
from pdf_reading import elements

from tracker.errors import BadInput, FileTrouble
from tracker.papers.files import FORMATS, Format
from tracker.plan.reader import parse_plan
from tracker.report.compile import compile_memo, draft_periods
from tracker.report.facts import digest, read_snapshot
from tracker.settings import Settings
from tracker.store.apply import apply_plan
from tracker.store.engine import reading, writing
from tracker.store.periods import find_period, open_period, requested_period
from tracker.store.tables import Report


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.on(TODAY)


def reports(engine: sa.Engine) -> list[Report]:
    with reading(engine) as session:
        return list(session.scalars(sa.select(Report).order_by(Report.id)))


def contents(files: tuple[Path, ...]) -> list[bytes]:
    return [file.read_bytes() for file in files]


def test_the_same_facts_twice_are_one_report_and_the_same_bytes(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    say(engine, "II.10", answer("Đã mở 3 lớp"))
    first = compile_memo(engine, settings, "2024", "Mai")
    printed = contents(first.files)
    again = compile_memo(engine, settings, "2024", "Lan")
    assert (first.report.number, first.is_new) == (1, True)
    assert (again.report.number, again.is_new) == (1, False)
    assert again.files == first.files
    assert contents(again.files) == printed
    assert [report.compiled_by for report in reports(engine)] == ["Mai"]


def test_the_files_stand_under_their_period_and_number(sqlite_engine: sa.Engine, settings: Settings) -> None:
    open_season(sqlite_engine)
    compiled = compile_memo(sqlite_engine, settings, "2024", "Mai")
    assert [file.name for file in compiled.files] == [f"bao-cao-2024-1.{each}" for each in FORMATS]
    assert {file.parent for file in compiled.files} == {settings.reports}
    assert contents(compiled.files)[0].startswith(b"PK")
    assert "Kết quả thực hiện Kế hoạch" in compiled.files[1].read_text(encoding="utf-8")


def said_of_charts(word: Path, page: Path, pdf: Path) -> int:
    """Return how many charts there are, with the same words for who does not see them in every format."""
    in_word = [shape._inline.docPr.get("descr") for shape in docx.Document(str(word)).inline_shapes]
    in_page = re.findall(r'role="img" aria-label="([^"]*)"', page.read_text(encoding="utf-8"))
    in_pdf = [each.text for each in elements(pdf.read_bytes()) if each.role == "/Figure"]
    assert in_word == [unescape(each) for each in in_page] == in_pdf
    return len(in_word)


def test_the_memo_says_the_same_in_every_format(sqlite_engine: sa.Engine, settings: Settings) -> None:
    open_season(sqlite_engine)
    words = "Đã mở 3 lớp & <b>hội thảo</b> {{ x }} #set page(fill: red)\n=1+2"
    say(sqlite_engine, "II.10", answer(words))
    word, page, pdf, sheet = compile_memo(sqlite_engine, settings, "2024", "Mai").files
    paragraphs = docx.Document(str(word)).element.body.iter(qn("w:p"))
    told = ["".join(text.text or "" for text in each.iter(qn("w:t"))) for each in paragraphs]
    assert solid(told) == solid([each.text for each in elements(pdf.read_bytes()) if each.role != "/Figure"])
    shown = unescape(re.sub(r"<[^>]*>", "", page.read_text(encoding="utf-8").partition("<main>")[2]))
    assert not [text for text in told if solid([text.removeprefix("- ")]) not in solid([shown])]
    book = openpyxl.load_workbook(sheet)
    assert book.sheetnames == ["Phụ lục I", "Phụ lục II", "Mục III", "Biểu đồ 1", "Biểu đồ 2"]
    tables = [sheet for sheet in book if not sheet.title.startswith("Biểu đồ")]
    cells = [cell for sheet in tables for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert words in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells} == {"s", "n", "d"}
    assert {cell.value for cell in book["Phụ lục I"]["A"] if cell.data_type == "n"} == {None}
    assert said_of_charts(word, page, pdf) == 2
    rows = [row for row in book["Phụ lục I"].iter_rows(values_only=True) if "." in str(row[0])]
    assert len([row for row in rows if row[1]]) == 42


def solid(texts: list[str]) -> str:
    return "".join("".join(texts).split())


@pytest.mark.parametrize("asked", [["pdf"], ["xlsx", "docx"]])
def test_only_the_formats_that_were_asked_for_are_written(
    sqlite_engine: sa.Engine, settings: Settings, asked: list[Format]
) -> None:
    open_season(sqlite_engine)
    compiled = compile_memo(sqlite_engine, settings, "2024", "Mai", formats=asked)
    assert {file.suffix for file in compiled.files} == {f".{each}" for each in asked}
    assert sorted(settings.reports.iterdir()) == sorted(compiled.files)


def test_a_new_word_gives_the_next_number_and_leaves_the_first_files_alone(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    first = compile_memo(engine, settings, "2024", "Mai")
    printed = contents(first.files)
    say(engine, "II.10")
    second = compile_memo(engine, settings, "2024", "Mai")
    assert (second.report.number, second.is_new) == (2, True)
    assert contents(first.files) == printed
    assert contents(second.files) != printed


def test_what_is_kept_can_be_read_back_and_traced_by_its_digest(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    open_season(sqlite_engine)
    say(sqlite_engine, "II.10")
    compiled = compile_memo(sqlite_engine, settings, "2024", "Mai")
    [kept] = reports(sqlite_engine)
    assert digest(kept.snapshot) == kept.digest
    assert read_snapshot(kept.snapshot) == compiled.snapshot


def test_the_clerks_number_is_printed_and_is_no_new_report(sqlite_engine: sa.Engine, settings: Settings) -> None:
    open_season(sqlite_engine)
    compile_memo(sqlite_engine, settings, "2024", "Mai")
    numbered = compile_memo(sqlite_engine, settings, "2024", "Mai", number=5)
    assert (numbered.report.number, numbered.is_new) == (1, False)
    assert "05/BC-BTV" in numbered.files[1].read_text(encoding="utf-8")


def test_an_unknown_period_is_named_with_the_nearest_and_nothing_is_kept(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    open_season(sqlite_engine)
    with pytest.raises(BadInput, match='chưa có kỳ "2042"; có phải "2024"'):
        compile_memo(sqlite_engine, settings, "2042", "Mai")
    assert reports(sqlite_engine) == []
    assert not settings.reports.exists()


def test_where_the_files_cannot_be_written_what_was_frozen_is_printed_by_the_next_try(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    open_season(sqlite_engine)
    settings.var.mkdir()
    settings.reports.write_text("a file where the folder should be")
    with pytest.raises(FileTrouble, match=r"bao-cao-2024-1\.docx"):
        compile_memo(sqlite_engine, settings, "2024", "Mai")
    settings.reports.unlink()
    compiled = compile_memo(sqlite_engine, settings, "2024", "Mai")
    assert (compiled.report.number, compiled.is_new) == (1, False)
    assert all(file.stat().st_size for file in compiled.files)
    assert sorted(path.name for path in settings.reports.iterdir()) == sorted(file.name for file in compiled.files)


def test_a_closed_period_is_still_compiled_after_the_plan_dropped_what_it_asked(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    say(engine, "II.40", answer("Đã huy động"), said(at=NOW))
    before = compile_memo(engine, settings, "2024", "Mai").snapshot
    text = edited_plan(("lead: so-khdt", "lead: so-tai-chinh"), ("so-khdt, so-tai-chinh", "so-tai-chinh")).text
    start, end = text.index("  so-khdt:\n"), text.index("  # Cơ quan phối hợp, theo cột phối hợp")
    edited = parse_plan((text[:start] + text[end:].replace("- id: II.10\n", "- id: II.99\n")).encode())
    new_year = date(2025, 2, 3)
    with writing(engine) as session:
        apply_plan(session, edited, "quản trị", new_year, NOW + timedelta(days=111))
    after = compile_memo(engine, settings.on(new_year), "2024", "Mai").snapshot
    assert [row.id for row in after.rows] == [row.id for row in before.rows]
    assert after.plan_version == before.plan_version
    assert [row.said.result for row in after.rows if row.said] == ["Đã huy động"]


@pytest.mark.parametrize(
    ("today", "drafts"),
    [
        (date(2024, 10, 21), []),
        (date(2024, 10, 22), ["2024"]),
        (date(2024, 10, 23), []),
        (date(2024, 10, 29), []),
    ],
)
def test_a_draft_comes_five_working_days_before_the_due_date(
    sqlite_engine: sa.Engine, today: date, drafts: list[str]
) -> None:
    open_season(sqlite_engine)
    with reading(sqlite_engine) as session:
        assert draft_periods(session, today) == drafts


def test_a_draft_comes_for_every_period_due_that_day_and_counts_days_off(sqlite_engine: sa.Engine) -> None:
    plan = open_season(sqlite_engine)
    with writing(sqlite_engine) as session:
        for code, due in (("dot-xuat-1", date(2024, 10, 29)), ("quoc-khanh", date(2025, 9, 5))):
            asked = requested_period(
                plan,
                TODAY,
                code=code,
                title="Báo cáo đột xuất",
                due=due,
                closes=None,
                years=[2024],
                activities=["II.10"],
                agencies=[],
            )
            open_period(session, plan, asked, "Mai", NOW)
    with reading(sqlite_engine) as session:
        assert sorted(draft_periods(session, date(2024, 10, 22))) == ["2024", "dot-xuat-1"]
        found = [date(2025, 8, 25) + timedelta(days=n) for n in range(12)]
        [day] = [day for day in found if draft_periods(session, day) == ["quoc-khanh"]]
        assert day < date(2025, 8, 29)  # 2 September and the day beside it are days off
        assert find_period(session, "quoc-khanh").due == date(2025, 9, 5)
