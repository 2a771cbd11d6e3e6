"""Ways a letter leaves: a folder of .eml files, an SMTP server, or any chat channel that Apprise knows.

Apprise's own `mailto://` is not used for mail: it answers only True or False, so that a refusal for good looks
like a passing trouble, it opens a connection for each letter, and it drops the links from the text part.
"""

from pathlib import Path
from urllib.parse import urlsplit

from tracker.letters.transports.folder import FolderTransport
from tracker.letters.transports.smtp import SmtpTransport
from tracker.letters.transports.transport import Delivered, MailTransport

__all__ = ["Delivered", "MailTransport", "mail_transport"]


def mail_transport(url: str, ca_file: Path | None = None) -> MailTransport:
    """Return the transport that TRACKER_MAIL_URL names: `folder://…`, `smtp://…` or `smtps://…`.

    `ca_file` names certificates to trust besides the machine's own.
    """
    return FolderTransport(url) if urlsplit(url).scheme == "folder" else SmtpTransport(url, ca_file)
