"""TRACKER_INBOX_URL is checked at start like the others, and its password never shown."""

from pathlib import Path

import pytest

from tracker.errors import SettingsError
from tracker.settings import load_settings


def test_with_nothing_set_mail_comes_in_through_a_folder_beside_the_record(tmp_path: Path) -> None:
    settings = load_settings({"TRACKER_VAR": str(tmp_path)})
    assert settings.inbox_url == f"folder://{tmp_path}/inbox"
    assert settings.inbox_shown == f"{tmp_path}/inbox"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("imap://theo-doi:bimat@thu.angiang.example:1143/INBOX", "imap://thu.angiang.example:1143"),
        ("imaps://theo-doi:bimat@thu.angiang.example", "imaps://thu.angiang.example"),
        ("folder:///srv/th%C6%B0", "/srv/thư"),
    ],
)
def test_a_mailbox_is_shown_without_its_password(url: str, shown: str) -> None:
    assert load_settings({"TRACKER_INBOX_URL": url}).inbox_shown == shown


@pytest.mark.parametrize(
    "url",
    [
        "pop3://a:b@thu.angiang.example",
        "imap",
        "folder:",
        "folder://",
        "imap://a:b@thu.angiang.example:abc",
        "imap://a:b@[::1",
        "imaps://thu.angiang.example",
        "imaps://theo-doi@thu.angiang.example",
        "imaps://theo-doi:bimat@",
    ],
)
def test_an_unusable_one_is_named_with_the_way_to_write_it(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"TRACKER_INBOX_URL": url})
    assert str(caught.value).startswith("TRACKER_INBOX_URL: ")
    assert "imaps://" in str(caught.value)
    assert str(caught.value).count("TRACKER_") == 1
    assert "bimat" not in str(caught.value)
