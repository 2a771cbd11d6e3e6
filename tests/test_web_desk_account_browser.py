"""A real browser goes to a real provider and comes back: cookies, policy and redirects hold, axe finds nothing."""

from collections.abc import Iterator
from pathlib import Path

import browsing
import pytest
from browsing import Office, both_widths, check
from oidc_provider import CLIENT, SECRET, Provider, provider_for
from playwright.sync_api import Browser, expect
from test_web_pages_axe import press

browser, office = browsing.browser, browsing.office


@pytest.fixture(autouse=True)
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    with provider_for("") as served:
        served.person = {"email": "quantri@angiang.example", "email_verified": True}
        folder = tmp_path / "var"
        folder.mkdir()
        (folder / "tracker.toml").write_text(f'oidc_issuer = "{served.issuer}"\noidc_client_id = "{CLIENT}"\n')
        (folder / "secrets.toml").touch(mode=0o600)
        (folder / "secrets.toml").write_text(f'oidc_client_secret = "{SECRET}"\n')
        yield served


@both_widths
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_person_goes_to_the_provider_and_comes_back_to_the_desk(
    browser: Browser, office: Office, provider: Provider, size: dict[str, int], script: bool
) -> None:
    provider.client.redirect = f"{office.address}/ban-lam-viec/vao/tro-lai"
    context = browser.new_context(viewport=size, java_script_enabled=script, locale="vi-VN")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{office.address}/ban-lam-viec")
    if script:
        check(page)
    page.get_by_role("link", name="Đăng nhập bằng tài khoản cơ quan").click()
    expect(page.get_by_role("button", name="Vào bàn làm việc")).to_be_visible()
    if script:
        check(page)
    press(page, "Vào bàn làm việc")
    expect(page.get_by_role("heading", name="Tổng quan")).to_be_visible()
    expect(page.get_by_text("Người quản trị")).to_be_visible()
    context.close()
