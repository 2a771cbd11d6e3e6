"""The mailbox as a folder: what each message becomes in the record, once, and where its file goes."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import NOW
from factories_mail import add_letter, all_of, names, put, the_letter, the_message
from mail_samples import ABSENT, ORIGINAL, RETURNED, SENDER, mail, postfix, reply

from tracker.inbox import incoming, mailbox
from tracker.inbox.mailbox import InboxRead, read_inbox
from tracker.inbox.summary import inbox_lines, inbox_troubles
from tracker.settings import ZONE, Settings
from tracker.store.tables import Bounce, JournalEntry, Message

KEY = "remind:2024:so-cong-thuong:before-10"


@pytest.fixture
def inbox(settings: Settings) -> Path:
    return settings.var / "inbox"


def kinds(read: InboxRead) -> list[str]:
    return [one.kind for one in read.taken]


def test_a_folder_that_is_empty_or_not_there_is_nothing_to_say(
    sqlite_engine: sa.Engine, settings: Settings, inbox: Path
) -> None:
    for _ in range(2):
        found = read_inbox(sqlite_engine, settings)
        assert found == InboxRead((), more=False, shut=None)
        assert inbox_lines(found) + inbox_troubles(found) == []
        assert names(inbox) == []
        inbox.mkdir(parents=True, exist_ok=True)


def test_an_answer_is_kept_with_its_letter_and_its_file_moved(
    engine: sa.Engine, settings: Settings, inbox: Path
) -> None:
    add_letter(engine)
    put(inbox, tra_loi=reply("Sở đã làm xong.\r\n\r\nVào 08:00, 15/10/2024, Hội LHPN đã viết:\r\n> Kính gửi\r\n"))
    found = read_inbox(engine, settings)
    assert found.replies == [(KEY, "canbo.sct@angiang.example")]
    kept = the_message(engine)
    assert (kept.kind, kept.letter_id, kept.text) == ("reply", the_letter(engine).id, "Sở đã làm xong.")
    assert (kept.sender, kept.subject) == ("canbo.sct@angiang.example", "Re: Nhắc báo cáo năm 2024")
    assert (kept.message_id, kept.addresses) == ("<reply-1@mail.angiang.example>", [])
    assert kept.written_at == datetime.fromisoformat("2024-10-16T09:30:00+07:00")
    assert (names(inbox), names(inbox / "handled")) == ([], ["tra_loi.eml"])
    assert the_letter(engine).state == "sent"
    assert all_of(engine, JournalEntry) == []


@pytest.mark.parametrize(
    ("written", "today", "received"),
    [
        ("2024-10-28T16:59:59Z", "", "2024-10-28"),
        ("2024-10-28T17:00:01Z", "", "2024-10-29"),
        ("2024-10-28T17:00:01Z", "2024-11-04", "2024-11-04"),
        ("1970-01-01T00:00:00Z", "", "now"),
        ("2090-01-01T00:00:00Z", "", "now"),
    ],
    ids=["before midnight", "after midnight", "on a pretended day", "before the letter", "in the future"],
)
def test_an_answer_in_the_folder_came_when_its_file_was_written(
    written: str, today: str, received: str, sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    settings = make_settings(today=today)
    add_letter(sqlite_engine)
    inbox = put(settings.var / "inbox", a=reply("Đã xong", Date="Mon, 14 Oct 2024 08:00:00 +0700"))
    os.utime(inbox / "a.eml", (0, datetime.fromisoformat(written).timestamp()))
    read_inbox(sqlite_engine, settings)
    day = str(the_message(sqlite_engine).received_at.astimezone(ZONE).date())
    assert day == received or (received == "now" and day == str(settings.today()))


def test_a_letter_is_found_by_any_message_it_refers_to_the_nearest_first(
    sqlite_engine: sa.Engine, settings: Settings, inbox: Path
) -> None:
    add_letter(sqlite_engine)
    add_letter(sqlite_engine, "remind:2024:so-cong-thuong:before-5", message_id="<newer@angiang.example>")
    refers = f"<thread@angiang.example> {ORIGINAL} <newer@angiang.example> <their-own@angiang.example>"
    put(inbox, a=reply("một", 1, In_Reply_To="<their-own@angiang.example>", References=refers))
    put(inbox, b=reply("hai", 2, In_Reply_To=ORIGINAL, References=refers))
    put(inbox, c=reply("ba", 3, In_Reply_To="", References=f"{ORIGINAL} <their-own@angiang.example>"))
    answered = [letter for letter, _ in read_inbox(sqlite_engine, settings).replies]
    assert answered == ["remind:2024:so-cong-thuong:before-5", KEY, KEY]


def test_an_absence_changes_nothing(engine: sa.Engine, settings: Settings, inbox: Path) -> None:
    add_letter(engine)
    put(inbox, nghi=ABSENT)
    assert kinds(read_inbox(engine, settings)) == ["auto"]
    assert the_message(engine).text == "Tôi nghỉ phép đến hết ngày 20/10/2024."
    assert the_letter(engine).state == "sent"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated; owner=x"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"X-Autoreply": "yes"},
        {"Return-Path": "<>"},
        {"Subject": "=?utf-8?B?VHLhuqMgbOG7nWkgdOG7sSDEkeG7mW5nOiBSZQ==?="},
        {"Subject": "Automatic reply: Re"},
        {"Subject": "Out of Office Re: x"},
        {"From": "postmaster@angiang.example"},
        {"Content-Type": "multipart/report; report-type=disposition-notification; boundary=x"},
    ],
    ids=lambda headers: ": ".join(*headers.items())[:40],
)
def test_what_a_program_wrote_is_told_apart(
    headers: dict[str, str], sqlite_engine: sa.Engine, settings: Settings
) -> None:
    add_letter(sqlite_engine)
    put(settings.var / "inbox", tu_dong=reply("x", **headers))
    assert kinds(read_inbox(sqlite_engine, settings)) == ["auto"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "no"},
        {"Precedence": "list"},
        {"List-Id": "<dau-moi.angiang.example>"},
        {"Subject": "Re: Out of office"},
        {"X-Auto-Response-Suppress": "All"},
        {"Return-Path": "canbo.sct@angiang.example"},
    ],
    ids=lambda headers: ": ".join(*headers.items()),
)
def test_what_a_person_wrote_is_an_answer(
    headers: dict[str, str], sqlite_engine: sa.Engine, settings: Settings
) -> None:
    add_letter(sqlite_engine)
    put(settings.var / "inbox", tra_loi=reply("x", **headers))
    assert kinds(read_inbox(sqlite_engine, settings)) == ["reply"]


def test_letters_of_ours_that_come_round_are_known(
    sqlite_engine: sa.Engine, settings: Settings, inbox: Path
) -> None:
    add_letter(sqlite_engine)
    put(
        inbox,
        a=RETURNED.encode() + b"\n\nK",
        b=mail({"From": f"X <{SENDER.upper()}>", "Message-ID": "<n@x.example>"}, "y"),
    )
    assert kinds(read_inbox(sqlite_engine, settings)) == ["own", "own"]
    assert {(row.letter_id, row.text) for row in all_of(sqlite_engine, Message)} == {(None, "")}


def test_an_agency_whose_address_is_the_senders_answers_the_letters_it_gets_and_a_copy_is_no_answer(
    sqlite_engine: sa.Engine, settings: Settings, inbox: Path
) -> None:
    add_letter(sqlite_engine, to=[SENDER], cc=[])
    add_letter(sqlite_engine, "remind:2024:so-noi-vu:before-10", message_id="<khac@angiang.example>")
    relayed = {"Auto-Submitted": "auto-generated", "In_Reply_To": ORIGINAL, "From": SENDER}
    put(inbox, a=reply("Đã mở hai lớp.", 1, From=SENDER), b=reply("Kính gửi", 2, **relayed))
    put(inbox, c=reply("Gửi các Sở.", 3, From=SENDER, In_Reply_To="<khac@angiang.example>", References=""))
    assert kinds(read_inbox(sqlite_engine, settings)) == ["reply", "own", "own"]
    assert [row.text for row in all_of(sqlite_engine, Message)] == ["Đã mở hai lớp.", "", ""]


def test_the_words_of_what_answers_no_letter_are_not_kept(
    engine: sa.Engine, settings: Settings, inbox: Path
) -> None:
    put(inbox, rieng=reply("Chuyện riêng", In_Reply_To="<x@y.example>", References=""))
    assert kinds(read_inbox(engine, settings)) == ["unknown"]
    assert the_message(engine).text == "không trả lời thư nào của chương trình"
    assert the_message(engine).letter_id is None
    assert names(inbox / "handled") == ["rieng.eml"]


def test_a_message_that_comes_twice_is_handled_once(engine: sa.Engine, settings: Settings, inbox: Path) -> None:
    add_letter(engine)
    put(inbox, mot=postfix(), hai=postfix() + b"\r\nmore\r\n")
    assert len(read_inbox(engine, settings).taken) == 1
    put(inbox, mot=postfix())
    assert read_inbox(engine, settings).taken == ()
    assert len(all_of(engine, Message)) == len(all_of(engine, JournalEntry)) == 1
    assert names(inbox / "handled") == ["hai.eml", "mot-2.eml", "mot.eml"]


@pytest.mark.parametrize(
    "before", [b"\xef\xbb\xbf", b"\r\n\r\n", b"From MAILER-DAEMON Tue Oct 15 08:00:04 2024\r\n"]
)
def test_what_programs_put_before_the_headers_does_no_harm(
    sqlite_engine: sa.Engine, settings: Settings, inbox: Path, before: bytes
) -> None:
    add_letter(sqlite_engine)
    put(inbox, thu=before + postfix())
    assert len(read_inbox(sqlite_engine, settings).bounced) == 1


def test_without_a_message_id_the_whole_message_is_what_makes_it_the_same(
    sqlite_engine: sa.Engine, settings: Settings, inbox: Path
) -> None:
    nameless = reply("x").replace(b"Message-ID: <reply-1@mail.angiang.example>\r\n", b"")
    put(inbox, a=nameless, b=nameless, c=nameless.replace(b"x\r\n", b"y\r\n"))
    assert len(read_inbox(sqlite_engine, settings).taken) == 2
    assert {row.message_id for row in all_of(sqlite_engine, Message)} == {None}


def test_two_runs_at_once_handle_each_message_once(engine: sa.Engine, settings: Settings, inbox: Path) -> None:
    add_letter(engine)
    for number in range(30):
        put(inbox, **{f"{number:02}": postfix(number=number)})
    with ThreadPoolExecutor(3) as pool:
        found = [asked.result() for asked in [pool.submit(read_inbox, engine, settings) for _ in range(3)]]
    assert [read.shut for read in found] == [None] * 3
    assert sum(len(read.bounced) for read in found) == len(all_of(engine, JournalEntry)) == 30
    assert len(all_of(engine, Bounce)) == 1
    assert len(names(inbox / "handled")) == 30


def test_only_messages_are_looked_at(sqlite_engine: sa.Engine, settings: Settings, inbox: Path) -> None:
    put(inbox, thu=reply("x"))
    (inbox / "thu.eml").rename(inbox / "THU.EML")
    (inbox / "ghi-chu.txt").write_text("không phải thư")
    (inbox / "dang-chep.eml.part").write_bytes(b"From: half")
    (inbox / "thu-muc.eml").mkdir()
    os.mkfifo(inbox / "ong.eml")
    assert len(read_inbox(sqlite_engine, settings).taken) == 1
    assert names(inbox / "handled") == ["THU.EML"]
    assert {"ghi-chu.txt", "dang-chep.eml.part"} <= set(names(inbox))


def test_a_file_that_cannot_be_read_is_set_aside_and_named_and_the_others_are_read(
    sqlite_engine: sa.Engine, settings: Settings, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(inbox, a=reply("x"), b=reply("y", 2))
    opened = Path.open

    def refuse(path: Path, *args: object) -> object:
        if path.name == "a.eml":
            raise PermissionError(13, "Permission denied")
        return opened(path, *args)

    monkeypatch.setattr(Path, "open", refuse)  # root may read everything
    found = read_inbox(sqlite_engine, settings)
    assert found.unreadable == [("a.eml", f"{inbox / 'a.eml'}: không đọc được tệp (Permission denied)")]
    assert len(all_of(sqlite_engine, Message)) == 1
    assert (names(inbox / "unreadable"), names(inbox / "handled")) == (["a.eml"], ["b.eml"])


def test_a_message_that_is_too_large_is_known_by_its_headers_and_set_aside(
    engine: sa.Engine, settings: Settings, inbox: Path
) -> None:
    add_letter(engine)
    put(inbox, to=reply("x" * (incoming.LIMIT + 10)))
    [(sender, error)] = read_inbox(engine, settings).unreadable
    assert (sender, error) == ("canbo.sct@angiang.example", "thư lớn hơn 25 MB, không đọc nội dung")
    kept = the_message(engine)
    assert (kept.kind, kept.letter_id) == ("reply", the_letter(engine).id)
    assert kept.text == (
        "[Ghi chú của chương trình: Thư lớn hơn 25 MB, không đọc nội dung; mở thư trong hộp thư để xem.]"
    )
    assert names(inbox / "unreadable") == ["to.eml"]


def test_one_run_takes_a_bounded_number_and_says_that_more_wait(
    sqlite_engine: sa.Engine, settings: Settings, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "MOST", 2)
    put(inbox, a=reply("x"), b=reply("y", 2), c=reply("z", 3))
    first = read_inbox(sqlite_engine, settings)
    assert (len(first.taken), first.more) == (2, True)
    assert "Hộp thư đến còn thư chưa đọc; lần chạy sau đọc tiếp." in inbox_lines(first)
    second = read_inbox(sqlite_engine, settings)
    assert (len(second.taken), second.more) == (1, False)


@pytest.mark.parametrize("broken", ["open", "move"])
def test_a_folder_that_refuses_is_named_with_the_way_out_and_nothing_is_handled_twice(
    sqlite_engine: sa.Engine, settings: Settings, inbox: Path, broken: str
) -> None:
    add_letter(sqlite_engine)
    if broken == "open":
        inbox.parent.mkdir(parents=True, exist_ok=True)
        inbox.write_text("a file in the folder's place")
    else:
        put(inbox, a=postfix())
        (inbox / "handled").write_text("in the way")
    for _ in range(2):
        found = read_inbox(sqlite_engine, settings)
        assert found.shut is not None
        assert str(inbox) in found.shut
        assert ("TRACKER_INBOX_URL" if broken == "open" else "cho quyền ghi") in found.shut
        assert inbox_troubles(found) == [found.shut]
    assert len(all_of(sqlite_engine, JournalEntry)) == (0 if broken == "open" else 1)


def test_the_coordinator_is_told_what_came_and_what_to_do(
    sqlite_engine: sa.Engine, settings: Settings, inbox: Path
) -> None:
    add_letter(sqlite_engine)
    put(inbox, a=postfix(), b=reply("x"), c=ABSENT, d=reply("z", 4, In_Reply_To="", References=""))
    put(inbox, e=postfix(action="delayed", status="4.4.1", number=5), f=RETURNED.encode())
    assert inbox_lines(read_inbox(sqlite_engine, settings)) == [
        f"Thư bị trả lại: {KEY}, từ vanphong.sct@angiang.example: 550 5.1.1 User unknown",
        "Địa chỉ không tồn tại: sửa contacts trong activities.yaml rồi tracker apply.",
        "Muốn gửi lại, kể cả tới đúng địa chỉ đó: tracker letters retry MÃ_THƯ.",
        f"Thư trả lời: {KEY}, của canbo.sct@angiang.example",
        "1 thư trả lời chờ đầu mối xử lý: xem bằng tracker replies, "
        "ghi nhận trên trang duyệt (tracker link KỲ --review).",
        "Bỏ qua 1 thông báo của máy chủ thư không làm thay đổi gì (chậm, hoặc không rõ thư nào).",
        "Bỏ qua 1 thư tự động.",
        "Bỏ qua 1 thư của chính chương trình quay lại.",
        "Bỏ qua 1 thư không liên quan.",
    ]


def test_what_is_kept_says_when_it_was_read(sqlite_engine: sa.Engine, settings: Settings, inbox: Path) -> None:
    put(inbox, a=reply("x", Date="hôm qua"))
    read_inbox(sqlite_engine, settings.on(NOW.date()))
    kept = the_message(sqlite_engine)
    assert kept.received_at.astimezone(ZONE).date() == NOW.date()
    assert kept.written_at is None
