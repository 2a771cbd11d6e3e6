"""Signing in by the account of a provider: a real one on loopback, and people whom the plan lists."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import sqlalchemy as sa
from desk_visits import HOME, PEOPLE, Visitor, signed_in, text_of, with_people
from factories_web import Browser, Season, fields_of, open_season
from joserfc.jwk import RSAKey
from oidc_provider import CLIENT, SECRET, Provider, provider_for

from tracker.errors import SettingsError
from tracker.settings import Settings
from tracker.store.tables import DeskSession, JournalEntry
from tracker.web.app import create_app

NAME, EMAIL = PEOPLE["leader"]
REFUSED = "Không đăng nhập được bằng tài khoản này"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    with provider_for(f"http://127.0.0.1:8305{HOME}/vao/tro-lai") as served:
        served.person = {"email": EMAIL, "email_verified": True}
        yield served


@pytest.fixture
def season(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings], provider: Provider) -> Season:
    named = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    return open_season(sqlite_engine, make_settings, with_people(), **named)


class Guest(Visitor):
    """Somebody whose browser keeps the cookies of both."""

    def go(self) -> str:
        """Go to the provider and return where it sends the browser back to."""
        away = self.ask("GET", f"{HOME}/vao/tai-khoan")
        assert away.status_code == 303, away.text
        came = httpx.get(away.headers["location"], trust_env=False)
        assert came.status_code == 302, came.text
        return came.headers["location"].removeprefix("http://127.0.0.1:8305")

    def press(self, path: str, **typed: str) -> httpx.Response:
        shown = self.ask("GET", path)
        return self.ask("POST", urlsplit(path).path, data=fields_of(shown) | typed)


def test_a_person_of_the_plan_signs_in_by_the_providers_account(season: Season, provider: Provider) -> None:
    guest = Guest(season)
    signing = text_of(guest.get("/vao"))
    assert "Đăng nhập bằng tài khoản" in signing
    assert "Gửi đường dẫn" not in signing
    entered = guest.press(guest.go())
    assert (entered.status_code, entered.headers["location"]) == (303, HOME)
    guest.cookie = next(one for one in entered.headers.get_list("set-cookie") if one.startswith("ban-lam-viec="))
    guest.cookie = guest.cookie.split(";")[0]
    assert NAME in text_of(guest.get())
    assert [(one.who, one.did) for one in season.rows(JournalEntry)][-1] == (NAME, "signed in")
    assert provider.exchanged == 1


def test_coming_back_alone_changes_nothing_and_asks_the_provider_nothing(
    season: Season, provider: Provider
) -> None:
    guest = Guest(season)
    back, before = guest.go(), season.dump()
    for _ in range(3):
        assert guest.ask("GET", back).status_code == 200
        assert guest.ask("HEAD", back).status_code == 200
    assert season.dump() == before
    assert provider.exchanged == 0


def test_the_browser_is_sent_with_pkce_state_and_nonce_that_are_new_each_time(season: Season) -> None:
    asked: list[dict[str, Any]] = []
    for _ in range(2):
        address = Guest(season).ask("GET", f"{HOME}/vao/tai-khoan").headers["location"]
        asked.append({name: value[0] for name, value in parse_qs(urlsplit(address).query).items()})
    assert asked[0]["code_challenge_method"] == "S256"
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[0][name]) >= 43
        assert asked[0][name] != asked[1][name]
    assert (asked[0]["client_id"], asked[0]["response_type"], asked[0]["scope"]) == (
        CLIENT,
        "code",
        "openid email",
    )


IN_NO_PLAN = "in no plan, or not verified"
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a stranger to the plan": ({"person": {"email": "la@tinh.example", "email_verified": True}}, IN_NO_PLAN),
    "an address that is not verified": ({"person": {"email": EMAIL, "email_verified": False}}, IN_NO_PLAN),
    "an address that may be verified": ({"person": {"email": EMAIL}}, IN_NO_PLAN),
    "verified in words": ({"person": {"email": EMAIL, "email_verified": "true"}}, IN_NO_PLAN),
    "no address": ({"person": {"email_verified": True}}, IN_NO_PLAN),
    "another nonce": ({"claims": {"nonce": "x" * 64}}, "InvalidClaimError"),
    "another issuer": ({"claims": {"iss": "http://127.0.0.1:1"}}, "InvalidClaimError"),
    "another program": ({"claims": {"aud": ["another"]}}, "InvalidClaimError"),
    "over": ({"claims": {"exp": 1}}, "ExpiredTokenError"),
    "another key": ({"shown_key": RSAKey.generate_key(2048, {"kid": "own"})}, "BadSignatureError"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_whoever_is_not_certainly_in_the_plan_is_refused_in_the_same_words(
    season: Season, provider: Provider, wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    otherwise, why = WRONG[wrong]
    for name, value in otherwise.items():
        setattr(provider, name, value)
    guest = Guest(season)
    refused = guest.press(guest.go())
    assert refused.status_code == 403
    assert REFUSED in text_of(refused)
    assert why in caplog.text
    assert season.rows(DeskSession) == []


def test_a_code_lets_in_only_the_browser_that_was_sent_out_for_it_and_once(
    season: Season, provider: Provider
) -> None:
    victim, attacker = Guest(season), Guest(season)
    back = attacker.go()
    victim.go()
    assert victim.press(back).status_code == 403, "another state"
    assert Guest(season).press(back).status_code == 403, "no cookie"
    cookie = attacker.cookie
    attacker.cookie = cookie[:-1] + ("0" if cookie[-1] != "0" else "1")
    assert attacker.press(back).status_code == 403, "a cookie that was touched"
    attacker.cookie = cookie
    assert attacker.press(back, code="x").status_code == 403, "another code"
    attacker.cookie = cookie
    assert attacker.press(back).status_code == 303
    attacker.cookie = cookie
    assert attacker.press(back).status_code == 403, "used"
    assert provider.exchanged == 1
    assert len(season.rows(DeskSession)) == 1


def test_what_is_left_lying_too_long_signs_nobody_in(season: Season) -> None:
    guest = Guest(season)
    back = guest.go()
    later = season.settings.on(season.settings.today().replace(day=16))
    guest.season = Season(season.engine, later, Browser(create_app(season.engine, later)))
    assert guest.press(back).status_code == 403


def test_a_provider_that_is_away_is_told_and_nothing_of_it_reaches_the_page(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings], caplog: pytest.LogCaptureFixture
) -> None:
    named = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    season = open_season(sqlite_engine, make_settings, with_people(), **named)
    answer = Visitor(season).get("/vao/tai-khoan")
    assert answer.status_code == 503
    assert REFUSED in text_of(answer)
    assert "ConnectionError" not in answer.text
    assert "ConnectionError" in caplog.text


def test_no_letter_signs_in_where_a_provider_is_named_but_the_admins_link_does(season: Season) -> None:
    visitor = Visitor(season)
    before = season.dump()
    assert visitor.ask("POST", f"{HOME}/vao", data={"email": EMAIL}).status_code == 404
    assert season.dump() == before
    assert signed_in(season, "admin").get().status_code == 200


def test_without_a_provider_its_addresses_are_links_that_open_nothing(quiet_season: Season) -> None:
    unknown = quiet_season.browser.get(f"{HOME}/vao/{'x' * 43}")
    for path in ("tai-khoan", "tro-lai"):
        answer = quiet_season.browser.get(f"{HOME}/vao/{path}")
        assert (answer.status_code, answer.content) == (404, unknown.content)


def test_neither_the_secret_nor_a_code_is_kept_or_logged(season: Season, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "tracker")
    guest = Guest(season)
    back = guest.go()
    assert guest.press(back).status_code == 303
    code = parse_qs(urlsplit(back).query)["code"][0]
    everything = repr(season.dump()) + "".join(
        one.getMessage() for one in caplog.records if one.name.startswith("tracker")
    )
    assert code not in everything
    assert SECRET not in everything
    assert SECRET not in repr(season.settings)


def test_its_addresses_answer_every_method_as_the_table_says(season: Season) -> None:
    for path, get, post in (("/vao", 200, 404), ("/vao/tai-khoan", 303, 404), ("/vao/tro-lai", 200, 403)):
        visitor = Visitor(season)
        found = [visitor.ask(method, HOME + path).status_code for method in ("GET", "HEAD")]
        found.append(visitor.ask("POST", HOME + path, data={"email": EMAIL}).status_code)
        assert found == [get, get, post], path
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            assert visitor.ask(method, HOME + path).status_code == 405, f"{method} {path}"


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ({"oidc_issuer": "https://tai-khoan.example"}, "TRACKER_OIDC_CLIENT_ID: chưa đặt"),
        ({"oidc_client_secret": "x"}, "TRACKER_OIDC_ISSUER: chưa đặt"),
        (
            {"oidc_issuer": "http://tai-khoan.example", "oidc_client_id": "a", "oidc_client_secret": "b"},
            "https://",
        ),
        ({"oidc_issuer": "[", "oidc_client_id": "a", "oidc_client_secret": "b"}, "TRACKER_OIDC_ISSUER: viết"),
    ],
)
def test_a_provider_is_named_whole_and_by_an_address_that_nobody_overhears(
    make_settings: Callable[..., Settings], named: dict[str, str], told: str
) -> None:
    with pytest.raises(SettingsError, match=told):
        make_settings(**named)


def test_the_secret_belongs_into_the_file_of_secrets(
    tmp_path: Path, make_settings: Callable[..., Settings]
) -> None:
    (tmp_path / "var").mkdir()
    plain = tmp_path / "var" / "tracker.toml"
    lines = 'oidc_issuer = "https://tai-khoan.example"\noidc_client_id = "theo-doi"\n'
    plain.write_text(f'{lines}oidc_client_secret = "mat"\n')
    with pytest.raises(SettingsError, match="chuyển dòng này sang"):
        make_settings()
    plain.write_text(lines)
    secret = tmp_path / "var" / "secrets.toml"
    secret.touch(mode=0o600)
    secret.write_text('oidc_client_secret = "mat"\n')
    rows = {name: value for name, value, _ in make_settings().as_rows()}
    assert (rows["oidc_client_id"], rows["oidc_client_secret"]) == ("theo-doi", "***")
