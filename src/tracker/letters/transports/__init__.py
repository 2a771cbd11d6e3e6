"""Ways a letter leaves: a folder of .eml files, an SMTP server, or any chat channel that Apprise knows.

Apprise's own `mailto://` is not used for mail: it answers only True or False, so that a refusal for good looks
like a passing trouble, it opens a connection for each letter, and it drops the links from the text part.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import urlsplit

from tracker.letters.transports.delivered import Delivered
from tracker.letters.transports.folder import FolderDoor
from tracker.letters.transports.smtp import SmtpDoor


class MailDoor(Protocol):
    """Where mail leaves. As a context manager it keeps one connection for a batch."""

    def __enter__(self) -> Self:
        """Open nothing yet: the first letter does."""
        ...

    def __exit__(self, *error: object) -> None:
        """Close what was opened."""
        ...

    def deliver(
        self, mail: bytes, sender: str, to: Sequence[str], name: str, before_last_word: Callable[[], object]
    ) -> Delivered:
        """Hand `mail` over for the addresses `to`; `name` is the letter's key.

        `before_last_word` is called when all but the last word is said, after which the letter has left; where it
        raises, the letter must not leave. Raises DeliveryError, which says whether it is permanent and whether the
        door itself is shut.
        """
        ...


def mail_door(url: str, ca_file: Path | None = None) -> MailDoor:
    """Return the door that TRACKER_MAIL_URL names: `folder://…`, `smtp://…` or `smtps://…`.

    `ca_file` names certificates to trust besides the machine's own.
    """
    return FolderDoor(url) if urlsplit(url).scheme == "folder" else SmtpDoor(url, ca_file)
