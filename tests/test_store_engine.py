"""The database: one schema on both kinds, no lost writes, and faults said in words."""

import subprocess
import sys
import threading
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from conftest import NOW

from tracker.errors import NothingApplied, StoreError
from tracker.store.engine import UTCTime, open_store, opened_store, reading, trying, writing
from tracker.store.journal import note
from tracker.store.tables import Base, Figure, JournalEntry, Period

YEAR = {"code": "2024", "kind": "annual", "title": "Năm 2024", "years": [2024], "activities": [], "agencies": []}


def period() -> Period:
    return Period(**YEAR, opens=NOW.date(), due=NOW.date(), closes=NOW.date())


def entries(engine: sa.Engine) -> int:
    with reading(engine) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(JournalEntry)) or 0


def test_the_migrations_give_exactly_the_tables_of_the_model(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_times_come_back_aware_and_in_utc_and_naive_ones_are_refused(engine: sa.Engine) -> None:
    local = datetime.fromisoformat("2024-10-15T08:00:00+07:00")
    with writing(engine) as session:
        note(session, local, "ai", "did", "x")
    with reading(engine) as session:
        at = session.scalars(sa.select(JournalEntry.at)).one()
    assert at == local
    assert at.tzinfo is UTC
    with pytest.raises(ValueError, match="naive"):
        UTCTime().process_bind_param(datetime(2024, 1, 1), engine.dialect)  # noqa: DTZ001


def test_figures_come_back_exactly(engine: sa.Engine) -> None:
    with writing(engine) as session:
        session.add(kept := period())
        session.flush()
        figure = {"target_id": "x", "agency_id": "y", "said_by": "ai", "said_at": NOW, "way": "page"}
        session.add(Figure(period_id=kept.id, revision=1, value=Decimal("1253.1000"), **figure))
    with reading(engine) as session:
        assert str(session.scalars(sa.select(Figure.value)).one()) == "1253.1000"


def test_read_then_write_from_many_threads_loses_nothing(engine: sa.Engine) -> None:
    with writing(engine) as session:
        session.add(period())

    def work() -> None:
        for _ in range(25):
            with writing(engine) as session:
                kept = session.scalars(sa.select(Period).with_for_update()).one()
                kept.years = [*kept.years, 1]

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as session:
        assert len(session.scalars(sa.select(Period.years)).one()) == 1 + 4 * 25


WORKER = """
import sys
from datetime import UTC, datetime
import sqlalchemy as sa
from tracker.store.engine import opened_store, writing
from tracker.store.journal import note
from tracker.store.tables import JournalEntry, Period
with opened_store(sys.argv[1], create=True) as engine:
    for _ in range(50):
        with writing(engine) as session:
            if session.get_bind().dialect.name == "postgresql":
                session.execute(sa.text("LOCK TABLE journal IN EXCLUSIVE MODE"))
            count = session.scalar(sa.select(sa.func.count()).select_from(JournalEntry))
            note(session, datetime.now(UTC), "ai", "counted", str(count))
"""


def test_processes_that_make_a_new_database_and_write_to_it_at_once_lose_nothing(database_url: str) -> None:
    workers = [
        subprocess.Popen([sys.executable, "-c", WORKER, database_url], stderr=subprocess.PIPE) for _ in range(3)
    ]
    assert [worker.communicate()[1] for worker in workers] == [b""] * 3
    with opened_store(database_url) as engine, reading(engine) as session:
        counted = session.scalars(sa.select(JournalEntry.about)).all()
    assert sorted(map(int, counted)) == list(range(150))


def test_a_naive_time_is_not_stored(engine: sa.Engine) -> None:
    with pytest.raises(sa.exc.StatementError, match="naive"), writing(engine) as session:
        note(session, datetime(2024, 10, 15), "ai", "did", "x")  # noqa: DTZ001
    assert entries(engine) == 0


def test_an_error_inside_a_write_undoes_all_of_it(engine: sa.Engine) -> None:
    with pytest.raises(RuntimeError), writing(engine) as session:
        note(session, NOW, "ai", "did", "x")
        session.flush()
        raise RuntimeError
    assert entries(engine) == 0


def test_a_dry_run_leaves_no_trace(engine: sa.Engine) -> None:
    with trying(engine) as session:
        note(session, NOW, "ai", "did", "x")
        session.flush()
    assert entries(engine) == 0


def test_a_reader_sees_one_moment_while_others_write(engine: sa.Engine) -> None:
    with reading(engine) as session:
        count = sa.select(sa.func.count()).select_from(JournalEntry)
        assert session.scalar(count) == 0
        with writing(engine) as other:
            note(other, NOW, "ai", "did", "x")
        assert session.scalar(count) == 0
    assert entries(engine) == 1


def test_a_database_of_a_newer_version_is_named_and_left_alone(database_url: str) -> None:
    engine = open_store(database_url, create=True)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'ffff'"))
    engine.dispose()
    with pytest.raises(StoreError, match=r"phiên bản mới hơn \(ffff\); cập nhật chương trình"):
        open_store(database_url)


def test_nothing_is_made_where_nothing_was_applied(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(NothingApplied, match="tracker apply"):
        open_store(database_url)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "ghi-chu.db").write_text("không phải cơ sở dữ liệu " * 100)
    with pytest.raises(StoreError, match="không phải cơ sở dữ liệu; đặt TRACKER_DATABASE_URL"):
        open_store(f"sqlite:///{tmp_path / 'ghi-chu.db'}", create=True)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file in the folder's place")
    with pytest.raises(StoreError, match=r"không tạo được thư mục cơ sở dữ liệu"):
        open_store(f"sqlite:///{tmp_path / 'var' / 'tracker.db'}", create=True)


def test_a_full_disk_is_said_in_words_and_nothing_is_half_written(sqlite_engine: sa.Engine) -> None:
    def full(connection: sa.Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count=1")

    sa.event.listen(sqlite_engine, "begin", full)
    with pytest.raises(StoreError, match="ổ đĩa đầy; giải phóng chỗ trống"), writing(sqlite_engine) as session:
        for _ in range(200):
            note(session, NOW, "ai", "did", "x", detail="y" * 4000)
    sa.event.remove(sqlite_engine, "begin", full)
    assert entries(sqlite_engine) == 0


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(StoreError) as caught:
        open_store("postgresql://tracker:bimat@127.0.0.1:1/tracker")
    assert "127.0.0.1:1" in str(caught.value)
    assert "kiểm tra TRACKER_DATABASE_URL" in str(caught.value)
    assert "bimat" not in str(caught.value)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_no_statement_is_prepared_so_that_a_pooler_may_lend_the_connection_to_others(engine: sa.Engine) -> None:
    with reading(engine) as session:
        for _ in range(20):
            session.scalars(sa.select(JournalEntry.id).where(JournalEntry.id == 1)).all()
        assert session.scalar(sa.text("SELECT count(*) FROM pg_prepared_statements")) == 0
