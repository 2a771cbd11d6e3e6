"""Rules that join several rows of the plan file: what must hold, and what an admin should know."""

import pytest
from plan_text import SMALL, altered

from tracker.errors import Faults
from tracker.plan.reader import parse_plan

REVIEW = "phase_review: {code: so-ket, title: Sơ kết, opens: 2025-10-01, due: 2025-11-15, closes: 2025-12-31}"
HEIR = "succeeded_by: {agency: so-a, since: 2025-06-01}"


def faults_of(*changes: tuple[str, str]) -> list[str]:
    with pytest.raises(Faults) as caught:
        parse_plan(altered(*changes).encode())
    return [str(fault) for fault in caught.value.faults]


def with_reporting(line: str) -> tuple[str, str]:
    return "reporting:\n", f"reporting:\n  {line}\n"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            ("{id: ND1, title: Nội dung một", "{id: ND0, title: Nội dung một"),
            "activities.yaml:31:10: ND0: mã này đã có ở dòng 30; đổi một trong hai mã",
        ),
        (
            ("by: 2025, source", "by: 2030, source"),
            "activities.yaml:52:60: htx.by: năm 2030 ngoài kế hoạch; chọn trong 2023, 2024, 2025",
        ),
        (
            ("    lead: so-b\n", "    lead: so-b\n    due: 2025-05-01\n"),
            "activities.yaml:51:10: II.3.due: hạn 2025-05-01 ngoài các năm của hoạt động; sửa hạn hoặc thêm năm",
        ),
        (
            ("aliases: [Sở cũ A]", "aliases: [Sở cũ A, HỘI]"),
            'activities.yaml:16:24: so-a: tên "HỘI" đã là của hoi; mỗi tên gọi chỉ thuộc một cơ quan hoặc nhóm',
        ),
        (
            ("name: Các Sở,", "name: Sở A,"),
            'activities.yaml:28:18: cac-so: tên "Sở A" đã là của so-a; '
            "mỗi tên gọi chỉ thuộc một cơ quan hoặc nhóm",
        ),
        (
            ("kind: locality\n", f"kind: locality\n    {HEIR.replace('so-a', 'huyen-x')}\n"),
            "activities.yaml:27:19: huyen-x.succeeded_by: kế thừa vòng tròn: huyen-x → huyen-x; "
            "để một cơ quan không có succeeded_by",
        ),
        (
            ("short: Sở B\n", f"short: Sở B\n    {HEIR}\n"),
            "activities.yaml:18:19: so-a.succeeded_by: kế thừa vòng tròn: so-a → so-b → so-a; "
            "để một cơ quan không có succeeded_by",
        ),
        (
            with_reporting(REVIEW.replace("due: 2025-11-15", "due: 2026-01-15")),
            "activities.yaml:54:17: reporting.phase_review: các ngày không theo thứ tự mở, hạn, khóa; "
            "sửa để opens trước due và due không sau closes",
        ),
        (
            with_reporting(REVIEW.replace("so-ket,", "2025,")),
            "activities.yaml:54:24: reporting.phase_review.code: mã trùng với mã kỳ hằng năm; chọn mã khác",
        ),
        (
            with_reporting("calendar: {days_off: [2024-05-01], working_days: [2024-05-04, 2024-05-01]}"),
            "activities.yaml:54:65: reporting.calendar.working_days: 2024-05-01 vừa nghỉ vừa làm bù; "
            "giữ ở một danh sách",
        ),
    ],
)
def test_a_broken_rule_is_one_fault_at_its_place_with_the_way_out(change: tuple[str, str], fault: str) -> None:
    assert faults_of(change) == [fault]


def test_one_id_cannot_be_an_agency_and_a_group() -> None:
    faults = faults_of(("  cac-so: {", "  so-b: {"), ("[cac-so]", "[so-b]"))
    assert faults == [
        "activities.yaml:28:9: so-b: vừa là mã cơ quan vừa là mã nhóm; đổi mã của nhóm",
    ]


def test_a_circle_is_said_once_however_many_lead_into_it() -> None:
    faults = faults_of(
        ("short: Sở B\n", f"short: Sở B\n    {HEIR}\n"),
        ("short: Huyện X\n", f"short: Huyện X\n    {HEIR}\n"),
        ("short: Hội\n", f"short: Hội\n    {HEIR}\n"),
    )
    assert [fault.split(": ")[2] for fault in faults] == ["kế thừa vòng tròn"]


