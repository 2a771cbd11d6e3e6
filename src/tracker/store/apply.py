"""Making a plan the one in force, with what follows for the periods that are open."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.plan.model import Plan
from tracker.plan.reader import Reading
from tracker.store.duties import duties_of, sync_duties
from tracker.store.periods import all_periods, ruled_periods
from tracker.store.plans import keep_version
from tracker.store.tables import Period, PlanVersion


def apply_plan(session: Session, reading: Reading, who: str, today: date, now: datetime) -> PlanVersion | None:
    """Make `reading` the plan in force and bring the open periods in line; None where it already is."""
    version = keep_version(session, reading, who, now)
    if version is not None:
        for period in _open_periods(session, today):
            _follow_rules(reading.plan, period)
            sync_duties(session, reading.plan, period)
    return version


def touched_periods(session: Session, plan: Plan, today: date) -> list[str]:
    """Return a Vietnamese line for each open period whose duties applying `plan` would change.

    It makes the changes to see them: call it in a session that is rolled back.
    """
    lines = []
    for period in _open_periods(session, today):
        before = {duty.id for duty in duties_of(session, period)}
        due = period.due
        _follow_rules(plan, period)
        sync_duties(session, plan, period)
        after = {duty.id for duty in duties_of(session, period)}
        added, gone = len(after - before), len(before - after)
        if added or gone:
            lines.append(f"Kỳ {period.code} đang mở: thêm {added} đầu việc, rút {gone} đầu việc.")
        if period.due != due:
            lines.append(f"Kỳ {period.code} đang mở: hạn chuyển từ {due:%d/%m/%Y} sang {period.due:%d/%m/%Y}.")
    return lines


def _open_periods(session: Session, today: date) -> list[Period]:
    return [period for period in all_periods(session) if period.closes >= today]


def _follow_rules(plan: Plan, period: Period) -> None:
    ruled = next((rule for rule in ruled_periods(plan) if rule.code == period.code), None)
    if ruled is not None:
        period.title, period.due, period.closes = ruled.title, ruled.due, ruled.closes
