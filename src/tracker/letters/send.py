"""The sender: claim a letter, send it, settle it, and so on until none waits.

The claim is on the disk before the letter leaves, and the next one is claimed only as this one is settled. So a
sender that dies leaves one letter in doubt at most: none is lost, and at most one extra copy leaves for a kill,
with the same Message-ID and a mark.
"""

import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.errors import DeliveryError, StoreError
from tracker.letters.address import is_channel
from tracker.letters.compose import with_link
from tracker.letters.mime import finished, link_address, sign_in_address
from tracker.letters.refusal import cause_of
from tracker.letters.transports import Delivered, MailTransport, mail_transport
from tracker.letters.transports.channel import tell_channel
from tracker.letters.transports.usual import refuse_forgotten_settings
from tracker.log import log_of, tell
from tracker.settings import Settings
from tracker.store.bounces import mark_reached, mark_unreached
from tracker.store.engine import reading, writing
from tracker.store.letters import renew_links
from tracker.store.links import token_from
from tracker.store.mail_server import has_used_mail_server, note_mail_server
from tracker.store.outbox import (
    LEASE,
    ClaimedLetter,
    claim_next_letter,
    settle_failed,
    settle_sent,
    take_over_expired,
)

WHOLE = 3
"""Tries in which a letter goes to all its recipients or to none; after those it goes to whoever takes it."""
WHO = "máy chủ thư"
"""Whom the journal names where an address was refused."""
LOG = log_of("letters")
LOST_IN_A_ROW = 3
"""Connections lost one after the other, with no letter between that left, before the run gives up."""


@dataclass(slots=True)
class Outcome:
    """What one run of the sender did."""

    sent: int = 0
    postponed: list[tuple[ClaimedLetter, str]] = field(default_factory=list)
    """Waiting for another try, each with the reason."""
    refused: list[tuple[ClaimedLetter, str]] = field(default_factory=list)
    """Refused for good, each with the reason."""
    partly: list[tuple[ClaimedLetter, str]] = field(default_factory=list)
    """Sent, but not to every recipient, each with the servers' words for those it refused."""
    shut: str | None = None
    """Why the run ended before its time; what is queued stays queued."""

    def note(self, letter: ClaimedLetter, result: Delivered | DeliveryError, state: str) -> None:
        """Note what became of `letter`, which is in `state` now; where the transport was shut it just waits on."""
        if isinstance(result, Delivered):
            self.sent += 1
            if result.refused:
                self.partly.append((letter, "; ".join(result.lines)))
        elif state == "refused":
            self.refused.append((letter, str(result)))
        elif not result.unreachable:
            self.postponed.append((letter, str(result)))

    def trouble_lines(self) -> list[str]:
        """Return a line for each letter that did not reach everybody it is for, with the mail server's words."""
        lines = [f"Chưa đến đủ nơi nhận: {letter.key}: {reply}" for letter, reply in self.partly]
        lines += [f"Bị từ chối, không gửi lại: {_named(letter)}: {reply}" for letter, reply in self.refused]
        lines += [f"Chưa gửi được, sẽ tự gửi lại: {_named(letter)}: {reply}" for letter, reply in self.postponed]
        return [" ".join(line.split()) for line in lines]


def send_queued(engine: sa.Engine, settings: Settings) -> Outcome:
    """Send every letter whose time has come, the one that waits longest first."""
    with reading(engine) as session:
        refuse_forgotten_settings(session.connection(), settings)
    renew_links(engine, settings.secret_key(), settings.now())
    with mail_transport(settings.mail_url, settings.ca_file) as transport:
        return _Run(engine, settings, transport).send_all()


