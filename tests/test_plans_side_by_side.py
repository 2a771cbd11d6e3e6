"""Several plans in one installation: each has its periods, letters, seals and memos, and none meets another's."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from answering import NOW, TODAY, open_season
from office import Office
from plan_text import altered

from tracker.errors import BadInput
from tracker.plan.reader import parse_plan
from tracker.store.apply import apply_plan
from tracker.store.engine import open_store, reading, writing
from tracker.store.periods import find_period, open_ruled_periods
from tracker.store.plans import plan_ids
from tracker.store.tables import Letter, Pause, Period, Report

SECOND = (
    ("plan:\n  code: 1/KH-UBND\n", "plan:\n  id: giai-doan-2\n  code: 9/KH-UBND\n"),
    ("title: Hội chợ", "title: Triển lãm"),
)


@pytest.fixture
def two(office: Office) -> Office:
    """Give an office with a folder of two plans."""
    folder = office.folder / "plans"
    folder.mkdir()
    (folder / "a.yaml").write_text(altered(), encoding="utf-8")
    (folder / "b.yaml").write_text(altered(*SECOND), encoding="utf-8")
    office.set(PLANS=str(folder))
    return office


def rows(office: Office, *columns: object) -> list[tuple[object, ...]]:
    engine = open_store(office.database)
    with reading(engine) as session:
        found = [tuple(row) for row in session.execute(sa.select(*columns))]
    engine.dispose()
    return found


def test_each_plan_opens_its_own_periods_and_writes_its_own_letters(two: Office) -> None:
    assert two.well("check").count("hoạt động:") == 2
    assert two.well("apply", "--on", "2024-10-15").count("Đã áp dụng") == 2
    out = two.well("remind", "--on", "2024-10-15")
    assert "Đã xếp hàng 4 thư nhắc" in out
    assert sorted(rows(two, Period.plan_id, Period.code)) == [("giai-doan-2", "2024"), ("ke-hoach", "2024")]
    letters = rows(two, Letter.key, Letter.message_id, Letter.text)
    assert len({key for key, _, _ in letters}) == len({identity for _, identity, _ in letters}) == 4
    assert sum("Kế hoạch số 9/KH-UBND" in text and "Triển lãm" in text for _, _, text in letters) == 1
    assert two.well("remind", "--on", "2024-10-15").startswith("Đã xếp hàng 0 thư nhắc; 4 thư đã có")


def test_a_period_of_both_plans_is_called_with_its_plan(two: Office) -> None:
    two.well("apply", "--on", "2024-10-15")
    two.well("remind", "--on", "2024-10-15")
    assert 'nhiều kế hoạch có kỳ "2024"' not in two.well("period", "list")
    assert "giai-doan-2@2024: Báo cáo năm 2024" in two.well("period", "list")
    two.well("report", "giai-doan-2@2024", "--formats", "html", "--on", "2024-10-15")
    [(digest,)] = rows(two, Report.digest)
    assert digest
    [file] = (two.var / "reports").glob("*.html")
    assert "9/KH-UBND" in file.read_text(encoding="utf-8")
    assert "Triển lãm" in file.read_text(encoding="utf-8")


def test_one_plan_changes_without_touching_the_other(two: Office) -> None:
    two.well("apply", "--on", "2024-10-15")
    two.well("remind", "--on", "2024-10-15")
    file = two.folder / "plans" / "b.yaml"
    file.write_text(altered(*SECOND).replace("lead: so-b", "lead: hoi"), encoding="utf-8")
    out = two.well("diff", "--on", "2024-10-16")
    assert "Sở B bớt II.3 (2024); Hội thêm II.3 (2024): Triển lãm" in out
    assert "Không có gì thay đổi." in out
    two.well("apply", "--on", "2024-10-16")
    engine = open_store(two.database)
    with reading(engine) as session:
        assert plan_ids(session) == ["ke-hoach", "giai-doan-2"]
        assert find_period(session, "2024").plan_id == "ke-hoach"  # whoever has no id of its own
        assert find_period(session, "giai-doan-2@2024").plan_id == "giai-doan-2"
    engine.dispose()


def test_two_files_of_one_plan_are_named(two: Office) -> None:
    (two.folder / "plans" / "b.yaml").write_text(altered(), encoding="utf-8")
    err = two.refused("apply", "--on", "2024-10-15")
    assert "b.yaml:1:1: plan.id: cùng mã kế hoạch với tệp a.yaml; thêm dòng id: …" in err


def test_an_empty_folder_is_named(office: Office, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    office.set(PLANS=str(tmp_path / "none"))
    _, _, err = office.run("check")
    assert "không có tệp .yaml nào" in err


def test_a_plan_that_takes_an_id_stands_beside_the_one_without(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine, parse_plan(altered().encode()))
    with writing(sqlite_engine) as session:
        apply_plan(session, parse_plan(altered(*SECOND).encode()), "quản trị", TODAY, NOW)
        assert plan_ids(session) == ["ke-hoach", "giai-doan-2"]
        assert find_period(session, "2024").plan_id == "ke-hoach"


def test_a_bare_code_that_two_plans_with_ids_have_is_asked_back(sqlite_engine: sa.Engine) -> None:
    with writing(sqlite_engine) as session:
        for name in ("mot", "hai"):
            applied = parse_plan(altered(("plan:\n", f"plan:\n  id: {name}\n")).encode())
            apply_plan(session, applied, "quản trị", TODAY, NOW)
            open_ruled_periods(session, applied.plan, TODAY, NOW)
        with pytest.raises(BadInput, match=r'nhiều kế hoạch có kỳ "2024"; ghi cả mã kế hoạch: (hai|mot)@2024'):
            find_period(session, "2024")


def test_a_pause_at_the_keyboard_holds_in_every_plan_that_has_the_agency_and_so_does_its_end(two: Office) -> None:
    two.well("apply", "--on", "2024-10-15")
    out = two.well("pause", "Sở B", "--until", "2024-10-30", "--reason", "Đã hẹn", "--on", "2024-10-15")
    assert out.splitlines() == [
        "Sở B: tạm dừng nhắc đến hết 30/10/2024 (Đã hẹn) – Kế hoạch số 1/KH-UBND",
        "Sở B: tạm dừng nhắc đến hết 30/10/2024 (Đã hẹn) – Kế hoạch số 9/KH-UBND",
    ]
    assert "Sẽ xếp hàng 2 thư nhắc" in two.well("remind", "--on", "2024-10-15", "--dry-run")
    assert "hiện không tạm dừng nhắc" in two.refused("resume", "Sở A", "--on", "2024-10-15")
    two.well("resume", "Sở B", "--on", "2024-10-15")
    assert two.well("pause", "--on", "2024-10-15") == "Không có cơ quan nào đang tạm dừng nhắc.\n"
    assert "Sẽ xếp hàng 4 thư nhắc" in two.well("remind", "--on", "2024-10-15", "--dry-run")


def test_a_pause_of_an_activity_holds_where_the_agency_answers_for_it(two: Office) -> None:
    file = two.folder / "plans" / "b.yaml"
    file.write_text(altered(*SECOND).replace("lead: so-b", "lead: hoi"), encoding="utf-8")
    two.well("apply", "--on", "2024-10-15")
    wanted = ("--until", "2024-10-30", "--reason", "Đã hẹn", "--on", "2024-10-15")
    assert "1/KH-UBND" in two.well("pause", "so-b", "--activity", "II.3", *wanted)
    assert rows(two, Pause.plan_id, Pause.activity_id) == [("ke-hoach", "II.3")]
    assert "không có hoạt động" in two.refused("pause", "so-b", "--activity", "II.99", *wanted)


def test_a_rename_in_one_plan_leaves_the_pauses_of_the_other(two: Office) -> None:
    two.well("apply", "--on", "2024-10-15")
    two.well("pause", "so-b", "--until", "2024-10-30", "--reason", "Đã hẹn", "--on", "2024-10-15")
    text = altered(*SECOND).replace("so-b:", "so-moi:").replace("so-b", "so-moi")
    text = text.replace("  so-moi:\n", "  so-moi:\n    formerly: [so-b]\n").replace(
        "so-moi: {", "so-moi: {formerly: [so-b], "
    )
    (two.folder / "plans" / "b.yaml").write_text(text, encoding="utf-8")
    two.well("apply", "--on", "2024-10-16")
    assert sorted(rows(two, Pause.plan_id, Pause.agency_id)) == [("giai-doan-2", "so-moi"), ("ke-hoach", "so-b")]


def test_one_command_says_how_far_all_plans_are_and_who_is_late(two: Office) -> None:
    two.well("apply", "--on", "2024-10-15")
    two.well("remind", "--on", "2024-10-15")
    out = two.well("status", "--all-plans", "--on", "2024-11-05").splitlines()
    assert [line.partition(":")[0] for line in out if not line.startswith(" ")] == [
        "Kế hoạch số 1/KH-UBND",
        "Kế hoạch số 9/KH-UBND",
    ]
    assert out.count("    Sở B: quá hạn 5 ngày làm việc, 1 đầu việc") == 2
    assert sum(line.startswith("  Báo cáo năm 2024 (hạn 29/10/2024): 0/") for line in out) == 2
    assert "bỏ tên kỳ" in two.refused("status", "2024", "--all-plans")
    whole = two.well("status", "--on", "2024-11-05")
    for plan in ("1/KH-UBND", "9/KH-UBND"):
        assert f"Kế hoạch số {plan}, Báo cáo năm 2024" in whole
