"""The sender: claim, send, settle, one letter after the other.

A sender that dies leaves its letter claimed; when the lease runs out the next run takes it over and marks it
uncertain. So no letter is lost, and at most one extra copy can leave, with the same Message-ID.
"""

import zlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import sqlalchemy as sa

from tracker.errors import DeliveryError
from tracker.letters.address import is_channel
from tracker.letters.compose import with_link
from tracker.letters.doors import MailDoor, mail_door
from tracker.letters.doors.channel import tell_channel
from tracker.letters.mime import finished, link_address
from tracker.settings import Settings
from tracker.store.engine import telling_store_errors
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
    with telling_store_errors(str(engine.url)), engine.connect() as connection:
        return _Run(connection, settings).sent()


class _Run:
    """One run of the sender: letters one after the other, the books kept in a thread of their own.

    While the server answers to a letter's envelope, the letter before it is settled and the one after it claimed,
    in one transaction. The letter's last word is held back until that is on the disk, so that never more than one
    letter has left without being settled.
    """

    def __init__(self, connection: sa.Connection, settings: Settings) -> None:
        self.connection, self.settings = connection, settings
        self.key = settings.secret_key()
        self.outcome = Outcome()

    def sent(self) -> Outcome:
        """Send until nothing waits or the door shuts."""
        lost = 0
        with mail_door(self.settings.mail_url) as door, ThreadPoolExecutor(1) as books:
            letter = books.submit(self._claim).result()
            ready = books.submit(self._made_ready, letter)
            claimed = books.submit(self._claim)
            while letter is not None:
                made = ready.result()
                ready = books.submit(self._ready_after, claimed)
                tried = self._tried(door, letter, made, claimed.result)
                following = claimed.result()
                lost = lost + 1 if isinstance(tried, DeliveryError) and tried.lost else 0
                if isinstance(tried, DeliveryError) and (tried.unreachable or lost == LOST_IN_A_ROW):
                    self.outcome.shut = tried.reply
                    books.submit(self._give_up, letter, tried, following).result()
                    break
                claimed = books.submit(self._settle_and_claim, letter, tried)
                letter = following
            claimed.result()
        return self.outcome

    def _claim(self) -> Claimed | None:
        with self.connection.begin():
            return claim_next_letter(self.connection, self.settings.now())

    def _settle_and_claim(self, letter: Claimed, tried: str | DeliveryError) -> Claimed | None:
        with self.connection.begin():
            self._settle(letter, tried)
            return claim_next_letter(self.connection, self.settings.now())

    def _give_up(self, letter: Claimed, tried: DeliveryError, following: Claimed | None) -> None:
        with self.connection.begin():
            self._settle(letter, tried)
            if following is not None:
                release(self.connection, following, "", self.settings.now())

    def _settle(self, letter: Claimed, tried: str | DeliveryError) -> None:
        now = self.settings.now()
        if isinstance(tried, str):
            settle_sent(self.connection, letter.id, tried, now)
            self.outcome.sent.append(letter)
        elif tried.unreachable:
            release(self.connection, letter, tried.reply, now)
        elif settle_failed(self.connection, letter, tried.reply, now, permanent=tried.permanent) == "refused":
            self.outcome.refused.append((letter, tried.reply))
        else:
            self.outcome.postponed.append(letter)

    def _ready_after(self, claimed: Future[Claimed | None]) -> bytes | DeliveryError:
        return self._made_ready(claimed.result())

    def _made_ready(self, letter: Claimed | None) -> bytes | DeliveryError:
        """Return the message as it leaves, or for a chat channel its text; or why it cannot be made."""
        if letter is None:
            return b""
        try:
            token = token_from(letter.nonce, self.key) if letter.nonce else None
            address = link_address(self.settings.base_url, token)
            if is_channel(letter.to[0]):
                return with_link(letter.text, address).encode()
            return finished(zlib.decompress(letter.packed), letter.to, letter.cc, address)
        except (ValueError, zlib.error) as why:  # what one letter holds must not keep the others back
            return DeliveryError(f"không lập được thư ({why}); sửa contacts rồi tracker apply", permanent=True)

    def _tried(
        self,
        door: MailDoor,
        letter: Claimed,
        made: bytes | DeliveryError,
        before_last_word: Callable[[], object],
    ) -> str | DeliveryError:
        """Hand `letter` over as it was `made` ready; return the other side's words, or why it did not take it."""
        if isinstance(made, DeliveryError):
            return made
        try:
            if is_channel(letter.to[0]):
                before_last_word()
                return tell_channel(letter.to[0], letter.subject, made.decode())
            to = [*letter.to, *letter.cc]
            return door.deliver(made, self.settings.sender, to, letter.key, before_last_word)
        except DeliveryError as why:
            return why
