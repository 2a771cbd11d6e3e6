"""The pages on loopback, under uvicorn."""

import socket
from collections.abc import Sequence

import sqlalchemy as sa
import uvicorn

from tracker.errors import SettingsError
from tracker.letters.transports.usual import refuse_forgotten_settings
from tracker.log import start_log
from tracker.settings import Settings
from tracker.store.engine import reading
from tracker.web.app import create_app
from tracker.web.health import Check
from tracker.web.protocol import PromptProtocol

PATIENCE = 5.0
"""Seconds that a page waits for the store; see `open_store`."""
MOST_CLOSING = 5
"""Seconds for what is under way once the server is told to stop."""
TAKEN = (
    "cổng {port} đang có chương trình khác dùng (các trang đã chạy rồi?); "
    "dừng chương trình đó, hoặc đặt TRACKER_PORT là một cổng khác"
)
BACKLOG = 100
"""Connections taken in one go: with more, those that wait could not be closed in time."""


def server(engine: sa.Engine, settings: Settings, checks: Sequence[Check] = ()) -> uvicorn.Server:
    """Return the server of the pages on 127.0.0.1:TRACKER_PORT, ready to run.

    It keeps no access log: the addresses hold tokens. A reverse proxy stands before it where officers reach it
    from other machines. `checks` are what its health check asks beside the store. Raises SettingsError where the
    settings are not those that the store's letters go by.
    """
    with reading(engine) as session:
        refuse_forgotten_settings(session.connection(), settings)
    app = create_app(engine, settings, checks)
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=settings.port,
        access_log=False,
        log_level="error",  # of twisted requests it would print a line each
        lifespan="off",
        http=PromptProtocol,
        ws="none",
        backlog=BACKLOG,
        timeout_graceful_shutdown=MOST_CLOSING,
    )
    return uvicorn.Server(config)


def serve(engine: sa.Engine, settings: Settings) -> None:
    """Serve until Ctrl-C; raises SettingsError where another program has the port."""
    start_log(settings.log)
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", settings.port)) == 0:
            raise SettingsError(TAKEN.format(port=settings.port))
    print(f"Các trang trả lời: http://127.0.0.1:{settings.port} (Ctrl-C để dừng)")  # noqa: T201
    server(engine, settings).run()