def test_rules_say_nothing_of_what_could_not_be_read() -> None:
    faults = faults_of(
        ("years: [2023, 2024, 2025]\n  coord", "years: ba năm\n  coord"),
        ("agency: so-b, since", "agency: [so-b], since"),
        with_reporting(REVIEW.replace("due: 2025-11-15", "due: giữa tháng 11")),
        ("annual:", "calendar: {days_off: [x], working_days: [x]}\n  annual:"),
    )
    assert [fault.split(":")[1] for fault in faults] == ["6", "18", "54", "55", "55"]


def test_the_small_plan_has_its_two_notes_and_no_more() -> None:
    assert [note.where for note in parse_plan(SMALL.encode()).notes] == ["so-a", "I.1"]


TASKS = (
    ("activities:\n", "  - {id: VI, title: Tổ chức, part: tasks}\nactivities:\n"),
    ("targets:\n", "tasks:\n  - {id: VI.3, title: Bố trí kinh phí, content: VI, lead: so-b}\ntargets:\n"),
)


def test_a_row_of_the_matrix_does_not_stand_under_a_content_of_tasks() -> None:
    fair = ("    content: ND1\n    years: [2024]\n", "    content: VI\n    years: [2024]\n")
    [fault] = faults_of(*TASKS, fair)
    assert 'II.3.content: nội dung VI ("part: tasks") không dành cho mục activities' in fault
    assert fault.endswith("chọn nội dung khác, hoặc chuyển dòng này sang mục tasks")


@pytest.mark.parametrize("content", ["ND0", "ND1"])
def test_a_task_does_not_stand_under_a_content_of_the_matrix(content: str) -> None:
    moved = (TASKS[1][0], TASKS[1][1].replace("content: VI", f"content: {content}"))
    [fault] = faults_of(TASKS[0], moved)
    assert f"VI.3.content: nội dung {content}" in fault
    assert fault.endswith("chọn nội dung khác, hoặc chuyển dòng này sang mục activities")


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (
            ("coordinating: [hoi]", "coordinating: [so-a]"),
            "activities.yaml:45:19: II.2: cơ quan chủ trì Sở A cũng ghi ở cột phối hợp; "
            "giữ nguyên nếu bản ký in như vậy",
        ),
        (
            with_reporting(REVIEW.replace("}", ", unconfirmed: chưa rõ ngày}")),
            "activities.yaml:54:116: reporting.phase_review: chưa rõ ngày; đối chiếu bản ký rồi xóa dòng này",
        ),
        (
            ("    contacts: [{to: b@mau.example}]\n", ""),
            "activities.yaml:20:5: so-b: chủ trì (kể cả kế thừa) 2 hoạt động nhưng chưa có nơi nhận thư; "
            "thêm contacts",
        ),
        (
            ("    lead: so-b\n", "    lead: so-b\n    due: 2024-09-30\n"),
            "activities.yaml:51:10: II.3.due: hạn riêng 30/09/2024 ngoài mọi kỳ báo cáo của kế hoạch, "
            "nên không được dùng; chọn ngày từ ngày mở đến ngày khóa của một kỳ, hoặc bỏ dòng này",
        ),
        (
            with_reporting("stages: {coordinator: 20, head: 0}"),
            "activities.yaml:54:11: reporting.stages: dispatch (15) không sau coordinator (20): "
            "đầu mối chưa được báo trước; để dispatch lớn hơn coordinator",
        ),
        (
            ("    lead: so-b\n", "    lead: so-b\n    stages: {head: 7}\n"),
            "activities.yaml:51:20: II.3.stages: head (7) không sau coordinator (7): "
            "đầu mối chưa được báo trước; để head lớn hơn coordinator",
        ),
        (
            ("[{to: b@mau.example}]", "[{to: b@mau.example}, {to: c@mau.example}, {to: B@Mau.example}]"),
            "activities.yaml:22:63: so-b: địa chỉ B@Mau.example đã ghi ở nơi nhận thứ 1; giữ một dòng",
        ),
    ],
)
def test_what_an_admin_should_know_is_a_note_and_stops_nothing(change: tuple[str, str], note: str) -> None:
    assert note in [str(found) for found in parse_plan(altered(change).encode()).notes]


@pytest.mark.parametrize(
    "change",
    [
        ("    lead: so-b\n", "    lead: so-b\n    due: 2024-12-31\n"),
        with_reporting("stages: {coordinator: 0}"),
        with_reporting("stages: {head: 0, dispatch: 0}"),
        ("short: Sở B\n", "short: Sở B\n    stages: {before: [5]}\n"),
    ],
)
def test_what_is_in_order_is_no_note(change: tuple[str, str]) -> None:
    assert [note.where for note in parse_plan(altered(change).encode()).notes] == ["so-a", "I.1"]
