"""Whatever a message holds, reading it ends soon, keeps only clean text, and believes no more than it may."""

import re
import shutil
import time
import unicodedata
from pathlib import Path

import pytest
import sqlalchemy as sa
from answering import PATIENT
from factories_mail import add_letter, all_of, names, put, the_letter, the_message
from hypothesis import example, given
from hypothesis import strategies as st
from mail_samples import ABSENT, EXCHANGE, EXIM, GMAIL_WARNING, POSTFIX_TEXT, TO, mail, postfix, reply

from tracker.inbox import incoming
from tracker.inbox.incoming import Incoming, read_message
from tracker.inbox.mailbox import read_inbox
from tracker.inbox.texts import LINE, WORDS
from tracker.settings import Settings, load_settings
from tracker.store.engine import opened_store
from tracker.store.tables import Bounce, Message

MB = 1024 * 1024
SAMPLES = [postfix(), EXIM, POSTFIX_TEXT, EXCHANGE, GMAIL_WARNING, ABSENT, reply("Đã xong\r\n> cũ", 1)]
DAEMON = {"Return-Path": "<>", "From": "mailer-daemon@x.example", "Subject": "Undeliverable"}


def multipart(boundary: str, body: bytes, kind: str = "mixed") -> bytes:
    head = f"Content-Type: multipart/{kind}; boundary={boundary}\r\n\r\n--{boundary}\r\n".encode()
    return head + body + f"\r\n--{boundary}--\r\n".encode()


def nested(depth: int) -> bytes:
    body = b"Content-Type: text/plain\r\n\r\nx"
    for level in range(depth):
        body = multipart(f"b{level}", body)
    return body


def statuses(count: int) -> bytes:
    told = "\r\n\r\n".join(f"Final-Recipient: rfc822; a{n}@x.example\r\nAction: failed" for n in range(count))
    return multipart("b", b"Content-Type: message/delivery-status\r\n\r\n" + told.encode(), "report")


