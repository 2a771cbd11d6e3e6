"""Of hundreds of activities an officer finds the one she means, with and without script, and loses nothing."""

import threading
import time
from collections.abc import Callable, Iterator

import browsing
import pytest
import sqlalchemy as sa
from factories_web import Season, open_season, plan_text
from playwright.sync_api import Browser, Page, expect
from smtp_post import free_port

from tracker.settings import Settings
from tracker.store.tables import Draft, Update
from tracker.web.serve import server

browser = browsing.browser
COUNT = 487


@pytest.fixture
def season(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    return open_season(sqlite_engine, make_settings, plan_text(COUNT), port=str(free_port()))


@pytest.fixture
def opened(season: Season, browser: Browser) -> Iterator[Callable[..., Page]]:
    web = server(season.engine, season.settings)
    thread = threading.Thread(target=web.run)
    thread.start()
    while not web.started:
        time.sleep(0.02)
    contexts = []

    def visit(*, script: bool) -> Page:
        contexts.append(browser.new_context(java_script_enabled=script, viewport=browsing.PHONE))  # type: ignore[arg-type]
        page = contexts[-1].new_page()
        page.set_default_timeout(60_000)
        page.goto(f"http://127.0.0.1:{season.settings.port}{season.link()}")
        return page

    yield visit
    for context in contexts:
        context.close()
    web.should_exit = True
    thread.join()


def cards(page: Page) -> list[str]:
    return [card.get_attribute("id") or "" for card in page.locator("fieldset.card").all()]


def test_thirty_stand_on_a_page_and_the_address_chooses_which(season: Season) -> None:
    link = season.link()
    first = season.browser.get(link)
    assert first.text.count('<fieldset class="card"') == 30
    assert f"Tìm thấy {COUNT} hoạt động, trang 1/17." in " ".join(first.text.split())
    last = season.browser.get(f"{link}?trang=99")
    assert last.text.count('<fieldset class="card"') == COUNT % 30
    found = season.browser.get(f"{link}?tim=HOAT+dong+thu+486&loc=con-thieu")
    assert found.text.count('<fieldset class="card"') == 1
    assert 'id="II.486"' in found.text
    none = season.browser.get(f"{link}?loc=da-duyet")
    assert "Không có hoạt động nào như vậy" in none.text
    for odd in ("?trang=0", "?trang=²", "?trang=-1", "?loc=khong-co", f"?tim={'x' * 3000}"):
        assert season.browser.get(link + odd).status_code == 200


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_who_searches_keeps_what_is_typed_and_sends_what_stands_on_the_page(
    season: Season, opened: Callable[..., Page], script: bool
) -> None:
    page = opened(script=script)
    assert len(cards(page)) == 30
    page.locator('[name="II.7.result"]').fill("viết dở")
    page.locator("#tim").fill("thứ 300")
    if not script:
        page.get_by_role("button", name="Tìm", exact=True).click()
    expect(page.locator("fieldset.card")).to_have_count(1)
    assert cards(page) == ["II.300"]
    if script:
        browsing.check(page)
    page.locator('[name="II.300.status"][value="under_way"]').check()
    page.locator('[name="II.300.percent"]').fill("40")
    page.locator('[name="II.300.result"]').fill("Đã làm")
    page.locator("#said_by").fill("Văn thư (minh họa)")
    page.get_by_role("button", name="Gửi báo cáo", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Biên nhận báo cáo tiến độ")
    assert [update.result for update in season.rows(Update)] == ["Đã làm"]
    [draft] = season.rows(Draft)
    assert draft.typed["II.7.result"] == "viết dở"
    expect(opened(script=True).locator('[name="II.7.result"]')).to_have_value("viết dở")


def test_a_page_of_thirty_is_a_fifteenth_as_high_and_turning_it_keeps_what_is_typed(
    season: Season, opened: Callable[..., Page]
) -> None:
    page = opened(script=True)
    assert page.evaluate("document.documentElement.scrollHeight") < 60_000
    page.locator('[name="II.30.result"]').fill("cuối trang một")
    page.get_by_role("button", name="Trang sau").last.click()
    expect(page.locator("fieldset.card").first).to_have_attribute("id", "II.31")
    assert page.url.endswith("?trang=2")
    [draft] = season.rows(Draft)
    assert draft.typed["II.30.result"] == "cuối trang một"
    assert page.evaluate("new FormData(document.querySelector('form[data-draft]')).get('trang')") == "2"
