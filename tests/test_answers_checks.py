"""What an agency may say: every rule, and that no text at all can break the check."""

import unicodedata
from decimal import Decimal

import pytest
from answering import PATIENT
from hypothesis import given
from hypothesis import strategies as st

from tracker.answers.checks import (
    CONTROL,
    LARGEST_FIGURE,
    LONGEST,
    Answer,
    Faults,
    check_answer,
    check_figure,
    check_nothing_new,
    clean_text,
)
from tracker.progress import FIELDS, TEXTS, UpdateStatus

EMPTY: dict[str, str] = dict.fromkeys(FIELDS, "")
ANY_TEXT = st.text() | st.text("\r\n\t \x00\x02\x03\x7fe\u0301\ufffe0123456789%.,{}")


@pytest.mark.parametrize("typed", [{}, EMPTY, dict.fromkeys(FIELDS, " \r\n\t ")])
def test_blank_fields_are_no_answer_and_no_fault(typed: dict[str, str]) -> None:
    assert check_answer(typed) == (None, {})


@pytest.mark.parametrize(
    ("typed", "percent"),
    [
        ({"status": "done", "result": "Xong"}, 100),
        ({"status": "done", "result": "Xong", "percent": "100 %"}, 100),
        ({"status": "not_started"}, 0),
        ({"status": "not_started", "percent": "0"}, 0),
        ({"status": "under_way", "result": "Đang làm"}, None),
        ({"status": "under_way", "result": "Đang làm", "percent": " 60% "}, 60),
        ({"status": "under_way", "result": "Đang làm", "percent": "100"}, 100),
        ({"status": "stopped", "causes": "Không có kinh phí"}, None),
        ({"status": "stopped", "causes": "Không có kinh phí", "percent": "15"}, 15),
    ],
)
def test_a_complete_answer_is_taken_with_the_percentage_its_status_implies(
    typed: dict[str, str], percent: int | None
) -> None:
    answer, faults = check_answer(typed)
    assert not faults
    assert answer is not None
    assert (answer.status, answer.percent) == (UpdateStatus(typed["status"]), percent)


