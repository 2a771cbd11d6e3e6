"""Rows as plans print them: several leads, groups, products, deadlines, tasks beside the matrix."""

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from answering import NOW, TODAY, answer, case_of, duty_of, open_season, paper_of, said, snapshot_of
from plan_text import DISTRICTS, altered, faults_of, plan_of

from tracker.answers.form import recorded_form
from tracker.answers.record import record_answers
from tracker.letters.send import send_queued
from tracker.plan.reader import parse_plan
from tracker.progress import DutyState, Timeliness, UpdateStatus
from tracker.remind.queue import queue_today
from tracker.review.overview import review_of
from tracker.settings import Settings
from tracker.store.apply import apply_plan
from tracker.store.duties import duties_of
from tracker.store.engine import reading, writing
from tracker.store.periods import find_period, open_period, open_ruled_periods, requested_period
from tracker.store.tables import Letter
from tracker.workbook.fill import workbook_for

SHARED = ("    lead: so-b\n", "    lead: [so-b, hoi]\n")
GROUP = ("    lead: so-b\n", "    lead: cac-so\n")
PRINTED = (
    "    lead: so-b\n",
    "    lead: so-b\n    time: Quý III/2024\n    product: Báo cáo kết quả hội chợ\n    funding: Ngân sách tỉnh\n"
    "    obligation: encouraged\n    subtasks: [Mời HTX, Dựng gian hàng]\n",
)
TASKS = (
    ("  - {id: ND1,", "  - {id: VI, title: Tổ chức thực hiện, part: tasks}\n  - {id: ND1,"),
    ("targets:\n", "tasks:\n  - {id: VI.3, title: Bố trí kinh phí, content: VI, lead: so-b}\ntargets:\n"),
)


def owed(engine: sa.Engine, activity: str, code: str = "2024") -> list[str]:
    """Return which agencies owe an answer on `activity`."""
    with reading(engine) as session:
        duties = duties_of(session, find_period(session, code))
        return [duty.agency_id for duty in duties if duty.activity_id == activity]


def settle(engine: sa.Engine, activity: str, agency: str, status: UpdateStatus, code: str = "2024") -> None:
    """Answer as `agency`, and let that be accepted."""
    with writing(engine) as session:
        period = find_period(session, code)
        [duty] = [d for d in duties_of(session, period, {agency}) if d.activity_id == activity]
        record_answers(session, {duty.id: (duty, answer("Đã làm", status=status))}, said())
        duty.state = DutyState.ACCEPTED


@pytest.mark.parametrize(("change", "agencies"), [(SHARED, ["so-b", "hoi"]), (GROUP, ["so-a", "so-b"])])
def test_every_lead_owes_the_row_and_each_is_counted(
    sqlite_engine: sa.Engine, change: tuple[str, str], agencies: list[str]
) -> None:
    open_season(sqlite_engine, parse_plan(altered(change).encode()))
    assert owed(sqlite_engine, "II.3") == agencies
    settle(sqlite_engine, "II.3", agencies[0], UpdateStatus.DONE)
    snapshot = snapshot_of(sqlite_engine)
    rows = [row for row in snapshot.rows if row.id == "II.3"]
    assert [row.said is not None for row in rows] == [True, False]


def test_several_leads_in_one_text_are_told_how_to_be_written() -> None:
    [fault] = faults_of(altered(("    lead: so-b\n", "    lead: so-b, hoi\n")))
    assert fault.endswith("nhiều cơ quan thì viết trong ngoặc vuông: [so-b, hoi]")


def test_no_lead_of_a_shared_row_is_offered_the_words_of_another(sqlite_engine: sa.Engine) -> None:
    plan = open_season(
        sqlite_engine, parse_plan(altered(GROUP, ("years: [2024]", "years: [2024, 2025]")).encode())
    )
    settle(sqlite_engine, "II.3", "so-a", UpdateStatus.UNDER_WAY)
    with writing(sqlite_engine) as session:
        open_ruled_periods(session, plan, date(2025, 10, 2), NOW)
    with reading(sqlite_engine) as session:
        before = {
            (entry.duty.agency_id, entry.before is not None)
            for entry in recorded_form(case_of(session, "so-b", NOW.replace(year=2025), "2025")).entries
            if entry.activity.id == "II.3"
        }
    assert before == {("so-b", False), ("so-a", True)}  # Sở B took over Sở A, and answers for both


