"""What a period asks follows the plan, and nothing that was said is ever lost by it."""

import pytest
import sqlalchemy as sa
from answering import NOW, TODAY, answer, duty_of, edited_plan, open_season, real_plan, say
from hypothesis import given
from hypothesis import strategies as st

from tracker.plan.reader import Reading
from tracker.progress import DutyState
from tracker.review.decide import accept, give_back
from tracker.store.apply import apply_plan, touched_periods
from tracker.store.duties import answered, asked, duties_of, plan_order, sync_duties
from tracker.store.engine import reading, trying, writing
from tracker.store.periods import find_period, ruled_periods
from tracker.store.tables import Duty, Update

II_10 = real_plan().text[real_plan().text.index("  - id: II.10\n") : real_plan().text.index("  - id: II.11\n")]
WITHOUT = edited_plan((II_10, ""))


def apply(engine: sa.Engine, plan: Reading) -> None:
    with writing(engine) as session:
        apply_plan(session, plan, "quản trị", TODAY, NOW)


def states(engine: sa.Engine) -> dict[str, DutyState]:
    with reading(engine) as session:
        return {duty.activity_id: duty.state for duty in session.scalars(sa.select(Duty))}


def test_a_removed_activity_keeps_its_updates_and_brings_them_back_when_it_returns(engine: sa.Engine) -> None:
    open_season(engine)
    say(engine, "II.10", answer("Đã mở hội chợ"))
    apply(engine, WITHOUT)
    assert states(engine)["II.10"] is DutyState.WITHDRAWN
    with reading(engine) as session:
        assert session.scalars(sa.select(Update.result)).all() == ["Đã mở hội chợ"]
        assert "II.10" not in {duty.activity_id for duty in duties_of(session, find_period(session, "2024"))}
    apply(engine, real_plan())
    assert states(engine)["II.10"] is DutyState.SUBMITTED
    assert [update.revision for update in say(engine, "II.10", answer("Thêm"))] == [2]


def test_an_activity_nobody_reported_is_expected_again_when_it_returns(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    before = states(sqlite_engine)
    apply(sqlite_engine, WITHOUT)
    apply(sqlite_engine, real_plan())
    assert states(sqlite_engine) == before


def test_what_was_returned_is_still_returned_after_its_activity_was_away(engine: sa.Engine) -> None:
    open_season(engine)
    say(engine, "II.10")
    with writing(engine) as session:
        give_back(session, duty_of(session, "II.10"), "Ghi rõ số người dự", "đầu mối", NOW)
    apply(engine, WITHOUT)
    apply(engine, real_plan())
    with reading(engine) as session:
        duty = duty_of(session, "II.10")
        assert (duty.state, duty.comment) == (DutyState.RETURNED, "Ghi rõ số người dự")


def test_what_was_accepted_waits_to_be_looked_at_anew_after_its_activity_was_away(
    sqlite_engine: sa.Engine,
) -> None:
    open_season(sqlite_engine)
    say(sqlite_engine, "II.10")
    with writing(sqlite_engine) as session:
        accept(session, [duty_of(session, "II.10")], "đầu mối", NOW)
    apply(sqlite_engine, WITHOUT)
    apply(sqlite_engine, real_plan())
    assert states(sqlite_engine)["II.10"] is DutyState.SUBMITTED


def test_an_edit_elsewhere_leaves_every_duty_as_it_stands(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    say(sqlite_engine, "II.10")
    say(sqlite_engine, "II.17")
    with writing(sqlite_engine) as session:
        accept(session, [duty_of(session, "II.17")], "đầu mối", NOW)
    before = states(sqlite_engine)
    apply(sqlite_engine, WITHOUT)
    assert {**states(sqlite_engine), "II.10": DutyState.SUBMITTED} == before
    assert before["II.17"] is DutyState.ACCEPTED


def test_what_diff_says_is_what_apply_then_does(engine: sa.Engine) -> None:
    open_season(engine)
    with trying(engine) as session:
        assert touched_periods(session, WITHOUT.plan, TODAY) == [
            "Kỳ 2024 đang mở: thêm 0 đầu việc, rút 1 đầu việc."
        ]
        assert touched_periods(session, WITHOUT.plan, TODAY) == []
    before = states(engine)
    assert DutyState.WITHDRAWN not in before.values()
    apply(engine, WITHOUT)
    assert {key for key, state in states(engine).items() if state is not before[key]} == {"II.10"}
    with trying(engine) as session:
        assert touched_periods(session, WITHOUT.plan, TODAY) == []


def test_making_duties_again_changes_nothing(sqlite_engine: sa.Engine) -> None:
    plan = open_season(sqlite_engine)
    with writing(sqlite_engine) as session:
        period = find_period(session, "2024")
        before = [duty.id for duty in duties_of(session, period)]
        assert sync_duties(session, plan, period) == len(before)
        assert [duty.id for duty in duties_of(session, period)] == before


def test_duties_are_shown_in_the_plans_order_and_counted_when_answered(sqlite_engine: sa.Engine) -> None:
    plan = open_season(sqlite_engine)
    say(sqlite_engine, "II.10")
    with reading(sqlite_engine) as session:
        duties = duties_of(session, find_period(session, "2024"))
        ordered = [duty.activity_id for duty in plan_order(plan, list(reversed(duties)))]
        assert [duty.activity_id for duty in answered(duties)] == ["II.10"]
    assert ordered == [activity.id for activity in plan.activities_of(2024)]


@pytest.mark.parametrize("own", ["2024-09-30", "2025-01-01"])
def test_a_due_date_outside_the_period_does_not_count_in_it(own: str) -> None:
    plan = edited_plan(("  - id: II.5\n", f"  - id: II.5\n    due: {own}\n")).plan
    (year,) = [period for period in ruled_periods(plan) if period.code == "2024"]
    assert {each.due for each in asked(plan, year)} == {year.due}


@given(st.data())
def test_a_period_asks_exactly_for_the_activities_of_its_years_that_were_chosen(data: st.DataObject) -> None:
    plan = real_plan().plan
    period = data.draw(st.sampled_from(list(ruled_periods(plan))))
    period.years = data.draw(st.lists(st.sampled_from(plan.plan.years), min_size=1, unique=True))
    period.activities = data.draw(st.lists(st.sampled_from(sorted(plan.by_id)), unique=True))
    period.agencies = data.draw(st.lists(st.sampled_from(sorted(plan.agencies)), unique=True))
    found = list(asked(plan, period))
    assert len({(each.activity_id, each.agency_id) for each in found}) == len(found)
    for activity in plan.activities:
        wanted = (
            bool(set(activity.years) & set(period.years))
            and (not period.activities or activity.id in period.activities)
            and (not period.agencies or activity.lead[0] in period.agencies)
        )
        assert ((activity.id, activity.lead[0]) in {(a.activity_id, a.agency_id) for a in found}) is wanted
