"""Ids of letters, threads and calendar events: nobody else can make them, and no two installations share one."""

import email
import email.policy
import hashlib
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
import sqlalchemy as sa
from answering import TODAY, edited_plan, open_season
from factories_mail import all_of, put
from icalendar import Calendar
from mail_samples import RETURNED, postfix, reply

from tracker.inbox.mailbox import read_inbox
from tracker.letters.mime import finished
from tracker.remind.queue import queue_today
from tracker.settings import Settings
from tracker.store.bounces import bounced_addresses
from tracker.store.engine import open_store, reading, writing
from tracker.store.messages import Kind
from tracker.store.tables import Letter, Message

AGENCY = "so-cong-thuong"
CODE = "code: 305/KH-UBND"
MakeSettings = Callable[..., Settings]


def the_reminder(engine: sa.Engine) -> Letter:
    """Return the newest reminder to one agency."""
    with reading(engine) as session:
        of_agency = sa.select(Letter).where(Letter.agency_id == AGENCY, Letter.kind == "remind")
        return session.scalars(of_agency.order_by(Letter.id.desc())).first()  # type: ignore[return-value]


def ids_of(letter: Letter) -> tuple[str, str, str]:
    """Return the Message-ID, thread id and calendar UID of a reminder as it leaves."""
    raw = finished(letter.message, letter.to, letter.cc, "https://x.example/b/x")
    mail = email.message_from_bytes(raw, policy=email.policy.SMTP)
    assert isinstance(mail, EmailMessage)
    assert mail["Message-ID"] == letter.message_id
    [invitation] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    [event] = Calendar.from_ical(invitation.get_payload(decode=True)).walk("VEVENT")
    return str(mail["Message-ID"]), str(mail["References"]), str(event["UID"])


def first_ids(tmp_path: Path, make_settings: MakeSettings, name: str, code: str = CODE) -> tuple[str, str, str]:
    """Return the ids of the first reminder of a new installation whose plan has `code`."""
    settings = make_settings(var=str(tmp_path / name), today=TODAY.isoformat())
    engine = open_store(f"sqlite:///{tmp_path / name / 'tracker.db'}", create=True)
    open_season(engine, edited_plan((CODE, code)))
    queue_today(engine, settings)
    letter = the_reminder(engine)
    engine.dispose()
    return ids_of(letter)


def as_before(engine: sa.Engine) -> str:
    """Give the sent reminder the ids that letters had before ids were keyed; return its Message-ID."""
    with writing(engine) as session:
        letter = session.scalars(sa.select(Letter).where(Letter.agency_id == AGENCY)).one()
        letter.message_id = f"<{hashlib.sha256(letter.key.encode()).hexdigest()[:32]}@angiang.example>"
        letter.state = "sent"
        return letter.message_id


def test_two_installations_of_one_sender_share_no_id(
    tmp_path: Path, make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRACKER_SECRET_KEY")  # each makes its own
    first, second = (first_ids(tmp_path, make_settings, name) for name in ("one", "two"))
    assert not set(first) & set(second)


def test_two_plans_under_one_key_share_no_id(tmp_path: Path, make_settings: MakeSettings) -> None:
    first = first_ids(tmp_path, make_settings, "one")
    second = first_ids(tmp_path, make_settings, "two", "code: 412/KH-UBND")
    assert not set(first) & set(second)


def test_ids_are_the_same_wherever_the_letter_is_made_again(tmp_path: Path, make_settings: MakeSettings) -> None:
    assert first_ids(tmp_path, make_settings, "one") == first_ids(tmp_path, make_settings, "two")


def test_no_id_is_a_digest_of_what_everybody_knows(tmp_path: Path, make_settings: MakeSettings) -> None:
    key = f"remind:2024:{AGENCY}:before-10"
    public = (key, f"thread:1:{AGENCY}", "2024")
    guesses = {hashlib.sha256(text.encode()).hexdigest()[:32] for text in public} | {"2024"}
    found = first_ids(tmp_path, make_settings, "one")
    assert not guesses & {one.strip("<>").partition("@")[0] for one in found}


def test_a_letter_that_waits_keeps_its_message_id_when_it_is_made_anew(
    engine: sa.Engine, make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(today=TODAY.isoformat())
    open_season(engine)
    queue_today(engine, settings)
    queued = the_reminder(engine)
    monkeypatch.setenv("TRACKER_SECRET_KEY", "another key, for tests alone")
    queue_today(engine, settings.on(TODAY.replace(day=16)))
    anew = the_reminder(engine)
    assert (anew.id, anew.message_id) == (queued.id, queued.message_id)
    assert anew.message != queued.message
    assert ids_of(anew)[0] == queued.message_id


def test_what_was_sent_before_ids_were_keyed_is_still_known(
    engine: sa.Engine, make_settings: MakeSettings
) -> None:
    settings = make_settings(today=TODAY.isoformat())
    open_season(engine)
    queue_today(engine, settings)
    old = as_before(engine)
    letter = the_reminder(engine)
    put(settings.var / "inbox", tra_loi=reply("Đã xong", In_Reply_To=old, References=old))
    bounce = postfix(letter.to[0], answers=RETURNED.replace("<9f1c2e7a@angiang.example>", old))
    put(settings.var / "inbox", tra_lai=bounce)
    read = read_inbox(engine, settings)
    assert {one.kind: one.letter for one in read.taken} == {Kind.REPLY: letter.key, Kind.BOUNCE: letter.key}
    assert [row.letter_id for row in all_of(engine, Message)] == [letter.id] * 2  # type: ignore[attr-defined]


def test_a_report_on_a_letter_whose_id_anybody_can_compute_marks_no_address(
    engine: sa.Engine, make_settings: MakeSettings
) -> None:
    settings = make_settings(today=TODAY.isoformat())
    open_season(engine)
    queue_today(engine, settings)
    old = as_before(engine)
    letter = the_reminder(engine)
    bounce = postfix(letter.to[0], answers=RETURNED.replace("<9f1c2e7a@angiang.example>", old))
    put(settings.var / "inbox", tra_lai=bounce)
    assert read_inbox(engine, settings).bounced == []
    with reading(engine) as session:
        assert not bounced_addresses(session)
    assert the_reminder(engine).state == "sent"


def test_a_thread_and_an_event_begun_before_ids_were_keyed_go_on(
    engine: sa.Engine, make_settings: MakeSettings
) -> None:
    settings = make_settings(today=TODAY.isoformat())
    open_season(engine)
    queue_today(engine, settings)
    as_before(engine)
    queue_today(engine, settings.on(TODAY.replace(day=22)))
    newest = the_reminder(engine)
    domain = settings.sender.partition("@")[2]
    thread = hashlib.sha256(f"thread:{newest.period_id}:{AGENCY}".encode()).hexdigest()[:32]
    own, refers, uid = ids_of(newest)
    assert newest.key.endswith("before-5")
    assert (refers, uid) == (f"<{thread}@{domain}>", f"2024@{domain}")
    assert hashlib.sha256(newest.key.encode()).hexdigest()[:32] not in own
