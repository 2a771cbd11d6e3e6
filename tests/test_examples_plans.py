"""The example plans run the whole way: check, apply, remind, answer, accept, the next period, the memo."""

import re
from dataclasses import dataclass
from datetime import datetime

import pytest
import sqlalchemy as sa
from answering import ROOT, answer, said
from factories_english import vietnamese_in
from office import Office

from tracker.answers.record import record_answers
from tracker.progress import UpdateStatus
from tracker.store.duties import duties_of
from tracker.store.engine import open_store, reading, writing
from tracker.store.periods import find_period
from tracker.store.tables import Letter


@dataclass(frozen=True)
class Way:
    """One example: its periods, days, and what is to be seen on its way."""

    file: str
    first: str
    opens: str
    owed: int
    done: tuple[str, str]
    under_way: tuple[str, str]
    second: str
    reopens: str
    compiled: str
    cited: str
    overdue: str


WAYS = [
    Way("nghi-quyet-bo", "2025-6T1", "2025-05-26", 11, ("5", "bo-tong-hop"), ("1", "tinh-bac"),
        "2025", "2025-11-10", "2025-12-02", "Nghị quyết số 99/NQ-MINHHOA",
        "đã quá thời hạn"),
    Way("action-plan", "2025-Q1", "2025-03-27", 7, ("1.1", "agency-north"), ("1.1", "agency-south"),
        "2025-Q2", "2025-06-26", "2025-07-09", "Programme No. AP-2025 (example)",
        "past its deadline"),
    Way("giai-doan-2", "2026-6T1", "2026-05-26", 7, ("CT.II.14", "so-noi-vu"), ("1", "xa-hai"),
        "2026", "2026-11-10", "2026-12-02", "Kế hoạch số 00/KH-MINHHOA",
        "đã quá thời hạn"),
]  # fmt: skip


@pytest.fixture(params=WAYS, ids=lambda way: way.file)
def way(request: pytest.FixtureRequest, office: Office) -> Way:
    office.set(PLAN=str(ROOT / "examples" / "plans" / f"{request.param.file}.yaml"))
    return request.param


def duties(office: Office, code: str) -> list[tuple[str, str]]:
    engine = open_store(office.database)
    with reading(engine) as session:
        found = [(duty.activity_id, duty.agency_id) for duty in duties_of(session, find_period(session, code))]
    engine.dispose()
    return found


def say(office: Office, code: str, whose: tuple[str, str], status: UpdateStatus, day: str) -> None:
    engine = open_store(office.database)
    with writing(engine) as session:
        period = find_period(session, code)
        [duty] = [d for d in duties_of(session, period, {whose[1]}) if d.activity_id == whose[0]]
        at = datetime.fromisoformat(f"{day}T10:00:00+07:00")
        record_answers(session, {duty.id: (duty, answer("Result (example)", status=status))}, said(at=at))
    engine.dispose()


def test_an_example_runs_from_check_to_memo(office: Office, way: Way) -> None:
    assert "hoạt động" in office.well("check")
    office.well("apply", "--on", way.opens)
    office.run("remind", "--on", way.opens)
    assert len(duties(office, way.first)) == way.owed
    say(office, way.first, way.done, UpdateStatus.DONE, way.opens)
    say(office, way.first, way.under_way, UpdateStatus.UNDER_WAY, way.opens)
    office.well("accept", way.first, way.done[0], "--agency", way.done[1], "--on", way.opens)
    office.run("remind", "--on", way.reopens)
    again = duties(office, way.second)
    assert way.done not in again  # done and accepted: not owed again
    assert way.under_way in again
    engine = open_store(office.database)
    with reading(engine) as session:
        period = find_period(session, way.second)
        text = session.scalars(
            sa.select(Letter.text).where(Letter.period_id == period.id, Letter.agency_id == way.under_way[1])
        ).first()
    engine.dispose()
    assert text is not None
    assert way.cited in text
    assert way.overdue in text
    office.well("report", way.second, "--formats", "html", "--on", way.compiled)
    [file] = (office.var / "reports").glob("*.html")
    if way.file == "action-plan":
        assert vietnamese_in(text) == []
        assert vietnamese_in(re.sub(r"<style>.*?</style>", "", file.read_text("utf-8"), flags=re.DOTALL)) == []
    memo = file.read_text(encoding="utf-8")
    assert way.cited in memo
    assert office.well("status", way.second, "--on", way.compiled)


def test_the_examples_run_in_one_installation(office: Office) -> None:
    office.set(PLANS=str(ROOT / "examples" / "plans"))
    assert office.well("apply", "--on", "2025-05-26").count("Đã áp dụng") == 3
    assert "Đã xếp hàng" in office.run("remind", "--on", "2025-06-26")[1]
    assert office.well("period", "list").count("@2025-") >= 2
