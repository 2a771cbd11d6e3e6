"""Words, automatic answers and reports: three and more of our own making beside each that once went wrong."""

import base64
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from factories_mail import all_of
from mail_desk import CASES, OFFICE, MailDesk, letter_from, mail_desk
from mail_samples import EXIM, ORIGINAL, TO, postfix, reply
from test_inbox_kinds_files import FILES, rows
from workbooks import updates

from tracker.settings import Settings
from tracker.store.bounces import bounced_addresses
from tracker.store.engine import reading
from tracker.store.letters import unkeyed
from tracker.store.messages import own_words_of, waiting_replies
from tracker.store.tables import Bounce

ON = "Vào 15/10/2024 lúc 08:00, Hội LHPN đã viết:"
OLD = "K\xednh g\xfd\xd2i H\xf4\xf2i, S\xf5\xd2 \xf0a\xde t\xf4\xd2 ch\xfd\xecc 02 h\xf4\xf2i nghi\xf2."
NEW = "Kính gửi Hội, Sở đã tổ chức 02 hội nghị."
HTML = "text/html; charset=utf-8"

WORDS: dict[str, list[tuple[dict[str, str], str, str]]] = {
    "own_blockquote_html": [
        (
            {"Content_Type": HTML},
            "<p>Kết quả:</p><blockquote class=MsoNormal><ul><li>mở hai lớp nghề</ul>",
            "hai lớp nghề",
        ),
        (
            {"Content_Type": HTML},
            "<blockquote><table><tr><td>II.10<td>đã mở hai lớp nghề</table></blockquote>",
            "hai lớp nghề",
        ),
        (
            {"Content_Type": HTML},
            '<blockquote style="margin-left:40px"><p>đã mở hai lớp nghề</p></blockquote>'
            '<blockquote type="cite">{quoted_html}</blockquote>',
            "đã mở hai lớp nghề",
        ),
        (
            {"Content_Type": HTML},
            '<blockquote type="cite">{quoted_html}<p>Sở đã mở hai lớp nghề</p>',
            "hai lớp nghề",
        ),
    ],
    "typed_with_sign": [
        ({}, f"{ON}\n{{quoted}}\n> Sở đã mở hai lớp nghề cho phụ nữ.", "Sở đã mở hai lớp nghề cho phụ nữ."),
        ({}, f"{ON}\n>> Sở đã mở hai lớp nghề cho phụ nữ.\n{{quoted}}", "Sở đã mở hai lớp nghề cho phụ nữ."),
        (
            {},
            f"Kính gửi Hội.\n\n{ON}\n{{quoted}} Sở đã mở hai lớp nghề cho phụ nữ.",
            "Sở đã mở hai lớp nghề cho phụ nữ.",
        ),
        ({}, f"Tôi trả lời ở dưới.\n\n{ON}\n{{quoted}}\nSở đã mở hai lớp nghề.", "Sở đã mở hai lớp nghề."),
    ],
    "cp1258_as_latin1": [
        ({"Content_Type": "text/plain; charset=us-ascii"}, OLD, NEW),
        ({"Content_Type": "text/plain; charset=windows-1252"}, OLD, NEW),
        ({"Content_Type": "text/html; charset=iso-8859-1"}, f"<p>{OLD}</p>", NEW),
        ({"Content_Type": "text/plain"}, OLD, NEW),
    ],
    "human_subject_vangmat": [
        ({"Subject": "Nghỉ phép của cán bộ, xin lùi hạn"}, "Sở xin lùi hạn.", "Sở xin lùi hạn."),
        ({"Subject": "Tự động hóa trong hợp tác xã: báo cáo"}, "Đã mở hai lớp.", "Đã mở hai lớp."),
        ({"Subject": "Đã nhận: công văn của Hội, xin trả lời"}, "Đã mở hai lớp.", "Đã mở hai lớp."),
        ({"Subject": "Vacation classes for women: report"}, "Đã mở hai lớp.", "Đã mở hai lớp."),
    ],
    "re_no_headers_quotes_link": [
        ({"In_Reply_To": "", "References": ""}, f"Đã xong.\n\n{ON}\n{{quoted}}", "Đã xong."),
        (
            {"In_Reply_To": "", "References": ""},
            "Đã xong.\n\nTừ: Hội\nĐã gửi: Thứ Ba\nTới: Sở\nChủ đề: Nhắc\n\n{plain}",
            "Đã xong.",
        ),
        (
            {"In_Reply_To": "", "References": "", "Content_Type": HTML},
            'Đã xong. <a href="{link}">Mở</a>',
            "Đã xong.",
        ),
        ({"In_Reply_To": "<a@b.example>", "References": ""}, "Đã xong. ({link})", "Đã xong."),
    ],
}
"""Header fields, the body, and words that must be kept; `{…}` stand for what was in our letter."""

AUTOMATIC: dict[str, list[tuple[dict[str, str], str]]] = {
    "ooo_exchange_suppress_only": [
        ({"Auto_Submitted": "auto-replied"}, "Re: {subject}"),
        ({"X_Autoreply_From": OFFICE}, "Re: {subject}"),
        ({}, "Automatic reply: {subject}"),
        ({}, "Nghỉ phép: {subject}"),
        ({"Precedence": "auto_reply"}, "Tôi đi vắng"),
    ],
    "ticket_ack": [
        ({}, "[#12345] Đã nhận yêu cầu: {subject}"),
        ({}, "Ticket received: {subject}"),
        ({"X_Loop": "help@so.example"}, "Yêu cầu số 12345"),
        ({"Content_Type": "text/calendar; method=REPLY"}, "Accepted"),
        ({}, "Chưa đọc: {subject}"),
    ],
}

