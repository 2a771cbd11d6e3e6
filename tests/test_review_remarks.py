"""What is remarkable about an answer, one reason at a time."""

from datetime import date
from decimal import Decimal

import pytest

from tracker.progress import UpdateStatus
from tracker.review.remarks import Beside, figure_remarks, remarks
from tracker.store.tables import Update

DUE = date(2024, 10, 29)
DONE, UNDER_WAY = UpdateStatus.DONE, UpdateStatus.UNDER_WAY


def said(**given: object) -> Update:
    usual = {"revision": 1, "status": UNDER_WAY, "percent": 60, "result": "Đã làm", "said_on": DUE}
    texts = dict.fromkeys(("difficulties", "causes", "proposals"), "")
    return Update(**{**usual, **texts, "illustration": False, **given})


def beside(**given: object) -> Beside:
    return Beside(**{"due": DUE, **given})


def test_an_ordinary_answer_on_its_due_day_has_nothing_remarkable() -> None:
    assert remarks(said(), beside(before=said(percent=40, result="Năm trước"))) == []
    assert remarks(said(percent=None, causes="Do mưa"), beside()) == []


@pytest.mark.parametrize(
    ("answer", "against", "words"),
    [
        (said(said_on=date(2024, 11, 1)), beside(), "Gửi muộn 3 ngày so với hạn 29/10/2024."),
        (said(difficulties="Thiếu vốn"), beside(), "Nêu khó khăn, vướng mắc."),
        (said(proposals="Cấp thêm"), beside(), "Có đề xuất, kiến nghị."),
        (said(status=UpdateStatus.STOPPED), beside(), "Trạng thái: Tạm dừng/không thực hiện."),
        (said(status=UpdateStatus.NOT_STARTED), beside(), "Trạng thái: Chưa triển khai."),
        (said(), beside(before=said(percent=80, result="x")), "Tỷ lệ giảm so với kỳ trước, từ 80 % còn 60 %."),
        (
            said(percent=None),
            beside(before=said(status=DONE, percent=100, result="x")),
            "Kỳ trước đã báo hoàn thành.",
        ),
        (said(), beside(before=said()), "Kết quả giống nguyên văn kỳ trước."),
        (
            said(revision=2),
            beside(returned="Ghi rõ số"),
            "Gửi lại sau khi bị trả lại với lý do: “Ghi rõ số”.",
        ),
        (said(revision=3), beside(accepted=said()), "Sửa nội dung đã được duyệt trước đó (lần 1)."),
        (said(), beside(accepted=said()), "Đã được duyệt, sau đó kế hoạch thay đổi nên cần xem lại."),
        (
            said(),
            beside(fallen=["Số liệu “HTX” giảm so với kỳ trước (3)."]),
            "Số liệu “HTX” giảm so với kỳ trước (3).",
        ),
        (said(illustration=True), beside(), "Là dữ liệu minh họa, không phải báo cáo thật."),
    ],
)
def test_each_reason_is_one_sentence(answer: Update, against: Beside, words: str) -> None:
    assert remarks(answer, against) == [words]


def test_in_a_rehearsal_example_data_is_like_any_other() -> None:
    assert remarks(said(illustration=True), beside(rehearsal=True)) == []


def test_a_figure_that_falls_is_remarkable_and_one_that_stays_or_grows_is_not() -> None:
    before = Decimal(1250)
    assert figure_remarks(Decimal("1249.5"), before) == ["Giảm so với kỳ trước (1.250)."]
    assert figure_remarks(Decimal(1250), before) == []
    assert figure_remarks(Decimal(1), None) == []
    assert figure_remarks(Decimal(3), None, Decimal(4)) == ["Giảm so với lần gửi trước (4)."]
    assert figure_remarks(Decimal(4), Decimal(3), Decimal(4)) == []
