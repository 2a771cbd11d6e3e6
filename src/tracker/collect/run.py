"""One round of collecting: what has come is taken in, then receipts are sent."""

import sqlalchemy as sa

from tracker.collect.intake import Intake, take_in
from tracker.letters.send import Outcome, send_queued
from tracker.settings import Settings
from tracker.store.engine import writing
from tracker.store.plans import plan_in_force


def collect(engine: sa.Engine, settings: Settings) -> tuple[Intake, Outcome]:
    """Take in what has come since the last round and send what that queued."""
    with writing(engine) as session:
        _, plan = plan_in_force(session)
        intake = take_in(session, settings, plan, settings.today(), settings.now())
    return intake, send_queued(engine, settings, plan)
