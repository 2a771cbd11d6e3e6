"""The page of results on phone and desk, with script and without: axe finds no fault."""

from pathlib import Path

import browsing
import pytest
import sqlalchemy as sa
from browsing import Office, both_widths, check
from playwright.sync_api import Browser, expect
from test_web_pages_axe import fill_the_record

from tracker.report.compile import compile_memo
from tracker.store.engine import writing
from tracker.store.tables import Duty

browser, office = browsing.browser, browsing.office


@pytest.fixture(autouse=True)
def public(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "tracker.toml").write_text('results = "public"\n')


def accept_everything(office: Office) -> None:
    with writing(office.engine) as session:
        session.execute(sa.update(Duty).where(Duty.state.in_(["submitted", "returned"])).values(state="accepted"))


@both_widths
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_page_before_and_after_a_final_memo(
    browser: Browser, office: Office, size: dict[str, int], script: bool
) -> None:
    context = browser.new_context(viewport=size, java_script_enabled=script, locale="vi-VN")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{office.address}/ket-qua")
    if script:
        check(page)
    fill_the_record(office)
    accept_everything(office)
    compile_memo(office.engine, office.settings, "2024", "đầu mối", formats=(), final=True)
    page.reload()
    expect(page.get_by_role("heading", name="Theo nội dung")).to_be_visible()
    if script:
        check(page)
    wide = page.evaluate("document.documentElement.scrollWidth") if script else 0
    assert wide <= size["width"]
    context.close()
