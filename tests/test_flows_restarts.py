"""The short version of `python -m benchmarks.restarts`."""

import random
import signal
from pathlib import Path

import pytest

from benchmarks.restarts import Service, restarts


@pytest.mark.slow
def test_every_flow_completes_after_the_service_was_ended_in_the_middle_of_runs(
    database_url: str, tmp_path: Path
) -> None:
    service = Service(tmp_path / "var", database_url)
    try:
        seen = restarts(service, [signal.SIGKILL, signal.SIGTERM], random.Random(305))
    finally:
        if service.process.poll() is None:
            service.end(signal.SIGKILL)
    assert seen.runs_under_way
    assert (seen.completed, seen.others) == (6, [])
