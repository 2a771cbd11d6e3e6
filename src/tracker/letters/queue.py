"""A letter to an agency, composed and queued: one for its e-mail addresses, one for each chat channel."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.letters.compose import LINK, Composed, compose
from tracker.letters.mime import message_id
from tracker.plan.model import Agency, Plan
from tracker.settings import Settings
from tracker.store.letters import queue_letter
from tracker.store.links import link_for
from tracker.store.tables import Period


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


def queue_for_agency(
    session: Session,
    settings: Settings,
    words: Composed,
    kind: str,
    key: str,
    period: Period,
    agency: Agency,
    now: datetime,
) -> int | None:
    """Queue the letter of `kind` called `key`, with `words`, to all of the agency's contacts.

    Returns the id of the first letter; None where the key was queued before, or the agency has no contact.
    """
    link = link_for(session, period, agency.id, settings.secret_key(), now)
    queued = []
    for number, to in enumerate(recipients(agency)):
        own_key = key if number == 0 else f"{key}:{number + 1}"
        values = {
            "key": own_key,
            "kind": kind,
            "period_id": period.id,
            "agency_id": agency.id,
            "to": to,
            "subject": words.subject,
            "text": words.text,
            "html": words.html,
            "link_id": link.id,
            "message_id": message_id(own_key, settings.sender),
        }
        queued.append(queue_letter(session, values, now))
    return queued[0] if queued else None


def recipients(agency: Agency) -> list[list[str]]:
    """Return to whom an agency's letters go: all its e-mail addresses together, each chat channel alone."""
    addresses = [contact.to for contact in agency.contacts if "://" not in contact.to]
    channels = [[contact.to] for contact in agency.contacts if "://" in contact.to]
    return ([addresses] if addresses else []) + channels
