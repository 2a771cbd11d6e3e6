"""The mailbox read: letters that come back are marked, workbooks taken in, answers kept for the coordinator.

Mail of strangers that answers nothing is counted and no more; what comes in the name of a contact is shown, with
what came and why it was not read.

Each message is recorded together with what follows from it, in one transaction, and only then is the mailbox told
that it is done with. A run that dies in between meets the message again and finds it in the record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.errors import MailboxShut
from tracker.inbox.attachments import note_on_unread
from tracker.inbox.automatic import is_form_of
from tracker.inbox.bounce import Failure
from tracker.inbox.incoming import Incoming, read_message
from tracker.inbox.mime_parts import take_apart
from tracker.inbox.placing import LEFT, is_contacts, is_to_be_looked_into, place
from tracker.inbox.quotation import kept_words
from tracker.inbox.results import InboxRead, Taken
from tracker.inbox.texts import text_of
from tracker.inbox.transports import Arrival, inbox_at
from tracker.inbox.workbook_replies import Answered, Read, read_attached, take_reply
from tracker.log import log_of, tell
from tracker.settings import ZONE, Settings
from tracker.store.bounces import mark_bounced
from tracker.store.engine import one_at_a_time, reading, writing
from tracker.store.letters import is_unkeyed
from tracker.store.messages import (
    Kind,
    answers_a_letter,
    change_message,
    escaped_words,
    noted,
    record_message,
    record_unplaced,
)
from tracker.store.tables import Letter

LOG = log_of("inbox")
MOST = 5000
"""Messages of one run; the next takes the rest, so that receipts and letters need not wait for ever."""
WHO = "hộp thư đến"
"""Whom the journal names."""
STRANGE = "không trả lời thư nào của chương trình"
UNPLACED = "Không rõ thư này trả lời thư nào của chương trình."
UNOPENED = (
    "Hôm nay đã có nhiều thư không rõ như vậy từ địa chỉ này, nên không mở tệp kèm; mở thư trong hộp thư để xem."
)
REASONS = 2_000
"""Characters kept of the reasons in one report."""


def read_inbox(engine: sa.Engine, settings: Settings) -> InboxRead:
    """Read what is new in the mailbox that TRACKER_INBOX_URL names; that it is shut is told in the result."""
    taken: list[Taken] = []
    more, shut = False, None
    try:
        with inbox_at(settings.inbox_url, settings.ca_file) as inbox:
            arrivals = inbox.arrivals()
            for arrival in islice(arrivals, MOST):
                one = _taken_in(engine, settings, arrival)
                if one:
                    taken.append(one)
                    lost = len(one.bounced) or None
                    tell(LOG, "message read", kind=one.kind.value, key=one.letter, given_up=lost)
                finish = inbox.set_aside if one and one.trouble else inbox.done
                finish(arrival.handle)
            more = next(arrivals, None) is not None
    except MailboxShut as error:
        shut = str(error)
        tell(LOG, "mailbox shut")
    tell(LOG, "mailbox read", new=len(taken), more=more or None)
    return InboxRead(tuple(taken), more, shut)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mail:
    """A message, as far as it was read before the transaction that records it."""

    message: Incoming
    books: Sequence[Read]
    """The workbooks that came with it."""
    reached: datetime | None
    of_contact: bool
    """It comes in the name of a contact."""
    looked_into: bool
    """Its words and files were read."""


def _taken_in(engine: sa.Engine, settings: Settings, arrival: Arrival) -> Taken | None:
    """Record a message; return what followed, or None where it was in the record."""
    if arrival.trouble:
        return Taken(kind=Kind.UNKNOWN, sender=arrival.handle, trouble=arrival.trouble)
    # A stranger's mail ends here: neither its words nor its files are looked at.
    message, books = read_message(arrival.first, glance=True, size=arrival.size), []
    day = _day(_received(settings, None, arrival.reached, settings.now()))
    with reading(engine) as session:
        of_contact = is_contacts(session, message.sender)
        looked_into = of_contact and is_to_be_looked_into(session, message.sender, day)
        looked_into = looked_into or place(session, settings, message, hold=False) is not None
    if looked_into and not message.trouble:
        message = read_message(arrival.whole())
        books = read_attached(message)
    mail = _Mail(
        message=message, books=books, reached=arrival.reached, of_contact=of_contact, looked_into=looked_into
    )
    with writing(engine) as session:
        one_at_a_time(session)
        return _recorded(session, settings, mail)


def _recorded(session: Session, settings: Settings, mail: _Mail) -> Taken | None:
    message, now = mail.message, settings.now()
    letter = place(session, settings, message, mail.books, hold=True)
    received = _received(settings, letter, mail.reached, now)
    itself = message.message_id is not None and answers_a_letter(session, [message.message_id])
    kind = _kind(settings, mail, letter, itself=itself)
    bounced = _given_up(letter, message) if letter else {}
    row = _row(message, letter, kind, received) | {"addresses": list(bounced)}
    placed = letter is not None or itself
    message_row = record_message(session, row) if placed else record_unplaced(session, row, _day(received))
    if message_row is None:
        return None
    workbook, told = "", ""
    if message_row and kind in {Kind.REPLY, Kind.UNPLACED}:
        answered = take_reply(session, settings, letter, message, mail.books, received) if letter else None
        workbook = f"{answered.told} {answered.trouble}".strip() if answered else ""
        kept, told = _kept(mail, letter, answered)
        change_message(session, message_row, **{"kind": kind} | kept)
        kind = kept.get("kind", kind)
    if letter is not None:
        for address, failure in bounced.items():
            mark_bounced(session, letter, address, failure.reason, WHO, now, failure.cause)
    return Taken(
        kind=kind,
        sender=message.sender or "không rõ người gửi",
        letter=letter.key if letter else None,
        bounced=tuple((address, failure.reason) for address, failure in bounced.items()),
        causes=frozenset(failure.cause for failure in bounced.values()),
        workbook=workbook,
        told=told,
        trouble=message.trouble,
        counted=message_row == 0,
    )


def _kept(mail: _Mail, letter: Letter | None, answered: Answered | None) -> tuple[dict[str, Any], str]:
    """Return the columns to keep of a person's message, and what the coordinator is told of it."""
    words, whole = _words(mail.message, letter)
    unread = _unread(mail, letter)
    told = " ".join([*([answered.told] if answered else []), *unread])
    kept = {"text": noted(words, told) if told else escaped_words(words), "whole": whole}
    settled = answered is not None and answered.settled and not words and not unread
    return kept | ({"kind": Kind.WORKBOOK} if settled else {}), told


