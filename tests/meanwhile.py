"""Two writers at once, in a known order: the second comes while the first still holds what it changed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.store.engine import writing

Result = TypeVar("Result")


def meanwhile(engine: sa.Engine, first: Callable[[Session], object], second: Callable[[], Result]) -> Result:
    """Do `first`; begin `second` before that is committed, and return what it returns once it may go on."""
    with ThreadPoolExecutor(1) as pool:
        with writing(engine) as session:
            first(session)
            session.flush()
            waiting = pool.submit(second)
            while engine.dialect.name == "postgresql" and not waiting.done() and not _somebody_waits(engine):
                sleep(0.01)
        return waiting.result()


def _somebody_waits(engine: sa.Engine) -> bool:
    held_up = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with engine.connect() as connection:
        return bool(connection.scalar(sa.text(held_up)))
