"""What pages say of errors that a terminal would be told a command for."""

import pytest

from tracker.errors import BadInput
from tracker.web.words import in_words


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ('kỳ "x" đã mở; chọn mã khác, xem các kỳ bằng: tracker period list', 'Kỳ "x" đã mở; chọn mã khác.'),
        ("kỳ 2024 chưa chốt; chốt bằng: tracker report 2024 --final", "Kỳ 2024 chưa chốt."),
        ("còn 2 báo cáo chờ duyệt: II.1; duyệt trước khi chốt: tracker accept 2024, hoặc: tracker link",
         "Còn 2 báo cáo chờ duyệt: II.1; duyệt trước khi chốt."),
        ("chưa ghi lý do trả lại; thêm --comment", "Chưa ghi lý do trả lại."),
        ("ngày khóa 01/12/2024 trước hạn 10/12/2024", "Ngày khóa 01/12/2024 trước hạn 10/12/2024."),
    ],
)  # fmt: skip
def test_a_page_says_a_sentence_without_commands(message: str, shown: str) -> None:
    assert in_words(BadInput(message)) == (shown,)


def test_each_line_is_a_sentence_of_its_own() -> None:
    assert in_words(BadInput("một\nhai.")) == ("Một.", "Hai.")
