"""A command starts quickly: it loads only what it uses, and reads the plan once."""

import os
import subprocess
import sys
from pathlib import Path

import holidays
import pytest
from alembic.script import ScriptDirectory

from tracker.calendar import WorkingDays
from tracker.cli import main
from tracker.store.engine import NEWEST_REVISION
from tracker.store.upgrade import alembic_config

ROOT = Path(__file__).parent.parent
REMIND = """
import cProfile, pstats, sys
from tracker.cli import main
profile = cProfile.Profile()
profile.runcall(main, ["remind", "--on", "2024-10-15"])
calls = [count for (_, _, name), (count, *_) in pstats.Stats(profile).stats.items() if name == "parse_plan"]
print(calls, *(name for name in sys.modules if name.startswith(("alembic", "holidays.countries", "holidays.fin"))))
"""


def test_reminding_loads_neither_alembic_nor_other_countries_and_reads_the_plan_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_VAR", str(tmp_path))
    monkeypatch.chdir(ROOT)
    assert main(["apply"]) == 0
    done = subprocess.run(
        [sys.executable, "-c", REMIND], env=os.environ, capture_output=True, text=True, check=True
    )
    assert "Đã gửi" in done.stdout
    assert done.stdout.splitlines()[-1] == "[1]"


def test_the_newest_revision_is_that_of_the_files() -> None:
    assert ScriptDirectory.from_config(alembic_config("sqlite://")).get_current_head() == NEWEST_REVISION


@pytest.mark.parametrize("year", [2024, 2025, 2026, 2030])
def test_the_days_off_are_the_librarys_own(year: int) -> None:
    office = WorkingDays()
    for day in holidays.country_holidays("VN", years=year):
        assert not office.is_working(day)
