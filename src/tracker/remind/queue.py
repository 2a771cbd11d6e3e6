"""What a day asks for into queued letters.

Letters are made ready outside any transaction and queued a batch at a time, so that a country's reminders hold up
nobody's answer. Two machines that plan at once make the same letters under the same keys, and one of each is kept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.errors import FileTrouble
from tracker.letters.queue import Outgoing, letter_rows, queue_rows
from tracker.log import log_of, tell
from tracker.remind.agenda import Agenda, Unreachable, agenda
from tracker.remind.copies import Copy
from tracker.remind.due import Escalation, Reminder
from tracker.remind.outgoing import copy_letter, escalation_letter, reminder_letter, summaries
from tracker.remind.refresh import Refreshed, refresh_queued
from tracker.settings import Settings
from tracker.store.engine import reading, trying, writing
from tracker.store.pauses import pause_lines
from tracker.store.periods import open_ruled_periods
from tracker.store.plans import plan_ids, plan_in_force

LOG = log_of("remind")
BATCH = 100
"""Letters queued in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """What a day's planning did."""

    fresh: tuple[Reminder, ...] = ()
    """Newly queued."""
    known: tuple[Reminder, ...] = ()
    """Told before, at this stage."""
    unreachable: tuple[Unreachable, ...] = ()
    """Letters of any kind that are owed to agencies nobody can write to."""
    copies: tuple[Copy, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    pauses: tuple[str, ...] = ()
    """What is held back, a line for each pause."""
    day_off: bool = False
    """Offices are closed today: nothing new is queued, what is owed waits for the next working day."""
    refreshed: Refreshed = Refreshed()
    troubles: tuple[str, ...] = ()
    """What kept letters from being made: spoiled templates. What was queued before them leaves as it should."""


def queue_today(engine: sa.Engine, settings: Settings, *, dry_run: bool = False) -> Queued:
    """Queue what is owed today of all plans and was not told before; a dry run leaves everything as it was."""
    if dry_run:
        with trying(engine) as session:
            return _together([_planned(_opened(session, settings, each)) for each in plan_ids(session)])
    refreshed = refresh_queued(engine, settings)
    with reading(engine) as session:
        plans = plan_ids(session)
    whole = _together([_queue_plan(engine, settings, plan_id) for plan_id in plans])
    troubles = [refreshed.trouble] if refreshed.trouble else []
    return replace(whole, refreshed=refreshed, troubles=tuple(dict.fromkeys([*troubles, *whole.troubles])))


def _opened(session: Session, settings: Settings, plan_id: str) -> Agenda:
    """Open the periods of a plan whose day has come, and return what is owed."""
    _, plan = plan_in_force(session, plan_id)
    open_ruled_periods(session, plan, settings.today(), settings.now())
    return agenda(session, settings, plan_id)


def _together(plans: Sequence[Queued]) -> Queued:
    """Return what was done for each plan as one."""
    return Queued(
        fresh=tuple(one for each in plans for one in each.fresh),
        known=tuple(one for each in plans for one in each.known),
        unreachable=tuple(one for each in plans for one in each.unreachable),
        copies=tuple(one for each in plans for one in each.copies),
        escalations=tuple(one for each in plans for one in each.escalations),
        pauses=tuple(dict.fromkeys(one for each in plans for one in each.pauses)),
        day_off=all(each.day_off for each in plans),
        troubles=tuple(one for each in plans for one in each.troubles),
    )


def _queue_plan(engine: sa.Engine, settings: Settings, plan_id: str) -> Queued:
    """Queue what is owed today of one plan."""
    with writing(engine) as session:
        _, plan = plan_in_force(session, plan_id)
        open_ruled_periods(session, plan, settings.today(), settings.now())
    with reading(engine) as session:
        day = agenda(session, settings, plan_id)
    planned = _planned(day)
    is_new: dict[str, bool] = {}
    troubles: list[str] = []
    try:
        for letters in _letters(settings, day, planned):
            _queue(engine, settings, day, letters, is_new)
    except FileTrouble as error:
        troubles.append(str(error))
    return replace(
        planned,
        fresh=tuple(reminder for reminder in planned.fresh if is_new.get(reminder.key)),
        known=planned.known + tuple(r for r in planned.fresh if is_new.get(r.key) is False),
        copies=tuple(copy for copy in planned.copies if is_new.get(copy.key)),
        escalations=tuple(escalation for escalation in planned.escalations if is_new.get(escalation.key)),
        troubles=tuple(troubles),
    )


def _planned(day: Agenda) -> Queued:
    if not day.office.is_working(day.today):
        return Queued(day_off=True)
    unreachable = tuple(day.unreachable())
    nobody = {fault.agency.id for fault in unreachable}
    return Queued(
        fresh=tuple(r for r in day.reminders if r.fresh and r.agency.id not in nobody),
        known=tuple(r for r in day.reminders if not r.fresh),
        unreachable=unreachable,
        copies=tuple(c for c in day.copies if c.fresh and c.agency.id not in nobody),
        escalations=tuple(e for e in day.escalations if e.fresh and day.coordinator.id not in nobody),
        pauses=tuple(pause_lines(day.plan, day.pauses)),
    )


def _letters(settings: Settings, day: Agenda, planned: Queued) -> Iterator[Iterator[Outgoing]]:
    """Yield the letters kind by kind, reminders first: a spoiled template of one holds no kind before it back."""
    if planned.day_off:
        return
    yield (reminder_letter(settings, day, reminder) for reminder in planned.fresh)
    yield (copy_letter(settings, day, copy) for copy in planned.copies)
    yield (escalation_letter(settings, day, escalation) for escalation in planned.escalations)
    yield summaries(settings, day, planned.fresh, planned.unreachable)


def _queue(
    engine: sa.Engine, settings: Settings, day: Agenda, letters: Iterator[Outgoing], is_new: dict[str, bool]
) -> None:
    """Queue `letters`, and note in `is_new` by key whether no other machine had queued it meanwhile."""
    now = settings.now()
    while batch := list(islice(letters, BATCH)):
        known = [replace(one, unkeyed_thread=day.has_unkeyed(one.period, one.agency)) for one in batch]
        ready = [(letter, letter_rows(settings, day.version, day.plan, letter, now)) for letter in known]
        with writing(engine) as session:
            for letter, rows in ready:
                is_new[letter.key] = queue_rows(session, settings, letter, rows, now) is not None
        for letter, _ in ready:
            words = "letter queued" if is_new[letter.key] else "letter queued elsewhere"
            about = {"plan": day.plan.plan.code, "period": letter.period.code, "agency": letter.agency.id}
            tell(LOG, words, key=letter.key, **about)
