"""The pages beside the answering page, on phone and desk: axe finds no fault, none is wider than the screen."""

from collections.abc import Callable
from datetime import date, timedelta

import browsing
import pytest
import sqlalchemy as sa
from answering import NOW, TODAY, answer, duty_of, give_figure, later, outbox_row, real_plan, said, say
from browsing import PHONE, SIGNED, TRADE, UNION, Office, both_widths, check
from playwright.sync_api import Page, expect
from workbooks import fill, raw_workbook

from tracker.progress import UpdateStatus
from tracker.report.compile import compile_memo
from tracker.review.decide import accept, give_back
from tracker.store.engine import writing
from tracker.store.letters import queue_letters
from tracker.store.links import withdraw_links
from tracker.store.messages import record_message
from tracker.store.periods import find_period
from tracker.store.tables import Bounce, Contribution, Evidence, Letter, Purpose

browser, office, visit = browsing.browser, browsing.office, browsing.visit
WHO = "Cán bộ tổng hợp (minh họa)"
LONG = "Bienbantaphuanhoptacxanongnghiepdichvutonghop" * 3
Visit = Callable[..., Page]


def owed(agency: str) -> list[str]:
    return [one.id for one in real_plan().plan.activities if agency in one.lead and 2024 in one.years]


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def give_file(page: Page, name: str, raw: bytes) -> None:
    page.locator("#file").set_input_files({"name": name, "mimeType": "application/pdf", "buffer": raw})
    page.locator("#given_by").fill(SIGNED)
    press(page, "Gửi tệp")


@both_widths
def test_the_page_of_files(visit: Visit, office: Office, size: dict[str, int]) -> None:
    page = visit(TRADE, size)
    page.get_by_role("link", name="trang tài liệu kèm theo").click()
    check(page)
    give_file(page, "chuong-trinh.exe", b"MZ")
    expect(page.get_by_role("alert")).to_contain_text("không nhận loại tệp này")
    check(page)
    give_file(page, "Biên bản tập huấn.pdf", b"%PDF-1.7\n1")
    expect(page.get_by_role("button", name="Rút tệp")).to_have_count(1)
    give_file(page, f"{LONG}.pdf", b"%PDF-1.7\n2")
    expect(page.get_by_role("button", name="Rút tệp")).to_have_count(2)
    assert len(office.rows(Evidence)) == 2
    check(page)


@both_widths
def test_what_is_wrong_with_a_workbook(visit: Visit, office: Office, size: dict[str, int]) -> None:
    page = visit(TRADE, size)
    first, second = owed(TRADE)[:2]
    raw = raw_workbook(office.engine, office.settings)
    spoiled = {f"{first}.status": "Sắp xong", f"{first}.percent": 250, f"{second}.percent": "một nửa"}
    for name, sent in (("a.xlsx", b"x"), (f"{LONG}.xlsx", fill(raw, spoiled, None))):
        page.locator("#file").set_input_files(
            {"name": name, "mimeType": "application/vnd.ms-excel", "buffer": sent}
        )
        press(page, "Gửi tệp")
        expect(page.get_by_role("heading", level=1)).to_have_text("Tệp báo cáo chưa ghi nhận được")
        check(page)
    page.locator("#file").set_input_files(
        {"name": "b.xlsx", "mimeType": "", "buffer": fill(raw, {f"{first}.result": "Đã mở lớp"})}
    )
    press(page, "Gửi tệp")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tệp báo cáo chưa ghi nhận được")
    check(page)


@both_widths
def test_the_page_and_the_receipt_of_what_was_returned_and_accepted(
    visit: Visit, office: Office, size: dict[str, int]
) -> None:
    seen, returned = owed(TRADE)[:2]
    for activity in (seen, returned):
        say(office.engine, activity, answer(LONG, difficulties="Kinh phí", proposals="Bố trí thêm"))
    with writing(office.engine) as session:
        accept(session, [duty_of(session, seen)], WHO, NOW)
        give_back(session, duty_of(session, returned), f"Ghi rõ số liệu {LONG}", WHO, NOW)
    page = visit(TRADE, size)
    check(page)
    press(page, "Lưu nháp")
    expect(page.get_by_role("status").first).to_contain_text("Đã lưu nháp")
    check(page)
    page.goto(f"{page.url}/bien-nhan")
    expect(page.locator("body")).to_contain_text("Đề nghị bổ sung")
    check(page)


