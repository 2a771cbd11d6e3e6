"""What one reading of the mailbox found."""

from dataclasses import dataclass

from tracker.store.bounces import Cause
from tracker.store.messages import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A message that was new, and what followed from it."""

    kind: Kind
    sender: str
    letter: str | None = None
    """The key of the letter it answers."""
    bounced: tuple[tuple[str, str], ...] = ()
    """Addresses for which the letter was given up, each with the reason."""
    causes: frozenset[Cause] = frozenset()
    """Why it was given up."""
    workbook: str = ""
    """What became of the workbook that came with it."""
    told: str = ""
    """What the coordinator is told of it."""
    trouble: str = ""
    """Why it could not be read whole."""
    counted: bool = False
    """It answers no letter, and so many do not today that it was counted and not kept."""


@dataclass(frozen=True, slots=True)
class InboxRead:
    """What one reading of the mailbox found."""

    taken: tuple[Taken, ...]
    more: bool
    """More messages wait for the next run."""
    shut: str | None
    """Why the mailbox did not open, or closed on us; what was read before that stays read."""

    @property
    def bounced(self) -> list[tuple[str, str, str]]:
        """Return the letters that came back: the letter's key, from which address, why."""
        return [(one.letter, *back) for one in self.taken if one.letter for back in one.bounced]

    @property
    def causes(self) -> list[Cause]:
        """Return why letters came back, each cause once."""
        return [cause for cause in Cause if any(cause in one.causes for one in self.taken)]

    @property
    def replies(self) -> list[tuple[str, str]]:
        """Return people's answers: the letter's key, who wrote."""
        return [(one.letter, one.sender) for one in self.taken if one.letter and one.kind is Kind.REPLY]

    @property
    def workbooks(self) -> list[tuple[str, str, str]]:
        """Return the answers that brought a workbook: the letter's key, who wrote, what became of it."""
        return [(one.letter, one.sender, one.workbook) for one in self.taken if one.letter and one.workbook]

    @property
    def unplaced(self) -> list[tuple[str, str]]:
        """Return the mail of contacts that answers no letter: who wrote, what came and why it was not read."""
        return [(one.sender, one.told) for one in self.taken if one.kind is Kind.UNPLACED and not one.counted]

    @property
    def unreadable(self) -> list[tuple[str, str]]:
        """Return what could not be read whole: who sent it, or the name of its file; why."""
        return [(one.sender, one.trouble) for one in self.taken if one.trouble]

    def count(self, kind: Kind) -> int:
        """Return how many new messages were of `kind`; reports that changed nothing are bounces too."""
        return sum(one.kind is kind for one in self.taken)
