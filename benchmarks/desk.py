"""The desk's first page with 4 clients at 48, 4,800 and 48,000 duties: requests a second and p95; one worker.

`python -m benchmarks.desk` prints a line for each size. Pages and clients run in processes of their own and share
the machine's cores.
"""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path
from statistics import quantiles

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.form import PAGES, _wait_for  # noqa: E402
from benchmarks.plans import grown_plan  # noqa: E402
from tracker.settings import Settings, load_settings  # noqa: E402
from tracker.store.apply import apply_plan  # noqa: E402
from tracker.store.engine import opened_store, writing  # noqa: E402
from tracker.store.periods import open_ruled_periods  # noqa: E402
from tracker.store.sessions import make_sign_in  # noqa: E402
from tracker.web.desk.address import HOME  # noqa: E402

SIZES, CLIENTS, SECONDS, DAY = (48, 4_800, 48_000), 4, 5.0, date(2024, 11, 5)
ADDRESS = "tonghop@angiang.example"
ASK = "import sys; from benchmarks.desk import clients; clients(int(sys.argv[1]), sys.argv[2])"


def clients(port: int, cookie: str) -> None:
    """Ask for the first page with CLIENTS clients at once for SECONDS; print what that came to as JSON."""
    taken: list[float] = []
    end = time.perf_counter() + SECONDS

    def one() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while (start := time.perf_counter()) < end:
            connection.request("GET", HOME, headers={"Cookie": cookie})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"GET {answer.status}")
            taken.append(time.perf_counter() - start)

    threads = [threading.Thread(target=one) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"a_second": len(taken) / SECONDS, "p95_ms": quantiles(taken, n=20)[-1] * 1000}))


def main() -> None:
    """Measure and print."""
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps({"duties": size} | _measured(Path(folder), size)))


def _measured(folder: Path, size: int) -> dict[str, object]:
    port = 20_000 + os.getpid() % 10_000
    env = {"TRACKER_VAR": str(folder), "TRACKER_TODAY": str(DAY), "TRACKER_PORT": str(port)}
    env |= {"TRACKER_PLAN": str(ROOT / "activities.yaml"), "TRACKER_TEMPLATES": str(ROOT / "templates")}
    env |= {"TRACKER_SECRET_KEY": "a key for benchmarks"}
    settings = load_settings(env)
    token = _season(settings, size)
    ours = os.environ | env | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
    with subprocess.Popen([sys.executable, "-c", PAGES], env=ours, stdout=subprocess.DEVNULL) as pages:
        _wait_for(port)
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("POST", f"{HOME}/vao/{token}")
        cookie = connection.getresponse().headers["set-cookie"].split(";")[0]
        command = [sys.executable, "-c", ASK, str(port), cookie]
        told = subprocess.run(command, env=ours, capture_output=True, text=True, check=True)
        pages.terminate()
    found: dict[str, object] = json.loads(told.stdout)
    return found


def _season(settings: Settings, size: int) -> str:
    reading, now = grown_plan(size), settings.now()
    with opened_store(settings.database_url, create=True) as engine, writing(engine) as session:
        apply_plan(session, reading, "bench", DAY, now)
        open_ruled_periods(session, reading.plan, date(2024, 10, 15), now)
        return make_sign_in(session, ADDRESS, settings.secret_key(), now)[1]


if __name__ == "__main__":
    main()
