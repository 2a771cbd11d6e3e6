"""A person's words are never cut away, whatever label they bear; what a program wrote is told by its form."""

import base64
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from mail_desk import OFFICE, MailDesk, letter_from, mail_desk
from mail_samples import reply

from tracker.inbox.automatic import is_form_of
from tracker.inbox.html_text import text_of_html
from tracker.inbox.incoming import read_message
from tracker.inbox.quotation import FEW, LITTLE, kept_words
from tracker.inbox.texts import header_text
from tracker.settings import Settings

LETTER = "Kính gửi: Sở Công Thương\nĐề nghị báo cáo tiến độ trước ngày 30/10/2024 theo đường dẫn sau."
QUOTED = "\n".join(f"> {line}" for line in LETTER.split("\n"))
ON = "Vào 15/10/2024 lúc 08:00, Hội LHPN đã viết:"
LONG = "Sở đã tổ chức hai lớp. " * 12
OTHERS = "Phòng Quản lý thương mại: đã kết nối 15 hợp tác xã với siêu thị."


@pytest.fixture
def desk(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> MailDesk:
    return mail_desk(sqlite_engine, make_settings)


@pytest.mark.parametrize(
    "text",
    [
        f"Đã xong.\n\n{ON}\n{QUOTED}",
        f"Đã xong.\n\n{ON}\n> Kính gửi: Sở Công\n> Thương Đề nghị báo cáo tiến độ trước\n> ngày 30/10/2024",
        f"Đã xong.\n\nTừ: Hội\nĐã gửi: Thứ Ba\nTới: Sở\nChủ đề: Nhắc\n\n{LETTER}",
        f"Đã xong.\n\n-- \nTrần Văn Bình\nPhó Chánh Văn phòng\n\n{ON}\n{QUOTED}",
        f"Đã xong.\n\n{ON}\n{QUOTED}\n> https://theo-doi.example/b/{'x' * 43}\n> {'y' * 30}",
    ],
)
def test_our_own_letter_is_cut_however_a_program_quotes_it(text: str) -> None:
    assert kept_words(text, LETTER) == ("Đã xong.", None)


@pytest.mark.parametrize(
    "text",
    [
        f"Kính chuyển.\n\n-----Original Message-----\nFrom: Phòng\nSent: Thứ Ba\nTo: VP\nSubject: x\n\n{OTHERS}",
        f"{ON}\n> {OTHERS}\n{QUOTED}",
        f"Xem dưới.\n\n{ON}\n\n{OTHERS}\n\n{LETTER}",
        f"Kính gửi Hội,\n> {OTHERS}\nTrân trọng.",
        f"Trân trọng.\n\n-- \nBình\n1\n2\n3\n4\n5\n6\n7\n{OTHERS}",
    ],
)
def test_words_of_others_in_what_would_be_cut_are_kept_where_little_else_is_left(text: str) -> None:
    assert kept_words(text, LETTER) == (text, None)


def test_beside_many_words_the_cut_can_be_opened() -> None:
    text = f"{LONG}\n\n{ON}\n> {OTHERS}"
    assert kept_words(text, LETTER) == (LONG.strip(), text)


@pytest.mark.parametrize(("more", "whole"), [(-1, False), (0, True)])
def test_few_strange_letters_in_a_quotation_are_no_words(more: int, whole: bool) -> None:
    text = f"Đã xong.\n> {'z' * (FEW + more)}"
    assert kept_words(text, LETTER)[0] == (text if whole else "Đã xong.")


@pytest.mark.parametrize(("length", "kept_apart"), [(LITTLE - 1, False), (LITTLE, True)])
def test_little_is_less_than_two_hundred_letters(length: int, kept_apart: bool) -> None:
    assert (kept_words(f"{'a' * length}\n> {OTHERS}", LETTER)[1] is not None) is kept_apart


@pytest.mark.parametrize(
    ("attributes", "quoted"),
    [
        ('type="cite"', True),
        ('class="gmail_quote"', True),
        ('cite="mid:x@y"', True),
        ('style="border-left:2px solid"', True),
        ('style="margin:0 0 0 40px;border:none"', False),
        ('class="MsoNormal"', False),
        ("", False),
    ],
)
def test_an_indented_paragraph_is_a_quotation_only_where_the_program_says_so(
    attributes: str, quoted: bool
) -> None:
    text = text_of_html(f"<p>Kết quả:</p><blockquote {attributes}><p>II.10: xong</p></blockquote><p>Hết</p>")
    assert ("> II.10: xong" in text) is quoted
    assert "II.10: xong" in text


TEXT = "Kính gửi Hội, Sở đã tổ chức 02 hội nghị."
OLD = b"K\xednh g\xfd\xd2i H\xf4\xf2i, S\xf5\xd2 \xf0a\xde t\xf4\xd2 ch\xfd\xecc 02 h\xf4\xf2i nghi\xf2."


@pytest.mark.parametrize("label", ["iso-8859-1", "us-ascii", "windows-1252", "utf-8", "iso-8859-15", "", "x-la"])
def test_windows_1258_is_read_whatever_is_said_of_it(label: str) -> None:
    head = reply("", Content_Type=f"text/plain; charset={label}", Content_Transfer_Encoding="8bit")
    assert read_message(head.rstrip() + b"\r\n\r\n" + OLD).words == TEXT
    assert header_text(b"=?iso-8859-1?b?" + base64.b64encode(OLD) + b"?=") == TEXT


@pytest.mark.parametrize("text", ["Café très déjà élève naïf", "Perù è però così", "Señor Müller ß"])
def test_what_is_latin_stays_latin(text: str) -> None:
    head = reply("", Content_Type="text/plain; charset=iso-8859-1", Content_Transfer_Encoding="8bit")
    assert read_message(head.rstrip() + b"\r\n\r\n" + text.encode("latin-1")).words == text


OURS = "Sở Công Thương - đề nghị báo cáo 7 hoạt động"


@pytest.mark.parametrize(
    ("subject", "form"),
    [
        (f"Vắng mặt: {OURS}", True),
        (f"Nghỉ phép: Re: {OURS}", True),
        (f"Chưa đọc: {OURS}", True),
        (f"Read: {OURS[:25]}...", True),
        (f"[#12345] Đã tiếp nhận: {OURS}", True),
        (f"Re: {OURS}", False),
        ("Vắng mặt: đồng chí phụ trách, xin gửi báo cáo", False),
        ("Nghỉ phép: xin lùi hạn báo cáo", False),
        ("Đã nhận: ", False),
    ],
)
def test_a_subject_that_a_person_may_write_is_a_form_only_before_our_own(subject: str, form: bool) -> None:
    assert is_form_of(subject, OURS) is form


@pytest.mark.parametrize(
    ("more", "subject", "kind"),
    [
        ("X-Auto-Response-Suppress: All\n", "Re: nhac", "reply"),
        ("X-Auto-Response-Suppress: All\n", "Ticket 12", "auto"),
        ("X-Loop: help@so.example\n", "Da tiep nhan", "auto"),
        ("X-Autoreply-From: a@so.example\n", "Re: x", "auto"),
        ("Auto-Submitted: no\n", "Vang mat dong chi phu trach", "reply"),
        ("", "Automatic reply: Nhac", "auto"),
        ("", "Auto response time of the agency", "reply"),
        ("", "Tu dong tra loi thu cua Hoi", "reply"),
    ],
)
def test_headers_tell_what_a_program_wrote(more: str, subject: str, kind: str, desk: MailDesk) -> None:
    answers = f"In-Reply-To: {desk.letter.message_id}\n{more}"
    assert desk.take(letter_from(words="Tôi đi vắng.", subject=subject, more=answers)).kind == kind


def test_a_form_before_our_own_subject_is_automatic_unless_a_file_came(desk: MailDesk) -> None:
    subject = base64.b64encode(f"Vắng mặt: {desk.letter.subject}".encode()).decode()
    answers = f"In-Reply-To: {desk.letter.message_id}\n"
    message = letter_from(words="Tôi đi vắng.", subject=f"=?utf-8?b?{subject}?=", more=answers, sender=OFFICE)
    assert desk.take(message).kind == "auto"
