"""The sender: claim, send, settle, one letter after the other.

A sender that dies leaves its letter claimed; when the lease runs out the next run takes it over and marks it
uncertain. So no letter is lost, and at most one extra copy can leave, with the same Message-ID.
"""

import zlib
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.errors import DeliveryError
from tracker.letters.address import is_channel
from tracker.letters.compose import with_link
from tracker.letters.doors import MailDoor, mail_door
from tracker.letters.doors.channel import tell_channel
from tracker.letters.mime import finished, link_address
from tracker.settings import Settings
from tracker.store.engine import writing
from tracker.store.letters import Claimed, claim_next_letter, release, settle_failed, settle_sent
from tracker.store.links import token_from

LOST_IN_A_ROW = 3
"""Connections lost one after the other, with no letter between that left, before the run gives up."""


@dataclass(slots=True)
class Outcome:
    """What one run of the sender did: letters that left, wait for another try, or were refused for good."""

    sent: list[Claimed] = field(default_factory=list)
    postponed: list[Claimed] = field(default_factory=list)
    refused: list[tuple[Claimed, str]] = field(default_factory=list)
    shut: str | None = None
    """Why the door did not open, or closed on us; what is queued stays queued."""


def send_queued(engine: sa.Engine, settings: Settings) -> Outcome:
    """Send every letter whose time has come, the one that waits longest first."""
    outcome = Outcome()
    lost = 0
    with mail_door(settings.mail_url) as door:
        with writing(engine) as session:
            letter = claim_next_letter(session, settings.now())
        while letter is not None:
            tried = _tried(door, letter, settings)
            lost = lost + 1 if isinstance(tried, DeliveryError) and tried.lost else 0
            if lost == LOST_IN_A_ROW:
                outcome.shut = str(tried)
            # One transaction settles this letter and claims the next, for each waits for the disk.
            with writing(engine) as session:
                _settle(session, letter, tried, settings, outcome)
                letter = None if outcome.shut else claim_next_letter(session, settings.now())
    return outcome


def _tried(door: MailDoor, letter: Claimed, settings: Settings) -> str | DeliveryError:
    """Hand `letter` over; return the other side's words, or why it did not take it."""
    try:
        token = token_from(letter.nonce, settings.secret_key()) if letter.nonce else None
        address = link_address(settings.base_url, token)
        if is_channel(letter.to[0]):
            return tell_channel(letter.to[0], letter.subject, with_link(letter.text, address))
        mail = finished(zlib.decompress(letter.packed), letter.to, letter.cc, address)
        return door.deliver(mail, settings.sender, [*letter.to, *letter.cc], letter.key)
    except DeliveryError as why:
        return why
    except (ValueError, zlib.error) as why:  # what one letter holds must not keep the others back
        return DeliveryError(f"không lập được thư ({why}); sửa contacts rồi tracker apply", permanent=True)


def _settle(
    session: Session, letter: Claimed, tried: str | DeliveryError, settings: Settings, outcome: Outcome
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
