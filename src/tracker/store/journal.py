"""The journal: who did what, when."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.store.tables import JournalEntry


def note(session: Session, at: datetime, who: str, did: str, about: str, **detail: Any) -> None:
    """Write one line of the journal; `did` is an English verb phrase, `detail` is JSON."""
    session.add(JournalEntry(at=at, who=who, did=did, about=about, detail=detail))
