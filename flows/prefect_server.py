"""Prefect's server as the service runs it: on loopback, behind a password, back when it dies, gone when we are."""

import logging
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from flows.password import keep_profile, kept_password
from tracker.errors import SettingsError
from tracker.settings import Settings

PATIENCE = 120
"""Seconds that the server may take to start on a cold, slow machine."""
MOST_STOPPING = 6
"""Seconds that it has to stop in good order."""
MOST_PAUSE = 60
"""Seconds between two starts of a server that keeps dying."""
KEPT_RUNS = 60 * 60 * 24 * 30
"""Seconds for which Prefect remembers a run; what an office must keep is in the store."""


class KeptServer:
    """One child process with Prefect's server; a thread starts it again when it dies."""

    def __init__(self, port: int, env: dict[str, str], log: Path) -> None:
        self.port, self.log, self._env = port, log, env
        self._logger = dated_log(log)
        self._stopping = threading.Event()
        self._child = self._started()
        self._keeper = threading.Thread(target=self._keep, name="prefect-server", daemon=True)

    def wait(self) -> None:
        """Return once it answers; raises SettingsError where it ends first or stays silent for PATIENCE."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._child.poll() is None:
            if answers(self.port):
                self._keeper.start()
                return
            time.sleep(0.2)
        raise SettingsError(f"máy chủ Prefect không chạy; xem {self.log}")

    def stop(self) -> None:
        """End it, by force where it does not end in MOST_STOPPING seconds."""
        self._stopping.set()
        assert self._child.stdin is not None  # noqa: S101  # it was asked for
        with suppress(OSError):
            self._child.stdin.close()  # flows.prefect_child ends its process on that
        try:
            self._child.wait(MOST_STOPPING)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _started(self) -> "subprocess.Popen[str]":
        server = ["server", "start", "--host", "127.0.0.1", "--port", str(self.port)]
        # A session of its own: Ctrl-C reaches the service alone, which then stops the server in good order.
        child = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "flows.prefect_child", *server],
            env=self._env,
            cwd=Path(__file__).parent.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        threading.Thread(target=self._copy_output, args=(child,), daemon=True).start()
        return child

    def _copy_output(self, child: "subprocess.Popen[str]") -> None:
        for line in child.stdout or ():
            self._logger.info(line.rstrip())

    def _keep(self) -> None:
        pause = 1
        while True:
            began = time.monotonic()
            status = self._child.wait()
            if time.monotonic() - began > PATIENCE:
                pause = 1
            if self._stopping.wait(pause):
                return
            pause = min(2 * pause, MOST_PAUSE)
            self._logger.error("máy chủ Prefect đã dừng (mã %s); khởi động lại", status)
            self._child = self._started()
            if self._stopping.is_set():  # it was told to stop just now
                self._child.kill()


@contextmanager
def prefect_server(settings: Settings) -> Iterator[int | None]:
    """Run Prefect's server while inside and give its port; None where PREFECT_API_URL names a server already.

    Raises SettingsError where its port is taken or it does not start.
    """
    if "PREFECT_API_URL" in os.environ:
        yield None
        return
    home = Path(os.environ.setdefault("PREFECT_HOME", str(settings.var / "prefect")))
    # Closed networks: nothing is sent anywhere.
    os.environ |= {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    given = os.environ.get("PREFECT_SERVER_API_PORT", "4200")
    if not (given.isascii() and given.isdigit() and 0 < int(given) < 65536):
        raise SettingsError(f"PREFECT_SERVER_API_PORT: {given!r} không phải số cổng; viết số từ 1 đến 65535")
    port = int(given)
    refuse_taken(port, "PREFECT_SERVER_API_PORT")
    password = kept_password(settings)
    api = f"http://127.0.0.1:{port}/api"
    keep_profile(home, api, password)
    server = KeptServer(port, server_environment(port, password), settings.var / "prefect-server.log")
    try:
        server.wait()
        os.environ |= {"PREFECT_API_URL": api, "PREFECT_API_AUTH_STRING": password}
        print(f"Trang của Prefect: http://127.0.0.1:{port}", flush=True)  # noqa: T201
        print(f"Mật khẩu của trang này nằm trong tệp {settings.var / 'prefect-password'}", flush=True)  # noqa: T201
        yield port
    finally:
        server.stop()


def server_environment(port: int, password: str) -> dict[str, str]:
    """Return what the server runs with: a password, its own page alone as origin, and old runs deleted."""
    origins = f"http://127.0.0.1:{port},http://localhost:{port}"
    return os.environ | {
        "PREFECT_SERVER_API_AUTH_STRING": password,
        "PREFECT_API_AUTH_STRING": password,
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": origins,
        "PREFECT_UI_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(KEPT_RUNS),
    }


def answers(port: int) -> bool:
    """Say whether Prefect's server on loopback `port` answers within two seconds."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


def dated_log(path: Path) -> logging.Logger:
    """Return a log that appends dated lines to `path`; five files of two megabytes at most."""
    path.parent.mkdir(parents=True, exist_ok=True)
    logger = logging.getLogger("flows.prefect_server")
    handler = RotatingFileHandler(path, maxBytes=2_000_000, backupCount=4, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False
    return logger


def refuse_taken(port: int, name: str) -> None:
    """Raise SettingsError where another program listens on loopback `port`, which the setting `name` chooses.

    A Prefect server whose service was killed a moment ago has some seconds to end by itself.
    """
    for _ in range(10):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return
        time.sleep(1)
    raise SettingsError(f"cổng {port} đang có chương trình khác dùng; dừng chương trình đó hoặc đặt {name}")
