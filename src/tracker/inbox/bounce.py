"""Letters that come back: delivery reports (RFC 3464), and the common ones that are no such reports."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from tracker.inbox.automatic import from_nobody
from tracker.inbox.mime_parts import Fields, Part, fields_of
from tracker.inbox.texts import clean_line, decoded
from tracker.letters.refusal import cause_of
from tracker.store.bounces import Cause

RECIPIENTS, REASON = 200, 300
"""Recipients looked at in one report, characters kept of a reason."""
NO_REASON = "máy chủ thư không nêu lý do"
MESSAGE_ID = re.compile(rb"<[^<>\s]{1,250}>")
ADDRESS = re.compile(r"[^\s<>()\[\]\",;:]{1,64}@[^\s<>()\[\]\",;:]{1,255}")
SUBJECT = re.compile(
    r"undeliver|delivery (?:status notification|failure|has failed|failed)|mail delivery|failure notice"
    r"|returned mail|non-?delivery|could not be delivered|not delivered|delivery incomplete"
    r"|không (?:thể )?(?:gửi|chuyển|phân phối|phát)|(?:gửi|chuyển|phân phối) (?:thư )?thất bại"
    r"|(?:gửi|chuyển|phân phối) (?:thư )?không thành công|thư (?:bị )?trả lại|trả lại thư|lỗi gửi thư",
    re.IGNORECASE,
)
ABSENT = re.compile(
    r"\s*\[?\s*(?:auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office|vacation|(?:thông báo )?vắng mặt"
    r"|read:|đã đọc:|trả lời tự động|tự động trả lời|thư (?:trả lời )?tự động|phản hồi tự động)",
    re.IGNORECASE,
)
"""A subject of programs that speak of something else than a delivery."""
COPY_BEGINS = re.compile(
    r"^[^\w\n]{0,20}(?:this is a copy of|below this line is a copy|included is a copy|original message"
    r"|returned message|message headers? follow|tiêu đề thư gốc|tiêu đề gốc|thư gốc|bản sao thư)"
    r"|^(?:return-path|received|message-id|dkim-signature)\s*:",
    re.IGNORECASE | re.MULTILINE,
)
COPIED_ID = re.compile(r"^[^\w\n]{0,20}message-id[ \t]*:[ \t]*(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)
STATUS = re.compile(r"(?<![\d.])([245])\.\d{1,3}\.\d{1,3}(?!\.?\d)")
REPLY_CODE = re.compile(r"(?:^|[:;#(])[ \t]*([45])\d\d[\s-]", re.MULTILINE)
DELAYED = re.compile(
    r"delayed|will (?:be retried|continue|keep trying|retry)|(?:do|need) not (?:need to )?resend"
    r"|warning message only|trì hoãn|sẽ (?:tiếp tục )?(?:thử )?gửi lại",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Failure:
    """What a report says of one recipient."""

    addresses: tuple[str, ...]
    """Under which it may have been written to: the original one first, then where that led."""
    given_up: bool
    """The server does not try again; otherwise it still does, or the letter arrived."""
    reason: str
    cause: Cause = Cause.OTHER


@dataclass(frozen=True, slots=True)
class Report:
    """A report on the delivery of a letter."""

    failures: tuple[Failure, ...]
    answers: tuple[str, ...]
    """Message-IDs of the letter that came back, as the report gives it."""


def delivery_report(message: Part, sender: str, subject: str, text: str) -> Report | None:
    """Return what `message` reports of a delivery, or None where it is no such report."""
    parts = list(message.walk())
    answers = tuple(_returned_ids(parts, text))
    statuses = [
        part for part in parts if part.kind in {"message/delivery-status", "message/global-delivery-status"}
    ]
    if statuses:
        told = [failure for part in statuses for failure in _told_by_status(part.body, text)]
        return Report(tuple(told), answers)
    named = ADDRESS.findall(decoded(b", ".join(message.fields.get("x-failed-recipients", ())), ""))
    if named or (from_nobody(message, sender) and SUBJECT.search(subject) and not ABSENT.match(subject)):
        return Report(tuple(_told_by_text(_without_copy(text), named[:RECIPIENTS])), answers)
    return None


def message_ids(line: bytes) -> list[str]:
    """Return the Message-IDs in a header line."""
    return [found.decode("utf-8", "replace") for found in MESSAGE_ID.findall(line)]


def _told_by_status(body: bytes, text: str) -> Iterator[Failure]:
    blocks = (fields_of(block) for block in re.split(rb"\r?\n[ \t]*\r?\n", body))
    recipients = (block for block in blocks if "final-recipient" in block or "original-recipient" in block)
    pieces = text.split("\n\n")
    for block in islice(recipients, RECIPIENTS):
        addresses = [_recipient(block, name) for name in ("original-recipient", "final-recipient")]
        action, status = _value(block, "action").lower().partition(" ")[0], _value(block, "status")
        # Given up is what the server says, even where the cause was a passing one that lasted too long.
        given_up = action == "failed" if action else status.startswith("5")
        words = re.sub(r"^[\w.-]+\s*;\s*", "", _value(block, "diagnostic-code"))
        reason = words or _paragraph(pieces, addresses[1]) or status
        told = clean_line(reason)[:REASON] or NO_REASON
        yield Failure(tuple(dict.fromkeys(filter(None, addresses))), given_up, told, cause_of(status, told))


def _told_by_text(text: str, named: list[str]) -> Iterator[Failure]:
    """Give what a report made for people says of the addresses `named` as failed, or else of those in its text.

    Of an address that is not named so, the paragraph about it has to say that it failed.
    """
    pieces, delayed = text.split("\n\n"), DELAYED.search(text) is not None
    code_of_all, for_good = (_code(text), "permanent" in text.lower()) if named else ("", False)
    addresses = named or [found.rstrip(".") for found in ADDRESS.findall(text)[:RECIPIENTS]]
    for address in dict.fromkeys(found.lower() for found in addresses):
        about = _paragraph(pieces, address)
        code = _code(about) or code_of_all
        permanent = code == "5" or (bool(named) and (not code or for_good))
        given_up = permanent and not delayed
        told = clean_line(about)[:REASON] or NO_REASON
        yield Failure((address,), given_up, told, cause_of(about))


def _code(text: str) -> str:
    """Return the class of the first status or reply code in `text`: "5" is for good."""
    found = STATUS.search(text) or REPLY_CODE.search(text)
    return found[1] if found else ""


def _paragraph(pieces: Sequence[str], address: str) -> str:
    """Return the paragraph that says most of `address`: one with a code, else the first that names it."""
    about = [piece for piece in pieces if address and address.lower() in piece.lower()]
    coded = [piece for piece in about if _code(piece)]
    return next(iter(coded or about), "")


def _without_copy(text: str) -> str:
    """Return the text of a report before the copy of the letter: that names all who were written to."""
    found = COPY_BEGINS.search(text)
    return text[: found.start()] if found else text


def _returned_ids(parts: list[Part], text: str) -> Iterator[str]:
    """Give the Message-IDs of the letter: from its copy or its headers, from the report's own, from the text."""
    copies = [
        fields
        for part in parts
        for fields in (
            [fields_of(part.body)]
            if part.kind in {"text/rfc822-headers", "message/global-headers"}
            else [one.fields for one in part.inside if part.kind in {"message/rfc822", "message/global"}]
        )
    ]
    for copy in copies:
        yield from message_ids(copy.get("message-id", (b"",))[0])
    yield from answered_ids(parts[0].fields)
    yield from COPIED_ID.findall(text)
    for copy in copies:  # a relay may have given the letter an id of its own: then its thread tells
        yield from answered_ids(copy)


def answered_ids(fields: Fields) -> list[str]:
    """Return the Message-IDs that a message with `fields` says it answers, the likeliest first."""
    answered, thread = (fields.get(name, (b"",))[0] for name in ("in-reply-to", "references"))
    return message_ids(answered) + message_ids(thread)[::-1]


def _recipient(block: Fields, name: str) -> str:
    _, _, address = _value(block, name).rpartition(";")
    return address.strip().strip("<>").lower()


def _value(block: Fields, name: str) -> str:
    return clean_line(decoded(block.get(name, (b"",))[0], ""))
