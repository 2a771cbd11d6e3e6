"""What the sender asks of a way out for mail, and what it gets back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side's own words, and by recipient those for each it did not take while it took others."""

    reply: str
    refused: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return all of it, as it is kept with the letter."""
        return "; ".join([self.reply, *self.lines])

    @property
    def lines(self) -> list[str]:
        """Return a line for each recipient that was not taken."""
        return [f"{address}: {words}" for address, words in self.refused.items()]


class MailTransport(Protocol):
    """Where mail leaves. As a context manager it keeps one connection for a run."""

    def __enter__(self) -> Self:
        """Open nothing yet: the first letter does."""
        ...

    def __exit__(self, *error: object) -> None:
        """Close what was opened."""
        ...

    def deliver(self, mail: bytes, sender: str, to: Sequence[str], name: str, *, whole: bool = False) -> Delivered:
        """Hand `mail` over for the addresses `to`; `name` is the letter's key.

        Where it shall go `whole`, it goes to nobody while the server asks to wait with one of them.
        Raises DeliveryError, which says whether it is permanent and whether the transport itself is shut.
        """
        ...
