"""Style, script and icon are kept by browsers and asked for again; the agencies' pages travel packed."""

import httpx
import pytest
from factories_web import Season


def ask(season: Season, path: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return season.browser.ask("GET", path, headers=named)


@pytest.mark.parametrize("path", ["/style.css", "/form.js", "/favicon.ico"])
def test_a_browser_that_has_a_file_is_told_so_in_a_few_bytes(quiet_season: Season, path: str) -> None:
    first = ask(quiet_season, path)
    assert (first.status_code, first.headers["cache-control"]) == (200, "public, no-cache")
    again = ask(quiet_season, path, if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert ask(quiet_season, path, if_none_match='"another"').status_code == 200


def test_a_page_travels_packed_and_is_never_kept(quiet_season: Season) -> None:
    page = ask(quiet_season, quiet_season.link(), accept_encoding="gzip")
    assert (page.headers["content-encoding"], page.headers["cache-control"]) == ("gzip", "no-store")
    plain = ask(quiet_season, quiet_season.link(), accept_encoding="identity")
    assert int(page.headers["content-length"]) < len(plain.content) / 3
    assert "content-encoding" not in ask(quiet_season, "/ban-lam-viec/vao", accept_encoding="gzip").headers


def test_activities_are_headings_and_what_is_required_is_said_before_any_fault(quiet_season: Season) -> None:
    page = quiet_season.browser.get(quiet_season.link()).text
    assert page.count("<legend><h3>") == len(quiet_season.duties()) - 1  # one is another agency's
    assert "Tạm dừng/không thực hiện: ghi Nguyên nhân, lý do." in page
    assert "Họ tên, chức vụ (bắt buộc)" in page
    assert "tối đa 5.000 ký tự" in page
