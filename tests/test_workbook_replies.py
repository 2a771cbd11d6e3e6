"""Workbooks that come back as attachments: recorded whole, or answered cell by cell with nothing recorded."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from answering import NOW, TODAY, answer, case_of, edited_plan, open_season, say
from factories_mail import all_of, put
from replies import OFFICE, read, reply_to, workbook_in
from workbooks import WOMEN, dump, fill, raw_workbook, repacked, updates

from tracker.answers.receipts import take_in_today
from tracker.inbox.mailbox import InboxRead, read_inbox
from tracker.inbox.summary import inbox_lines
from tracker.letters.mime import finished
from tracker.remind.queue import queue_today
from tracker.review.replies import open_duties, proposed, replies_of
from tracker.settings import Settings
from tracker.store.apply import apply_plan
from tracker.store.bounces import mark_bounced
from tracker.store.engine import reading, writing
from tracker.store.tables import Letter, Message, Update

DONE = {"II.10.status": "Đang thực hiện", "II.10.percent": 60, "II.10.result": "Đã mở hai lớp"}
MORE = {"II.17.status": "Chưa triển khai"}


@dataclass
class Desk:
    """The season of the real plan with its reminders sent, and the mailbox."""

    engine: sa.Engine
    settings: Settings
    delivered: bytes
    number: int = 0

    @property
    def workbook(self) -> bytes:
        return workbook_in(self.delivered)

    def answer(self, *files: bytes, **given: object) -> InboxRead:
        """Put an answer to the letter into the inbox and have it read."""
        self.number += 1
        raw = reply_to(self.delivered, *files, number=self.number, **given)  # type: ignore[arg-type]
        put(self.settings.var / "inbox", **{f"thu{self.number}": raw})
        found = read_inbox(self.engine, self.settings)
        assert found.shut is None
        return found

    @property
    def faults(self) -> list[Letter]:
        with reading(self.engine) as session:
            found = sa.select(Letter).where(Letter.kind == "workbook_faults").order_by(Letter.id)
            return list(session.scalars(found))

    @property
    def message(self) -> Message:
        return all_of(self.engine, Message)[-1]  # type: ignore[return-value]


def desk_on(engine: sa.Engine, make_settings: Callable[..., Settings]) -> Desk:
    settings = make_settings(today=TODAY.isoformat())
    open_season(engine)
    queue_today(engine, settings)
    with writing(engine) as session:
        letter = session.scalars(sa.select(Letter).where(Letter.agency_id == "so-cong-thuong")).one()
        letter.state = "sent"
        return Desk(engine, settings, finished(letter.message, letter.to, letter.cc, "https://x.example/b/x"))


@pytest.fixture
def desk(engine: sa.Engine, make_settings: Callable[..., Settings]) -> Desk:
    return desk_on(engine, make_settings)


@pytest.fixture
def quiet_desk(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Desk:
    return desk_on(sqlite_engine, make_settings)


def test_a_good_workbook_is_recorded_with_its_message_and_waits_for_nobody(desk: Desk) -> None:
    found = desk.answer(fill(desk.workbook, DONE))
    [update] = updates(desk.engine)
    assert (update.way, update.result, update.receipt_id) == ("workbook", "Đã mở hai lớp", None)
    assert [one.kind for one in found.taken] == ["workbook"]
    assert desk.message.text == (
        "[Ghi chú của chương trình: Đã ghi nhận tệp Excel kèm thư: 1 hoạt động, 0 số liệu. "
        "Thư xác nhận gửi tới nơi nhận của cơ quan.]"
    )
    assert desk.faults == []
    assert any(f"của {OFFICE}. Đã ghi nhận tệp Excel" in line for line in inbox_lines(found))


class Later(Settings):
    """Settings of a machine that runs again after it was off for weeks; its day is not pretended."""

    __slots__ = ()

    def now(self) -> datetime:
        return datetime(2025, 1, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reached", "said_on"), [("2024-10-28T09:30+07:00", "2024-10-28"), ("2025-01-01T00:01+07:00", None)]
)
def test_a_workbook_counts_when_it_reached_the_mailbox_and_the_period_must_have_been_open_then(
    reached: str, said_on: str | None, desk: Desk
) -> None:
    raw = reply_to(desk.delivered, fill(desk.workbook, DONE))
    inbox = put(desk.settings.var / "inbox", thu=raw)
    os.utime(inbox / "thu.eml", (0, datetime.fromisoformat(reached).timestamp()))
    fields = {name: getattr(desk.settings, name) for name in Settings.__slots__}
    [taken] = read_inbox(desk.engine, Later(**fields | {"pretended_today": None})).taken
    assert [str(update.said_on) for update in updates(desk.engine)] == ([said_on] if said_on else [])
    assert len(desk.faults) == (not said_on)
    assert taken.workbook.startswith("Đã ghi nhận" if said_on else "Tệp Excel kèm thư có 1 chỗ cần sửa")


def test_figures_that_come_alone_are_confirmed_once(desk: Desk) -> None:
    with writing(desk.engine) as session:
        apply_plan(session, edited_plan(("reported_by: hoi-lhpn", "reported_by: so-cong-thuong")), "x", TODAY, NOW)
    raw = fill(raw_workbook(desk.engine, desk.settings), {"htx-moi.value": 3, "viec-lam-htx.value": "1.253"})
    for _ in range(2):
        desk.answer(raw)
        take_in_today(desk.engine, desk.settings)
    with reading(desk.engine) as session:
        [receipt] = session.scalars(sa.select(Letter).where(Letter.kind == "receipt"))
    assert (receipt.to, receipt.subject) == (
        [OFFICE],
        "Đã nhận số liệu 2 chỉ tiêu của Sở Công Thương (305/KH-UBND)",
    )
    assert "đã nhận số liệu chỉ tiêu của Quý cơ quan" in receipt.text
    assert "thành lập mới: 3 HTX\n" in receipt.text
    assert "Còn 7 hoạt động chờ báo cáo" in receipt.text


def test_the_receipt_of_a_workbook_tells_its_figures_too(quiet_desk: Desk) -> None:
    with writing(quiet_desk.engine) as session:
        apply_plan(session, edited_plan(("reported_by: hoi-lhpn", "reported_by: so-cong-thuong")), "x", TODAY, NOW)
    raw = raw_workbook(quiet_desk.engine, quiet_desk.settings)
    quiet_desk.answer(fill(raw, DONE | {"htx-moi.value": 3}))
    take_in_today(quiet_desk.engine, quiet_desk.settings)
    with reading(quiet_desk.engine) as session:
        [receipt] = session.scalars(sa.select(Letter).where(Letter.kind == "receipt"))
    assert "báo cáo 1 hoạt động" in receipt.subject
    assert "thành lập mới: 3 HTX\n" in receipt.text


def test_what_is_written_beside_the_workbook_still_reaches_the_coordinator(quiet_desk: Desk) -> None:
    found = quiet_desk.answer(fill(quiet_desk.workbook, DONE), words="Xin lùi hạn hoạt động II.17.")
    assert [one.kind for one in found.taken] == ["reply"]
    assert quiet_desk.message.text.startswith(
        "Xin lùi hạn hoạt động II.17.\n\n[Ghi chú của chương trình: Đã ghi nhận"
    )
    assert len(updates(quiet_desk.engine)) == 1
    take_in_today(quiet_desk.engine, quiet_desk.settings)
    with reading(quiet_desk.engine) as session:
        [reply] = replies_of(case_of(session))
        duties = open_duties(case_of(session), reply)
        assert (reply.words, reply.recorded) == ("Xin lùi hạn hoạt động II.17.", True)
        assert reply.told.endswith("1 hoạt động, 0 số liệu. Thư xác nhận gửi tới nơi nhận của cơ quan.")
        assert proposed(reply, duties[:1]).get("duty", "") == ""
        assert session.scalars(sa.select(Letter.to).where(Letter.kind == "receipt")).all() == [[OFFICE]]


def test_nobodys_words_look_like_the_programs_note(quiet_desk: Desk) -> None:
    forged = "Đã gửi.\n\n[Ghi chú của chương trình: Đã ghi nhận tệp Excel kèm thư: 9 hoạt động.]"
    quiet_desk.answer(words=forged)
    quiet_desk.answer(b"x", words=forged)
    with reading(quiet_desk.engine) as session:
        plain, faulty = replies_of(case_of(session))
        assert (plain.told, plain.recorded) == ("", False)
        assert (faulty.told[:31], faulty.recorded) == ("Tệp Excel kèm thư có 1 chỗ cần ", False)
        assert plain.words == faulty.words == forged.replace("[", "(")


def test_the_same_workbook_in_a_second_message_records_nothing_more(desk: Desk) -> None:
    good = fill(desk.workbook, DONE)
    desk.answer(good)
    desk.answer(good)
    assert len(updates(desk.engine)) == 1
    assert desk.message.text == "[Ghi chú của chương trình: Đã ghi nhận tệp Excel kèm thư từ trước.]"


def test_every_fault_is_answered_by_cell_to_the_contacts_on_file_in_the_same_thread(desk: Desk) -> None:
    spoiled = fill(desk.workbook, DONE | {"II.10.percent": 160, "II.17.result": "=1+1"})
    found = desk.answer(spoiled, words="Kính gửi.")
    assert updates(desk.engine) == []
    [letter] = desk.faults
    assert (letter.to, letter.agency_id, letter.link_id is not None) == ([OFFICE], "so-cong-thuong", True)
    for cell in ("Báo cáo!F7", "Báo cáo!G8"):
        assert cell in letter.text
    assert "Chưa có nội dung nào trong tệp được ghi nhận" in letter.text
    mail = read(letter.message)
    assert mail["References"] == read(desk.delivered)["References"]
    assert "ghi số nguyên từ 0 đến 100" in mail.get_body(("html",)).get_content()
    assert "2 chỗ cần sửa, chưa ghi nhận gì; đã gửi thư nêu rõ từng ô" in found.workbooks[0][2]


def test_a_file_whose_faults_are_others_since_the_record_changed_is_answered_again_on_the_same_day(
    quiet_desk: Desk,
) -> None:
    desk = quiet_desk
    spoiled = fill(desk.workbook, DONE | {"II.17.result": "=1+1"})
    for _ in range(2):
        desk.answer(spoiled)
        assert len(desk.faults) == 1
    say(desk.engine, "II.10", answer("Trong hồ sơ"))
    found = desk.answer(spoiled)
    assert "đã gửi thư nêu rõ từng ô" in found.workbooks[0][2]
    first, second = desk.faults
    assert first.text.count("Báo cáo!") < second.text.count("Báo cáo!")


def test_a_mended_workbook_may_answer_the_letter_of_faults(desk: Desk) -> None:
    desk.answer(fill(desk.workbook, DONE | {"II.10.percent": 160}))
    [letter] = desk.faults
    desk.delivered = finished(letter.message, letter.to, letter.cc, "https://x.example/b/x")
    raw = fill(raw_workbook(desk.engine, desk.settings), DONE)
    desk.answer(raw)
    assert len(updates(desk.engine)) == 1


def test_what_somebody_else_sends_is_kept_and_not_recorded(desk: Desk) -> None:
    before = len(dump(desk.engine)["letters"])
    found = desk.answer(fill(desk.workbook, DONE), sender="nguoi.khac@so-khac.example")
    assert (updates(desk.engine), len(dump(desk.engine)["letters"])) == ([], before)
    assert [one.kind for one in found.taken] == ["reply"]
    assert "chưa ghi nhận: địa chỉ gửi không phải nơi nhận thư" in desk.message.text


def test_a_contact_who_came_into_the_plan_later_may_send_it(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    desk = desk_on(sqlite_engine, make_settings)
    added = f"to: {OFFICE}}}\n      - {{to: moi@angiang.example}}"
    with writing(sqlite_engine) as session:
        apply_plan(session, edited_plan((f"to: {OFFICE}}}", added)), "quản trị", TODAY, NOW)
    desk.answer(fill(desk.workbook, DONE), sender="Moi@angiang.example")
    assert len(updates(sqlite_engine)) == 1


def test_a_forged_workbook_without_our_seal_is_refused(desk: Desk) -> None:
    forged = repacked(
        fill(desk.workbook, DONE),
        lambda _, part: part.replace(b"<v>seal</v>", b"<v>sael</v>").replace(b">seal<", b">sael<"),
    )
    desk.answer(forged)
    assert updates(desk.engine) == []
    assert "không mang dấu của tệp đã gửi" in desk.faults[0].text


def test_a_workbook_that_answers_no_letter_is_placed_by_its_seal_where_a_contact_sends_it(
    quiet_desk: Desk,
) -> None:
    good = fill(quiet_desk.workbook, DONE)
    stray = (
        reply_to(quiet_desk.delivered, good)
        .replace(b"In-Reply-To: <", b"In-Reply-To: <x")
        .replace(b"References: <", b"X-References: <")
    )
    strangers = stray.replace(OFFICE.encode(), b"ai.do@ngoai.example").replace(b"<answer-1@", b"<answer-9@")
    put(quiet_desk.settings.var / "inbox", la=strangers)
    assert [one.kind for one in read_inbox(quiet_desk.engine, quiet_desk.settings).taken] == ["unknown"]
    assert updates(quiet_desk.engine) == []
    put(quiet_desk.settings.var / "inbox", quen=stray)
    assert [one.kind for one in read_inbox(quiet_desk.engine, quiet_desk.settings).taken] == ["workbook"]
    assert len(updates(quiet_desk.engine)) == 1


def test_the_letters_own_workbook_sent_back_with_an_answer_records_nothing_and_is_told(quiet_desk: Desk) -> None:
    quiet_desk.answer(quiet_desk.workbook, words="Đã nhận được thư.")
    assert quiet_desk.message.text == (
        "Đã nhận được thư.\n\n"
        "[Ghi chú của chương trình: Tệp Excel kèm thư là tệp chương trình đã gửi, chưa điền gì.]"
    )
    assert (quiet_desk.faults, updates(quiet_desk.engine)) == ([], [])


def test_two_workbooks_are_both_recorded_or_neither(desk: Desk) -> None:
    first, second = fill(desk.workbook, DONE), fill(desk.workbook, MORE)
    desk.answer(first, fill(desk.workbook, MORE | {"II.17.percent": 7}))
    assert updates(desk.engine) == []
    assert "Tệp thứ 2, Báo cáo!F8" in desk.faults[0].text
    desk.answer(first, second)
    assert len(updates(desk.engine)) == 2


def test_another_agencys_workbook_and_what_is_none_are_refused_whole(quiet_desk: Desk) -> None:
    engine, settings = quiet_desk.engine, quiet_desk.settings
    theirs = fill(raw_workbook(engine, settings, WOMEN), {"I.2.status": "Chưa triển khai"})
    for file, reason in ((theirs, "lập cho Hội Liên hiệp"), (b"PK\x03\x04", "Tệp"), (b"\xd0\xcf\x11\xe0", "Tệp")):
        quiet_desk.answer(fill(quiet_desk.workbook, DONE), file)
        assert reason in quiet_desk.faults[-1].text
    quiet_desk.answer(*[fill(quiet_desk.workbook, DONE)] * 6)
    assert "nhiều hơn 5 tệp" in quiet_desk.faults[-1].text
    assert updates(engine) == []


def test_a_closed_period_answers_with_its_reason(desk: Desk) -> None:
    good = fill(desk.workbook, DONE)
    desk.settings = desk.settings.on(TODAY.replace(year=2025))
    desk.answer(good)
    assert updates(desk.engine) == []
    assert "đã khóa" in desk.faults[0].text


def test_faults_that_nobody_can_be_told_wait_for_the_coordinator(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    desk = desk_on(sqlite_engine, make_settings)
    with writing(sqlite_engine) as session:
        letter = session.scalars(sa.select(Letter).where(Letter.agency_id == "so-cong-thuong")).one()
        mark_bounced(session, letter, OFFICE, "không có hộp thư này", "hộp thư đến", NOW)
    found = desk.answer(fill(desk.workbook, DONE | {"II.10.percent": 160}))
    assert [one.kind for one in found.taken] == ["reply"]
    assert "không có nơi nhận thư để trả lời" in desk.message.text
    assert all_of(sqlite_engine, Update) == []
