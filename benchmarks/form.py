"""The agencies' pages under load: GETs and POSTs per second and p95, alone and while reminders leave; one worker.

`python -m benchmarks.form [DATABASE_URL]` prints a JSON list. The pages, the mail server, the sender and the
clients run in processes of their own and share the machine's cores: the figures are those of a busy office.
Clients go round the pages of all agencies, each of which has answered for the year before.
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
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlencode

import sqlalchemy as sa

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.outbox import sink  # noqa: E402
from tracker.answers.checks import Answer  # noqa: E402
from tracker.answers.record import Signed, record_answers  # noqa: E402
from tracker.plan.reader import read_plan  # noqa: E402
from tracker.progress import UpdateStatus  # noqa: E402
from tracker.remind.queue import queue_today  # noqa: E402
from tracker.settings import Settings, load_settings  # noqa: E402
from tracker.store.apply import apply_plan  # noqa: E402
from tracker.store.duties import duties_of  # noqa: E402
from tracker.store.engine import opened_store, writing  # noqa: E402
from tracker.store.links import link_for, token_of  # noqa: E402
from tracker.store.periods import find_period, open_ruled_periods  # noqa: E402
from tracker.store.tables import Letter  # noqa: E402

LAST_YEAR, DAY, LETTERS, SECONDS = date(2023, 10, 16), date(2024, 10, 15), 40_000, 5.0
ASKED = {"II.10.status": "under_way", "said_by": "Người đo (minh họa)", "action": "send"}
ASKED_OF = "so-cong-thuong"
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
clients(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.stdin.read().split())
"""


@dataclass(frozen=True, slots=True)
class Load:
    """So many clients that ask in one way, beside a run that sends or not; and what is to be reached."""

    method: str
    clients: int
    sending: bool

    @property
    def name(self) -> str:
        """Return it in words."""
        return f"{self.method}, {self.clients} clients, {'while reminders leave' if self.sending else 'alone'}"


ALONE = [Load("GET", 1, False), Load("GET", 8, False), Load("GET", 32, False)]
SENDING = [Load("GET", 1, True), Load("GET", 8, True), Load("GET", 32, True)]
SENDING += [Load("POST", 1, True), Load("POST", 8, True), Load("POST", 32, True)]


def clients(port: int, method: str, count: int, paths: Sequence[str]) -> None:
    """Ask with `count` clients at once for SECONDS; print the requests a second and p95 in milliseconds."""
    taken: list[float] = []
    end = time.perf_counter() + SECONDS

    def one(number: int) -> None:
        connection, asked = http.client.HTTPConnection("127.0.0.1", port), 0
        while (start := time.perf_counter()) < end:
            asked += 1
            body = urlencode(ASKED | {"II.10.result": f"{number}-{asked}"}) if method == "POST" else None
            headers = {"content-type": "application/x-www-form-urlencoded"} if body else {}
            connection.request(method, paths[(number + asked) % len(paths)], body, headers)
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
        os.environ["TRACKER_SECRET_KEY"] = env["TRACKER_SECRET_KEY"]
        settings = load_settings(env)
        with opened_store(settings.database_url, create=True) as engine:
            paths = season(engine, settings)
        ours = os.environ | env | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
        found = []
        with subprocess.Popen([sys.executable, "-c", PAGES], env=ours, stdout=subprocess.DEVNULL) as pages:
            _wait_for(port)
            found += [_measured(load, port, paths, ours) for load in ALONE]
            with subprocess.Popen([sys.executable, "-c", SENDER], env=ours) as sender:
                found += [_measured(load, port, paths, ours) for load in SENDING]
                if sender.poll() is not None:
                    raise SystemExit("the sender was done before the clients were: raise LETTERS")
                sender.terminate()
            pages.terminate()
        print(json.dumps(found))


def season(engine: sa.Engine, settings: Settings) -> dict[str, str]:
    """Open a year after one that was answered, queue LETTERS letters; return each agency's page."""
    key, now, reading = settings.secret_key(), settings.now(), read_plan(settings.plan)
    answer = Answer(
        status=UpdateStatus.UNDER_WAY,
        percent=60,
        result="Đã tổ chức 02 hội nghị kết nối cung cầu cho 18 HTX, tổ hợp tác (minh họa).",
        difficulties="Kinh phí còn hạn chế (minh họa).",
        causes="",
        proposals="",
    )
    with writing(engine) as session:
        apply_plan(session, reading, "bench", LAST_YEAR, now)
        open_ruled_periods(session, reading.plan, LAST_YEAR, now)
        before = {duty.id: (duty, answer) for duty in duties_of(session, find_period(session, "2023"))}
        record_answers(session, before, Signed(by="Người đo (minh họa)", at=now, way="page", illustration=True))
    queue_today(engine, settings)
    with writing(engine) as session:
        period = find_period(session, "2024")
        columns = [column for column in Letter.__table__.columns if column.name != "id"]
        row = session.execute(sa.select(*columns).limit(1)).one()._asdict()
        many = [{**row, "key": f"k{n}", "message_id": f"<k{n}@x.example>"} for n in range(LETTERS)]
        session.execute(sa.insert(Letter), many)
        agencies = {duty.agency_id for duty in duties_of(session, period)}
        links = {agency: link_for(session, period, agency, key, now) for agency in sorted(agencies)}
        return {agency: f"/b/{token_of(link, key)}" for agency, link in links.items()}


def _measured(load: Load, port: int, paths: dict[str, str], env: dict[str, str]) -> dict[str, object]:
    asked = [paths[ASKED_OF]] if load.method == "POST" else list(paths.values())
    command = [sys.executable, "-c", CLIENTS, str(port), load.method, str(load.clients)]
    told = subprocess.run(command, env=env, input="\n".join(asked), capture_output=True, text=True, check=True)
    return asdict(load) | {"name": load.name, **json.loads(told.stdout)}


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)


if __name__ == "__main__":
    main()
