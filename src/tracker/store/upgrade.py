"""An older database brought to the newest schema, by alembic: imported only where there is one to upgrade."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.engine import make_url

from tracker.errors import NothingApplied, StoreError

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 305_2024
"""Any number, the same in every process: PostgreSQL's advisory lock."""


def alembic_config(url: str) -> Config:
    """Return alembic's configuration for the database at `url`."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def upgrade(engine: sa.Engine, url: str, *, create: bool) -> None:
    """Bring the database of `engine`, which is at `url`, to the newest schema; a failure leaves it as it was.

    Raises StoreError where it belongs to a newer version or cannot be upgraded, NothingApplied where it is empty
    and `create` is False.
    """
    config = alembic_config(url)
    script = ScriptDirectory.from_config(config)
    try:
        with _changing_the_schema(engine) as connection:
            current = MigrationContext.configure(connection).get_current_revision()
            if current == script.get_current_head():  # another process was faster
                return
            if current is None and not create:
                raise NothingApplied
            if current is not None and current not in {rev.revision for rev in script.walk_revisions()}:
                raise StoreError(
                    f"{make_url(url).render_as_string()}: cơ sở dữ liệu thuộc phiên bản mới hơn ({current}); "
                    "cập nhật chương trình rồi chạy lại"
                )
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        name = make_url(url).render_as_string()
        raise StoreError(f"{name}: không nâng cấp được cơ sở dữ liệu ({error})") from error


@contextmanager
def _changing_the_schema(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection in a transaction of its own, to migrate on while nobody else does.

    SQLite changes a table by making another in its place, which it refuses while rows elsewhere point at it:
    what points where is checked at the end instead, and the switch can only be turned outside a transaction.
    """
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            with connection.begin():
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
                yield connection
            return
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                if lost := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise CommandError(f"{lost[0]} -> {lost[2]}")
        finally:
            driver.execute("PRAGMA foreign_keys=ON")
