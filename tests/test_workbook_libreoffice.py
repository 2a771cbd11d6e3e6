"""A workbook filled in and saved by LibreOffice itself, as many offices do, comes back whole."""

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from answering import ROOT, TODAY, WHO, answer, give_figure, open_season, say
from workbooks import WOMEN, edited, faults_of, place, raw_workbook, send, signature

from tracker.settings import Settings
from tracker.workbook.model import META, REPORT, TARGETS

PYTHONS = ("/usr/lib/libreoffice/program/python", "/opt/libreoffice/program/python", "/usr/bin/python3")


@cache
def python_with_uno() -> str | None:
    """Return a Python that can talk to LibreOffice, or None."""
    for python in PYTHONS:
        asked = [python, "-c", "import uno"]
        if Path(python).exists() and subprocess.run(asked, capture_output=True, check=False).returncode == 0:
            return python
    return None


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings(today=TODAY.isoformat())


@pytest.fixture
def libreoffice(tmp_path: Path) -> Callable[[bytes, list[tuple[str, str, object]]], tuple[bytes, Any]]:
    """Give what opens a workbook in LibreOffice, types into cells and saves it; skip where there is none."""
    soffice, python = shutil.which("soffice"), python_with_uno()
    if soffice is None or python is None:
        pytest.skip("needs LibreOffice (soffice) and a Python with its uno module")

    def fill(raw: bytes, typed: list[tuple[str, str, object]]) -> tuple[bytes, Any]:
        source, target = tmp_path / "source.xlsx", tmp_path / "target.xlsx"
        source.write_bytes(raw)
        script = ROOT / "tests" / "fill_with_libreoffice.py"
        command = [python, str(script), soffice, str(source), str(target), json.dumps(typed)]
        ran = subprocess.run(command, capture_output=True, check=True, text=True, timeout=180)
        return target.read_bytes(), json.loads(ran.stdout)

    return fill


def test_a_workbook_filled_in_with_libreoffice_comes_back_whole(
    sqlite_engine: sa.Engine, settings: Settings, libreoffice: Callable[..., tuple[bytes, Any]]
) -> None:
    open_season(sqlite_engine, None, date(2023, 10, 16), TODAY)
    tricky = 'Dòng một <b> & "x"\n- dòng hai _x0041_ 🌾\n=1+1'
    say(sqlite_engine, "I.5", answer(tricky, percent=60), code="2023")
    say(sqlite_engine, "I.6", answer("Đã gửi rồi", percent=30))
    give_figure(sqlite_engine, "htx-moi", 1253)
    raw = raw_workbook(sqlite_engine, settings, WOMEN)
    at: dict[str, str] = {}

    def find(book: Any) -> None:
        names = [f"I.2.{key}" for key in ("status", "percent", "result", "causes")]
        names += ["I.5.keep", "viec-lam-tht.value"]
        at.update({name: place(book, *name.rsplit(".", 1)) for name in names} | {"sign": signature(book)})

    edited(raw, find)
    typed = [
        (REPORT, at["I.2.status"], "Đang thực hiện"),
        (REPORT, at["I.2.percent"], 45),
        (REPORT, at["I.2.result"], tricky),
        (REPORT, at["I.2.causes"], "=SUM(A1)"),
        (REPORT, at["I.5.keep"], "x"),
        (REPORT, at["sign"], WHO),
        (TARGETS, at["viec-lam-tht.value"], "1.253"),
    ]
    back, (protected, shown) = libreoffice(raw, typed)
    assert set(protected) >= {REPORT, TARGETS, META}
    assert shown == [REPORT, TARGETS, "Hướng dẫn"]
    taken = send(sqlite_engine, settings, back, WOMEN)
    said = [(update.percent, update.result, update.causes, update.said_by) for update in taken.updates]
    assert said == [(45, tricky, "=SUM(A1)", WHO), (60, tricky, "", WHO)]
    assert [(figure.target_id, figure.value) for figure in taken.figures] == [("viec-lam-tht", 1253)]


def test_a_workbook_that_libreoffice_only_opened_and_saved_says_nothing_new(
    sqlite_engine: sa.Engine, settings: Settings, libreoffice: Callable[..., tuple[bytes, Any]]
) -> None:
    open_season(sqlite_engine, None, date(2023, 10, 16), TODAY)
    say(sqlite_engine, "I.5", answer("Năm 2023\n- hai", percent=60), code="2023")
    say(sqlite_engine, "I.6", answer("Đã gửi rồi", percent=30))
    give_figure(sqlite_engine, "htx-moi", 1253)
    back, _ = libreoffice(raw_workbook(sqlite_engine, settings, WOMEN), [])
    assert "chưa có nội dung nào mới" in str(faults_of(sqlite_engine, settings, back, WOMEN))
