"""The agency's page in a real browser: with and without script, on phone and desk, by keyboard, under axe."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from answering import TODAY, answer, give_figure, open_season, real_plan, say
from smtp_post import free_port

from tracker.settings import Settings
from tracker.store.engine import reading, writing
from tracker.store.links import link_for, token_of
from tracker.store.periods import find_period
from tracker.store.tables import Base, Draft, Figure, Update
from tracker.web.serve import server

CHROMIUM = shutil.which("chromium")
if CHROMIUM is None:
    pytest.skip("needs chromium (apt-get install chromium)", allow_module_level=True)
sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright (uv sync)")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python (uv sync)")

from playwright.sync_api import Browser, BrowserContext, Page, expect  # noqa: E402

expect.set_options(timeout=60_000)

ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
TRADE, UNION = "so-cong-thuong", "hoi-lhpn"
SIGNED = "Phó Giám đốc (minh họa)"
LAST_YEAR = date(2023, 10, 16)
HEAVIEST = 100_000
"""Bytes of a page with its style and script, as they go over the wire."""
both_widths = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


class Office:
    """The pages of the real plan's year 2024, served on loopback."""

    def __init__(self, engine: sa.Engine, settings: Settings) -> None:
        self.engine, self.settings = engine, settings
        self.address = f"http://127.0.0.1:{settings.port}"

    def page_of(self, agency: str) -> str:
        key = self.settings.secret_key()
        with writing(self.engine) as session:
            link = link_for(session, find_period(session, "2024"), agency, key, self.settings.now())
            return f"{self.address}/b/{token_of(link, key)}"

    def rows(self, model: type[Base]) -> list[Base]:
        with reading(self.engine) as session:
            return list(session.scalars(sa.select(model).order_by(sa.inspect(model).primary_key[0])))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS.split())
        yield started
        started.close()


@pytest.fixture
def office(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Iterator[Office]:
    open_season(sqlite_engine, None, LAST_YEAR, TODAY)
    settings = make_settings(today=str(TODAY), port=str(free_port()))
    web = server(sqlite_engine, settings)
    thread = threading.Thread(target=web.run)
    thread.start()
    while not web.started:
        time.sleep(0.02)
    yield Office(sqlite_engine, settings)
    web.should_exit = True
    thread.join()


@pytest.fixture
def visit(browser: Browser, office: Office) -> Iterator[Callable[..., Page]]:
    """Give a way to open an agency's page: `visit(agency, size, script=True)`; nothing else may be asked for."""
    contexts: list[BrowserContext] = []
    elsewhere: list[str] = []

    def opened(agency: str = TRADE, size: dict[str, int] = DESK, *, script: bool = True) -> Page:
        context = browser.new_context(viewport=size, java_script_enabled=script, locale="vi-VN")  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("request", lambda request: elsewhere.append(request.url) if not ours(request.url) else None)
        page.on("pageerror", lambda error: elsewhere.append(str(error)))
        page.goto(office.page_of(agency))
        return page

    def ours(address: str) -> bool:
        return address.startswith(office.address)

    yield opened
    for context in contexts:
        context.close()
    assert elsewhere == []


def activities(page: Page) -> list[str]:
    return [card.get_attribute("id") or "" for card in page.locator("fieldset.card").all()]


def field(name: str) -> str:
    return f'[name="{name}"]'


def fill_in(page: Page, activity: str, result: str) -> None:
    page.locator(f'[name="{activity}.status"][value="under_way"]').check()
    page.locator(field(f"{activity}.percent")).fill("40")
    page.locator(field(f"{activity}.result")).fill(result)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def faults_of(page: Page) -> list[str]:
    found = axe.Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]


def no_wider_than_the_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@both_widths
def test_an_official_fills_in_everything_and_sends_it(
    visit: Callable[..., Page], office: Office, size: dict[str, int], script: bool
) -> None:
    page = visit(TRADE, size, script=script)
    asked = activities(page)
    assert len(asked) >= 5
    for activity in asked:
        fill_in(page, activity, f"Kết quả của {activity}")
    page.locator(field("said_by")).fill(SIGNED)
    press(page, "Gửi báo cáo")
    expect(page.get_by_role("heading", level=1)).to_have_text("Biên nhận báo cáo tiến độ")
    expect(page.locator("body")).to_contain_text(f"đã ghi nhận đủ {len(asked)} hoạt động")
    assert sorted(update.result for update in office.rows(Update)) == sorted(
        f"Kết quả của {activity}" for activity in asked
    )
    assert office.rows(Draft) == []


