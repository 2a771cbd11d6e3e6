"""`make bench`: a table of medians, each beside what it is held against."""

import json
import os
import subprocess
import sys
import time
from statistics import median

from benchmarks.plans import ROOT

RUNS = 7
LARGE_RUNS = 3


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
    for name, told in (("remind", "planning and queueing reminders"), ("memo", "the memo, .docx and HTML")):
        small = case(name, 48, RUNS)
        large = case(name, 4800, LARGE_RUNS)
        rows.append((f"{told}, 48 activities", f"{small[0]:.2f} s", f"{small[1]:.0f} MB", ""))
        growth = f"{large[1]:.0f} MB; {large[0] / small[0]:.0f} × the time for 100 × the work"
        rows.append((f"{told}, 4,800 activities", f"{large[0]:.2f} s", growth, ""))
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


def case(name: str, size: int, runs: int) -> tuple[float, float]:
    """Return the median seconds and peak MB of a case, each run in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.case", name, str(size)]
    found = [
        json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout) for _ in range(runs)
    ]
    return median(run["seconds"] for run in found), median(run["peak_mb"] for run in found)


if __name__ == "__main__":
    main()
