"""The pages on loopback, under uvicorn."""

from collections.abc import Sequence

import sqlalchemy as sa
import uvicorn

from tracker.letters.transports.usual import refuse_forgotten_settings
from tracker.settings import Settings
from tracker.store.engine import reading
from tracker.web.app import create_app
from tracker.web.health import Check


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
        app, host="127.0.0.1", port=settings.port, access_log=False, log_level="warning", lifespan="off"
    )
    return uvicorn.Server(config)


def serve(engine: sa.Engine, settings: Settings) -> None:
    """Serve until Ctrl-C."""
    print(f"Các trang trả lời: http://127.0.0.1:{settings.port} (Ctrl-C để dừng)")  # noqa: T201
    server(engine, settings).run()
