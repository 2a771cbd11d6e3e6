"""What reminding would do, before anything is switched on. Nothing is written."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.calendar import WorkingDays, escalation, ladder
from tracker.errors import BadInput
from tracker.letters.queue import Outgoing
from tracker.plan.model import Agency, Plan
from tracker.progress import DutyState
from tracker.remind.agenda import Agenda, agenda
from tracker.remind.copies import Copy, owed_copies
from tracker.remind.due import Escalation, Reminder, Season, holds_back, owed_escalations, owed_reminders
from tracker.remind.outgoing import bare_reminder
from tracker.settings import Settings
from tracker.store.duties import asked, duties_of
from tracker.store.engine import reading, trying
from tracker.store.letters import LetterHistory, letter_history
from tracker.store.pauses import pause_lines, running_pauses
from tracker.store.periods import all_periods, open_ruled_periods, ruled_periods, running_periods
from tracker.store.plans import plan_for, plan_in_force, plans_in_force, plans_with
from tracker.store.tables import Duty, Pause, Period


@dataclass(frozen=True, slots=True)
class PreviewDay:
    """A day on which letters would be written, and which."""

    day: date
    reminders: tuple[Reminder, ...]
    copies: tuple[Copy, ...]
    escalations: tuple[Escalation, ...]


@dataclass(frozen=True, slots=True)
class PreviewLetters:
    """The letters that an agency is owed on a day, one a period, as they would leave."""

    letters: tuple[tuple[Reminder, Outgoing], ...]
    day_off: bool
    """Offices are closed: nothing new is queued on the day."""


def preview_year(engine: sa.Engine, year: int, plan_id: str | None = None) -> list[PreviewDay]:
    """Return every day of the periods due in `year` on which reminders are owed if nobody answers any more.

    Of one plan, or (None) of all.
    """
    with reading(engine) as session:
        plans = [plan_in_force(session, plan_id)[1]] if plan_id else plans_in_force(session)
        periods = [(plan, period) for plan in plans for period in _periods(session, plan, year)]
        if not periods:
            raise BadInput(f"kế hoạch không có kỳ báo cáo nào đến hạn trong năm {year}")
        found = [
            day
            for plan, period in periods
            for day in _days(session, plan_for(session, period)[1] if period.id else plan, period)
        ]
    return sorted(found, key=lambda preview: preview.day)


def preview_letters(engine: sa.Engine, settings: Settings, agency: str) -> PreviewLetters:
    """Return the letters that `agency`, or who has taken over from it, is owed today.

    Raises BadInput where there are none, with the reason.
    """
    today = settings.today()
    with trying(engine) as session:
        letters: tuple[tuple[Reminder, Outgoing], ...] = ()
        paused: list[str] = []
        for plan in plans_with(session, agency):
            wanted = plan.holder(plan.find_agency(agency).id, today)
            open_ruled_periods(session, plan, today, settings.now())
            day = agenda(session, settings, plan.plan.plan_id)
            owed = [reminder for reminder in day.reminders if reminder.agency.id == wanted.id]
            letters += tuple((reminder, bare_reminder(settings, day, reminder)) for reminder in owed)
            paused += pause_lines(plan, _held_back(session, day, wanted))
    if letters:
        return PreviewLetters(letters, day_off=not day.office.is_working(today))
    if paused:
        raise BadInput(f"ngày {today:%d/%m/%Y} không nhắc: {'; '.join(paused)}")
    raise BadInput(f"{wanted.short} không nợ báo cáo nào vào ngày {today:%d/%m/%Y}; chọn ngày khác với --on")


def _held_back(session: Session, day: Agenda, agency: Agency) -> list[Pause]:
    """Return the pauses that hold back what `agency` owes on the day."""
    owed = [
        duty
        for period in running_periods(session, day.today, day.plan.plan.plan_id)
        for duty in Season(day.plan, period, duties_of(session, period), (), day.today).owed_by(agency.id)
    ]
    return [pause for pause in day.pauses if any(holds_back(pause, duty, agency.id) for duty in owed)]


def _periods(session: Session, plan: Plan, year: int) -> Sequence[Period]:
    opened = {period.code: period for period in all_periods(session, plan.plan.plan_id)}
    ruled = {period.code: period for period in ruled_periods(plan)}
    return [period for period in (ruled | opened).values() if period.due.year == year]


def _days(session: Session, plan: Plan, period: Period) -> Iterator[PreviewDay]:
    duties = list(duties_of(session, period)) if period.id else _to_be_asked(plan, period)
    history = letter_history(session, period) if period.id else LetterHistory()
    days, keys, escalated = dict(history.reminder_days), set(history.keys), dict(history.escalation_days)
    ends = {pause.until for pause in running_pauses(session, period.opens, period.plan_id)}
    for day in sorted(_stage_days(plan, period, duties, ends)):
        season = Season(plan, period, duties, running_pauses(session, day, period.plan_id), day)
        so_far = LetterHistory(days, frozenset(keys), {}, escalated)
        owed = list(owed_reminders(season, so_far))
        copies = tuple(copy for copy in owed_copies(season, owed, so_far) if copy.fresh)
        reminders = tuple(reminder for reminder in owed if reminder.fresh)
        late = tuple(one for one in owed_escalations(season, so_far) if one.fresh)
        for reminder in reminders:
            days |= {duty.id: reminder.stage.day for duty in reminder.duties}
        for one in late:
            escalated |= {duty.id: one.stage.day for _, duties in one.late for duty in duties}
        keys |= {r.key for r in reminders} | {copy.key for copy in copies} | {one.key for one in late}
        if reminders or copies or late:
            yield PreviewDay(day, reminders, copies, late)


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
