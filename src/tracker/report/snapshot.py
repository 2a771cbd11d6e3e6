"""Freezing the facts of a memo: what the store knows of a period on a day."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.plan.identity import Identities
from tracker.plan.model import Plan
from tracker.progress import TEXTS, DutyState, Timeliness, timeliness
from tracker.report.choice import WHOLE, Choice, own_letterhead
from tracker.report.facts import Area, Asked, Chosen, Coming, Past, Proof, Row, Said, Snapshot
from tracker.report.goals import goals_of
from tracker.settings import ZONE
from tracker.store.duties import duties_of, plan_order
from tracker.store.evidence import evidence_of
from tracker.store.figures import Reported, reported_figures
from tracker.store.periods import compared_periods
from tracker.store.plans import plan_for
from tracker.store.tables import Duty, Evidence, Period, PlanVersion, Update
from tracker.store.updates import figures_of, first_days, latest_updates, updates_of


def take_snapshot(
    session: Session, version: PlanVersion, plan: Plan, period: Period, as_of: date, choice: Choice = WHOLE
) -> Snapshot:
    """Freeze what is known of `period`: every duty that is asked, answered or not, with its newest words.

    `choice` was checked against `plan`; of what it leaves out nothing is told.
    """
    asked = plan_order(plan, duties_of(session, period))
    duties = [duty for duty in asked if choice.takes(plan, duty.activity_id, duty.agency_id, as_of)]
    said = _told(session, period, duties, choice)
    compared = compared_periods(session, period)
    stood = {each.title: _figures_before(session, plan, each, as_of) for each in compared}
    goals, used = goals_of(plan, choice, _figures(session, plan, period, as_of, choice), stood, as_of)
    proofs = [file for file in evidence_of(session, duties) if choice.spans(_day(file.given_at))]
    newest = latest_updates(session, duties)
    first = first_days(session, duties)
    past = tuple(_past(session, each, choice) for each in compared)
    rows, localities, tasks = (
        tuple(_rows(plan, some, said, newest, first, as_of)) for some in _counted_apart(plan, duties)
    )
    asked_ids = {row.id for row in rows}
    told_of = {row.area for row in rows}
    next_year = max(period.years) + 1
    whole, adhoc = choice == WHOLE, period.kind == "adhoc"
    own = choice.agencies[0] if choice.own else None
    return Snapshot(
        plan=plan.plan,
        plan_version=version.id,
        plan_digest=version.digest,
        coordinator=plan.agencies[own].name if own else plan.issued_by,
        letterhead=own_letterhead(plan, own) if own else plan.reporting.letterhead,
        period=Asked(
            code=period.name, title=period.title, kind=period.kind, due=period.due, years=tuple(period.years)
        ),
        as_of=as_of,
        areas=tuple(
            Area(id=a.id, title=a.title, direction=a.part == "direction")
            for a in plan.content
            if a.part != "tasks" and a.id in told_of
        ),
        rows=rows,
        localities=localities,
        tasks=tasks,
        goals=tuple(goal for goal in goals if not adhoc or goal.value is not None),
        coming=tuple(
            Coming(id=a.id, title=a.title, lead=plan.lead_words(a, date(next_year, 1, 1)))
            for a in plan.activities_of(next_year)
            if any(choice.takes(plan, a.id, lead, as_of) for lead in plan.leads_of(a))
            and (not adhoc or a.id in asked_ids)
        ),
        proofs=tuple(_proofs(plan, duties, proofs)),
        chosen=None if whole else _chosen(plan, choice),
        past=past,
        opening=period.opening if whole else "",
        closing=period.closing if whole else "",
        illustration=any(update.illustration for update in said.values())
        or any(figure.illustration for figure in used)
        or any(file.illustration for file in proofs)
        or any(each.illustration for each in past),
    )


def _counted_apart(plan: Plan, duties: Iterable[Duty]) -> tuple[list[Duty], list[Duty], list[Duty]]:
    """Return the duties of the matrix, what localities report of their areas, and the other tasks beside it."""
    matrix: list[Duty] = []
    localities: list[Duty] = []
    tasks: list[Duty] = []
    for duty in duties:
        if not plan.is_apart(duty.activity_id):
            matrix.append(duty)
            continue
        leads = plan.leads_of(plan.by_id[duty.activity_id])
        local = all(plan.agencies[lead].kind == "locality" for lead in leads)
        (localities if local else tasks).append(duty)
    return matrix, localities, tasks


def _told(session: Session, period: Period, duties: list[Duty], choice: Choice) -> dict[int, Update]:
    """Return the newest update of each duty, among those of the chosen days; what was returned is owed again."""
    counted = [duty for duty in duties if duty.state is not DutyState.RETURNED]
    if choice.since is None and choice.until is None:
        return latest_updates(session, counted)
    history = updates_of(session, period, counted)
    spanned = {duty: [u for u in told if choice.spans(u.said_on)] for duty, told in history.items()}
    return {duty: told[-1] for duty, told in spanned.items() if told}


def _figures(
    session: Session, plan: Plan, period: Period, as_of: date, choice: Choice = WHOLE
) -> dict[str, dict[str, Reported]]:
    """Return what stands of `period` on its last day, or on `as_of` while it runs, of the chosen days."""
    figures = [figure for figure in figures_of(session, period) if choice.spans(_day(figure.said_at))]
    return reported_figures(plan, figures, min(as_of, period.closes))


def _figures_before(session: Session, plan: Plan, earlier: Period, as_of: date) -> dict[str, dict[str, Reported]]:
    """Return what stood of `earlier`, of the targets that `plan` still means."""
    _, then = plan_for(session, earlier)
    same = Identities(then, plan)
    found = _figures(session, then, earlier, as_of)
    return {target: reported for target, reported in found.items() if same.same_target(target)}


def _chosen(plan: Plan, choice: Choice) -> Chosen:
    return Chosen(
        agencies=tuple(plan.agencies[each].short for each in choice.agencies),
        areas=tuple(plan.area(each).title for each in choice.areas),
        activities=choice.activities,
        since=choice.since,
        until=choice.until,
        own=choice.own,
    )


def _past(session: Session, period: Period, choice: Choice) -> Past:
    """Count `period` as it stood on the day it closed."""
    _, plan = plan_for(session, period)
    duties = [
        duty
        for duty in duties_of(session, period)
        if not plan.is_apart(duty.activity_id)
        and choice.takes(plan, duty.activity_id, duty.agency_id, period.closes)
    ]
    said = _told(session, period, duties, WHOLE)
    first = first_days(session, duties)
    cells = Counter(_cell(plan, duty, said.get(duty.id), period.closes) for duty in duties)
    late = sum(duty.id in said and first[duty.id] > duty.due for duty in duties)
    return Past(
        title=period.title,
        asked=len(duties),
        in_time=len(said) - late,
        late=late,
        silent=len(duties) - len(said),
        cells={cell: cells[cell] for cell in Timeliness},
        illustration=any(update.illustration for update in said.values()),
    )


def _day(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def _cell(plan: Plan, duty: Duty, update: Update | None, today: date) -> Timeliness:
    status, said_on = (update.status, update.said_on) if update else (None, None)
    return timeliness(status, said_on, plan.last_day_of(plan.by_id[duty.activity_id]), today)


def _lead(plan: Plan, agency_id: str, on: date) -> str:
    """Return who answers for `agency_id` on the day `on`, as a memo names it."""
    agency, holder = plan.agencies[agency_id], plan.holder(agency_id, on)
    if holder is agency:
        return agency.short
    province = f" tỉnh {plan.reporting.letterhead.place}"
    now, before = (each.name.removesuffix(province) for each in (holder, agency))
    return f"{now} (tiếp nhận nhiệm vụ của {before})"


def _rows(
    plan: Plan,
    duties: Iterable[Duty],
    said: dict[int, Update],
    newest: dict[int, Update],
    first: dict[int, date],
    as_of: date,
) -> Iterable[Row]:
    for duty in duties:
        activity, update = plan.by_id[duty.activity_id], said.get(duty.id)
        cell = _cell(plan, duty, update, as_of)
        yield Row(
            id=activity.id,
            title=activity.title,
            area=activity.content,
            lead=_lead(plan, duty.agency_id, update.said_on if update else as_of),
            coordinating=plan.coordinating_words(activity),
            years=activity.years,
            due=duty.due,
            state=duty.state,
            cell=cell,
            overdue=plan.deadline_of(activity) is not None and cell is Timeliness.OPEN_LATE,
            time=plan.time_words(activity),
            details=plan.details_of(activity),
            said=_said(update, first[duty.id]) if update else None,
            resaid=update is not None and update.revision < newest[duty.id].revision,
        )


def _proofs(plan: Plan, duties: Iterable[Duty], files: Iterable[Evidence]) -> Iterable[Proof]:
    given: dict[int, list[Evidence]] = {}
    for file in files:
        given.setdefault(file.duty_id, []).append(file)
    for duty in duties:
        for file in given.get(duty.id, ()):
            yield Proof(
                id=duty.activity_id,
                lead=_lead(plan, duty.agency_id, _day(file.given_at)),
                name=file.name,
                size=file.size,
                digest=file.digest,
                on=_day(file.given_at),
            )


def _said(update: Update, first: date) -> Said:
    return Said(
        status=update.status,
        percent=update.percent,
        **{name: getattr(update, name) for name in TEXTS},
        by=update.said_by,
        on=update.said_on,
        way=update.way,
        revision=update.revision,
        first_on=first if first != update.said_on else None,
    )
