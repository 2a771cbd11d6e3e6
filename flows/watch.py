"""What the service watches over while it runs: that flows complete in their time, and somebody hears of it."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from tracker.errors import TrackerError
from tracker.letters.send import send_queued
from tracker.letters.service_fault import queue_late_flows
from tracker.settings import Settings
from tracker.store.completions import IN_TIME, expect_flow
from tracker.store.engine import writing

EVERY = 300
"""Seconds between two looks."""


@contextmanager
def watched(engine: sa.Engine, settings: Settings) -> Iterator[None]:
    """Record that the flows are expected here, and watch them while inside."""
    with writing(engine) as session:
        for flow in IN_TIME:
            expect_flow(session, flow)
    stopping = threading.Event()
    thread = threading.Thread(target=_watch, args=(engine, settings, stopping), name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()


def _watch(engine: sa.Engine, settings: Settings, stopping: threading.Event) -> None:
    while not stopping.wait(EVERY):
        try:
            tell_of_late_flows(engine, settings)
        except (TrackerError, sa.exc.SQLAlchemyError) as error:
            logging.getLogger("flows").warning("không theo dõi được các việc theo lịch: %s", error)


def tell_of_late_flows(engine: sa.Engine, settings: Settings) -> None:
    """Queue a letter about each late flow and send it: the flow that sends may be the late one."""
    if queue_late_flows(engine, settings):
        send_queued(engine, settings)
