"""The lasting service of one machine: Prefect's server, the pages, and the three flows with their schedules.

Run as `python -m flows.serve`. Prefect's server is started on loopback unless PREFECT_API_URL names one. Ctrl-C or
SIGTERM stops everything that was started here.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from flows.settings import entered_settings
from tracker.cli.words import print_on_any_console
from tracker.errors import SettingsError, TrackerError
from tracker.settings import Settings
from tracker.store.engine import opened_store

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment
    from prefect.flows import Flow

ROOT = Path(__file__).parent.parent
PATIENCE = 120
"""Seconds that Prefect's server may take to start on a cold, slow machine."""
# Every day: which days are working days is the plan's to say, swapped Saturdays included.
EVERY_MORNING, EVERY_MORNING_EARLIER, EVERY_QUARTER = "0 8 * * *", "0 7 * * *", "*/15 * * * *"


def main() -> int:
    """Serve until told to stop; return the exit status."""
    print_on_any_console()
    for sign in (signal.SIGINT, signal.SIGTERM):  # a shell's background jobs ignore SIGINT unless told otherwise
        signal.signal(sign, signal.default_int_handler)
    try:
        settings = entered_settings()
        os.environ |= settings.for_children()  # runs start in another folder than this service may have
        with opened_store(settings.database_url) as engine, prefect_server(settings), pages(engine, settings):
            serve_flows()
    except TrackerError as why:
        print(why, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        pass
    print("Đã dừng.")  # noqa: T201
    return 0


@contextmanager
def prefect_server(settings: Settings) -> Iterator[None]:
    """Run Prefect's server on loopback while inside; nothing where PREFECT_API_URL names one already.

    Raises SettingsError where its port is taken or it does not start.
    """
    if "PREFECT_API_URL" in os.environ:
        yield
        return
    os.environ.setdefault("PREFECT_HOME", str(settings.var / "prefect"))
    # Closed networks: nothing is sent anywhere.
    os.environ |= {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    given = os.environ.get("PREFECT_SERVER_API_PORT", "4200")
    if not given.isdigit():
        raise SettingsError(f"PREFECT_SERVER_API_PORT: {given!r} không phải số cổng; viết số từ 1 đến 65535")
    port = int(given)
    refuse_taken(port, "PREFECT_SERVER_API_PORT")
    log = settings.var / "prefect-server.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as sink:
        command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
        # A session of its own: Ctrl-C reaches this process alone, which then stops the server in good order.
        server = subprocess.Popen(command, stdout=sink, stderr=sink, start_new_session=True)  # noqa: S603
        try:
            wait_for(f"http://127.0.0.1:{port}/api/health", server, log)
            os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
            print(f"Trang của Prefect: http://127.0.0.1:{port}", flush=True)  # noqa: T201
            yield
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def wait_for(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return once `address` answers; raises SettingsError where `server` ends or stays silent for PATIENCE."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310  # our own loopback address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SettingsError(f"máy chủ Prefect không chạy; xem {log}")


@contextmanager
def pages(engine: sa.Engine, settings: Settings) -> Iterator[None]:
    """Serve the pages on loopback in a thread while inside; raises SettingsError where their port is taken."""
    from tracker.web.serve import server

    refuse_taken(settings.port, "TRACKER_PORT")
    web = server(engine, settings)
    thread = threading.Thread(target=web.run, name="pages")
    thread.start()
    print(f"Các trang trả lời: http://127.0.0.1:{settings.port}", flush=True)  # noqa: T201
    try:
        yield
    finally:
        web.should_exit = True
        thread.join()


def serve_flows() -> None:
    """Serve the three deployments with their schedules until interrupted."""
    os.chdir(ROOT)  # flow runs start in the folder they are served from
    from prefect.runner import Runner

    class QuietRunner(Runner):
        # The stock handler calls its own asynchronous stop and never awaits it.
        def handle_sigterm(self, *_args: Any, **_kwargs: Any) -> None:
            raise KeyboardInterrupt

    runner = QuietRunner(pause_on_shutdown=False)
    for deployment in deployments():
        runner.add_deployment(deployment)
    print("Đang chạy; Ctrl-C để dừng.", flush=True)  # noqa: T201
    asyncio.run(runner.start())


def deployments() -> "list[RunnerDeployment]":
    """Return the three deployments; `prefect.yaml` has the same for a work pool."""
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    from flows.collect import collect
    from flows.remind import remind
    from flows.report import report

    # A run that is due while the one before still works is dropped: the next finds whatever is owed.
    alone = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
    plans: list[tuple[Flow[Any, Any], str, str]] = [
        (remind, "nhac-viec", EVERY_MORNING),
        (collect, "thu-nhan", EVERY_QUARTER),
        (report, "tong-hop", EVERY_MORNING_EARLIER),
    ]
    made = [
        flow.to_deployment(
            name,
            schedules=[Cron(cron, timezone="Asia/Ho_Chi_Minh")],
            concurrency_limit=alone,
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        for flow, name, cron in plans
    ]
    return cast("list[RunnerDeployment]", made)  # coroutines only where called from async code


def refuse_taken(port: int, name: str) -> None:
    """Raise SettingsError where another program listens on loopback `port`, which the setting `name` chooses."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise SettingsError(
                f"cổng {port} đang có chương trình khác dùng; dừng chương trình đó hoặc đặt {name}"
            )


if __name__ == "__main__":
    sys.exit(main())
