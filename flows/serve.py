"""The lasting service of one machine: Prefect's server, the pages, and the three flows with their schedules.

Run as `python -m flows.serve`. Prefect's server is started on loopback unless PREFECT_API_URL names one. Ctrl-C or
SIGTERM stops everything that was started here.
"""

import logging
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.prefect_server import answers, prefect_server, refuse_taken
from flows.settings import entered_settings
from flows.watch import watched
from tracker.cli.words import print_on_any_console
from tracker.errors import TrackerError
from tracker.log import start_log
from tracker.settings import Settings
from tracker.store.engine import opened_store

ROOT = Path(__file__).parent.parent
MOST_CLOSING = 6
"""Seconds that the pages have to finish what they answer."""
MOST_PAUSE = 60
"""Seconds between two starts of a runner that keeps failing."""


def main() -> int:
    """Serve until told to stop; return the exit status."""
    print_on_any_console()
    for sign in (signal.SIGINT, signal.SIGTERM):  # a shell's background jobs ignore SIGINT unless told otherwise
        signal.signal(sign, signal.default_int_handler)
    try:
        settings = entered_settings()
        os.environ |= settings.for_children()  # runs start in another folder than this service may have
        keep_to_own_folder(settings)
        start_log(settings.log)
        with (
            opened_store(settings.database_url) as engine,
            prefect_server(settings) as port,
            pages(settings, port),
            watched(engine, settings),
        ):
            serve_flows()
    except TrackerError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        pass
    print("Đã dừng.", flush=True)  # noqa: T201
    return 0


def keep_to_own_folder(settings: Settings) -> None:
    """Put temporary files under `var`: in a shared folder another account may own their names. Date the log."""
    own = settings.var / "tmp"
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["TMPDIR"] = tempfile.tempdir = str(own)
    os.environ.setdefault("PREFECT_LOGGING_FORMATTERS_STANDARD_DATEFMT", "%Y-%m-%d %H:%M:%S")


@contextmanager
def pages(settings: Settings, prefect_port: int | None) -> Iterator[None]:
    """Serve the pages on loopback in a thread while inside; raises SettingsError where their port is taken.

    Their health check asks Prefect's server at `prefect_port` too, where it is ours.
    """
    from tracker.web.serve import PATIENCE, server

    refuse_taken(settings.port, "TRACKER_PORT")

    def prefect_is_there() -> list[str]:
        return [] if prefect_port is None or answers(prefect_port) else ["Máy chủ Prefect không trả lời."]

    with opened_store(settings.database_url, patience=PATIENCE) as engine:
        web = server(engine, settings, [prefect_is_there])
        thread = threading.Thread(target=web.run, name="pages", daemon=True)
        thread.start()
        print(f"Các trang trả lời: http://127.0.0.1:{settings.port}", flush=True)  # noqa: T201
        try:
            yield
        finally:
            web.should_exit = True
            thread.join(MOST_CLOSING)


def serve_flows() -> None:
    """Serve the flows until interrupted; where Prefect's server is away for long, try again until it is back."""
    os.chdir(ROOT)  # flow runs start in the folder they are served from
    from flows.deployments import serve_deployments

    pause = 1
    while True:
        began = time.monotonic()
        try:
            serve_deployments()
        except Exception:  # the pages must not go down with Prefect
            logging.getLogger("flows").exception("các việc theo lịch dừng; khởi động lại")
        pause = 1 if time.monotonic() - began > MOST_PAUSE else min(2 * pause, MOST_PAUSE)
        time.sleep(pause)


if __name__ == "__main__":
    sys.exit(main())
