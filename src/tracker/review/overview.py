"""What the coordinator looks at: each agency's duties of a period with their whole history, and its figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from tracker.case import Case
from tracker.letters.address import address_book
from tracker.plan.model import Activity, Agency, Plan, Target
from tracker.progress import OWED, DutyState, Standing, standing
from tracker.review.difference import Piece, changed_texts
from tracker.review.remarks import Beside, figure_remarks, of_target, remarks
from tracker.review.sight import Sight, sights_of
from tracker.settings import Settings
from tracker.store.contributions import contributions_of
from tracker.store.decisions import decisions_on
from tracker.store.duties import duties_of, plan_order
from tracker.store.figures import reported_figures
from tracker.store.periods import previous_period
from tracker.store.tables import Contribution, Decision, Duty, Figure, Period, Update
from tracker.store.updates import figures_of, latest_updates, updates_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One duty: what was said of it, what was decided on that, and what is remarkable about it."""

    duty: Duty
    activity: Activity
    for_whom: Agency
    updates: Sequence[Update]
    """Every revision, the oldest first."""
    decisions: Sequence[Decision]
    sight: Sight
    """What a page that shows this sends back with a decision on it."""
    remarks: Sequence[str]
    """Of an answer that waits for review; else none."""
    parts: Sequence[Contribution]
    """Every revision of what coordinating agencies added to it, the oldest first."""
    before: Update | None
    """What was last said in the period before."""

    @property
    def changed(self) -> dict[str, list[Piece]]:
        """Return what the last answer says otherwise than the one before it, by heading."""
        return changed_texts(*self.updates[-2:]) if len(self.updates) > 1 else {}

    @property
    def said(self) -> Update | None:
        """Return the last word."""
        return self.updates[-1] if self.updates else None

    @property
    def waiting(self) -> bool:
        """Say whether an answer waits for review."""
        return self.duty.state is DutyState.SUBMITTED

    @property
    def late(self) -> bool:
        """Say whether its first word came after the due date; what is sent again was not late for that."""
        return bool(self.updates) and self.updates[0].said_on > self.duty.due

    @property
    def last_parts(self) -> list[Contribution]:
        """Return the last word of each agency that added to it."""
        return list({part.agency_id: part for part in self.parts}.values())

    @property
    def afterwards(self) -> list[Contribution]:
        """Return what of that came after its answer was accepted, so that nobody has looked at it."""
        if self.duty.state is not DutyState.ACCEPTED or not self.decisions:
            return []
        accepted = self.decisions[-1]
        if (known := accepted.contributions) is None:  # decided before that was recorded
            return [part for part in self.last_parts if part.said_at > accepted.at]
        return [part for part in self.last_parts if part in self.parts[known:]]

    @property
    def story(self) -> list[Update | Decision]:
        """Return what was said and what was decided on it, in order."""
        story: list[Update | Decision] = []
        for update in self.updates:
            story += [update, *(one for one in self.decisions if one.revision == update.revision)]
        return story


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureItem:
    """One target of an agency: what it comes to, how that came about, and what is remarkable."""

    target: Target
    value: Decimal | None
    figures: Sequence[Figure]
    """Every value given, also by those whose areas it took over, in the order they came."""
    before: Decimal | None

    @property
    def remarks(self) -> list[str]:
        """Return what is remarkable about the value beside that of the period before, or given before."""
        found = [] if self.value is None else figure_remarks(self.value, self.before)
        if self.figures:
            *_, newest = self.figures
            given = [one.value for one in self.figures if one.agency_id == newest.agency_id]
            found += figure_remarks(newest.value, None, given[-2] if len(given) > 1 else None)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyReview:
    """All that an agency owes and said in a period."""

    agency: Agency
    fault: str | None
    """Why it cannot be written to."""
    partial_fault: str | None
    """Which of its contacts letters do not reach, where it can be written to."""
    items: Sequence[Item]
    figures: Sequence[FigureItem]
    today: date

    @property
    def standing(self) -> Standing:
        """Return its counts."""
        return standing(item.duty.state for item in self.items)

    @property
    def waiting(self) -> int:
        """Return how many answers wait for review."""
        return sum(item.waiting for item in self.items)

    @property
    def overdue(self) -> int:
        """Return how many duties are owed although their day has passed."""
        return sum(item.duty.state in OWED and item.duty.due < self.today for item in self.items)

    @property
    def late(self) -> int:
        """Return how many answers came late."""
        return sum(item.late for item in self.items)


def review_of(case: Case, only: str | None = None) -> list[AgencyReview]:
    """Return each agency that answers in `period`, in the plan's order; where given, `only` the one so called.

    Last come those that owe no report and gave figures all the same.
    """
    session, plan, period, today = case.session, case.plan, case.period, case.today
    held: dict[str, list[Duty]] = {}
    for duty in plan_order(plan, duties_of(session, period)):
        held.setdefault(plan.holder(duty.agency_id, today).id, []).append(duty)
    figures = _figures(session, plan, period, today)
    for agency_id, targets in figures.items():
        if any(target.figures for target in targets):
            held.setdefault(agency_id, [])
    if only is not None:
        held = {only: held[only]} if only in held else {}
    shown = [duty for duties in held.values() for duty in duties]
    items = _items(case, shown, figures)
    book = address_book(session, case.settings)
    return [
        AgencyReview(
            agency=plan.agencies[agency_id],
            fault=book.fault_of(plan.agencies[agency_id]),
            partial_fault=book.partial_fault_of(plan.agencies[agency_id]),
            items=[items[duty.id] for duty in duties],
            figures=figures.get(agency_id, []),
            today=today,
        )
        for agency_id, duties in held.items()
    ]


