"""What an agency owes and said in one period, as the record has it: the page and the workbook show the same."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.plan.model import Activity, Agency, Plan, Target
from tracker.progress import OWED, DutyState
from tracker.store.duties import duties_of, plan_order
from tracker.store.periods import previous_period
from tracker.store.tables import Duty, Figure, Period, Update
from tracker.store.updates import latest_figures, latest_updates
from tracker.words import vietnamese_number

FIELDS = ("status", "percent", "result", "difficulties", "causes", "proposals")
"""What is said of one activity."""


@dataclass(slots=True, kw_only=True)
class Entry:
    """One activity on the page: what is asked, what stands in its fields, and what is wrong with that."""

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
    touched: bool = False
    """Somebody typed something else than what the fields were filled with."""
    keep: bool = False
    """Somebody ticked that what the fields were filled with is the answer."""
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def locked(self) -> bool:
        """Say whether the coordinator accepted it, so that the page only shows it."""
        return self.duty.state is DutyState.ACCEPTED

    @property
    def carried_over(self) -> bool:
        """Say whether its fields were filled from the period before."""
        return self.last is None and self.before is not None


@dataclass(slots=True, kw_only=True)
class FigureEntry:
    """One target on the page: its field, what was said before, and what is wrong."""

    target: Target
    last: Figure | None
    value: str
    seen: str
    """What the field was filled with."""
    before: str | None
    fault: str | None = None


@dataclass(slots=True, kw_only=True)
class Form:
    """All that an agency owes and said in one period."""

    period: Period
    earlier: Period | None
    agency: Agency
    entries: list[Entry]
    figures: list[FigureEntry]
    said_by: str
    said_by_fault: str | None = None
    draft_saved_at: datetime | None = None

    @property
    def fault_count(self) -> int:
        """Return how many fields are wrong."""
        wrong = sum(len(entry.faults) for entry in self.entries) + bool(self.said_by_fault)
        return wrong + sum(entry.fault is not None for entry in self.figures)

    @property
    def owed_count(self) -> int:
        """Return how many activities still wait for an answer."""
        return sum(entry.duty.state in OWED for entry in self.entries)


def recorded_form(session: Session, plan: Plan, period: Period, agency_id: str, today: date) -> Form:
    """Return the form filled from the record alone: what was last said, else what the period before said."""
    ours = _answered_by(plan, agency_id, today)
    duties = plan_order(plan, duties_of(session, period, ours))
    said = latest_updates(session, duties)
    earlier = previous_period(session, period)
    before = _said_before(session, earlier) if earlier else {}
    signed = max(said.values(), key=lambda update: update.id, default=None)
    return Form(
        period=period,
        earlier=earlier,
        agency=plan.agencies[agency_id],
        entries=[_entry(plan, duty, said.get(duty.id), before.get(duty.activity_id)) for duty in duties],
        figures=_figures(session, plan, period, earlier, ours),
        said_by=signed.said_by if signed else "",
    )


def _answered_by(plan: Plan, agency_id: str, today: date) -> set[str]:
    """Return the agencies whose duties `agency_id` answers: its own, and those it took over by `today`."""
    ours = {agency_id}
    while fresh := {
        agency.id
        for agency in plan.agencies.values()
        if agency.id not in ours
        and agency.succeeded_by
        and agency.succeeded_by.agency in ours
        and agency.succeeded_by.since <= today
    }:
        ours |= fresh
    return ours


def _said_before(session: Session, earlier: Period) -> dict[str, Update]:
    duties = duties_of(session, earlier)
    said = latest_updates(session, duties)
    return {duty.activity_id: said[duty.id] for duty in duties if duty.id in said}


def _entry(plan: Plan, duty: Duty, last: Update | None, before: Update | None) -> Entry:
    return Entry(
        duty=duty,
        activity=plan.by_id[duty.activity_id],
        for_whom=plan.agencies[duty.agency_id],
        last=last,
        before=before,
        values=as_typed(last or before),
        revision=last.revision if last else 0,
    )


def as_typed(update: Update | None) -> dict[str, str]:
    """Return what `update` says as texts, by name of FIELDS: all empty where there is none."""
    if update is None:
        return dict.fromkeys(FIELDS, "")
    values = {name: getattr(update, name) for name in FIELDS}
    return {name: "" if value is None else str(value) for name, value in values.items()}


def _figures(
    session: Session, plan: Plan, period: Period, earlier: Period | None, ours: set[str]
) -> list[FigureEntry]:
    targets = [target for target in plan.targets if target.reported_by in ours]
    if not targets:
        return []
    now = latest_figures(session, period)
    before = latest_figures(session, earlier) if earlier else {}
    entries = []
    for target in targets:
        key = (target.id, target.reported_by)
        last, old = now.get(key), before.get(key)
        shown = vietnamese_number(last.value) if last else ""
        entries.append(
            FigureEntry(
                target=target,
                last=last,
                value=shown,
                seen=shown,
                before=vietnamese_number(old.value) if old else None,
            )
        )
    return entries
