"""Reading the plan file: what is right is read exactly, what is wrong is named, all of it, at its place."""

import re
import time
import unicodedata
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_text import SMALL, altered, faults_of, plan_of

from tracker.errors import Faults, FileTrouble
from tracker.plan.model import MonthDay
from tracker.plan.reader import parse_plan, read_plan
from tracker.plan.tree import MOST

FAULT = re.compile(r"activities\.yaml:\d+:\d+: .+; .+")


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
            'activities.yaml:44:11: II.2.lead: không có cơ quan hay nhóm "so-aa"; có phải "so-a"?',
        ),
        (
            ("coordinating: [cac-so]", "coordinating: [cac-soo]"),
            'activities.yaml:39:20: I.1.coordinating.1: không có cơ quan hay nhóm "cac-soo"; có phải "cac-so"?',
        ),
        (
            ("content: ND0", "content: ND9"),
            'activities.yaml:35:14: I.1.content: không có nội dung "ND9"; '
            "khai báo mã này ở mục content, hoặc dùng một trong: ND0, ND1",
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
            'activities.yaml:52:52: htx.at_least: "mười" không phải số dùng được; '
            "viết bằng chữ số, không chấm hàng nghìn, phần lẻ sau dấu chấm, ví dụ 1253 hoặc 12.5",
        ),
        (
            ("at_least: 10", "at_least: 1.253"),
            'activities.yaml:52:52: htx.at_least: "1.253" không phải số dùng được; '
            "viết bằng chữ số, không chấm hàng nghìn, phần lẻ sau dấu chấm, ví dụ 1253 hoặc 12.5",
        ),
        (
            ("due: 10-29", "due: 29/10"),
            'activities.yaml:54:31: reporting.annual.due: "29/10" không viết theo THÁNG-NGÀY; viết 10-29',
        ),
        (
            ("due: 10-29", "due: １０-２９"),
            'activities.yaml:54:31: reporting.annual.due: "１０-２９" không phải ngày trong năm; '
            "viết THÁNG-NGÀY, ví dụ 10-29",
        ),
        (
            ("id: II.3\n", "id:\n"),
            "activities.yaml:46:8: activities.3.id: để trống; điền giá trị hoặc xóa cả dòng",
        ),
        (
            ("lead: so-b", 'lead: "so-\\nb"'),
            'activities.yaml:50:11: II.3.lead: không có cơ quan hay nhóm "so- b"; có phải "so-b"?',
        ),
        (
            ("  hoi:\n", "  hoi:\n    <<: *mau\n"),
            "activities.yaml:10:9: agencies.hoi.<<: không dùng neo (&, *) của YAML; viết lại nội dung tại chỗ",
        ),
        (
            ("    title: Tập huấn\n", "    title: Tập huấn: khởi sự\n"),
            'activities.yaml:41:20: dấu hai chấm không đúng chỗ; đặt cả câu trong "…" hoặc xem lại thụt dòng',
        ),
        (
            ("title: Tập huấn", 'title: "Tập huấn'),
            "activities.yaml:41:12: dấu nháy mở ở đây không có dấu đóng; thêm dấu nháy đóng",
        ),
        (
            ("years: [2024]", "years: [2024"),
            "activities.yaml:49:12: danh sách mở bằng [ ở đây thiếu dấu phẩy hoặc dấu ]; thêm vào chỗ thiếu",
        ),
        (
            ("title: Tập huấn", "title: %Tập huấn"),
            'activities.yaml:41:12: giá trị không mở đầu bằng ký tự này được; đặt giá trị trong "…"',
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
            "viết một địa chỉ như vanphong@so.tinh.example",
        ),
        (
            ("short: Sở B", "short: Sở cũ A"),
            'activities.yaml:21:12: so-b: tên "Sở cũ A" đã là của so-a; '
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
            "activities.yaml:41:12: II.2.title: không dùng nhãn kiểu !!str; xóa nhãn đi",
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


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("agencies:\n", "agenciess:\n"), 'không có khóa "agenciess"; có phải "agencies"?'),
        (("groups:\n", "group:\n"), 'không có khóa "group"; có phải "groups"?'),
        (("content:\n", "contents:\n"), 'không có khóa "contents"; có phải "content"?'),
        (("{id: ND1,", "{idd: ND1,"), 'không có khóa "idd"; có phải "id"?'),
        (("  so-b:\n    name: Sở B mẫu\n", "  so-b:\n"), 'thiếu khóa "name"'),
        (("years: [2023, 2024, 2025]\n  coord", "years: abc\n  coord"), "plan.years: phải là danh sách"),
        (("years: [2023, 2024, 2025]\n  coord", "years: [2023, 202x]\n  coord"), "plan.years.2"),
    ],
)
def test_what_could_not_be_read_is_not_held_against_the_rows_that_name_it(
    change: tuple[str, str], fault: str
) -> None:
    (found,) = faults_of(altered(change))
    assert fault in found


