"""What reminding would do, before anything is switched on. Nothing is written."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.calendar import WorkingDays, escalation, ladder
from tracker.errors import BadInput
from tracker.letters.queue import Outgoing
from tracker.plan.model import Plan
from tracker.progress import DutyState
from tracker.remind.agenda import agenda
from tracker.remind.due import Escalation, Reminder, Season, owed_escalations, owed_reminders
from tracker.remind.outgoing import bare_reminder
from tracker.settings import Settings
from tracker.store.duties import asked, duties_of
from tracker.store.engine import trying
from tracker.store.letters import Told, told_in
from tracker.store.pauses import running_pauses
from tracker.store.periods import all_periods, open_ruled_periods, ruled_periods
from tracker.store.plans import plan_in_force
from tracker.store.tables import Duty, Period


@dataclass(frozen=True, slots=True)
class PreviewDay:
    """A day on which letters would be written, and which."""

    day: date
    reminders: tuple[Reminder, ...]
    escalations: tuple[Escalation, ...]


def preview_year(engine: sa.Engine, year: int) -> list[PreviewDay]:
    """Return every day of the periods due in `year` on which reminders are owed if nobody answers any more."""
    with trying(engine) as session:
        _, plan = plan_in_force(session)
        found = [day for period in _periods(session, plan, year) for day in _days(session, plan, period)]
    return sorted(found, key=lambda preview: preview.day)


def preview_letter(engine: sa.Engine, settings: Settings, agency: str) -> tuple[Reminder, Outgoing]:
    """Return the reminder that `agency` would get today, and its letter; raises BadInput where it is owed none."""
    with trying(engine) as session:
        _, plan = plan_in_force(session)
        wanted = plan.find_agency(agency)
        open_ruled_periods(session, plan, settings.today(), settings.now())
        day = agenda(session, settings)
        for reminder in day.reminders:
            if reminder.agency.id == wanted.id:
                return reminder, bare_reminder(settings, day, reminder)
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
    told = told_in(session, period) if period.id else Told({}, frozenset(), {})
    days, keys = dict(told.days), set(told.keys)
    ends = {pause.until for pause in running_pauses(session, period.opens)}
    for day in sorted(_stage_days(plan, period, duties, ends)):
        season = Season(plan, period, duties, running_pauses(session, day), day)
        so_far = Told(days, frozenset(keys), {})
        owed = tuple(reminder for reminder in owed_reminders(season, so_far) if reminder.fresh)
        escalated = tuple(one for one in owed_escalations(season, so_far) if one.fresh)
        for reminder in owed:
            days |= {duty.id: reminder.stage.day for duty in reminder.duties}
        keys |= {reminder.key for reminder in owed} | {one.key for one in escalated}
        if owed or escalated:
            yield PreviewDay(day, owed, escalated)


def _stage_days(plan: Plan, period: Period, duties: Sequence[Duty], pauses_end: Iterable[date]) -> set[date]:
    """Return every day on which a duty of `period` enters a stage, and the working day after each pause."""
    office = WorkingDays(plan.reporting.calendar)
    rules = {(plan.stages_of(duty.activity_id, duty.agency_id), duty.due) for duty in duties}
    rungs = [stage for rule, due in rules for stage in ladder(rule, office, period.opens, due)]
    rungs += [stage for rule, due in rules for stage in escalation(rule, office, due)]
    days = {stage.day for stage in rungs} | {office.shifted(end, 1) for end in pauses_end}
    return {day for day in days if day <= period.closes}


def _to_be_asked(plan: Plan, period: Period) -> list[Duty]:
    return [
        Duty(id=-number, activity_id=a.activity_id, agency_id=a.agency_id, due=a.due, state=DutyState.EXPECTED)
        for number, a in enumerate(asked(plan, period), 1)
    ]
