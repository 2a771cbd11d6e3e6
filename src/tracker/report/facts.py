"""The facts of a memo. Everything it says is counted or quoted from here, and from nowhere else."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from pydantic import TypeAdapter

from tracker.plan.model import Header, Letterhead
from tracker.progress import DutyState, Timeliness, UpdateStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An agency's own words on an activity, and when they came."""

    status: UpdateStatus
    percent: int | None
    result: str
    difficulties: str
    causes: str
    proposals: str
    by: str
    on: date
    way: str
    revision: int
    first_on: date | None = None
    """The day of the first report, where this one is sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One duty as it stood: the activity, who owes it, and what was said of it."""

    id: str
    title: str
    area: str
    lead: str
    coordinating: str
    years: tuple[int, ...]
    due: date
    state: DutyState
    cell: Timeliness
    said: Said | None
    resaid: bool = False
    """Whether it was reported on again after the days that were chosen."""
    overdue: bool = False
    """Whether the day by which the plan wants it done is over, and it is not done."""
    time: str = ""
    """As the plan prints it; empty where it only marks years."""
    details: tuple[str, ...] = ()
    """What the plan prints of it besides, a line each."""

    @property
    def late(self) -> bool:
        """Say whether its first report came after the due date; what is sent again was not late for that."""
        return self.said is not None and (self.said.first_on or self.said.on) > self.due


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A content area's heading."""

    id: str
    title: str
    direction: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """What one of several agencies reported of a target for its own area; None where it did not."""

    who: str
    value: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What was reported of a target in one of the periods that a review looks back on."""

    title: str
    value: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A target and what was reported of it, now and in the period before; None where nothing was.

    Where each agency of a group reports on its own area, `value` is the sum of what is known.
    """

    title: str
    unit: str
    printed: str
    at_least: Decimal
    value: Decimal | None
    before: Decimal | None
    is_ceiling: bool = False
    """`at_least` is not to be reached, but not to be passed."""
    earlier: tuple[Earlier, ...] = ()
    """Of each period that a review looks back on, the oldest first; empty where there is but one before."""
    portions: tuple[Portion, ...] = ()
    """What the sum is made of, by those whom the memo tells of; empty where one agency reports the whole."""
    asked: int = 0
    """How many the plan asks for a portion, 0 where one agency reports the whole."""
    asked_before: int = 0
    known_before: int = 0
    reported_by: str = ""
    """What those who report are called: "địa phương"."""

    @property
    def known(self) -> int:
        """Return how many portions are known."""
        return sum(portion.value is not None for portion in self.portions)

    @property
    def whole(self) -> bool:
        """Say whether nothing is missing, so that the value may be held against the plan's."""
        return self.known == self.asked

    @property
    def reached(self) -> bool:
        """Say whether the reported value is as the plan wants it; what is missing could only add to it."""
        if self.value is None:
            return False
        return self.whole and self.value <= self.at_least if self.is_ceiling else self.value >= self.at_least


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A file that an agency gave for what it said."""

    id: str
    """Of the activity."""
    lead: str
    name: str
    size: int
    digest: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """An activity of the year after."""

    id: str
    title: str
    lead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """How a period stands beside the one that is told; all are counts of activities."""

    title: str
    asked: int
    in_time: int
    late: int
    silent: int
    cells: dict[Timeliness, int]
    illustration: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What of the period is told, by the names that people use; empty where nothing was chosen out."""

    agencies: tuple[str, ...]
    areas: tuple[str, ...]
    activities: tuple[str, ...]
    since: date | None
    until: date | None
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The period as the memo names it."""

    code: str
    title: str
    kind: str
    due: date
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All facts of one memo."""

    plan: Header
    plan_version: int
    plan_digest: str
    coordinator: str
    letterhead: Letterhead
    period: Asked
    as_of: date
    areas: tuple[Area, ...]
    rows: tuple[Row, ...]
    """The activities."""
    goals: tuple[Goal, ...]
    coming: tuple[Coming, ...]
    illustration: bool
    localities: tuple[Row, ...] = ()
    """What localities report of their areas; they are no activities and are counted apart."""
    tasks: tuple[Row, ...] = ()
    """What agencies report of tasks beside the matrix; counted apart."""
    proofs: tuple[Proof, ...] = ()
    chosen: Chosen | None = None
    past: tuple[Past, ...] = ()
    """The periods to compare with, the oldest first."""
    opening: str = ""
    closing: str = ""
    """The coordinator's own first and last words; empty: the template's."""

    @property
    def told(self) -> int:
        """Return how many of the activities were reported on."""
        return sum(row.said is not None for row in self.rows)

    @property
    def heard(self) -> int:
        """Return how many localities reported."""
        return sum(row.said is not None for row in self.localities)

    def as_json(self) -> str:
        """Return the snapshot as JSON: the same facts give the same letters."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, indent=1, default=str)


def digest(text: str) -> str:
    """Return the SHA-256 of a snapshot's JSON, by which a memo can be traced to its facts."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_snapshot(text: str) -> Snapshot:
    """Return the snapshot that `as_json` wrote; the party's letterhead had another name before."""
    return TypeAdapter(Snapshot).validate_json(text.replace('"profile": "doan-the"', '"profile": "dang"'))
