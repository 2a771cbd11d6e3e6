"""Ids that only this installation can make: of messages, threads, calendar events, and addresses to answer to.

Each is an HMAC under the secret key, and the keyed text names the plan. So whoever writes to us with the id of a
letter has had that letter, and two plans or two installations of one sender never share an id: mail servers drop a
second message with a known Message-ID, and calendars replace an event with a known UID.
"""

import hashlib
import hmac

from tracker.plan.model import Plan
from tracker.settings import Settings
from tracker.store.letters import unkeyed
from tracker.store.tables import Period
from tracker.tls import takes_marks

MARK_LENGTH = 20
"""Signs of a mark in an address, of which 64 are the most before the @ (RFC 5321, 4.5.3.1.1)."""


def message_id(settings: Settings, plan: Plan, key: str) -> str:
    """Return the Message-ID of the letter called `key`: the same on every try, so that a second copy shows."""
    return f"<{_keyed(settings, plan, 'letter', key)}>"


def thread_id(settings: Settings, plan: Plan, period: Period, agency_id: str, *, unkeyed_thread: bool) -> str:
    """Return what the letters to an agency about a period refer to: mail programs show them together.

    `unkeyed_thread` says that letters of the thread left before ids were keyed; then the thread goes on.
    """
    if unkeyed_thread:
        return f"<{unkeyed(f'thread:{period.id}:{agency_id}')}@{_domain(settings)}>"
    return f"<{_keyed(settings, plan, 'thread', period.name, agency_id)}>"


def answer_mark(settings: Settings, plan: Plan, period: Period, agency_id: str) -> str:
    """Return the mark in the address that an agency answers to: it finds the letter where all else was lost."""
    return _keyed(settings, plan, "answer", period.name, agency_id)[:MARK_LENGTH]


def answering_address(settings: Settings, plan: Plan, period: Period, agency_id: str) -> str:
    """Return where the mailbox takes an agency's answers; with its mark where the mailbox takes such."""
    if not takes_marks(settings.inbox_url):
        return settings.sender
    local, _, domain = settings.sender.rpartition("@")
    return f"{local}+{answer_mark(settings, plan, period, agency_id)}@{domain}"


def event_uid(settings: Settings, plan: Plan, day: str, *, unkeyed_thread: bool) -> str:
    """Return the UID of the due date called `day` in calendars; `unkeyed_thread` as above: no second event."""
    return f"{day}@{_domain(settings)}" if unkeyed_thread else _keyed(settings, plan, "event", day)


def feed_token(settings: Settings, plan: Plan, agency_id: str) -> str:
    """Return the key of an agency's feed of due dates: it opens nothing else, and lasts like the secret key."""
    return _keyed(settings, plan, "feed", agency_id).partition("@")[0]


def _keyed(settings: Settings, plan: Plan, *what: str) -> str:
    text = "\0".join(("id", plan.plan.code, *what))
    return f"{hmac.new(settings.secret_key(), text.encode(), hashlib.sha256).hexdigest()[:32]}@{_domain(settings)}"


def _domain(settings: Settings) -> str:
    return settings.sender.rpartition("@")[2]
