"""The ladder: who is written to at which stage, what holds it back, and what each letter brings along."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from io import BytesIO
from pathlib import Path

import docx
import pytest
import sqlalchemy as sa
from answering import NOW, duty_of, edited_plan, open_season, say

from tracker.errors import BadInput
from tracker.plan.reader import Reading
from tracker.remind.queue import queue_today
from tracker.review.decide import return_answer
from tracker.settings import Settings
from tracker.store.apply import apply_plan
from tracker.store.bounces import mark_bounced
from tracker.store.engine import reading, writing
from tracker.store.pauses import pause_reminders, resume_reminders
from tracker.store.tables import JournalEntry, Letter

OFFICE = "      - {name: Văn phòng, to: socongthuong@angiang.example}\n"
HEAD = OFFICE + "      - {name: Giám đốc, to: lanhdao@angiang.example, role: head}\n"
CHANNEL = "      - {name: Văn phòng, to: hoilhpn@angiang.example}\n"
TRADE = "so-cong-thuong"


def stages(rules: str) -> tuple[str, str]:
    return "    after: [1, 3, 5]\n", f"    after: [1, 3, 5]\n    {rules}\n"


def letters(engine: sa.Engine, kind: str = "remind", agency: str | None = None) -> Sequence[Letter]:
    found = sa.select(Letter).where(Letter.kind == kind).order_by(Letter.id)
    with reading(engine) as session:
        return session.scalars(found if agency is None else found.where(Letter.agency_id == agency)).all()


def mail(letter: Letter) -> EmailMessage:
    parsed = message_from_bytes(letter.message, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def run(engine: sa.Engine, settings: Settings, *days: date) -> None:
    for day in days:
        queue_today(engine, settings.on(day))


def applied(engine: sa.Engine, plan: Reading) -> None:
    with writing(engine) as session:
        apply_plan(session, plan, "quản trị", date(2024, 10, 15), NOW)


def test_the_head_is_written_to_at_the_heads_stage_and_the_office_gets_a_copy(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine, edited_plan((OFFICE, HEAD)))
    run(engine, settings, date(2024, 11, 5), date(2024, 11, 12))
    before, head = letters(engine, agency=TRADE)
    assert (before.to, before.cc) == (["socongthuong@angiang.example"], [])
    assert (head.to, head.cc) == (["lanhdao@angiang.example"], ["socongthuong@angiang.example"])
    assert head.key == "remind:2024:so-cong-thuong:head"
    assert "Kính gửi Lãnh đạo cơ quan" in head.text


def test_where_the_plan_says_so_the_head_is_copied_from_the_start(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    open_season(sqlite_engine, edited_plan((OFFICE, HEAD), stages("copies: [head]")))
    run(sqlite_engine, settings, date(2024, 10, 15))
    [letter] = letters(sqlite_engine, agency=TRADE)
    assert letter.cc == ["lanhdao@angiang.example"]


def test_coordinating_agencies_get_one_copy_each_without_the_leads_link(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine, edited_plan(stages("copies: [coordinating]")))
    run(engine, settings, date(2024, 10, 15), date(2024, 10, 15))
    copies = letters(engine, "copy")
    assert len({letter.agency_id for letter in copies}) == len(copies) > 5
    assert {letter.link_id for letter in copies} == {None}
    assert all("/b/" not in letter.text and "link.invalid" not in letter.text for letter in copies)
    assert "Quý cơ quan không phải báo cáo theo thư này" in copies[0].text
    run(engine, settings, date(2024, 10, 16))
    assert len(letters(engine, "copy")) == len(copies)


def test_the_coordinator_gets_one_list_of_who_is_late_and_later_a_paper_to_sign(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    for activity in ("II.5", "II.40"):
        say(engine, activity)
    run(engine, settings, date(2024, 11, 6), date(2024, 11, 7), date(2024, 11, 8), date(2024, 11, 19))
    listed, to_sign = letters(engine, "escalate")
    assert [letter.key for letter in (listed, to_sign)] == [
        "escalate:2024:coordinator:2024-11-07",
        "escalate:2024:dispatch:2024-11-19",
    ]
    assert "7 cơ quan quá hạn" in listed.subject
    assert "Sở Kế hoạch và Đầu tư" not in listed.text
    assert list(mail(listed).iter_attachments()) == []
    [attached] = mail(to_sign).iter_attachments()
    assert attached.get_filename() == "cong-van-don-doc.docx"
    cells = [
        c.text for t in docx.Document(BytesIO(attached.get_content())).tables for r in t.rows for c in r.cells
    ]
    assert any("II.10" in text for text in cells)
    assert "Hội LHPN tỉnh" not in "".join(cells)  # nobody sends a công văn to themselves


def test_an_agency_and_an_activity_may_have_stages_of_their_own(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    own = "    stages: {before: [8], head: 0}\n"
    plan = edited_plan(
        ("    short: Sở Công Thương\n", f"    short: Sở Công Thương\n{own}"),
        ("- id: II.40\n", "- id: II.40\n    stages: {before: [15], after: []}\n"),
    )
    open_season(sqlite_engine, plan)
    run(
        sqlite_engine,
        settings,
        *(date(2024, 10, day) for day in range(1, 32)),
        *(date(2024, 11, d) for d in range(1, 16)),
    )

    def names(agency: str) -> list[str]:
        return [letter.key.rpartition(":")[2] for letter in letters(sqlite_engine, agency=agency)]

    assert names(TRADE) == ["opening", "before-8", "after-1", "after-3", "after-5"]
    assert names("so-khdt") == ["opening", "before-15", "head"]
    assert names("so-tai-chinh")[:2] == ["opening", "before-10"]


def test_a_pause_holds_reminders_back_until_its_end_and_stands_in_the_journal(
    engine: sa.Engine, settings: Settings
) -> None:
    plan = open_season(engine)
    with writing(engine) as session:
        pause_reminders(session, plan, "Sở Công Thương", None, date(2024, 10, 23), "Đang sáp nhập", "Mai", NOW)
        pause_reminders(session, plan, "so-tttt", "II.5", date(2024, 12, 31), "Chờ hướng dẫn", "Mai", NOW)
        [first, _] = session.scalars(sa.select(JournalEntry).where(JournalEntry.did == "paused reminders")).all()
        assert (first.about, first.detail["reason"], first.detail["until"]) == (
            TRADE,
            "Đang sáp nhập",
            "2024-10-23",
        )
    queued = queue_today(engine, settings.on(date(2024, 10, 15)))
    assert queued.pauses[0] == "Sở Công Thương: tạm dừng nhắc đến hết 23/10/2024 (Đang sáp nhập)"
    assert letters(engine, agency=TRADE) == []
    assert "II.5 " not in letters(engine, agency="so-tttt")[0].text
    run(engine, settings, date(2024, 10, 22), date(2024, 10, 24))
    assert [letter.key for letter in letters(engine, agency=TRADE)] == ["remind:2024:so-cong-thuong:before-5"]


def test_a_pause_can_be_lifted_and_needs_a_reason(sqlite_engine: sa.Engine, settings: Settings) -> None:
    plan = open_season(sqlite_engine)
    day = date(2024, 10, 15)
    with writing(sqlite_engine) as session:
        with pytest.raises(BadInput, match="lý do"):
            pause_reminders(session, plan, TRADE, None, day, " ", "Mai", NOW)
        with pytest.raises(BadInput, match="không có hoạt động"):
            pause_reminders(session, plan, TRADE, "II.999", day, "x", "Mai", NOW)
        pause_reminders(session, plan, TRADE, None, day, "Đang sáp nhập", "Mai", NOW)
        assert resume_reminders(session, plan, TRADE, day, "Mai", NOW) == 1
        with pytest.raises(BadInput, match="hiện không tạm dừng"):
            resume_reminders(session, plan, TRADE, day, "Mai", NOW)
    run(sqlite_engine, settings, day)
    assert len(letters(sqlite_engine, agency=TRADE)) == 1


def test_a_letter_says_what_changed_in_the_plan_since_the_last_one(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    run(engine, settings, date(2024, 10, 15))
    with writing(engine) as session:
        session.execute(sa.update(Letter).values(state="sent"))
    applied(
        engine, edited_plan(("due: 10-29", "due: 10-30"), ("- id: II.10\n", "- id: II.10\n    note: nội bộ\n"))
    )
    run(engine, settings, date(2024, 10, 23))
    text = letters(engine, agency=TRADE)[-1].text
    assert "Kế hoạch có thay đổi từ thư trước:\n- Chế độ báo cáo, hằng năm, hạn: 29/10 → 30/10" in text
    assert "nội bộ" not in text


def test_what_is_returned_after_the_last_stage_is_asked_for_by_a_letter_of_its_own_once(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    say(engine, "II.10")
    late = settings.on(date(2024, 11, 20))
    with writing(engine) as session:
        assert return_answer(session, late, duty_of(session, "II.10"), "Ghi rõ số liệu", "Mai")
    [letter] = letters(engine, "returned")
    assert letter.to == ["socongthuong@angiang.example"]
    assert "Ghi rõ số liệu" in letter.text
    assert letter.link_id is not None


def test_a_duty_that_is_new_at_a_stage_is_asked_for_at_that_stage(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    run(engine, settings, date(2024, 10, 15))
    applied(
        engine, edited_plan(("lead: so-khdt", "lead: so-tai-chinh"), ("so-khdt, so-tai-chinh", "so-tai-chinh"))
    )
    with writing(engine) as session:
        session.execute(sa.update(Letter).values(state="sent"))
    run(engine, settings, date(2024, 10, 16), date(2024, 10, 17))
    keys = [letter.key for letter in letters(engine, agency="so-tai-chinh")]
    assert keys == ["remind:2024:so-tai-chinh:before-10", "remind:2024:so-tai-chinh:before-10+2"]


def test_on_a_day_off_nobody_is_written_to_and_the_next_working_day_makes_up_for_it(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    open_season(sqlite_engine)
    assert queue_today(sqlite_engine, settings.on(date(2024, 10, 19))).day_off
    assert letters(sqlite_engine) == []
    run(sqlite_engine, settings, date(2024, 10, 21))
    assert len(letters(sqlite_engine)) == 8


def test_the_coordinators_channel_gets_the_days_summary_once(sqlite_engine: sa.Engine, settings: Settings) -> None:
    open_season(sqlite_engine, edited_plan((CHANNEL, CHANNEL + "      - {to: json://127.0.0.1:9}\n")))
    run(sqlite_engine, settings, date(2024, 10, 15), date(2024, 10, 15), date(2024, 10, 16))
    [summary] = letters(sqlite_engine, "summary")
    assert summary.to == ["json://127.0.0.1:9"]
    assert summary.subject.startswith("Nhắc việc ngày 15/10/2024: 8 thư, 8 cơ quan còn nợ báo cáo")
    assert "- Sở Công Thương: trước hạn 10 ngày làm việc, 7 hoạt động" in summary.text


def test_an_address_from_which_a_letter_came_back_is_written_to_no_more_and_said(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    run(engine, settings, date(2024, 10, 15))
    with writing(engine) as session:
        [letter] = session.scalars(sa.select(Letter).where(Letter.agency_id == TRADE))
        mark_bounced(session, letter, "SoCongThuong@angiang.example", "550 no such user", "tracker", NOW)
    queued = queue_today(engine, settings.on(date(2024, 10, 22)))
    [fault] = queued.unreachable
    assert (fault.agency.id, "550 no such user" in fault.reason) == (TRADE, True)
    assert len(letters(engine, agency=TRADE)) == 1


def test_reserved_addresses_are_not_queued_for_a_real_server_and_use_no_stage_up(
    engine: sa.Engine, settings: Settings, make_settings: object
) -> None:
    open_season(engine)
    real = make_settings(mail_url="smtp://mail.angiang.vn", base_url="https://a.example").on(date(2024, 10, 15))  # type: ignore[operator]
    queued = queue_today(engine, real)
    assert (len(queued.fresh), len(queued.unreachable)) == (0, 8)
    assert "là địa chỉ mẫu" in queued.unreachable[0].reason
    run(engine, settings, date(2024, 10, 15))
    assert len(letters(engine)) == 8


def test_a_reminder_brings_the_due_date_for_the_calendar(sqlite_engine: sa.Engine, settings: Settings) -> None:
    open_season(sqlite_engine)
    run(sqlite_engine, settings, date(2024, 10, 15))
    event, _ = mail(letters(sqlite_engine)[0]).iter_attachments()
    assert event.get_content_type() == "text/calendar"
    assert "DTSTART;VALUE=DATE:20241029" in event.get_content()


def test_a_spoiled_template_of_the_cong_van_holds_no_reminder_back(
    sqlite_engine: sa.Engine, settings: Settings, tmp_path: Path
) -> None:
    spoiled = tmp_path / "templates"
    shutil.copytree(settings.templates, spoiled)
    (spoiled / "memo" / "cong-van.txt").write_text("{{ nothing }}")
    open_season(sqlite_engine)
    queued = queue_today(sqlite_engine, replace(settings, templates=spoiled).on(date(2024, 11, 19)))
    assert [trouble.startswith(f"{spoiled}/memo/cong-van.txt:1: ") for trouble in queued.troubles] == [True]
    assert len(letters(sqlite_engine)) == 8
    run(sqlite_engine, settings, date(2024, 11, 19))
    assert (len(letters(sqlite_engine)), len(letters(sqlite_engine, "escalate"))) == (8, 1)