def assert_fit_to_keep(read: Incoming) -> None:
    """Every text can be stored on both databases and shown on a terminal."""
    reasons = [failure.reason for failure in read.report.failures] if read.report else []
    lines = [read.sender, read.subject, read.message_id or "", *reasons]
    for text in [read.words, *lines]:
        assert unicodedata.is_normalized("NFC", text)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", text)
    assert all(len(line) <= LINE and "\n" not in line for line in lines)
    assert len(read.words) <= WORDS
    assert re.fullmatch("[0-9a-f]{64}", read.digest)
    assert len(read.answers) <= incoming.ANSWERED


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Return a real message with pieces cut out, doubled, or overwritten by something nasty."""
    raw = draw(st.sampled_from(SAMPLES))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.integers(0, 200)))
        nasty = draw(
            st.sampled_from(
                [b"", b"\0", b"\r", b"\n\n", b"\xff\xfe", b"=?utf-8?b?", b"--", b"<", b'"', b"base64", b"; "]
            )
            | st.binary(max_size=30)
            | st.just(raw[start:end] * 2)
        )
        raw = raw[:start] + nasty + raw[end:]
    return raw


@PATIENT
@given(mutated() | st.binary(max_size=2000))
@example(b"")
@example(b"\r\n")
@example(b"From: " + b"(" * 5000)
@example(b"Message-ID: \xed\xa0\x80\r\nSubject: =?utf-16?b?2AA=?=\r\n\r\n\xed\xa0\x80")
@example(b"Date: Mon, 1 Jan 0001 00:00:00 +2359\r\n\r\n")
@example(b"Date: Mon, 1 Jan 2024 00:00:00 +99999999\r\n\r\n")
@example(b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n")
@example(b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n!")
def test_any_bytes_are_read_without_trouble_into_text_fit_to_keep(raw: bytes) -> None:
    read = read_message(raw)
    assert read.trouble == ""
    assert_fit_to_keep(read)


@PATIENT
@given(st.lists(mutated(), min_size=1, max_size=5))
def test_no_message_stops_the_run_and_none_condemns_an_address_that_was_not_written_to(
    tmp_path_factory: pytest.TempPathFactory, made_store: Path, samples: list[bytes]
) -> None:
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copy(made_store, folder / "tracker.db")
    with opened_store(f"sqlite:///{folder / 'tracker.db'}") as engine:
        add_letter(engine, to=[TO], cc=[])
        inbox = put(folder / "inbox", **{str(number): raw for number, raw in enumerate(samples)})
        found = read_inbox(engine, load_settings({"TRACKER_VAR": str(folder)}))
        assert found.shut is None
        assert names(inbox) == []
        assert len(all_of(engine, Message)) == len({read_message(raw).digest for raw in samples})
        assert {row.address for row in all_of(engine, Bounce)} <= {TO}


@pytest.mark.parametrize(
    "raw",
    [
        nested(1000),
        nested(1000) + b"\n" * 20 * MB,
        b"Content-Type: message/rfc822\r\n\r\n" * 1000 + b"\r\nx",
        multipart("b", b"--b\r\n" * 3 * MB),
        b"To: " + b"a@x.example, " * MB + b"\r\n\r\nx",
        b"To: a@x.example\r\n" * MB + b"\r\nx",
        b"X-Failed-Recipients: " + b"a@x.example, " * MB + b"\r\n\r\nx",
        statuses(200_000),
        b"Subject: " + b"\r\n x" * 5 * MB + b"\r\n\r\n",
        b"Content-Type: text/plain; " + b'a="' * MB + b"\r\n\r\nx",
        reply("a" + "\u0315\u0327" * MB),
        reply("<" * MB + "<!--" * MB, Content_Type="text/html; charset=utf-8"),
        reply("x", References="<a@x.example> " * MB),
        mail(DAEMON, "\n\n".join(f"a{n}@x.example 550 5.1.1" for n in range(100_000))),
        mail(DAEMON, "-\n" * MB),
        reply("QUJD" * 5 * MB, Content_Transfer_Encoding="base64"),
        bytes(range(256)) * (10 * MB // 256),
        b"\0" * 10 * MB,
    ],
    ids=lambda raw: repr(raw[:30]),
)
def test_what_is_huge_or_deep_or_many_is_read_soon(raw: bytes) -> None:
    started = time.process_time()
    read = read_message(raw)
    assert time.process_time() - started < 5
    assert read.trouble == ""
    assert_fit_to_keep(read)
    assert read.report is None or len(read.report.failures) <= 200


def test_a_fault_of_our_own_in_reading_one_message_keeps_no_other_from_being_read(
    engine: sa.Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_letter(engine)
    inbox = put(settings.var / "inbox", a=b"Subject: BAD\r\n\r\nx", b=postfix())
    apart = incoming.take_apart

    def break_down(raw: bytes) -> object:
        if b"BAD" in raw:
            raise RecursionError
        return apart(raw)

    monkeypatch.setattr(incoming, "take_apart", break_down)
    found = read_inbox(engine, settings)
    assert found.unreadable == [("không rõ người gửi", "không đọc được nội dung (RecursionError)")]
    assert (names(inbox / "unreadable"), names(inbox / "handled")) == (["a.eml"], ["b.eml"])
    assert the_letter(engine).state == "bounced"


def test_nul_bytes_and_surrogates_reach_no_database(engine: sa.Engine, settings: Settings) -> None:
    add_letter(engine)
    words = "a\0b \ud800 c".encode("utf-8", "surrogatepass")
    raw = reply("WORDS", Subject="=?utf-16?b?2AA=?= \0", Message_ID="<\0@x.example>").replace(b"WORDS", words)
    put(settings.var / "inbox", thu=raw)
    assert read_inbox(engine, settings).replies
    assert the_message(engine).text == "ab \ufffd\ufffd\ufffd c"
