"""A round over Debian's Postfix and Dovecot with TLS: letters greylisted, refused, returned; an answer in."""

import smtplib
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from answering import TODAY, edited_plan, open_season
from factories_mail import all_of
from imap_post import USER, dovecot
from mail_desk import letter_from
from postfix_post import DOMAIN, postfix_before
from replies import read, reply_to, workbook_in
from workbooks import fill, updates

from tracker.answers.receipts import take_in_today
from tracker.inbox.mailbox import read_inbox
from tracker.letters.address import is_channel
from tracker.letters.send import Outcome, send_queued
from tracker.remind.queue import queue_today
from tracker.settings import Settings
from tracker.store.engine import writing
from tracker.store.tables import Bounce, Letter

DONE = {"II.10.status": "Đang thực hiện", "II.10.percent": 60, "II.10.result": "Đã mở hai lớp"}
OFFICE, SENDER = f"socongthuong@{DOMAIN}", f"{USER}@{DOMAIN}"
COLLEAGUE = f"canbo.sct@{DOMAIN}"
UNKNOWN, GONE, FULL = (f"{name}@{DOMAIN}" for name in ("khongco", "nghiviec", "day"))


def again(engine: sa.Engine, settings: Settings) -> Outcome:
    """Send once more when every pause is over."""
    with writing(engine) as session:
        session.execute(sa.update(Letter).where(Letter.state == "queued").values(try_at=Letter.queued_at))
    return send_queued(engine, settings)


def test_a_round_over_postfix_and_dovecot(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    plan = edited_plan(
        ("to: sotaichinh@angiang.example", f"to: {UNKNOWN}"),
        ("to: sokhdt@angiang.example", f"to: {GONE}"),
        ("to: sotttt@angiang.example", f"to: {FULL}"),
    )
    open_season(sqlite_engine, plan)
    contacts = [
        one.to for agency in plan.plan.agencies.values() for one in agency.contacts if not is_channel(one.to)
    ]
    users = [address for address in contacts if address not in {UNKNOWN, GONE}]
    with dovecot(tls=True) as mailboxes, postfix_before(mailboxes, [*users, SENDER], [GONE]) as post:
        settings = make_settings(
            today=TODAY.isoformat(),
            sender=SENDER,
            ca_file=str(post.certificate),
            mail_url=f"smtp://127.0.0.1:{post.port}?tls=required",
            inbox_url=f"{mailboxes.url()}?tls=required&plus=yes",
        )
        with smtplib.SMTP("127.0.0.1", post.port, timeout=60) as plain, pytest.raises(smtplib.SMTPSenderRefused):
            plain.sendmail(SENDER, [OFFICE], b"x")  # the server takes nothing in the clear

        # A mailbox over its quota.
        post.seen.add(FULL)
        half = b"Subject: x\r\n\r\n" + (b"y" * 70 + b"\r\n") * 13_950
        for _ in range(2):
            post.hand_in(half, OFFICE, FULL)
        post.wait_for("day", 2)
        post.seen.discard(FULL)

        queue_today(sqlite_engine, settings)
        first = send_queued(sqlite_engine, settings)
        assert (first.sent, first.shut, len(first.postponed), len(first.refused)) == (0, None, 7, 1)
        assert all("4.2.0" in reply and "Greylisted" in reply for _, reply in first.postponed)
        assert [letter.to for letter, _ in first.refused] == [[UNKNOWN]]
        second = again(sqlite_engine, settings)
        assert (second.sent, second.postponed, second.shut) == (7, [], None)

        [delivered] = post.wait_for("socongthuong", 1)
        answer = reply_to(delivered, fill(workbook_in(delivered), DONE))
        post.seen.add(SENDER)
        post.hand_in(answer, OFFICE, SENDER)
        # A program that loses every id: the address alone tells which letter is answered.
        marked = read(delivered)["Reply-To"].addresses[-1].addr_spec
        post.seen.add(marked)
        post.hand_in(letter_from(words="Gọi chị Hà.", sender=COLLEAGUE), COLLEAGUE, marked)
        post.wait_for(USER, 4)  # two letters that came back, and the answers
        found = read_inbox(sqlite_engine, settings)
        assert found.shut is None
        assert [sender for _, sender in found.replies] == [COLLEAGUE]
        assert sorted(address for _, address, _ in found.bounced) == sorted([GONE, FULL])
        assert [update.result for update in updates(sqlite_engine)] == ["Đã mở hai lớp"]
        rows: list[Bounce] = all_of(sqlite_engine, Bounce)  # type: ignore[assignment]
        assert {row.address: row.cause for row in rows} == {UNKNOWN: "missing", GONE: "missing", FULL: "full"}

        take_in_today(sqlite_engine, settings)
        assert again(sqlite_engine, settings).sent == 1
        post.wait_for("socongthuong", 2)  # the letter and the receipt
        assert read_inbox(sqlite_engine, settings).taken == ()
