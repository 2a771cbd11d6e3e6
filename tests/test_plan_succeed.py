"""`tracker plan succeed` writes the next phase: heirs of agencies, what is not finished, what is not reached."""

from pathlib import Path

import yaml
from answering import ROOT, answer, give_figure, said, say
from office import Office
from plan_text import SMALL

from tracker.plan.reader import parse_plan
from tracker.plan.write import as_lines, as_tree
from tracker.progress import UpdateStatus
from tracker.store.engine import open_store

FILLED = (
    ("code: ", "code: 2/KH-UBND "),
    ("title:   ", "title: Giai đoạn hai "),
    ("issued:  ", "issued: 2026-01-05 "),
)


def written(office: Office, old: Path, *options: str) -> tuple[str, dict]:
    new = office.folder / "moi.yaml"
    said_ = office.well("plan", "succeed", str(old), "-o", str(new), "--on", "2025-12-20", *options)
    return said_, yaml.load(new.read_text(encoding="utf-8"), yaml.BaseLoader)


def season(office: Office) -> Path:
    """Apply the small plan; II.2 of 2025 is done and accepted, the target is half reached."""
    old = office.folder / "cu.yaml"
    old.write_text(SMALL, encoding="utf-8")
    office.set(PLAN=str(old))
    office.well("apply", "--on", "2025-10-05")
    office.run("remind", "--on", "2025-10-05")
    engine = open_store(office.database)
    say(engine, "II.2", answer(status=UpdateStatus.DONE), said(), "2025")
    give_figure(engine, "htx", 6, "2025")
    engine.dispose()
    office.well("accept", "2025", "II.2", "--on", "2025-10-06")
    return old


def test_what_is_finished_stays_behind_and_what_is_not_goes_on_with_the_heirs(office: Office) -> None:
    out, plan = written(office, season(office))
    assert "2 việc chuyển tiếp, 1 chỉ tiêu chưa đạt" in out
    assert list(plan["agencies"]) == ["hoi", "so-b", "huyen-x"]  # so-a was succeeded by so-b
    assert plan["groups"]["cac-so"]["members"] == ["so-b"]
    assert plan["plan"]["years"] == ["2026", "2027", "2028", "2029", "2030"]
    first, second = plan["activities"]
    assert (first["id"], first["lead"], first["years"]) == ("CT.I.1", "hoi", ["2026"])
    assert second["id"] == "CT.II.3"
    assert "chưa có báo cáo" in second["unconfirmed"]
    [target] = plan["targets"]
    assert (target["id"], target["at_least"], target["by"]) == ("htx", "10", "2030")
    text = (office.folder / "moi.yaml").read_text(encoding="utf-8")
    assert "# đã báo cáo 6 HTX" in text


def test_a_row_that_was_done_before_it_was_returned_goes_on_as_its_newest_answer_says(office: Office) -> None:
    old = season(office)
    office.well("return", "2025", "II.2", "--comment", "Chưa nghiệm thu", "--on", "2025-10-06")
    engine = open_store(office.database)
    say(engine, "II.2", answer(), said(), "2025")
    engine.dispose()
    office.well("accept", "2025", "II.2", "--on", "2025-10-07")
    _, plan = written(office, old)
    [row] = [row for row in plan["activities"] if row["id"] == "CT.II.2"]
    assert "đang thực hiện" in row["unconfirmed"].lower()


def test_a_row_of_an_agency_that_is_gone_names_who_had_it(office: Office) -> None:
    old = office.folder / "cu.yaml"
    old.write_text(SMALL, encoding="utf-8")
    office.set(PLAN=str(old))
    office.well("apply", "--on", "2025-10-05")
    _, plan = written(office, old, "--years", "2026-2027")
    [row] = [row for row in plan["activities"] if row["id"] == "CT.II.2"]
    assert row["lead"] == "so-b"
    assert "trước đây: Sở A" in row["unconfirmed"]
    assert "thời gian cũ: 2023, 2024, 2025" in row["unconfirmed"]
    assert row["years"] == ["2026", "2027"]  # it went on over several years
    assert plan["plan"]["years"] == ["2026", "2027"]


def test_the_new_file_is_a_plan_once_its_header_is_filled_in_and_stands_beside_the_old(office: Office) -> None:
    old = season(office)
    written(office, old)
    new = office.folder / "moi.yaml"
    assert office.run("check", str(new))[2].count("để trống") == 3
    text = new.read_text(encoding="utf-8")
    for before, after in FILLED:
        text = text.replace(before, after, 1)
    folder = office.folder / "plans"
    folder.mkdir()
    (folder / "1.yaml").write_text(SMALL, encoding="utf-8")
    (folder / "2.yaml").write_text(text, encoding="utf-8")
    office.set(PLANS=str(folder))
    assert "lưu ý: 2.yaml" in office.well("check")
    assert "2/KH-UBND" in office.well("apply", "--on", "2026-10-05")
    office.run("remind", "--on", "2026-10-05")
    assert "ke-hoach-2026@2026" in office.well("period", "list")


def test_years_that_are_none_and_a_store_without_the_plan_are_named(office: Office) -> None:
    assert "2026-2030" in office.run("plan", "succeed", "x.yaml", "-o", "y.yaml", "--years", "2030-2026")[2]
    _, _, err = office.run("plan", "succeed", str(office.plan), "-o", "y.yaml")
    assert "chưa áp dụng kế hoạch nào" in err
    assert not Path("y.yaml").exists()


def test_a_plan_that_is_written_is_read_as_the_same() -> None:
    for file in (ROOT / "activities.yaml", *sorted((ROOT / "examples" / "plans").glob("*.yaml"))):
        plan = parse_plan(file.read_bytes()).plan
        again = parse_plan("\n".join(as_lines(as_tree(plan))).encode()).plan
        assert again == plan, file.name
