"""The coordinator's link and the replies that wait, on the command line."""

import re

import pytest
import sqlalchemy as sa
from office import DAY, Office

from tracker.store.engine import open_store, writing
from tracker.store.messages import record_message
from tracker.store.tables import Letter


def address(printed: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:8305/([br]/[\w-]{43})", printed)
    assert found
    return found[1]


def test_the_review_link_is_the_coordinators_and_stays_until_it_is_renewed(reminded: Office) -> None:
    first = reminded.well("link", "2024", "--review", "--on", DAY)
    assert first.startswith("Hội Liên hiệp Phụ nữ tỉnh An Giang: ")
    assert address(first).startswith("r/")
    assert reminded.well("link", "2024", "--review", "--on", DAY) == first
    answering = reminded.well("link", "2024", "hoi-lhpn", "--on", DAY)
    assert address(answering).startswith("b/")
    renewed = reminded.well("link", "2024", "--review", "--new", "--on", DAY)
    assert address(renewed) != address(first)
    assert reminded.well("link", "2024", "hoi-lhpn", "--on", DAY) == answering


def test_a_link_is_withdrawn_without_another_even_after_the_closing(reminded: Office) -> None:
    first = address(reminded.well("link", "2024", "so-cong-thuong", "--on", DAY))
    assert "đã hủy 1 đường dẫn" in reminded.well(
        "link", "2024", "so-cong-thuong", "--withdraw", "--on", "2025-01-01"
    )
    assert "đã hủy 0 đường dẫn" in reminded.well("link", "2024", "--review", "--withdraw", "--on", DAY)
    assert address(reminded.well("link", "2024", "so-cong-thuong", "--on", DAY)) != first


def test_a_review_goes_on_after_the_closing_and_then_ends(reminded: Office) -> None:
    assert "/r/" in reminded.well("link", "2024", "--review", "--on", "2025-03-30")
    assert "tracker period extend 2024" in reminded.refused("link", "2024", "--review", "--on", "2025-03-31")


@pytest.mark.parametrize("typed", [["link", "2024"], ["link", "2024", "so-cong-thuong", "--review"]])
def test_a_link_is_either_an_agencys_or_for_review(reminded: Office, typed: list[str]) -> None:
    assert "--review" in reminded.refused(*typed, "--on", DAY)


def test_replies_that_wait_are_listed_with_the_way_on(reminded: Office) -> None:
    assert reminded.well("replies") == "Không có thư trả lời nào chờ xử lý.\n"
    engine = open_store(reminded.database)
    with writing(engine) as session:
        letter = session.scalars(sa.select(Letter).where(Letter.agency_id == "so-cong-thuong")).first()
        assert letter
        row = {"digest": "x", "received_at": letter.queued_at, "sender": "a@b.example", "subject": "Re: báo cáo"}
        row |= {"message_id": None, "written_at": None, "addresses": [], "text": "Đã xong.\nTrân trọng."}
        record_message(session, row | {"kind": "reply", "letter_id": letter.id})
    engine.dispose()
    for typed in (["replies"], ["replies", "2024"]):
        out = reminded.well(*typed)
        assert "15/10/2024" in out
        assert (
            "a@b.example  Re: báo cáo\n  Trả lời thư: remind:2024:so-cong-thuong:before-10\n  Đã xong.\n  Trân"
            in out
        )
        assert "Kỳ 2024: 1 thư trả lời chờ xử lý; ghi nhận trên trang duyệt: tracker link 2024 --review" in out
    assert "chưa có kỳ" in reminded.refused("replies", "2023")
