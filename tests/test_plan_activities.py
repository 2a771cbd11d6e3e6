"""The real plan, held to what its careful reading counted."""

import unicodedata
from collections import Counter
from datetime import date

import pytest
from answering import shipped_plan
from conftest import ROOT

from tracker.calendar import WorkingDays
from tracker.plan.model import Plan
from tracker.plan.reader import read_plan
from tracker.plan.summary import summary

READING = read_plan(ROOT / "activities.yaml")


@pytest.fixture
def plan() -> Plan:
    return READING.plan


def test_there_are_48_rows_with_their_printed_numbers_in_order(plan: Plan) -> None:
    printed = [f"I.{n}" for n in range(1, 8)] + [f"II.{n}" for n in range(2, 43)]
    assert [activity.id for activity in plan.activities] == printed


def test_the_summary_says_which_number_is_which(plan: Plan) -> None:
    first = summary(plan).splitlines()[0]
    assert first == (
        "305/KH-UBND: 48 hoạt động: 7 chỉ đạo (I.1–I.7), 41 nội dung (II.2–II.42; TT 1 là dòng tiêu đề Nội dung 1)"
    )


def test_the_headings_hold_as_many_rows_as_printed(plan: Plan) -> None:
    count = Counter(activity.content for activity in plan.activities)
    assert [count[f"ND{n}"] for n in range(8)] == [7, 6, 6, 10, 6, 9, 2, 2]


def test_the_heading_of_content_one_carries_number_ii_1(plan: Plan) -> None:
    assert plan.area("ND1").printed_as == "II.1"


def test_eight_agencies_lead_as_many_rows_as_printed(plan: Plan) -> None:
    assert Counter(lead for activity in plan.activities for lead in activity.lead) == {
        "hoi-lhpn": 28,
        "so-cong-thuong": 7,
        "lien-minh-htx": 6,
        "so-tttt": 3,
        "so-ldtbxh": 1,
        "so-nnptnt": 1,
        "so-tai-chinh": 1,
        "so-khdt": 1,
    }


def test_nine_rows_have_unconfirmed_years_and_as_many_years_as_printed_marks(plan: Plan) -> None:
    unsure = {a.id: len(a.years) for a in plan.activities if a.years_unconfirmed}
    assert unsure == {
        "I.1": 1, "I.3": 1, "I.4": 1, "II.2": 2, "II.7": 1, "II.8": 1, "II.9": 2, "II.32": 2, "II.42": 1,
    }  # fmt: skip
    assert all(a.years == (2023, 2024, 2025) for a in plan.activities if a.id not in unsure)
    assert sum("là cách đọc" in str(note) for note in READING.notes) == 9
    assert sum(len(a.years) for a in plan.activities) == 129


def test_42_activities_have_a_mark_in_2024(plan: Plan) -> None:
    assert len(list(plan.activities_of(2024))) == 42


def test_the_successors_of_2025_are_marked_as_unconfirmed(plan: Plan) -> None:
    heirs = {a.id: a.succeeded_by for a in plan.agencies.values() if a.succeeded_by}
    assert {agency: heir.agency for agency, heir in heirs.items()} == {
        "so-khdt": "so-tai-chinh",
        "so-tttt": "so-khcn",
        "so-nnptnt": "so-nnmt",
        "so-ldtbxh": "so-noi-vu",
    }
    assert all(heir.unconfirmed for heir in heirs.values())


@pytest.mark.parametrize("row", ["II.7", "II.41", "II.42"])
def test_rows_printed_without_a_coordinating_agency_have_none(plan: Plan, row: str) -> None:
    assert plan.by_id[row].coordinating == ()
    assert plan.by_id[row].coordinating_printed is None


def test_every_other_row_keeps_the_printed_words_of_its_coordinating_agencies(plan: Plan) -> None:
    silent = {a.id for a in plan.activities if not (a.coordinating and a.coordinating_printed)}
    assert silent == {"II.7", "II.41", "II.42"}


