"""Plans in a folder name agencies of `co-quan.yaml` beside them, and what is said of these names that file."""

import pytest
from office import Office
from plan_text import SMALL, altered

from tracker.plan.reader import parse_plan, read_plan
from tracker.store.engine import open_store, reading
from tracker.store.plans import newest_version, plan_in_force

START, END = SMALL.index("  so-a:\n"), SMALL.index("groups:\n")
SHARED = "agencies:\n" + SMALL[START:END] + "  so-khong-dung: {name: Sở không dùng, short: Sở KD}\n"
"""The agencies of the small plan but its coordinator, and one that no plan names."""
OWN = SMALL[:START] + SMALL[END:]
SECOND = (("plan:\n  code: 1/KH-UBND\n", "plan:\n  id: hai\n  code: 9/KH-UBND\n"),)


def second() -> str:
    text = altered(*SECOND)
    start, end = text.index("  so-a:\n"), text.index("groups:\n")
    return text[:start] + text[end:]


@pytest.fixture
def shared(office: Office) -> Office:
    """Give an office with two plans that share their agencies."""
    folder = office.folder / "plans"
    folder.mkdir()
    (folder / "a.yaml").write_text(OWN, encoding="utf-8")
    (folder / "b.yaml").write_text(second(), encoding="utf-8")
    (folder / "co-quan.yaml").write_text(SHARED, encoding="utf-8")
    office.set(PLANS=str(folder))
    return office


def change(office: Office, old: str, new: str, file: str = "co-quan.yaml") -> None:
    path = office.folder / "plans" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_plan_reads_as_if_its_agencies_stood_in_it(shared: Office) -> None:
    plan = read_plan(shared.folder / "plans" / "a.yaml").plan
    whole = parse_plan(SMALL.encode()).plan
    named = {name: agency for name, agency in whole.agencies.items() if name != "huyen-x"}
    assert plan.agencies == named  # what no row names stays in its file
    assert (plan.activities, plan.groups, plan.targets) == (whole.activities, whole.groups, whole.targets)


def test_what_is_applied_stands_for_itself_and_applying_again_changes_nothing(shared: Office) -> None:
    assert shared.well("check").count("hoạt động:") == 2
    assert shared.well("apply", "--on", "2024-10-15").count("Đã áp dụng") == 2
    engine = open_store(shared.database)
    with reading(engine) as session:
        version = newest_version(session, "hai")
        assert version is not None
        assert "Sở A mẫu" in version.text
        assert parse_plan(version.text.encode()).plan == plan_in_force(session, "hai")[1]
    engine.dispose()
    assert shared.well("apply", "--on", "2024-10-15").count("không có gì thay đổi") == 2
    assert shared.well("diff", "--on", "2024-10-15").count("Không có gì thay đổi.") == 2


def test_a_contact_that_changes_is_told_for_each_plan_that_has_the_agency(shared: Office) -> None:
    shared.well("apply", "--on", "2024-10-15")
    change(shared, "to: a@mau.example", "to: moi@mau.example")
    assert shared.well("diff", "--on", "2024-10-15").count("moi@mau.example") == 2
    assert shared.well("apply", "--on", "2024-10-15").count("Đã áp dụng") == 2
    change(shared, "Sở không dùng", "Sở vẫn không dùng")
    assert shared.well("apply", "--on", "2024-10-15").count("không có gì thay đổi") == 2


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("short: Sở A\n", "short: Sở A\n    shrt: x\n",
         'co-quan.yaml:5:5: agencies.so-a.shrt: không có khóa "shrt"'),
        ("agency: so-b", "agency: so-z",
         'co-quan.yaml:7:28: agencies.so-a.succeeded_by.agency: không có cơ quan "so-z"'),
        ("short: Sở KD", "short: Sở B", 'co-quan.yaml:16:47: so-khong-dung: tên "Sở B" đã là của so-b'),
        ("name: Sở B mẫu", "name:", "co-quan.yaml:9:10: agencies.so-b.name: để trống"),
    ],
)  # fmt: skip
def test_a_fault_in_the_shared_file_names_that_file_and_line(
    shared: Office, old: str, new: str, told: str
) -> None:
    change(shared, old, new)
    err = shared.refused("apply", "--on", "2024-10-15")
    assert told in err, err
    assert "a.yaml" not in err


def test_a_fault_between_plan_and_shared_file_is_named_where_it_stands(shared: Office) -> None:
    change(shared, "short: Hội", "short: Sở A", "a.yaml")
    err = shared.refused("apply", "--on", "2024-10-15")
    assert err.startswith("co-quan.yaml:"), err
    assert 'tên "Sở A" đã là của hoi' in err
    change(shared, "short: Sở A", "short: Hội", "a.yaml")
    change(shared, "lead: so-a", "lead: so-q", "a.yaml")
    assert "a.yaml:" in shared.refused("apply", "--on", "2024-10-15")


def test_an_id_in_both_files_is_the_plan_s_own_with_a_note(shared: Office) -> None:
    own = "agencies:\n  so-b: {name: Sở B riêng, short: Sở B, contacts: [{to: rieng@mau.example}]}\n"
    change(shared, "agencies:\n", own, "a.yaml")
    out = shared.well("check")
    assert "a.yaml:9:3: so-b: cũng có trong co-quan.yaml" in out
    assert read_plan(shared.folder / "plans" / "a.yaml").plan.agencies["so-b"].name == "Sở B riêng"


@pytest.mark.parametrize("own", ["", "agencies: {hoi: {name: Hội mẫu, short: Hội}}\n", "agencies:\n"])
def test_a_plan_may_have_no_agencies_of_its_own_or_have_them_on_one_line(shared: Office, own: str) -> None:
    start, end = OWN.index("agencies:\n"), OWN.index("groups:\n")
    change(shared, OWN[start:end], own, "a.yaml")
    if "hoi" not in own:
        change(shared, "agencies:\n", "agencies:\n  hoi: {name: Hội mẫu, short: Hội}\n")
    shared.well("apply", "--on", "2024-10-15")
    assert shared.well("apply", "--on", "2024-10-15").count("không có gì thay đổi") == 2


def test_the_shared_file_is_checked_by_itself_and_backed_up(shared: Office) -> None:
    file = shared.folder / "plans" / "co-quan.yaml"
    assert shared.well("check", str(file)) == "co-quan.yaml: 4 cơ quan, 0 nhóm dùng chung.\n"
    shared.well("apply", "--on", "2024-10-15")
    shared.well("backup", str(shared.folder / "sao"))
    assert (shared.folder / "sao" / "plan" / "co-quan.yaml").read_text(encoding="utf-8") == SHARED
