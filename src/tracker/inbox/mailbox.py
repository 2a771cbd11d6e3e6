"""The mailbox read: letters that come back are marked, workbooks taken in, answers kept for the coordinator.

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
from tracker.inbox.incoming import Incoming, read_message
from tracker.inbox.transports import Arrival, inbox_at
from tracker.inbox.workbook_replies import Read, read_attached, take_reply
from tracker.log import log_of, tell
from tracker.settings import ZONE, Settings
from tracker.store.bounces import mark_bounced
from tracker.store.engine import one_at_a_time, reading, writing
from tracker.store.letters import is_unkeyed
from tracker.store.messages import (
    Kind,
    answers_a_letter,
    change_message,
    kept_words,
    letter_answered,
    noted,
    record_message,
    record_unplaced,
)
from tracker.store.tables import Letter

LOG = log_of("inbox")
MOST = 1000
"""Messages of one run; the next takes the rest, so that receipts and letters need not wait."""
WHO = "hộp thư đến"
"""Whom the journal names."""
LEFT = {"sending", "sent", "bounced"}
"""The states of a letter that can come back; one that was queued again has yet to leave."""
STRANGE = "không trả lời thư nào của chương trình"
REASONS = 2_000
"""Characters kept of the reasons in one report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A message that was new, and what followed from it."""

    kind: Kind
    sender: str
    letter: str | None = None
    """The key of the letter it answers."""
    bounced: tuple[tuple[str, str], ...] = ()
    """Addresses for which the letter was given up, each with the reason."""
    workbook: str = ""
    """What became of the workbook that came with it."""
    trouble: str = ""
    """Why it could not be read whole."""
    counted: bool = False
    """It answers no letter, and so many do not today that it was counted and not kept."""


@dataclass(frozen=True, slots=True)
class InboxRead:
    """What one reading of the mailbox found."""

    taken: tuple[Taken, ...]
    more: bool
    """More messages wait for the next run."""
    shut: str | None
    """Why the mailbox did not open, or closed on us; what was read before that stays read."""

    @property
    def bounced(self) -> list[tuple[str, str, str]]:
        """Return the letters that came back: the letter's key, from which address, why."""
        return [(one.letter, *back) for one in self.taken if one.letter for back in one.bounced]

    @property
    def replies(self) -> list[tuple[str, str]]:
        """Return people's answers: the letter's key, who wrote."""
        return [(one.letter, one.sender) for one in self.taken if one.letter and one.kind is Kind.REPLY]

    @property
    def workbooks(self) -> list[tuple[str, str, str]]:
        """Return the answers that brought a workbook: the letter's key, who wrote, what became of it."""
        return [(one.letter, one.sender, one.workbook) for one in self.taken if one.letter and one.workbook]

    @property
    def unreadable(self) -> list[tuple[str, str]]:
        """Return what could not be read whole: who sent it, or the name of its file; why."""
        return [(one.sender, one.trouble) for one in self.taken if one.trouble]

    def count(self, kind: Kind) -> int:
        """Return how many new messages were of `kind`; reports that changed nothing are bounces too."""
        return sum(one.kind is kind for one in self.taken)


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


def _taken_in(engine: sa.Engine, settings: Settings, arrival: Arrival) -> Taken | None:
    """Record a message; return what followed, or None where it was in the record."""
    if arrival.trouble:
        return Taken(kind=Kind.UNKNOWN, sender=arrival.handle, trouble=arrival.trouble)
    # A stranger's mail ends here: neither its words nor its files are looked at.
    message, books = read_message(arrival.raw, glance=True), []
    with reading(engine) as session:
        is_ours = not message.trouble and answers_a_letter(session, message.answers)
    if is_ours:
        message = read_message(arrival.raw)
        books = read_attached(message)
    with writing(engine) as session:
        one_at_a_time(session)
        return _recorded(session, settings, message, books, arrival.reached)


def _recorded(
    session: Session, settings: Settings, message: Incoming, books: Sequence[Read], reached: datetime | None
) -> Taken | None:
    now = settings.now()
    letter = letter_answered(session, message.answers)
    received = _received(settings, letter, reached, now)
    itself = message.message_id is not None and answers_a_letter(session, [message.message_id])
    kind = _kind(settings, message, letter, itself=itself)
    bounced = _given_up(letter, message) if letter else []
    row = _row(message, letter, kind, received) | {"addresses": [address for address, _ in bounced]}
    placed = letter is not None or itself
    message_row = record_message(session, row) if placed else record_unplaced(session, row, _day(received))
    if message_row is None:
        return None
    answered = None
    if letter is not None and kind is Kind.REPLY:
        answered = take_reply(session, settings, letter, message, books, received)
    if answered is not None:
        kind = Kind.WORKBOOK if answered.settled and not message.words else kind
        change_message(session, message_row, kind=kind, text=noted(message.words, answered.told))
    if letter is not None:
        for address, reason in bounced:
            mark_bounced(session, letter, address, reason, WHO, now)
    return Taken(
        kind=kind,
        sender=message.sender or "không rõ người gửi",
        letter=letter.key if letter else None,
        bounced=tuple(bounced),
        workbook=answered.told if answered else "",
        trouble=message.trouble,
        counted=message_row == 0,
    )


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


def _kind(settings: Settings, message: Incoming, letter: Letter | None, *, itself: bool) -> Kind:
    if message.trouble:
        return Kind.UNKNOWN
    if message.report:
        return Kind.BOUNCE
    if itself or message.sender.lower() == settings.sender.lower():
        return Kind.OWN
    if message.automatic:
        return Kind.AUTO
    return Kind.REPLY if letter else Kind.UNKNOWN


def _given_up(letter: Letter, message: Incoming) -> list[tuple[str, str]]:
    """Return the addresses of `letter` for which `message` says that it was given up, each with the reason.

    Anybody can write a report about any address: only those the letter was sent to count, and only where the
    report proves by the letter's Message-ID that its writer has had it. Ids of before they were keyed prove
    nothing; the address's next letter, which comes back too, does. Nor does a report that somebody sent: those of
    mail servers have no sender.
    """
    proved = not is_unkeyed(letter.key, letter.message_id) and not message.sent_by_somebody
    if message.report is None or letter.state not in LEFT or not proved:
        return []
    written_to = {address.lower(): address for address in [*letter.to, *letter.cc]}
    found: dict[str, str] = {}
    for failure in message.report.failures:
        address = next((written_to[one] for one in failure.addresses if one in written_to), None)
        if failure.given_up and address:
            found.setdefault(address, failure.reason)
    return list(found.items())


def _text(kind: Kind, letter: Letter | None, message: Incoming) -> str:
    """Return what is kept of a message's text. The words of what is none of our business are not."""
    match kind:
        case Kind.BOUNCE:
            failures = message.report.failures if message.report else ()
            lines = [f"{', '.join(failure.addresses)}: {failure.reason}" for failure in failures]
            return "\n".join(lines)[:REASONS]
        case Kind.REPLY | Kind.AUTO:
            return kept_words(message.words) if letter else ""
        case Kind.UNKNOWN:
            return message.trouble or STRANGE
    return ""
