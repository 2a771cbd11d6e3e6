"""Letters per second into an SMTP server on loopback: the outbox, bare smtplib, and Apprise's own `mailto://`.

`python -m benchmarks.outbox [DATABASE_URL]` prints one JSON object. The server runs in a process of its own; the
three take turns, so that all meet the same machine.
"""

import json
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tracker.letters.mime import finished, link_address  # noqa: E402
from tracker.letters.send import send_queued  # noqa: E402
from tracker.plan.reader import read_plan  # noqa: E402
from tracker.remind.queue import queue_today  # noqa: E402
from tracker.settings import Settings, load_settings  # noqa: E402
from tracker.store.apply import apply_plan  # noqa: E402
from tracker.store.engine import opened_store, reading, writing  # noqa: E402
from tracker.store.tables import Letter  # noqa: E402

LETTERS, ROUNDS, BY_APPRISE = 400, 5, 60
DAY = date(2024, 10, 15)
SINK = """
import sys, time
from aiosmtpd.controller import Controller
class Sink:
    async def handle_DATA(self, server, session, envelope):
        return "250 taken"
controller = Controller(Sink(), hostname="127.0.0.1", port=int(sys.argv[1]))
controller.start()
print("ready", flush=True)
sys.stdin.read()
controller.stop()
"""


@contextmanager
def sink() -> Any:
    """Give the port of an SMTP server in a process of its own that takes everything and keeps nothing."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", SINK, str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        server.stdout.readline()
        yield port
        server.stdin.close()


def filled(engine: sa.Engine, settings: Settings) -> list[tuple[list[str], bytes]]:
    """Queue LETTERS real reminders; return each as it will leave."""
    queue_today(engine, settings)
    with writing(engine) as session:
        columns = [column for column in Letter.__table__.columns if column.name != "id"]
        rows = [row._asdict() for row in session.execute(sa.select(*columns))]
        session.execute(sa.delete(Letter))
        for number in range(LETTERS):
            row = rows[number % len(rows)]
            session.execute(
                sa.insert(Letter).values({**row, "key": f"k{number}", "message_id": f"<k{number}@x.example>"})
            )
    address = link_address(settings.base_url, "x" * 43)
    with reading(engine) as session:
        return [
            (letter.to, finished(letter.message, letter.to, [], address))
            for letter in session.scalars(sa.select(Letter))
        ]


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def bare(port: int, settings: Settings, mails: list[tuple[list[str], bytes]]) -> None:
    with smtplib.SMTP("127.0.0.1", port) as server:
        for to, mail in mails:
            server.sendmail(settings.sender, to, mail)


def by_apprise(port: int, settings: Settings, texts: list[tuple[list[str], str, str]]) -> None:
    import apprise

    for to, subject, text in texts:
        url = f"mailto://127.0.0.1:{port}?from={settings.sender}&to={to[0]}&mode=insecure&format=text"
        assert apprise.Apprise.instantiate(url).notify(body=text, title=subject)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, sink() as port:
        env = {"TRACKER_VAR": folder, "TRACKER_PLAN": str(ROOT / "activities.yaml"), "TRACKER_TODAY": str(DAY)}
        env |= {"TRACKER_TEMPLATES": str(ROOT / "templates"), "TRACKER_MAIL_URL": f"smtp://127.0.0.1:{port}"}
        settings = load_settings(env | ({"TRACKER_DATABASE_URL": sys.argv[1]} if len(sys.argv) > 1 else {}))
        with opened_store(settings.database_url, create=True) as engine:
            with writing(engine) as session:
                apply_plan(session, read_plan(settings.plan), "bench", DAY, settings.now())
            mails = filled(engine, settings)
            with reading(engine) as session:
                texts = [
                    (letter.to, letter.subject, letter.text)
                    for letter in session.scalars(sa.select(Letter).limit(BY_APPRISE))
                ]
            ours, theirs = [], []
            for _ in range(ROUNDS):
                theirs.append(LETTERS / seconds(lambda: bare(port, settings, mails)))
                with writing(engine) as session:
                    session.execute(sa.update(Letter).values(state="queued", try_at=Letter.queued_at, attempts=0))
                ours.append(LETTERS / seconds(lambda: send_queued(engine, settings)))
            apprise = BY_APPRISE / seconds(lambda: by_apprise(port, settings, texts))
        print(
            json.dumps(
                {
                    "outbox": median(ours),
                    "bare": median(theirs),
                    "apprise": apprise,
                    "ratio": median(one / other for one, other in zip(ours, theirs, strict=True)),
                    "bytes": median(len(mail) for _, mail in mails),
                }
            )
        )


if __name__ == "__main__":
    main()
