"""Due dates as a calendar file (.ics, RFC 5545), which any calendar takes in with one click.

Events in fixed lines: a library for them takes longer to load than all letters of a day take to write.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from tracker.letters.mime import Attachment

LONGEST_LINE = 74
"""Bytes of a line, its leading space included; RFC 5545 allows 75 (3.1)."""
ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})
"""What a text must not hold as it is (3.3.11)."""
HEAD = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//theo-doi-ke-hoach//VI")
EVENT = """\
BEGIN:VEVENT
SUMMARY:{title}
DTSTART;VALUE=DATE:{due:%Y%m%d}
DTEND;VALUE=DATE:{after:%Y%m%d}
DTSTAMP:{stated:%Y%m%dT%H%M%SZ}
UID:{uid}
SEQUENCE:{sequence}
TRANSP:TRANSPARENT
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:{title}
TRIGGER:-PT16H
END:VALARM
END:VEVENT"""
"""The alarm rings at eight in the morning of the day before."""


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
    events = [line for each in dates for line in _event(each).split("\n")]
    lines = [*HEAD, *([f"METHOD:{method}"] if method else []), *events, "END:VCALENDAR"]
    return b"".join(map(_folded, lines))


def _event(each: DueDate) -> str:
    return EVENT.format(
        title=each.title.translate(ESCAPES),
        due=each.due,
        after=each.due + timedelta(days=1),
        stated=each.stated_at.astimezone(UTC),
        uid=each.uid,
        sequence=each.sequence,
    )


def _folded(line: str) -> bytes:
    """Return a content line as bytes, continued on lines that begin with a space; no letter is cut in two."""
    done, current = b"", b""
    for letter in line:
        if len(current) + len(letter.encode()) > LONGEST_LINE:
            done, current = done + current + b"\r\n", b" "
        current += letter.encode()
    return done + current + b"\r\n"
