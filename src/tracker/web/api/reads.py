"""What programs read of a plan: its rows, its periods, how each stands, and what agencies said."""

from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from tracker.calendar import WorkingDays
from tracker.progress import OWED, DutyState, counted_standing
from tracker.store.periods import all_periods
from tracker.store.tables import Duty, Figure, Period, Update
from tracker.web.api.door import Call
from tracker.web.api.facts import (
    ActivityFacts,
    AgencyFacts,
    AnswerFacts,
    Answers,
    AreaFacts,
    Duties,
    DutyFacts,
    FigureFacts,
    Figures,
    PeriodFacts,
    Periods,
    PeriodStanding,
    PlanFacts,
    Plans,
    StandingFacts,
    TargetFacts,
)


def show_plans(call: Call) -> Plans:
    """Return the one plan that the token is for."""
    plan, header, today = call.plan, call.plan.plan, call.settings.today()
    told = PlanFacts(
        id=header.plan_id,
        code=header.code,
        kind=header.kind,
        title=header.title,
        issuer=header.issuer,
        issued=header.issued,
        years=list(header.years),
        version=call.version.id,
        coordinator=header.coordinator,
        agencies=[
            AgencyFacts(id=one.id, name=one.name, short=one.short, answered_by=plan.holder(one.id, today).id)
            for one in plan.agencies.values()
        ],
        areas=[AreaFacts(id=one.id, title=one.title) for one in plan.headings],
        activities=[
            ActivityFacts(
                id=one.id,
                title=one.title,
                area=one.content,
                leads=plan.leads_of(one),
                years=list(one.years),
                deadline=plan.deadline_of(one),
            )
            for one in plan.rows
        ],
        targets=[
            TargetFacts(
                id=one.id,
                title=one.title,
                unit=one.unit,
                at_least=None if one.at_least is None else float(one.at_least),
                at_most=None if one.at_most is None else float(one.at_most),
                by=one.by,
            )
            for one in plan.targets
        ],
    )
    return Plans(plans=[told])


def show_periods(call: Call) -> Periods:
    """Return the periods of the plan, each with its standing."""
    periods = all_periods(call.session, call.token.plan_id)
    return Periods(periods=[PeriodFacts(**_facts_of(call, period)) for period in periods])


def show_period(call: Call) -> PeriodStanding:
    """Return a period with its standing by agency and by content area."""
    period, by_id, today = call.period, call.plan.by_id, call.settings.today()
    agencies = call.plan.agencies
    return PeriodStanding(
        **_facts_of(call, period),
        by_agency=_counted(
            call, period, Duty.agency_id, lambda one: call.plan.holder(one, today).id if one in agencies else one
        ),
        by_area=_counted(call, period, Duty.activity_id, lambda one: by_id[one].content if one in by_id else one),
    )


def show_duties(call: Call) -> Duties:
    """Return some duties of a period."""
    asked, period, today = call.asked, call.period, call.settings.today()
    wanted = sa.select(Duty).where(*_asked_of(period, call.agencies(asked.agency)), Duty.id > asked.after)
    if asked.state is not None:
        wanted = wanted.where(Duty.state == asked.state)
    found = call.session.scalars(wanted.order_by(Duty.id).limit(asked.limit + 1)).all()
    office = WorkingDays(call.plan.reporting.calendar)
    duties = [
        DutyFacts(
            id=one.id,
            activity=one.activity_id,
            agency=one.agency_id,
            due=one.due,
            state=one.state,
            days_late=office.between(one.due, today) if one.state in OWED and one.due < today else 0,
            returned_because=one.comment,
        )
        for one in found[: asked.limit]
    ]
    return Duties(duties=duties, next=duties[-1].id if len(found) > asked.limit else None)


def show_answers(call: Call) -> Answers:
    """Return some answers of a period, every revision."""
    asked, period = call.asked, call.period
    later = sa.orm.aliased(Update)
    newest = ~sa.exists().where(later.duty_id == Update.duty_id, later.revision > Update.revision)
    wanted = (
        sa.select(Update, Duty, newest)
        .join(Duty, Duty.id == Update.duty_id)
        .where(*_asked_of(period, call.agencies(asked.agency)), Update.id > asked.after)
        .order_by(Update.id)
        .limit(asked.limit + 1)
    )
    found = call.session.execute(wanted).tuples().all()
    answers = [
        AnswerFacts(
            id=one.id,
            duty=duty.id,
            activity=duty.activity_id,
            agency=duty.agency_id,
            revision=one.revision,
            newest=is_newest,
            state=duty.state,
            status=one.status,
            percent=one.percent,
            result=one.result,
            difficulties=one.difficulties,
            causes=one.causes,
            proposals=one.proposals,
            said_by=one.said_by,
            said_at=one.said_at,
            way=one.way,
            illustration=one.illustration,
        )
        for one, duty, is_newest in found[: asked.limit]
    ]
    return Answers(answers=answers, next=answers[-1].id if len(found) > asked.limit else None)


def show_figures(call: Call) -> Figures:
    """Return some figures of a period, every revision."""
    asked, agencies = call.asked, call.agencies(call.asked.agency)
    wanted = sa.select(Figure).where(Figure.period_id == call.period.id, Figure.id > asked.after)
    if agencies is not None:
        wanted = wanted.where(Figure.agency_id.in_(agencies))
    found = call.session.scalars(wanted.order_by(Figure.id).limit(asked.limit + 1)).all()
    figures = [
        FigureFacts(
            id=one.id,
            target=one.target_id,
            agency=one.agency_id,
            revision=one.revision,
            value=float(one.value),
            said_by=one.said_by,
            said_at=one.said_at,
            way=one.way,
            illustration=one.illustration,
        )
        for one in found[: asked.limit]
    ]
    return Figures(figures=figures, next=figures[-1].id if len(found) > asked.limit else None)


def _facts_of(call: Call, period: Period) -> dict[str, Any]:
    today = call.settings.today()
    asked = sa.select(Duty.state, sa.func.count()).where(*_asked_of(period, call.agencies()))
    counted = Counter(dict(call.session.execute(asked.group_by(Duty.state)).tuples().all()))
    return {
        "code": period.code,
        "kind": period.kind,
        "title": period.title,
        "opens": period.opens,
        "due": period.due,
        "closes": period.closes,
        "years": period.years,
        "open": period.opens <= today <= period.closes,
        "standing": StandingFacts.of(counted_standing(counted)),
    }


def _counted(
    call: Call, period: Period, by: InstrumentedAttribute[str], group: Callable[[str], str]
) -> dict[str, StandingFacts]:
    """Return the standing of `period` under what `group` makes of `by`."""
    asked = sa.select(by, Duty.state, sa.func.count()).where(*_asked_of(period, call.agencies()))
    counts: dict[str, Counter[DutyState]] = {}
    for key, state, count in call.session.execute(asked.group_by(by, Duty.state)):
        counts.setdefault(group(key), Counter())[state] += count
    return {key: StandingFacts.of(counted_standing(count)) for key, count in sorted(counts.items())}


def _asked_of(period: Period, agencies: Collection[str] | None) -> list[sa.ColumnElement[bool]]:
    """Return what chooses the duties that `period` asks, of `agencies` only where given."""
    chosen = [Duty.period_id == period.id, Duty.state != DutyState.WITHDRAWN]
    return chosen if agencies is None else [*chosen, Duty.agency_id.in_(agencies)]
