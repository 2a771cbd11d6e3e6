"""One day's reminding: what is owed is queued, then what is queued is sent."""

import sqlalchemy as sa

from tracker.letters.send import Outcome, send_queued
from tracker.remind.queue import Queued, queue_reminders
from tracker.settings import Settings
from tracker.store.engine import trying, writing
from tracker.store.plans import plan_in_force


def remind(engine: sa.Engine, settings: Settings) -> tuple[Queued, Outcome]:
    """Queue and send what is owed today; run again on the same day it queues nothing more."""
    with writing(engine) as session:
        _, plan = plan_in_force(session)
        queued = queue_reminders(session, settings, plan, settings.today(), settings.now())
    return queued, send_queued(engine, settings, plan)


def would_remind(engine: sa.Engine, settings: Settings) -> Queued:
    """Return what `remind` would queue today, and leave everything as it was."""
    with trying(engine) as session:
        _, plan = plan_in_force(session)
        return queue_reminders(session, settings, plan, settings.today(), settings.now())
