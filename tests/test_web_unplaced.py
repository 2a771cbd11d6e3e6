"""Mail of contacts that answers no known letter: it stands in the coordinator's queue, to be made a report."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from answering import WHO
from factories_mail import all_of
from factories_web import Browser
from mail_desk import OFFICE, MailDesk, attachment, letter_from, mail_desk
from workbooks import updates

from tracker.settings import Settings
from tracker.store.bounces import Cause, mark_unreached
from tracker.store.engine import reading, writing
from tracker.store.links import link_for, token_of
from tracker.store.messages import waiting_replies
from tracker.store.periods import find_period
from tracker.store.tables import Message, Purpose
from tracker.web.app import create_app

PDF = b"%PDF-1.7"


@pytest.fixture
def desk(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> MailDesk:
    return mail_desk(sqlite_engine, make_settings)


@pytest.fixture
def browser(desk: MailDesk) -> Browser:
    return Browser(create_app(desk.engine, desk.settings))


@pytest.fixture
def home(desk: MailDesk) -> str:
    with writing(desk.engine) as session:
        key, period = desk.settings.secret_key(), find_period(session, "2024")
        link = link_for(session, period, "hoi-lhpn", key, desk.settings.now(), Purpose.REVIEW)
        return f"/r/{token_of(link, key)}"


def test_the_queue_shows_what_came_and_why_it_was_not_read(desk: MailDesk, browser: Browser, home: str) -> None:
    desk.take(letter_from(attachment(PDF, "ky.pdf"), words="Kính gửi bản ký."))
    page = browser.get(home).text
    assert "Thư trả lời chờ xử lý (1)" in page
    assert (
        "Không rõ thư này trả lời thư nào của chương trình. Thư kèm “ky.pdf” (PDF), chương trình không đọc" in page
    )
    assert "Kính gửi bản ký." in page
    assert f"{OFFICE}, nhận lúc" in page


def test_the_queue_says_how_many_were_too_many_to_keep(
    desk: MailDesk, browser: Browser, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.store.messages.UNPLACED_A_DAY", 2)
    desk.take(letter_from(words="Xin chào."))
    assert "chỉ được đếm" not in browser.get(home).text
    for number in range(2, 7):
        desk.take(letter_from(words="Xin chào.", number=number))
    page = browser.get(home).text
    assert "Thư trả lời chờ xử lý (2)" in page
    assert "Trong những ngày này còn 4 thư không rõ trả lời thư nào" in page


def test_it_is_made_a_report_of_the_agency_whose_contact_wrote(
    desk: MailDesk, browser: Browser, home: str
) -> None:
    message = desk.take(letter_from(words="Sở đã mở hai lớp."))
    path = f"{home}/thu/{message.id}"
    page = browser.get(path).text
    assert "Trả lời thư:" not in page
    choice = re.search(r'<option value="(\d+\.0)"[^>]*>II\.10\.', page)
    assert choice is not None
    typed = {"duty": choice[1], "status": "done", "result": "Sở đã mở hai lớp.", "uses": "0", "reviewer": WHO}
    assert browser.post(path, "done", typed).status_code == 303
    [update] = updates(desk.engine)
    assert (update.said_by, update.result, update.way) == (OFFICE, "Sở đã mở hai lớp.", "reply")
    with reading(desk.engine) as session:
        assert waiting_replies(session) == []


def test_it_is_put_aside_with_a_reason(desk: MailDesk, browser: Browser, home: str) -> None:
    message = desk.take(letter_from(words="Chúc mừng năm mới."))
    typed = {"uses": "0", "reviewer": WHO, "reason": "Thư chúc mừng"}
    assert browser.post(f"{home}/thu/{message.id}", "dismiss", typed).status_code == 303
    [kept] = all_of(desk.engine, Message)
    assert (kept.dismissed, kept.handled_by) == ("Thư chúc mừng", WHO)  # type: ignore[attr-defined]
    assert "Thư trả lời chờ xử lý" not in browser.get(home).text


def test_what_was_cut_of_an_answer_can_be_opened(desk: MailDesk, browser: Browser, home: str) -> None:
    others = "Phòng Quản lý thương mại: đã kết nối 15 hợp tác xã với siêu thị."
    words = "Sở đã tổ chức hai lớp. " * 12
    more = f"In-Reply-To: {desk.letter.message_id}\n"
    message = desk.take(letter_from(words=f"{words}\n> {others}", more=more))
    page = browser.get(f"{home}/thu/{message.id}").text
    assert "<details><summary>Xem cả phần đã lược bỏ" in page
    assert others in page.partition("<details>")[2]
    assert others not in page.partition("<details>")[0]


def test_an_address_that_a_letter_did_not_reach_stands_on_its_agencys_row_and_page(
    desk: MailDesk, browser: Browser, home: str
) -> None:
    with writing(desk.engine) as session:
        given = (desk.letter.id, desk.letter.key, OFFICE, Cause.FULL, "452 4.2.2 full", "máy chủ thư")
        mark_unreached(session, *given, desk.settings.now())
    told = f"thư gần nhất gửi {OFFICE} không đến (hộp thư đầy, máy chủ trả lời: 452 4.2.2 full)"
    assert f"Có thư không đến: {told}" in browser.get(home).text
    assert f"<strong>Có thư không đến cơ quan này:</strong> {told}" in browser.get(f"{home}/so-cong-thuong").text
