"""Reading the plan file: what is right is read exactly, what is wrong is named, all of it, at its place."""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_text import SMALL, altered, plan_of

from tracker.errors import FileTrouble, PlanFaults
from tracker.plan.model import MonthDay
from tracker.plan.reader import parse_plan, read_plan

FAULT = re.compile(r"activities\.yaml:\d+:\d+: .+; .+", re.DOTALL)


def faults_of(text: str | bytes) -> list[str]:
    """Return the faults of a plan text, as they are printed."""
    with pytest.raises(PlanFaults) as caught:
        parse_plan(text.encode() if isinstance(text, str) else text)
    return [str(fault) for fault in caught.value.faults]


def test_a_plan_without_faults_is_read_into_exact_values() -> None:
    plan = plan_of()
    assert plan.plan.issued == date(2024, 3, 22)
    assert plan.by_id["II.2"].years == (2023, 2024, 2025)
    assert plan.targets[0].at_least == Decimal(10)
    assert plan.reporting.annual.due == MonthDay(10, 29)
    assert plan.agencies["huyen-x"].kind == "locality"
    assert plan.reporting.stages.before == (10, 5, 2, 0)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            ("lead: so-a", "lead: so-aa"),
            'activities.yaml:44:11: II.2.lead: không có cơ quan "so-aa"; có phải "so-a"?',
        ),
        (
            ("coordinating: [cac-so]", "coordinating: [cac-soo]"),
            'activities.yaml:39:20: I.1.coordinating.1: không có cơ quan hay nhóm "cac-soo"; có phải "cac-so"?',
        ),
        (
            ("content: ND0", "content: ND9"),
            'activities.yaml:35:14: I.1.content: không có nội dung "ND9"; có phải "ND1"?',
        ),
        (
            ("years: [2024]", "years: [2024, 2026]"),
            "activities.yaml:49:19: II.3.years: năm 2026 ngoài kế hoạch; chọn trong 2023, 2024, 2025",
        ),
        (("id: II.3", "id: II.2"), "activities.yaml:46:9: II.2: mã này đã có ở dòng 40; đổi một trong hai mã"),
        (
            ("issued: 2024-03-22", "issued: 22/3/2024"),
            'activities.yaml:5:11: plan.issued: "22/3/2024" không viết theo NĂM-THÁNG-NGÀY; viết 2024-03-22',
        ),
        (
            ("issued: 2024-03-22", "issued: 2024-02-30"),
            'activities.yaml:5:11: plan.issued: "2024-02-30" là ngày không có trong lịch; '
            "viết NĂM-THÁNG-NGÀY, ví dụ 2024-10-29",
        ),
        (
            ("due: 10-29", "due: 02-29"),
            'activities.yaml:54:31: reporting.annual.due: "02-29" không có trong mọi năm; '
            "viết THÁNG-NGÀY, ví dụ 10-29",
        ),
        (
            ("    lead: so-b\n", "    lead: so-b\n    lead: hoi\n"),
            'activities.yaml:51:5: II.3: khóa "lead" đã có ở dòng 50; giữ lại một trong hai',
        ),
        (
            ("    title: Tập huấn\n", "    titel: Tập huấn\n"),
            'activities.yaml:41:5: II.2.titel: không có khóa "titel"; có phải "title"?',
        ),
        (("    title: Tập huấn\n", ""), 'activities.yaml:40:5: II.2: thiếu khóa "title"; thêm dòng title: …'),
        (
            ("years: [2024]", "years: 2024"),
            "activities.yaml:49:12: II.3.years: phải là danh sách; "
            "viết [a, b] hoặc mỗi mục một dòng bắt đầu bằng -",
        ),
        (
            ("years: [2024]", "years: []"),
            "activities.yaml:49:12: II.3.years: danh sách trống; cần ít nhất một mục",
        ),
        (
            ("years: [2024]", "years: [2024, 2024]"),
            'activities.yaml:49:19: II.3.years: "2024" viết hai lần; xóa một trong hai',
        ),
        (
            ("at_least: 10", "at_least: mười"),
            'activities.yaml:52:52: htx.at_least: "mười" không phải số; '
            "viết bằng chữ số, phần lẻ sau dấu chấm, ví dụ 1253 hoặc 12.5",
        ),
        (
            ("title: Hội chợ", "title:"),
            "activities.yaml:47:11: II.3.title: để trống; điền giá trị hoặc xóa cả dòng",
        ),
        (
            ("kind: locality", "kind: localty"),
            'activities.yaml:26:11: agencies.huyen-x.kind: "localty" không dùng được; có phải "locality"?',
        ),
        (
            ("to: b@mau.example", "to: b at mau"),
            'activities.yaml:22:21: agencies.so-b.contacts.1.to: "b at mau" không dùng được; '
            "viết một địa chỉ như vanphong@so.angiang.example",
        ),
        (
            ("short: Sở B", "short: Sở cũ A"),
            'activities.yaml:20:5: so-b: tên "Sở cũ A" đã là của so-a; '
            "mỗi tên gọi chỉ thuộc một cơ quan hoặc nhóm",
        ),
        (
            ("closes: 12-31", "closes: 10-01"),
            "activities.yaml:54:11: reporting.annual: các ngày không theo thứ tự mở, hạn, khóa; "
            "sửa để opens trước due và due không sau closes",
        ),
        (
            ("title: Tập huấn", "title: &x Tập huấn"),
            "activities.yaml:41:12: II.2.title: không dùng neo (&, *) của YAML; viết lại nội dung tại chỗ",
        ),
        (
            ("title: Tập huấn", "title: !!str Tập huấn"),
            "activities.yaml:41:12: II.2.title: không dùng nhãn kiểu tag:yaml.org,2002:str; xóa nhãn đi",
        ),
    ],
)
def test_one_mistake_is_one_fault_at_its_place_with_the_way_out(change: tuple[str, str], fault: str) -> None:
    assert faults_of(altered(change)) == [fault]


