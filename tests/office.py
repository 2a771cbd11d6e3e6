"""A coordinator's machine, as tests of the command line use it."""

import logging
import os
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from answering import ROOT, real_plan, say

from tracker.cli import main
from tracker.store.engine import open_store
from tracker.store.tables import Base

DAY = "2024-10-15"


class Office:
    """A coordinator's machine: its settings, its files, and the commands typed there."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.folder, self.capsys, self.patch = folder, capsys, patch
        self.var = folder / "var"
        self.plan = folder / "activities.yaml"
        self.plan.write_text(real_plan().text, encoding="utf-8")
        for name in [name for name in os.environ if name.startswith("TRACKER_")]:
            patch.delenv(name)
        self.set(VAR=str(self.var), PLAN=str(self.plan), TEMPLATES=str(ROOT / "templates"))
        patch.chdir(folder)

    def set(self, **given: str) -> None:
        for name, value in given.items():
            self.patch.setenv(f"TRACKER_{name}", value)

    def run(self, *typed: str) -> tuple[int, str, str]:
        """Return the exit status, standard output and standard error of one command."""
        self.capsys.readouterr()
        house = logging.getLogger("tracker")
        handlers, level = house.handlers, house.level
        status = main(typed)
        house.handlers = handlers  # a command is a process of its own: its log ends with it
        house.setLevel(level)
        out, err = self.capsys.readouterr()
        return status, out, err

    def well(self, *typed: str) -> str:
        status, out, err = self.run(*typed)
        assert (status, err) == (0, "")
        return out

    def begin_as(self, kept: Path, *commands: str) -> None:
        """Let `commands` have been typed on DAY; what they leave is kept in `kept` for whoever is next."""
        if kept.exists():
            shutil.copytree(kept, self.var)
            return
        for command in commands:
            self.well(command, "--on", DAY)
        shutil.copytree(self.var, kept)

    def refused(self, *typed: str) -> str:
        """Return what a command said that could not do its work and left everything as it was."""
        before = self.dump()
        status, _, err = self.run(*typed)
        assert status == 1
        assert err.strip()
        assert "Traceback" not in err
        assert self.dump() == before
        return err

    @property
    def database(self) -> str:
        return f"sqlite:///{self.var / 'tracker.db'}"

    def dump(self) -> object:
        """Return all rows and the names of all other files."""
        if not (self.var / "tracker.db").exists():
            return None
        engine = sa.create_engine(self.database)
        with engine.connect() as connection:
            rows = {
                t.name: [tuple(r) for r in connection.execute(sa.select(t))] for t in Base.metadata.sorted_tables
            }
        engine.dispose()
        names = sorted(str(path) for path in self.var.rglob("*") if not path.name.startswith("tracker.db"))
        return rows, names

    def say(self, *activities: str) -> None:
        engine = open_store(self.database)
        for activity in activities:
            say(engine, activity)
        engine.dispose()