class _Run:
    """One run of the sender, over one connection to the mail server."""

    def __init__(self, engine: sa.Engine, settings: Settings, transport: MailTransport) -> None:
        self.engine, self.settings, self.transport = engine, settings, transport
        self.key = settings.secret_key()
        self.outcome = Outcome()
        self.lost_in_a_row = 0
        self.server_noted = settings.mail_url.startswith("folder:")
        """The store knows that letters leave by a mail server, or they do not."""

    def send_all(self) -> Outcome:
        """Send until nothing waits, or the run has to end."""
        with writing(self.engine) as session:
            self.server_noted = self.server_noted or has_used_mail_server(session.connection())
            take_over_expired(session, self.settings.now())
            letter = claim_next_letter(session, self.settings.now())
        while letter:
            letter = self._send(letter)
        return self.outcome

    def _send(self, letter: ClaimedLetter) -> ClaimedLetter | None:
        """Send `letter`; return the next one, claimed, or None where the run ends here."""
        result = self._deliver(letter)
        self._end_if_pointless(result)
        try:
            return self._settle_and_claim_next(letter, result)
        except StoreError as error:
            self._end_unsettled(letter, result, error)
            return None

    def _deliver(self, letter: ClaimedLetter) -> Delivered | DeliveryError:
        """Hand `letter` over; return the other side's words, or why it did not take it."""
        try:
            message = self._finish(letter)
            if is_channel(letter.to[0]):
                return Delivered(tell_channel(letter.to[0], letter.subject, message.decode()))
            to, whole = [*letter.to, *letter.cc], letter.attempts <= WHOLE
            return self.transport.deliver(message, self.settings.sender, to, letter.key, whole=whole)
        except DeliveryError as error:
            return error

    def _finish(self, letter: ClaimedLetter) -> bytes:
        """Return the message as it leaves, or a chat channel's text; DeliveryError where it cannot be made."""
        try:
            token = token_from(letter.nonce, self.key) if letter.nonce else None
            to = sign_in_address if letter.kind == "sign_in" else link_address
            address = to(self.settings.base_url, token)
            if is_channel(letter.to[0]):
                return with_link(letter.text, address).encode()
            return finished(zlib.decompress(letter.packed), letter.to, letter.cc, address)
        except (ValueError, zlib.error) as error:  # what one letter holds must not keep the others back
            what = f"không lập được thư ({error})"
            raise DeliveryError(f"{what}; sửa contacts rồi tracker apply", shown=what, permanent=True) from error

    def _end_if_pointless(self, result: Delivered | DeliveryError) -> None:
        """End the run after this letter where the next would fare alike."""
        error = result if isinstance(result, DeliveryError) else None
        self.lost_in_a_row = self.lost_in_a_row + 1 if error and error.lost else 0
        if error and (error.unreachable or self.lost_in_a_row == LOST_IN_A_ROW):
            self.outcome.shut = str(error)

    def _settle_and_claim_next(
        self, letter: ClaimedLetter, result: Delivered | DeliveryError
    ) -> ClaimedLetter | None:
        """Record what became of `letter` and claim the next, in one commit."""
        now = self.settings.now()
        with writing(self.engine) as session:
            if isinstance(result, Delivered):
                state = settle_sent(session, letter, str(result), now)
                if not self.server_noted and not is_channel(letter.to[0]):
                    note_mail_server(session.connection(), now)
                    self.server_noted = True
            else:
                state = settle_failed(session, letter, result, now)
            if not is_channel(letter.to[0]):
                _mark_addresses(session, letter, result, state, now)
            following = None if self.outcome.shut else claim_next_letter(session, now)
        self.outcome.note(letter, result, state)
        refused = len(result.refused) if isinstance(result, Delivered) else 0
        about = {"key": letter.key, "agency": letter.agency_id, "tries": letter.attempts}
        tell(LOG, f"letter {state}", **about, recipients_refused=refused or None)
        return following

    def _end_unsettled(self, letter: ClaimedLetter, result: Delivered | DeliveryError, error: StoreError) -> None:
        """End the run because the store takes nothing: `letter` stays claimed until its lease runs out."""
        self.outcome.sent += isinstance(result, Delivered)
        tell(LOG, "letter left unsettled", key=letter.key, agency=letter.agency_id)
        fate = "đã gửi" if isinstance(result, Delivered) else f"không gửi được ({result})"
        self.outcome.shut = (
            f"{error}. Thư {letter.key} {fate} nhưng chưa ghi được vào cơ sở dữ liệu; "
            f"sau {LEASE // timedelta(minutes=1)} phút, lần chạy tới gửi lại thư này một lần"
        )


def _mark_addresses(
    session: Session, letter: ClaimedLetter, result: Delivered | DeliveryError, state: str, now: datetime
) -> None:
    """Record which addresses took `letter` and which did not; where it is tried again, nothing is known yet."""
    if state == "queued":
        return
    to = [*letter.to, *letter.cc]
    refused = dict(result.refused)
    if isinstance(result, Delivered):
        mark_reached(session, [address for address in to if address not in refused])
    elif not refused and not result.permanent:  # nobody answered, for days
        refused = dict.fromkeys(to, result.reply)
    for address, words in refused.items():
        reason = " ".join(words.split())
        mark_unreached(session, letter.id, letter.key, address, cause_of(reason), reason, WHO, now)


def _named(letter: ClaimedLetter) -> str:
    return f"{letter.key}, {', '.join([*letter.to, *letter.cc])}"
