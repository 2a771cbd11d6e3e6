"""How far a plan is, for the public: counts and figures of a final memo, and nobody's name or words. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.progress import MEMO_ORDER, DutyState, UpdateStatus
from tracker.report.facts import Goal, Row, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Activities under one heading, counted by the status that was accepted."""

    title: str
    counts: tuple[tuple[UpdateStatus, int], ...]
    """In the memo's order."""
    silent: int
    """Of which no report was accepted."""

    @property
    def all(self) -> int:
        """Return how many there are."""
        return self.silent + sum(count for _, count in self.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """How far a plan is, as its last final memo tells."""

    citation: str
    title: str
    issuer: str
    period: str
    as_of: date
    whole: Progress
    by_area: Sequence[Progress]
    by_lead: Sequence[Progress]
    goals: Sequence[Goal]
    illustration: bool


def results_of(snapshot: Snapshot) -> Results:
    """Return what the public may know of `snapshot`: what was accepted, counted."""
    rows = snapshot.rows
    areas = {area.id: area.title for area in snapshot.areas}
    leads = dict.fromkeys(row.lead for row in rows)
    return Results(
        citation=snapshot.plan.citation,
        title=snapshot.plan.title,
        issuer=snapshot.plan.issuer,
        period=snapshot.period.title,
        as_of=snapshot.as_of,
        whole=_counted("", rows),
        by_area=[
            _counted(title, [row for row in rows if row.area == area])
            for area, title in areas.items()
            if any(row.area == area for row in rows)
        ],
        by_lead=[_counted(lead, [row for row in rows if row.lead == lead]) for lead in leads],
        goals=snapshot.goals,
        illustration=snapshot.illustration,
    )


def _counted(title: str, rows: Iterable[Row]) -> Progress:
    rows = list(rows)
    found = Counter(row.said.status for row in rows if row.said and row.state is DutyState.ACCEPTED)
    return Progress(
        title=title,
        counts=tuple((status, found[status]) for status in MEMO_ORDER),
        silent=len(rows) - found.total(),
    )
