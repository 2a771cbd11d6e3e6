"""An agency's form, filled from the record: the page and the workbook show the same."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter

from sqlalchemy.orm import Session

from tracker.answers.entries import ContributionEntry, FigureEntry, Orphan
from tracker.case import Case
from tracker.errors import Fault
from tracker.language import N_, wording
from tracker.plan.identity import Identities
from tracker.plan.model import Activity, Agency, Plan, Target
from tracker.progress import FIELDS, OWED, DutyState
from tracker.store.decisions import decisions_on
from tracker.store.duties import duties_of, duties_on, plan_order
from tracker.store.figures import Reported, reported_figures
from tracker.store.periods import previous_period
from tracker.store.plans import plan_for
from tracker.store.tables import Contribution, Decision, Duty, Period, Update
from tracker.store.updates import figures_of, latest_updates
from tracker.words import number_words


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
    draft: Mapping[str, str] = field(default_factory=dict)
    """What the saved draft says, by field; read for the page alone."""
    clashes: Mapping[str, str] = field(default_factory=dict)
    """What a colleague's draft says, by field, where this page says something else; read for the page alone."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What was asked and said in one period, and said in the one before: enough to fill in many forms."""

    plan: Plan
    period: Period
    earlier: Period | None
    duties: Mapping[str, Sequence[tuple[int, Duty]]]
    """By agency, each with its place in the plan's order."""
    said: Mapping[int, Update]
    before: Mapping[tuple[str, str | None], Update]
    """By activity and agency; under None what anybody said, where the activity has one lead."""
    figures: Mapping[str, Mapping[str, Reported]]
    """By target and agency."""
    figures_before: Mapping[str, Mapping[str, Reported]]
    taken_over: Mapping[str, Sequence[str]]
    """The agencies that each agency has succeeded."""

    def form(self, agency_id: str) -> Form:
        """Return the form of an agency: what was last said, else what the period before said."""
        ours = _answered_by(self.taken_over, agency_id)
        placed = sorted((one for agency in ours for one in self.duties.get(agency, ())), key=lambda one: one[0])
        entries = [self._entry(duty, agency_id) for _, duty in placed]
        figures = [
            self._figure(target, reported)
            for target in self.plan.targets
            for reported in self.figures[target.id].values()
            if reported.agency_id in ours
        ]
        said = [entry.last for entry in entries if entry.last is not None]
        given = [figure.last for figure in figures if figure.last is not None]
        signed = max(said, key=attrgetter("id"), default=None) or max(given, key=attrgetter("id"), default=None)
        return Form(
            period=self.period,
            earlier=self.earlier,
            agency=self.plan.agencies[agency_id],
            entries=entries,
            figures=figures,
            signed_by=signed.said_by if signed else "",
        )

    def _entry(self, duty: Duty, agency_id: str) -> Entry:
        last = self.said.get(duty.id)
        activity_id = duty.activity_id
        # Who took over two localities owes two reports; each is called the same however many there are.
        taken_over = self.plan.is_shared(activity_id) and duty.agency_id != agency_id
        before = self.before.get((activity_id, duty.agency_id), self.before.get((activity_id, None)))
        return Entry(
            name=f"{activity_id}@{duty.agency_id}" if taken_over else activity_id,
            duty=duty,
            activity=self.plan.by_id[activity_id],
            for_whom=self.plan.agencies[duty.agency_id],
            last=last,
            before=before,
            values=as_typed(last),
            revision=last.revision if last else 0,
        )

    def _figure(self, target: Target, reported: Reported) -> FigureEntry:
        agencies = self.plan.agencies
        agency, last = agencies[reported.agency_id], reported.own
        earlier = self.figures_before.get(target.id, {}).get(agency.id)
        before = earlier.value if earlier else None
        shown = number_words(last.value) if last else ""
        others = [] if last else reported.figures
        return FigureEntry(
            target=target,
            agency=agency,
            part=_part(agency) if target.reported_by in self.plan.groups else "",
            last=last,
            before_merger=[(agencies[one.agency_id].short, number_words(one.value)) for one in others],
            value=shown,
            filled=shown,
            before=None if before is None else number_words(before),
        )


