"""Whether letters have left this store by a mail server; the journal says so, once."""

from datetime import datetime

import sqlalchemy as sa

from tracker.store.tables import JournalEntry

ABOUT, DID = "mail server", "sent letters by a mail server"


def has_used_mail_server(connection: sa.Connection) -> bool:
    """Say whether any letter of this store has left by a mail server."""
    asked = sa.select(JournalEntry.id).where(JournalEntry.about == ABOUT, JournalEntry.did == DID).limit(1)
    return connection.scalar(asked) is not None


def note_mail_server(connection: sa.Connection, now: datetime) -> None:
    """Write down that letters leave by a mail server."""
    entry = {"at": now, "who": "tracker", "did": DID, "about": ABOUT, "detail": {}}
    connection.execute(sa.insert(JournalEntry).values(entry))
