"""A compiled memo to the coordinator by letter."""

import sqlalchemy as sa

from tracker.case import open_coordinators_case
from tracker.letters.mime import Attachment
from tracker.letters.queue import queue_letter
from tracker.papers.files import MEDIA_TYPES
from tracker.report.compile import Compiled
from tracker.settings import Settings
from tracker.store.engine import writing

MOST_ATTACHED = 10_000_000
"""Bytes: what mail servers usually take, with room for their coding."""


def queue_memo(engine: sa.Engine, settings: Settings, compiled: Compiled) -> bool:
    """Queue a letter with the files of `compiled` to the coordinator; say whether one was queued.

    The same memo goes once, as a draft and as final; files that are too large together stay where they are.
    """
    report, snapshot = compiled.report, compiled.snapshot
    small = sum(file.stat().st_size for file in compiled.files) <= MOST_ATTACHED
    attached = compiled.files if small else ()
    with writing(engine) as session:
        case = open_coordinators_case(session, settings, snapshot.period.code)
        facts = {
            "final": report.final,
            "number": report.number,
            "as_of": snapshot.as_of,
            "asked": len(snapshot.rows),
            "told": snapshot.told,
            "attached": [file.name for file in attached],
            "left_out": [] if small else [str(file) for file in compiled.files],
            "changed": compiled.changed,
            "after": compiled.after,
        }
        files = [
            Attachment(name=file.name, kind=MEDIA_TYPES[file.suffix[1:]], data=file.read_bytes())
            for file in attached
        ]
        key = f"memo:{case.period.name}:{report.number}{':final' if report.final else ''}"
        return queue_letter(case, "memo", key, facts, attachments=files, linked=False) is not None
