"""What reminding would do, before anything is switched on. Nothing is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.calendar import stages
from tracker.errors import BadInput
from tracker.letters.compose import Composed
from tracker.plan.model import Plan
from tracker.progress import DutyState
from tracker.remind.due import Reminder, owed_reminders
from tracker.remind.queue import composed_reminder, owed_today
from tracker.settings import Settings
from tracker.store.duties import asked, duties_of
from tracker.store.engine import trying
from tracker.store.periods import all_periods, ruled_periods
from tracker.store.plans import plan_in_force
from tracker.store.tables import Duty, Period


@dataclass(frozen=True, slots=True)
class PreviewDay:
    """A day on which letters would be written, and which."""

    day: date
    reminders: tuple[Reminder, ...]


def preview_year(engine: sa.Engine, year: int) -> list[PreviewDay]:
    """Return every day of the periods due in `year` on which reminders are owed if nobody answers any more."""
    with trying(engine) as session:
        _, plan = plan_in_force(session)
        found = [day for period in _periods(session, plan, year) for day in _days(session, plan, period)]
    return sorted(found, key=lambda preview: preview.day)


def preview_letter(engine: sa.Engine, settings: Settings, agency: str) -> tuple[Reminder, Composed]:
    """Return the reminder that `agency` would get today and its words; raises BadInput where it is owed none."""
    with trying(engine) as session:
        _, plan = plan_in_force(session)
        wanted = plan.find_agency(agency)
        for reminder in owed_today(session, plan, settings.today(), settings.now()):
            if reminder.agency.id == wanted.id:
                return reminder, composed_reminder(settings, plan, reminder)
    raise BadInput(
        f"{wanted.short} không nợ báo cáo nào vào ngày {settings.today():%d/%m/%Y}; chọn ngày khác với --on"
    )


def _periods(session: Session, plan: Plan, year: int) -> Sequence[Period]:
    opened = {period.code: period for period in all_periods(session)}
    ruled = {period.code: period for period in ruled_periods(plan)}
    found = [period for period in (ruled | opened).values() if period.due.year == year]
    if not found:
        raise BadInput(f"kế hoạch không có kỳ báo cáo nào đến hạn trong năm {year}")
    return found


def _days(session: Session, plan: Plan, period: Period) -> Iterator[PreviewDay]:
    duties = list(duties_of(session, period)) if period.id else _to_be_asked(plan, period)
    days = {stage.day for due in {duty.due for duty in duties} for stage in stages(plan, period.opens, due)}
    seen: set[str] = set()
    for day in sorted(days):
        owed = tuple(r for r in owed_reminders(plan, period, duties, day) if r.key not in seen)
        seen |= {reminder.key for reminder in owed}
        if owed:
            yield PreviewDay(day, owed)


def _to_be_asked(plan: Plan, period: Period) -> list[Duty]:
    return [
        Duty(activity_id=a.activity_id, agency_id=a.agency_id, due=a.due, state=DutyState.EXPECTED)
        for a in asked(plan, period)
    ]
