"""The three flows on their schedules, as the lasting service runs them."""

import asyncio
import multiprocessing
import os
import signal
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.runner import Runner
from prefect.schedules import Cron
from prefect.states import Crashed
from prefect.types.entrypoint import EntrypointType

from flows.collect import collect
from flows.faults import queue_fault
from flows.remind import remind
from flows.report import report

if TYPE_CHECKING:
    from prefect.flows import Flow

# Every day: which days are working days is the plan's to say, swapped Saturdays included.
EVERY_MORNING, EVERY_MORNING_EARLIER, EVERY_QUARTER = "0 8 * * *", "0 7 * * *", "*/15 * * * *"
DEPLOYED: "list[tuple[Flow[Any, Any], str, str]]" = [
    (remind, "nhac-viec", EVERY_MORNING),
    (collect, "thu-nhan", EVERY_QUARTER),
    (report, "tong-hop", EVERY_MORNING_EARLIER),
]
"""Flow, name of its deployment, when it runs; `prefect.yaml` has the same for a work pool."""
AT_ONCE = 4
"""Runs at once, of all flows together. No flow has a limit of its own: a slot that a killed service held would
never come free, and runs that overlap are harmless, because the store's keys let nothing happen twice."""
STOPPED = "Dịch vụ dừng khi lượt này đang chạy."
MOST_STOPPING = 17
"""Seconds after which a service that was told to stop ends, whatever still hangs."""


class QuietRunner(Runner):
    """Prefect's runner, stopped by SIGTERM as by Ctrl-C."""

    def handle_sigterm(self, *_args: Any, **_kwargs: Any) -> None:
        """Stop in good order; the stock handler calls its own asynchronous stop and never awaits it."""
        signal.raise_signal(signal.SIGINT)


def serve_deployments() -> None:
    """Serve the deployments until interrupted. Returns or raises also where Prefect's server stays away."""
    runner = QuietRunner(pause_on_shutdown=False, limit=AT_ONCE)
    flow_of = add_flows(runner)
    with get_client(sync_client=True) as client:
        settle_old_runs(client, flow_of)
    print("Đang chạy; Ctrl-C để dừng.", flush=True)  # noqa: T201
    asyncio.run(_run(runner))


def add_flows(runner: Runner) -> dict[UUID | None, str]:
    """Register the deployments for `runner`; return the flow's name by the deployment's id."""
    # The runner runs the flow it was given here, not the code that the API's deployment names.
    flow_of: dict[UUID | None, str] = {}
    for flow, name, cron in DEPLOYED:
        schedule = Cron(cron, timezone="Asia/Ho_Chi_Minh")
        served = runner.add_flow(flow, name=name, schedules=[schedule], entrypoint_type=EntrypointType.MODULE_PATH)
        flow_of[cast("UUID", served)] = flow.name  # a coroutine only where called from async code
    return flow_of


def settle_old_runs(client: SyncPrefectClient, flow_of: dict[UUID | None, str]) -> None:
    """Put in order what a service that ended left behind; nobody else runs these deployments.

    `flow_of` names the flow of each. What was under way has crashed. Of what was due meanwhile by schedule only
    the newest is run: it does all.
    """
    ours = DeploymentFilter(id=DeploymentFilterId(any_=[one for one in flow_of if one]))
    under_way = _in_state(StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
    while runs := client.read_flow_runs(deployment_filter=ours, flow_run_filter=under_way):
        for run in runs:
            client.set_flow_run_state(run.id, Crashed(message=STOPPED), force=True)
            queue_fault(flow_of[run.deployment_id], "crashed", STOPPED)
    missed = _in_state(StateType.SCHEDULED)
    missed.expected_start_time = FlowRunFilterExpectedStartTime.model_validate({"before_": datetime.now(UTC)})
    newest_first = FlowRunSort.EXPECTED_START_TIME_DESC
    runs = client.read_flow_runs(deployment_filter=ours, flow_run_filter=missed, sort=newest_first, limit=200)
    met: set[UUID | None] = set()
    for run in runs:
        if run.auto_scheduled and run.deployment_id in met:
            client.delete_flow_run(run.id)
        elif run.auto_scheduled:
            met.add(run.deployment_id)


def _in_state(*types: StateType) -> FlowRunFilter:
    return FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(types))))


async def _run(runner: Runner) -> None:
    work = asyncio.create_task(runner.start())
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        end_in_time()
        work.cancel()
        await asyncio.wait([work])
        raise


def end_in_time() -> None:
    """End this process and the runs it started in MOST_STOPPING seconds, unless it has ended before."""
    last = threading.Timer(MOST_STOPPING, _end)
    last.daemon = True
    last.start()


def _end() -> None:
    for child in multiprocessing.active_children():
        child.kill()
    os._exit(0)
