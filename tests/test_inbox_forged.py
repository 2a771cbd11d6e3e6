"""What strangers send to the mailbox: it is counted, costs little, and changes nothing else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from answering import TODAY, answer, open_season, say
from factories_mail import add_letter, all_of, put, the_letter
from mail_samples import EXCHANGE, EXIM, POSTFIX_TEXT, SENDER, TO, mail, postfix, reply
from replies import reply_to

from tracker.answers.receipts import take_in_today
from tracker.inbox import incoming
from tracker.inbox.mailbox import read_inbox
from tracker.letters.mime import finished
from tracker.letters.send import send_queued
from tracker.remind.queue import queue_today
from tracker.settings import Settings
from tracker.store.engine import reading, writing
from tracker.store.letters import MOST_ANSWERS_A_DAY
from tracker.store.messages import count_unplaced
from tracker.store.tables import Bounce, Letter


@pytest.mark.parametrize("sample", [postfix(), EXIM, EXCHANGE, POSTFIX_TEXT], ids=["dsn", "exim", "html", "text"])
@pytest.mark.parametrize("path", [b"<ke.gian@ngoai.example>", b"<>", b"<MAILER-DAEMON>", None])
def test_a_report_counts_unless_the_transport_shows_that_somebody_sent_it(
    sqlite_engine: sa.Engine, settings: Settings, sample: bytes, path: bytes | None
) -> None:
    add_letter(sqlite_engine)
    first, _, rest = sample.partition(b"\r\n")
    assert first.lower() == b"return-path: <>"
    shown = b"" if path is None else b"Return-Path: " + path + b"\r\n"
    put(settings.var / "inbox", thu=shown + rest)
    believed = path != b"<ke.gian@ngoai.example>"
    read = read_inbox(sqlite_engine, settings)
    assert bool(read.bounced) is believed
    assert bool(all_of(sqlite_engine, Bounce)) is believed
    assert (the_letter(sqlite_engine).state == "bounced") is believed


def test_a_report_by_somebody_who_never_had_the_letter_changes_nothing(
    engine: sa.Engine, settings: Settings
) -> None:
    add_letter(engine)
    forged = f"""\
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; x

Final-Recipient: rfc822; {TO}
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: <5376a0ce437354cf8d90942b4f5228fe@angiang.example>

