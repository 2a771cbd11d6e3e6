"""What happens when a run ends badly, or well."""

import logging
import re
from typing import TYPE_CHECKING, Any

from tracker.errors import TrackerError
from tracker.letters.service_fault import queue_service_fault
from tracker.settings import load_settings
from tracker.store.completions import record_completion
from tracker.store.engine import opened_store, writing

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun, State
    from prefect.flows import Flow

TROUBLES = {"FAILED": "failed", "CRASHED": "crashed", "CANCELLED": "cancelled", "CANCELLING": "cancelled"}


def report_fault(flow: "Flow[Any, Any]", flow_run: "FlowRun", state: "State[Any]") -> None:  # noqa: ARG001
    """Queue a letter about a run that ended as `state`; Prefect calls it by these names."""
    # Prefect's own words before the error's are no use to an official.
    words = re.sub(r"^Flow run encountered an exception: (\w+: )?", "", state.message or "")
    queue_fault(flow.name, TROUBLES.get(state.type.value, "failed"), words)


def queue_fault(flow: str, trouble: str, detail: str) -> None:
    """Queue a letter about `trouble` of `flow`; where even that cannot be done, the log says so."""
    try:
        settings = load_settings()
        with opened_store(settings.database_url) as engine:
            queue_service_fault(engine, settings, flow, trouble, detail)
    except TrackerError as error:
        logging.getLogger("flows").warning("không xếp được thư báo lỗi: %s", error)


def note_completed(flow: str, database_url: str) -> None:
    """Record that a scheduled run of `flow` has completed, for the health check."""
    with opened_store(database_url) as engine, writing(engine) as session:
        record_completion(session, flow)
