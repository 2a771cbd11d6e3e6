"""Which reminders are owed: derived from the record and today alone."""

from datetime import date, timedelta

import pytest
from answering import real_plan
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.calendar import WorkingDays, ladder, newest
from tracker.plan.model import USUAL
from tracker.progress import OWED, DutyState
from tracker.remind.due import Reminder, Season, owed_reminders
from tracker.store.duties import asked
from tracker.store.letters import LetterHistory
from tracker.store.periods import ruled_periods
from tracker.store.tables import Duty, Period

PLAN = real_plan().plan
OFFICE = WorkingDays(PLAN.reporting.calendar)
NOTHING = LetterHistory()
PERIODS = {period.code: period for period in ruled_periods(PLAN)}


def duties(period: Period, state: DutyState = DutyState.EXPECTED) -> list[Duty]:
    return [
        Duty(id=number, activity_id=a.activity_id, agency_id=a.agency_id, due=a.due, state=state)
        for number, a in enumerate(asked(PLAN, period))
    ]


def owed(day: date, held: list[Duty] | None = None, code: str = "2024") -> dict[str, Reminder]:
    period = PERIODS[code]
    season = Season(PLAN, period, duties(period) if held is None else held, [], day)
    found = list(owed_reminders(season, NOTHING))
    by_agency = {reminder.agency.id: reminder for reminder in found}
    assert len(by_agency) == len(found)
    return by_agency


def test_on_15_october_each_lead_agency_is_owed_one_reminder_with_all_it_owes() -> None:
    found = owed(date(2024, 10, 15))
    assert {agency: len(reminder.duties) for agency, reminder in found.items()} == {
        "hoi-lhpn": 22, "so-cong-thuong": 7, "lien-minh-htx": 6, "so-tttt": 3,
        "so-ldtbxh": 1, "so-nnptnt": 1, "so-tai-chinh": 1, "so-khdt": 1,
    }  # fmt: skip
    assert found["so-cong-thuong"].key == "remind:2024:so-cong-thuong:before-10"
    assert found["so-cong-thuong"].days_left == 10


@pytest.mark.parametrize("day", [date(2024, 9, 30), date(2025, 1, 1)])
def test_before_the_opening_and_after_the_closing_nobody_is_reminded(day: date) -> None:
    assert owed(day) == {}


def test_what_was_answered_is_not_asked_again_and_what_was_returned_comes_back() -> None:
    held = duties(PERIODS["2024"], DutyState.SUBMITTED)
    assert owed(date(2024, 10, 29), held) == {}
    returned = next(duty for duty in held if duty.activity_id == "II.10")
    returned.state, returned.comment = DutyState.RETURNED, "Ghi rõ hơn"
    found = owed(date(2024, 10, 29), held)
    assert {agency: [d.activity_id for d in r.duties] for agency, r in found.items()} == {
        "so-cong-thuong": ["II.10"]
    }
    assert found["so-cong-thuong"].answered == 6
    assert found["so-cong-thuong"].duties[0].comment == "Ghi rõ hơn"


@pytest.mark.parametrize(
    ("days_off", "stage"), [(1, "before-10"), (5, "before-10"), (7, "before-5"), (40, "head")]
)
def test_after_days_with_the_machine_off_the_newest_missed_stage_is_owed_once(days_off: int, stage: str) -> None:
    found = owed(date(2024, 10, 15) + timedelta(days=days_off))
    assert {reminder.stage.name for reminder in found.values()} == {stage}


