"""Reminders that a coordinator sends now, whatever stage was told: shown first, and once a day for each agency."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.errors import BadInput
from tracker.letters.queue import Outgoing, letter_rows, queue_rows
from tracker.remind.agenda import Agenda, agenda
from tracker.remind.due import Reminder
from tracker.remind.outgoing import bare_reminder, reminder_letter
from tracker.settings import ZONE, Settings
from tracker.store.engine import reading, writing
from tracker.store.journal import note
from tracker.store.tables import Letter, Period


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderNow:
    """A reminder that could be sent now."""

    reminder: Reminder
    fault: str | None
    """Why nobody at the agency can be written to."""
    told_today: bool
    """One was queued today."""


def reminders_now(session: Session, settings: Settings, period: Period) -> list[ReminderNow]:
    """Return what could be sent in `period` now: all that owe and are not paused, in the plan's order."""
    return _of(agenda(session, settings, period.plan_id), period, _told_today(session, settings, period))


def letter_now(session: Session, settings: Settings, period: Period, agency_id: str) -> Outgoing | None:
    """Return the letter that `agency_id` would get now, as it would leave but for its files; None where none."""
    day = agenda(session, settings, period.plan_id)
    for reminder in day.reminders:
        if (reminder.period.id, reminder.agency.id) == (period.id, agency_id):
            return bare_reminder(settings, day, reminder)
    return None


def remind_now(
    engine: sa.Engine, settings: Settings, period: Period, agencies: Collection[str], who: str
) -> list[Reminder]:
    """Queue a reminder for each of `agencies` that owes something in `period`; return those queued.

    Passed over is who was reminded today or cannot be written to. Raises BadInput where nobody is left.
    """
    now = settings.now()
    with reading(engine) as session:
        day = agenda(session, settings, period.plan_id)
        told = _told_today(session, settings, period)
    chosen = [one.reminder for one in _of(day, period, told) if not one.fault and not one.told_today]
    ready = []
    for reminder in (one for one in chosen if one.agency.id in agencies):
        letter = reminder_letter(settings, day, reminder)
        letter = replace(letter, unkeyed_thread=day.has_unkeyed(period, reminder.agency))
        ready.append((reminder, letter, letter_rows(settings, day.version, day.plan, letter, now)))
    queued = []
    with writing(engine) as session:
        told = _told_today(session, settings, period)  # a colleague may have pressed the button meanwhile
        for reminder, letter, rows in ready:
            if reminder.agency.id not in told and queue_rows(session, settings, letter, rows, now) is not None:
                queued.append(reminder)
        if queued:
            names = [one.agency.id for one in queued]
            note(session, now, who, "reminded at once", period.name, agencies=names)
    if not queued:
        raise BadInput("không có thư nào được gửi: các cơ quan đã chọn không còn nợ, vừa được nhắc hôm nay, "
                       "hoặc không gửi thư được")  # fmt: skip
    return queued


def _of(day: Agenda, period: Period, told: Collection[str]) -> list[ReminderNow]:
    return [
        ReminderNow(reminder=one, fault=day.book.fault_of(one.agency), told_today=one.agency.id in told)
        for one in day.reminders
        if one.period.id == period.id
    ]


def _told_today(session: Session, settings: Settings, period: Period) -> set[str]:
    since = datetime.combine(settings.today(), time(), tzinfo=ZONE)
    today = (Letter.period_id == period.id, Letter.kind == "remind", Letter.queued_at >= since)
    found = sa.select(Letter.agency_id).where(*today, Letter.state.in_(("queued", "sending", "sent")))
    return set(session.scalars(found))
