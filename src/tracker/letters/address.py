"""Whom a letter goes to: the contacts of an agency that can be used today."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from tracker.plan.model import Agency, Contact
from tracker.settings import Settings
from tracker.store.bounces import bounced_addresses, unreached_addresses
from tracker.tls import is_loopback

RESERVED = (".example", ".test", ".invalid", ".localhost")
"""Domains that belong to nobody (RFC 2606); the contacts shipped with the project use them."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who gets one message: e-mail addresses with those copied, or a single chat channel."""

    to: tuple[str, ...]
    cc: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressBook:
    """What is known of addresses today."""

    bounced: Mapping[str, str]
    """Addresses in small letters that do not exist, each with the reason."""
    unreached: Mapping[str, str] = field(default_factory=dict)
    """Other addresses that the last letter did not reach: they are written to, and may go on failing."""
    real_mail: bool
    """Letters leave through a mail server of the world, so that reserved domains cannot be written to."""

    def why_not(self, contact: Contact) -> str | None:
        """Return why nothing is sent to `contact`, or None where it can be used."""
        if self.real_mail and is_reserved(contact.to):
            return f"{contact.to} là địa chỉ mẫu, không có thật"
        if reason := self.bounced.get(contact.to.lower()):
            return f"thư gửi {contact.to} bị trả lại ({reason})"
        return None

    def envelopes(self, agency: Agency, *, to_head: bool = False, copy_head: bool = False) -> list[Envelope]:
        """Return who gets a letter to `agency`: its e-mail addresses together, each chat channel alone.

        `to_head` addresses its head and copies its office; `copy_head` copies the head. Where an agency has one
        of the two only, that one is written to.
        """
        usable = [contact for contact in agency.contacts if self.why_not(contact) is None]
        mails = [contact for contact in usable if not is_channel(contact.to)]
        heads = tuple(contact.to for contact in mails if contact.role == "head")
        office = tuple(contact.to for contact in mails if contact.role == "office")
        first, second = (heads, office) if to_head else (office, heads)
        to = first or second
        cc = second if first and (to_head or copy_head) else ()
        channels = [Envelope((contact.to,)) for contact in usable if is_channel(contact.to)]
        return ([Envelope(to, cc)] if to else []) + channels

    def fault_of(self, agency: Agency) -> str | None:
        """Return why `agency` cannot be written to at all, or None where it can."""
        reasons = [self.why_not(contact) for contact in agency.contacts]
        if None in reasons:
            return None
        return "; ".join(reason for reason in reasons if reason) or "chưa có nơi nhận thư"

    def partial_fault_of(self, agency: Agency) -> str | None:
        """Return which contacts of `agency` letters do not reach, though it can be written to; None for none."""
        if self.fault_of(agency) is not None:
            return None
        reasons = [self.why_not(contact) or self._last_fault(contact) for contact in agency.contacts]
        return "; ".join(reason for reason in reasons if reason) or None

    def _last_fault(self, contact: Contact) -> str | None:
        reason = self.unreached.get(contact.to.lower())
        return f"thư gần nhất gửi {contact.to} không đến ({reason})" if reason else None


def retry_recipients(agency: Agency, letter: Envelope) -> Envelope:
    """Return where a letter to `agency` is sent again: what is still a contact stays, the rest is replaced.

    In the place of an address that is no contact any more come contacts that the letter did not go to.
    """
    channel = is_channel(letter.to[0])
    roles = {contact.to: contact.role for contact in agency.contacts if is_channel(contact.to) == channel}
    others = [one for one in roles if one not in (*letter.to, *letter.cc)]

    def renewed(addresses: tuple[str, ...], role: str) -> tuple[str, ...]:
        kept = [one for one in addresses if one in roles]
        fresh = [one for one in others if roles[one] == role] or others
        return tuple(kept if len(kept) == len(addresses) else kept + fresh)

    to = renewed(letter.to, "office") or letter.to
    return Envelope(to, tuple(one for one in renewed(letter.cc, "head") if one not in to))


def address_book(session: Session, settings: Settings) -> AddressBook:
    """Return what is known of addresses now."""
    return AddressBook(
        bounced=bounced_addresses(session),
        unreached=unreached_addresses(session),
        real_mail=is_real_mail(settings.mail_url),
    )


def by_mail(envelopes: Iterable[Envelope]) -> bool:
    """Say whether any of `envelopes` is mail, so that a file can come with it."""
    return any(not is_channel(envelope.to[0]) for envelope in envelopes)


def is_channel(address: str) -> bool:
    """Say whether `address` is an Apprise URL rather than an e-mail address."""
    return "://" in address


def is_reserved(address: str) -> bool:
    """Say whether `address` is of a domain that belongs to nobody."""
    return not is_channel(address) and address.lower().endswith(RESERVED)


def is_real_mail(mail_url: str) -> bool:
    """Say whether the door at `mail_url` leads out of this machine."""
    parts = urlsplit(mail_url)
    return parts.scheme != "folder" and not is_loopback(parts.hostname or "localhost")
