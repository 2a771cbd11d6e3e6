"""What a new plan changes, in people's terms."""

from dataclasses import fields, is_dataclass

import pytest
from plan_text import plan_of

from tracker.plan import model
from tracker.plan.changes import LABELS, Change, plan_changes

REVIEW = "{code: so-ket, title: Sơ kết, opens: 2025-10-01, due: 2025-11-15, closes: 2025-12-31}"
LONG = "Tổ chức tập huấn nâng cao năng lực quản trị cho thành viên hợp tác xã do phụ nữ quản lý tại "


def changes(*edits: tuple[str, str]) -> list[Change]:
    return plan_changes(plan_of(), plan_of(*edits))


def test_equal_plans_change_nothing() -> None:
    assert changes() == []


def test_the_order_in_which_years_are_written_changes_nothing() -> None:
    assert changes(("years: [2023, 2024, 2025]\n    lead", "years: [2025, 2023, 2024]\n    lead")) == []


def test_the_first_plan_is_said_in_one_line() -> None:
    (change,) = plan_changes(None, plan_of())
    assert change.text == (
        "Kế hoạch mới 1/KH-UBND: 4 cơ quan, 1 nhóm, 2 nội dung, 3 hoạt động, 1 chỉ tiêu; 3 cơ quan chủ trì."
    )
    assert change.agencies == {"hoi", "so-a", "so-b"}


@pytest.mark.parametrize(
    ("edit", "line", "agencies"),
    [
        (("lead: so-b", "lead: hoi"), "Sở B bớt II.3 (2024); Hội thêm II.3 (2024): Hội chợ", "hoi so-b"),
        (("years: [2024]", "years: [2025]"), "Sở B, II.3: bớt năm 2024, thêm năm 2025: Hội chợ", "so-b"),
        (("title: Hội chợ", "title: Hội nghị"), "Hoạt động II.3, tên: Hội chợ → Hội nghị", "so-b"),
        (("[cac-so]", "[so-b]"), "Hoạt động I.1, phối hợp: bớt Các Sở, thêm Sở B", "hoi so-a so-b"),
        (("lead: so-b", "lead: so-b\n    due: 2024-11-20"), "Hoạt động II.3, hạn: không có → 20/11/2024", "so-b"),
        (("short: Sở B", "short: Sở Bê"), "Sở Bê, tên gọi ngắn: Sở B → Sở Bê", "so-b"),
        (
            ("to: b@mau.example", "to: b@mau.example, name: Văn thư"),
            "Sở B, nơi nhận thư: bớt b@mau.example, thêm b@mau.example – Văn thư",
            "so-b",
        ),
        (("since: 2025-03-01", "since: 2025-04-01"), "Sở A, kế thừa, kể từ: 01/03/2025 → 01/04/2025", "so-a"),
        (
            ("    succeeded_by: {agency: so-b, since: 2025-03-01, unconfirmed: cần đối chiếu}\n", ""),
            "Sở A, kế thừa: Sở B – 01/03/2025 – cần đối chiếu → không có",
            "so-a so-b",
        ),
        (
            ("kind: locality\n", "kind: locality\n  xa-y: {name: Xã Y, short: Y}\n"),
            "Thêm cơ quan xa-y: Xã Y",
            "xa-y",
        ),
        (("[so-a, so-b]", "[so-b, hoi]"), "Nhóm cac-so, thành viên: bớt Sở A, thêm Hội", "hoi so-a so-b"),
        (("coordinator: hoi", "coordinator: so-a"), "Kế hoạch, cơ quan đầu mối: Hội → Sở A", "hoi so-a"),
        (("title: Nội dung một", "title: Nội dung 1"), "Nội dung ND1, tên: Nội dung một → Nội dung 1", ""),
        (("at_least: 10", "at_least: 1253"), "Chỉ tiêu htx, giá trị phải đạt: 10 → 1.253", "hoi"),
        (("due: 10-29", "due: 10-25"), "Chế độ báo cáo, hằng năm, hạn: 29/10 → 25/10", ""),
        (("symbol: BC-BTV", "symbol: BC"), "Chế độ báo cáo, thể thức, ký hiệu: BC-BTV → BC", ""),
        (("[Như trên]", "[Như trên, Lưu VT]"), "Chế độ báo cáo, thể thức, nơi nhận: thêm Lưu VT", ""),
        (
            ("reporting:\n", "reporting:\n  stages: {before: [7, 5, 2, 0]}\n"),
            "Chế độ báo cáo, mốc nhắc, trước hạn: bớt 10, thêm 7",
            "",
        ),
        (
            ("reporting:\n", f"reporting:\n  phase_review: {REVIEW}\n"),
            "Chế độ báo cáo, sơ kết: không có → so-ket – Sơ kết – 01/10/2025 – 15/11/2025 – 31/12/2025",
            "",
        ),
    ],
)
def test_a_change_is_said_once_and_in_full(edit: tuple[str, str], line: str, agencies: str) -> None:
    (change,) = changes(edit)
    assert change.text == line
    assert change.agencies == set(agencies.split())


def test_a_lead_and_years_that_change_together_are_said_with_the_years_of_each() -> None:
    (change,) = changes(("lead: so-b", "lead: hoi"), ("years: [2024]", "years: [2024, 2025]"))
    assert change.text == "Sở B bớt II.3 (2024); Hội thêm II.3 (2024, 2025): Hội chợ"


def test_activities_that_come_and_go_name_the_agency_that_gains_or_loses_them() -> None:
    lines = [change.text for change in changes(("id: II.3", "id: II.9"))]
    assert lines == ["Sở B bớt II.3 (2024): Hội chợ", "Sở B thêm II.9 (2024): Hội chợ"]


def test_a_long_text_is_shown_from_where_it_changes() -> None:
    old, new = plan_of(("Hội chợ", LONG + "huyện X")), plan_of(("Hội chợ", LONG + "xã Y"))
    (change,) = plan_changes(old, new)
    assert change.text.endswith("quản lý tại huyện X → …nữ quản lý tại xã Y")


def test_a_text_that_happens_to_be_an_id_is_left_as_it_is() -> None:
    (change,) = changes(("title: Hội chợ", "title: hoi"))
    assert change.text == "Hoạt động II.3, tên: Hội chợ → hoi"


def test_every_field_of_the_model_has_the_name_officials_call_it() -> None:
    rows = [cls for cls in vars(model).values() if is_dataclass(cls) and cls is not model.Plan]
    named = {field.name for cls in rows for field in fields(cls) if field.name != "id"}
    assert named == LABELS.keys()
