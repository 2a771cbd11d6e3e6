"""A real browser before the served pages of the real plan: its fixtures, and axe.

A file takes the fixtures over by their names: `browser, office, visit = browsing.browser, …`.
"""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date

import pytest
import sqlalchemy as sa
from answering import TODAY, open_season
from smtp_post import free_port

from tracker.settings import Settings
from tracker.store.engine import reading, writing
from tracker.store.links import link_for, token_of
from tracker.store.periods import find_period
from tracker.store.tables import Base, Purpose
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
both_widths = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


class Office:
    """The pages of the real plan's year 2024, served on loopback."""

    def __init__(self, engine: sa.Engine, settings: Settings) -> None:
        self.engine, self.settings = engine, settings
        self.address = f"http://127.0.0.1:{settings.port}"

    def page_of(self, agency: str, purpose: Purpose = Purpose.ANSWER) -> str:
        key, room = self.settings.secret_key(), "b" if purpose is Purpose.ANSWER else "r"
        with writing(self.engine) as session:
            link = link_for(session, find_period(session, "2024"), agency, key, self.settings.now(), purpose)
            return f"{self.address}/{room}/{token_of(link, key)}"

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
def office(
    request: pytest.FixtureRequest, sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> Iterator[Office]:
    """Serve the pages on the day that the test is parametrized with, by default TODAY."""
    open_season(sqlite_engine, None, LAST_YEAR, TODAY)
    settings = make_settings(today=str(getattr(request, "param", TODAY)), port=str(free_port()))
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
    """Give a way to open an agency's page: `visit(agency, size, script=True, purpose=…)`.

    Nothing but the pages may be asked for meanwhile.
    """
    contexts: list[BrowserContext] = []
    elsewhere: list[str] = []

    def opened(
        agency: str = TRADE,
        size: dict[str, int] = DESK,
        *,
        script: bool = True,
        purpose: Purpose = Purpose.ANSWER,
    ) -> Page:
        context = browser.new_context(viewport=size, java_script_enabled=script, locale="vi-VN")  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("request", lambda request: elsewhere.append(request.url) if not ours(request.url) else None)
        page.on("pageerror", lambda error: elsewhere.append(str(error)))
        page.goto(office.page_of(agency, purpose))
        return page

    def ours(address: str) -> bool:
        return address.startswith(office.address)

    yield opened
    for context in contexts:
        context.close()
    assert elsewhere == []


def check(page: Page) -> None:
    """Fail where axe finds a fault on `page` as it stands, or where it is wider than the screen."""
    found = axe.Axe().run(page).response["violations"]
    faults = [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]
    if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
        faults.append("wider than the screen")
    assert not faults, "\n".join([page.url, *faults])
