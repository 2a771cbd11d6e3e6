"""The due date as a calendar file (.ics), which any calendar takes in with one click."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from tracker.letters.mime import Attachment


@dataclass(frozen=True, slots=True)
class DueDate:
    """A due date as calendars know it: see `due_event`."""

    title: str
    uid: str
    due: date
    stated_at: datetime
    sequence: int


@lru_cache(maxsize=64)
def due_event(title: str, uid: str, due: date, stated_at: datetime, sequence: int) -> Attachment:
    """Return an all-day event called `title` on `due`, with a reminder the day before.

    Calendars know an event by `uid` and replace it by one with a higher `sequence`; `stated_at` is when the date
    was set. It holds no link: calendars are shared.
    """
    calendar = calendar_of([DueDate(title, uid, due, stated_at, sequence)], "PUBLISH")
    return Attachment("han-bao-cao.ics", 'text/calendar; charset="utf-8"; method=PUBLISH', calendar)


def calendar_of(dates: Iterable[DueDate], method: str = "") -> bytes:
    """Return a calendar file of `dates`; a feed that calendars fetch again has no `method`."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//theo-doi-ke-hoach//VI")
    calendar.add("version", "2.0")
    if method:
        calendar.add("method", method)
    for each in dates:
        calendar.add_component(_event(each))
    written: bytes = calendar.to_ical()
    return written


def _event(each: DueDate) -> Any:
    from icalendar import Alarm, Event

    event = Event()
    event.add("uid", each.uid)
    event.add("sequence", each.sequence)
    event.add("dtstamp", each.stated_at)
    event.add("dtstart", each.due)
    event.add("dtend", each.due + timedelta(days=1))
    event.add("summary", each.title)
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", each.title)
    alarm.add("trigger", timedelta(hours=-16))  # eight in the morning of the day before
    event.add_component(alarm)
    return event
