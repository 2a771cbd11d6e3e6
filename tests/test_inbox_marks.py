"""The address that an agency answers to carries a mark: it finds the letter where a program lost all else."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from factories_mail import all_of
from mail_desk import OFFICE, MailDesk, letter_from, mail_desk
from mail_samples import postfix
from replies import read

from tracker.errors import SettingsError
from tracker.settings import Settings, load_settings
from tracker.store.engine import open_store
from tracker.store.tables import Bounce, Letter

COLLEAGUE = "canbo.sct@angiang.example"
AT_SERVER = "imaps://theo-doi:bimat@thu.example/INBOX?tls=required"


@pytest.fixture
def desk(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> MailDesk:
    """Give a desk whose letters were made for a mailbox that takes marks; mail is put into its folder."""
    desk = mail_desk(sqlite_engine, lambda **more: make_settings(inbox_url=f"{AT_SERVER}&plus=yes", **more))
    desk.settings = replace(desk.settings, inbox_url=make_settings().inbox_url)
    return desk


def another_desk(tmp_path: Path, make_settings: Callable[..., Settings], inbox_url: str) -> MailDesk:
    """Return a desk with a store of its own."""
    store = open_store(f"sqlite:///{tmp_path / 'another.db'}", create=True)
    return mail_desk(store, lambda **more: make_settings(inbox_url=inbox_url, **more))


def answered_at(letter: bytes) -> list[str]:
    return [address.addr_spec for address in read(letter)["Reply-To"].addresses]


def marked(desk: MailDesk) -> str:
    """Return the address that the letter's Reply-To adds to the coordinator's."""
    coordinator, mailbox = answered_at(desk.delivered)
    assert (coordinator, mailbox.partition("+")[0]) == ("hoilhpn@angiang.example", "theo-doi")
    return mailbox


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("To: {}\n", "theo-doi@angiang.example"),
        ('To: "Hoi LHPN" <{}>\n', "theo-doi@angiang.example"),
        ("Cc: a@so.example, {}\n", "theo-doi@angiang.example"),
        ("Delivered-To: {}\n", "theo-doi@angiang.example"),
        ("X-Original-To: {}\n", "theo-doi@angiang.example"),
    ],
)
def test_the_mark_places_a_new_mail_that_brings_nothing_else(header: str, address: str, desk: MailDesk) -> None:
    for number, at in enumerate([marked(desk), marked(desk).upper()]):
        message = letter_from(words="Đã xong.", sender=COLLEAGUE, more=header.format(at), number=number)
        kept = desk.take(message.replace(b"To: theo-doi@angiang.example\r\n", b"", 1))
        assert (kept.kind, kept.letter_id, kept.text) == ("reply", desk.letter.id, "Đã xong.")
        assert address not in header


def test_each_agency_has_a_mark_of_its_own_and_letters_of_a_mailbox_without_marks_have_none(
    desk: MailDesk, make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    letters = [one for one in all_of(desk.engine, Letter) if one.message]  # type: ignore[attr-defined]
    addresses = {answered_at(letter.message)[-1] for letter in letters}  # type: ignore[attr-defined]
    assert len(addresses) == len({letter.agency_id for letter in letters}) > 5  # type: ignore[attr-defined]
    plain = another_desk(tmp_path, make_settings, AT_SERVER)
    assert answered_at(plain.delivered) == ["hoilhpn@angiang.example", plain.settings.sender]


def test_another_key_makes_another_mark(
    desk: MailDesk, make_settings: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_SECRET_KEY", "another key, for tests alone")
    other = another_desk(tmp_path, make_settings, f"{AT_SERVER}&plus=yes")
    assert marked(other) != marked(desk)
    kept = desk.take(letter_from(words="Xin chào.", more=f"Cc: {marked(other)}\n"))
    assert (kept.kind, kept.letter_id) == ("unplaced", None)


def test_a_report_sent_to_the_marked_address_marks_nothing(desk: MailDesk) -> None:
    forged = postfix(OFFICE, answers="Message-ID: <khac@relay.example>\n")
    to = forged.replace(b"\r\nTo: ", f"\r\nTo: {marked(desk)}, ".encode(), 1)
    assert to != forged
    assert desk.take(to).kind == "bounce"
    assert all_of(desk.engine, Bounce) == []


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("TRACKER_INBOX_URL", f"{AT_SERVER}&plus=no"),
        ("TRACKER_INBOX_URL", f"{AT_SERVER}&plus"),
        ("TRACKER_MAIL_URL", "smtps://theo-doi:bimat@thu.example?plus=yes"),
    ],
)
def test_marks_are_an_option_of_a_mailbox_and_of_nothing_else(name: str, url: str) -> None:
    assert load_settings({"TRACKER_INBOX_URL": f"{AT_SERVER}&plus=yes"})
    with pytest.raises(SettingsError, match=f"{name}: không hiểu phần sau dấu"):
        load_settings({name: url})