@both_widths
def test_axe_finds_no_fault_on_any_page_and_none_is_wider_than_the_screen(
    visit: Callable[..., Page], office: Office, size: dict[str, int]
) -> None:
    ours = [one for one in real_plan().plan.activities if one.lead == UNION and 2024 in one.years]
    carried = next(one.id for one in ours if 2023 in one.years)
    sent, silent = [one.id for one in ours if one.id != carried][:2]
    say(office.engine, carried, answer("Năm trước"), code="2023")
    say(office.engine, sent, answer("Đã gửi"))
    give_figure(office.engine, "htx-moi", 4, code="2023")
    page = visit(UNION, size)

    def check() -> None:
        assert faults_of(page) == []
        assert no_wider_than_the_screen(page)

    check()
    page.locator(f'[id="{silent}.nothing"]').check()
    page.locator(field("figure.htx-moi")).fill("2")
    page.locator(field(f"{carried}.percent")).fill("250")
    press(page, "Gửi báo cáo")
    expect(page.get_by_role("alert")).to_contain_text("Chưa gửi được: còn 3 chỗ cần sửa")
    check()
    page.locator(field(f"{carried}.percent")).fill("25")
    page.locator(f'[id="{silent}.reason"]').fill("Chưa có hợp tác xã nào đề nghị")
    page.get_by_label("Số liệu đúng là đã giảm").check()
    press(page, "Gửi báo cáo")
    expect(page.get_by_role("heading", level=1)).to_have_text("Biên nhận báo cáo tiến độ")
    check()
    page.emulate_media(media="print")
    check()
    for address in ("/", "/b/khong-co", "/khong-co"):
        page.goto(office.address + address)
        check()


@pytest.mark.parametrize("agency", [TRADE, UNION])
def test_the_page_with_its_style_and_script_weighs_less_than_100_kb(
    browser: Browser, office: Office, agency: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    weights: dict[str, int] = {}
    page.on("response", lambda got: weights.update({urlsplit(got.url).path: len(got.body())}))
    page.goto(office.page_of(agency), wait_until="networkidle")
    context.close()
    assert {path for path in weights if not path.startswith("/b/")} >= {"/style.css", "/form.js"}
    assert sum(weights.values()) < HEAVIEST


def test_what_is_typed_is_kept_without_pressing_anything_and_is_there_on_another_device(
    visit: Callable[..., Page], office: Office
) -> None:
    page = visit(TRADE, PHONE)
    first, second = activities(page)[:2]
    page.locator(field(f"{first}.result")).fill("viết dở")
    expect(page.locator("#saved")).to_contain_text("Đã lưu nháp lúc ")
    page.locator(field(f"{second}.result")).fill("viết dở nữa")
    with page.expect_response(lambda got: got.request.method == "POST") as kept:
        pass
    assert kept.value.status == 200  # the second save is not taken for another person's
    desk = visit(TRADE, DESK)
    expect(desk.locator(field(f"{first}.result"))).to_have_value("viết dở")
    expect(desk.locator(field(f"{second}.result"))).to_have_value("viết dở nữa")
    assert office.rows(Update) == []


def test_a_page_left_open_does_not_save_over_what_another_has_saved_since(
    visit: Callable[..., Page], office: Office
) -> None:
    hers, his = visit(TRADE), visit(TRADE)
    activity = activities(hers)[0]
    hers.locator(field(f"{activity}.result")).fill("của Hoa")
    expect(hers.locator("#saved")).to_contain_text("Đã lưu nháp")
    his.locator(field(f"{activity}.result")).fill("của Bình")
    expect(his.locator("#saved")).to_contain_text("có một bản nháp khác")
    assert [draft.typed[f"{activity}.result"] for draft in office.rows(Draft)] == ["của Hoa"]
    press(his, "Lưu nháp")
    expect(his.get_by_role("alert")).to_contain_text("một bản nháp khác")
    expect(his.locator(field(f"{activity}.result"))).to_have_value("của Bình")


def test_what_cannot_be_saved_is_told_and_is_not_left_unasked(visit: Callable[..., Page]) -> None:
    page = visit(TRADE)
    activity = activities(page)[0]
    page.context.set_offline(True)
    page.locator(field(f"{activity}.result")).fill("khi mất mạng")
    expect(page.locator("#saved")).to_contain_text("Chưa lưu được nháp")
    page.context.set_offline(False)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert asked == ["beforeunload"]


def test_two_clicks_send_once(visit: Callable[..., Page], office: Office) -> None:
    page = visit(TRADE)
    fill_in(page, activities(page)[0], "một lần")
    page.locator(field("said_by")).fill(SIGNED)
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Gửi báo cáo", exact=True).dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Biên nhận báo cáo tiến độ")
    assert len(posts) == 1
    assert len(office.rows(Update)) == 1


