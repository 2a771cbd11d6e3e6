"""A person's own words, out of what mail programs put around them."""

import base64
import quopri
import unicodedata

import pytest
from mail_samples import mail, reply

from tracker.inbox.html_text import text_of_html
from tracker.inbox.incoming import read_message
from tracker.inbox.quotation import own_words
from tracker.inbox.texts import WORDS, header_text

WORDS_OF_ONE = "Sở Công Thương đã hoàn thành II.10.\n\nĐề nghị xem xét."
LETTER = "Kính gửi: Sở Công Thương\nĐề nghị báo cáo trước ngày 30/10/2024."
QUOTED = "\n".join(f"> {line}" for line in LETTER.split("\n"))


@pytest.mark.parametrize(
    "around",
    [
        "{words}",
        "{words}\n\nVào 08:00, Th 3, 15 thg 10, 2024 Hội LHPN <theo-doi@angiang.example> đã viết:\n\n{quoted}",
        "{words}\n\nVào Th 3, 15 thg 10, 2024 vào lúc 08:00 Hội Liên hiệp Phụ nữ tỉnh\n"
        "<theo-doi@angiang.example> đã viết:\n\n{quoted}",
        "{words}\n\nOn Tue, Oct 15, 2024 at 8:00 AM Hoi LHPN <theo-doi@angiang.example> wrote:\n\n{letter}",
        "{words}\n\nNgày 15/10/2024 8:00 SA, Hội LHPN viết:\n{quoted}\n",
        "{words}\n\n________________________________\nTừ: Hội LHPN <theo-doi@angiang.example>\n"
        "Đã gửi: Thứ Ba, 15 Tháng Mười 2024 8:00 SA\nTới: Sở Công Thương\nChủ đề: Nhắc\n\n{letter}",
        "{words}\n\nFrom: Hoi LHPN\nSent: Tuesday, October 15, 2024 8:00 AM\nTo: So\nSubject: Nhac\n\n{letter}",
        "{words}\n\n*From:* Hoi LHPN\n*Date:* Tuesday\n*To:* So\n*Subject:* Nhac\n\n{letter}",
        "{words}\n\n-----Original Message-----\nFrom: x\n\n{letter}",
        "{words}\n\n----- Thư gốc -----\n{letter}",
        "{words}\n\n---- Trả lời phía trên dòng này ----\n{letter}",
        "{words}\n\n-- \nTrần Văn Bình\n0296 000 000",
        "On 15/10/2024 08:00, Hoi LHPN wrote:\n{quoted}\n\n{words}",
        "{quoted}\n{words}",
    ],
)
def test_the_quotation_is_taken_off(around: str) -> None:
    text = around.format(words=WORDS_OF_ONE, letter=LETTER, quoted=QUOTED)
    assert own_words(text) == WORDS_OF_ONE


@pytest.mark.parametrize(
    "text",
    [
        "Ngày 15/10/2024 Sở đã có văn bản gửi huyện; kết quả như sau: đạt 3/4.",
        "Từ: tháng 1 đến tháng 9, Sở làm được ba việc.\nViệc một\nViệc hai\nViệc ba",
        "Sở viết:\nđã xong",
        "Kết quả\n---\nđã xong",
    ],
)
def test_what_only_looks_like_a_quotation_stays(text: str) -> None:
    assert own_words(text) == text


@pytest.mark.parametrize(("blank", "words"), [(19, "đã xong"), (20, "")])
def test_what_is_quoted_begins_within_twenty_lines(blank: int, words: str) -> None:
    assert own_words("On 1/1 X wrote:\n" + "\n" * blank + "> II.10?\nđã xong") == words


def test_an_answer_between_the_quoted_lines_stays() -> None:
    assert own_words("On 1/1 X wrote:\n> II.10?\nđã xong\n> II.17?\nđang làm") == "đã xong\nđang làm"


