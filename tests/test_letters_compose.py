"""The reminder of the real plan, in its words."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from answering import NOW, TODAY, edited_plan, real_plan

from tracker.errors import FileTrouble
from tracker.letters.address import AddressBook, Envelope
from tracker.letters.compose import LINK, Composed, with_link
from tracker.letters.queue import composed_for_agency
from tracker.plan.model import Plan
from tracker.progress import DutyState
from tracker.remind.due import Reminder, Season, owed_reminders
from tracker.remind.wording import reminder_facts
from tracker.settings import Settings
from tracker.store.duties import asked
from tracker.store.letters import LetterHistory
from tracker.store.periods import ruled_periods
from tracker.store.tables import Duty


def reminder(plan: Plan, agency: str, day: date = TODAY, code: str = "2024", **returned: str) -> Reminder:
    (period,) = [period for period in ruled_periods(plan) if period.code == code]
    duties = [
        Duty(id=number, activity_id=a.activity_id, agency_id=a.agency_id, due=a.due, state=DutyState.EXPECTED)
        for number, a in enumerate(asked(plan, period))
    ]
    for duty in duties:
        if comment := returned.get(duty.activity_id.replace(".", "_")):
            duty.state, duty.comment = DutyState.RETURNED, comment
    season = Season(plan, period, duties, [], day)
    (found,) = [found for found in owed_reminders(season, LetterHistory()) if found.agency.id == agency]
    return found


def reminder_words(settings: Settings, plan: Plan, owed: Reminder) -> Composed:
    return composed_for_agency(settings, plan, "remind", owed.period, owed.agency, reminder_facts(plan, owed))


def composed(
    settings: Settings, plan: Plan | None = None, agency: str = "so-cong-thuong", **given: str
) -> Composed:
    plan = plan or real_plan().plan
    return reminder_words(settings, plan, reminder(plan, agency, **given))


class Page(HTMLParser):
    """Collects a page's tags, its style attributes and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.styled: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        self.styled |= {tag} if found.get("style") else set()
        self.links += [found.get("href") or ""] if tag == "a" else []

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_reminder_names_every_activity_its_agency_owes_in_both_parts(settings: Settings) -> None:
    words = composed(settings)
    page = Page(words.html)
    by_id = real_plan().plan.by_id
    leads = [row.id for row in real_plan().plan.activities_of(2024) if "so-cong-thuong" in row.lead]
    assert len(leads) == 7
    for row in leads:
        assert f"{row} - {by_id[row].title}" in words.text
        assert row in page.text
        assert by_id[row].title in page.text
    others = {row.id for row in by_id.values()} - set(leads)
    assert not [row for row in others if f". {row} - " in words.text]


def test_it_says_for_whom_it_is_until_when_and_how_long_that_is(settings: Settings) -> None:
    words = composed(settings)
    assert words.subject == "Sở Công Thương – đề nghị báo cáo 7 hoạt động, hạn 29/10/2024 (305/KH-UBND)"
    for text in (words.text, Page(words.html).text):
        assert "Kính gửi: Sở Công Thương" in text
        assert "ngày 29/10/2024" in text
        assert "còn 10 ngày làm việc" in text
        assert "hết ngày 31/12/2024" in text


def test_one_link_leads_to_the_page_and_both_parts_show_it(settings: Settings) -> None:
    words = composed(settings)
    assert words.text.count(LINK) == 1
    page = Page(words.html)
    assert page.links == [LINK]
    assert LINK in page.text
    address = "https://theo-doi.angiang.example/b/x"
    assert LINK not in with_link(words.text, address) + with_link(words.html, address)


def test_styles_stand_at_the_tags_for_mail_programs_that_drop_style_sheets(settings: Settings) -> None:
    page = Page(composed(settings).html)
    assert {"body", "div", "p", "a", "table", "td"} <= page.styled
    assert page.tags.count("a") == 1


def test_a_returned_report_says_why_in_both_parts(settings: Settings) -> None:
    words = composed(settings, II_10="Ghi rõ số <người> dự\nvà số tiền")
    assert "được trả lại, đề nghị bổ sung: Ghi rõ số <người> dự\n   và số tiền" in words.text
    assert "Ghi rõ số <người> dự" in Page(words.html).text


