"""What became of the plan over its periods: the matrix, and all that was said of one activity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.plan.model import Activity, ContentArea, Plan
from tracker.progress import ANSWERED, OWED, DutyState, UpdateStatus
from tracker.store.duties import asked
from tracker.store.periods import all_periods, ruled_periods
from tracker.store.tables import Decision, Duty, Period, Update

MOST_LEFT = (DutyState.RETURNED, DutyState.EXPECTED, DutyState.SUBMITTED, DutyState.ACCEPTED)
"""The states of a duty, the one that most is left to do for in front."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How an activity stands in a period: its duties together, and what was last said where there is one."""

    state: DutyState
    """Of the duty; of several, the one that most is left to do for."""
    late: bool
    """Something is owed although its day has passed."""
    status: UpdateStatus | None
    percent: int | None
    """Of one duty alone."""
    answered: int
    asked: int
    """How many agencies answered, of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The activities under their content areas, by period."""

    columns: tuple[tuple[str, str, bool], ...]
    """Code and title of each period, in the order of their due dates, and whether it was opened."""
    rows: tuple[tuple[ContentArea, tuple[Activity, ...]], ...]
    cells: Mapping[tuple[str, str], Cell]
    """By activity id and period code."""
    planned: frozenset[tuple[str, str]]
    """Where a period that is not open yet will ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an agency owed on an activity in a period, with every answer and decision."""

    period: Period
    duty: Duty
    updates: Sequence[Update]
    decisions: Sequence[Decision]


def matrix(session: Session, plan: Plan, today: date) -> Matrix:
    """Return the matrix of `plan`, and below it what it asks beside its activities."""
    opened = {period.code: period for period in all_periods(session, plan.plan.plan_id)}
    coming = [period for period in ruled_periods(plan) if period.code not in opened]
    periods = sorted([*opened.values(), *coming], key=lambda one: (one.due, one.code))
    newest = sa.select(Update.duty_id, sa.func.max(Update.revision).label("revision")).group_by(Update.duty_id)
    last = newest.subquery()
    found = (
        sa.select(Duty.activity_id, Period.code, Duty.state, Duty.due, Update.status, Update.percent)
        .join(Period, Period.id == Duty.period_id)
        .outerjoin(last, last.c.duty_id == Duty.id)
        .outerjoin(Update, (Update.duty_id == Duty.id) & (Update.revision == last.c.revision))
        .where(Period.plan_id == plan.plan.plan_id, Duty.state != DutyState.WITHDRAWN)
    )
    held: dict[tuple[str, str], list[Cell]] = {}
    for activity, code, state, due, status, percent in session.execute(found):
        late, answered = state in OWED and due < today, int(state in ANSWERED)
        one = Cell(state=state, late=late, status=status, percent=percent, answered=answered, asked=1)
        held.setdefault((activity, code), []).append(one)
    return Matrix(
        columns=tuple((one.code, one.title, one.code in opened) for one in periods),
        rows=tuple((area, _under(plan, area)) for area in plan.headings if _under(plan, area)),
        cells={key: _together(found) for key, found in held.items()},
        planned=frozenset((one.activity_id, period.code) for period in coming for one in asked(plan, period)),
    )


def said_of_activity(session: Session, plan: Plan, activity_id: str) -> list[Told]:
    """Return all that was owed on an activity, the newest period first, with what was said and decided."""
    duties = (
        sa.select(Duty, Period)
        .join(Period, Period.id == Duty.period_id)
        .where(Duty.activity_id == activity_id, Period.plan_id == plan.plan.plan_id)
        .order_by(Period.due.desc(), Duty.id)
    )
    owed = session.execute(duties).tuples().all()
    ids = [duty.id for duty, _ in owed]
    updates: dict[int, list[Update]] = {}
    for update in session.scalars(sa.select(Update).where(Update.duty_id.in_(ids)).order_by(Update.revision)):
        updates.setdefault(update.duty_id, []).append(update)
    decisions: dict[int, list[Decision]] = {}
    for one in session.scalars(sa.select(Decision).where(Decision.duty_id.in_(ids)).order_by(Decision.id)):
        decisions.setdefault(one.duty_id, []).append(one)
    return [
        Told(period=period, duty=duty, updates=updates.get(duty.id, ()), decisions=decisions.get(duty.id, ()))
        for duty, period in owed
    ]


def _under(plan: Plan, area: ContentArea) -> tuple[Activity, ...]:
    return tuple(activity for activity in plan.rows if activity.content == area.id)


def _together(cells: Sequence[Cell]) -> Cell:
    """Return the cells of all agencies that answer on an activity in a period as one."""
    if len(cells) == 1:
        return cells[0]
    return Cell(
        state=min((one.state for one in cells), key=MOST_LEFT.index),
        late=any(one.late for one in cells),
        status=None,
        percent=None,
        answered=sum(one.answered for one in cells),
        asked=len(cells),
    )
