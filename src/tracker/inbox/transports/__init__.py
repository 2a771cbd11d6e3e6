"""Where mail comes in: a folder of .eml files, or a mailbox on an IMAP server.

Of each message a piece is fetched first, and the whole only where it is one to be read: a mailbox of thousands is
gone through in one run, in the memory that one message takes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as it lies in the mailbox."""

    handle: str
    """By which the mailbox knows it: a file's name, a number."""
    first: bytes
    """The first PIECE bytes of the message: enough to know whether it is read at all."""
    trouble: str = ""
    """Why its bytes could not be read, in Vietnamese."""
    reached: datetime | None = None
    """When it came to lie there, as the mailbox tells; None where that is not known."""
    size: int = 0
    """Bytes of the message, as the mailbox tells."""
    rest: Callable[[], bytes] | None = None
    """Fetches a message that is longer whole, cut after LIMIT + 1 bytes; empty where it is gone meanwhile."""

    def whole(self) -> bytes:
        """Return the message, cut after LIMIT + 1 bytes; raises MailboxShut."""
        return (self.rest() if self.rest else b"") or self.first


class Inbox(Protocol):
    """A mailbox. Each message is given until it is done with, so that a run that dies loses none."""

    def __enter__(self) -> Self:
        """Open the mailbox; raises MailboxShut, as all that follows does."""
        ...

    def __exit__(self, *error: object) -> None:
        """Close what was opened."""
        ...

    def arrivals(self) -> Iterator[Arrival]:
        """Give the messages that are not done with, the oldest first."""
        ...

    def done(self, handle: str) -> None:
        """Give this message no more: it is in the record."""
        ...

    def set_aside(self, handle: str) -> None:
        """Give this message no more: it could not be read, and waits for a person."""
        ...


def inbox_at(url: str, ca_file: Path | None = None) -> Inbox:
    """Return the mailbox that TRACKER_INBOX_URL names: `folder://…`, `imap://…` or `imaps://…`.

    `ca_file` names certificates to trust besides the machine's own.
    """
    if urlsplit(url).scheme == "folder":
        from tracker.inbox.transports.folder import FolderInbox

        return FolderInbox(url)
    from tracker.inbox.transports.imap import ImapInbox

    return ImapInbox(url, ca_file)
