"""Making a plan the one in force, with what follows for the periods that are open."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.errors import Unagreed
from tracker.plan.model import Plan
from tracker.plan.reader import Reading
from tracker.store.displaced import displaced_by
from tracker.store.duties import duties_of, sync_duties
from tracker.store.engine import one_at_a_time
from tracker.store.journal import note
from tracker.store.periods import all_periods, change_closing, periods_open_under, ruled_periods
from tracker.store.plans import keep_version, newest_version
from tracker.store.renames import rename_records
from tracker.store.tables import Period, PlanVersion


def apply_plan(session: Session, reading: Reading, who: str, today: date, now: datetime) -> PlanVersion | None:
    """Make `reading` the plan in force and bring the open periods in line; None where it already is."""
    version = keep_version(session, reading, who, now)
    if version is not None:
        for period in _open_periods(session, reading.plan, today):
            sync_duties(session, reading.plan, period)
    return version


def apply_agreed_plan(
    session: Session, reading: Reading, who: str, today: date, now: datetime, agreed: int | None
) -> PlanVersion | None:
    """Apply `reading` as `apply_plan` does, but move or drop no answer that an admin did not agree to.

    `agreed` is the number that the admin was shown, None where there was none. Raises Unagreed, naming all that
    would move or fall away, where such a number is needed and is not this one.
    """
    one_at_a_time(session)
    newest = newest_version(session, reading.plan.plan.plan_id)
    if newest is None:
        return apply_plan(session, reading, who, today, now)
    rename_records(session, reading.plan)
    displaced = displaced_by(session, reading.plan, today)
    if displaced.needs_consent and agreed != len(displaced.rows):
        raise Unagreed("\n".join(displaced.lines()))
    version = apply_plan(session, reading, who, today, now)
    if displaced.needs_consent and version is not None:
        moved = [f"{row.period} {row.about} {row.agency}" for row in displaced.rows if row.answered]
        note(session, now, who, "agreed to displaced answers", f"version {version.id}", moved=moved)
    return version


def touched_periods(session: Session, plan: Plan, today: date) -> list[str]:
    """Return a Vietnamese line for each open period whose duties applying `plan` would change.

    It makes the changes to see them: call it in a session that is rolled back.
    """
    known = all_periods(session, plan.plan.plan_id)
    dues = {period.code: period.due for period in known}
    before = {period.code: {duty.id for duty in duties_of(session, period)} for period in known}
    lines = []
    for period in _open_periods(session, plan, today):
        sync_duties(session, plan, period)
        after = {duty.id for duty in duties_of(session, period)}
        added, gone = len(after - before[period.code]), len(before[period.code] - after)
        due = dues[period.code]
        if added or gone:
            lines.append(f"Kỳ {period.code} đang mở: thêm {added} đầu việc, rút {gone} đầu việc.")
        if period.due != due:
            lines.append(f"Kỳ {period.code} đang mở: hạn chuyển từ {due:%d/%m/%Y} sang {period.due:%d/%m/%Y}.")
    return lines


def _open_periods(session: Session, plan: Plan, today: date) -> Iterator[Period]:
    """Yield the periods that take answers under `plan`, each with the plan's dates.

    The plan may close a period later, which opens it again, but never earlier than a coordinator has said.
    """
    ruled = {rule.code: rule for rule in ruled_periods(plan)}
    for period in periods_open_under(session, plan, today):
        if rule := ruled.get(period.code):
            period.title, period.due = rule.title, rule.due
            change_closing(session, period, max(period.closes, rule.closes))
        yield period
