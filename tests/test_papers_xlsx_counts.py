"""A memo's workbook counts: LibreOffice sums its columns up to what the memo says."""

import csv
import io
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from answering import NOW, answer, open_season, paper_of, said, say, snapshot_of

from tracker.papers.xlsx import xlsx_bytes
from tracker.progress import UpdateStatus


def test_libreoffice_sums_the_counted_columns_to_the_memos_own_numbers(
    sqlite_engine: sa.Engine, tmp_path: Path
) -> None:
    if shutil.which("soffice") is None:
        pytest.skip("needs LibreOffice: apt-get install libreoffice-calc")
    open_season(sqlite_engine)
    say(sqlite_engine, "II.10", answer("=1+2", percent=60))
    say(
        sqlite_engine,
        "II.17",
        answer("3", status=UpdateStatus.DONE, percent=100),
        said(at=NOW + timedelta(days=20)),
    )
    paper = paper_of(snapshot_of(sqlite_engine, as_of=(NOW + timedelta(days=21)).date()))
    *_, total = paper.annexes[1].table.rows
    file, sums = _with_sums(xlsx_bytes(paper), tmp_path)
    office = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    subprocess.run(
        [*office, "--convert-to", "csv", "--outdir", str(tmp_path), str(file)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    [found] = list(csv.reader((tmp_path / "memo.csv").read_text(encoding="utf-8").splitlines()))
    counted = [total.cells[place] for place in sums]
    assert found == [*counted, "160", "0"]
    assert len(counted) == 7


def _with_sums(packed: bytes, folder: Path) -> tuple[Path, list[int]]:
    """Return the workbook with a first sheet that sums up its columns, and which of Phụ lục II they are."""
    book = openpyxl.load_workbook(io.BytesIO(packed))
    top = book.create_sheet("Tổng", 0)
    sheet, first = book["Phụ lục II"], book["Phụ lục I"]
    head = next(row[0].row for row in sheet.iter_rows() if row[0].value == "TT")
    places = [2, 3, 4, 5, *range(7, sheet.max_column)]
    filtered = sheet.auto_filter.ref.split(":")[1].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert sheet.cell(int(filtered) + 1, 2).value == "Cộng"
    letters = [openpyxl.utils.get_column_letter(place + 1) for place in places]
    cells = [f"=SUM('Phụ lục II'!{letter}{head + 1}:{letter}{filtered})" for letter in letters]
    top.append([*cells, "=SUM('Phụ lục I'!G1:G99)", "=SUM('Phụ lục I'!H1:H99)"])
    assert "=1+2" in [cell.value for row in first.iter_rows() for cell in row if cell.data_type == "s"]
    book.active = 0
    file = folder / "memo.xlsx"
    book.save(file)
    return file, places
