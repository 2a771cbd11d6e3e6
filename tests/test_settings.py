"""Settings come from the environment alone and are checked at once."""

import stat
from datetime import date
from pathlib import Path

import pytest

from tracker.errors import FileTrouble, SettingsError
from tracker.settings import ZONE, load_settings


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


def test_a_key_that_cannot_be_kept_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file in the folder's place")
    with pytest.raises(FileTrouble, match="TRACKER_SECRET_KEY"):
        load_settings({"TRACKER_VAR": str(tmp_path / "var")}).secret_key()


def test_a_pretended_day_moves_the_clock_and_keeps_the_hour() -> None:
    settings = load_settings({"TRACKER_TODAY": "2024-10-15"})
    assert settings.today() == date(2024, 10, 15)
    assert settings.now().astimezone(ZONE).date() == date(2024, 10, 15)
    assert settings.on(date(2025, 1, 2)).today() == date(2025, 1, 2)
