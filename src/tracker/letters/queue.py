"""A letter made ready and queued: one message for its e-mail addresses, one for each chat channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.letters.address import Envelope, is_channel
from tracker.letters.compose import LINK, Composed, compose
from tracker.letters.ids import message_id, thread_id
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
    """Return the words of the letter of `kind` to `agency`; the link is a mark."""
    around = {
        "plan": plan.plan,
        "coordinator": plan.agencies[plan.plan.coordinator],
        "agency": agency,
        "period": period,
        "link": LINK,
        "illustration": settings.illustration,
    }
    return compose(settings.templates, kind, around | dict(facts))


def letter_rows(
    settings: Settings, version: PlanVersion, plan: Plan, letter: Outgoing, now: datetime
) -> list[dict[str, Any]]:
    """Return `letter` as rows of the outbox, one for each envelope. Nothing is written; this is the slow part."""
    by = _written_by(settings, plan)
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


def queue_outgoing(
    session: Session, settings: Settings, version: PlanVersion, plan: Plan, letter: Outgoing, now: datetime
) -> int | None:
    """Make `letter` ready and queue it, in one go; returns as `queue_rows` does."""
    letter = replace(letter, unkeyed_thread=has_unkeyed(session, letter.period, letter.agency.id))
    return queue_rows(session, settings, letter, letter_rows(settings, version, plan, letter, now), now)


def _written_by(settings: Settings, plan: Plan) -> From:
    """Return who signs letters and gets the answers: the coordinator, at its first e-mail address.

    Where a mailbox on a server is read, answers come there as well: they may bring workbooks.
    """
    coordinator = plan.agencies[plan.plan.coordinator]
    reply_to = next((contact.to for contact in coordinator.contacts if not is_channel(contact.to)), None)
    if reply_to and not settings.inbox_url.startswith("folder:") and settings.sender != reply_to:
        reply_to = f"{reply_to},\r\n {settings.sender}"
    return From(address=settings.sender, name=" ".join(coordinator.name.split()), reply_to=reply_to)