REPORTS: dict[str, list[tuple[bytes, str]]] = {
    "dsn_failed_4xx_expired": [
        (postfix(status="4.4.1").replace(b"550 5.1.1 User unknown", b"connect: Connection timed out"), "expired"),
        (EXIM.replace(b"550 5.2.1 mailbox disabled", b"retry timeout exceeded: 4.4.7 message expired"), "expired"),
        (postfix(status="4.4.2").replace(b"550 5.1.1 User unknown", b"451 lost connection"), "expired"),
    ],
    "dsn_failed_571_spam": [
        (postfix(status="5.7.26").replace(b"550 5.1.1 User unknown", b"550 5.7.26 DMARC policy"), "policy"),
        (postfix(status="5.0.0").replace(b"550 5.1.1 User unknown", b"554 blocked using zen.example"), "policy"),
        (EXIM.replace(b"550 5.2.1 mailbox disabled", b"550 rejected as spam"), "policy"),
    ],
}
"""A report on our letter, and the cause that is kept; the address stays open."""

FORGED: dict[str, list[Callable[[MailDesk], bytes]]] = {
    "forged_bounce": [
        lambda desk: postfix(OFFICE, answers=f"Message-ID: <{unkeyed(desk.letter.key)}@ke-hoach.example>"),
        lambda desk: postfix("khac@angiang.example", answers=f"Message-ID: {desk.letter.message_id}"),
        lambda desk: postfix(OFFICE, answers=f"X-Message-ID: {desk.letter.message_id}"),
        lambda desk: postfix(OFFICE, answers=f"Message-ID: {desk.letter.message_id}").replace(
            b"Return-Path: <>", b"Return-Path: <x@ngoai.example>"
        ),
    ],
    "forged_reply": [
        lambda desk: letter_from(words="x", more=f"In-Reply-To: <{unkeyed(desk.letter.key)}@ke-hoach.example>\n"),
        lambda desk: letter_from(words="x", more=f"In-Reply-To: {desk.letter.message_id.replace('@', '@x.')}\n"),
        lambda desk: letter_from(words=f"{desk.link[:-1]}{'A' if desk.link[-1] != 'A' else 'B'}"),
        lambda desk: letter_from(words=desk.letter.subject, subject=desk.letter.key),
    ],
}


@pytest.fixture
def desk(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> MailDesk:
    return mail_desk(sqlite_engine, make_settings)


def answer(desk: MailDesk, body: str, head: dict[str, str]) -> bytes:
    """Return a contact's message with `body` and further header fields, some characters of it in one byte each."""
    subject = base64.b64encode(head.get("Subject", "Re: nhac").encode()).decode()
    given = {
        "From": OFFICE,
        "In_Reply_To": desk.letter.message_id,
        "References": "",
        "Content_Transfer_Encoding": "8bit",
    }
    made = reply("@", desk.number, **given | head | {"Subject": f"=?utf-8?b?{subject}?="})
    return made.replace(b"\r\n\r\n@", b"\r\n\r\n" + (body.encode("latin-1") if OLD in body else body.encode()))


@pytest.mark.parametrize("case", rows(WORDS))
def test_a_persons_words_are_kept(case: tuple[dict[str, str], str, str], desk: MailDesk) -> None:
    head, body, words = case
    plain = desk.quoted.replace("> ", "").replace(">", "")
    html = plain.replace("\n", "<br>")
    for name, text in {"quoted_html": html, "quoted": desk.quoted, "plain": plain, "link": desk.link}.items():
        body = body.replace(f"{{{name}}}", text)
    kept = desk.take(answer(desk, body, head))
    assert (kept.kind, kept.letter_id) == ("reply", desk.letter.id)
    assert words in own_words_of(kept)


@pytest.mark.parametrize("case", rows(AUTOMATIC))
def test_what_a_program_wrote_waits_for_nobody(case: tuple[dict[str, str], str], desk: MailDesk) -> None:
    head, subject = case
    subject = subject.format(subject=desk.letter.subject)
    assert desk.take(answer(desk, "Tôi đi vắng.", head | {"Subject": subject})).kind == "auto"
    with reading(desk.engine) as session:
        assert waiting_replies(session) == []


@pytest.mark.parametrize("case", rows(REPORTS))
def test_a_report_that_does_not_say_there_is_no_such_address_leaves_it_open(
    case: tuple[bytes, str], desk: MailDesk
) -> None:
    report, cause = case
    desk.take(
        report.replace(TO.encode(), OFFICE.encode()).replace(ORIGINAL.encode(), desk.letter.message_id.encode())
    )
    [row] = all_of(desk.engine, Bounce)
    assert (row.address, row.cause) == (OFFICE, cause)  # type: ignore[attr-defined]
    with reading(desk.engine) as session:
        assert bounced_addresses(session) == {}


@pytest.mark.parametrize("forge", rows(FORGED))
def test_what_is_forged_changes_nothing(forge: Callable[[MailDesk], bytes], desk: MailDesk) -> None:
    kept = desk.take(forge(desk))
    assert kept.kind in {"bounce", "unplaced"}
    assert (all_of(desk.engine, Bounce), updates(desk.engine)) == ([], [])
    assert kept.kind == "bounce" or kept.letter_id is None


def test_each_case_that_once_went_wrong_has_three_more_beside_it() -> None:
    made = {**FILES, **WORDS, **AUTOMATIC, **REPORTS, **FORGED}
    assert set(made) == {path.stem for path in CASES.glob("*.eml")}
    assert {case: len(several) for case, several in made.items() if len(several) < 3} == {}
