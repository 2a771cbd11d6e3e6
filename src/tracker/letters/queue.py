"""A letter made ready and queued: one message for its e-mail addresses, one for each chat channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.case import Case
from tracker.language import speaking
from tracker.letters.address import Envelope, address_book, is_channel
from tracker.letters.compose import LINK, Composed, compose
from tracker.letters.ids import answering_address, message_id, thread_id
from tracker.letters.mime import Attachment, From, message
from tracker.letters.transports.usual import refuse_forgotten_settings
from tracker.plan.model import Agency, Plan
from tracker.settings import Settings
from tracker.store.letters import has_unkeyed, queue_letters
from tracker.store.links import link_for
from tracker.store.tables import Period, PlanVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A letter before it is queued: what it says, to whom, and what it asks for."""

    kind: str
    key: str
    period: Period
    agency: Agency
    words: Composed
    envelopes: Sequence[Envelope]
    duties: Sequence[int] = ()
    """Ids of the duties it asks for."""
    stage_day: date | None = None
    attachments: Sequence[Attachment] = ()
    linked: bool = True
    """It carries the agency's own link."""
    message_id: str | None = None
    """Of a letter that is made anew and keeps its own."""
    unkeyed_thread: bool = False
    """Its agency was written to about its period before ids were keyed."""


def composed_for_agency(
    settings: Settings, plan: Plan, kind: str, period: Period, agency: Agency, facts: Mapping[str, Any]
) -> Composed:
    """Return the words of the letter of `kind` to `agency`, in the plan's language; the link is a mark."""
    around = {
        "plan": plan.plan,
        "coordinator": plan.agencies[plan.plan.coordinator],
        "agency": agency,
        "period": period,
        "link": LINK,
        "illustration": settings.illustration,
    }
    with speaking(plan.plan.language):
        return compose(settings.templates, kind, around | dict(facts))


def compose_letter(
    settings: Settings,
    plan: Plan,
    kind: str,
    key: str,
    period: Period,
    agency: Agency,
    facts: Mapping[str, Any],
    envelopes: Sequence[Envelope],
    **more: Any,
) -> Outgoing:
    """Return the letter of `kind` called `key` to `agency`, in the words that its templates and `facts` give.

    `more` are further fields of Outgoing. Raises FileTrouble where a template is spoiled.
    """
    words = composed_for_agency(settings, plan, kind, period, agency, facts)
    return Outgoing(kind=kind, key=key, period=period, agency=agency, words=words, envelopes=envelopes, **more)


def queue_letter(
    case: Case,
    kind: str,
    key: str,
    facts: Mapping[str, Any],
    *,
    envelopes: Sequence[Envelope] | None = None,
    **more: Any,
) -> int | None:
    """Compose the letter of `kind` called `key` to the agency of `case`, and queue it for all its contacts.

    Only for `envelopes` where given; `more` are further fields of Outgoing. Returns the letter's id, None if it
    was queued before or nobody gets it. Raises FileTrouble where a template is spoiled.
    """
    session, settings, period, agency = case.session, case.settings, case.period, case.agency
    if envelopes is None:
        envelopes = address_book(session, settings).envelopes(agency)
    more["unkeyed_thread"] = has_unkeyed(session, period, agency.id)
    letter = compose_letter(settings, case.plan, kind, key, period, agency, facts, envelopes, **more)
    rows = letter_rows(settings, case.version, case.plan, letter, case.now)
    return queue_rows(session, settings, letter, rows, case.now)


def letter_rows(
    settings: Settings, version: PlanVersion, plan: Plan, letter: Outgoing, now: datetime
) -> list[dict[str, Any]]:
    """Return `letter` as rows of the outbox, one for each envelope. Nothing is written; this is the slow part."""
    by = _written_by(settings, plan, letter.period, letter.agency.id)
    unkeyed_thread = letter.unkeyed_thread
    thread = thread_id(settings, plan, letter.period, letter.agency.id, unkeyed_thread=unkeyed_thread)
    rows = []
    for number, envelope in enumerate(letter.envelopes, 1):
        key = letter.key if number == 1 else f"{letter.key}:{number}"
        identity = letter.message_id or message_id(settings, plan, key)
        rows.append(
            {
                "key": key,
                "kind": letter.kind,
                "period_id": letter.period.id,
                "agency_id": letter.agency.id,
                "to": list(envelope.to),
                "cc": list(envelope.cc),
                "duties": list(letter.duties),
                "stage_day": letter.stage_day,
                "plan_version_id": version.id,
                "subject": letter.words.subject,
                "text": letter.words.text,
                "message": b""
                if is_channel(envelope.to[0])
                else message(identity, thread, letter.words, by, now, letter.attachments),
                "message_id": identity,
            }
        )
    return rows


def queue_rows(
    session: Session, settings: Settings, letter: Outgoing, rows: Sequence[Mapping[str, Any]], now: datetime
) -> int | None:
    """Queue the rows of `letter`; return the first one's id, None if it was queued before or nobody gets it."""
    if not rows:
        return None
    refuse_forgotten_settings(session.connection(), settings)
    link = (
        link_for(session, letter.period, letter.agency.id, settings.secret_key(), now) if letter.linked else None
    )
    queued = queue_letters(session, [dict(row) | {"link_id": link.id if link else None} for row in rows], now)
    return queued[0] if queued else None


def _written_by(settings: Settings, plan: Plan, period: Period, agency_id: str) -> From:
    """Return who signs letters and gets the answers: the coordinator, at its first e-mail address.

    Where a mailbox on a server is read, answers come there as well: they may bring workbooks.
    """
    coordinator = plan.agencies[plan.plan.coordinator]
    person = next((contact.to for contact in coordinator.contacts if not is_channel(contact.to)), None)
    answered_at = [person]
    if not settings.inbox_url.startswith("folder:"):
        mailbox = answering_address(settings, plan, period, agency_id)
        answered_at = [person if person != settings.sender else None, mailbox]
    reply_to = ",\r\n ".join(address for address in answered_at if address) or None
    own = None if "SENDER" in settings.places else plan.plan.sender
    return From(address=own or settings.sender, name=" ".join(coordinator.name.split()), reply_to=reply_to)
