"""The database: SQLite by default, PostgreSQL by URL, brought to the newest schema when it is opened."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from tracker.errors import NothingApplied, StoreError
from tracker.store.problems import telling_store_errors

NEWEST_REVISION = max(path.name[:4] for path in (Path(__file__).parent / "migrations" / "versions").glob("0*.py"))
"""The newest migration under `migrations/versions`: a database that has it is opened without alembic."""
PLANNING_LOCK = 305_2025
"""Any number, the same in every process: PostgreSQL's advisory lock."""
PATIENCE = 30.0
"""Seconds to wait for a lock on SQLite's file, or for a connection of the pool."""


class UTCTime(sa.types.TypeDecorator[datetime]):
    """An instant, always aware and in UTC; SQLite alone would hand it back naive, with its offset dropped."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse naive times; store the rest in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value!r}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Return an aware time in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ExactNumber(sa.types.TypeDecorator[Decimal]):
    """A decimal number kept as its text: SQLite has no exact numbers of its own."""

    impl = sa.String(20)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> str | None:
        """Store the plain digits."""
        del dialect
        return None if value is None else f"{value:f}"

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Decimal | None:
        """Return the number exactly as it was given."""
        del dialect
        return None if value is None else Decimal(value)


class Packed(sa.types.TypeDecorator[bytes]):
    """Bytes that are kept compressed; a MIME message shrinks to a fifth."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: sa.Dialect) -> bytes | None:
        """Compress for the store."""
        del dialect
        return None if value is None else zlib.compress(value, level=1)

    def process_result_value(self, value: bytes | None, dialect: sa.Dialect) -> bytes | None:
        """Return the bytes as they were given."""
        del dialect
        return None if value is None else zlib.decompress(value)


def open_store(url: str, *, create: bool = False, patience: float = PATIENCE) -> sa.Engine:
    """Return an engine on the newest schema, migrating the database at `url` where it is older.

    Who uses it waits `patience` seconds at most for a lock on SQLite's file, or for a connection. Raises
    StoreError where it cannot be reached or written, belongs to a newer version, or does not exist yet and
    `create` is False.
    """
    engine = _connectable(url, create, patience)
    try:
        with telling_store_errors(url):
            if _revision(engine) != NEWEST_REVISION:
                from tracker.store.upgrade import upgrade  # alembic takes longer to import than most commands

                upgrade(engine, url, create=create)
    except StoreError:
        engine.dispose()
        raise
    return engine


@contextmanager
def opened_store(url: str, *, create: bool = False, patience: float = PATIENCE) -> Iterator[sa.Engine]:
    """Give an engine as `open_store` does, and let go of its connections at the end."""
    engine = open_store(url, create=create, patience=patience)
    try:
        yield engine
    finally:
        engine.dispose()


def _connectable(url: str, create: bool, patience: float = PATIENCE) -> sa.Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        driven = parsed.set(drivername="postgresql+psycopg")
        # Prepared statements save nothing here and break behind pgbouncer, which lends one connection to many.
        unprepared = {"prepare_threshold": None}
        return sa.create_engine(driven, pool_pre_ping=True, pool_timeout=patience, connect_args=unprepared)
    if parsed.database and parsed.database != ":memory:":
        if not create and not Path(parsed.database).exists():
            raise NothingApplied
        folder = Path(parsed.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{folder}: không tạo được thư mục cơ sở dữ liệu ({error.strerror}); "
                "cho quyền ghi hoặc đặt TRACKER_DATABASE_URL"
            ) from error
    engine = sa.create_engine(parsed, connect_args={"timeout": patience}, **_pool_of(parsed, patience))
    sa.event.listen(engine, "connect", _sqlite_pragmas)
    sa.event.listen(engine, "begin", _begin_immediate)
    return engine


def _pool_of(url: sa.URL, patience: float) -> dict[str, Any]:
    """Return how long to wait for a connection; a database in memory has one alone, which nobody waits for."""
    in_memory = url.database in {None, "", ":memory:"}
    return {} if in_memory else {"poolclass": sa.QueuePool, "pool_timeout": patience}


def _sqlite_pragmas(connection: Any, _record: object) -> None:
    # The driver's own transactions begin deferred and lose updates between a read and its write.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_immediate(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    if options.get("each_alone"):
        return
    if options.get("reads_only"):
        connection.exec_driver_sql("BEGIN DEFERRED")
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def reading(engine: sa.Engine) -> Iterator[Session]:
    """Give a session that only reads, and sees one moment of the record throughout.

    On SQLite it waits for no writer and holds none up.
    """
    postgresql = engine.dialect.name == "postgresql"
    quiet = engine.execution_options(reads_only=True)
    if postgresql:
        quiet = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with telling_store_errors(str(engine.url)), Session(quiet, expire_on_commit=False) as session:
        yield session
        if postgresql:
            session.commit()


@contextmanager
def each_statement_alone(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection on which every statement is a transaction of its own, on the disk once it is through."""
    alone = engine.execution_options(each_alone=True)
    if engine.dialect.name == "postgresql":
        alone = engine.execution_options(isolation_level="AUTOCOMMIT")
    with telling_store_errors(str(engine.url)), alone.connect() as connection:
        yield connection


@contextmanager
def trying(engine: sa.Engine) -> Iterator[Session]:
    """Give a session whose writes are undone at the end, for a dry run."""
    with telling_store_errors(str(engine.url)), Session(engine, expire_on_commit=False) as session:
        yield session
        session.rollback()


def one_at_a_time(session: Session) -> None:
    """Let nobody else plan until this transaction ends; on SQLite a writing transaction already sees to it."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(PLANNING_LOCK)))


def insert_once(session: Session, table: Any, column: str) -> Any:
    """Return an INSERT into `table` that does nothing where `column` holds the value already; the id comes back.

    Only the database's own dialect is loaded: the other takes as long as reading a plan.
    """
    dialect = import_module(f"sqlalchemy.dialects.{session.get_bind().dialect.name}")
    return dialect.insert(table.__table__).on_conflict_do_nothing(index_elements=[column]).returning(table.id)


def _revision(engine: sa.Engine) -> str | None:
    """Return which migration the database has; None where it has none yet. One query, no waiting for writers."""
    with engine.execution_options(reads_only=True).connect() as connection:
        try:
            revision: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        except sa.exc.DBAPIError as error:
            if "alembic_version" not in str(error.orig):  # not for want of that table
                raise
            return None
        return revision


@contextmanager
def writing(engine: sa.Engine) -> Iterator[Session]:
    """Give a session in one short transaction: committed at the end, rolled back on any error."""
    with (
        telling_store_errors(str(engine.url)),
        Session(engine, expire_on_commit=False) as session,
        session.begin(),
    ):
        yield session
