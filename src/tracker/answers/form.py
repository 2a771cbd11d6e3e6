"""An agency's form: what it owes and said in a period, what stands in its fields, and what is wrong with that."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tracker.errors import Fault
from tracker.plan.model import Activity, Agency, Target
from tracker.progress import FIELDS, OWED, DutyState
from tracker.store.tables import Contribution, Decision, Duty, Figure, Period, Update


@dataclass(slots=True, kw_only=True)
class Entry:
    """One activity on the page: what is asked, what stands in its fields, and what is wrong with that."""

    name: str
    """What its fields are called: the activity's id, and whose area it was where a locality took that over."""
    duty: Duty
    activity: Activity
    for_whom: Agency
    last: Update | None
    """What was last said of it in this period."""
    before: Update | None
    """What was last said of it in the period before."""
    values: dict[str, str]
    revision: int
    """The revision that `values` were filled from; 0 where nothing was said in this period."""
    changed: bool = False
    """Somebody changed at least one field."""
    unchanged: bool = False
    """Somebody ticked that what was filled in is the answer."""
    nothing: bool = False
    """Somebody ticked that nothing happened in the period."""
    reason: str = ""
    """Why nothing did."""
    faults: dict[str, Fault] = field(default_factory=dict)
    """By field; besides FIELDS `nothing` and `reason`, and `locked`, `conflict` of the whole entry."""
    decision: Decision | None = None
    """What the coordinator decided on it, where it is accepted or returned; read for the page alone."""
    added: Sequence[Contribution] = ()
    """What coordinating agencies added to it, the last word of each; read for the page alone."""

    @property
    def label(self) -> str:
        """Return what people call it: no two entries of a page are called the same."""
        own = self.name == self.activity.id
        return self.activity.id if own else f"{self.activity.id} ({self.for_whom.short})"

    @property
    def locked(self) -> bool:
        """Say whether the coordinator accepted it, so that the page only shows it."""
        return self.duty.state is DutyState.ACCEPTED

    def as_before(self, name: str) -> bool:
        """Say whether the field `name` still holds what the period before said."""
        return self.carried_over and bool(self.values[name]) and self.values[name] == as_typed(self.before)[name]

    @property
    def carried_over(self) -> bool:
        """Say whether the period before has words to offer, and this one none yet."""
        return self.last is None and self.before is not None

    @property
    def offered(self) -> dict[str, str]:
        """Return what a workbook is filled with: what was last said, else what the period before said."""
        return as_typed(self.last or self.before)


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


@dataclass(slots=True, kw_only=True)
class Form:
    """All that an agency owes and said in one period."""

    period: Period
    earlier: Period | None
    agency: Agency
    entries: list[Entry]
    figures: list[FigureEntry]
    contributions: list[ContributionEntry] = field(default_factory=list)
    """What it may add to activities of others; read for the page alone."""
    signed_by: str
    signature_fault: Fault | None = None
    nothing_fault: Fault | None = None
    """Nothing new was said at all."""
    orphans: list[Orphan] = field(default_factory=list)
    draft_saved_at: datetime | None = None

    @property
    def faults(self) -> list[Fault]:
        """Return everything that is wrong, each with its place: the entry (or target, activity) and the field."""
        found = [fault for entry in self.entries for fault in entry.faults.values()]
        found += [figure.fault for figure in self.figures if figure.fault]
        found += [one.fault for one in self.contributions if one.fault]
        found += [orphan.fault for orphan in self.orphans if orphan.fault]
        return found + [fault for fault in (self.signature_fault, self.nothing_fault) if fault]

    @property
    def settled(self) -> bool:
        """Say whether all that is asked was accepted, so that nothing is left to do."""
        return bool(self.entries) and not self.figures and all(entry.locked for entry in self.entries)

    @property
    def owed_count(self) -> int:
        """Return how many activities still wait for an answer."""
        return sum(entry.duty.state in OWED for entry in self.entries)


def as_typed(update: Update | None) -> dict[str, str]:
    """Return what `update` says as texts, by name of FIELDS: all empty where there is none."""
    if update is None:
        return dict.fromkeys(FIELDS, "")
    values = {name: getattr(update, name) for name in FIELDS}
    return {name: "" if value is None else str(value) for name, value in values.items()}
