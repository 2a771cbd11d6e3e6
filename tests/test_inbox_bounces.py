"""Letters that come back: what a report says, and that only what it may say has a consequence."""

import pytest
import sqlalchemy as sa
from factories_mail import add_letter, all_of, put, the_letter, the_message
from mail_samples import EXCHANGE, EXIM, GMAIL_WARNING, ORIGINAL, POSTFIX_TEXT, RETURNED, SENDER, TO, mail, postfix

from tracker.inbox.bounce import RECIPIENTS, delivery_report
from tracker.inbox.incoming import read_message
from tracker.inbox.mailbox import InboxRead, read_inbox
from tracker.inbox.mime_parts import take_apart
from tracker.settings import Settings
from tracker.store.messages import Kind
from tracker.store.tables import Bounce, JournalEntry

HEAD = "lanhdao.sct@angiang.example"
KEY = "remind:2024:so-cong-thuong:before-10"


def read(engine: sa.Engine, settings: Settings, raw: bytes) -> InboxRead:
    put(settings.var / "inbox", thu=raw)
    return read_inbox(engine, settings)


def bounced(engine: sa.Engine) -> dict[str, str]:
    return {row.address: row.reason for row in all_of(engine, Bounce)}


def test_a_permanent_failure_marks_the_letter_and_the_address(engine: sa.Engine, settings: Settings) -> None:
    add_letter(engine)
    found = read(engine, settings, postfix())
    assert found.bounced == [(KEY, TO, "550 5.1.1 User unknown")]
    assert the_letter(engine).state == "bounced"
    assert bounced(engine) == {TO: "550 5.1.1 User unknown"}
    message = the_message(engine)
    assert (message.kind, message.letter_id, message.addresses) == ("bounce", the_letter(engine).id, [TO])
    assert message.text == f"{TO}: 550 5.1.1 User unknown"
    [entry] = all_of(engine, JournalEntry)
    assert (entry.who, entry.did, entry.about) == ("hộp thư đến", "marked a bounce", KEY)


@pytest.mark.parametrize(
    ("sample", "reason"),
    [
        (EXIM, "550 5.2.1 mailbox disabled"),
        (POSTFIX_TEXT, "said: 550 5.1.1 User unknown"),
        (EXCHANGE, "550 5.1.10 RESOLVER.ADR.RecipientNotFound"),
        (
            EXCHANGE.replace(b"\nIn-Reply-To: ", b"\nX-Was: ").replace(b"\nReferences: ", b"\nX-Were: "),
            "550 5.1.10",
        ),
    ],
    ids=["exim", "postfix-text", "exchange", "exchange-without-references"],
)
def test_reports_that_follow_no_standard_are_understood(
    sqlite_engine: sa.Engine, settings: Settings, sample: bytes, reason: str
) -> None:
    add_letter(sqlite_engine)
    [(letter, address, error)] = read(sqlite_engine, settings, sample).bounced
    assert (letter, address) == (KEY, TO)  # and not the head's address, which only the copy of the letter names
    assert reason in error


@pytest.mark.parametrize(
    "sample",
    [
        postfix(action="delayed", status="4.4.1"),
        postfix(action="delivered", status="2.0.0"),
        postfix(action="relayed", status="2.0.0"),
        GMAIL_WARNING,
    ],
    ids=["delayed", "delivered", "relayed", "warning"],
)
def test_a_letter_that_is_late_or_arrived_is_recorded_and_changes_nothing(
    sqlite_engine: sa.Engine, settings: Settings, sample: bytes
) -> None:
    add_letter(sqlite_engine)
    found = read(sqlite_engine, settings, sample)
    assert (found.bounced, found.count(Kind.BOUNCE)) == ([], 1)
    assert the_letter(sqlite_engine).state == "sent"
    assert bounced(sqlite_engine) == {}
    assert the_message(sqlite_engine).letter_id == the_letter(sqlite_engine).id


