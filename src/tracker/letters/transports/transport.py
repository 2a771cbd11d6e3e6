"""What the sender asks of a way out for mail, and what it gets back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side's own words, and those for each recipient it did not take while it took others."""

    reply: str
    refused: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return all of it, as it is kept with the letter."""
        return "; ".join([self.reply, *self.refused])


class MailTransport(Protocol):
    """Where mail leaves. As a context manager it keeps one connection for a run."""

    def __enter__(self) -> Self:
        """Open nothing yet: the first letter does."""
        ...

    def __exit__(self, *error: object) -> None:
        """Close what was opened."""
        ...

    def deliver(self, mail: bytes, sender: str, to: Sequence[str], name: str) -> Delivered:
        """Hand `mail` over for the addresses `to`; `name` is the letter's key.

        Raises DeliveryError, which says whether it is permanent and whether the transport itself is shut.
        """
        ...
