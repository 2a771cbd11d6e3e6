"""The page's form: what an agency sees and types for one period, from store to fields and back.

Fields are named `<activity id>.<field>`, figures `figure.<target id>`. `<activity id>.revision`,
`figure.<target id>.seen` and `draft` carry what the page was filled from: what a person left untouched is then
never taken for an answer, and two people on one page cannot overwrite each other unseen.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.collect.answer import FIELDS, Faults, clean_text
from tracker.plan.model import Activity, Agency, Plan, Target
from tracker.progress import OWED, DutyState
from tracker.store.duties import duties_of, plan_order
from tracker.store.periods import previous_period
from tracker.store.tables import Duty, Figure, Period, Update
from tracker.store.updates import draft_of, latest_figures, latest_updates
from tracker.words import vietnamese_number

Typed = Mapping[str, str]


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
    faults: Faults = field(default_factory=dict)

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


def filled_form(
    session: Session, plan: Plan, period: Period, agency_id: str, today: date, typed: Typed | None = None
) -> Form:
    """Return the form as the page shows it: `typed` where given, else the saved draft, over what is recorded."""
    form = recorded_form(session, plan, period, agency_id, today)
    draft = draft_of(session, period, agency_id)
    form.draft_saved_at = draft.saved_at if draft else None
    if typed is None and draft is not None:
        typed = draft.typed
    if typed is not None:
        lay_over(session, form, typed)
    return form


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
        values=_as_typed(last or before),
        revision=last.revision if last else 0,
    )


def _as_typed(update: Update | None) -> dict[str, str]:
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


def lay_over(session: Session, form: Form, typed: Typed) -> None:
    """Put `typed` over what `form` was filled with, save where it was left untouched or the answer is locked."""
    for entry in form.entries:
        if not entry.locked:
            _lay_over_entry(session, entry, typed)
    for figure in form.figures:
        name = f"figure.{figure.target.id}"
        seen = typed.get(f"{name}.seen", figure.seen)
        value = typed.get(name, figure.value)
        if value.strip() != seen:
            figure.value, figure.seen = value, seen
    form.said_by = typed.get("said_by", form.said_by)


def _lay_over_entry(session: Session, entry: Entry, typed: Typed) -> None:
    name = entry.activity.id
    seen = typed.get(f"{name}.revision", "")
    seen_revision = min(int(seen), entry.revision) if re.fullmatch("[0-9]{1,6}", seen) else entry.revision
    if seen_revision == entry.revision:
        filled = entry.values
    elif seen_revision == 0:
        filled = _as_typed(entry.before)
    else:
        theirs = sa.select(Update).where(Update.duty_id == entry.duty.id, Update.revision == seen_revision)
        filled = _as_typed(session.scalar(theirs))
    laid = {part: typed.get(f"{name}.{part}", filled[part]) for part in FIELDS}
    entry.keep = typed.get(f"{name}.keep") == "yes"
    entry.touched = any(_plain(laid[part]) != _plain(filled[part]) for part in FIELDS)
    if entry.touched:
        entry.values, entry.revision = laid, seen_revision


def _plain(text: str) -> str:
    return clean_text(text, {}, "")