@pytest.mark.parametrize(
    ("typed", "field", "hint"),
    [
        ({"result": "Đã làm"}, "status", "Chọn trạng thái"),
        ({"percent": "5"}, "status", "Chọn trạng thái"),
        ({"proposals": "Xin kinh phí"}, "status", "Chọn trạng thái"),
        ({"status": "finished", "result": "x"}, "status", "trạng thái có sẵn"),
        ({"status": "DONE", "result": "x"}, "status", "trạng thái có sẵn"),
        ({"status": "done"}, "result", "Ghi kết quả"),
        ({"status": "under_way", "result": "  "}, "result", "Ghi kết quả"),
        ({"status": "stopped", "result": "Đã làm một phần"}, "causes", "Ghi lý do"),
        ({"status": "done", "result": "x", "percent": "99"}, "percent", "thì tỷ lệ là 100"),
        ({"status": "not_started", "percent": "1"}, "percent", "thì tỷ lệ là 0"),
        ({"status": "under_way", "result": "x", "percent": "101"}, "percent", "từ 0 đến 100"),
        ({"status": "under_way", "result": "x", "percent": "-1"}, "percent", "từ 0 đến 100"),
        ({"status": "under_way", "result": "x", "percent": "12,5"}, "percent", "từ 0 đến 100"),
        ({"status": "under_way", "result": "x", "percent": "٣"}, "percent", "từ 0 đến 100"),
        ({"status": "under_way", "result": "x", "percent": "năm"}, "percent", "từ 0 đến 100"),
        ({"status": "under_way", "result": "a\x00b"}, "result", "U+0000"),
        ({"status": "under_way", "result": "a\x02b"}, "result", "U+0002"),
        ({"status": "not_started", "proposals": "\ud800"}, "proposals", "U+D800"),
        ({"status": "under_way", "result": "x" * (LONGEST + 1)}, "result", "tối đa 5.000"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(typed: dict[str, str], field: str, hint: str) -> None:
    answer, faults = check_answer(typed)
    assert answer is None
    assert list(faults) == [field]
    assert hint in str(faults[field])


def test_all_faults_are_named_at_once() -> None:
    typed = {"status": "", "percent": "x", "result": "\x00", "causes": "x" * 6_000}
    assert set(check_answer(typed)[1]) == {"status", "percent", "result", "causes"}


@PATIENT
@given(st.dictionaries(st.sampled_from(FIELDS), ANY_TEXT | st.sampled_from(list(UpdateStatus))))
def test_no_text_whatever_raises_and_what_is_accepted_is_nfc_and_printable(typed: dict[str, str]) -> None:
    answer, faults = check_answer(typed)
    assert answer is None or not faults
    if isinstance(answer, Answer):
        for name in TEXTS:
            text = getattr(answer, name)
            assert unicodedata.is_normalized("NFC", text)
            assert not CONTROL.search(text)
            assert not {unicodedata.category(letter) for letter in text} & {"Cs"}
            assert "\r" not in text
            assert len(text) <= LONGEST


@PATIENT
@given(ANY_TEXT)
def test_cleaning_twice_is_cleaning_once(typed: str) -> None:
    once = clean_text(typed, {}, "result")
    assert clean_text(once, {}, "result") == once


def test_decomposed_vietnamese_becomes_the_same_letters_composed() -> None:
    decomposed = unicodedata.normalize("NFD", "Đã tập huấn được 30 người ở huyện Tri Tôn")
    assert decomposed != unicodedata.normalize("NFC", decomposed)
    assert clean_text(decomposed, {}, "result") == "Đã tập huấn được 30 người ở huyện Tri Tôn"


def test_line_breaks_of_every_system_become_one_kind_and_tabs_stay() -> None:
    faults: Faults = {}
    assert clean_text("\r\nmột\r\nhai\rba\n\tbốn  \n", faults, "result") == "một\nhai\nba\n\tbốn"
    assert not faults


def test_the_length_that_counts_is_that_of_the_composed_text() -> None:
    decomposed = unicodedata.normalize("NFD", "ế" * LONGEST)
    assert len(decomposed) > LONGEST
    assert check_answer({"status": "under_way", "result": decomposed})[0] is not None


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1.253", "1253"),
        ("1253", "1253"),
        ("12,5", "12.5"),
        ("1.253,75", "1253.75"),
        ("1.000.000", "1000000"),
        (" 80 % ", "80"),
        ("80%", "80"),
        ("0", "0"),
        ("01", "1"),
        ("0,0001", "0.0001"),
        ("1.000.000.000", "1000000000"),
    ],
)
def test_numbers_are_read_as_vietnamese_write_them(typed: str, value: str) -> None:
    assert check_figure(typed, "%" if "%" in typed else "triệu đồng") == (Decimal(value), None)


@pytest.mark.parametrize("typed", ["", "  ", "\n", "%"])
def test_a_blank_figure_is_no_figure_and_no_fault(typed: str) -> None:
    assert check_figure(typed, "%") == (None, None)


@pytest.mark.parametrize(
    "typed",
    [
        "1.25",
        "1,2,3",
        "-1",
        "1e5",
        "∞",
        "٣",
        "1.2345",
        "1.253.",
        ",5",
        "5,",
        "1 253",
        "12,55555",
        "NaN",
        "=1+1",
        "mười",
    ],
)
def test_what_is_no_vietnamese_number_is_named_with_an_example(typed: str) -> None:
    value, fault = check_figure(typed, "%")
    assert value is None
    assert fault is not None
    assert "ví dụ 12 hoặc 1.253 hoặc 12,5" in str(fault)


@pytest.mark.parametrize("typed", ["1.000.000.001", "9" * 15, "9" * 5_000])
def test_a_figure_that_no_unit_explains_is_refused(typed: str) -> None:
    value, fault = check_figure(typed, "%")
    assert value is None
    assert fault is not None
    assert "quá lớn" in str(fault)


@PATIENT
@given(ANY_TEXT | st.from_regex(r"\A[0-9.,]{1,12}\Z"))
def test_no_text_whatever_breaks_the_reading_of_a_figure(typed: str) -> None:
    value, fault = check_figure(typed, "%")
    assert value is None or fault is None
    if value is not None:
        assert 0 <= value <= LARGEST_FIGURE
        assert value == value.quantize(Decimal("0.0001"))


@pytest.mark.parametrize(
    ("typed", "unit", "words"),
    [
        ("100,5", "%", "số từ 0 đến 100"),
        ("101 %", "%", "số từ 0 đến 100"),
        ("1,5", "HTX", "số nguyên"),
        ("12,25", "người", "số nguyên"),
        ("12 %", "người", "ví dụ 12"),
    ],
)
def test_a_figure_that_its_unit_does_not_allow_is_refused(typed: str, unit: str, words: str) -> None:
    value, fault = check_figure(typed, unit)
    assert value is None
    assert words in str(fault)


@pytest.mark.parametrize(
    ("typed", "unit"), [("100", "%"), ("0,5", "%"), ("1,0", "HTX"), ("1,5", "tỷ đồng"), ("5", "")]
)
def test_a_figure_is_refused_only_where_it_is_certainly_wrong(typed: str, unit: str) -> None:
    assert check_figure(typed, unit)[1] is None


def test_a_reason_for_nothing_new_is_checked_as_any_text_and_a_stop_has_it_as_its_cause() -> None:
    assert set(check_nothing_new("", "", " ")[1]) == {"reason"}
    assert set(check_nothing_new("", "", "a\x07")[1]) == {"reason"}
    assert set(check_nothing_new("", "", "x" * LONGEST)[1]) == {"reason"}
    assert set(check_nothing_new("not_started", "30", "vì")[1]) == {"percent"}
    stopped, faults = check_nothing_new("stopped", "", "hết kinh phí")
    assert faults == {}
    assert stopped is not None
    assert (stopped.result, stopped.causes) == ("Không có phát sinh trong kỳ.", "hết kinh phí")
