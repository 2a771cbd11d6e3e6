"""The health check: whether the service does its work, for whoever watches it.

It says nothing that a stranger may not know: no address, no name, no error's own words. It asks the store on a
connection and in a thread of its own, so that slow pages never hold it up, and asks once in FRESH seconds at most.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tracker.settings import Settings
from tracker.store.completions import NAMES, late_flows, letters_waiting_too_long

FRESH = 5.0
"""Seconds for which an answer is given again."""
PATIENCE = 5.0
"""Seconds that the store may take."""
STORE_AWAY = "Không dùng được kho dữ liệu."

Check = Callable[[], list[str]]
"""Returns what is wrong, a plain line each; nothing where all is well."""


class Health:
    """Answers `/suc-khoe`: 200 and `ok`, or 503 and a plain line for each trouble."""

    def __init__(self, engine: sa.Engine, settings: Settings, checks: Sequence[Check] = ()) -> None:
        self._engine = sa.create_engine(engine.url, poolclass=sa.NullPool)
        self._settings, self._checks = settings, checks
        self._thread = ThreadPoolExecutor(1, "health")
        self._asked: Future[list[str]] | None = None
        self._lines: list[str] = []
        self._until = 0.0

    async def answer(self, _: Request) -> Response:
        """Answer within PATIENCE seconds, whatever the store does."""
        if time.monotonic() >= self._until:
            if self._asked is None or self._asked.done():
                self._asked = self._thread.submit(self._troubles)
            done, _pending = await asyncio.wait([asyncio.wrap_future(self._asked)], timeout=PATIENCE)
            self._lines = self._asked.result() if done else [STORE_AWAY]
            self._until = time.monotonic() + FRESH
        if self._lines:
            return PlainTextResponse("\n".join(self._lines) + "\n", 503)
        return PlainTextResponse("ok")

    def _troubles(self) -> list[str]:
        lines = [line for check in self._checks for line in check()]
        url = self._engine.url
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
            return [*lines, STORE_AWAY]  # connecting would make an empty one
        try:
            with Session(self._engine) as session:
                late = late_flows(session)
                waiting = letters_waiting_too_long(session, self._settings.now())
        except (sa.exc.SQLAlchemyError, OSError):
            return [*lines, STORE_AWAY]
        lines += [f"Việc {NAMES[flow]} chưa hoàn thành từ {at:%d/%m/%Y %H:%M} (UTC)." for flow, at in late.items()]
        if waiting:
            lines.append(f"{waiting} thư chờ gửi quá lâu.")
        return lines