def test_a_report_in_words_condemns_only_the_address_whose_paragraph_says_so(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    add_letter(sqlite_engine)
    both = POSTFIX_TEXT + f"\r\nThe other copy, to {HEAD}, was delivered.\r\n".encode()
    assert [address for _, address, _ in read(sqlite_engine, settings, both).bounced] == [TO]


def test_a_letter_given_up_after_days_of_trying_has_come_back_too(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    add_letter(sqlite_engine)
    assert read(sqlite_engine, settings, postfix(action="failed", status="4.4.7")).bounced
    assert the_letter(sqlite_engine).state == "bounced"


def test_a_report_without_an_action_goes_by_its_status(sqlite_engine: sa.Engine, settings: Settings) -> None:
    add_letter(sqlite_engine)
    silent = postfix().replace(b"Action: failed\r\n", b"")
    assert (
        read(sqlite_engine, settings, silent.replace(b"5.1.1", b"4.2.2").replace(b"0001.4X", b"2.4X")).bounced
        == []
    )
    assert read(sqlite_engine, settings, silent).bounced


def test_only_an_address_that_was_written_to_is_believed_to_be_dead(engine: sa.Engine, settings: Settings) -> None:
    add_letter(engine)
    add_letter(
        engine, "remind:2024:so-tai-chinh:before-10", ["vanphong.stc@angiang.example"], [], "<other@x.example>"
    )
    found = read(engine, settings, postfix("vanphong.stc@angiang.example"))
    assert (found.bounced, found.count(Kind.BOUNCE)) == ([], 1)
    assert bounced(engine) == {}
    assert the_letter(engine).state == the_letter(engine, "remind:2024:so-tai-chinh:before-10").state == "sent"
    assert "vanphong.stc@angiang.example" in the_message(engine).text


def test_a_report_on_a_letter_nobody_wrote_is_recorded_and_changes_nothing(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    add_letter(sqlite_engine)
    strange = postfix(answers=RETURNED.replace(ORIGINAL, "<nobody@angiang.example>"))
    assert read(sqlite_engine, settings, strange).bounced == []
    assert the_message(sqlite_engine).letter_id is None
    assert the_letter(sqlite_engine).state == "sent"


@pytest.mark.parametrize("state", ["queued", "refused", "withdrawn"])
def test_a_letter_that_waits_to_be_sent_again_is_not_stopped_by_a_late_report(
    sqlite_engine: sa.Engine, settings: Settings, state: str
) -> None:
    add_letter(sqlite_engine, state=state)
    assert read(sqlite_engine, settings, postfix()).bounced == []
    assert the_letter(sqlite_engine).state == state
    assert bounced(sqlite_engine) == {}


def test_a_report_that_is_faster_than_the_sender_counts(sqlite_engine: sa.Engine, settings: Settings) -> None:
    add_letter(sqlite_engine, state="sending")
    assert read(sqlite_engine, settings, postfix()).bounced
    assert the_letter(sqlite_engine).state == "bounced"


def test_each_address_of_a_letter_comes_back_by_itself(sqlite_engine: sa.Engine, settings: Settings) -> None:
    add_letter(sqlite_engine)
    assert read(sqlite_engine, settings, postfix()).bounced
    assert read(sqlite_engine, settings, postfix(HEAD.upper(), number=2)).bounced == [
        (KEY, HEAD, "550 5.1.1 User unknown")
    ]
    assert set(bounced(sqlite_engine)) == {TO, HEAD}


def test_the_address_written_to_counts_and_not_where_it_led(sqlite_engine: sa.Engine, settings: Settings) -> None:
    add_letter(sqlite_engine)
    forwarded = postfix().replace(
        f"Final-Recipient: rfc822; {TO}".encode(), b"Final-Recipient: rfc822; b@elsewhere.example"
    )
    assert read(sqlite_engine, settings, forwarded).bounced == [(KEY, TO, "550 5.1.1 User unknown")]


def test_the_letter_is_found_in_a_returned_copy_of_any_kind(sqlite_engine: sa.Engine, settings: Settings) -> None:
    add_letter(sqlite_engine)
    whole = postfix().replace(b"text/rfc822-headers", b"message/rfc822")
    assert read_message(whole).answers[0] == ORIGINAL
    old = postfix().replace(b"text/rfc822-headers", b"application/octet-stream")
    assert read_message(old).answers == ()
    assert read_message(
        old.replace(b"Subject: Un", b"In-Reply-To: " + ORIGINAL.encode() + b"\r\nSubject: Un")
    ).answers
    assert read(sqlite_engine, settings, whole).bounced


def test_a_person_who_writes_of_a_returned_letter_reports_nothing(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    add_letter(sqlite_engine)
    told = mail(
        {
            "Return-Path": "<canbo.sct@angiang.example>",
            "From": "canbo.sct@angiang.example",
            "To": SENDER,
            "Subject": "Undeliverable: thu bi tra lai",
            "Message-ID": "<x1@angiang.example>",
            "In-Reply-To": ORIGINAL,
        },
        f"Gửi {TO} thì máy chủ trả lại: 550 5.1.1 User unknown\n",
    )
    found = read(sqlite_engine, settings, told)
    assert (found.bounced, found.count(Kind.REPLY)) == ([], 1)


def failures(*paragraphs: str, **headers: str) -> list[tuple[tuple[str, ...], bool]]:
    """Return what a report in words says of each address: the address, and whether it was given up."""
    told = {"From": "MAILER-DAEMON@x.example", "Subject": "Undelivered Mail Returned to Sender", **headers}
    raw = mail({name.replace("_", "-"): value for name, value in told.items()}, "\n\n".join(paragraphs))
    report = delivery_report(take_apart(raw), "mailer-daemon@x.example", told["Subject"], "\n\n".join(paragraphs))
    assert report
    return [(failure.addresses, failure.given_up) for failure in report.failures]


def test_each_address_in_words_is_judged_by_its_own_paragraph() -> None:
    found = failures(
        "a@x.example: 550 5.1.1 unknown", "b@x.example: 250 2.0.0 sent", "c@x.example\n: 452 4.2.2 full"
    )
    assert found == [(("a@x.example",), True), (("b@x.example",), False), (("c@x.example",), False)]


def test_a_code_of_the_whole_report_counts_only_for_an_address_that_its_header_names() -> None:
    text = ("Your letter to a@x.example came back.", "The server said: 550 no such user")
    assert failures(*text) == [(("a@x.example",), False)]
    assert failures(*text, X_Failed_Recipients="a@x.example") == [(("a@x.example",), True)]


def test_one_word_of_delay_is_for_all_addresses_of_a_report() -> None:
    found = failures("a@x.example: 550 5.1.1 unknown", "b@x.example: 550 5.1.1 unknown", "Delivery is delayed.")
    assert [given_up for _, given_up in found] == [False, False]


def test_of_very_many_addresses_the_first_two_hundred_are_looked_at() -> None:
    assert len(failures(*(f"a{number}@x.example: 550 5.1.1 unknown" for number in range(1_000)))) == RECIPIENTS


def test_reasons_are_one_clean_line_of_bounded_length(sqlite_engine: sa.Engine, settings: Settings) -> None:
    add_letter(sqlite_engine)
    code = b"Diagnostic-Code: smtp; 550 5.1.1 "
    hostile = postfix().replace(code + b"User unknown", code + b"\x00\x1b[31m" + b"no " * 5000)
    [(_, _, reason)] = read(sqlite_engine, settings, hostile).bounced
    assert reason.startswith("550 5.1.1 [31mno no")
    assert len(reason) <= 300