def _part(agency: Agency) -> str:
    locality = agency.kind == "locality"
    text = N_("chỉ trên địa bàn do {agency} quản lý") if locality else N_("chỉ phần của {agency}")
    return wording(text, agency=agency.short)


def recorded_form(case: Case) -> Form:
    """Return the form filled from the record alone: what was last said, else what the period before said."""
    ours = _answered_by(_taken_over(case.plan, case.today), case.agency_id)
    duties = duties_of(case.session, case.period, ours)
    return record_of(case.session, case.plan, case.period, duties, case.today).form(case.agency_id)


def read_decisions(case: Case, form: Form) -> None:
    """Put into `form` who accepted or returned what stands so now, and when."""
    decided = [e for e in form.entries if e.duty.state in {DutyState.ACCEPTED, DutyState.RETURNED}]
    found = decisions_on(case.session, [entry.duty for entry in decided]) if decided else {}
    for entry in decided:
        last = found.get(entry.duty.id, [None])[-1]
        entry.decision = last if last is not None and last.verdict == entry.duty.state else None


def record_of(session: Session, plan: Plan, period: Period, duties: Collection[Duty], today: date) -> Record:
    """Return what the forms of the agencies that owe `duties` (of `period`) are filled from on `today`."""
    earlier = previous_period(session, period)
    same = Identities(plan_for(session, earlier)[1] if earlier else plan, plan)
    by_agency: dict[str, list[tuple[int, Duty]]] = {}
    for place, duty in enumerate(plan_order(plan, duties)):
        by_agency.setdefault(duty.agency_id, []).append((place, duty))
    return Record(
        plan=plan,
        period=period,
        earlier=earlier,
        duties=by_agency,
        said=latest_updates(session, duties),
        before=_said_before(session, same, earlier, {duty.activity_id for duty in duties}) if earlier else {},
        figures=reported_figures(plan, figures_of(session, period), today),
        figures_before=_figures_before(session, same, earlier, today) if earlier else {},
        taken_over=_taken_over(plan, today),
    )


def _taken_over(plan: Plan, today: date) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for agency in plan.agencies.values():
        if agency.succeeded_by and agency.succeeded_by.since <= today:
            found.setdefault(agency.succeeded_by.agency, []).append(agency.id)
    return found


def _answered_by(taken_over: Mapping[str, Sequence[str]], agency_id: str) -> set[str]:
    """Return the agencies whose duties `agency_id` answers: its own, and those it took over."""
    ours, fresh = set[str](), {agency_id}
    while fresh:
        ours |= fresh
        fresh = {former for agency in fresh for former in taken_over.get(agency, ())} - ours
    return ours


def _figures_before(
    session: Session, same: Identities, earlier: Period, today: date
) -> dict[str, dict[str, Reported]]:
    """Return what stood in `earlier`, of the targets that are still the same."""
    reported = reported_figures(same.new, figures_of(session, earlier), today)
    return {target: by_agency for target, by_agency in reported.items() if same.same_target(target)}


def _said_before(
    session: Session, same: Identities, earlier: Period, activities: Collection[str]
) -> dict[tuple[str, str | None], Update]:
    """Return what was said in `earlier` of those of `activities` that are still the same task."""
    duties = duties_on(session, earlier, [activity for activity in activities if same.same_activity(activity)])
    said = latest_updates(session, duties)
    before: dict[tuple[str, str | None], Update] = {}
    for duty in duties:
        if duty.id in said:
            before[duty.activity_id, duty.agency_id] = said[duty.id]
            if not same.new.is_shared(duty.activity_id):  # nobody carries over another agency's words
                before[duty.activity_id, None] = said[duty.id]
    return before
