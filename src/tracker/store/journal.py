"""The journal: who did what, when."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.store.tables import Duty, JournalEntry

DECISIONS = ("accepted", "returned")
"""What a coordinator does to an answer, as the journal calls it."""


def note(session: Session, at: datetime, who: str, did: str, about: str, **detail: Any) -> None:
    """Write one line of the journal; `did` is an English verb phrase, `detail` is JSON."""
    session.add(JournalEntry(at=at, who=who, did=did, about=about, detail=detail))


def decisions_on(session: Session, duties: Collection[Duty]) -> dict[int, list[JournalEntry]]:
    """Return what the coordinator decided on each of `duties` that has any decision, by duty id, in order."""
    about = {f"duty {duty.id}": duty.id for duty in duties}
    found = sa.select(JournalEntry).where(JournalEntry.about.in_(about), JournalEntry.did.in_(DECISIONS))
    decided: dict[int, list[JournalEntry]] = {}
    for entry in session.scalars(found.order_by(JournalEntry.id)):
        decided.setdefault(about[entry.about], []).append(entry)
    return decided
