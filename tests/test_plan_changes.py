"""What a new plan changes, in people's terms."""

import pytest
from plan_text import altered, plan_of

from tracker.plan.changes import plan_changes
from tracker.plan.reader import parse_plan


def said(*changes: tuple[str, str]) -> list[str]:
    return [change.text for change in plan_changes(plan_of(), parse_plan(altered(*changes).encode()).plan)]


def test_equal_plans_change_nothing() -> None:
    assert said() == []


def test_the_first_plan_is_said_in_one_line() -> None:
    (change,) = plan_changes(None, plan_of())
    assert change.text == "Kế hoạch mới 1/KH-UBND: 3 hoạt động, 3 cơ quan chủ trì."


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            ("lead: so-b", "lead: hoi"),
            "Sở B không còn chủ trì II.3; Hội nhận chủ trì II.3 (2024)",
        ),
        (("years: [2024]", "years: [2024, 2025]"), "Hoạt động II.3, years: 2024 → 2024, 2025"),
        (("title: Hội chợ", "title: Hội nghị"), "Hoạt động II.3, title: “Hội chợ” → “Hội nghị”"),
        (("due: 10-29", "due: 10-25"), "Chế độ báo cáo, annual, due: 29/10 → 25/10"),
        (("at_least: 10", "at_least: 12"), "Chỉ tiêu htx, at_least: 10 → 12"),
        (
            ("to: b@mau.example", "to: c@mau.example"),
            "Sở B, contacts: “b@mau.example” không có → “c@mau.example” không có",
        ),
        (("since: 2025-03-01", "since: 2025-04-01"), "Sở A, succeeded_by, since: 01/03/2025 → 01/04/2025"),
        (("issuer: HỘI MẪU", "issuer: HỘI KHÁC"), "Chế độ báo cáo, letterhead, issuer: “HỘI MẪU” → “HỘI KHÁC”"),
    ],
)
def test_a_change_is_said_once_and_in_full(change: tuple[str, str], line: str) -> None:
    assert said(change) == [line]


def test_activities_that_come_and_go_name_the_agency_that_gains_or_loses_them() -> None:
    lines = said(("id: II.3", "id: II.9"))
    assert lines == ["Bớt hoạt động II.3: Sở B (2024): Hội chợ", "Thêm hoạt động II.9: Sở B (2024): Hội chợ"]
