"""The pages as officers reach them: uvicorn on a loopback port, spoken to in bytes."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from factories_web import Season

from tracker.web.serve import server

STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


@contextmanager
def served(season: Season) -> Iterator[int]:
    """Serve the pages of `season` on TRACKER_PORT in a thread; give the port once they answer."""
    running = server(season.engine, season.settings)
    thread = threading.Thread(target=running.run)
    thread.start()
    while thread.is_alive() and not running.started:
        time.sleep(0.01)
    try:
        yield season.settings.port
    finally:
        running.should_exit = True
        thread.join()


def say_raw(port: int, *pieces: bytes, patience: float = 30) -> bytes:
    """Send `pieces` over one connection and return all that is answered until the server hangs up.

    Where a server may rightly wait for more, `patience` seconds are enough.
    """
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as line, suppress(OSError):
        for piece in pieces:
            line.sendall(piece)
        while more := line.recv(65536):
            answer += more
    return answer


def statuses(answer: bytes) -> list[int]:
    """Return the status of each answer in what came back."""
    return [int(status) for status in STATUS.findall(answer)]
