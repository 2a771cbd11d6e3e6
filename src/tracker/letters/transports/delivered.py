"""What a door says of a letter that left."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side's own words, and those for each recipient it did not take while it took others."""

    reply: str
    refused: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return all of it, as it is kept with the letter."""
        return "; ".join([self.reply, *self.refused])
