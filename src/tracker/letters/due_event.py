"""The due date as a calendar file (.ics), which any calendar takes in with one click."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from tracker.letters.mime import Attachment


@lru_cache(maxsize=64)
def due_event(title: str, uid: str, due: date, stated_at: datetime, sequence: int) -> Attachment:
    """Return an all-day event called `title` on `due`, with a reminder the day before.

    Calendars know an event by `uid` and replace it by one with a higher `sequence`; `stated_at` is when the date
    was set. It holds no link: calendars are shared.
    """
    from icalendar import Alarm, Calendar, Event

    event = Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", stated_at)
    event.add("dtstart", due)
    event.add("dtend", due + timedelta(days=1))
    event.add("summary", title)
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", timedelta(hours=-16))  # eight in the morning of the day before
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//theo-doi-ke-hoach//VI")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return Attachment("han-bao-cao.ics", 'text/calendar; charset="utf-8"; method=PUBLISH', calendar.to_ical())
