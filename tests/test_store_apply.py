"""Applying a plan: kept whole, and open periods brought in line without losing a word."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from answering import NOW, TODAY, answer, case_of, duty_of, edited_plan, open_season, real_plan, say

from tracker.answers.form import recorded_form
from tracker.errors import BadInput, NothingApplied
from tracker.plan.reader import Reading, parse_plan
from tracker.progress import DutyState
from tracker.store.apply import apply_plan, touched_periods
from tracker.store.duties import duties_of
from tracker.store.engine import reading, trying, writing
from tracker.store.periods import (
    all_periods,
    extend_period,
    find_period,
    open_period,
    open_ruled_periods,
    requested_period,
)
from tracker.store.plans import plan_in_force
from tracker.store.tables import PlanVersion, Update

TO_THE_ALLIANCE = (
    "    lead: so-khdt\n    coordinating: [hoi-lhpn]",
    "    lead: lien-minh-htx\n    coordinating: [hoi-lhpn]",
)


def apply(engine: sa.Engine, plan: Reading, day: date = TODAY) -> PlanVersion | None:
    with writing(engine) as session:
        return apply_plan(session, plan, "quản trị", day, NOW)


def test_nothing_is_in_force_before_the_first_plan(engine: sa.Engine) -> None:
    with reading(engine) as session, pytest.raises(NothingApplied):
        plan_in_force(session)


def test_every_version_is_kept_whole_and_the_same_text_is_no_new_one(engine: sa.Engine) -> None:
    assert apply(engine, real_plan())
    assert apply(engine, real_plan()) is None
    assert apply(engine, edited_plan(TO_THE_ALLIANCE))
    with reading(engine) as session:
        texts = session.scalars(sa.select(PlanVersion.text).order_by(PlanVersion.id)).all()
    assert texts == [real_plan().text, edited_plan(TO_THE_ALLIANCE).text]


def test_an_activity_that_changes_hands_withdraws_one_duty_and_makes_another(engine: sa.Engine) -> None:
    open_season(engine)
    say(engine, "II.40", answer("Đã vận động"))
    apply(engine, edited_plan(TO_THE_ALLIANCE))
    with reading(engine) as session:
        duty = duty_of(session, "II.40")
        assert (duty.agency_id, duty.state) == ("lien-minh-htx", DutyState.EXPECTED)
        assert session.scalars(sa.select(Update.result)).all() == ["Đã vận động"]
    apply(engine, real_plan())
    with reading(engine) as session:
        duty = duty_of(session, "II.40")
        assert (duty.agency_id, duty.state) == ("so-khdt", DutyState.SUBMITTED)


def test_what_a_change_would_touch_is_said_before_and_nothing_is_touched(engine: sa.Engine) -> None:
    open_season(engine)
    plan = edited_plan(TO_THE_ALLIANCE, ("due: 10-29", "due: 10-25")).plan
    with trying(engine) as session:
        assert touched_periods(session, plan, TODAY) == [
            "Kỳ 2024 đang mở: thêm 1 đầu việc, rút 1 đầu việc.",
            "Kỳ 2024 đang mở: hạn chuyển từ 29/10/2024 sang 25/10/2024.",
        ]
    with reading(engine) as session:
        assert duty_of(session, "II.40").agency_id == "so-khdt"
        assert find_period(session, "2024").due == date(2024, 10, 29)


def test_a_period_that_has_closed_is_not_touched(engine: sa.Engine) -> None:
    open_season(engine)
    apply(engine, edited_plan(TO_THE_ALLIANCE), date(2025, 2, 1))
    with reading(engine) as session:
        assert duty_of(session, "II.40").agency_id == "so-khdt"


def test_a_period_that_is_opened_again_asks_what_the_plan_asks_by_now(engine: sa.Engine) -> None:
    without = shipped_without("II.26", "II.27")
    open_season(engine)
    say(engine, "II.26")
    apply(engine, without, date(2025, 2, 1))
    with writing(engine) as session:
        period = find_period(session, "2024")
        assert extend_period(session, without.plan, period, period.due) == ([], [])
        added, [gone] = extend_period(session, without.plan, period, date(2025, 3, 1))
        assert (added, gone.activity_id) == ([], "II.26")
    with reading(engine) as session:
        period = find_period(session, "2024")
        assert "II.26" not in {duty.activity_id for duty in duties_of(session, period)}
        assert [update.result for update in session.scalars(sa.select(Update))] == ["Đã làm"]
        assert recorded_form(case_of(session, "so-cong-thuong", datetime(2025, 2, 2, 8, tzinfo=UTC))).entries


def shipped_without(activity: str, following: str) -> Reading:
    """Return the real plan without `activity`, behind which stands `following`."""
    text = real_plan().text
    start, end = text.index(f"  - id: {activity}\n"), text.index(f"  - id: {following}\n")
    return parse_plan((text[:start] + text[end:]).encode())


def test_the_years_period_asks_about_the_activities_of_that_year(engine: sa.Engine) -> None:
    plan = open_season(engine)
    with reading(engine) as session:
        asked = {duty.activity_id for duty in duties_of(session, find_period(session, "2024"))}
    assert asked == {activity.id for activity in plan.activities_of(2024)}
    assert len(asked) == 42


def test_an_activity_may_have_a_due_date_of_its_own(engine: sa.Engine) -> None:
    open_season(engine, edited_plan(("  - id: II.5\n", "  - id: II.5\n    due: 2024-10-20\n")))
    with reading(engine) as session:
        assert duty_of(session, "II.5").due == date(2024, 10, 20)
        assert duty_of(session, "II.6").due == date(2024, 10, 29)


def test_the_phase_review_asks_about_every_activity(engine: sa.Engine) -> None:
    open_season(engine, None, date(2025, 11, 20))
    with reading(engine) as session:
        assert {period.code for period in all_periods(session)} == {"2025", "so-ket-2025"}
        assert len(duties_of(session, find_period(session, "so-ket-2025"))) == 48


def ask(engine: sa.Engine, **given: object) -> None:
    with writing(engine) as session:
        _, plan = plan_in_force(session)
        wish: dict[str, object] = {
            "code": "yc-1", "title": "Yêu cầu", "due": date(2024, 12, 10), "closes": None, "years": None,
            "activities": [], "agencies": [],
        }  # fmt: skip
        open_period(session, plan, requested_period(plan, TODAY, **(wish | given)), "đầu mối", NOW)  # type: ignore[arg-type]


def test_an_ad_hoc_period_asks_the_chosen_agencies_about_the_chosen_activities(engine: sa.Engine) -> None:
    open_season(engine)
    ask(engine, activities=["II.10", "II.5", "II.17"], agencies=["Sở Công Thương"])
    with reading(engine) as session:
        asked = {duty.activity_id for duty in duties_of(session, find_period(session, "yc-1"))}
    assert asked == {"II.10", "II.17"}


def test_every_unusable_wish_for_a_period_is_named_at_once_and_opens_nothing(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    with pytest.raises(BadInput) as caught:
        ask(
            sqlite_engine, code="kỳ 1", title=None, activities=["II.100"], agencies=["so-cong-thong"], years=[2031]
        )
    for word in ('"kỳ 1"', "--title", '"II.100"', 'có phải "so-cong-thuong"?', "năm 2031 ngoài kế hoạch"):
        assert word in str(caught.value)
    with reading(sqlite_engine) as session, pytest.raises(BadInput):
        find_period(session, "yc-1")


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"due": date(2024, 10, 1)}, "đã qua"),
        ({"closes": date(2024, 12, 1)}, "trước hạn"),
        ({"code": "2024"}, "đã mở"),
        ({"activities": ["II.10"], "agencies": ["so-tttt"]}, "không có hoạt động nào"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(
    sqlite_engine: sa.Engine, given: dict[str, object], word: str
) -> None:
    open_season(sqlite_engine)
    with pytest.raises(BadInput, match=word):
        ask(sqlite_engine, **given)


def test_two_machines_that_open_a_period_at_once_make_one(engine: sa.Engine) -> None:
    from concurrent.futures import ThreadPoolExecutor

    apply(engine, real_plan())

    def work(_number: int) -> None:
        with writing(engine) as session:
            open_ruled_periods(session, real_plan().plan, TODAY, NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(8)))
    with reading(engine) as session:
        assert [period.code for period in all_periods(session)] == ["2024"]
        assert len(duties_of(session, find_period(session, "2024"))) == 42
