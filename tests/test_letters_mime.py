"""A letter as a mail program sees it."""

import email
import email.policy
import random
import unicodedata
from dataclasses import replace
from datetime import date, timedelta
from email.header import decode_header, make_header
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from answering import NOW, real_plan
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from tracker.letters.compose import LINK, Composed, with_link
from tracker.letters.due_event import due_event
from tracker.letters.mime import Attachment, From, finished, message
from tracker.letters.queue import composed_for_agency
from tracker.settings import Settings
from tracker.store.periods import ruled_periods

PLAN = real_plan().plan
PERIOD = next(period for period in ruled_periods(PLAN) if period.code == "2024")
ADDRESS = "https://theo-doi.angiang.example/b/" + "x" * 43
SENDER = "theo-doi@angiang.example"
BY = From(address=SENDER, name="Hội LHPN tỉnh", reply_to="hoi@angiang.example")


PLAIN = {"time": "", "overdue": False, "details": ()}
"""What the plan prints of an activity beside its title: nothing."""


def words(settings_: Settings, *, days_left: int = 10, **item: object) -> Composed:
    facts = {
        "items": [
            {
                "id": "II.10",
                "title": "Hội chợ",
                "due": PERIOD.due,
                "comment": None,
                "for_whom": None,
                **PLAIN,
                **item,
            },
        ],
        "due": PERIOD.due,
        "due_then": 1,
        "late": int(days_left < 0),
        "today": PERIOD.due - timedelta(days=days_left),
        "days_left": days_left,
        "answered": 0,
        "to_head": False,
        "by_mail": True,
        "changes": [],
    }
    return composed_for_agency(settings_, PLAN, "remind", PERIOD, PLAN.agencies["so-cong-thuong"], facts)


KEY = "remind:2024:so-cong-thuong:before-10"
TO = ["socongthuong@angiang.example"]


def sent(
    composed: Composed, name: str = "Hội LHPN tỉnh", *, key: str = KEY, thread: str = "1", link: str = ADDRESS
) -> bytes:
    by = From(address=SENDER, name=name, reply_to="hoi@angiang.example")
    return finished(
        message(f"<{key.replace(':', '.')}@x.example>", f"<{thread}@x.example>", composed, by, NOW), TO, [], link
    )


def parsed(raw: bytes) -> EmailMessage:
    found = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_a_letter_has_a_text_and_an_html_part_with_the_same_link(settings: Settings) -> None:
    mail = parsed(sent(words(settings)))
    assert mail.get_content_type() == "multipart/alternative"
    assert part(mail, "plain").count(ADDRESS) == 1
    assert f'href="{ADDRESS}"' in part(mail, "html")
    assert LINK not in part(mail, "plain") + part(mail, "html")


def test_its_headers_say_where_it_is_from_where_answers_go_and_that_a_machine_wrote_it(settings: Settings) -> None:
    mail = parsed(sent(words(settings)))
    assert mail["Subject"] == "Sở Công Thương – đề nghị báo cáo 1 hoạt động, hạn 29/10/2024 (305/KH-UBND)"
    assert mail["From"].addresses[0].display_name == "Hội LHPN tỉnh"
    assert mail["Reply-To"] == "hoi@angiang.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == "<remind.2024.so-cong-thuong.before-10@x.example>"
    assert mail["References"] == mail["In-Reply-To"] == "<1@x.example>"
    assert mail["Date"].datetime == NOW


def test_letters_of_one_agency_and_period_hang_together_in_a_thread(settings: Settings) -> None:
    first = parsed(sent(words(settings)))
    second = parsed(sent(words(settings), key="remind:2024:so-cong-thuong:before-5"))
    other = parsed(sent(words(settings), thread="2"))
    assert first["References"] == second["References"] != other["References"]


def test_the_same_letter_is_the_same_bytes_on_every_try(settings: Settings) -> None:
    assert sent(words(settings)) == sent(words(settings))


