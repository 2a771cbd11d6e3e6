"""What a message is, read from it alone: whose, when, what it answers, what it reports, its writer's own words."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any

from tracker.inbox.automatic import has_return_address, is_automatic
from tracker.inbox.bounce import ADDRESS, MESSAGE_ID, Report, answered_ids, delivery_report
from tracker.inbox.mime_parts import HEAD, Part, take_apart
from tracker.inbox.quotation import own_words
from tracker.inbox.texts import LINE, clean_line, clean_words, decoded, header_text, text_of
from tracker.workbook.model import MEDIA_TYPE
from tracker.workbook.zip_parts import LARGEST_FILE

LIMIT = 25 * 1024 * 1024
"""Bytes of a message that is read; of a larger one only the headers are."""
PIECE = 256 * 1024
"""Bytes looked at before it is known what a message answers; in a report, the letter's files come later."""
BRACKETED = re.compile(r"<[^<>@\s]{1,64}@[^<>@\s]{1,255}>")
SPREADSHEET = re.compile(r"\.(?:xlsx|xlsm|xls|ods)\b", re.IGNORECASE)
ANSWERED, TEXTS, MOST_WORKBOOKS, FIELD_SEEN = 100, 10, 5, 2000
"""Message-IDs looked up for one message, texts put together into its words, files read, bytes of a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A message, read. All texts are ready to be kept."""

    digest: str
    """Of its Message-ID; of the whole where it has none."""
    message_id: str | None = None
    written_at: datetime | None = None
    sender: str = ""
    subject: str = ""
    answers: tuple[str, ...] = ()
    """Message-IDs of what it may answer, the likeliest first."""
    report: Report | None = None
    automatic: bool = False
    sent_by_somebody: bool = False
    """The transport shows a sender, which no report of a mail server has."""
    words: str = ""
    """The writer's own, without the quotation."""
    workbooks: tuple[bytes, ...] = ()
    """The files of a spreadsheet program that came with it, MOST_WORKBOOKS + 1 at most."""
    trouble: str = ""
    """Why it could not be read whole, in Vietnamese."""


def read_message(raw: bytes, *, glance: bool = False) -> Incoming:
    """Read `raw`; never raises, whatever it holds. What is longer than LIMIT may come cut at LIMIT + 1.

    A `glance` takes what is needed to find the letter it answers, and leaves words and files alone.
    """
    try:
        return _too_large(raw) if len(raw) > LIMIT else _read(raw, glance)
    except Exception as error:  # noqa: BLE001  # one message must not keep all others from being read
        return Incoming(digest=_digest(b"whole", raw), trouble=f"không đọc được nội dung ({type(error).__name__})")


def attached_workbooks(message: Part) -> tuple[bytes, ...]:
    """Return the files of a spreadsheet program attached to `message`, known by type or by name."""
    found = (part.whole(LARGEST_FILE) for part in message.walk() if not part.inside and _is_workbook(part))
    return tuple(islice(found, MOST_WORKBOOKS + 1))


def moment_in(text: str) -> datetime | None:
    """Return the moment that mail writes as `text` (RFC 5322, or IMAP's INTERNALDATE); None where it is none."""
    try:
        written = parsedate_to_datetime(text[:LINE])
        return (written if written.tzinfo else written.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _is_workbook(part: Part) -> bool:
    named = (part.first(name)[:FIELD_SEEN] for name in ("content-disposition", "content-type"))
    return part.kind == MEDIA_TYPE or any(SPREADSHEET.search(header_text(line)) for line in named)


def _too_large(raw: bytes) -> Incoming:
    head = _known_by_headers(take_apart(raw[:HEAD]), raw)
    return Incoming(**head, trouble=f"thư lớn hơn {LIMIT // 1024 // 1024} MB, không đọc nội dung")


def _read(raw: bytes, glance: bool) -> Incoming:
    message = take_apart(raw[:PIECE] if glance else raw)
    head = _known_by_headers(message, raw)
    sender, subject, text = head["sender"], head["subject"], _text(message)
    report = delivery_report(message, sender, subject, text)
    return Incoming(
        **head | {"answers": (report.answers if report else head["answers"])[:ANSWERED]},
        report=report,
        automatic=is_automatic(message, sender, subject),
        sent_by_somebody=has_return_address(message),
        words="" if glance else own_words(text),
        workbooks=() if glance else attached_workbooks(message),
    )


def _known_by_headers(message: Part, raw: bytes) -> dict[str, Any]:
    identity = message.first("message-id")
    found = MESSAGE_ID.search(identity)
    identity = found[0] if found else identity[:LINE]
    return {
        "digest": _digest(b"id", identity) if identity else _digest(b"whole", raw),
        "message_id": clean_line(decoded(identity, "")) or None,
        "written_at": moment_in(decoded(message.first("date"), "")),
        "sender": _address(message.first("from")),
        "subject": header_text(message.first("subject")),
        "answers": tuple(answered_ids(message)[:ANSWERED]),
    }


def _digest(kind: bytes, what: bytes) -> str:
    return hashlib.sha256(kind + b":" + what).hexdigest()


def _address(line: bytes) -> str:
    """Return the address of a From line: not by `email.utils`, which a few thousand brackets run out of stack."""
    text = decoded(line[: 4 * LINE], "")
    found = BRACKETED.search(text) or ADDRESS.search(text)
    return clean_line(found[0].strip("<>")) if found else header_text(line)


def _text(message: Part) -> str:
    """Return the text of `message`: its plain parts, or its HTML where it has no other; attachments left out."""
    shown = [part for part in message.walk() if b"attachment" not in part.first("content-disposition").lower()]
    for kind in ("text/plain", "text/html"):
        texts = map(text_of, islice((part for part in shown if part.kind == kind), TEXTS))
        if text := clean_words("\n\n".join(filter(None, texts))):
            return text
    return ""
