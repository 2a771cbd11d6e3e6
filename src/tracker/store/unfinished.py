"""What of a plan is not done yet, as the store knows it: rows without an accepted end, targets not reached."""

from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.plan.model import Activity, Plan
from tracker.progress import STATUS_WORDS, DutyState, UpdateStatus
from tracker.store.figures import reported_figures
from tracker.store.tables import Duty, Figure, Period, Update
from tracker.words import vietnamese_number

LATER = sa.orm.aliased(Update)
SAID = (
    sa.select(Duty.activity_id, Duty.agency_id, Duty.state, Period.years, Update.status, Update.percent)
    .join(Period, Period.id == Duty.period_id)
    .join(Update, Update.duty_id == Duty.id)
    .where(
        Period.plan_id == sa.bindparam("plan"),
        Duty.state != DutyState.WITHDRAWN,
        ~sa.exists().where(LATER.duty_id == Update.duty_id, LATER.revision > Update.revision),
    )
    .order_by(Period.due)
)
"""The newest revision of each duty: what was accepted is that, not what it took the place of."""
FIGURES = (
    sa.select(Period, Figure)
    .join(Figure, Figure.period_id == Period.id)
    .where(Period.plan_id == sa.bindparam("plan"))
    .order_by(Period.due, Figure.id)
)


def unfinished_rows(session: Session, plan: Plan) -> dict[str, str]:
    """Return the activities of `plan` that some lead has not reported as done and accepted, and how it stands.

    A row of years is done once its last year is; one with a deadline once it is reported as done at all.
    """
    newest: dict[tuple[str, str], str] = {}
    done: set[tuple[str, str]] = set()
    for activity_id, agency_id, state, years, status, percent in session.execute(
        SAID, {"plan": plan.plan.plan_id}
    ):
        row = plan.by_id.get(activity_id)
        if row is None:
            continue
        accepted = state is DutyState.ACCEPTED and status is UpdateStatus.DONE
        if accepted and (plan.deadline_of(row) is not None or max(row.years) in years):
            done.add((activity_id, agency_id))
        newest[activity_id, agency_id] = STATUS_WORDS[status] + (f", {percent} %" if percent is not None else "")
    return {
        row.id: "; ".join(
            f"{plan.agencies[one].short}: {newest.get((row.id, one), 'chưa có báo cáo')}" for one in left
        )
        for row in plan.activities
        if (left := _left(plan, row, done))
    }


def _left(plan: Plan, row: Activity, done: set[tuple[str, str]]) -> list[str]:
    """Return the leads of `row` who have not finished it."""
    return [one for one in plan.leads_of(row) if (row.id, one) not in done]


def unreached_targets(session: Session, plan: Plan, on: date) -> dict[str, str]:
    """Return the targets of `plan` that the newest figures do not reach, each with what they come to."""
    newest: dict[str, tuple[Period, list[Figure]]] = {}
    for period, figure in session.execute(FIGURES, {"plan": plan.plan.plan_id}).tuples():
        before = newest.get(figure.target_id)
        if before is None or before[0].id != period.id:
            newest[figure.target_id] = period, []
        newest[figure.target_id][1].append(figure)
    found: dict[str, str] = {}
    for target in plan.targets:
        if target.id not in newest:
            found[target.id] = "chưa có số liệu"
            continue
        period, figures = newest[target.id]
        values = [one.value for one in reported_figures(plan, figures, on)[target.id].values()]
        known = [value for value in values if value is not None]
        missing = len(values) - len(known)
        if missing or not target.is_reached(sum(known, Decimal(0))):
            told = f"đã báo cáo {vietnamese_number(sum(known, Decimal(0)))} {target.unit}"
            found[target.id] = f"{told} ({period.title})" + (
                f", {missing} cơ quan chưa báo cáo" if missing else ""
            )
    return found
