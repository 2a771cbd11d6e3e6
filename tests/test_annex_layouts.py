"""The annex of the shipped plan, typed into Word and Excel in five layouts, comes back row for row."""

from pathlib import Path

import pytest
import yaml
from annexes import LAYOUTS, PLAN, Layout, write
from office import Office


def imported(office: Office, layout: Layout, suffix: str) -> tuple[str, dict]:
    """Return what the command said, and the file that it wrote, as YAML."""
    source = write(layout, office.folder, suffix)
    new = office.folder / "moi.yaml"
    said = office.well("plan", "import", str(source), "-o", str(new))
    return said, yaml.load(new.read_text(encoding="utf-8"), yaml.BaseLoader)


def as_list(value: object) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])  # type: ignore[call-overload]


@pytest.mark.parametrize("suffix", [".docx", ".xlsx"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_annex_comes_back_row_for_row(office: Office, layout: str, suffix: str) -> None:
    drawn = LAYOUTS[layout]()
    said, plan = imported(office, drawn, suffix)
    assert len(drawn.rows) == 48
    assert len(plan["activities"]) == 48, said
    for row, read in zip(drawn.rows, plan["activities"], strict=True):
        assert read["title"] == row.activity.title
        assert as_list(read["lead"]) == list(row.activity.lead), said
        assert as_list(read.get("coordinating")) == list(row.activity.coordinating), (read, row)
        assert read.get("coordinating_printed", "") == (row.activity.coordinating_printed or "")
        if row.time:
            assert read["time"] == row.time
        else:
            assert read["years"] == [str(year) for year in row.years]
        assert read.get("product", "") == row.product
        assert tuple(read.get("subtasks", ())) == row.subtasks
    doubts = [line for line in said.splitlines() if ": TT " in line]
    assert [line.split(": ")[1] for line in doubts] == (["TT 2"] if drawn.skips else [])
    assert "Không đọc được" not in said


def test_numbers_and_headings_come_back_as_printed(office: Office) -> None:
    for suffix in (".docx", ".xlsx"):
        _, plan = imported(office, LAYOUTS["x"](), suffix)
        assert [row["id"] for row in plan["activities"]] == [row.id for row in PLAN.activities]
        assert [area["title"] for area in plan["content"]] == [a.title for a in PLAN.content if a.part != "tasks"]
        assert plan["content"][0]["part"] == "direction"
        assert plan["plan"]["years"] == ["2023", "2024", "2025"]
        Path(office.folder / "moi.yaml").unlink()


def test_the_file_is_a_plan_once_its_header_is_filled_in(office: Office) -> None:
    imported(office, LAYOUTS["x"](), ".docx")
    file = office.folder / "moi.yaml"
    status, _, err = office.run("check", str(file))
    assert status == 1
    assert all(line.split(": ")[1].startswith(("plan", "reporting")) for line in err.splitlines()), err
    filled = {
        "code:": "code: 305/KH-UBND", "issuer:": "issuer: UBND TỈNH MẪU", "issued:": "issued: 2024-03-22",
        "coordinator:": "coordinator: hoi-lhpn", "symbol:": "symbol: BC-SM", "place:": "place: Mẫu",
        "signed_title:": "signed_title: GIÁM ĐỐC", "title:": "title: Triển khai việc mới",
    }  # fmt: skip
    lines = []
    for line in file.read_text(encoding="utf-8").splitlines():
        key = line.split("#")[0].strip()
        lines.append(line.replace(key, filled[key], 1) if key in filled else line)
    file.write_text("\n".join(lines).replace("addressees: []", "addressees: [UBND tỉnh]"), encoding="utf-8")
    assert office.well("check", str(file)).startswith("305/KH-UBND: 48 hoạt động")
