"""A day's reminders are queued once, whoever runs, however often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import sqlalchemy as sa
from answering import TODAY, edited_plan, open_season, say

from tracker.remind.queue import as_lines, queue_today
from tracker.settings import Settings
from tracker.store.engine import reading
from tracker.store.tables import Base, Letter


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


def test_four_runs_at_once_queue_one_letter_for_each_key(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: queue_today(engine, settings.on(TODAY)), range(4)))
    assert count(engine) == 8


def test_a_dry_run_shows_the_same_and_touches_nothing(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    before = dump(engine)
    would = queue_today(engine, settings.on(date(2024, 10, 22)), dry_run=True)
    assert dump(engine) == before
    did = queue_today(engine, settings.on(date(2024, 10, 22)))
    assert as_lines(would.fresh) == as_lines(did.fresh)


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
    assert [reminder.agency.id for reminder in queued.unreachable] == ["so-tai-chinh"]
    assert len(queued.fresh) == 7
    again = queue_today(sqlite_engine, settings.on(TODAY))
    assert [reminder.agency.id for reminder in again.unreachable] == ["so-tai-chinh"]