@both_widths
def test_a_dead_link_and_the_answer_to_asking_for_a_new_one(
    visit: Visit, office: Office, size: dict[str, int]
) -> None:
    page = visit(TRADE, size)
    with writing(office.engine) as session:
        withdraw_links(session, find_period(session, "2024"), TRADE, NOW)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đường dẫn này không mở được")
    check(page)
    press(page, "Gửi đường dẫn mới tới cơ quan")
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã ghi nhận đề nghị")
    check(page)
    page.goto(f"{office.address}/r/khong-co")
    check(page)


def put_reply(office: Office, text: str) -> None:
    with writing(office.engine) as session:
        queue_letters(session, [outbox_row(session, "remind", agency_id=TRADE)], NOW)
        letter = session.scalars(sa.select(Letter).where(Letter.key == "remind")).one()
        row = {"digest": "một", "message_id": None, "received_at": NOW, "written_at": NOW, "kind": "reply"}
        row |= {"sender": f"Văn phòng Sở <{'vanphong' * 6}@angiang.example>", "subject": f"Re: {LONG}"}
        assert record_message(session, row | {"text": text, "addresses": [], "letter_id": letter.id})


def fill_the_record(office: Office) -> None:
    """Give the coordinator one of everything: plain and remarkable answers, history, files' names, a reply."""
    first, second, third, fourth = owed(TRADE)[:4]
    say(office.engine, first, answer("Đã mở hai lớp", percent=40))
    say(office.engine, second, answer(LONG, status=UpdateStatus.DONE, percent=30, difficulties=LONG))
    say(office.engine, third, answer("Chưa đủ"))
    with writing(office.engine) as session:
        give_back(session, duty_of(session, third), f"Ghi rõ số liệu {LONG}", WHO, NOW)
    say(office.engine, third, answer("Đã đủ"), said(f"Chuyên viên {LONG}"))
    say(office.engine, fourth, answer("Xong"))
    with writing(office.engine) as session:
        accept(session, [duty_of(session, fourth)], WHO, NOW)
        for revision, activity in ((1, first), (1, fourth), (2, fourth)):
            when, shared = later(days=revision), duty_of(session, activity).id
            row = {"duty_id": shared, "agency_id": "so-khdt", "revision": revision, "text": LONG}
            session.add(Contribution(**row, said_by=f"Chuyên viên {LONG}", said_at=when, said_on=when.date()))
        duty = duty_of(session, second).id
        letter = outbox_row(session, "cu", agency_id=UNION)
        queue_letters(session, [letter], NOW)
        session.add(
            Evidence(duty_id=duty, name=f"{LONG[:100]}.pdf", stored_as="a", media_type="application/pdf", size=9,
                     digest="b", given_by=SIGNED, given_at=NOW)
        )  # fmt: skip
        bounced = session.scalars(sa.select(Letter.id).where(Letter.key == "cu")).one()
        session.add(Bounce(address="socongthuong@angiang.example", letter_id=bounced, reason="đầy", at=NOW))
    give_figure(office.engine, "viec-lam-tht", 1253, code="2023")
    give_figure(office.engine, "viec-lam-tht", 1200)
    put_reply(office, f"Sở đã hoàn thành {second}.\n{LONG}")


@both_widths
def test_the_coordinators_pages(visit: Visit, office: Office, size: dict[str, int]) -> None:
    fill_the_record(office)
    page = visit(UNION, size, purpose=Purpose.REVIEW)
    home = page.url
    expect(page.get_by_role("heading", name="Nội dung phối hợp gửi sau khi đã duyệt")).to_be_visible()
    check(page)
    press(page, page.locator("button.main").inner_text())
    expect(page.get_by_role("alert")).to_contain_text("Ghi họ tên người duyệt")
    check(page)
    for summary in page.locator("summary").all():
        summary.click()
    check(page)

    page.goto(f"{home}/{TRADE}")
    for summary in page.locator("summary").all():
        summary.click()
    check(page)
    page.get_by_label("Trả lại").first.check()
    press(page, "Ghi quyết định")
    expect(page.get_by_role("alert")).to_contain_text("Chưa ghi quyết định nào")
    check(page)
    page.goto(f"{home}/{UNION}")
    check(page)

    page.goto(home)
    page.locator("#replies ~ ul a").first.click()
    check(page)
    page.get_by_role("button", name="Ghi").first.click()
    expect(page.get_by_role("alert")).to_contain_text("Chưa ghi nhận")
    check(page)


