"""What a new plan changes, in people's terms."""

from dataclasses import fields, is_dataclass
from typing import Literal, get_args, get_origin, get_type_hints

import pytest
from plan_text import plan_of

from tracker.plan import model
from tracker.plan.changes import Change, plan_changes

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
        (("part: content}", "part: direction}"), "Nội dung ND1, phần: nội dung → chỉ đạo", ""),
        (
            ("reporting:\n", "reporting:\n  area_report: {id: VI.2, title: Tình hình địa bàn, by: [huyen-x]}\n"),
            "Chế độ báo cáo, báo cáo của địa phương: không có → VI.2 – Tình hình địa bàn – Huyện X",
            "huyen-x",
        ),
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


def test_the_area_report_under_another_id_is_said() -> None:
    area = ("reporting:\n", "reporting:\n  area_report: {id: VI.2, title: Tình hình địa bàn, by: [huyen-x]}\n")
    (change,) = plan_changes(plan_of(area), plan_of(area, ("id: VI.2", "id: VI.3")))
    assert change.text == "Chế độ báo cáo, báo cáo của địa phương, mục: VI.2 → VI.3"
    assert plan_changes(plan_of(area, ("id: VI.2", "id: VI.3")), plan_of(area))


def test_an_agency_under_another_id_is_told_apart_from_itself() -> None:
    line = [
        change.text
        for change in changes(
            ("so-b:", "so-be:"), ("so-b,", "so-be,"), ("so-b]", "so-be]"), ("lead: so-b", "lead: so-be")
        )
    ]
    assert "Sở B (so-b) bớt II.3 (2024); Sở B (so-be) thêm II.3 (2024): Hội chợ" in line


def test_a_long_text_is_shown_from_where_it_changes() -> None:
    old, new = plan_of(("Hội chợ", LONG + "huyện X")), plan_of(("Hội chợ", LONG + "xã Y"))
    (change,) = plan_changes(old, new)
    assert change.text.endswith("quản lý tại huyện X → …nữ quản lý tại xã Y")


def test_a_text_that_happens_to_be_an_id_is_left_as_it_is() -> None:
    (change,) = changes(("title: Hội chợ", "title: hoi"))
    assert change.text == "Hoạt động II.3, tên: Hội chợ → hoi"


def model_rows() -> list[type]:
    return [cls for cls in vars(model).values() if isinstance(cls, type) and is_dataclass(cls)]


def test_every_field_of_the_model_carries_the_name_officials_call_it() -> None:
    for cls in model_rows():
        for field in fields(cls):
            assert field.metadata["label"], f"{cls.__name__}.{field.name}"
            assert field.metadata["doc"], f"{cls.__name__}.{field.name}"


def test_every_choice_of_the_model_has_words_for_officials() -> None:
    for cls in model_rows():
        hints = get_type_hints(cls)
        for field in fields(cls):
            choices = {choice for kind in parts_of(hints[field.name]) for choice in choices_of(kind)}
            assert choices == set(field.metadata.get("words", ())), f"{cls.__name__}.{field.name}"


def parts_of(kind: object) -> list[object]:
    return [kind, *(part for argument in get_args(kind) for part in parts_of(argument))]


def choices_of(kind: object) -> tuple[str, ...]:
    return get_args(kind) if get_origin(kind) is Literal else ()