def test_until_the_day_before_a_succession_each_agency_is_written_to_itself() -> None:
    khdt = PLAN.agencies["so-khdt"].succeeded_by
    assert khdt is not None
    assert (khdt.agency, khdt.since) == ("so-tai-chinh", date(2025, 3, 1))
    period = Period(code="x", opens=date(2025, 2, 1), due=date(2025, 3, 14), closes=date(2025, 4, 1))
    held = [Duty(id=1, activity_id="II.40", agency_id="so-khdt", due=period.due, state=DutyState.EXPECTED)]
    written = {
        day: [reminder.agency.id for reminder in owed_reminders(Season(PLAN, period, held, [], day), NOTHING)]
        for day in (date(2025, 2, 28), date(2025, 3, 1))
    }
    assert written == {date(2025, 2, 28): ["so-khdt"], date(2025, 3, 1): ["so-tai-chinh"]}


def test_where_nothing_is_asked_nobody_is_reminded() -> None:
    assert owed(date(2024, 10, 15), []) == {}


@given(st.dates(date(2024, 10, 1), date(2024, 12, 31)), st.dates(date(2024, 10, 1), date(2024, 12, 31)))
def test_two_days_share_a_letters_key_only_within_one_stage(first: date, second: date) -> None:
    keys = [{reminder.key for reminder in owed(day).values()} for day in (first, second)]
    same_stage = stage_of(first) == stage_of(second)
    assert len(keys[0]) == len(keys[1]) == 8
    assert keys[0] == keys[1] if same_stage else not keys[0] & keys[1]


def stage_of(day: date) -> str:
    period = PERIODS["2024"]
    found = newest(ladder(USUAL, WorkingDays(PLAN.reporting.calendar), period.opens, period.due), day)
    assert found is not None
    return found.name


def test_from_a_successors_day_on_it_is_written_to_for_both() -> None:
    found = owed(date(2025, 10, 15), code="2025")
    assert {duty.agency_id for duty in found["so-tai-chinh"].duties} == {"so-tai-chinh", "so-khdt"}
    assert "so-khdt" not in found


def test_an_activity_that_is_late_by_its_own_date_stands_first_and_sets_the_stage() -> None:
    held = duties(PERIODS["2024"])
    next(duty for duty in held if duty.activity_id == "II.39").due = date(2024, 10, 10)
    reminder = owed(date(2024, 10, 11), held)["so-cong-thuong"]
    assert reminder.duties[0].activity_id == "II.39"
    assert reminder.key == "remind:2024:so-cong-thuong:after-1@2024-10-10"
    assert len(reminder.duties) == 7


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whoever_owes_is_written_to_and_nobody_else(data: st.DataObject) -> None:
    code = data.draw(st.sampled_from(sorted(PERIODS)))
    period = PERIODS[code]
    day = data.draw(st.dates(period.opens, period.closes).filter(OFFICE.is_working))
    held = duties(period)
    states = st.sampled_from([state for state in DutyState if state is not DutyState.WITHDRAWN])
    for duty in held:
        duty.state = data.draw(states)
        duty.due = data.draw(st.sampled_from([period.due, period.due, period.opens + timedelta(days=3)]))
    found = owed(day, held, code)
    owing = {PLAN.holder(duty.agency_id, day).id for duty in held if duty.state in OWED}
    assert set(found) == owing
    for agency, reminder in found.items():
        wanted = {d.activity_id for d in held if d.state in OWED and PLAN.holder(d.agency_id, day).id == agency}
        assert {duty.activity_id for duty in reminder.duties} == wanted
        assert reminder.stage.day <= day
        assert [duty.due for duty in reminder.duties] == sorted(duty.due for duty in reminder.duties)


def test_on_a_day_with_several_stages_the_letter_to_the_head_is_the_one_that_goes() -> None:
    held = duties(PERIODS["2024"])
    next(duty for duty in held if duty.activity_id == "II.39").due = date(2024, 10, 8)
    reminder = owed(date(2024, 10, 22), held)["so-cong-thuong"]
    assert reminder.key == "remind:2024:so-cong-thuong:head@2024-10-08"
    assert (len(reminder.duties), reminder.late) == (7, 1)
    assert owed(date(2024, 10, 22), held)["so-tai-chinh"].stage.name == "before-5"
