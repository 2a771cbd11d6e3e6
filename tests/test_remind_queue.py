"""A day's reminders are queued once, whoever runs, however often."""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from answering import NOW, TODAY, edited_plan, open_season, real_plan, say

from tracker.remind.queue import Queued, queue_today
from tracker.remind.wording import as_lines
from tracker.settings import Settings
from tracker.store.apply import apply_plan
from tracker.store.engine import reading, writing
from tracker.store.tables import Base, Duty, Letter


def count(engine: sa.Engine) -> int:
    with reading(engine) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Letter)) or 0


def dump(engine: sa.Engine) -> str:
    with reading(engine) as session:
        return str([session.execute(sa.select(table)).all() for table in Base.metadata.sorted_tables])


def test_ten_runs_of_one_day_queue_one_letter_for_each_key(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    runs = [len(queue_today(engine, settings.on(TODAY)).fresh) for _ in range(10)]
    assert runs == [8] + [0] * 9
    assert count(engine) == 8


PLANNER = """
from tracker.remind.queue import queue_today
from tracker.settings import load_settings
from tracker.store.engine import opened_store
settings = load_settings()
with opened_store(settings.database_url) as engine:
    print("ready", flush=True)
    input()
    queue_today(engine, settings)
"""


def test_four_processes_at_once_queue_one_letter_for_each_key(
    engine: sa.Engine, database_url: str, settings: Settings
) -> None:
    open_season(engine)
    env = os.environ | {
        "TRACKER_VAR": str(settings.var),
        "TRACKER_PLAN": str(settings.plan),
        "TRACKER_TEMPLATES": str(settings.templates),
        "TRACKER_DATABASE_URL": database_url,
        "TRACKER_TODAY": str(TODAY),
    }
    command = [sys.executable, "-c", PLANNER]
    pipe = subprocess.PIPE
    machines = [subprocess.Popen(command, env=env, stdin=pipe, stdout=pipe, stderr=pipe) for _ in range(4)]
    for machine in machines:
        assert machine.stdout is not None
        assert machine.stdout.readline() == b"ready\n"
    for machine in machines:  # all stand ready; now they go together
        assert machine.stdin is not None
        machine.stdin.write(b"\n")
        machine.stdin.flush()
    assert [machine.communicate(timeout=60)[1] for machine in machines] == [b"", b"", b"", b""]
    assert [machine.returncode for machine in machines] == [0, 0, 0, 0]
    assert count(engine) == 8


def test_of_four_runs_at_once_each_tells_only_of_what_it_queued_itself(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda _: queue_today(engine, settings.on(TODAY)), range(4)))
    assert sum(len(run.fresh) for run in runs) == count(engine) == 8
    assert {len(run.fresh) + len(run.known) for run in runs} == {8}


@pytest.mark.parametrize("days_off", [1, 5, 40])
def test_after_days_with_the_machine_off_each_agency_gets_the_newest_stage_it_missed_once(
    engine: sa.Engine, settings: Settings, days_off: int
) -> None:
    open_season(engine)
    queue_today(engine, settings.on(TODAY))
    back = TODAY + timedelta(days=days_off)
    stage = {1: "before-10", 5: "before-10", 40: "head"}[days_off]
    for day in (back, back, back + timedelta(days=1)):
        queue_today(engine, settings.on(day))
    with reading(engine) as session:
        found = session.execute(sa.select(Letter.agency_id, Letter.key).where(Letter.kind == "remind")).all()
    names = [key.rpartition(":")[2] for _, key in found if not key.endswith("before-10")]
    assert names == ([] if stage == "before-10" else [stage] * 8)


