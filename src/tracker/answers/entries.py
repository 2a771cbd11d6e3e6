"""What a form holds beside its activities: figures, contributions, and what has lost its place."""

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.errors import Fault
from tracker.plan.model import Activity, Agency, Target
from tracker.store.tables import Contribution, Duty, Figure


@dataclass(slots=True, kw_only=True)
class FigureEntry:
    """One target on the page: its field, what was said before, and what is wrong."""

    target: Target
    agency: Agency
    """Under whose name it is kept."""
    part: str
    """Which part of the target alone is asked, in words; empty where that is the whole."""
    last: Figure | None
    before_merger: Sequence[tuple[str, str]]
    """Whose figures stand until there is one for all of it, and what they are."""
    value: str
    filled: str
    """What the field was filled with."""
    before: str | None
    fault: Fault | None = None
    fell: bool = False
    """Lower than the last value, and not yet confirmed."""
    confirmed: bool = False
    """Somebody confirmed this very value, though it is lower."""
    overtaken: bool = False
    """Somebody else gave another value while the page was open."""


@dataclass(slots=True, kw_only=True)
class ContributionEntry:
    """One activity that the agency coordinates: whose it is, what was added to it, and what is wrong with that."""

    duty: Duty
    activity: Activity
    lead: Agency
    for_whom: Agency
    """The coordinating agency that the plan names."""
    revisions: Sequence[Contribution]
    text: str
    revision: int
    """The revision that `text` was filled from; 0 where nothing was said."""
    changed: bool = False
    fault: Fault | None = None
    overtaken: bool = False
    """Somebody else said something else while the page was open."""

    @property
    def last(self) -> Contribution | None:
        """Return what was last said."""
        return self.revisions[-1] if self.revisions else None


@dataclass(slots=True, kw_only=True)
class Orphan:
    """What was typed for what the plan no longer asks of the agency; it is shown, and recorded nowhere."""

    name: str
    """What its field was called: an entry, or a target id."""
    label: str
    """What people call it."""
    texts: Sequence[str]
    fault: Fault | None = None
