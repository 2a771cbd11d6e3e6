"""What a message is, read from it alone: whose, when, what it answers, what it reports, its writer's own words."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any

from tracker.inbox.attachments import Attached, files_of, workbooks_among
from tracker.inbox.automatic import has_return_address, is_automatic, is_report
from tracker.inbox.bounce import ADDRESS, MESSAGE_ID, Report, answered_ids, delivery_report, message_ids
from tracker.inbox.mime_parts import HEAD, Part, take_apart
from tracker.inbox.quotation import own_words
from tracker.inbox.texts import LINE, clean_line, clean_words, decoded, header_text, text_of
from tracker.letters.ids import MARK_LENGTH

LIMIT = 25 * 1024 * 1024
"""Bytes of a message that is read; of a larger one only the headers are."""
PIECE = 256 * 1024
"""Bytes looked at before it is known what a message answers; in a report, the letter's files come later."""
BRACKETED = re.compile(r"<[^<>@\s]{1,64}@[^<>@\s]{1,255}>")
LINK = re.compile(rb"(?:/|%2F)b(?:/|%2F)([A-Za-z0-9_-]{43})", re.IGNORECASE)
"""Of an agency's own page, also within the address of a filter that looks at links first."""
MARK = re.compile(rb"\+([0-9a-f]{%d})@" % MARK_LENGTH, re.IGNORECASE)
RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
FORWARDED = "----- Thư đã chuyển tiếp -----"
ANSWERED, TEXTS, MOST_WORKBOOKS, MOST_LINKS = 100, 10, 5, 10
"""Message-IDs looked up for one message, texts put together into its words, files read, links looked up."""


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
    marks: tuple[str, ...] = ()
    """In the addresses it was sent to: whoever answers to one has had a letter."""
    tokens: tuple[str, ...] = ()
    """Of agencies' links that stand in its text: who quotes a letter, quotes its link."""
    report: Report | None = None
    by_program: bool = False
    """Its headers say that a program wrote it."""
    automatic: bool = False
    """A program wrote it, and it brings no file: nobody waits for an answer to it."""
    sent_by_somebody: bool = False
    """The transport shows a sender, which no report of a mail server has."""
    words: str = ""
    """The writer's own, without the quotation."""
    text: str = ""
    """All of it, with the quotation."""
    files: tuple[Attached, ...] = ()
    """All files that came with it."""
    workbooks: tuple[bytes, ...] = ()
    """Those of a spreadsheet program, MOST_WORKBOOKS + 1 at most."""
    trouble: str = ""
    """Why it could not be read whole, in Vietnamese."""


def read_message(raw: bytes, *, glance: bool = False, size: int = 0) -> Incoming:
    """Read `raw`; never raises, whatever it holds. What is longer than LIMIT may come cut at LIMIT + 1.

    A `glance` takes what is needed to find the letter it answers, and leaves words and files alone; `raw` may be
    a piece of a message of `size` bytes then.
    """
    try:
        return _too_large(raw) if max(size, len(raw)) > LIMIT else _read(raw, glance)
    except Exception as error:  # noqa: BLE001  # one message must not keep all others from being read
        return Incoming(digest=_digest(b"whole", raw), trouble=f"không đọc được nội dung ({type(error).__name__})")


def attached_workbooks(message: Part) -> tuple[bytes, ...]:
    """Return the files of a spreadsheet program attached to `message`."""
    return workbooks_among(files_of(message, carried=False))


def moment_in(text: str) -> datetime | None:
    """Return the moment that mail writes as `text` (RFC 5322, or IMAP's INTERNALDATE); None where it is none."""
    try:
        written = parsedate_to_datetime(text[:LINE])
        return (written if written.tzinfo else written.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _too_large(raw: bytes) -> Incoming:
    message = take_apart(raw[:HEAD])
    head = _known_by_headers(message, raw)
    automatic = is_automatic(message, head["sender"], head["subject"])
    trouble = f"thư lớn hơn {LIMIT // 1024 // 1024} MB, không đọc nội dung"
    return Incoming(**head, by_program=automatic, automatic=automatic, trouble=trouble)


def _read(raw: bytes, glance: bool) -> Incoming:
    message = take_apart(raw[:PIECE] if glance else raw)
    head = _known_by_headers(message, raw)
    sender, subject, text = head["sender"], head["subject"], _text(message)
    report = delivery_report(message, sender, subject, text)
    answers = report.answers if report else (*head["answers"], *_carried_ids(message))
    automatic = by_program = is_automatic(message, sender, subject)
    files = [] if glance else files_of(message, carried=False)
    if files and not is_report(message) and message.first("return-path") != b"<>":  # an absence brings no file
        automatic = False
    if not glance and not automatic and report is None:
        files, text = files_of(message, carried=True), _with_carried(message, text)
    return Incoming(
        # A report goes to the sender, whose address has no mark.
        **head | {"answers": answers[:ANSWERED], "marks": () if report else head["marks"]},
        tokens=_tokens(message),
        report=report,
        by_program=by_program,
        automatic=automatic,
        sent_by_somebody=has_return_address(message),
        words="" if glance else own_words(text),
        text="" if glance else text,
        files=tuple(files),
        workbooks=workbooks_among(files)[: MOST_WORKBOOKS + 1],
    )


def _known_by_headers(message: Part, raw: bytes) -> dict[str, Any]:
    identity = message.first("message-id")
    found = MESSAGE_ID.search(identity)
    identity = found[0] if found else identity[:LINE]
    return {
        "digest": _digest(b"id", identity) if identity else _digest(b"whole", raw[:PIECE]),
        "message_id": clean_line(decoded(identity, "")) or None,
        "written_at": moment_in(decoded(message.first("date"), "")),
        "sender": _address(message.first("from")),
        "subject": header_text(message.first("subject")),
        "answers": tuple(answered_ids(message.fields)[:ANSWERED]),
        "marks": _marks(message),
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


def _with_carried(message: Part, text: str) -> str:
    """Return `text` and that of the messages that `message` brings, as a forwarded one stands in a text."""
    texts = [_text(part) for part in islice(_carried(message), TEXTS)]
    return clean_words("\n\n".join([text, *(f"{FORWARDED}\n{one}" for one in texts if one)]))


def _carried(message: Part) -> Iterator[Part]:
    for part in message.walk(carried=True):
        if part.kind in {"message/rfc822", "message/global"}:
            yield from part.inside


def _carried_ids(message: Part) -> Iterator[str]:
    """Give the Message-IDs of the messages that `message` brings, and of what those answer."""
    for part in _carried(message):
        yield from message_ids(part.first("message-id"))
        yield from answered_ids(part.fields)


def _marks(message: Part) -> tuple[str, ...]:
    lines = (line for name in RECIPIENTS for line in message.fields.get(name, ()))
    found = (one[1].decode("ascii").lower() for line in lines for one in MARK.finditer(line))
    return tuple(dict.fromkeys(islice(found, ANSWERED)))


def _tokens(message: Part) -> tuple[str, ...]:
    """Return the tokens of links in the texts of `message`; a program may have broken their lines."""
    texts = (part for part in message.walk(carried=True) if part.kind in {"text/plain", "text/html"})
    found = (LINK.finditer(re.sub(rb"[\s>]+", b"", part.body)) for part in islice(texts, TEXTS))
    tokens = (one[1].decode("ascii") for some in found for one in some)
    return tuple(islice(dict.fromkeys(islice(tokens, ANSWERED)), MOST_LINKS))