def test_all_faults_are_named_at_once_and_in_the_order_of_the_file() -> None:
    faults = faults_of(
        altered(
            ("issued: 2024-03-22", "issued: hôm qua"),
            ("lead: hoi", "lead: hội"),
            ("lead: so-a", "lead: so-aa"),
            ("years: [2024]", "years: [2031, x]"),
            ("at_least: 10", "at_least: -1"),
            ("symbol: BC-BTV", "symbool: BC-BTV"),
        )
    )
    lines = [int(fault.split(":")[1]) for fault in faults]
    assert lines == sorted(lines)
    assert len(faults) == 7, faults


def test_a_circle_of_successions_is_a_fault() -> None:
    text = altered(
        ("short: Sở B\n", "short: Sở B\n    succeeded_by: {agency: so-a, since: 2025-01-01}\n"),
    )
    assert all("kế thừa vòng tròn" in fault for fault in faults_of(text))


def test_an_agency_with_a_fault_of_its_own_is_still_known_to_the_others() -> None:
    (fault,) = faults_of(altered(("    name: Sở B mẫu\n", "")))
    assert 'thiếu khóa "name"' in fault


@pytest.mark.parametrize("value", ["no", "1.10", "017", "12:30", "null-ish", "true", "0x1f", "1e3"])
def test_a_text_stays_the_text_that_was_typed(value: str) -> None:
    assert plan_of(("title: Hội chợ", f"title: {value}")).by_id["II.3"].title == value


@pytest.mark.parametrize("value", ["2024.0", "2_024", "0x7e8", "２０２４", "20:24", "yes", "1e3"])
def test_a_year_is_digits_and_nothing_else(value: str) -> None:
    assert faults_of(altered(("years: [2024]", f"years: [{value}]")))


def test_tabs_are_named_line_by_line() -> None:
    faults = faults_of(altered(("    title: Tập huấn", "\ttitle: Tập huấn")))
    assert faults[0] == "activities.yaml:41:1: có phím Tab ở đầu dòng; thụt dòng bằng dấu cách"


def test_broken_utf8_is_named_at_its_byte() -> None:
    raw = SMALL.encode().replace("Tập".encode(), b"T\xff\xfep", 1)
    assert faults_of(raw) == [
        "activities.yaml:41:13: byte 0xff không phải UTF-8; "
        "mở tệp bằng trình soạn thảo và lưu lại với bảng mã UTF-8"
    ]


