"""A queued letter into the MIME message that leaves."""

import hashlib
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from tracker.letters.compose import with_link
from tracker.settings import ZONE
from tracker.store.tables import Letter

# Folding Vietnamese headers loses spaces (Python 3.11 and 3.12), so lines may be as long as SMTP allows.
POLICY = policy.SMTP.clone(max_line_length=998)


def message_id(key: str, sender: str) -> str:
    """Return the Message-ID of the letter called `key`: the same on every try, so that a second copy shows."""
    domain = parseaddr(sender)[1].rpartition("@")[2]
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def message(letter: Letter, link: str, sender: str, sender_name: str, reply_to: str | None) -> EmailMessage:
    """Return `letter` as a message of a text part and an HTML part, with `link` in both.

    `sender` is the From address and `sender_name` its display name; answers go to `reply_to`, or back to the
    sender where that is None.
    """
    mail = EmailMessage(policy=POLICY)
    mail["From"] = Address(sender_name, addr_spec=sender)
    mail["To"] = [Address(addr_spec=address) for address in letter.to]
    if reply_to:
        mail["Reply-To"] = Address(addr_spec=reply_to)
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(letter.queued_at.astimezone(ZONE))
    mail["Message-ID"] = letter.message_id
    thread = message_id(f"thread:{letter.period_id}:{letter.agency_id}", sender)
    mail["References"] = thread
    mail["In-Reply-To"] = thread
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(with_link(letter.text, link), cte="quoted-printable")
    mail.add_alternative(with_link(letter.html, link), subtype="html", cte="quoted-printable")
    # EmailMessage would draw a random boundary; the same letter shall be the same bytes on every try.
    mail.set_boundary(f"=_{hashlib.sha256(letter.key.encode()).hexdigest()[:24]}")
    return mail


def link_address(base_url: str, token: str | None) -> str:
    """Return where the link of a letter leads; the front page where the letter has no link."""
    return f"{base_url}/b/{token}" if token else base_url
