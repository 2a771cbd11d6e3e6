"""Debian's own Firefox, driven through its Marionette port: what a test needs of it, and no more."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from smtp_post import free_port

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
PREFERENCES = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}
needs_firefox = pytest.mark.skipif(FIREFOX is None, reason="needs firefox (apt-get install firefox-esr)")


class Firefox:
    """One window."""

    def __init__(self, line: socket.socket) -> None:
        self._line, self._reader, self._last = line, line.makefile("rb"), 0
        self._read()  # it greets

    def ask(self, command: str, **given: Any) -> Any:
        """Give a command of WebDriver; return its result."""
        self._last += 1
        text = json.dumps([0, self._last, f"WebDriver:{command}", given])
        self._line.sendall(f"{len(text.encode())}:{text}".encode())
        _, _, error, result = self._read()
        assert error is None, error
        return result

    def run(self, script: str, *given: Any) -> Any:
        """Run `script` in the page; `arguments` holds what is given. Return what it returns."""
        return self.ask("ExecuteScript", script=script, args=list(given))["value"]

    def wait(self, condition: str) -> None:
        """Wait until `condition` holds in the page, whichever that then is."""
        for _ in range(600):
            try:
                if self.run(f"return document.readyState === 'complete' && {condition}"):
                    return
            except AssertionError:
                pass  # the page left meanwhile
            time.sleep(0.1)
        raise AssertionError(condition)

    def close(self) -> None:
        """Let go of its line."""
        self._reader.close()
        self._line.close()

    def _read(self) -> Any:
        count = b""
        while not count.endswith(b":"):
            count += self._reader.read(1)
        return json.loads(self._reader.read(int(count[:-1])))


@contextmanager
def started_firefox(folder: Path) -> Iterator[Firefox]:
    """Start it with a profile of its own in `folder`."""
    port = free_port()
    lines = PREFERENCES | {"marionette.port": port}
    (folder / "user.js").write_text(
        "".join(f"user_pref({json.dumps(n)}, {json.dumps(v)});\n" for n, v in lines.items())
    )
    program = subprocess.Popen(
        [str(FIREFOX), "--headless", "--no-remote", "--marionette", "--profile", str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    try:
        assert program.stdout is not None
        said = next((line for line in program.stdout if b"Listening on port" in line), None)
        assert said, "Firefox did not start"
        window = Firefox(socket.create_connection(("127.0.0.1", port)))
        window.ask("NewSession", capabilities={"alwaysMatch": {"unhandledPromptBehavior": "accept"}})
        yield window
        window.close()
    finally:
        program.terminate()
        program.communicate()
