"""The sender: hold some letters, then begin, send and settle one after the other.

A sender that dies leaves its letter begun; when the lease runs out the next run takes it over and marks it
uncertain. So no letter is lost, and at most one extra copy can leave, with the same Message-ID.
"""

import zlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import sqlalchemy as sa

from tracker.errors import DeliveryError
from tracker.letters.address import is_channel
from tracker.letters.compose import with_link
from tracker.letters.mime import finished, link_address
from tracker.letters.transports import MailDoor, mail_door
from tracker.letters.transports.channel import tell_channel
from tracker.letters.transports.delivered import Delivered
from tracker.letters.transports.usual import refuse_forgotten_settings
from tracker.settings import Settings
from tracker.store.engine import each_statement_alone, reading
from tracker.store.letters import renew_links
from tracker.store.links import token_from
from tracker.store.mail_server import has_used_mail_server, note_mail_server
from tracker.store.outbox import Held, Left, hold, let_go, move_on, put_back_untried, settle_failed, take_over

LOST_IN_A_ROW = 3
"""Connections lost one after the other, with no letter between that left, before the run gives up."""


@dataclass(slots=True)
class Outcome:
    """What one run of the sender did."""

    sent: int = 0
    postponed: list[tuple[Held, str]] = field(default_factory=list)
    """Waiting for another try, each with the reason."""
    refused: list[tuple[Held, str]] = field(default_factory=list)
    """Refused for good, each with the reason."""
    partly: list[tuple[Held, str]] = field(default_factory=list)
    """Sent, but not to every recipient, each with the servers' words for those it refused."""
    shut: str | None = None
    """Why the door did not open, or closed on us; what is queued stays queued."""


class _HoldVoidError(Exception):
    """Somebody reworded, withdrew or cancelled the letter since it was held: it must not leave."""


def send_queued(engine: sa.Engine, settings: Settings) -> Outcome:
    """Send every letter whose time has come, the one that waits longest first."""
    with reading(engine) as session:
        refuse_forgotten_settings(session.connection(), settings)
    renew_links(engine, settings.secret_key(), settings.now())
    with each_statement_alone(engine) as connection, mail_door(settings.mail_url, settings.ca_file) as door:
        take_over(connection, settings.now())
        return _Run(connection, settings, door).sent()


class _Run:
    """One run of the sender: letters one after the other, the books kept in a thread of their own.

    While the server answers to a letter's envelope, the letter before it is settled and this one begun, in one
    step. The letter's last word is held back until that is on the disk, so that never more than one letter has
    left without being settled.
    """

    def __init__(self, connection: sa.Connection, settings: Settings, door: MailDoor) -> None:
        self.connection, self.settings, self.door = connection, settings, door
        self.key = settings.secret_key()
        self.outcome = Outcome()
        self.held: deque[Held] = deque()
        self.left: Left | None = None
        """The letter that left last and is not settled yet."""
        self.lost_in_a_row = 0
        self.known_to_use_server = settings.mail_url.startswith("folder:") or has_used_mail_server(connection)

    def sent(self) -> Outcome:
        """Send until nothing waits or the door shuts."""
        try:
            with ThreadPoolExecutor(1) as books:
                while self.outcome.shut is None and (letter := self._next()):
                    begun = books.submit(self._begin, letter)
                    try:
                        tried = self._tried(letter, begun.result)
                        begun.result()  # where it was refused before its last word
                    except _HoldVoidError:
                        continue
                    self._after(letter, tried)
        finally:
            move_on(self.connection, self.left, None, self.settings.now())
            let_go(self.connection, self.held, self.settings.now())
        return self.outcome

    def _next(self) -> Held | None:
        if not self.held:
            self.held.extend(hold(self.connection, self.settings.now()))
        return self.held.popleft() if self.held else None

    def _begin(self, letter: Held) -> None:
        still_held = move_on(self.connection, self.left, letter, self.settings.now())
        self.left = None
        if not still_held:
            raise _HoldVoidError

    def _tried(self, letter: Held, before_last_word: Callable[[], object]) -> Delivered | DeliveryError:
        """Hand `letter` over; return the other side's words, or why it did not take it."""
        try:
            made = self._made_ready(letter)
            if is_channel(letter.to[0]):
                before_last_word()
                return Delivered(tell_channel(letter.to[0], letter.subject, made.decode()))
            to = [*letter.to, *letter.cc]
            return self.door.deliver(made, self.settings.sender, to, letter.key, before_last_word)
        except DeliveryError as error:
            return error

    def _made_ready(self, letter: Held) -> bytes:
        """Return the message as it leaves, or a chat channel's text; DeliveryError where it cannot be made."""
        try:
            token = token_from(letter.nonce, self.key) if letter.nonce else None
            address = link_address(self.settings.base_url, token)
            if is_channel(letter.to[0]):
                return with_link(letter.text, address).encode()
            return finished(zlib.decompress(letter.packed), letter.to, letter.cc, address)
        except (ValueError, zlib.error) as error:  # what one letter holds must not keep the others back
            trouble = f"không lập được thư ({error}); sửa contacts rồi tracker apply"
            raise DeliveryError(trouble, permanent=True) from error

    def _after(self, letter: Held, tried: Delivered | DeliveryError) -> None:
        """Note what became of `letter`: what left is settled with the next one's beginning, the rest at once."""
        now = self.settings.now()
        if isinstance(tried, Delivered):
            self.left = Left(letter.id, str(tried))
            self.outcome.sent += 1
            self.lost_in_a_row = 0
            if not self.known_to_use_server and not is_channel(letter.to[0]):
                note_mail_server(self.connection, now)
                self.known_to_use_server = True
            if tried.refused:
                self.outcome.partly.append((letter, "; ".join(tried.refused)))
            return
        self.lost_in_a_row = self.lost_in_a_row + 1 if tried.lost else 0
        if tried.unreachable or self.lost_in_a_row == LOST_IN_A_ROW:
            self.outcome.shut = tried.reply
        if tried.unreachable:
            put_back_untried(self.connection, letter, tried.reply, now)
        elif settle_failed(self.connection, letter, tried, now) == "refused":
            self.outcome.refused.append((letter, tried.reply))
        else:
            self.outcome.postponed.append((letter, tried.reply))
