"""A season played by pages alone in a real browser, from applying the plan to the final memo; axe on each."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import browsing
import pytest
import sqlalchemy as sa
from answering import NOW, TODAY, real_plan
from browsing import DESK, PHONE, TRADE, UNION, check
from playwright.sync_api import Browser, Page, expect
from smtp_post import free_port

from tracker.settings import Settings
from tracker.store.apply import apply_plan
from tracker.store.engine import reading, writing
from tracker.store.sessions import make_sign_in
from tracker.store.tables import Report
from tracker.web.desk.routes import PAGES
from tracker.web.serve import server

browser = browsing.browser
WHO, ADDRESS = "Cán bộ tổng hợp", "tonghop@angiang.example"
LATE = date(2024, 11, 8)
FOCUSED = 'a[href], button:enabled, input:enabled:not([type=hidden]), select, summary, [tabindex="0"]'
SEEN = "each => each.checkVisibility()"


@contextmanager
def served(engine: sa.Engine, settings: Settings) -> Iterator[str]:
    web = server(engine, settings)
    thread = threading.Thread(target=web.run)
    thread.start()
    while not web.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{settings.port}"
    finally:
        web.should_exit = True
        thread.join()


def sign_in(page: Page, engine: sa.Engine, settings: Settings, address: str) -> None:
    """Sign in as by the link that an admin prints for the first time."""
    with writing(engine) as session:
        _, token = make_sign_in(session, ADDRESS, settings.secret_key(), settings.now())
    page.goto(f"{address}/ban-lam-viec/vao/{token}")
    check(page)
    press(page, "Vào bàn làm việc")
    expect(page.get_by_role("heading", name="Tổng quan")).to_be_visible()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def go(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()
    check(page)


ON_PHONE = pytest.param((PHONE, False), id="phone-without-script", marks=pytest.mark.slow)


@pytest.fixture(params=[pytest.param((DESK, True), id="desk"), ON_PHONE])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    size, script = request.param
    # axe itself needs script, so that on the phone the pages alone are forbidden theirs.
    context = browser.new_context(viewport=size, java_script_enabled=True, locale="vi-VN", accept_downloads=True)
    if not script:
        context.route("**/*.js", lambda route: route.abort())
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def answer_as_agency(page: Page, link: str) -> None:
    """Answer the agency's first activity on its own page."""
    other = page.context.new_page()
    other.goto(link)
    card = other.locator("fieldset.card").first
    card.get_by_label("Đang thực hiện").check()
    card.locator("[id$='.result']").fill("Đã mở 2 lớp tập huấn, 60 người dự.")
    other.locator("#said_by").fill("Chuyên viên (minh họa)")
    other.locator("button.main").last.click()
    expect(other.locator("body")).to_contain_text("đã ghi nhận 1/7")
    other.close()