def test_an_answer_that_adds_nothing_has_no_words() -> None:
    assert own_words("On 1/1/2024 X wrote:\n> II.10?\n") == ""


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "windows-1258"])
@pytest.mark.parametrize("how", ["base64", "quoted-printable", "8bit"])
def test_words_come_through_charsets_and_encodings_and_are_nfc(charset: str, how: str) -> None:
    text = "Tiến độ: đã hoàn thành 40 %"
    written = unicodedata.normalize("NFC", text)
    if charset == "windows-1258":  # the tone is a letter of its own there
        text = written = (
            text.replace("ế", "ê\u0301").replace("độ", "đô\u0323").replace("ã", "a\u0303").replace("à", "a\u0300")
        )
    raw = written.encode(charset)
    coded = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring, "8bit": bytes}[how](raw)
    head = reply("", Content_Type=f'text/plain; charset="{charset}"', Content_Transfer_Encoding=how)
    assert read_message(head.rstrip() + b"\r\n\r\n" + coded).words == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    "charset", ["us-ascii", "iso-8859-1", "x-unknown", "hex", "idna", "unicode_escape", "\x00", ""]
)
def test_utf_8_is_read_as_such_whatever_is_said_of_it(charset: str) -> None:
    assert read_message(reply("Đã xong", Content_Type=f"text/plain; charset={charset}")).words == "Đã xong"


def test_headers_are_decoded_even_where_a_letter_was_cut_in_two() -> None:
    text = "Tiến độ quý III"
    raw = text.encode()
    cut = b" ".join(b"=?UTF-8?B?" + base64.b64encode(raw[i : i + 5]) + b"?=" for i in range(0, len(raw), 5))
    assert header_text(b"Re: " + cut) == f"Re: {text}"
    assert header_text(b"Re: =?utf-8?Q?Ti=E1=BA=BFn_=C4=91=E1=BB=99?= 2024") == "Re: Tiến độ 2024"
    assert header_text("Re: Tiến độ".encode()) == "Re: Tiến độ"
    assert header_text(b"=?hex?b?!!?= =?utf-8?q?=ZZ?= \xff\x00") == "=ZZ \ufffd"


def test_a_header_cannot_bring_others_with_it() -> None:
    read = read_message(reply("x", Subject="=?utf-8?Q?a=0D=0ABcc:_b@x.example=00?="))
    assert read.subject == "a Bcc: b@x.example"


def test_html_alone_is_read_as_its_reader_sees_it() -> None:
    markup = (
        "<html><head><title>x</title><style>p {}</style></head><body><p>Kính gửi&nbsp;ông,<br>Đã <b>xo</b>ng</p>"
        "<!-- <p>ẩn</p> --><script>alert(1)</script><div>1 &lt; 2</div>"
        '<blockquote type="cite"><p>cũ<blockquote>hơn</blockquote></p></blockquote></body></html>'
    )
    assert text_of_html(markup) == "Kính gửi ông,\nĐã xong\n\n1 < 2\n\n> cũ\n> hơn"
    assert read_message(reply(markup, Content_Type="text/html; charset=utf-8")).words.startswith("Kính gửi ông,")


@pytest.mark.parametrize(
    "digits", ["9" * 9, "9" * 5_000, "9" * 50_000, "x" + "f" * 5_000, "X" + "F" * 9, "0" * 5_000]
)
@pytest.mark.parametrize("end", [";", ""])
def test_a_sign_with_a_number_that_no_sign_has_is_left_out(digits: str, end: str) -> None:
    assert text_of_html(f"<p>Đã xong&#{digits}{end} II.10 &#272;&#x1ea1;t</p>") == "Đã xong II.10 Đạt"
    assert read_message(reply(f"<p>xong&#{digits}{end}</p>", Content_Type="text/html")).words == "xong"


def parts(*bodies: str, kind: str = "mixed") -> bytes:
    inside = "".join(f"--b\r\n{body}\r\n" for body in bodies)
    return mail({"From": "a@x.example", "Content-Type": f'multipart/{kind}; boundary="b"'}, f"{inside}--b--\r\n")


def test_plain_text_is_preferred_to_html_and_attachments_are_no_words() -> None:
    both = parts(
        "Content-Type: text/plain\r\n\r\nchữ", "Content-Type: text/html\r\n\r\n<p>khác</p>", kind="alternative"
    )
    assert read_message(both).words == "chữ"
    attached = "Content-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\ntệp"
    assert read_message(parts("\r\nmột", attached, "Content-Type: text/plain\r\n\r\nhai")).words == "một\n\nhai"


def test_words_are_clean_and_bounded() -> None:
    words = read_message(reply("a\x00b\x1b[31m\u202ec\u200b\td\r\n" + "x" * 2 * WORDS)).words
    assert words.startswith("ab[31mc\td\nxxx")
    assert len(words) <= WORDS
