"""The health check says 503 and a plain line where the service does not do its work."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import httpx
import pytest
import sqlalchemy as sa
from factories_web import Season

from tracker.settings import Settings
from tracker.store.completions import expect_flow, late_flows, record_completion
from tracker.store.engine import reading, writing
from tracker.store.letters import queue_letters
from tracker.store.tables import Completion, Letter, Period, PlanVersion
from tracker.web import health
from tracker.web.app import create_app
from tracker.web.health import Check


@pytest.fixture(autouse=True)
def always_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask anew at every request."""
    monkeypatch.setattr(health, "FRESH", 0.0)


def ask(engine: sa.Engine, settings: Settings, *checks: Check) -> tuple[int, str]:
    app = create_app(engine, settings, checks)

    async def get() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=settings.base_url) as client:
            return await client.get("/suc-khoe")

    answer = anyio.run(get)
    return answer.status_code, answer.text


def completed(engine: sa.Engine, flow: str, ago: timedelta) -> None:
    with writing(engine) as session:
        record_completion(session, flow)
        row = sa.update(Completion).where(Completion.flow == flow)
        session.execute(row.values(completed_at=datetime.now(UTC) - ago))


def test_pages_alone_are_well_where_nobody_runs_the_flows(season: Season) -> None:
    assert ask(season.engine, season.settings) == (200, "ok")


def test_a_flow_that_did_not_complete_in_its_time_is_named(season: Season) -> None:
    completed(season.engine, "collect", timedelta(minutes=50))
    completed(season.engine, "remind", timedelta(hours=25))
    assert ask(season.engine, season.settings) == (200, "ok")
    completed(season.engine, "collect", timedelta(minutes=70))
    status, text = ask(season.engine, season.settings)
    assert (status, text.count("\n")) == (503, 1)
    assert text.startswith("Việc thu nhận báo cáo chưa hoàn thành từ ")


def test_a_flow_that_never_completed_is_late_once_its_time_is_over(season: Season) -> None:
    with writing(season.engine) as session:
        expect_flow(session, "remind")
    assert ask(season.engine, season.settings)[0] == 200
    with writing(season.engine) as session:
        session.execute(sa.update(Completion).values(expected_since=datetime.now(UTC) - timedelta(hours=27)))
        expect_flow(session, "remind")  # a restart gives no new time
    with reading(season.engine) as session:
        assert set(late_flows(session)) == {"remind"}
    assert "nhắc việc" in ask(season.engine, season.settings)[1]


def test_letters_that_wait_too_long_are_counted(season: Season) -> None:
    with writing(season.engine) as session:
        row = {
            "kind": "remind",
            "period_id": session.scalars(sa.select(Period.id)).first(),
            "agency_id": "so-a",
            "to": ["a@tinh.example"],
            "cc": [],
            "duties": [],
            "stage_day": None,
            "plan_version_id": session.scalars(sa.select(PlanVersion.id)).first(),
            "subject": "",
            "text": "",
            "message": b"",
        }
        rows = [row | {"key": f"k{n}", "message_id": f"<{n}@x.example>"} for n in range(2)]
        queue_letters(session, rows, season.settings.now())
    assert ask(season.engine, season.settings) == (200, "ok")
    with writing(season.engine) as session:
        session.execute(sa.update(Letter).values(try_at=season.settings.now() - timedelta(hours=3)))
    assert ask(season.engine, season.settings) == (503, "2 thư chờ gửi quá lâu.\n")


def test_what_the_service_asks_beside_the_store_counts(season: Season) -> None:
    assert ask(season.engine, season.settings, lambda: ["Máy chủ Prefect không trả lời."]) == (
        503,
        "Máy chủ Prefect không trả lời.\n",
    )


def test_a_store_that_is_away_is_told_without_its_address_and_not_made_anew(quiet_season: Season) -> None:
    path = Path(quiet_season.engine.url.database or "")
    moved = path.rename(path.with_suffix(".away"))
    assert ask(quiet_season.engine, quiet_season.settings) == (503, "Không dùng được kho dữ liệu.\n")
    assert not path.exists()
    moved.rename(path)
    assert ask(quiet_season.engine, quiet_season.settings) == (200, "ok")


def test_a_postgresql_that_is_away_is_told(make_settings: Callable[..., Settings]) -> None:
    engine = sa.create_engine("postgresql+psycopg://secret:word@127.0.0.1:9/none")
    assert ask(engine, make_settings()) == (503, "Không dùng được kho dữ liệu.\n")


def test_a_store_that_hangs_is_told_while_it_hangs(quiet_season: Season, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.1)
    release = threading.Event()

    def hang() -> list[str]:
        release.wait(60)
        return []

    try:
        assert ask(quiet_season.engine, quiet_season.settings, hang)[0] == 503
    finally:
        release.set()


def test_pages_that_hold_every_connection_do_not_hold_up_the_answer(quiet_season: Season) -> None:
    held = [quiet_season.engine.connect() for _ in range(15)]
    try:
        assert ask(quiet_season.engine, quiet_season.settings) == (200, "ok")
    finally:
        for connection in held:
            connection.close()