@pytest.mark.parametrize(
    ("days_left", "said"),
    [(10, "còn 10 ngày làm việc"), (0, "là hôm nay"), (-3, "đã quá hạn 3 ngày làm việc")],
)
def test_the_days_left_are_said_in_words(settings: Settings, days_left: int, said: str) -> None:
    composed = words(settings, days_left=days_left)
    assert said in composed.text
    assert said in composed.html
    assert composed.subject.startswith("Đã quá hạn") is (days_left < 0)


def test_what_was_returned_says_why_and_what_was_taken_over_says_for_whom(settings: Settings) -> None:
    composed = words(settings, comment="Bổ sung số liệu", for_whom="Sở Kế hoạch và Đầu tư")
    for text in (composed.text, composed.html):
        assert "Bổ sung số liệu" in text
        assert "Sở Kế hoạch và Đầu tư trước khi sắp xếp" in text


def test_example_data_is_marked_in_subject_and_body(make_settings: object) -> None:
    composed = words(make_settings(illustration="1"))  # type: ignore[operator]
    assert composed.subject.startswith("[MINH HỌA]")
    assert "DỮ LIỆU MINH HỌA" in composed.text
    assert "DỮ LIỆU MINH HỌA" in composed.html


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=1>',
    "{{ 7*7 }}",
    "{% raw %}",
    "&amp;",
    "]]>",
    "'\"`",
]