def test_a_season_is_played_by_pages_alone_from_the_plan_to_the_final_memo(
    page: Page, sqlite_engine: sa.Engine, make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    engine = sqlite_engine
    with writing(engine) as session:
        apply_plan(session, real_plan(), "quản trị", TODAY, NOW)
    settings = make_settings(today=str(TODAY), port=str(free_port()))
    settings = settings.on(TODAY)
    with served(engine, settings) as address:
        sign_in(page, engine, settings, address)
        check(page)

        go(page, "Kế hoạch")
        edited = real_plan().text.replace("socongthuong@angiang.example", "phongkh@angiang.example")
        file = tmp_path / "activities.yaml"
        file.write_text(edited.replace("lead: so-cong-thuong", "lead: so-cong-thuog", 1), encoding="utf-8")
        page.locator("#tep").set_input_files(file)
        press(page, "Xem thay đổi")
        expect(page.get_by_role("alert")).to_contain_text("so-cong-thuog")
        check(page)
        file.write_text(edited, encoding="utf-8")
        page.locator("#tep").set_input_files(file)
        press(page, "Xem thay đổi")
        expect(page.locator("main")).to_contain_text("phongkh@angiang.example")
        check(page)
        press(page, "Áp dụng kế hoạch này")
        expect(page.get_by_role("status")).to_contain_text("Đã áp dụng kế hoạch")

        go(page, "Kỳ báo cáo")
        press(page, "Mở Báo cáo năm 2024 ngay")
        expect(page.get_by_role("status")).to_contain_text("Đã mở kỳ báo cáo")
        check(page)

        go(page, "Nhắc ngay")
        go(page, "Xem thư gửi Sở Công Thương")
        expect(page.locator("pre.letter")).to_contain_text("Sở Công Thương")
        page.get_by_label("Sở Công Thương", exact=True).check()
        page.get_by_label("Hội LHPN tỉnh", exact=True).check()
        press(page, "Gửi thư nhắc cho cơ quan đã chọn")
        expect(page.get_by_role("status")).to_contain_text("2 thư nhắc")
        check(page)
        go(page, "Thư")
        page.locator("tbody a").first.click()
        check(page)

        page.goto(f"{address}/ban-lam-viec/co-quan/{TRADE}")
        check(page)
        press(page, "Xem để chép")
        link = page.locator(".notice .linkbox").inner_text()
        check(page)
        answer_as_agency(page, link)

        go(page, "Tổng quan")
        page.get_by_role("link", name="1 báo cáo chờ duyệt").click()
        check(page)
        page.locator("button.main").last.click()
        expect(page.get_by_role("status")).to_contain_text("Đã duyệt 1 báo cáo")

    settings = settings.on(LATE)
    with served(engine, settings) as address:
        sign_in(page, engine, settings, address)
        expect(page.locator("main")).to_contain_text("Quá hạn")
        check(page)
        page.get_by_role("link", name="cơ quan quá hạn: nhắc ngay").click()
        check(page)
        press(page, "Gửi thư nhắc cho cơ quan đã chọn")
        expect(page.get_by_role("status")).to_contain_text("thư nhắc, đang gửi")
        page.goto(f"{address}/ban-lam-viec/ky/2024/bao-cao")
        check(page)
        press(page, "Lập dự thảo")
        expect(page.locator("#memo-1")).to_be_visible()
        check(page)
        page.get_by_label("Lời mở đầu").fill("Thực hiện Kế hoạch số 305/KH-UBND, Hội báo cáo như sau:")
        press(page, "Lưu lời mở đầu, lời kết")
        expect(page.get_by_role("status")).to_contain_text("Đã lưu")
        press(page, "Lập và chốt bản chính thức")
        expect(page.locator("#memo-2")).to_contain_text("bản chính thức")
        check(page)
        page.locator("#so-2").fill("35")
        with page.expect_download() as started:
            page.locator("#memo-2").get_by_role("button", name="Word").click()
        assert started.value.suggested_filename == "bao-cao-2024-2-chinh-thuc.docx"
        for path in ("/ma-tran", "/nhat-ky", "/viec", "/ky/2024", "/ky", "/lich?nam=2024", "/hoat-dong/II.10",
                     f"/co-quan/{UNION}", f"/ky/2024/duyet/{TRADE}", "/ky/2024/duyet"):  # fmt: skip
            page.goto(f"{address}/ban-lam-viec{path}")
            expect(page.locator("h1")).to_have_count(1)
            check(page)
        press(page, "Thoát")
        expect(page.get_by_role("heading", name="Đăng nhập bàn làm việc")).to_be_visible()
        check(page)
        page.locator("#email").fill("không phải địa chỉ")
        press(page, "Gửi đường dẫn đăng nhập")
        expect(page.locator("#email")).to_have_attribute("aria-invalid", "true")
        check(page)
    with reading(engine) as session:
        [final] = [one for one in session.scalars(sa.select(Report)) if one.final]
    assert final.compiled_by == WHO


def test_every_page_of_the_desk_is_worked_by_keyboard(
    browser: Browser, sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    with writing(sqlite_engine) as session:
        apply_plan(session, real_plan(), "quản trị", TODAY, NOW)
    settings = make_settings(today=str(TODAY), port=str(free_port()), results="leaders")
    context = browser.new_context(viewport=DESK, locale="vi-VN")  # type: ignore[arg-type]
    page = context.new_page()
    with served(sqlite_engine, settings) as address:
        sign_in(page, sqlite_engine, settings, address)
        for row in PAGES:
            if row.show is None or "{" in row.path or row.path.endswith(".yaml") or "coordinator" not in row.sees:
                continue
            page.goto(f"{address}/ban-lam-viec{row.path}")
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.className") == "skip", row.path
            wanted = page.evaluate(f"[...document.querySelectorAll(`{FOCUSED}`)].filter({SEEN}).length")
            reached = 1
            for _ in range(min(wanted, 60) - 1):
                page.keyboard.press("Tab")
                reached += page.evaluate("document.activeElement !== document.body")
            assert reached == min(wanted, 60), row.path
    context.close()
