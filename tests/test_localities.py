"""Localities: they lead no activity, owe one report on their area each period, and are counted apart."""

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from answering import NOW, TODAY, WHO, answer, open_season, said, shipped_plan
from answering import real_plan as plan_without_localities
from memo_reading import who_reported

from tracker.answers.record import record_answers
from tracker.errors import Faults
from tracker.letters.send import send_queued
from tracker.papers.paper import Paper
from tracker.plan.changes import plan_changes
from tracker.plan.reader import parse_plan
from tracker.progress import UpdateStatus
from tracker.remind.queue import queue_today
from tracker.report.facts import Snapshot, read_snapshot
from tracker.report.memo import memo
from tracker.report.snapshot import take_snapshot
from tracker.settings import Settings
from tracker.store.duties import duties_of
from tracker.store.engine import reading, writing
from tracker.store.periods import find_period
from tracker.store.plans import plan_in_force
from tracker.store.tables import Letter

ROOT = Path(__file__).parent.parent
AREA, TOWN = "VI.13", "ubnd-tri-ton"


def tell(engine: sa.Engine, agency: str, result: str, **given: object) -> None:
    with writing(engine) as session:
        duties = duties_of(session, find_period(session, "2024"), {agency})
        record_answers(session, {duty.id: (duty, answer(result, **given)) for duty in duties}, said(WHO, NOW))


def frozen(engine: sa.Engine) -> Snapshot:
    with reading(engine) as session:
        version, plan = plan_in_force(session)
        return take_snapshot(session, version, plan, find_period(session, "2024"), TODAY)


def paper(snapshot: Snapshot) -> Paper:
    return memo(snapshot, ROOT / "templates" / "memo" / "memo.txt")


def test_every_locality_owes_one_report_on_its_area_and_no_activity(engine: sa.Engine) -> None:
    plan = open_season(engine, shipped_plan())
    localities = {agency.id for agency in plan.agencies.values() if agency.kind == "locality"}
    with reading(engine) as session:
        duties = [duty for duty in duties_of(session, find_period(session, "2024")) if duty.activity_id == AREA]
    assert sorted(duty.agency_id for duty in duties) == sorted(localities)
    assert len(duties) == 11


def test_a_locality_is_asked_for_its_area_and_not_for_activities_it_leads(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    open_season(sqlite_engine, shipped_plan())
    queue_today(sqlite_engine, settings.on(TODAY))
    assert (
        send_queued(sqlite_engine, settings.on(TODAY)).sent == 23
    )  # eight leads, eleven localities, four of section VI
    with reading(sqlite_engine) as session:
        letter = session.scalars(sa.select(Letter).where(Letter.agency_id == TOWN)).one()
    assert letter.subject == (
        "UBND huyện Tri Tôn – đề nghị báo cáo kết quả trên địa bàn, hạn 29/10/2024 (305/KH-UBND)"
    )
    assert "tình hình, kết quả triển khai thực hiện Kế hoạch trên địa bàn" in letter.text
    assert "chủ trì" not in letter.text


def test_the_memo_counts_localities_apart_and_quotes_each_in_its_own_words(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine, shipped_plan())
    tell(sqlite_engine, TOWN, "Đã củng cố 05 tổ hợp tác", difficulties="Thiếu vốn", proposals="Bố trí vốn")
    tell(sqlite_engine, "ubnd-an-phu", "", status=UpdateStatus.STOPPED, causes="Chờ sắp xếp")
    snapshot = frozen(sqlite_engine)
    assert (len(snapshot.rows), len(snapshot.localities)) == (42, 11)
    assert read_snapshot(snapshot.as_json()) == snapshot
    texts = [(block.label, block.text) for block in paper(snapshot).body]
    [counts] = [text for _, text in texts if text.startswith("Về chế độ báo cáo")]
    assert f"{who_reported(42, 0, 0)} Đã có báo cáo của 02/11 địa phương. Ngoài khung" in counts
    assert ("", "02/11 địa phương có báo cáo, cụ thể:") in texts
    assert ("UBND huyện Tri Tôn:", "Đã củng cố 05 tổ hợp tác") in texts
    assert ("UBND huyện An Phú:", "Chờ sắp xếp") in texts
    assert ("UBND huyện Tri Tôn:", "Thiếu vốn") in texts
    assert ("UBND huyện Tri Tôn:", "Bố trí vốn") in texts
    [unheard] = [text for _, text in texts if text.startswith("Còn 09 địa phương chưa có báo cáo: ")]
    assert "UBND huyện Tri Tôn" not in unheard
    who = paper(snapshot).annexes[1].table.rows
    assert [row.cells[1] for row in who].count("UBND huyện Tri Tôn") == 1
    assert who[-1].cells[2] == "76"  # 42 activities, 23 tasks of section VI, 11 localities


def test_a_snapshot_frozen_before_localities_reported_reads_as_one_without_any(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine, plan_without_localities())
    snapshot = frozen(sqlite_engine)
    old = snapshot.as_json().replace('"localities": [],\n ', "")
    assert old != snapshot.as_json()
    assert read_snapshot(old) == snapshot
    prose = [block.text for block in paper(snapshot).body]
    assert not any("các địa phương" in text or "địa phương có báo cáo" in text for text in prose)


def test_who_must_report_on_an_area_is_told_when_the_plan_begins_or_ceases_to_ask() -> None:
    without, whole = plan_without_localities().plan, shipped_plan().plan
    for old, new in ((without, whole), (whole, without)):
        [change] = [change for change in plan_changes(old, new) if change.about == AREA]
        assert change.agencies == {agency.id for agency in whole.agencies.values() if agency.kind == "locality"}
        verb = "thêm" if new is whole else "bớt"
        assert f"các huyện, thị xã, thành phố {verb} {AREA} (2023, 2024, 2025): " in change.text


def test_a_plan_whose_area_report_bears_the_number_of_an_activity_is_refused() -> None:
    with pytest.raises(Faults, match=r"II.14: mã này đã có ở dòng"):
        parse_plan(shipped_plan().text.replace(f"  - id: {AREA}\n", "  - id: II.14\n").encode())


def test_a_localitys_own_stages_hold_for_its_area_report() -> None:
    plan = shipped_plan().plan
    own = replace(plan.agencies[TOWN], stages=replace(plan.agencies[TOWN].stages, before=(3,)))
    changed = replace(plan, agencies={**plan.agencies, TOWN: own})
    assert changed.stages_of(AREA, TOWN).before == (3,)
    assert changed.stages_of(AREA, "ubnd-an-phu").before == (10, 5, 2, 0)
