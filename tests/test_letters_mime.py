"""A letter as a mail program sees it."""

import email
import email.policy
import unicodedata
from datetime import date
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from answering import NOW, real_plan
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.letters.compose import LINK, Composed, with_link
from tracker.letters.mime import message, message_id
from tracker.letters.queue import composed_for_agency
from tracker.settings import Settings
from tracker.store.periods import ruled_periods
from tracker.store.tables import Letter

PLAN = real_plan().plan
PERIOD = next(period for period in ruled_periods(PLAN) if period.code == "2024")
ADDRESS = "https://theo-doi.angiang.example/b/" + "x" * 43
SENDER = "theo-doi@angiang.example"


def words(settings_: Settings, *, days_left: int = 10, **item: object) -> Composed:
    facts = {
        "items": [
            {"id": "II.10", "title": "Hội chợ", "due": PERIOD.due, "comment": None, "for_whom": None, **item},
        ],
        "due": PERIOD.due,
        "days_left": days_left,
        "answered": 0,
    }
    return composed_for_agency(settings_, PLAN, "remind", PERIOD, PLAN.agencies["so-cong-thuong"], facts)


def letter(composed: Composed, **changes: object) -> Letter:
    values = {
        "key": "remind:2024:so-cong-thuong:before-10",
        "kind": "remind",
        "period_id": 1,
        "agency_id": "so-cong-thuong",
        "to": ["socongthuong@angiang.example"],
        "subject": composed.subject,
        "text": composed.text,
        "html": composed.html,
        "message_id": message_id("remind:2024:so-cong-thuong:before-10", SENDER),
        "queued_at": NOW,
    }
    return Letter(**(values | changes))


def sent(given: Letter, name: str = "Hội LHPN tỉnh", reply_to: str | None = "hoi@angiang.example") -> bytes:
    return message(given, ADDRESS, SENDER, name, reply_to).as_bytes()


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
    mail = parsed(sent(letter(words(settings))))
    assert mail.get_content_type() == "multipart/alternative"
    assert part(mail, "plain").count(ADDRESS) == 1
    assert f'href="{ADDRESS}"' in part(mail, "html")
    assert LINK not in part(mail, "plain") + part(mail, "html")


def test_its_headers_say_where_it_is_from_where_answers_go_and_that_a_machine_wrote_it(settings: Settings) -> None:
    mail = parsed(sent(letter(words(settings))))
    assert mail["Subject"] == "Sở Công Thương – đề nghị báo cáo 1 hoạt động, hạn 29/10/2024 (305/KH-UBND)"
    assert mail["From"].addresses[0].display_name == "Hội LHPN tỉnh"
    assert mail["Reply-To"] == "hoi@angiang.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == message_id("remind:2024:so-cong-thuong:before-10", SENDER)
    assert mail["Date"].datetime == NOW


def test_letters_of_one_agency_and_period_hang_together_in_a_thread(settings: Settings) -> None:
    first = parsed(sent(letter(words(settings))))
    second = parsed(sent(letter(words(settings), key="remind:2024:so-cong-thuong:before-5")))
    other = parsed(sent(letter(words(settings), agency_id="so-tttt")))
    assert first["References"] == second["References"] != other["References"]


def test_the_same_letter_is_the_same_bytes_on_every_try(settings: Settings) -> None:
    assert sent(letter(words(settings))) == sent(letter(words(settings)))


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
    composed = words(settings, comment="Bổ sung số liệu", for_whom="Sở Kế hoạch và Đầu tư", due=date(2024, 10, 20))
    for text in (composed.text, composed.html):
        assert "Bổ sung số liệu" in text
        assert "Sở Kế hoạch và Đầu tư trước khi sắp xếp" in text
        assert "Hạn riêng: 20/10/2024" in text


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


@settings(max_examples=400, deadline=None)
@given(TEXTS, TEXTS)
def test_subjects_and_names_come_back_from_a_parser_as_they_were(subject: str, name: str) -> None:
    subject, name = " ".join(subject.split()) or "x", " ".join(name.split()) or "x"
    mail = parsed(sent(letter(Composed(subject, "Chữ\n", "<p>Chữ</p>")), name))
    assert unicodedata.normalize("NFC", mail["Subject"]) == subject
    assert mail["From"].addresses[0].display_name == name
    assert mail["From"].addresses[0].addr_spec == SENDER


@pytest.mark.parametrize("text", ["a\r\nBcc: x@angiang.example", "a\nBcc: x@angiang.example", "a\rBcc: x"])
def test_line_breaks_in_a_subject_or_name_make_no_header(settings: Settings, text: str) -> None:
    composed = words(settings)
    with pytest.raises(ValueError, match=r"header|CR|linefeed"):
        sent(letter(composed, subject=text))
    with pytest.raises(ValueError, match=r"header|CR|linefeed"):
        sent(letter(composed), text)
    assert "\n" not in words(settings, title=text).subject


def test_the_link_is_put_in_wherever_the_mark_stands() -> None:
    assert with_link(f"a {LINK} b {LINK}", "z") == "a z b z"
