"""What a page says of an error: the command line's commands are not for whoever reads a page."""

import re
from datetime import date

from tracker.errors import BadInput

COMMANDS = (
    re.compile(r"\s*[;,][^;,]*\bbằng: tracker .*$"),
    re.compile(r"\s*[:;,][^:;,]*\btracker .*$"),
    re.compile(r"\s*[;,][^;,]*--[a-z].*$"),
)
"""The ends of messages that name a command or an option, the longest first."""


def in_words(error: BadInput) -> tuple[str, ...]:
    """Return the lines of `error` as a page says them: sentences, without the commands that a terminal is told."""
    lines = []
    for line in str(error).splitlines():
        for command in COMMANDS:
            line = command.sub("", line)
        lines.append(f"{line[:1].upper()}{line[1:]}".rstrip(".") + ".")
    return tuple(lines)


def typed_day(text: str) -> date:
    """Return the day that a page's field holds; ValueError where it is none, or none from 1900 to 2200."""
    day = date.fromisoformat(text)
    if not 1900 <= day.year <= 2200:
        raise ValueError(text)
    return day