@pytest.mark.parametrize("letter", ["\x00", "\x07", "\x85", "\x1b", "\ufeff"])
def test_a_control_character_is_named(letter: str) -> None:
    (fault,) = faults_of(altered(("Tập huấn", f"Tập{letter} huấn")))
    assert f"U+{ord(letter):04X}" in fault
    assert fault.startswith("activities.yaml:41:15:")


@pytest.mark.parametrize("escape", ["\\0", "\\x07", "\\x85", "\\uFEFF"])
def test_an_escape_cannot_write_what_the_file_may_not_hold(escape: str) -> None:
    (fault,) = faults_of(altered(("title: Tập huấn", f'title: "Tập{escape} huấn"')))
    assert fault.startswith("activities.yaml:41:12: II.2.title: ký tự điều khiển U+")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000,
        "a: " * 5000,
        "{a: " * 5000,
        "- " * 5000,
        "a:\n" + "".join(" " * n + "a:\n" for n in range(1, 300)),
    ],
)
def test_endless_nesting_is_a_fault_and_not_a_crash(text: str) -> None:
    assert faults_of(text)


@pytest.mark.parametrize(
    "text", ["", "# chỉ có ghi chú\n", "kế hoạch", "- a\n- b\n", SMALL + "---\nplan: {}\n", "%YAML 9"]
)
def test_what_is_no_plan_at_all_is_a_fault(text: str) -> None:
    assert faults_of(text)


def test_a_byte_order_mark_and_windows_line_ends_are_fine() -> None:
    raw = b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode()
    assert parse_plan(raw).plan == plan_of()


def test_decomposed_letters_are_read_as_composed_ones() -> None:
    assert parse_plan(unicodedata.normalize("NFD", SMALL).encode()).plan == plan_of()


def test_letters_decomposed_by_escapes_are_read_as_composed_ones() -> None:
    plan = parse_plan(altered(("title: Tập huấn", 'title: "Ta\\u0323\\u0302p"')).encode()).plan
    assert plan.by_id["II.2"].title == "Tập"


def test_unconfirmed_readings_are_notes_and_no_faults() -> None:
    notes = [str(note) for note in parse_plan(SMALL.encode()).notes]
    assert len(notes) == 2
    assert "so-a: Sở B kế thừa từ 01/03/2025: cần đối chiếu" in notes[0]
    assert "I.1: năm 2023 là cách đọc: ô trống bị mất" in notes[1]


def test_a_lead_without_a_contact_is_a_note() -> None:
    notes = parse_plan(altered(("    contacts: [{to: b@mau.example}]\n", "")).encode()).notes
    assert any("so-b: chủ trì 1 hoạt động nhưng chưa có nơi nhận thư" in str(note) for note in notes)


def test_a_file_that_is_not_there_is_named_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(FileTrouble, match="TRACKER_PLAN"):
        read_plan(tmp_path / "khong-co.yaml")


LINES = SMALL.splitlines(keepends=True)
SPOILERS = st.sampled_from(
    [
        "",
        "\n",
        "\t",
        ": ",
        "- ",
        "[",
        "}",
        "&a",
        "*a",
        "!!int ",
        "'",
        '"',
        "#",
        "---\n",
        "\x00",
        "%",
        "? ",
        "|\n",
        "é",
        "no",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_is_spoiled_gives_a_plan_or_faults_inside_the_file(data: st.DataObject) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        cut = data.draw(st.integers(0, len(line)))
        lines[at] = line[:cut] + data.draw(SPOILERS) + line[data.draw(st.integers(cut, len(line))) :]
    raw = "".join(lines).encode()
    if data.draw(st.booleans()):
        cut = data.draw(st.integers(0, len(raw)))
        raw = raw[:cut] + data.draw(st.binary(max_size=4)) + raw[cut:]
    faults = []
    try:
        parse_plan(raw)
    except PlanFaults as why:
        faults = [str(fault) for fault in why.faults]
        named = bool(faults)
    else:
        named = True
    assert named
    for fault in faults:
        assert FAULT.fullmatch(fault), fault
        assert int(fault.split(":")[1]) <= raw.count(b"\n") + raw.count(b"\r") + 3
