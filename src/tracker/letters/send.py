"""The sender: claim, send, settle, one letter after the other.

A sender that dies leaves its letter claimed; when the lease runs out the next run takes it over and marks it
uncertain. So no letter is lost, and at most one extra copy can leave, with the same Message-ID.
"""

from dataclasses import dataclass, field
from email.errors import MessageError

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.errors import DeliveryError
from tracker.letters.compose import with_link
from tracker.letters.doors import MailDoor, mail_door
from tracker.letters.doors.channel import tell_channel
from tracker.letters.mime import link_address, message
from tracker.plan.model import Plan
from tracker.settings import Settings
from tracker.store.engine import reading, writing
from tracker.store.letters import claim_next_letter, release, settle_failed, settle_sent
from tracker.store.links import token_of
from tracker.store.plans import plan_in_force
from tracker.store.tables import Letter, Link


@dataclass(slots=True)
class Outcome:
    """What one run of the sender did: letters that left, wait for another try, or were refused for good."""

    sent: list[Letter] = field(default_factory=list)
    postponed: list[Letter] = field(default_factory=list)
    refused: list[tuple[Letter, str]] = field(default_factory=list)
    shut: str | None = None
    """Why the door itself did not open; what is queued stays queued."""


def send_queued(engine: sa.Engine, settings: Settings) -> Outcome:
    """Send every letter whose time has come, the oldest first."""
    outcome = Outcome()
    with reading(engine) as session:
        _, plan = plan_in_force(session)
    with mail_door(settings.mail_url) as door:
        with writing(engine) as session:
            held = _claim(session, settings)
        while held is not None:
            letter, link = held
            try:
                tried: str | DeliveryError = _hand_over(door, letter, link, settings, plan)
            except DeliveryError as why:
                tried = why
            # One transaction settles this letter and claims the next, for each waits for the disk.
            with writing(engine) as session:
                _settle(session, letter, tried, settings, outcome)
                held = None if outcome.shut else _claim(session, settings)
    return outcome


def _claim(session: Session, settings: Settings) -> tuple[Letter, Link | None] | None:
    letter = claim_next_letter(session, settings.now())
    if letter is None:
        return None
    return letter, session.get(Link, letter.link_id) if letter.link_id else None


def _hand_over(door: MailDoor, letter: Letter, link: Link | None, settings: Settings, plan: Plan) -> str:
    address = link_address(settings.base_url, token_of(link, settings.secret_key()) if link else None)
    if "://" in letter.to[0]:
        return tell_channel(letter.to[0], letter.subject, with_link(letter.text, address))
    coordinator = plan.agencies[plan.plan.coordinator]
    reply_to = next((contact.to for contact in coordinator.contacts if "://" not in contact.to), None)
    try:
        mail = message(letter, address, settings.sender, " ".join(coordinator.name.split()), reply_to)
    except (ValueError, MessageError) as why:  # what one letter holds must not keep the others back
        raise DeliveryError(f"không lập được thư ({why}); sửa contacts rồi tracker apply", permanent=True) from why
    return door.deliver(mail, letter.key)


def _settle(
    session: Session, letter: Letter, tried: str | DeliveryError, settings: Settings, outcome: Outcome
) -> None:
    if isinstance(tried, str):
        settle_sent(session, letter.id, tried, settings.now())
        outcome.sent.append(letter)
    elif tried.unreachable:
        release(session, letter, tried.reply, settings.now())
        outcome.shut = tried.reply
    elif settle_failed(session, letter, tried.reply, settings.now(), permanent=tried.permanent) == "refused":
        outcome.refused.append((letter, tried.reply))
    else:
        outcome.postponed.append(letter)
