"""What the service puts in order at its start, under a real Prefect server."""

import gc
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from answering import ROOT
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, StateType
from prefect.runner import Runner
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL
from prefect.states import Running, Scheduled
from prefect.testing.utilities import prefect_test_harness

from flows.collect import collect
from flows.deployments import add_flows, settle_old_runs
from tracker import cli

# Prefect's own clients leave sockets to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def prefect_database() -> Iterator[str]:
    with prefect_test_harness(server_startup_timeout=120):
        yield str(PREFECT_API_DATABASE_CONNECTION_URL.value()).partition("///")[2]
        gc.collect()


def test_a_start_frees_old_slots_ends_old_runs_and_keeps_the_newest_missed_run_alone(
    prefect_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_VAR", str(tmp_path))
    monkeypatch.setenv("TRACKER_PLAN", str(ROOT / "activities.yaml"))
    monkeypatch.setenv("TRACKER_TEMPLATES", str(ROOT / "templates"))
    monkeypatch.setenv("TRACKER_TODAY", "2024-10-15")
    assert cli.main(["apply"]) == cli.main(["remind"]) == 0
    # As an older release left it: one slot, whose holder was killed.
    alone = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
    deployment = Runner().add_flow(collect, name="thu-nhan", concurrency_limit=alone)
    now = datetime.now(UTC)
    with get_client(sync_client=True) as client:
        cut = client.create_flow_run_from_deployment(deployment).id
        client.set_flow_run_state(cut, Running(), force=True)
        missed = [
            client.create_flow_run_from_deployment(
                deployment, state=Scheduled(scheduled_time=now - timedelta(minutes=15 * n))
            ).id
            for n in (3, 2, 1)
        ]
        with sqlite3.connect(prefect_database, timeout=30) as database:
            marks = [(str(run),) for run in missed]
            database.executemany("UPDATE flow_run SET auto_scheduled = 1 WHERE id = ?", marks)
        database.close()
        asked = client.create_flow_run_from_deployment(
            deployment, state=Scheduled(scheduled_time=now - timedelta(hours=1))
        ).id
        flow_of = add_flows(Runner())
        assert sorted(flow_of.values()) == ["collect", "remind", "report"]
        assert client.read_deployment(deployment).global_concurrency_limit is None
        settle_old_runs(client, flow_of)
        runs = {run.id: run.state_type for run in client.read_flow_runs()}
    assert runs[cut] is StateType.CRASHED
    assert [run in runs for run in missed] == [False, False, True]
    assert asked in runs
    assert cli.main(["collect"]) == 0
    assert list((tmp_path / "outbox").glob("service-fault-collect-crashed-*.eml"))
