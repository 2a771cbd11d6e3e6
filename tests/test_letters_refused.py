"""What a mail server refuses while it is spoken to is a fault like a letter that comes back: it is shown."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from answering import TODAY, case_of, edited_plan, open_season
from factories_mail import add_letter, all_of, put
from mail_samples import TO, postfix
from smtp_post import Post

from tracker.inbox.mailbox import read_inbox
from tracker.inbox.summary import inbox_lines
from tracker.letters.refusal import cause_of
from tracker.letters.send import Outcome, send_queued
from tracker.remind.queue import queue_today
from tracker.review.overview import review_of
from tracker.settings import Settings
from tracker.store.bounces import Cause
from tracker.store.engine import reading, writing
from tracker.store.outbox import PAUSES
from tracker.store.tables import Bounce, Letter

COMMERCE, SECOND = "socongthuong@angiang.example", "phong2@angiang.example"


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ("550 5.1.1 <a@x>: Recipient address rejected: User unknown", Cause.MISSING),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", Cause.MISSING),
        ("550 5.1.2 bad destination domain", Cause.MISSING),
        ("550 no such user here", Cause.MISSING),
        ("550 Hộp thư không tồn tại", Cause.MISSING),
        ("550 Requested action not taken: mailbox unavailable", Cause.OTHER),
        ("550 5.1.8 sender's domain", Cause.OTHER),
        ("550 5.2.1 mailbox disabled", Cause.OTHER),
        ("452 4.2.2 mailbox full", Cause.FULL),
        ("552 5.2.2 over quota", Cause.FULL),
        ("552 requested action aborted", Cause.FULL),
        ("554 The user's mailbox is full", Cause.FULL),
        ("550 5.7.1 Message rejected as spam", Cause.POLICY),
        ("554 blocked using list", Cause.POLICY),
        ("450 4.7.1 too many from you", Cause.POLICY),
        ("552 5.3.4 message size exceeds fixed limit", Cause.SIZE),
        ("552 5.2.3 too long", Cause.SIZE),
        ("554 message too large", Cause.SIZE),
        ("451 4.4.7 delivery expired", Cause.EXPIRED),
        ("451 4.4.1 connection timed out", Cause.EXPIRED),
        ("450 later", Cause.EXPIRED),
        ("", Cause.OTHER),
    ],
)
def test_only_an_answer_that_says_so_means_that_there_is_no_such_address(answer: str, cause: Cause) -> None:
    assert cause_of(answer) is cause


def test_a_report_s_status_says_more_than_the_words_beside_it() -> None:
    assert cause_of("5.2.2", "550 rejected: user unknown") is Cause.FULL
    assert cause_of("5.0.0", "550 5.1.1 User unknown") is Cause.MISSING


def queued(engine: sa.Engine, settings: Settings, url: str) -> Settings:
    plan = edited_plan((f"to: {COMMERCE}}}", f"to: {COMMERCE}}}\n      - {{to: {SECOND}}}"))
    open_season(engine, plan)
    on_the_day = replace(settings, mail_url=url).on(TODAY)
    queue_today(engine, on_the_day)
    return on_the_day


def again(engine: sa.Engine, settings: Settings) -> Outcome:
    with writing(engine) as session:
        session.execute(sa.update(Letter).where(Letter.state == "queued").values(try_at=Letter.queued_at))
    return send_queued(engine, settings)


def causes(engine: sa.Engine) -> dict[str, str]:
    return {row.address: row.cause for row in all_of(engine, Bounce)}  # type: ignore[attr-defined]


def row_of_commerce(engine: sa.Engine) -> tuple[str | None, str | None]:
    with reading(engine) as session:
        [one] = [one for one in review_of(case_of(session)) if one.agency.id == "so-cong-thuong"]
        return one.fault, one.partial_fault


def test_an_address_that_does_not_exist_is_written_to_no_more_and_stands_on_its_agencys_row(
    engine: sa.Engine, settings: Settings, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    today = queued(engine, settings, url)
    behaviour.refuse = {COMMERCE: ["550 5.1.1 no such user"] * 9, SECOND: ["550 5.1.1 unknown"] * 9}
    assert len(send_queued(engine, today).refused) == 1
    assert causes(engine) == {COMMERCE: "missing", SECOND: "missing"}
    fault, partial = row_of_commerce(engine)
    assert f"thư gửi {COMMERCE} bị trả lại (550 5.1.1 no such user)" in str(fault)
    assert partial is None
    later = today.on(date(2024, 10, 22))
    [unreachable] = queue_today(engine, later).unreachable
    assert unreachable.agency.id == "so-cong-thuong"
    send_queued(engine, later)
    assert len(behaviour.refuse[COMMERCE]) == 8  # it was not asked for again


def test_one_of_two_recipients_that_does_not_exist_is_shown_and_the_other_goes_on_getting_letters(
    engine: sa.Engine, settings: Settings, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    today = queued(engine, settings, url)
    behaviour.refuse = {COMMERCE: ["550 5.1.1 no such user"]}
    assert send_queued(engine, today).sent == 8
    assert causes(engine) == {COMMERCE: "missing"}
    assert row_of_commerce(engine) == (None, f"thư gửi {COMMERCE} bị trả lại (550 5.1.1 no such user)")
    queue_today(engine, today.on(date(2024, 10, 22)))
    with reading(engine) as session:
        theirs = sa.select(Letter).where(Letter.agency_id == "so-cong-thuong", Letter.state == "queued")
        assert [letter.to for letter in session.scalars(theirs)] == [[SECOND]]


def test_a_full_mailbox_is_shown_as_such_is_written_to_again_and_is_forgotten_when_a_letter_arrives(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    today = queued(sqlite_engine, settings, url)
    behaviour.refuse = {COMMERCE: ["552 5.2.2 mailbox full"], SECOND: ["552 5.2.2 mailbox full"]}
    send_queued(sqlite_engine, today)
    fault, partial = row_of_commerce(sqlite_engine)
    assert fault is None
    assert f"thư gần nhất gửi {COMMERCE} không đến (hộp thư đầy, máy chủ trả lời: 552 5.2.2" in str(partial)
    later = today.on(date(2024, 10, 22))
    assert queue_today(sqlite_engine, later).unreachable == ()
    send_queued(sqlite_engine, later)
    assert (causes(sqlite_engine), row_of_commerce(sqlite_engine)) == ({}, (None, None))


def test_the_letter_about_who_is_late_names_the_addresses_that_letters_do_not_reach(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    today = queued(sqlite_engine, settings, url)
    behaviour.refuse = {COMMERCE: ["550 5.7.1 spam"]}
    send_queued(sqlite_engine, today)
    queue_today(sqlite_engine, today.on(date(2024, 11, 8)))
    with reading(sqlite_engine) as session:
        letter = session.scalars(sa.select(Letter).where(Letter.kind == "escalate")).first()
    assert letter is not None
    told = f"có thư không đến: thư gần nhất gửi {COMMERCE} không đến (máy chủ của nơi nhận từ chối theo quy định"
    assert told in letter.text


def test_a_letter_waits_with_all_its_recipients_while_one_is_asked_to_wait_and_then_goes_to_the_rest(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    today = queued(sqlite_engine, settings, url)
    behaviour.refuse = {SECOND: ["450 4.2.0 greylisted"]}
    assert len(send_queued(sqlite_engine, today).postponed) == 1
    assert again(sqlite_engine, today).sent == 1
    assert [address for address, _ in behaviour.came].count(COMMERCE) == 1
    assert causes(sqlite_engine) == {}


def test_one_recipient_that_stays_full_does_not_keep_the_other_from_its_letter_for_days(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    today = queued(sqlite_engine, settings, url)
    behaviour.refuse = {SECOND: ["452 4.2.2 full"] * 9}
    outcomes = [send_queued(sqlite_engine, today), *(again(sqlite_engine, today) for _ in range(3))]
    assert [outcome.sent for outcome in outcomes] == [7, 0, 0, 1]
    assert causes(sqlite_engine) == {SECOND: "full"}


def test_a_letter_is_tried_over_two_days_before_it_is_refused() -> None:
    assert sum(PAUSES, timedelta()) > timedelta(days=2)
    assert list(PAUSES) == sorted(PAUSES)


@pytest.mark.parametrize(
    ("status", "cause", "told"),
    [
        ("5.1.1", "missing", "Địa chỉ không tồn tại: sửa contacts"),
        ("4.4.7", "expired", "Máy chủ của nơi nhận nhiều lần không nhận được thư: hỏi cơ quan"),
        ("5.2.2", "full", "Hộp thư đầy: báo cơ quan dọn hộp thư."),
        ("5.7.1", "policy", "Máy chủ của nơi nhận từ chối theo quy định riêng: nhờ người quản trị"),
        ("5.3.4", "size", "Thư lớn hơn mức máy chủ của nơi nhận cho phép: nhờ người quản trị"),
    ],
)
def test_a_letter_that_comes_back_says_why_and_only_a_missing_address_is_marked(
    sqlite_engine: sa.Engine, settings: Settings, status: str, cause: str, told: str
) -> None:
    add_letter(sqlite_engine)
    report = postfix(status=status).replace(b"550 5.1.1 User unknown", b"550 no")
    put(settings.var / "inbox", thu=report)
    lines = inbox_lines(read_inbox(sqlite_engine, settings))
    assert causes(sqlite_engine) == {TO: cause}
    assert any(line.startswith(told) for line in lines)