class Tags(HTMLParser):
    """Collects the names of a page's tags and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not any(name.startswith("on") or name == "src" for name, _ in attrs)
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_typed_is_inert_in_a_letter(settings: Settings, text: str) -> None:
    composed = words(settings, title=text, comment=text)
    page = Tags()
    page.feed(composed.html)
    assert not page.tags & {"script", "img", "iframe", "link"}
    assert text in page.text
    assert text in composed.text


def test_a_letter_loads_nothing_from_anywhere(settings: Settings) -> None:
    page = Tags()
    page.feed(words(settings).html)
    assert not page.tags & {"img", "link", "script", "iframe"}
    assert "url(" not in words(settings).html


LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
TEXTS = st.text(
    st.sampled_from(LETTERS + LETTERS.upper() + "0123456789 ,.;:()-–/“”\"'<>@🌾"), min_size=1, max_size=180
)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_subjects_come_back_from_a_strict_parser_as_they_were(subject: str) -> None:
    subject = " ".join(subject.split()) or "x"
    mail = parsed(sent(Composed(subject, "Chữ\n", "<p>Chữ</p>")))
    assert unicodedata.normalize("NFC", mail["Subject"]) == subject
    assert mail["From"].addresses[0].addr_spec == SENDER


def test_ten_thousand_subjects_and_names_come_back_from_a_parser_as_they_were() -> None:
    chance = random.Random(305)
    letters = LETTERS + LETTERS.upper() + "0123456789     ,.;:()-–/“”\"'<>@=?_🌾漢"

    def text(longest: int) -> str:
        drawn = "".join(chance.choice(letters) for _ in range(chance.randint(1, longest)))
        return " ".join(drawn.split()) or "x"

    for _ in range(10_000):
        subject, name = text(300), text(120)
        mail = email.message_from_bytes(sent(Composed(subject, "Chữ\n", "<p>Chữ</p>"), name))
        assert str(make_header(decode_header(mail["Subject"]))) == subject
        assert str(make_header(decode_header(mail["From"]))) == f"{name} <{SENDER}>"


def test_header_lines_are_short_and_plain_ascii(settings: Settings) -> None:
    head = sent(words(settings), "Hội Liên hiệp Phụ nữ tỉnh An Giang").partition(b"\r\n\r\n")[0]
    assert head.isascii()
    assert max(map(len, head.split(b"\r\n"))) <= 100


@given(st.text(st.sampled_from("ab=.& \n" + LETTERS), max_size=400), st.text("abc=&?/-_", max_size=200))
def test_a_link_of_any_length_comes_whole_out_of_a_body_of_any_shape(text: str, path: str) -> None:
    body, link = f"{text}{LINK}{text}.", f"https://theo-doi.angiang.example/{path}"
    raw = sent(Composed("x", body + "\n", f"<p>{body}</p>"), link=link)
    assert part(parsed(raw), "plain").replace("\r\n", "\n") == with_link(body, link) + "\n"
    assert max(map(len, raw.split(b"\r\n"))) <= 200


@pytest.mark.parametrize("text", ["a\r\nBcc: x@angiang.example", "a\nBcc: x@angiang.example", "a\rBcc: x"])
def test_line_breaks_in_any_field_make_no_header(settings: Settings, text: str) -> None:
    composed = words(settings)
    mail = parsed(sent(replace(composed, subject=text), text))
    assert mail["Bcc"] is None
    assert mail["Subject"] == " ".join(text.split())
    with pytest.raises(ValueError, match="địa chỉ"):
        finished(b"", [text], [], ADDRESS)
    with pytest.raises(ValueError, match="địa chỉ"):
        finished(b"", TO, [f"{TO[0]}\r\nBcc: x@angiang.example"], ADDRESS)
    assert "\n" not in words(settings, title=text).subject


def test_who_gets_a_copy_stands_in_the_letter() -> None:
    mail = parsed(
        finished(
            message("<x@b.example>", "<t@b.example>", Composed("x", "x\n", "<p>x</p>"), BY, NOW),
            TO,
            ["a@b.example"],
            ADDRESS,
        )
    )
    assert (mail["To"], mail["Cc"]) == (TO[0], "a@b.example")


def test_attachments_come_back_byte_for_byte_with_plain_names() -> None:
    data = bytes(range(256)) * 40
    attached = Attachment("cong-van.docx", "application/octet-stream", data)
    raw = message("<x@b.example>", "<t@b.example>", Composed("x", "x\n", "<p>x</p>"), BY, NOW, [attached])
    mail = parsed(finished(raw, TO, [], ADDRESS))
    assert mail.get_content_type() == "multipart/mixed"
    assert part(mail, "plain").strip() == "x"
    [found] = mail.iter_attachments()
    assert (found.get_filename(), found.get_content()) == ("cong-van.docx", data)


def test_the_due_date_is_an_event_that_calendars_read() -> None:
    event = due_event("Hạn gửi báo cáo: Báo cáo năm 2024", "2024@angiang.example", date(2024, 10, 29), NOW, 3)
    [read] = Calendar.from_ical(event.data).walk("VEVENT")
    assert (read["summary"], read["dtstart"].dt) == ("Hạn gửi báo cáo: Báo cáo năm 2024", date(2024, 10, 29))
    assert (str(read["uid"]), read["sequence"]) == ("2024@angiang.example", 3)
    assert "http" not in event.data.decode()


@pytest.mark.parametrize("title", ["A, B; C\\n: D", "hai\ndòng", "Ộ" * 200, "ngắt\u2028dòng", "x" * 74, ""])
def test_any_title_comes_out_of_the_event_as_it_was_in_lines_of_no_more_than_75_bytes(title: str) -> None:
    data = due_event(title, "2024@angiang.example", date(2024, 10, 29), NOW, 3).data
    [read] = Calendar.from_ical(data).walk("VEVENT")
    [alarm] = read.walk("VALARM")
    assert str(read["summary"]) == str(alarm["description"]) == title
    assert alarm["trigger"].dt == timedelta(hours=-16)
    assert (read["dtend"].dt, read["dtstamp"].dt) == (date(2024, 10, 30), NOW.replace(microsecond=0))
    assert max(map(len, data.split(b"\r\n"))) <= 75
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_the_link_is_put_in_wherever_the_mark_stands() -> None:
    assert with_link(f"a {LINK} b {LINK}", "z") == "a z b z"
