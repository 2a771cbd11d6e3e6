from dataclasses import replace
from datetime import date

import pytest
from factories_papers import LETTERHEAD, sample_paper

from tracker.papers.letterhead import (
    NBSP,
    attached_to,
    closed,
    number_line,
    place_and_date,
    rule_length,
    words_around,
)

PARTY = replace(LETTERHEAD, profile="dang", symbol="BC/BTV", signed_for="T/M BAN THƯỜNG VỤ")


@pytest.mark.parametrize(("number", "printed"), [(5, "05"), (9, "09"), (10, "10"), (127, "127")])
def test_a_number_under_ten_is_padded(number: int, printed: str) -> None:
    assert number_line(sample_paper(number=number)) == f"Số: {printed}/BC-BTV"


def test_a_number_not_yet_given_is_a_gap_that_does_not_break() -> None:
    line = number_line(sample_paper(number=None))
    assert line.startswith("Số: " + NBSP * 4)
    assert line.endswith(NBSP + "/BC-BTV")


@pytest.mark.parametrize(
    ("dated", "printed"),
    [
        (date(2024, 2, 5), "An Giang, ngày 05 tháng 02 năm 2024"),
        (date(2024, 1, 31), "An Giang, ngày 31 tháng 01 năm 2024"),
        (date(2024, 3, 9), "An Giang, ngày 09 tháng 3 năm 2024"),
        (date(2024, 10, 29), "An Giang, ngày 29 tháng 10 năm 2024"),
    ],
)
def test_days_under_ten_and_the_first_two_months_are_padded(dated: date, printed: str) -> None:
    assert place_and_date(sample_paper(dated=dated)) == printed


def test_a_party_style_number_has_no_colon_and_a_dash() -> None:
    assert number_line(sample_paper(letterhead=PARTY, number=127)) == "Số 127-BC/BTV"


def test_the_national_heading_follows_the_profile() -> None:
    state, party = words_around(sample_paper()), words_around(sample_paper(letterhead=PARTY))
    assert (state["nation"], state["motto"]) == (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
    )
    assert (party["nation"], party["motto"]) == ("ĐẢNG CỘNG SẢN VIỆT NAM", "")


def test_an_annex_names_the_paper_it_belongs_to() -> None:
    assert attached_to(sample_paper()) == (
        "(Kèm theo Báo cáo số 05/BC-BTV ngày 05 tháng 02 năm 2024 của Hội Liên hiệp Phụ nữ tỉnh An Giang)"
    )


def test_a_list_ends_its_lines_once_however_the_plan_ended_them() -> None:
    assert closed(["- Như trên;", "Các sở, ngành", "Lưu: VT."]) == ("Như trên;", "Các sở, ngành;", "Lưu: VT.")
    assert closed([]) == ()


def test_only_an_illustration_carries_the_mark() -> None:
    assert words_around(sample_paper())["mark"] == "DỮ LIỆU MINH HỌA"
    assert words_around(sample_paper(illustration=False))["mark"] == ""


def test_the_rule_under_the_motto_is_as_long_as_its_text() -> None:
    # 56.1 mm is how long LibreOffice sets it at 13 pt in a font with the metrics of Times New Roman.
    assert rule_length("Độc lập - Tự do - Hạnh phúc", 13, 91, 1) / 72 * 25.4 == pytest.approx(56.1, abs=0.3)


def test_the_rule_under_a_wrapped_text_is_measured_on_its_longest_line() -> None:
    whole = rule_length(LETTERHEAD.issuer, 12, 1000, 0.4)
    wrapped = rule_length(LETTERHEAD.issuer, 12, 74, 0.4)
    assert wrapped < whole
    assert wrapped < 74 / 25.4 * 72 / 2


def test_the_rule_under_an_issuer_of_two_lines_follows_the_longer_line() -> None:
    long_line = rule_length("HỘI LIÊN HIỆP PHỤ NỮ", 12, 74, 0.4)
    assert rule_length("HỘI LIÊN HIỆP PHỤ NỮ\nTỈNH AN GIANG", 12, 74, 0.4) == long_line