def test_a_dry_run_shows_the_same_and_touches_nothing(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    before = dump(engine)
    would = queue_today(engine, settings.on(date(2024, 10, 22)), dry_run=True)
    assert dump(engine) == before
    did = queue_today(engine, settings.on(date(2024, 10, 22)))
    assert as_lines(would.fresh) == as_lines(did.fresh)


def test_a_dry_run_of_the_very_first_day_opens_no_period(engine: sa.Engine, settings: Settings) -> None:
    with writing(engine) as session:
        apply_plan(session, real_plan(), "quản trị", TODAY, NOW)
    before = dump(engine)
    assert len(queue_today(engine, settings.on(TODAY), dry_run=True).fresh) == 8
    assert dump(engine) == before


def test_after_the_closing_nothing_is_queued(sqlite_engine: sa.Engine, settings: Settings) -> None:
    open_season(sqlite_engine)
    for day in (date(2025, 1, 2), date(2025, 6, 2)):
        assert queue_today(sqlite_engine, settings.on(day)) == Queued()
    assert count(sqlite_engine) == 0


def test_a_machine_that_was_off_for_weeks_sends_the_newest_stage_alone(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    open_season(sqlite_engine)
    queue_today(sqlite_engine, settings.on(date(2024, 10, 1)))
    queue_today(sqlite_engine, settings.on(date(2024, 11, 20)))
    with reading(sqlite_engine) as session:
        stages = [key.rpartition(":")[2] for key in session.scalars(sa.select(Letter.key).order_by(Letter.id))]
    assert stages == ["opening"] * 8 + ["head"] * 8 + ["2024-11-19"]


def test_from_its_day_on_the_successor_gets_one_letter_for_both(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    open_season(sqlite_engine)
    queue_today(sqlite_engine, settings.on(date(2025, 10, 15)))
    with reading(sqlite_engine) as session:
        to = {letter.agency_id: letter for letter in session.scalars(sa.select(Letter))}
    assert "so-khdt" not in to
    assert "nhiệm vụ của Sở Kế hoạch và Đầu tư" in to["so-tai-chinh"].text
    assert to["so-tai-chinh"].to == ["sotaichinh@angiang.example"]


def test_each_stage_asks_only_for_what_is_still_owed(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    queue_today(engine, settings.on(TODAY))
    say(engine, "II.10")
    fresh = {r.agency.id: r for r in queue_today(engine, settings.on(date(2024, 10, 22))).fresh}
    assert len(fresh["so-cong-thuong"].duties) == 6
    with reading(engine) as session:
        letter = session.scalars(
            sa.select(Letter).where(Letter.key == "remind:2024:so-cong-thuong:before-5")
        ).one()
    assert "II.10 " not in letter.text
    assert "đã gửi 1 hoạt động khác" in letter.text


def test_an_agency_nobody_can_write_to_is_a_visible_fault(sqlite_engine: sa.Engine, settings: Settings) -> None:
    without = "    contacts:\n      - {name: Văn phòng, to: sotaichinh@angiang.example}\n"
    open_season(sqlite_engine, edited_plan((without, "")))
    queued = queue_today(sqlite_engine, settings.on(TODAY))
    assert [(fault.agency.id, fault.reason) for fault in queued.unreachable] == [
        ("so-tai-chinh", "chưa có nơi nhận thư")
    ]
    assert len(queued.fresh) == 7
    again = queue_today(sqlite_engine, settings.on(TODAY))
    assert again.unreachable


def test_copies_and_escalations_that_nobody_gets_are_visible_faults_too(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    open_season(
        sqlite_engine,
        edited_plan(("    after: [1, 3, 5]\n", "    after: [1, 3, 5]\n    copies: [coordinating]\n")),
    )
    real = make_settings(mail_url="smtp://mail.angiang.vn", base_url="https://a.example").on(date(2024, 11, 7))
    queued = queue_today(sqlite_engine, real)
    assert (queued.copies, queued.escalations, count(sqlite_engine)) == ((), (), 0)
    lines = [str(fault) for fault in queued.unreachable]
    assert sum("bản sao gửi cơ quan phối hợp; " in line for line in lines) > 5
    [told] = [line for line in lines if "danh sách còn nợ" in line]
    assert told.startswith(
        "Không có nơi nhận thư dùng được: Cơ quan đầu mối: danh sách còn nợ, Hội LHPN tỉnh (22)"
    )
    assert told.endswith("hoilhpn@angiang.example là địa chỉ mẫu, không có thật")


def test_an_agency_nobody_can_write_to_makes_a_summary_at_each_stage_and_none_between(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    without = "    contacts:\n      - {name: Văn phòng, to: sotaichinh@angiang.example}\n"
    office = "      - {name: Văn phòng, to: hoilhpn@angiang.example}\n"
    plan = edited_plan((without, ""), (office, office + "      - {to: json://127.0.0.1:9}\n"))
    open_season(sqlite_engine, plan)
    for day in (15, 16, 17, 21):
        queue_today(sqlite_engine, settings.on(date(2024, 10, day)))
    with writing(sqlite_engine) as session:  # from here on it is the only one that owes
        session.execute(sa.update(Duty).where(Duty.agency_id != "so-tai-chinh").values(state="submitted"))
    for day in (22, 23, 24):
        queue_today(sqlite_engine, settings.on(date(2024, 10, day)))
    with reading(sqlite_engine) as session:
        found = session.scalars(sa.select(Letter).where(Letter.kind == "summary").order_by(Letter.id)).all()
    assert [letter.key for letter in found] == ["summary:2024:2024-10-15", "summary:2024:2024-10-22"]
    assert all("- Không gửi được thư cho Sở Tài chính: chưa có nơi nhận thư" in letter.text for letter in found)
