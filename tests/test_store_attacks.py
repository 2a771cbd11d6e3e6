"""A store that was damaged, cut off, or left by a process that was killed: whole, or one clear line."""

import multiprocessing
import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from answering import NOW
from office import DAY, Office
from test_store_migrations import a_row_in_every_table

from tracker.store.engine import _connectable, open_store, opened_store, reading, writing
from tracker.store.journal import note
from tracker.store.tables import JournalEntry
from tracker.store.upgrade import alembic_config

DATABASE = "tracker.db"


def cut_in_half(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def overwrite_the_middle(file: Path) -> None:
    with file.open("r+b") as raw:
        raw.seek(4096)
        raw.write(b"\xa5" * 8192)


def make_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("damage", [cut_in_half, overwrite_the_middle, make_a_folder])
@pytest.mark.parametrize("typed", [["status"], ["remind"], ["apply"], ["collect"]])
def test_a_damaged_store_is_one_clear_line_and_no_letter_leaves(applied: Office, damage, typed) -> None:  # type: ignore[no-untyped-def]
    damage(applied.var / DATABASE)
    status, _, err = applied.run(*typed, "--on", DAY)
    assert status == 1
    assert len(err.splitlines()) == 1
    assert "Traceback" not in err
    assert not list((applied.var / "outbox").glob("*"))


def test_an_empty_file_is_a_store_in_which_nothing_was_applied(office: Office) -> None:
    office.var.mkdir()
    (office.var / DATABASE).touch()
    assert "tracker apply" in office.run("status", "--on", DAY)[2]
    office.well("apply", "--on", DAY)


@pytest.mark.parametrize("back", ["2024-10-03", "1999-01-04"])
def test_a_clock_that_was_set_back_sends_no_letter_twice(reminded: Office, back: str) -> None:
    before = sorted(file.name for file in (reminded.var / "outbox").iterdir())
    reminded.run("remind", "--on", back)
    reminded.well("remind", "--on", DAY)
    assert sorted(file.name for file in (reminded.var / "outbox").iterdir()) == before


@pytest.mark.parametrize("kind", ["folder", "link to nothing"])
def test_a_secret_key_that_is_no_file_is_one_clear_line(applied: Office, kind: str) -> None:
    key = applied.var / "secret-key"
    key.unlink(missing_ok=True)
    if kind == "folder":
        key.mkdir()
    else:
        key.symlink_to(applied.folder / "absent" / "key")
    status, _, err = applied.run("remind", "--on", DAY)
    assert (status, len(err.splitlines())) == (1, 1)
    assert not list((applied.var / "outbox").glob("*"))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_store_whose_connections_are_all_cut_is_back_at_once(engine: sa.Engine) -> None:
    cut = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    for number in range(6):
        with writing(engine) as session:
            note(session, NOW, "ai", "did", str(number))
        other = sa.create_engine(engine.url, poolclass=sa.NullPool)
        with other.connect() as connection:
            assert connection.scalar(sa.text(cut))
        other.dispose()
    with reading(engine) as session:
        kept = list(session.scalars(sa.select(JournalEntry.about).order_by(JournalEntry.id)))
    assert kept == [str(number) for number in range(6)]


def migrate(url: str) -> None:
    """Bring a store to the newest version: what each command does first."""
    open_store(url).dispose()
    os._exit(0)


def old_store(file: Path) -> dict[str, int]:
    """Make a store of version 2 with a row in every table; return how many each holds."""
    url = f"sqlite:///{file}"
    engine = _connectable(url, create=True)
    with engine.begin() as connection:
        config = alembic_config(url)
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        rows = a_row_in_every_table(connection)
    engine.dispose()
    return rows


def versions(file: Path) -> tuple[str, str]:
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        version = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        whole = connection.scalar(sa.text("PRAGMA integrity_check"))
    engine.dispose()
    return str(version), str(whole)


@pytest.mark.parametrize("kills", [pytest.param(4, id="few"), pytest.param(25, id="many", marks=pytest.mark.slow)])
def test_a_store_whose_migration_is_killed_is_old_or_new_and_never_between(tmp_path: Path, kills: int) -> None:
    made = tmp_path / "made.db"
    rows = old_store(made)
    newest = tmp_path / "newest.db"
    shutil.copy(made, newest)
    forked = multiprocessing.get_context("fork")
    began = time.monotonic()
    whole = forked.Process(target=migrate, args=(f"sqlite:///{newest}",))
    whole.start()
    whole.join()
    takes = time.monotonic() - began
    chance = random.Random(305)
    for number in range(kills):
        file = tmp_path / f"{number}.db"
        shutil.copy(made, file)
        killed = forked.Process(target=migrate, args=(f"sqlite:///{file}",))
        killed.start()
        time.sleep(chance.uniform(0, takes))
        os.kill(killed.pid or 0, signal.SIGKILL)
        killed.join()
        assert versions(file) in {("0002", "ok"), versions(newest)}
        with opened_store(f"sqlite:///{file}") as engine, engine.connect() as connection:
            for table, count in rows.items():
                assert connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table))) == count, table
        assert versions(file) == versions(newest)


def test_five_that_migrate_one_store_at_once_all_find_it_whole(tmp_path: Path) -> None:
    file = tmp_path / DATABASE
    rows = old_store(file)
    forked = multiprocessing.get_context("fork")
    at_once = [forked.Process(target=migrate, args=(f"sqlite:///{file}",)) for _ in range(5)]
    for one in at_once:
        one.start()
    for one in at_once:
        one.join()
    assert [one.exitcode for one in at_once] == [0] * 5
    with opened_store(f"sqlite:///{file}") as engine, engine.connect() as connection:
        for table, count in rows.items():
            assert connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table))) == count, table
