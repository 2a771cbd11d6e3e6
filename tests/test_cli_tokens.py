"""Tokens of programs by the command line."""

import re

from office import Office


def test_a_token_is_made_listed_and_withdrawn_and_printed_once(applied: Office) -> None:
    said = applied.well("token", "make", "Kho dữ liệu", "--agency", "so-cong-thuong")
    token = re.findall(r"Mã số 1: ([\w-]{43})\n", said)
    assert len(token) == 1
    listed = applied.well("token", "list")
    assert "Kho dữ liệu  so-cong-thuong" in listed
    assert token[0] not in listed
    assert applied.well("token", "withdraw", "1") == "Đã hủy mã số 1 (Kho dữ liệu).\n"
    assert "đã hủy" in applied.well("token", "list")


def test_what_is_wrong_with_a_token_is_told(applied: Office) -> None:
    said = applied.refused("token", "make", "Kho", "--agency", "so-la", "--until", "2001-01-01")
    assert 'không có cơ quan "so-la"' in said
    assert "ngày hết hạn 01/01/2001 không dùng được" in said
    assert "không có mã truy cập số 9" in applied.refused("token", "withdraw", "9")
