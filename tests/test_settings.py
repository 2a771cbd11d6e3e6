"""Settings come from the environment alone and are checked at once."""

import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from tracker.errors import FileTrouble, SettingsError
from tracker.settings import ZONE, Settings, load_settings


def test_with_nothing_set_everything_stays_on_this_machine() -> None:
    settings = load_settings({})
    assert settings.database_url.startswith("sqlite:///")
    assert settings.mail_url.startswith("folder://")
    assert settings.base_url == "http://127.0.0.1:8305"
    assert settings.plan.name == "activities.yaml"
    assert settings.plan.exists()


def test_every_unusable_value_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(
            {
                "TRACKER_DATABASE_URL": "mysql://x",
                "TRACKER_MAIL_URL": "mailto://x",
                "TRACKER_BASE_URL": "theo-doi",
                "TRACKER_SENDER": "ai đó",
                "TRACKER_PORT": "70000",
                "TRACKER_TODAY": "15/10/2024",
                "TRACKER_MAILURL": "smtp://x",
            }
        )
    text = str(caught.value)
    for name in ("DATABASE_URL", "MAIL_URL", "BASE_URL", "SENDER", "PORT", "TODAY", "MAILURL"):
        assert f"TRACKER_{name}:" in text
    assert 'có phải "TRACKER_MAIL_URL"?' in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAIL_URL", "smtp://mail:abc"),
        ("MAIL_URL", "smtp://mail:99999"),
        ("MAIL_URL", "smtp://[::1"),
        ("DATABASE_URL", "postgresql://host:abc/db"),
        ("DATABASE_URL", "sqlite:tracker.db"),
        ("DATABASE_URL", "tracker.db"),
        ("BASE_URL", "http://[x"),
        ("BASE_URL", "https://host:abc"),
        ("SENDER", "ai đó@angiang.example"),
        ("SENDER", "Đầu mối <a@angiang.example>"),
        ("SENDER", "a@angiang.example\r\nBcc: b@angiang.example"),
        ("SENDER", "a..b@angiang.example"),
        ("PORT", "0"),
        ("PORT", "8305.5"),
        ("PORT", "٨٠"),
        ("TODAY", "2024-02-30"),
    ],
)
def test_an_unusable_value_is_named_and_no_other(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({f"TRACKER_{name}": value})
    assert str(caught.value).startswith(f"TRACKER_{name}:")
    assert str(caught.value).count("TRACKER_") == 1


@pytest.mark.parametrize("url", ["postgresql://tracker@db/tracker", "postgresql+psycopg://db/tracker"])
def test_postgresql_is_named_with_or_without_its_driver(url: str) -> None:
    assert load_settings({"TRACKER_DATABASE_URL": url}).database_url == url


def test_passwords_are_never_shown() -> None:
    settings = load_settings({"TRACKER_MAIL_URL": "smtps://user:bimat@mail.angiang.example:465"})
    assert settings.mail_door_shown == "smtps://mail.angiang.example:465"
    with pytest.raises(SettingsError) as caught:
        load_settings({"TRACKER_DATABASE_URL": "mysql://user:bimat@host/db"})
    assert "bimat" not in str(caught.value)


def test_the_secret_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = load_settings({"TRACKER_VAR": str(tmp_path / "var")})
    key = settings.secret_key()
    assert len(key) >= 43
    assert settings.secret_key() == key
    assert stat.S_IMODE((tmp_path / "var" / "secret-key").stat().st_mode) == 0o600


def test_processes_that_make_the_key_at_once_all_get_the_same_whole_key(tmp_path: Path) -> None:
    for number in range(20):
        settings = load_settings({"TRACKER_VAR": str(tmp_path / str(number))})
        together = threading.Barrier(8)

        def read(settings: Settings = settings, together: threading.Barrier = together) -> bytes:
            together.wait()
            return settings.secret_key()

        with ThreadPoolExecutor(8) as pool:
            (key,) = {asked.result() for asked in [pool.submit(read) for _ in range(8)]}
        assert len(key) >= 43
        assert [path.name for path in settings.var.iterdir()] == ["secret-key"]


def test_a_key_that_cannot_be_kept_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file in the folder's place")
    with pytest.raises(FileTrouble, match="TRACKER_SECRET_KEY"):
        load_settings({"TRACKER_VAR": str(tmp_path / "var")}).secret_key()


def test_a_pretended_day_moves_the_clock_and_keeps_the_hour() -> None:
    settings = load_settings({"TRACKER_TODAY": "2024-10-15"})
    assert settings.today() == date(2024, 10, 15)
    assert settings.now().astimezone(ZONE).date() == date(2024, 10, 15)
    assert settings.on(date(2025, 1, 2)).today() == date(2025, 1, 2)
