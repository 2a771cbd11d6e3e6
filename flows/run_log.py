"""Where a flow's steps say what they did."""

import logging

from prefect import get_run_logger
from prefect.exceptions import MissingContextError

from tracker.log import log_of


def run_log() -> logging.Logger | logging.LoggerAdapter[logging.Logger]:
    """Return the log of the run, which Prefect's page shows; outside a run the flows' own."""
    try:
        return get_run_logger()
    except MissingContextError:
        return log_of("flows")
