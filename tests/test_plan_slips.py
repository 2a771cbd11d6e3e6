"""Slips of the hand in the plan file: each is one fault, at its own line, and no hint would do harm."""

import re
from pathlib import Path

import pytest
from answering import shipped_plan
from plan_text import SMALL, altered, faults_of

from tracker.plan.reader import parse_plan

FULL = (Path(__file__).parents[1] / "activities.yaml").read_text("utf-8")


def spoiled(old: str, new: str) -> list[str]:
    """Return the faults of the full plan with the first `old` replaced by `new`."""
    assert old in FULL
    return faults_of(FULL.replace(old, new, 1))


def notes_of(*changes: tuple[str, str]) -> list[str]:
    """Return the notes about the small plan with `changes`."""
    return [str(note) for note in parse_plan(altered(*changes).encode()).notes]


def line_of(text: str) -> int:
    """Return the line of the full plan in which `text` begins."""
    return FULL[: FULL.index(text)].count("\n") + 1


def test_a_removed_agency_that_is_still_named_is_not_answered_with_another_one() -> None:
    block = re.search(r"^  so-khdt:\n(?:    .*\n)+", FULL, re.MULTILINE)
    assert block
    faults = spoiled(block[0], "")
    assert len(faults) == 1
    assert "khai báo mã này ở mục agencies" in faults[0]
    assert "có phải" not in faults[0]


def test_an_agency_renamed_in_one_place_is_one_fault_that_counts_the_others() -> None:
    (fault,) = spoiled("\n  hoi-lhpn:\n", "\n  hoi-phu-nu:\n")
    named = len(re.findall(r"\bhoi-lhpn\b", "\n".join(re.sub(r"(?<!\S)#.*", "", row) for row in FULL.split("\n"))))
    assert 'không có cơ quan "hoi-lhpn"' in fault
    assert f"(ở đây và {named - 2} chỗ khác)" in fault  # without its own definition and the place that is given


def test_the_first_place_in_the_file_stands_for_the_others() -> None:
    (fault,) = faults_of(altered(("lead: hoi\n", "lead: hoii\n"), ("coordinating: [hoi]", "coordinating: [hoii]")))
    assert fault.startswith(
        'activities.yaml:38:11: I.1.lead: không có cơ quan hay nhóm "hoii" (ở đây và 1 chỗ khác); có phải'
    )


def test_a_group_where_only_an_agency_may_stand_is_called_a_group() -> None:
    (fault,) = faults_of(altered(("coordinator: hoi", "coordinator: cac-so")))
    assert fault.endswith("mã này là của một nhóm, ở đây chỉ ghi được một cơ quan")


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("at_least: 10", "at_last_10: 10"), "at_last_10"),
        (("unit: HTX", "unit: HTX, report: x"), "report"),
        (("by: 2025", "bye_law: 2025"), "bye_law"),
    ],
)
def test_a_key_is_not_answered_with_one_that_is_only_somewhat_like_it(change: tuple[str, str], key: str) -> None:
    faults = faults_of(altered(change))
    assert not any("có phải" in fault for fault in faults)
    assert any(f'không có khóa "{key}"; xóa khóa này; ở đây dùng được: id, title' in fault for fault in faults)


@pytest.mark.parametrize("space", ["\xa0", "\u3000", "\u2009", "\u202f"])
def test_a_strange_space_in_the_indent_is_named_at_its_own_line(space: str) -> None:
    (fault,) = faults_of(altered(("    lead: so-a", f"  {space} lead: so-a")))
    assert fault == (
        f"activities.yaml:44:3: có dấu cách lạ U+{ord(space):04X} ở đầu dòng, "
        "thường do dán từ Excel hoặc trang web; xóa đi rồi gõ lại dấu cách"
    )


def test_curled_quotation_marks_are_named_at_their_own_place() -> None:
    straight = 'title: "Tư vấn, hỗ trợ tiếp cận các nguồn lực: '
    (fault,) = spoiled(straight, straight.replace('"', "“"))
    assert fault == (
        f"activities.yaml:{line_of(straight)}:12: dấu nháy cong “ không thay được dấu nháy thẳng; "
        'thay bằng " ở hai đầu câu'
    )


def test_a_title_may_begin_with_a_curled_quotation_mark() -> None:
    assert len(notes_of(("title: Hội chợ", "title: “Mỗi xã một sản phẩm”, năm thứ hai"))) == 2


@pytest.mark.parametrize(
    ("old", "new", "cut"),
    [
        ("contacts: [{to: hoi@", "contacts: [{name: Phòng Tổng hợp, Kế hoạch, to: hoi@", "Kế hoạch"),
        ("title: Nội dung một,", "title: Tập huấn, khởi nghiệp,", "khởi nghiệp"),
    ],
)
def test_a_comma_that_cuts_a_text_in_braces_is_told_with_the_quotes_it_needs(old: str, new: str, cut: str) -> None:
    (fault,) = faults_of(altered((old, new)))
    assert fault.endswith(f'dấu phẩy trong {{…}} tách riêng "{cut}"; đặt cả câu có dấu phẩy trong "…"')


def test_a_missing_dash_is_one_fault_that_asks_for_the_dash() -> None:
    (fault,) = spoiled("  - id: II.15\n", "    id: II.15\n")
    assert f"activities.yaml:{line_of('  - id: II.15')}:5:" in fault
    assert fault.endswith('thêm "- " trước id nếu đây là một mục mới')


def test_a_text_that_ends_at_a_number_sign_is_noted_with_what_was_left_out() -> None:
    (note,) = [note for note in notes_of(("title: Hội chợ", "title: Viết tin #1 bài đưa tin")) if "#" in note]
    assert note == (
        'activities.yaml:47:12: II.3.title: phần sau dấu # không được đọc: "#1 bài đưa tin"; '
        'đặt cả câu trong "…", hoặc cách sau dấu # nếu là ghi chú'
    )


@pytest.mark.parametrize("title", ["Hội chợ  # theo bản ký", '"Viết tin #1"', "Viết tin#1", "Hội chợ #"])
def test_a_remark_and_a_text_in_quotes_are_not_noted(title: str) -> None:
    assert not any("#" in note for note in notes_of(("title: Hội chợ", f"title: {title}")))


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_the_note_finds_its_line_whatever_ends_a_line(line_end: str) -> None:
    text = "\ufeff" + altered(("title: Hội chợ", "title: Tin #1")).replace("\n", line_end)
    assert any("không được đọc" in str(note) for note in parse_plan(text.encode()).notes)
    assert SMALL.count("#") == 0


def test_a_file_read_in_a_wrong_encoding_is_one_fault_that_says_so() -> None:
    spoilt = altered().encode().decode("cp1252", errors="ignore")
    (fault,) = faults_of(spoilt)
    assert "chữ có dấu bị hỏng vì đọc sai bảng mã" in fault
    assert fault.endswith("lấy lại tệp gốc, mở bằng bảng mã UTF-8 rồi lưu lại")


def test_an_agency_that_is_called_otherwise_in_one_place_is_one_fault_for_all_others() -> None:
    (fault,) = faults_of(shipped_plan().text.replace("  hoi-lhpn:\n", "  hoi-phu-nu:\n", 1))
    assert "không có cơ quan" in fault
    assert re.search(r"ở đây và \d\d chỗ khác", fault)