def next_to_review(case: Case, after: str) -> tuple[Agency, int] | None:
    """Return the next agency after the one called `after` whose answers wait for review, and how many do.

    After the plan's last agency comes its first; None where no other's answers wait.
    """
    waiting: dict[str, int] = {}
    for duty in duties_of(case.session, case.period):
        if duty.state is DutyState.SUBMITTED and duty.agency_id in case.plan.agencies:
            holder = case.plan.holder(duty.agency_id, case.today).id
            waiting[holder] = waiting.get(holder, 0) + 1
    order = list(case.plan.agencies)
    start = order.index(after) + 1 if after in order else 0
    found = next((one for one in order[start:] + order[:start] if one in waiting and one != after), None)
    return (case.plan.agencies[found], waiting[found]) if found else None


def _items(case: Case, duties: Sequence[Duty], figures: Mapping[str, Sequence[FigureItem]]) -> dict[int, Item]:
    session, plan, period, today = case.session, case.plan, case.period, case.today
    sights = sights_of(case, duties)
    said = updates_of(session, period, duties)
    decided = decisions_on(session, duties)
    added = contributions_of(session, period)
    before = _said_before(session, plan, period, today)
    items = {}
    for duty in duties:
        updates, decisions = said.get(duty.id, []), decided.get(duty.id, [])
        found: list[str] = []
        if duty.state is DutyState.SUBMITTED:
            beside = _beside(duty, updates, decisions, before.get(_whose(plan, duty, today)), case.settings)
            fallen = _fallen(figures.get(plan.holder(duty.agency_id, today).id, ()), updates[-1].said_at)
            deadline = plan.deadline_of(plan.by_id[duty.activity_id])
            found = remarks(updates[-1], replace(beside, fallen=fallen, today=today, deadline=deadline))
        items[duty.id] = Item(
            duty=duty,
            activity=plan.by_id[duty.activity_id],
            for_whom=plan.agencies[duty.agency_id],
            updates=updates,
            decisions=decisions,
            sight=sights[duty.id],
            remarks=found,
            parts=added.get(duty.id, []),
            before=before.get(_whose(plan, duty, today)),
        )
    return items


def _fallen(figures: Sequence[FigureItem], since: datetime) -> list[str]:
    """Return the remarks on those of `figures` that were given at `since` or later."""
    given = [figure for figure in figures if figure.figures and figure.figures[-1].said_at >= since]
    return [of_target(figure.target.title, remark) for figure in given for remark in figure.remarks]


def _beside(
    duty: Duty,
    updates: Sequence[Update],
    decisions: Sequence[Decision],
    before: Update | None,
    settings: Settings,
) -> Beside:
    accepted = [one.revision for one in decisions if one.verdict == DutyState.ACCEPTED]
    last = decisions[-1] if decisions else None
    return Beside(
        due=duty.due,
        first_on=updates[0].said_on if updates else None,
        before=before,
        returned=last.comment if last and last.verdict == DutyState.RETURNED else None,
        accepted=next((one for one in updates if accepted and one.revision == accepted[-1]), None),
        rehearsal=settings.illustration,
    )


def _said_before(session: Session, plan: Plan, period: Period, today: date) -> Mapping[tuple[str, str], Update]:
    earlier = previous_period(session, period)
    if earlier is None:
        return {}
    duties = [duty for duty in duties_of(session, earlier) if duty.agency_id in plan.agencies]
    said = latest_updates(session, duties)
    return {_whose(plan, duty, today): said[duty.id] for duty in duties if duty.id in said}


def _whose(plan: Plan, duty: Duty, today: date) -> tuple[str, str]:
    """Return by what an answer finds the one before it: the activity, and who answers for it or whose area."""
    own = plan.is_shared(duty.activity_id)
    return duty.activity_id, duty.agency_id if own else plan.holder(duty.agency_id, today).id


def _figures(session: Session, plan: Plan, period: Period, today: date) -> dict[str, list[FigureItem]]:
    earlier = previous_period(session, period)
    before = reported_figures(plan, figures_of(session, earlier), today) if earlier else {}
    given = figures_of(session, period)
    now = reported_figures(plan, given, today)
    in_order = sorted(given, key=lambda figure: figure.id)
    found: dict[str, list[FigureItem]] = {}
    for target in plan.targets:
        for reported in now[target.id].values():
            told = {reported.agency_id, *reported.by_area, *(figure.agency_id for figure in reported.figures)}
            earlier_one = before.get(target.id, {}).get(reported.agency_id)
            item = FigureItem(
                target=target,
                value=reported.value,
                figures=[one for one in in_order if one.target_id == target.id and one.agency_id in told],
                before=earlier_one.value if earlier_one else None,
            )
            found.setdefault(plan.holder(reported.agency_id, today).id, []).append(item)
    return found