def _words(message: Incoming, letter: Letter | None) -> tuple[str, str | None]:
    """Return the words to keep of a person's message, and the whole text where more is worth a look."""
    quoted = ""
    if letter is not None and message.text != message.words:
        parts = take_apart(letter.message).walk()
        bodies = [text_of(part) for part in parts if part.kind in {"text/plain", "text/html"}]
        quoted = "\n".join([letter.subject, letter.text, *bodies])
    return kept_words(message.text, quoted)


def _unread(mail: _Mail, letter: Letter | None) -> list[str]:
    """Return what of a person's message was not placed or not read, and why: sentences."""
    trouble = mail.message.trouble
    told = (
        "" if letter else UNPLACED,
        f"{trouble[:1].upper()}{trouble[1:]}; mở thư trong hộp thư để xem." if trouble else "",
        "" if mail.looked_into or trouble else UNOPENED,
        note_on_unread(mail.message.files),
    )
    return [sentence for sentence in told if sentence]


def _row(message: Incoming, letter: Letter | None, kind: Kind, received: datetime) -> dict[str, Any]:
    """Return the columns of `message` in the record, but for the addresses it reports."""
    return {
        "digest": message.digest,
        "message_id": message.message_id,
        "received_at": received,
        "written_at": message.written_at,
        "sender": message.sender,
        "subject": message.subject,
        "kind": kind,
        "letter_id": letter.id if letter and kind is not Kind.OWN else None,
        "text": _text(kind, letter, message),
    }


def _day(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()


def _received(settings: Settings, letter: Letter | None, reached: datetime | None, now: datetime) -> datetime:
    """Return when a message came: when it reached the mailbox, by which an answer is in time or late.

    A time that cannot be right, before the letter it answers or after `now`, counts as `now`, when it is read; so
    does any on a pretended day, for mailboxes know the real ones alone.
    """
    if reached is None or settings.pretended_today is not None or reached > now:
        return now
    return now if letter is not None and reached < letter.queued_at else reached


def _kind(settings: Settings, mail: _Mail, letter: Letter | None, *, itself: bool) -> Kind:
    message = mail.message
    if message.report:
        return Kind.BOUNCE
    if itself or (message.sender.lower() == settings.sender.lower() and not _answers_itself(message, letter)):
        return Kind.OWN
    by_form = letter is not None and not message.files and is_form_of(message.subject, letter.subject)
    if message.automatic or by_form:
        return Kind.AUTO
    if letter:
        return Kind.REPLY
    return Kind.UNPLACED if mail.of_contact else Kind.UNKNOWN


def _answers_itself(message: Incoming, letter: Letter | None) -> bool:
    """Say whether a person answers `letter` from our own address, which is an agency's too: it went there."""
    written_to = [*letter.to, *letter.cc] if letter else []
    return message.sender.lower() in map(str.lower, written_to) and not message.by_program


def _given_up(letter: Letter, message: Incoming) -> dict[str, Failure]:
    """Return the addresses of `letter` for which `message` says that it was given up, each with the failure.

    Anybody can write a report about any address: only those the letter was sent to count, and only where the
    report proves by the letter's Message-ID that its writer has had it. Ids of before they were keyed prove
    nothing; the address's next letter, which comes back too, does. Nor does a report that somebody sent: those of
    mail servers have no sender.
    """
    proved = not is_unkeyed(letter.key, letter.message_id) and not message.sent_by_somebody
    if message.report is None or letter.state not in LEFT or not proved:
        return {}
    written_to = {address.lower(): address for address in [*letter.to, *letter.cc]}
    found: dict[str, Failure] = {}
    for failure in message.report.failures:
        address = next((written_to[one] for one in failure.addresses if one in written_to), None)
        if failure.given_up and address:
            found.setdefault(address, failure)
    return found


def _text(kind: Kind, letter: Letter | None, message: Incoming) -> str:
    """Return what is kept of a message's text. The words of what is none of our business are not."""
    match kind:
        case Kind.BOUNCE:
            failures = message.report.failures if message.report else ()
            lines = [f"{', '.join(failure.addresses)}: {failure.reason}" for failure in failures]
            return "\n".join(lines)[:REASONS]
        case Kind.AUTO:
            return escaped_words(message.words) if letter else ""
        case Kind.UNKNOWN:
            return message.trouble or STRANGE
    return ""
