"""The due date as a calendar file (.ics, RFC 5545), which any calendar takes in with one click.

One event in fixed lines: a library for it takes longer to load than all letters of a day take to write.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from tracker.letters.mime import Attachment

LONGEST_LINE = 74
"""Bytes of a line, its leading space included; RFC 5545 allows 75 (3.1)."""
ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})
"""What a text must not hold as it is (3.3.11)."""
LINES = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//theo-doi-ke-hoach//VI
METHOD:PUBLISH
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
END:VEVENT
END:VCALENDAR
"""
"""The alarm rings at eight in the morning of the day before."""


@lru_cache(maxsize=64)
def due_event(title: str, uid: str, due: date, stated_at: datetime, sequence: int) -> Attachment:
    """Return an all-day event called `title` on `due`, with a reminder the day before.

    Calendars know an event by `uid` and replace it by one with a higher `sequence`; `stated_at` is when the date
    was set. It holds no link: calendars are shared.
    """
    text = LINES.format(
        title=title.translate(ESCAPES),
        due=due,
        after=due + timedelta(days=1),
        stated=stated_at.astimezone(UTC),
        uid=uid,
        sequence=sequence,
    )
    data = b"".join(_folded(line) for line in text.rstrip("\n").split("\n"))
    return Attachment("han-bao-cao.ics", 'text/calendar; charset="utf-8"; method=PUBLISH', data)


def _folded(line: str) -> bytes:
    """Return a content line as bytes, continued on lines that begin with a space; no letter is cut in two."""
    done, current = b"", b""
    for letter in line:
        if len(current) + len(letter.encode()) > LONGEST_LINE:
            done, current = done + current + b"\r\n", b" "
        current += letter.encode()
    return done + current + b"\r\n"
