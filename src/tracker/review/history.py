"""What became of the plan over its periods: the matrix, and all that was said of one activity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.plan.model import Activity, ContentArea, Plan
from tracker.progress import OWED, DutyState, UpdateStatus
from tracker.store.periods import all_periods, ruled_periods
from tracker.store.tables import Decision, Duty, Period, Update


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How an activity stands in a period: its duty, and what was last said."""

    state: DutyState
    late: bool
    """It is owed although its day has passed."""
    status: UpdateStatus | None
    percent: int | None


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
    """Return the matrix of `plan`; what localities report of their areas is many duties and stands in no cell."""
    opened = {period.code: period for period in all_periods(session)}
    coming = [period for period in ruled_periods(plan) if period.code not in opened]
    periods = sorted([*opened.values(), *coming], key=lambda one: (one.due, one.code))
    newest = sa.select(Update.duty_id, sa.func.max(Update.revision).label("revision")).group_by(Update.duty_id)
    last = newest.subquery()
    found = (
        sa.select(Duty.activity_id, Period.code, Duty.state, Duty.due, Update.status, Update.percent)
        .join(Period, Period.id == Duty.period_id)
        .outerjoin(last, last.c.duty_id == Duty.id)
        .outerjoin(Update, (Update.duty_id == Duty.id) & (Update.revision == last.c.revision))
        .where(Duty.state != DutyState.WITHDRAWN, Duty.activity_id.in_([one.id for one in plan.activities]))
    )
    cells = {
        (activity, code): Cell(state=state, late=state in OWED and due < today, status=status, percent=percent)
        for activity, code, state, due, status, percent in session.execute(found)
    }
    return Matrix(
        columns=tuple((one.code, one.title, one.code in opened) for one in periods),
        rows=tuple((area, _under(plan, area)) for area in plan.content if _under(plan, area)),
        cells=cells,
        planned=frozenset(
            (row.id, one.code) for one in coming for row in plan.activities if set(row.years) & set(one.years)
        ),
    )


def said_of_activity(session: Session, activity_id: str) -> list[Told]:
    """Return all that was owed on an activity, the newest period first, with what was said and decided."""
    asked = (
        sa.select(Duty, Period)
        .join(Period, Period.id == Duty.period_id)
        .where(Duty.activity_id == activity_id)
        .order_by(Period.due.desc(), Duty.id)
    )
    owed = session.execute(asked).tuples().all()
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
    return tuple(activity for activity in plan.activities if activity.content == area.id)
