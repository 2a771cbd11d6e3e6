"""A compiled memo to the coordinator by letter."""

import sqlalchemy as sa

from tracker.letters.address import address_book
from tracker.letters.mime import Attachment
from tracker.letters.queue import Outgoing, composed_for_agency, queue_outgoing
from tracker.papers.files import MEDIA_TYPES
from tracker.report.compile import Compiled
from tracker.settings import Settings
from tracker.store.engine import writing
from tracker.store.periods import find_period
from tracker.store.plans import plan_in_force

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
        version, plan = plan_in_force(session)
        period = find_period(session, snapshot.period.code)
        coordinator = plan.agencies[plan.plan.coordinator]
        told_of = {
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
        letter = Outgoing(
            kind="memo",
            key=f"memo:{period.code}:{report.number}{':final' if report.final else ''}",
            period=period,
            agency=coordinator,
            words=composed_for_agency(settings, plan, "memo", period, coordinator, told_of),
            envelopes=address_book(session, settings).envelopes(coordinator),
            attachments=[
                Attachment(name=file.name, kind=MEDIA_TYPES[file.suffix[1:]], data=file.read_bytes())
                for file in attached
            ],
            linked=False,
        )
        return queue_outgoing(session, settings, version, plan, letter, settings.now()) is not None
