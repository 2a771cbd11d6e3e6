"""The agency's page under load: GETs and POSTs per second and p95 on one worker while a reminder run is sending.

`python -m benchmarks.form [DATABASE_URL]` prints one JSON object. The pages, the mail server, the sender and
the clients run in processes of their own and share the machine's cores: the figures are those of a busy office.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlencode

import sqlalchemy as sa

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.outbox import sink  # noqa: E402
from tracker.plan.reader import read_plan  # noqa: E402
from tracker.remind.queue import queue_today  # noqa: E402
from tracker.settings import load_settings  # noqa: E402
from tracker.store.apply import apply_plan  # noqa: E402
from tracker.store.engine import opened_store, writing  # noqa: E402
from tracker.store.links import link_for, token_of  # noqa: E402
from tracker.store.periods import find_period  # noqa: E402
from tracker.store.tables import Letter  # noqa: E402

DAY, LETTERS, SECONDS = date(2024, 10, 15), 40_000, 5.0
PAGES = "from tracker.cli import main; main(['web'])"
SENDER = """
from tracker.letters.send import send_queued
from tracker.settings import load_settings
from tracker.store.engine import open_store
settings = load_settings()
send_queued(open_store(settings.database_url), settings)
"""
CLIENTS = """
import sys; from benchmarks.form import clients
clients(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
"""


def clients(port: int, path: str, method: str, count: int) -> None:
    """Ask with `count` clients at once for SECONDS; print the requests a second and p95 in milliseconds."""
    taken: list[float] = []
    end = time.perf_counter() + SECONDS

    def one(number: int) -> None:
        connection, asked = http.client.HTTPConnection("127.0.0.1", port), 0
        while (start := time.perf_counter()) < end:
            asked += 1
            words = {"II.10.status": "under_way", "II.10.result": f"{number}-{asked}", "said_by": "A (minh họa)"}
            body = urlencode(words | {"action": "send"}) if method == "POST" else None
            headers = {"content-type": "application/x-www-form-urlencoded"} if body else {}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status not in {200, 303}:
                raise SystemExit(f"{method} {answer.status}")
            taken.append(time.perf_counter() - start)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"a_second": len(taken) / SECONDS, "p95_ms": quantiles(taken, n=20)[-1] * 1000}))


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, sink() as mail, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        env = {"TRACKER_VAR": folder, "TRACKER_PLAN": str(ROOT / "activities.yaml"), "TRACKER_TODAY": str(DAY)}
        env |= {"TRACKER_TEMPLATES": str(ROOT / "templates"), "TRACKER_PORT": str(port)}
        env |= {"TRACKER_MAIL_URL": f"smtp://127.0.0.1:{mail}", "TRACKER_SECRET_KEY": "a key for benchmarks"}
        env |= {"TRACKER_DATABASE_URL": sys.argv[1]} if len(sys.argv) > 1 else {}
        settings = load_settings(env)
        key = os.environ["TRACKER_SECRET_KEY"] = env["TRACKER_SECRET_KEY"]
        with opened_store(settings.database_url, create=True) as engine:
            with writing(engine) as session:
                apply_plan(session, read_plan(settings.plan), "bench", DAY, settings.now())
            queue_today(engine, settings)
            with writing(engine) as session:
                period = find_period(session, "2024")
                link = link_for(session, period, "so-cong-thuong", key.encode(), settings.now())
                path = f"/b/{token_of(link, settings.secret_key())}"
                columns = [column for column in Letter.__table__.columns if column.name != "id"]
                row = session.execute(sa.select(*columns).limit(1)).one()._asdict()
                many = [{**row, "key": f"k{n}", "message_id": f"<k{n}@x.example>"} for n in range(LETTERS)]
                session.execute(sa.insert(Letter), many)
        of_ours = os.environ | env | {"PYTHONPATH": str(ROOT)}
        found = {}
        with (
            subprocess.Popen([sys.executable, "-c", PAGES], env=of_ours, stdout=subprocess.DEVNULL) as pages,
            subprocess.Popen([sys.executable, "-c", SENDER], env=of_ours) as sender,
        ):
            _wait_for(port)
            for method in ("GET", "POST"):
                for count in (1, 8, 32):
                    asked = [sys.executable, "-c", CLIENTS, str(port), path, method, str(count)]
                    told = subprocess.run(asked, env=of_ours, capture_output=True, text=True, check=True)
                    found[f"{method} {count}"] = json.loads(told.stdout)
            found["still sending"] = sender.poll() is None
            sender.terminate()
            pages.terminate()
        print(json.dumps(found))


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)


if __name__ == "__main__":
    main()
