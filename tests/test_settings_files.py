"""Settings that stand beside the store hold for everybody who opens it; secrets are in a file of their own."""

import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT
from office import Office

from tracker.errors import FileTrouble, SettingsError
from tracker.settings import load_settings
from tracker.settings_files import anchored, masked

Write = Callable[..., Path]
PASSWORD = "smtps://theo-doi:bimat@thu.angiang.example:465"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Give a function that writes a file into the store's folder."""

    def write(name: str, text: str, mode: int = 0o600) -> Path:
        path = tmp_path / "var" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return path

    return write


def env_of(tmp_path: Path, **given: str) -> dict[str, str]:
    return {"TRACKER_VAR": str(tmp_path / "var")} | {f"TRACKER_{name}": value for name, value in given.items()}


def faults(tmp_path: Path, **given: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(env_of(tmp_path, **given))
    return str(caught.value).splitlines()


def test_what_stands_beside_the_store_holds_and_the_environment_wins(tmp_path: Path, write: Write) -> None:
    file = write(
        "tracker.toml",
        'sender = "theo-doi@angiang.example"\nport = 9000\ntoday = 2024-10-15\nillustration = true\n'
        'plan = "../ke-hoach.yaml"\ndatabase_url = "sqlite:///du-lieu.db"\ninbox_url = "folder://den"\n',
    )
    write("secrets.toml", f'mail_url = "{PASSWORD}"\nsecret_key = "mười sáu chữ cái trở lên"\n')
    settings = load_settings(env_of(tmp_path, PORT="9001"))
    var = tmp_path / "var"
    assert settings.sender == "theo-doi@angiang.example"
    assert settings.port == 9001
    assert settings.today().isoformat() == "2024-10-15"
    assert settings.illustration
    assert settings.mail_url == PASSWORD
    assert settings.secret_key().decode() == "mười sáu chữ cái trở lên"
    assert settings.plan.resolve() == tmp_path / "ke-hoach.yaml"
    assert settings.database_url == f"sqlite:///{var / 'du-lieu.db'}"
    assert settings.inbox_url == f"folder://{var / 'den'}"
    assert settings.places["PORT"] == "TRACKER_PORT"
    assert settings.places["SENDER"] == f"{file}: sender"
    assert "MAIL_URL" in settings.places
    assert "BASE_URL" not in settings.places


def test_all_faults_of_both_files_and_the_environment_are_named_at_once(tmp_path: Path, write: Write) -> None:
    plain = write(
        "tracker.toml",
        f'mail_ulr = "x"\nvar = "x"\nPORT = 1\nsender = "ai đó"\nbase_url = 5\n[them]\na = 1\n'
        f'[bang]\nmail_url = "{PASSWORD}"\n',
    )
    secret = write("secrets.toml", 'secret_key = "ngắn"\ninbox_url = "imaps://thu.angiang.example"\n')
    told = faults(tmp_path, TODAY="mai")
    text = "\n".join(told)
    for key in ("mail_ulr", "var", "PORT", "sender", "base_url", "them", "bang"):
        assert f"{plain}: {key}: " in text, key
    assert f'{plain}: mail_ulr: không có cài đặt này; có phải "mail_url"?' in told
    assert f"{secret}: secret_key: " in text
    assert f"{secret}: inbox_url: " in text
    assert "TRACKER_TODAY: 'mai'" in text
    assert "bimat" not in text


@pytest.mark.parametrize(
    "line", [f'mail_url = "{PASSWORD}"', 'secret_key = "mười sáu chữ cái trở lên"',
             'database_url = "postgresql://may/tracker?user=a&password=bimat"']
)  # fmt: skip
def test_a_password_or_key_outside_the_secrets_file_is_refused(tmp_path: Path, write: Write, line: str) -> None:
    write("tracker.toml", line)
    [told] = faults(tmp_path)
    assert "secrets.toml" in told
    assert "bimat" not in told
    (tmp_path / "var" / "tracker.toml").unlink()
    write("secrets.toml", line)
    assert load_settings(env_of(tmp_path))


def test_a_setting_that_stands_in_both_files_is_refused(tmp_path: Path, write: Write) -> None:
    write("tracker.toml", 'mail_url = "smtp://thu.angiang.example"')
    write("secrets.toml", f'mail_url = "{PASSWORD}"')
    [told] = faults(tmp_path)
    assert "tracker.toml: mail_url: " in told


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_secrets_that_others_can_read_are_refused_with_the_way_out(
    tmp_path: Path, write: Write, mode: int
) -> None:
    path = write("secrets.toml", f'mail_url = "{PASSWORD}"', mode)
    assert f"chmod 600 {path}" in faults(tmp_path)[0]


@pytest.mark.parametrize("text", ["mail_url = smtp", "mail_url", 'port = "x', "a = 1\na = 2"])
def test_a_file_that_is_no_toml_is_named_with_its_line(tmp_path: Path, write: Write, text: str) -> None:
    path = write("tracker.toml", f"# đầu tệp\n{text}\n\n")
    [told] = faults(tmp_path)
    assert re.match(rf"{path}:[23]:\d+: không đọc được; ", told)


def test_a_file_in_another_character_set_is_named(tmp_path: Path, write: Write) -> None:
    write("tracker.toml", "").write_bytes("sender = 'Sở'".encode("utf-16"))
    assert "UTF-8" in faults(tmp_path)[0]


@pytest.mark.parametrize("key", ["", "x", "   " * 10, "fifteen letters"])
def test_an_empty_or_short_key_is_refused_wherever_it_comes_from(tmp_path: Path, write: Write, key: str) -> None:
    assert faults(tmp_path, SECRET_KEY=key)[0].startswith("TRACKER_SECRET_KEY: ")
    write("secret-key", key)
    with pytest.raises(FileTrouble, match="secret-key: khóa bí mật rỗng hoặc ngắn"):
        load_settings(env_of(tmp_path)).secret_key()


def test_a_process_started_in_another_folder_has_the_same_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    here = load_settings({"TRACKER_VAR": "kho", "TRACKER_PLAN": "k.yaml", "TRACKER_MAIL_URL": "folder://thu"})
    monkeypatch.chdir("/")
    there = load_settings(here.for_children())
    assert (there.plan, there.var, there.mail_url) == (here.plan, here.var, here.mail_url)
    assert there.database_url == here.database_url
    assert there.templates == here.templates


def test_the_command_tells_what_holds_and_from_where_without_passwords(office: Office) -> None:
    office.var.mkdir()
    (office.var / "tracker.toml").write_text('base_url = "https://theo-doi.angiang.example"\n')
    secrets = office.var / "secrets.toml"
    secrets.write_text(f'mail_url = "{PASSWORD}"\nsecret_key = "mười sáu chữ cái trở lên"\n')
    secrets.chmod(0o600)
    office.set(PORT="9001")
    out = office.well("settings")
    assert f"base_url = https://theo-doi.angiang.example\n    {office.var / 'tracker.toml'}: base_url\n" in out
    assert f"mail_url = smtps://theo-doi:***@thu.angiang.example:465\n    {secrets}: mail_url\n" in out
    assert "port = 9001\n    TRACKER_PORT\n" in out
    assert "sender = theo-doi@ke-hoach.example\n    mặc định\n" in out
    assert "bimat" not in out
    assert "mười sáu" not in out
    office.set(PORT="x", BASE_URL="y")
    assert office.refused("settings").count("\n") == 2


def test_command_line_and_flows_send_by_what_stands_beside_the_store(tmp_path: Path, write: Write) -> None:
    write("tracker.toml", 'sender = "mot-noi@angiang.example"')
    asked = "from flows.settings import entered_settings; print(entered_settings().sender)"
    env = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    done = subprocess.run(
        [sys.executable, "-c", asked],
        env=env | env_of(tmp_path),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "mot-noi@angiang.example"


def test_settings_travel_to_another_process_whole(tmp_path: Path) -> None:
    settings = load_settings(env_of(tmp_path, SECRET_KEY="mười sáu chữ cái trở lên"))
    assert pickle.loads(pickle.dumps(settings)) == settings
    assert "mười sáu" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "given", "counted"),
    [
        ("DATABASE_URL", "sqlite:///a.db", "sqlite:////kho/a.db"),
        ("DATABASE_URL", "sqlite+pysqlite:///a.db", "sqlite+pysqlite:////kho/a.db"),
        ("DATABASE_URL", "sqlite:////khac/a.db", "sqlite:////khac/a.db"),
        ("DATABASE_URL", "sqlite:///:memory:", "sqlite:///:memory:"),
        ("DATABASE_URL", "postgresql://may/a", "postgresql://may/a"),
        ("MAIL_URL", "folder://den", "folder:///kho/den"),
        ("MAIL_URL", "folder:///den", "folder:///den"),
        ("PLAN", "../a.yaml", "/a.yaml"),
        ("SENDER", "a@b.example", "a@b.example"),
    ],
)
def test_a_relative_path_counts_from_where_it_was_written(name: str, given: str, counted: str) -> None:
    assert anchored(name, given, Path("/kho")) == counted


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("smtps://a:b@may:465", "smtps://a:***@may:465"),
        ("smtps://a:b@c@may", "smtps://a:***@may"),
        ("imaps://a@b:c@may/INBOX", "imaps://a@b:***@may/INBOX"),
        ("postgresql://may/a?x=1&password=b&y=2", "postgresql://may/a?x=1&password=***&y=2"),
        ("smtp://may:25", "smtp://may:25"),
        ("folder:///a:b@c", "folder:///a:b@c"),
    ],
)
def test_a_password_is_shown_as_stars_wherever_it_stands(given: str, shown: str) -> None:
    assert masked(given) == shown