def test_what_a_plan_prints_of_a_row_is_on_letter_page_workbook_and_memo(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    open_season(sqlite_engine, parse_plan(altered(PRINTED).encode()))
    settings = settings.on(TODAY)
    queue_today(sqlite_engine, settings)
    send_queued(sqlite_engine, settings)
    with reading(sqlite_engine) as session:
        [letter] = session.scalars(sa.select(Letter.text).where(Letter.agency_id == "so-b"))
        workbook = workbook_for(replace(case_of(session, "so-b"), settings=settings))
    [row] = [row for row in workbook.rows if row.activity_id == "II.3"]
    annex = paper_of(snapshot_of(sqlite_engine)).annexes[0]
    [cells] = [row.cells for row in annex.table.rows if row.cells[0] == "II.3"]
    for text in (letter, row.note, "\n".join(cells)):
        for printed in ("Quý III/2024", "Sản phẩm: Báo cáo kết quả hội chợ", "Nguồn kinh phí: Ngân sách tỉnh",
                        "Mức độ: khuyến khích", "a) Mời HTX", "b) Dựng gian hàng"):  # fmt: skip
            assert printed in text


def test_what_a_plan_does_not_use_is_shown_nowhere(sqlite_engine: sa.Engine, settings: Settings) -> None:
    open_season(sqlite_engine, parse_plan(altered().encode()))
    settings = settings.on(TODAY)
    queue_today(sqlite_engine, settings)
    send_queued(sqlite_engine, settings)
    with reading(sqlite_engine) as session:
        letters = "\n".join(session.scalars(sa.select(Letter.text)))
        notes = [row.note for row in workbook_for(replace(case_of(session, "so-b"), settings=settings)).rows]
    assert notes == ["Chưa báo cáo."] * 2 or all(note.endswith("Chưa báo cáo.") for note in notes)
    assert "Sản phẩm" not in letters
    assert "Thời gian thực hiện" not in letters


def test_tasks_beside_the_matrix_are_owed_once_a_year_and_counted_apart(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine, parse_plan(altered(*TASKS).encode()))
    assert owed(sqlite_engine, "VI.3") == ["so-b"]
    settle(sqlite_engine, "VI.3", "so-b", UpdateStatus.UNDER_WAY)
    snapshot = snapshot_of(sqlite_engine)
    assert "VI.3" not in [row.id for row in snapshot.rows]
    assert [row.id for row in snapshot.tasks] == ["VI.3"]
    memo = "\n".join(f"{block.label or ''} {block.text or ''}" for block in paper_of(snapshot).body)
    assert "Ngoài khung hoạt động, đã có báo cáo về 01 nhiệm vụ phải báo cáo." in memo
    assert "chưa có báo cáo về cả 02 hoạt động phải báo cáo" in memo


def test_the_old_key_of_localities_reads_as_before() -> None:
    plan = plan_of(*DISTRICTS)
    assert plan.leads_of(plan.by_id["VI.13"]) == ["huyen-x", "huyen-y", "huyen-z"]
    assert plan.is_apart("VI.13")
    assert plan.area("VI.13").title == "Báo cáo của các địa phương"


DEADLINE = ("    years: [2024]\n", "    time: Quý III/2024\n")


def test_what_is_not_done_by_its_deadline_is_asked_again_in_each_period(sqlite_engine: sa.Engine) -> None:
    plan = open_season(sqlite_engine, parse_plan(altered(DEADLINE).encode()))
    settle(sqlite_engine, "II.3", "so-b", UpdateStatus.UNDER_WAY)
    with writing(sqlite_engine) as session:
        open_ruled_periods(session, plan, date(2025, 10, 2), NOW)
    assert owed(sqlite_engine, "II.3", "2025") == ["so-b"]
    [row] = [row for row in snapshot_of(sqlite_engine, "2025", date(2025, 10, 3)).rows if row.id == "II.3"]
    assert row.overdue
    assert row.cell is Timeliness.OPEN_LATE


def test_what_is_done_and_accepted_is_not_asked_again(sqlite_engine: sa.Engine) -> None:
    plan = open_season(sqlite_engine, parse_plan(altered(DEADLINE).encode()))
    settle(sqlite_engine, "II.3", "so-b", UpdateStatus.DONE)
    with writing(sqlite_engine) as session:
        open_ruled_periods(session, plan, date(2025, 10, 2), NOW)
    assert owed(sqlite_engine, "II.3", "2025") == []
    assert owed(sqlite_engine, "II.2", "2025") == ["so-a"]  # its x stands in 2025 again


def test_what_was_done_within_the_year_is_not_owed_at_its_end(sqlite_engine: sa.Engine) -> None:
    reading_ = parse_plan(altered().encode())
    with writing(sqlite_engine) as session:
        apply_plan(session, reading_, "quản trị", date(2024, 5, 20), NOW)
        half = requested_period(
            reading_.plan, date(2024, 5, 20), code="6-thang", title="6 tháng", due=date(2024, 6, 14),
            closes=date(2024, 7, 1), years=[2024], activities=[], agencies=[],
        )  # fmt: skip
        open_period(session, reading_.plan, half, "quản trị", NOW)
    settle(sqlite_engine, "II.3", "so-b", UpdateStatus.DONE, "6-thang")
    with writing(sqlite_engine) as session:
        open_ruled_periods(session, reading_.plan, date(2024, 10, 2), NOW)
    assert owed(sqlite_engine, "II.3") == []
    assert owed(sqlite_engine, "II.2") == ["so-a"]


def test_a_task_past_its_deadline_is_a_remark_for_who_reviews(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine, parse_plan(altered(DEADLINE).encode()))
    with writing(sqlite_engine) as session:
        duty = duty_of(session, "II.3")
        record_answers(session, {duty.id: (duty, answer("80 %"))}, said())
        found = [item for one in review_of(case_of(session)) for item in one.items if item.activity.id == "II.3"]
    assert "Chưa hoàn thành, đã quá thời hạn 30/09/2024." in found[0].remarks
