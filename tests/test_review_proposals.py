"""A plain reply becomes a report where the coordinator says so, once, and counts on the day it came."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from answering import NOW, TODAY, answer, case_of, duty_of, open_season, outbox_row, say
from sqlalchemy.orm import Session

from tracker.answers.receipts import take_in_today
from tracker.progress import DutyState
from tracker.review.decide import accept
from tracker.review.replies import Reply, dismiss_reply, find_reply, open_duties, record_reply, replies_of
from tracker.settings import Settings
from tracker.store.engine import reading, writing
from tracker.store.letters import queue_letters
from tracker.store.messages import record_message
from tracker.store.periods import change_closing, find_period
from tracker.store.tables import JournalEntry, Letter, Message, Update

AGENCY, ACTIVITIES = "so-cong-thuong", ("II.10", "II.17")
WHO = "Cán bộ đầu mối (minh họa)"
SENDER = "canbo.sct@angiang.example"


def put_reply(engine: sa.Engine, received: datetime = NOW, text: str = "Đã làm xong", **given: object) -> int:
    """Put a reply to a reminder into the record, as the mailbox does; return its id."""
    with writing(engine) as session:
        key = f"remind:2024:{AGENCY}:before-10"
        letter = session.scalar(sa.select(Letter).where(Letter.key == key))
        if letter is None:
            queue_letters(session, [outbox_row(session, key, agency_id=AGENCY)], NOW)
            letter = session.scalars(sa.select(Letter).where(Letter.key == key)).one()
        count = session.scalar(sa.select(sa.func.count(Message.id)))
        row = {"digest": f"{count}", "message_id": f"<{count}@x.example>", "received_at": received, "text": text}
        row |= {"written_at": None, "sender": SENDER, "subject": "Re: báo cáo", "kind": "reply", "addresses": []}
        made = record_message(session, row | {"letter_id": letter.id} | given)
        assert made is not None
        return made


def record(
    engine: sa.Engine,
    message_id: int,
    activity: str = "II.10",
    finish: bool = True,
    now: datetime = NOW,
    **given: str,
) -> dict[str, str]:
    """Record a report from a reply as the page does; return the faults."""
    with reading(engine) as session:
        choice = choices(engine, message_id).get(activity, "")
        uses = session.get_one(Message, message_id).uses
    usual = {"duty": choice, "status": "done", "result": "Đã làm xong", "reviewer": WHO, "uses": f"{uses}"}
    with writing(engine) as session:
        reply = the_reply(session, message_id)
        return record_reply(case_of(session, at=now), reply, usual | given, finish=finish)


def the_reply(session: Session, message_id: int, today: date = TODAY) -> Reply:
    reply = find_reply(case_of(session, at=NOW + (today - TODAY)), message_id)
    assert reply is not None
    return reply


def choices(engine: sa.Engine, message_id: int) -> dict[str, str]:
    """Return what the page offers for a reply: the choice by activity."""
    with reading(engine) as session:
        reply = the_reply(session, message_id)
        return {one.duty.activity_id: one.choice for one in open_duties(case_of(session), reply)}


def waiting(engine: sa.Engine) -> list[int]:
    with reading(engine) as session:
        return [one.message.id for one in replies_of(case_of(session))]


def rows(engine: sa.Engine, model: type) -> list:
    with reading(engine) as session:
        return list(session.scalars(sa.select(model).order_by(model.id)))


def test_a_reply_counts_on_the_day_it_came_and_stands_in_its_senders_name(engine: sa.Engine) -> None:
    open_season(engine)
    message_id = put_reply(engine)
    late = NOW + timedelta(days=30)
    assert record(engine, message_id, now=late) == {}
    [update] = rows(engine, Update)
    assert (update.way, update.said_by, update.said_at, update.said_on) == ("reply", SENDER, NOW, TODAY)
    with reading(engine) as session:
        assert duty_of(session, "II.10").state is DutyState.SUBMITTED
    [message] = rows(engine, Message)
    assert (message.handled_by, message.handled_at, message.dismissed, message.uses) == (WHO, late, None, 1)
    [line] = [one for one in rows(engine, JournalEntry) if one.did == "recorded a reply"]
    assert (line.who, line.at, line.about, line.detail["revision"]) == (WHO, late, f"message {message_id}", 1)
    assert waiting(engine) == []


def test_one_reply_may_report_on_several_activities_before_it_is_done_with(engine: sa.Engine) -> None:
    open_season(engine)
    message_id = put_reply(engine)
    assert record(engine, message_id, "II.10", finish=False) == {}
    assert waiting(engine) == [message_id]
    assert record(engine, message_id, "II.17", result="Hai") == {}
    assert waiting(engine) == []
    assert [update.result for update in rows(engine, Update)] == ["Đã làm xong", "Hai"]
    assert rows(engine, Message)[0].uses == 2


def test_a_receipt_goes_out_as_for_any_answer(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    record(engine, put_reply(engine))
    assert take_in_today(engine, settings.on(TODAY)).receipts == (("2024", AGENCY, 1),)
    [receipt] = [one for one in rows(engine, Letter) if one.kind == "receipt"]
    assert SENDER in receipt.text


def test_of_two_coordinators_who_record_one_reply_at_once_one_does(engine: sa.Engine) -> None:
    open_season(engine)
    message_id = put_reply(engine)
    offered = choices(engine, message_id)
    together = Barrier(2)

    def record_it(activity: str) -> bool:
        together.wait()
        return record(engine, message_id, uses="0", duty=offered[activity]) == {}

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(record_it, ACTIVITIES)) == [False, True]
    assert len(rows(engine, Update)) == 1


def test_what_was_answered_or_accepted_meanwhile_is_not_overwritten(engine: sa.Engine) -> None:
    open_season(engine)
    message_id = put_reply(engine)
    seen = choices(engine, message_id)["II.10"]
    say(engine, "II.10", answer("Gửi qua trang"))
    assert "vừa có báo cáo" in record(engine, message_id, duty=seen)["overtaken"]
    seen = choices(engine, message_id)["II.10"]
    with writing(engine) as session:
        accept(session, [duty_of(session, "II.10")], "đầu mối", NOW)
    assert "vừa có báo cáo" in record(engine, message_id, duty=seen)["overtaken"]
    assert [update.result for update in rows(engine, Update)] == ["Gửi qua trang"]
    assert waiting(engine) == [message_id]
    assert "II.10" not in choices(engine, message_id)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reviewer": " "}, "reviewer"),
        ({"reviewer": "x" * 201}, "reviewer"),
        ({"status": ""}, "status"),
        ({"result": ""}, "result"),
        ({"percent": "120"}, "percent"),
        ({"duty": ""}, "duty"),
        ({"duty": "999999.0"}, "duty"),
        ({"duty": "II.10"}, "duty"),
        ({"uses": "x"}, "overtaken"),
        ({"uses": "7"}, "overtaken"),
    ],
)
def test_a_fault_stands_beside_its_field_and_nothing_is_recorded(
    sqlite_engine: sa.Engine, given: dict[str, str], field: str
) -> None:
    open_season(sqlite_engine)
    message_id = put_reply(sqlite_engine)
    assert list(record(sqlite_engine, message_id, **given)) == [field]
    assert rows(sqlite_engine, Update) == []
    assert waiting(sqlite_engine) == [message_id]


def test_no_duty_of_another_agency_can_be_answered_by_a_reply(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    message_id = put_reply(sqlite_engine)
    with reading(sqlite_engine) as session:
        other = duty_of(session, "II.5")
    assert list(record(sqlite_engine, message_id, duty=f"{other.id}.0")) == ["duty"]
    assert rows(sqlite_engine, Update) == []


def test_a_reply_that_came_before_the_closing_is_recorded_after_it_and_a_later_one_is_not(
    sqlite_engine: sa.Engine,
) -> None:
    open_season(sqlite_engine)
    early, late = put_reply(sqlite_engine), put_reply(sqlite_engine, NOW + timedelta(days=5), "muộn")
    with writing(sqlite_engine) as session:
        change_closing(session, find_period(session, "2024"), date(2024, 10, 29))
        find_period(session, "2024").closes = TODAY
    after = NOW + timedelta(days=20)
    assert record(sqlite_engine, early, now=after) == {}
    assert "sau ngày khóa kỳ" in record(sqlite_engine, late, "II.17", now=after)["overtaken"]


def test_a_reply_is_put_aside_with_a_reason_and_a_name(engine: sa.Engine) -> None:
    open_season(engine)
    message_id = put_reply(engine)

    def dismiss(**typed: str) -> dict[str, str]:
        with writing(engine) as session:
            return dismiss_reply(case_of(session, at=NOW), the_reply(session, message_id), {"uses": "0", **typed})

    assert list(dismiss()) == ["reason", "reviewer"]
    assert dismiss(reason="Chỉ cảm ơn", reviewer=WHO) == {}
    [message] = rows(engine, Message)
    assert (message.dismissed, message.handled_by) == ("Chỉ cảm ơn", WHO)
    assert waiting(engine) == []
    assert "overtaken" in dismiss(reason="Lần nữa", reviewer="Người khác")
    assert [one.who for one in rows(engine, JournalEntry) if one.did == "dismissed a reply"] == [WHO]


def test_only_replies_of_people_wait(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    mine = put_reply(sqlite_engine)
    for kind in ("auto", "bounce", "own", "unknown", "workbook"):
        put_reply(sqlite_engine, kind=kind)
    assert waiting(sqlite_engine) == [mine]


def test_a_reply_of_an_agency_that_left_the_plan_is_still_shown(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    put_reply(sqlite_engine)
    with writing(sqlite_engine) as session:
        session.execute(sa.update(Letter).values(agency_id="co-quan-cu"))
    [message_id] = waiting(sqlite_engine)
    assert choices(sqlite_engine, message_id) == {}


def test_a_very_long_sender_is_cut_where_the_record_has_no_room(engine: sa.Engine) -> None:
    open_season(engine)
    message_id = put_reply(engine, sender="x" * 500 + "@a.example")
    assert record(engine, message_id) == {}
    assert rows(engine, Update)[0].said_by == "x" * 200


def test_a_duty_that_is_withdrawn_meanwhile_takes_no_report(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    message_id = put_reply(sqlite_engine)
    seen = choices(sqlite_engine, message_id)["II.10"]
    with writing(sqlite_engine) as session:
        duty_of(session, "II.10").state = DutyState.WITHDRAWN
    assert "overtaken" in record(sqlite_engine, message_id, duty=seen)