def test_after_a_merger_the_successor_is_told_whose_work_it_was(settings: Settings) -> None:
    plan = real_plan().plan
    found = reminder(plan, "so-tai-chinh", date(2025, 10, 15), "2025")
    words = reminder_words(settings, plan, found)
    taken_over = sum(duty.agency_id == "so-khdt" for duty in found.duties)
    assert taken_over
    assert words.text.count(plan.agencies["so-khdt"].name) == taken_over
    assert words.text.startswith(f"Kính gửi: {plan.agencies['so-tai-chinh'].name}")


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=y>', "{{ 7*7 }} & Sở"])
def test_a_hostile_agency_name_is_only_a_name(settings: Settings, name: str) -> None:
    written = name.replace("'", "''")
    plan = edited_plan(("name: Sở Công Thương tỉnh An Giang\n", f"name: '{written}'\n")).plan
    words = composed(settings, plan)
    page = Page(words.html)
    assert f"Kính gửi: {name}" in words.text
    assert name in page.text
    assert not {"script", "img"} & set(page.tags)
    assert page.tags == Page(composed(settings).html).tags


def test_a_subject_is_one_line_whatever_the_names_hold(settings: Settings) -> None:
    plan = edited_plan(("short: Sở Công Thương\n", 'short: "Sở\\nBcc: a@b.example\\tCông Thương"\n')).plan
    assert composed(settings, plan).subject.startswith("Sở Bcc: a@b.example Công Thương – đề nghị")


def test_every_agency_of_the_plan_gets_a_letter_with_nothing_left_open(settings: Settings) -> None:
    plan = real_plan().plan
    for agency in {lead for row in plan.activities_of(2024) for lead in row.lead}:
        words = composed(settings, plan, agency)
        assert not re.search(r"None|Undefined|\{\{|\}\}|\{%", words.subject + words.text + words.html)
        assert "\n\n\n" not in words.text


def test_a_receipt_names_what_was_received_and_what_is_still_owed(make_settings: Callable[..., Settings]) -> None:
    plan = real_plan().plan
    period = next(iter(ruled_periods(plan)))
    item = {"id": "II.10", "title": "Hội chợ", "status": "Hoàn thành", "percent": 100, "said_by": "Lê <b>An</b>"}
    for owed, ending in ((2, "Còn 2 hoạt động chờ báo cáo"), (0, "đã báo cáo đủ")):
        facts = {"items": [item | {"said_at": f"{NOW:%H:%M}", "for_whom": None}], "owed": owed}
        facts["figures"] = [{"title": "HTX mới", "value": "12 HTX"}]
        words = composed_for_agency(
            make_settings(), plan, "receipt", period, plan.agencies["so-cong-thuong"], facts
        )
        for text in (words.text, Page(words.html).text):
            assert "Hoàn thành, 100 %; Lê <b>An</b> gửi lúc 08:00" in text
            assert re.search(r"HTX mới\W+12 HTX", text)
            assert ending in text
            assert LINK in text


@pytest.mark.parametrize(
    ("name", "content", "place", "trouble"),
    [
        ("remind/body.txt", "Kính gửi\n{{ khong_co }}", "remind/body.txt:2", "'khong_co' is undefined"),
        ("remind/subject.txt", "\n\n{% if %}", "remind/subject.txt:3", "Expected an expression"),
        ("remind/body.txt", "{{ due|khong_co }}", "remind/body.txt:1", "No filter named 'khong_co'"),
        ("remind/body.txt", "{{ agency.name / 2 }}", "remind/body.txt:1", "unsupported operand"),
        ("base.html", "<p>\n{{ khong_co }}</p>", "base.html:2", "'khong_co' is undefined"),
        ("remind/body.html", "\n{% include 'x.html' %}", "remind/body.html:2", "không có tệp x.html"),
        ("remind/body.txt", "Kính gửi\n\udcff", "remind/body.txt:2", "không phải chữ UTF-8"),
    ],
)
def test_a_spoiled_template_is_one_fault_with_its_file_and_line(
    settings: Settings, tmp_path: Path, name: str, content: str, place: str, trouble: str
) -> None:
    own = tmp_path / "templates"
    shutil.copytree(settings.templates / "letters", own / "letters")
    (own / "letters" / name).write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(FileTrouble) as caught:
        composed(replace(settings, templates=own))
    assert str(caught.value).startswith(f"{own}/letters/{place}: ")
    assert trouble in str(caught.value)
    assert str(caught.value).endswith("; sửa tệp này hoặc lấy lại mẫu gốc")


def test_mail_addresses_share_one_letter_and_each_channel_gets_its_own() -> None:
    plan = edited_plan(
        (
            "to: socongthuong@angiang.example}",
            "to: a@angiang.example}\n      - {to: json://127.0.0.1:9}\n      - {to: b@angiang.example}",
        )
    ).plan
    book = AddressBook(bounced={}, real_mail=False)
    assert book.envelopes(plan.agencies["so-cong-thuong"]) == [
        Envelope(("a@angiang.example", "b@angiang.example")),
        Envelope(("json://127.0.0.1:9",)),
    ]
