"""Owed reminders into queued letters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.letters.compose import Composed
from tracker.letters.queue import composed_for_agency, queue_for_agency
from tracker.plan.model import Plan
from tracker.remind.due import Reminder, owed_reminders
from tracker.settings import Settings
from tracker.store.duties import duties_of
from tracker.store.engine import trying, writing
from tracker.store.letters import queued_keys
from tracker.store.periods import open_ruled_periods, running_periods
from tracker.store.plans import plan_in_force


@dataclass(frozen=True, slots=True)
class Queued:
    """What a day's planning did: reminders newly queued, those queued before, and those nobody can receive."""

    fresh: tuple[Reminder, ...]
    known: tuple[Reminder, ...]
    unreachable: tuple[Reminder, ...]
    """Owed by agencies that have no contact in the plan: a fault for the coordinator to mend."""


def queue_today(engine: sa.Engine, settings: Settings, *, dry_run: bool = False) -> Queued:
    """Queue what is owed today and was not queued before; a dry run leaves everything as it was."""
    if dry_run:
        with trying(engine) as session:
            return _to_queue(session, plan_in_force(session)[1], settings.today(), settings.now())
    with writing(engine) as session:
        _, plan = plan_in_force(session)
        return queue_reminders(session, settings, plan, settings.today(), settings.now())


def owed_today(session: Session, plan: Plan, today: date, now: datetime) -> list[Reminder]:
    """Open the periods whose day has come and return every reminder owed on `today`."""
    open_ruled_periods(session, plan, today, now)
    return [
        reminder
        for period in running_periods(session, today)
        for reminder in owed_reminders(plan, period, duties_of(session, period), today)
    ]


def queue_reminders(session: Session, settings: Settings, plan: Plan, today: date, now: datetime) -> Queued:
    """Queue what is owed on `today` and was not queued before."""
    queued = _to_queue(session, plan, today, now)
    for reminder in queued.fresh:
        words = composed_reminder(settings, plan, reminder)
        queue_for_agency(session, settings, words, "remind", reminder.key, reminder.period, reminder.agency, now)
    return queued


def _to_queue(session: Session, plan: Plan, today: date, now: datetime) -> Queued:
    owed = owed_today(session, plan, today, now)
    known = queued_keys(session, [reminder.key for reminder in owed])
    fresh = [reminder for reminder in owed if reminder.key not in known and reminder.agency.contacts]
    return Queued(
        tuple(fresh),
        tuple(reminder for reminder in owed if reminder.key in known),
        tuple(reminder for reminder in owed if not reminder.agency.contacts),
    )


def composed_reminder(settings: Settings, plan: Plan, reminder: Reminder) -> Composed:
    """Return the words of the letter that `reminder` becomes."""
    facts = {
        "items": [_item(plan, reminder, number) for number in range(len(reminder.duties))],
        "due": reminder.due,
        "days_left": reminder.days_left,
        "answered": reminder.answered,
    }
    return composed_for_agency(settings, plan, "remind", reminder.period, reminder.agency, facts)


def _item(plan: Plan, reminder: Reminder, number: int) -> dict[str, object]:
    duty = reminder.duties[number]
    return {
        "id": duty.activity_id,
        "title": plan.by_id[duty.activity_id].title,
        "due": duty.due,
        "comment": duty.comment,
        "for_whom": plan.agencies[duty.agency_id].name if duty.agency_id != reminder.agency.id else None,
    }


def as_lines(reminders: Sequence[Reminder]) -> list[str]:
    """Return a Vietnamese line for each reminder: to whom, which stage, how many activities."""
    return [
        f"{r.agency.short}: {stage_words(r)}, {len(r.duties)} hoạt động, hạn {r.due:%d/%m/%Y}" for r in reminders
    ]


def stage_words(reminder: Reminder) -> str:
    """Return the stage in words: "mở kỳ", "trước hạn 10 ngày làm việc", "đúng hạn", "quá hạn 3 ngày làm việc"."""
    kind, _, days = reminder.stage.name.partition("-")
    if kind == "opening":
        return "mở kỳ"
    if days == "0":
        return "đúng hạn"
    return f"{'trước' if kind == 'before' else 'quá'} hạn {days} ngày làm việc"