--b--
"""
    kind = "multipart/report; report-type=delivery-status; boundary=b"
    head = {"From": "x@ngoai.lan", "To": SENDER, "Subject": "x", "Message-ID": "<f0@ngoai.lan>"}
    put(settings.var / "inbox", thu=mail(head | {"MIME-Version": "1.0", "Content-Type": kind}, forged))
    assert read_inbox(engine, settings).bounced == []
    assert all_of(engine, Bounce) == []
    assert the_letter(engine).state == "sent"
    with reading(engine) as session:
        assert count_unplaced(session) == (1, 0)


def test_a_stranger_s_mail_costs_a_piece_of_it_and_our_own_is_read_whole(
    sqlite_engine: sa.Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_letter(sqlite_engine)
    sizes: list[int] = []
    take_apart = incoming.take_apart

    def measured(raw: bytes) -> incoming.Part:
        sizes.append(len(raw))
        return take_apart(raw)

    monkeypatch.setattr(incoming, "take_apart", measured)
    long = "x" * 70 + "\r\n"
    put(settings.var / "inbox", la=reply(long * 50_000, 1, In_Reply_To="<la@x.example>", References=""))
    assert read_inbox(sqlite_engine, settings).replies == []
    assert sizes == [incoming.PIECE]
    put(settings.var / "inbox", quen=reply(long * 50_000, 2))
    assert len(read_inbox(sqlite_engine, settings).replies) == 1
    assert sizes[1:] == [incoming.PIECE, len(reply(long * 50_000, 2))]


def test_each_day_has_room_for_its_own_unplaced_mail_and_no_message_is_counted_twice(
    engine: sa.Engine, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.store.messages.UNPLACED_A_DAY", 2)
    for day in ("2024-10-15", "2024-10-16"):
        settings = make_settings(today=day)
        nobodys = {"In_Reply_To": "<a@b.example>", "References": ""}
        strange = {f"{n}": reply("x", Message_ID=f"<{day}-{n}@x.example>", **nobodys) for n in range(5)}
        put(settings.var / "inbox", **strange)
        read_inbox(engine, settings)
        put(settings.var / "inbox", **{"0": strange["0"]})
        assert read_inbox(engine, settings).taken == ()
    with reading(engine) as session:
        assert count_unplaced(session) == (4, 6)


def test_no_more_than_a_few_letters_a_day_tell_an_agency_of_faults(
    engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    settings = make_settings(today=TODAY.isoformat())
    open_season(engine)
    queue_today(engine, settings)
    with writing(engine) as session:
        session.execute(sa.update(Letter).values(state="sent"))
        letter = session.scalars(sa.select(Letter).where(Letter.agency_id == "so-cong-thuong")).one()
        delivered = finished(letter.message, letter.to, letter.cc, "https://x.example/b/x")
    put(settings.var / "inbox", **{f"{n}": reply_to(delivered, b"PK junk %d" % n, number=n) for n in range(40)})
    found = read_inbox(engine, settings)
    written = [row for row in all_of(engine, Letter) if row.kind == "workbook_faults"]  # type: ignore[attr-defined]
    assert len(written) == 5
    assert len(found.replies) == 35  # which wait for the coordinator
    assert "hôm nay cơ quan đã nhận 5 thư loại này nên không gửi thêm" in found.workbooks[-1][2]
    tomorrow = settings.on(TODAY + timedelta(days=1))
    put(settings.var / "inbox", mai=reply_to(delivered, b"PK junk", number=99))
    assert "đã gửi thư nêu rõ từng ô" in read_inbox(engine, tomorrow).workbooks[0][2]


def test_a_mailbox_program_that_answers_every_letter_is_not_answered(
    engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    settings = make_settings(today=TODAY.isoformat())
    open_season(engine)
    queue_today(engine, settings)
    with writing(engine) as session:
        session.execute(sa.update(Letter).values(state="sent"))
        letter = session.scalars(sa.select(Letter).where(Letter.agency_id == "so-cong-thuong")).one()
        delivered = finished(letter.message, letter.to, letter.cc, "https://x.example/b/x")
    before = len(all_of(engine, Letter))
    for number in range(20):
        put(settings.var / "inbox", **{f"{number}": reply_to(delivered, words="Đã nhận được thư.", number=number)})
        read_inbox(engine, settings)
        take_in_today(engine, settings)
    assert len(all_of(engine, Letter)) == before


def test_a_mailbox_program_that_answers_with_the_same_faulty_file_gets_one_letter_a_day(
    engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    settings = make_settings(today=TODAY.isoformat())
    open_season(engine)
    queue_today(engine, settings)
    with writing(engine) as session:
        session.execute(sa.update(Letter).values(state="sent"))
        letter = session.scalars(sa.select(Letter).where(Letter.agency_id == "so-cong-thuong")).one()
        delivered = finished(letter.message, letter.to, letter.cc, "https://x.example/b/x")
    before, told = len(all_of(engine, Letter)), []
    for number in range(20):
        put(settings.var / "inbox", **{f"{number}": reply_to(delivered, b"PK junk", number=number)})
        told.append(read_inbox(engine, settings).workbooks[0][2])
        take_in_today(engine, settings)
    assert len(all_of(engine, Letter)) == before + 1
    assert "đã gửi thư nêu rõ từng ô." in told[0]
    assert set(told[1:]) == {told[0].replace("đã gửi thư nêu rõ từng ô", "thư nêu rõ từng ô đã gửi trong ngày")}


def test_an_agency_that_reports_all_day_gets_a_few_receipts_and_one_for_the_rest_tomorrow(
    engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    settings = make_settings(today=TODAY.isoformat())
    open_season(engine)

    def receipts() -> list[int]:
        return [count for _, _, count in take_in_today(engine, settings).receipts]

    written = []
    for number in range(7):
        say(engine, "II.10", answer(f"Đã làm {number}"))
        written += receipts()
    assert written == [1] * MOST_ANSWERS_A_DAY
    settings = settings.on(TODAY + timedelta(days=1))
    assert (receipts(), receipts()) == ([2], [])


def test_copies_of_our_own_letters_take_no_room_from_other_mail(
    engine: sa.Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.store.messages.UNPLACED_A_DAY", 1)
    for number in range(3):
        add_letter(engine, f"remind:2024:so-cong-thuong:{number}", message_id=f"<{number}@angiang.example>")
        own = reply("x", From=SENDER, Message_ID=f"<{number}@angiang.example>", In_Reply_To="", References="")
        put(settings.var / "inbox", **{f"{number}": own})
    put(settings.var / "inbox", la=reply("x", In_Reply_To="", References=""))
    assert [one.counted for one in read_inbox(engine, settings).taken] == [False] * 4
    with reading(engine) as session:
        assert count_unplaced(session) == (1, 0)


@pytest.mark.parametrize("more", [b"", b"x" * 70 + b"\r\n"], ids=["as it is", "longer than is looked at"])
def test_a_mail_server_that_returns_the_whole_letter_is_believed(
    engine: sa.Engine, make_settings: Callable[..., Settings], more: bytes
) -> None:
    settings = make_settings(today=TODAY.isoformat())
    open_season(engine)
    queue_today(engine, settings)
    assert send_queued(engine, settings).sent
    with reading(engine) as session:
        letter = session.scalars(sa.select(Letter).where(Letter.agency_id == "so-cong-thuong")).one()
    delivered = finished(letter.message, letter.to, letter.cc, "https://x.example/b/x")
    # As Postfix 3.7 does: the letter with the Return-Path it had, and its files.
    whole = postfix(letter.to[0], answers="THE LETTER").replace(b"text/rfc822-headers", b"message/rfc822")
    returned = f"Return-Path: <{SENDER}>\r\n".encode() + delivered + more * 10_000
    put(settings.var / "inbox", thu=whole.replace(b"THE LETTER", returned))
    assert [(key, address) for key, address, _ in read_inbox(engine, settings).bounced] == [
        (letter.key, letter.to[0])
    ]
