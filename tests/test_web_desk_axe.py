"""The desk's pages with a full record, faults and long words, on phone and desk: axe finds no fault."""

from collections.abc import Iterator
from datetime import date

import browsing
import pytest
from browsing import PHONE, TRADE, UNION, Office, both_widths, check
from playwright.sync_api import Browser, Page, expect
from test_web_pages_axe import LONG, fill_the_record, press

from tracker.report.compile import compile_memo
from tracker.store.engine import writing
from tracker.store.sessions import make_sign_in

browser, office = browsing.browser, browsing.office
ADDRESS, ADMIN = "tonghop@angiang.example", "quantri@angiang.example"
LATE = date(2024, 11, 12)


@pytest.fixture(params=[ADDRESS])
def desk(browser: Browser, office: Office, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, locale="vi-VN")  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(20_000)
    with writing(office.engine) as session:
        _, token = make_sign_in(session, request.param, office.settings.secret_key(), office.settings.now())
    page.goto(f"{office.address}/ban-lam-viec/vao/{token}")
    press(page, "Vào bàn làm việc")
    yield page
    context.close()


def look(page: Page, office: Office, path: str) -> None:
    page.goto(f"{office.address}/ban-lam-viec{path}")
    for summary in page.locator("summary:visible").all():
        if summary.evaluate("each => !each.parentElement.open"):
            summary.click()
    check(page)
    sideways = "all => all.filter(one => one.scrollWidth > one.clientWidth).length"
    assert page.locator(".wide:has(table.cards)").evaluate_all(sideways) == 0, f"{path}: a table is cut off"


@both_widths
@pytest.mark.parametrize("office", [LATE], indirect=True)
def test_the_desks_pages_with_a_full_record(desk: Page, office: Office, size: dict[str, int]) -> None:
    desk.set_viewport_size(size)  # type: ignore[arg-type]
    fill_the_record(office)
    compile_memo(office.engine, office.settings, "2024", f"Chuyên viên {LONG}", formats=())
    paths = [
        "",
        "/moi-ke-hoach",
        "/viec?ky=2024",
        "/thu",
        "/thu/1",
        f"/co-quan/{TRADE}",
        "/ky",
        "/ky/2024",
        "/ky/2024/nhac",
    ]
    paths += [f"/ky/2024/nhac?xem={TRADE}", "/ky/2024/bao-cao", "/ky/2024/duyet", f"/ky/2024/duyet/{TRADE}"]
    paths += [
        f"/ky/2024/duyet/{UNION}",
        "/ky/2024/duyet/thu/1",
        "/ke-hoach",
        "/moi-ke-hoach",
        "/ma-tran",
        "/nhat-ky",
        "/hoat-dong/II.10",
    ]
    for path in paths:
        look(desk, office, path)


@both_widths
@pytest.mark.parametrize("desk", [ADMIN], indirect=True)
def test_the_page_of_tokens_before_and_after_one_was_made(
    desk: Page, office: Office, size: dict[str, int]
) -> None:
    desk.set_viewport_size(size)  # type: ignore[arg-type]
    look(desk, office, "/ket-noi")
    desk.get_by_label("Phần mềm nào").fill(f"Kho dữ liệu {LONG}"[:200])
    press(desk, "Cấp mã")
    expect(desk.locator(".linkbox")).to_be_visible()
    check(desk)
    press(desk, "Cấp mã")
    expect(desk.locator("#faults")).to_be_focused()
    check(desk)


def test_what_is_wrong_is_told_at_the_top_and_reached_at_once(desk: Page, office: Office) -> None:
    for path, button in (
        ("/ky", "Mở kỳ đột xuất"),
        ("/ky/2024", "Đổi ngày khóa"),
        ("/ky/2024/nhac", "Gửi thư nhắc cho cơ quan đã chọn"),
        (f"/co-quan/{TRADE}", "Tạm dừng nhắc"),
        ("/ke-hoach", "Xem thay đổi"),
    ):
        desk.goto(f"{office.address}/ban-lam-viec{path}")
        press(desk, button)
        expect(desk.locator("#faults")).to_be_focused()
        assert desk.title().startswith("Lỗi: "), path
        check(desk)