@both_widths
def test_what_the_coordinator_is_told_afterwards(visit: Visit, office: Office, size: dict[str, int]) -> None:
    fill_the_record(office)
    page = visit(UNION, size, purpose=Purpose.REVIEW)
    home = page.url
    page.locator("#reviewer").fill(WHO)
    press(page, page.locator("button.main").inner_text())
    expect(page.get_by_role("status")).to_contain_text("Đã duyệt")
    check(page)
    page.goto(f"{home}/{TRADE}")
    waiting = page.locator("section.card").filter(has=page.get_by_label("Duyệt", exact=True)).first
    waiting.get_by_label("Trả lại", exact=True).check()
    waiting.get_by_label("Lý do trả lại").fill("Ghi rõ số lớp")
    page.locator("#reviewer").fill(WHO)
    press(page, "Ghi quyết định")
    expect(page.get_by_role("status")).to_contain_text("trả lại 1 báo cáo")
    check(page)
    page.goto(f"{home}?thu=done")
    check(page)


@both_widths
def test_the_coordinators_page_of_memos(visit: Visit, office: Office, size: dict[str, int]) -> None:
    fill_the_record(office)
    compile_memo(office.engine, office.settings, "2024", WHO, formats=())
    say(office.engine, owed(TRADE)[4], answer(LONG))
    compile_memo(office.engine, office.settings, "2024", f"Chuyên viên {LONG}", formats=())
    page = visit(UNION, size, purpose=Purpose.REVIEW)
    page.get_by_role("link", name="Báo cáo tổng hợp").click()
    for summary in page.locator("summary").all():
        summary.click()
    check(page)
    with page.expect_download() as started:
        page.locator("#memo-2").get_by_role("link", name="Word").click()
    assert started.value.suggested_filename == "bao-cao-2024-2.docx"
    page.get_by_label("Lời mở đầu").fill(LONG)
    press(page, "Lưu lời mở đầu, lời kết")
    expect(page.get_by_role("alert")).to_contain_text("Ghi họ tên người duyệt")
    check(page)
    page.locator("#reviewer").fill(WHO)
    press(page, "Lưu lời mở đầu, lời kết")
    expect(page.get_by_role("status")).to_contain_text("Đã lưu lời mở đầu, lời kết")
    check(page)


@pytest.mark.parametrize("office", [date(2025, 1, 20)], indirect=True)
def test_the_coordinators_pages_of_a_closed_period(visit: Visit, office: Office) -> None:
    fill_the_record(office)
    page = visit(UNION, PHONE, purpose=Purpose.REVIEW)
    expect(page.locator("body")).to_contain_text("(đã khóa)")
    check(page)
    page.goto(f"{page.url}/{TRADE}")
    expect(page.locator("body")).to_contain_text("Kỳ đã khóa sau ngày")
    check(page)


@both_widths
def test_the_agencys_pages_after_the_closing(visit: Visit, office: Office, size: dict[str, int]) -> None:
    page = visit(TRADE, size)
    first, second = owed(TRADE)[:2]
    say(office.engine, first, answer(LONG, difficulties="Kinh phí"))
    page.locator(f"[id='{second}.result']").fill(f"Gửi muộn {LONG}")
    with writing(office.engine) as session:
        find_period(session, "2024").closes = TODAY - timedelta(days=1)
    press(page, "Gửi báo cáo")
    expect(page.get_by_role("alert")).to_contain_text("Chưa ghi nhận: kỳ báo cáo đã khóa")
    expect(page.locator("#unrecorded")).to_contain_text("Gửi muộn")
    check(page)
    home = page.url
    for path in ("", "/bien-nhan", "/tai-lieu"):
        page.goto(home + path)
        expect(page.locator("body")).to_contain_text("khóa")
        check(page)


def test_what_is_wrong_on_a_page_is_found(visit: Visit) -> None:
    page = visit(TRADE, PHONE)
    page.evaluate("document.querySelector('main').innerHTML += '<img src=data:,><canvas width=999>'")
    with pytest.raises(AssertionError, match=r"image-alt: <img.*\nwider than the screen"):
        check(page)