def test_the_row_that_names_its_own_lead_is_kept_and_noted(plan: Plan) -> None:
    assert "so-cong-thuong" in plan.by_id["II.26"].coordinating
    assert any("II.26: cơ quan chủ trì" in str(note) for note in READING.notes)


@pytest.mark.parametrize(
    ("row", "misspelt"), [("II.2", "truyên truyền viên"), ("II.4", "cao cao"), ("II.10", "sản phảm")]
)
def test_printed_misspellings_stay_so_that_the_signed_plan_can_be_searched(
    plan: Plan, row: str, misspelt: str
) -> None:
    assert misspelt in plan.by_id[row].title


def test_eleven_targets_and_eleven_localities(plan: Plan) -> None:
    assert len(plan.targets) == 11
    assert [t.at_least for t in plan.targets] == [10, 66, 240, 1253, 100, 1, 30, 100, 80, 30, 50]
    assert [t.id for t in plan.targets if t.source == "IV.4"] == ["chung-chi-quan-tri", "dao-tao-nghe"]
    assert sum(agency.kind == "locality" for agency in plan.agencies.values()) == 11


def test_the_group_keeps_the_printed_wording(plan: Plan) -> None:
    group = plan.groups["so-nganh-lien-quan"]
    assert group.name == "Các Sở, ngành có liên quan"
    assert len(group.members) == 11
    assert "hoi-lhpn" not in group.members
    assert all(plan.agencies[member].kind == "agency" for member in group.members)
    assert plan.by_id["II.5"].coordinating_printed == "Hội LHPN tỉnh và các sở ngành có liên quan"


def test_the_annual_report_is_due_on_the_last_day_before_30_october(plan: Plan) -> None:
    assert plan.reporting.annual.due == (10, 29)


@pytest.mark.parametrize(
    ("day", "working"), [("2024-04-29", False), ("2024-05-04", True), ("2025-04-26", True), ("2025-05-02", False)]
)
def test_swapped_days_are_kept_as_they_were_announced(plan: Plan, day: str, working: bool) -> None:
    assert WorkingDays(plan.reporting.calendar).is_working(date.fromisoformat(day)) is working


def test_every_contact_is_on_a_reserved_domain(plan: Plan) -> None:
    contacts = [contact.to for agency in plan.agencies.values() for contact in agency.contacts]
    assert len(contacts) == len(plan.agencies)
    assert all(contact.endswith(".example") for contact in contacts)


def test_the_file_is_nfc_and_names_its_schema() -> None:
    assert unicodedata.is_normalized("NFC", READING.text)
    assert READING.text.startswith("# yaml-language-server: $schema=docs/activities.schema.json")


def test_section_vi_stands_as_printed_counted_apart_from_the_matrix() -> None:
    plan = shipped_plan().plan
    assert Counter(".".join(task.id.split(".")[:2]) for task in plan.tasks) == {
        "VI.1": 6, "VI.2": 1, "VI.3": 1, "VI.4": 2, "VI.5": 1, "VI.6": 2, "VI.7": 1, "VI.8": 1, "VI.9": 4,
        "VI.10": 1, "VI.11": 1, "VI.12": 2, "VI.13": 1,
    }  # fmt: skip
    assert len(plan.activities) == 48
    assert all(plan.is_apart(task.id) and task.years == (2023, 2024, 2025) for task in plan.tasks)
    assert len(plan.by_id["VI.13"].subtasks) == 4
    assert len(plan.leads_of(plan.by_id["VI.13"])) == 11


def test_every_paragraph_of_the_plan_has_a_place_in_the_docs() -> None:
    page = (ROOT / "docs" / "ke-hoach-305.md").read_text(encoding="utf-8")
    for part in (
        "I. Mục",
        "II.1",
        "II.2",
        "III.",
        "IV.1",
        "IV.7",
        "V. Nguồn",
        "VI.1",
        "VI.13",
        "Nơi nhận",
        "Khung",
    ):
        assert f"| {part}" in page
