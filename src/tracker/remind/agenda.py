"""What a day asks for: reminders, copies, and letters to the coordinator, as the record stands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.answers.form import Record, record_of
from tracker.calendar import WorkingDays
from tracker.letters.address import AddressBook, address_book
from tracker.plan.changes import Change
from tracker.plan.model import Agency, Plan
from tracker.remind.copies import Copy, owed_copies
from tracker.remind.due import Escalation, Reminder, Season, owed_escalations, owed_reminders
from tracker.remind.wording import as_lines, changes_for_officers, escalations_as_lines
from tracker.settings import Settings
from tracker.store.duties import duties_of
from tracker.store.letters import LetterHistory, letter_history
from tracker.store.pauses import running_pauses
from tracker.store.periods import running_periods
from tracker.store.plans import applied_plan, plan_in_force
from tracker.store.tables import Pause, Period, PlanVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """A letter that is owed and that nobody would get: a fault for the coordinator to mend."""

    period: Period
    agency: Agency
    stage_day: date
    what: str
    """The letter as a coordinator's line: to whom, at which stage."""
    reason: str

    def __str__(self) -> str:
        """Return the fault as a line."""
        return f"Không có nơi nhận thư dùng được: {self.what}; {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """A day's work for the remind flow; `fresh` ones of each kind are to be queued."""

    version: PlanVersion
    plan: Plan
    today: date
    book: AddressBook
    reminders: Sequence[Reminder]
    copies: Sequence[Copy]
    escalations: Sequence[Escalation]
    pauses: Sequence[Pause]
    records: Mapping[int, Record]
    """By period id, what agencies were asked and said so far."""
    history: Mapping[int, LetterHistory]
    """By period id, what letters have mentioned so far."""
    changes: Mapping[int, Sequence[Change]]
    """By the id of an older plan version, what has changed since."""

    @property
    def office(self) -> WorkingDays:
        """Return the office calendar."""
        return WorkingDays(self.plan.reporting.calendar)

    @property
    def coordinator(self) -> Agency:
        """Return the agency that keeps the plan moving."""
        return self.plan.agencies[self.plan.plan.coordinator]

    def unreachable(self) -> Iterator[Unreachable]:
        """Yield what is owed to agencies that nobody can write to, whether it was told already or not."""
        for reminder in self.reminders:
            [line] = as_lines([reminder])
            yield from self._fault(reminder.period, reminder.agency, reminder.stage.day, line)
        for copy in self.copies:
            line = f"{copy.agency.short}: bản sao gửi cơ quan phối hợp"
            yield from self._fault(copy.period, copy.agency, copy.stage_day, line)
        for escalation in self.escalations:
            [line] = escalations_as_lines([escalation])
            yield from self._fault(escalation.period, self.coordinator, escalation.stage.day, line)

    def has_unkeyed(self, period: Period, agency: Agency) -> bool:
        """Say whether `agency` was written to about `period` before ids were keyed."""
        return agency.id in self.history[period.id].unkeyed_agencies

    def _fault(self, period: Period, agency: Agency, day: date, what: str) -> Iterator[Unreachable]:
        if error := self.book.fault_of(agency):
            yield Unreachable(period=period, agency=agency, stage_day=day, what=what, reason=error)

    def changes_since_letter(self, reminder: Reminder) -> Sequence[Change]:
        """Return what changed in the plan since the last letter to the reminder's agency in its period."""
        last = self.history[reminder.period.id].versions.get(reminder.agency.id, self.version.id)
        return self.changes.get(last, ())


def agenda(session: Session, settings: Settings, plan_id: str | None = None) -> Agenda:
    """Return what is owed today of one plan (None: the only one), whether it was told already or not."""
    today = settings.today()
    version, plan = plan_in_force(session, plan_id)
    pauses = running_pauses(session, today, plan.plan.plan_id)
    reminders: list[Reminder] = []
    copies: list[Copy] = []
    escalations: list[Escalation] = []
    records: dict[int, Record] = {}
    history: dict[int, LetterHistory] = {}
    for period in running_periods(session, today, plan.plan.plan_id):
        duties = duties_of(session, period)
        season = Season(plan, period, duties, pauses, today)
        records[period.id] = record_of(session, plan, period, duties, today)
        history[period.id] = letter_history(session, period)
        owed = list(owed_reminders(season, history[period.id]))
        reminders += owed
        copies += owed_copies(season, owed, history[period.id])
        escalations += owed_escalations(season, history[period.id])
    older = {history[r.period.id].versions.get(r.agency.id, version.id) for r in reminders} - {version.id}
    return Agenda(
        version=version,
        plan=plan,
        today=today,
        book=address_book(session, settings),
        reminders=reminders,
        copies=copies,
        escalations=escalations,
        pauses=pauses,
        records=records,
        history=history,
        changes={i: changes_for_officers(applied_plan(session.get_one(PlanVersion, i)), plan) for i in older},
    )