def test_a_save_under_way_ends_before_the_report_is_sent(visit: Callable[..., Page], office: Office) -> None:
    page = visit(TRADE)
    order: list[str] = []

    def slowly(route: sync_api.Route) -> None:
        draft = "action=save" in (route.request.post_data or "")
        order.append("save" if draft else "send")
        if draft:
            time.sleep(1)
        route.continue_()

    page.locator(field("said_by")).fill(SIGNED)
    fill_in(page, activities(page)[0], "xong")
    page.route("**/b/*", slowly)
    with page.expect_request(lambda request: request.method == "POST"):
        pass
    press(page, "Gửi báo cáo")
    expect(page.get_by_role("heading", level=1)).to_have_text("Biên nhận báo cáo tiến độ")
    assert order[:2] == ["save", "send"]
    assert office.rows(Draft) == []
    assert len(office.rows(Update)) == 1


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_one_activity_is_sent_alone_and_the_rest_stays_typed(
    visit: Callable[..., Page], office: Office, script: bool
) -> None:
    page = visit(TRADE, PHONE, script=script)
    first, second = activities(page)[:2]
    fill_in(page, first, "gửi trước")
    page.locator(field(f"{second}.result")).fill("viết dở")
    page.locator(field("said_by")).fill(SIGNED)
    press(page, f"Gửi riêng hoạt động này ({first})")
    expect(page.get_by_role("status").first).to_contain_text(f"Đã ghi nhận {first}")
    expect(page.locator(field(f"{second}.result"))).to_have_value("viết dở")
    assert [update.result for update in office.rows(Update)] == ["gửi trước"]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_keyboard_alone_is_enough(visit: Callable[..., Page], office: Office, script: bool) -> None:
    page = visit(TRADE, script=script)
    activity = activities(page)[0]

    def tab_to(selector: str) -> None:
        wanted = page.locator(selector).first
        for _ in range(400):
            page.keyboard.press("Tab")
            if wanted.evaluate("one => one === document.activeElement"):
                return
        raise AssertionError(f"Tab never comes to {selector}")

    tab_to(f'[id="{activity}.nothing"]')
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Chưa có đề nghị")
    page.keyboard.press("Enter")  # saves, and never sends
    expect(page.get_by_role("status").first).to_contain_text("Đã lưu nháp")
    assert office.rows(Update) == []
    tab_to("#said_by")
    page.keyboard.type(SIGNED)
    tab_to("button.main")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Biên nhận báo cáo tiến độ")
    [update] = office.rows(Update)
    assert update.result == "Không có phát sinh trong kỳ. Lý do: Chưa có đề nghị"


def test_a_figure_that_goes_down_is_asked_about_before_it_is_taken(
    visit: Callable[..., Page], office: Office
) -> None:
    give_figure(office.engine, "viec-lam-tht", 1253)
    page = visit(UNION, PHONE, script=False)
    page.locator(field("figure.viec-lam-tht")).fill("1.200")
    page.locator(field("said_by")).fill(SIGNED)
    press(page, "Gửi báo cáo")
    expect(page.get_by_role("alert")).to_contain_text("giảm từ 1.253 xuống 1.200")
    assert len(office.rows(Figure)) == 1
    page.get_by_label("Số liệu đúng là đã giảm").check()
    press(page, "Gửi báo cáo")
    assert [figure.value for figure in office.rows(Figure)] == [1253, 1200]
