"""A letter's words into the MIME message that leaves.

The message is built once, when the letter is queued: every try sends the same bytes, and the sender has little to
do for each letter. Only To and Cc, which may be put right later, and the link, which is never stored, are added
when it leaves. Headers are folded by the older API of the standard library, because `EmailMessage` folds
Vietnamese wrongly and takes milliseconds for each header.
"""

import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.header import Header
from email.message import Message
from email.utils import format_datetime
from functools import lru_cache

from tracker.letters.compose import LINK, Composed
from tracker.settings import ADDRESS, ZONE

POLICY = policy.compat32.clone(linesep="\r\n", max_line_length=None)
"""Header lines are folded here already; the generator shall leave them alone."""
MARK = re.compile(rb"(?:=\r\n)?".join(re.escape(bytes([letter])) for letter in LINK.encode()))
"""The link's mark in quoted-printable, where a soft line break may stand between any two letters."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that comes with a letter; `name` is ASCII, for old mail programs."""

    name: str
    kind: str
    """`text/calendar; charset=utf-8`"""
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class From:
    """Who writes: the address and name of the From line, and where answers go (None: back to the sender)."""

    address: str
    name: str
    reply_to: str | None


def message(
    message_id: str,
    thread_id: str,
    words: Composed,
    by: From,
    queued_at: datetime,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """Return the whole message but for To and Cc, its lines ended by CR LF, a mark where the link goes.

    Both ids are as `letters/ids.py` makes them.
    """
    bodies = _multipart("alternative", message_id, [_text("plain", words.text), _text("html", words.html)])
    mail = _multipart("mixed", message_id, [bodies, *map(_attached, attachments)]) if attachments else bodies
    for name, value in {
        "From": f"{_encoded(by.name)}\r\n <{by.address}>",
        "Reply-To": by.reply_to,
        "Subject": _encoded(words.subject),
        "Date": format_datetime(queued_at.astimezone(ZONE)),
        "Message-ID": message_id,
        "In-Reply-To": thread_id,
        "References": thread_id,
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
    }.items():
        if value:
            mail[name] = value
    return mail.as_bytes(policy=POLICY)


def finished(stored: bytes, to: Sequence[str], cc: Sequence[str], link: str) -> bytes:
    """Return a stored message as it leaves: addressed, and with `link` where the mark stood.

    Raises ValueError where no message was stored, and for an address that is no plain address, so that none can
    bring a header of its own.
    """
    if not all(ADDRESS.fullmatch(address) for address in (*to, *cc)):
        raise ValueError(f"địa chỉ không dùng được: {', '.join((*to, *cc))!r}")
    if not stored:  # of the first version, which kept no messages
        raise ValueError("thư của phiên bản cũ, không còn nội dung")
    heads = [f"{name}: {', '.join(some)}\r\n" for name, some in (("To", to), ("Cc", cc)) if some]
    return "".join(heads).encode("ascii") + MARK.sub(_on_lines_of_its_own(link), stored)


def link_address(base_url: str, token: str | None) -> str:
    """Return where the link of a letter leads; the front page where the letter has no link."""
    return f"{base_url}/b/{token}" if token else base_url


def sign_in_address(base_url: str, token: str | None) -> str:
    """Return where a person signs in at the desk; where they ask for a link, without `token`."""
    return f"{base_url}/ban-lam-viec/vao" + (f"/{token}" if token else "")


def review_address(base_url: str, token: str) -> str:
    """Return where the coordinator reviews."""
    return f"{base_url}/r/{token}"


@lru_cache(maxsize=1)
def _on_lines_of_its_own(link: str) -> bytes:
    """Return `link` in quoted-printable between soft line breaks, so that no line grows too long."""
    return b"=\r\n" + binascii.b2a_qp(link.encode()).replace(b"\n", b"\r\n") + b"=\r\n"


def _encoded(value: str) -> str:
    """Return a header's text as encoded words of at most 75 letters (RFC 2047), folded."""
    return Header(" ".join(value.split()), "utf-8", maxlinelen=75).encode(linesep="\r\n")


def _text(subtype: str, text: str) -> Message:
    part = Message(policy=POLICY)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(binascii.b2a_qp(text.encode(), istext=True).decode("ascii"))
    return part


def _attached(attachment: Attachment) -> Message:
    part = Message(policy=POLICY)
    part["Content-Type"] = attachment.kind
    part["Content-Transfer-Encoding"] = "base64"
    part["Content-Disposition"] = f'attachment; filename="{attachment.name}"'
    coded = binascii.b2a_base64(attachment.data, newline=False).decode("ascii")
    part.set_payload("\n".join(coded[start : start + 76] for start in range(0, len(coded), 76)) + "\n")
    return part


def _multipart(subtype: str, message_id: str, parts: Sequence[Message]) -> Message:
    whole = Message(policy=POLICY)
    # Drawn from the Message-ID and not at random: the same letter is the same bytes on every try.
    whole["Content-Type"] = f'multipart/{subtype}; boundary="=_{_digest(subtype + message_id)[:24]}"'
    for part in parts:
        whole.attach(part)
    return whole


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