def test_a_year_outside_the_plan_is_named_at_its_own_column_beside_one_that_is_no_year() -> None:
    faults = faults_of(altered(("years: [2024]", "years: [x, 2031]")))
    assert [fault.split(": ")[0] for fault in faults] == ["activities.yaml:49:13", "activities.yaml:49:16"]


def test_an_agency_with_a_fault_of_its_own_is_still_known_to_the_others() -> None:
    (fault,) = faults_of(altered(("    name: Sở B mẫu\n", "")))
    assert 'thiếu khóa "name"' in fault


@pytest.mark.parametrize("value", ["no", "1.10", "017", "12:30", "null-ish", "true", "0x1f", "1e3"])
def test_a_text_stays_the_text_that_was_typed(value: str) -> None:
    assert plan_of(("title: Hội chợ", f"title: {value}")).by_id["II.3"].title == value


@pytest.mark.parametrize("value", ["02024", "2024.0", "2_024", "0x7e8", "２０２４", "20:24", "yes", "1e3"])
def test_a_year_is_digits_and_nothing_else(value: str) -> None:
    assert faults_of(altered(("years: [2024]", f"years: [{value}]")))


def test_tabs_are_named_line_by_line() -> None:
    faults = faults_of(altered(("    title: Tập huấn", "\ttitle: Tập huấn")))
    assert faults[0] == "activities.yaml:41:1: có phím Tab ở đầu dòng; thụt dòng bằng dấu cách"


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_places_are_the_same_whatever_ends_a_line(line_end: str) -> None:
    text = altered(("    title: Tập huấn", "\ttitle: Tập huấn")).replace("\n", line_end)
    assert faults_of(text)[0].startswith("activities.yaml:41:1: có phím Tab")
    broken = SMALL.replace("\n", line_end).encode().replace("Tập".encode(), b"T\xff", 1)
    assert faults_of(broken)[0].startswith("activities.yaml:41:13: byte 0xff")


def test_broken_utf8_is_named_at_its_byte() -> None:
    raw = SMALL.encode().replace("Tập".encode(), b"T\xff\xfep", 1)
    assert faults_of(raw) == [
        "activities.yaml:41:13: byte 0xff không phải UTF-8; "
        "mở tệp bằng trình soạn thảo và lưu lại với bảng mã UTF-8"
    ]


@pytest.mark.parametrize("letter", ["\x00", "\x07", "\x85", "\x1b", "\u2028", "\ufeff"])
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
    "raw",
    [
        bytes(range(256)) * 40_000,
        b"[" * 10_000_000,
        b"a" * 10_000_000,
        b"\t\n" * 5_000_000,
        b"a: b\n" * 2_000_000,
        b"- &a b\n" * 1_500_000,
        "".join(f"k{i}: b\n" for i in range(10_000)).encode(),
    ],
    ids=["bytes", "brackets", "letters", "tabs", "one key", "anchors", "many keys"],
)
def test_garbage_gives_few_faults_and_soon(raw: bytes) -> None:
    began = time.process_time()
    faults = faults_of(raw)
    assert len(faults) <= MOST + 1
    assert all(FAULT.fullmatch(fault) and len(fault) < 1000 for fault in faults)
    assert time.process_time() - began < 5
    if len(faults) > MOST:
        assert faults[-1].endswith(f"còn lỗi khác sau {MOST} lỗi đầu; sửa các lỗi trên rồi kiểm tra lại")


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


def test_a_file_that_is_not_there_is_named_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(FileTrouble, match="TRACKER_PLAN"):
        read_plan(tmp_path / "khong-co.yaml")


EVERYTHING = """\
  phase_review: {code: so-ket, title: Sơ kết, opens: 2025-10-01, due: 2025-11-15, closes: 2025-12-31}
  stages: {before: [5, 0], after: [1]}
  calendar: {days_off: [2024-05-03], working_days: [2024-05-04]}
"""
LINES = altered(("reporting:\n", f"reporting:\n{EVERYTHING}")).splitlines(keepends=True)
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


@settings(max_examples=200, deadline=None)
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
    except Faults as error:
        faults = [str(fault) for fault in error.faults]
        named = bool(faults)
    else:
        named = True
    assert named
    for fault in faults:
        assert FAULT.fullmatch(fault), fault
        assert int(fault.split(":")[1]) <= raw.count(b"\n") + raw.count(b"\r") + 1


def test_a_letterhead_by_the_name_of_earlier_releases_is_still_read() -> None:
    plan = parse_plan(
        altered(("    issuer: HỘI MẪU\n", "    issuer: HỘI MẪU\n    profile: doan-the\n")).encode()
    ).plan
    assert plan.reporting.letterhead.profile == "dang"
