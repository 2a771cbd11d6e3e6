"""Properties of a whole season: whoever owes is told at every stage, once, and nobody else is ever written to.

The same holds of what the coordinator is told.
"""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from answering import real_plan
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.calendar import WorkingDays
from tracker.plan.model import Calendar, Plan, Stages
from tracker.progress import OWED, DutyState
from tracker.remind.due import Escalation, Reminder, Season, owed_escalations, owed_reminders
from tracker.store.letters import LetterHistory
from tracker.store.tables import Duty, Pause, Period

REAL = real_plan().plan
OPENS, DUE, CLOSES = date(2024, 10, 1), date(2024, 10, 29), date(2024, 12, 31)
DAYS = [OPENS + timedelta(days=n) for n in range((CLOSES - OPENS).days + 1)]
COUNTS = st.lists(st.integers(1, 20), max_size=4, unique=True).map(tuple)
RULES = st.builds(Stages, before=COUNTS, after=COUNTS, head=st.sampled_from([0, 8, 15]))
OWN_RULES = st.one_of(st.just(Stages()), RULES)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Draw the real plan with other stages, holidays and successions."""
    off = draw(st.sets(st.sampled_from(DAYS), max_size=12))
    calendar = Calendar(days_off=tuple(sorted(off)), working_days=())
    reporting = replace(REAL.reporting, stages=draw(RULES), calendar=calendar)
    activities = tuple(replace(a, stages=draw(OWN_RULES)) for a in REAL.activities[:6])
    agencies = {key: replace(a, succeeded_by=None, stages=draw(OWN_RULES)) for key, a in REAL.agencies.items()}
    return replace(REAL, activities=activities, agencies=agencies, reporting=reporting)


class Book:
    """What the store keeps of letters, and the check of each run against it."""

    def __init__(self) -> None:
        self.days: dict[int, date] = {}
        self.escalated: dict[int, date] = {}
        self.keys: Counter[str] = Counter()

    def escalate(self, season: Season) -> list[Escalation]:
        told = LetterHistory({}, frozenset(self.keys), {}, dict(self.escalated))
        fresh = [escalation for escalation in owed_escalations(season, told) if escalation.fresh]
        for escalation in fresh:
            self.keys[escalation.key] += 1
            listed = [duty.id for _, duties in escalation.late for duty in duties]
            self.escalated |= {i: max(escalation.stage.day, self.escalated.get(i, OPENS)) for i in listed}
        return fresh

    def run(self, season: Season) -> list[Reminder]:
        told = LetterHistory(dict(self.days), frozenset(self.keys), {})
        fresh = [reminder for reminder in owed_reminders(season, told) if reminder.fresh]
        for reminder in fresh:
            self.keys[reminder.key] += 1
            self.days |= {
                duty.id: max(reminder.stage.day, self.days.get(duty.id, OPENS)) for duty in reminder.duties
            }
        return fresh


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans(), st.data())
def test_none_with_something_owed_goes_past_a_stage_unwritten_and_none_without_is_written_to(
    plan: Plan, data: st.DataObject
) -> None:
    period = Period(code="2024", opens=OPENS, due=DUE, closes=CLOSES)
    dues = st.sampled_from([DUE, DUE, OPENS + timedelta(days=9)])
    duties = [
        Duty(id=n, activity_id=a.id, agency_id=a.lead[0], due=data.draw(dues), state=DutyState.EXPECTED)
        for n, a in enumerate(plan.activities, 1)
    ]
    off = data.draw(st.sets(st.sampled_from(DAYS), max_size=60), label="days with the machine off")
    spans = st.tuples(st.sampled_from(DAYS), st.integers(0, 30), st.sampled_from(duties))
    pauses = [
        (first, Pause(agency_id=duty.agency_id, until=first + timedelta(days=length)))
        for first, length, duty in data.draw(st.lists(spans, max_size=3), label="pauses")
    ]
    moves = data.draw(st.dictionaries(st.sampled_from(DAYS), st.integers(1, len(duties)), max_size=25))
    book, office = Book(), WorkingDays(plan.reporting.calendar)
    for day in DAYS:
        if moved := moves.get(day):  # answered, or returned
            duty = duties[moved - 1]
            duty.state = DutyState.SUBMITTED if duty.state in OWED else DutyState.RETURNED
        if day in off or not office.is_working(day):
            continue
        season = Season(plan, period, duties, [pause for first, pause in pauses if first <= day], day)
        asked = [duty for agency in season.held for duty in season.owed_by(agency)]
        owing = {duty.agency_id for duty in asked}
        runs = [book.run(season) for _ in range(3)]
        assert runs[1:] == [[], []]  # once, however often the day is run
        assert {reminder.agency.id for reminder in runs[0]} <= owing
        assert len({reminder.agency.id for reminder in runs[0]}) == len(runs[0])
        lists = [book.escalate(season) for _ in range(3)]
        assert lists[1:] == [[], []]
        for duty in asked:
            if stage := season.stage(duty):
                assert book.days[duty.id] >= stage.day
            if duty.due < day and (late := season.escalated(duty)):
                assert book.escalated[duty.id] >= late.day
        listed = [duty for escalation in lists[0] for _, owed in escalation.late for duty in owed]
        assert all(duty in asked and duty.due < day for duty in listed)
        for reminder in runs[0]:
            assert all(duty.state in OWED for duty in reminder.duties)
    assert set(book.keys.values()) <= {1}
