"""Hostile texts in every field come out as they were typed and do nothing: in page, receipt, letter and memo."""

import email
import email.policy
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
import sqlalchemy as sa
from factories_web import Season, fields_of, open_season

from tracker.answers.receipts import take_in_today
from tracker.letters.send import send_queued
from tracker.progress import TEXTS
from tracker.report.compile import compile_memo
from tracker.report.tidy import says_nothing, tidy
from tracker.settings import Settings
from tracker.store.tables import Update

HOSTILE = (
    "<script>alert(1)</script>",
    "</textarea><script>x</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg/onload=x>",
    "' onfocus=alert(1) autofocus='",
    "<!-- ",
    "]]>",
    "<![CDATA[<x>]]>",
    "<?xml version='1.0'?>",
    "<!ENTITY x SYSTEM 'file:///etc/passwd'>",
    "&lt;b&gt; &amp; &#x3c;",
    "{{ 7*7 }}",
    "{% for x in y %}",
    "{# x #}",
    "{{ ''.__class__.__mro__ }}",
    "${7*7}",
    "#{7*7}",
    '#eval("1+1")',
    "$ x^2 $ *b* _i_ #set page()",
    "\\input{x}",
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    '=HYPERLINK("http://x.example")',
    "=cmd|' /C calc'!A0",
    "a\r\nBcc: x@x.example",
    "a\n.\nb",
    "..",
    "From x",
    "=?utf-8?q?x?=",
    "../../etc/passwd",
    "C:\\x",
    "'; DROP TABLE x;--",
    "\u202egnp.exe",
    "a\u200bb",
    "👩‍👩‍👧 🇻🇳",
    "Z̷͑a̴͝l̸g̶o",
    "ệ" + "\u0301",
    "W" * 900,
    "مرحبا",
    "%s%n%00",
    "# tiêu đề",
    "## mục",
    "- gạch",
    "> trích",
    "nhãn :: lời",
    "[bảng chỉ tiêu]",
)
CONTROLS = ("\x00", "\x07", "\x1b[31m", "\x7f", "\x85", "\ufffe")
SIGNED = "Cán bộ (minh họa)"


class Seen(HTMLParser):
    """What a browser would show and run of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.tags, self.handlers = "", set[str](), set[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.handlers |= {name for name, _ in attrs if name.startswith("on") or name == "autofocus"}

    def handle_data(self, data: str) -> None:
        self.text += data


def seen(html: str) -> Seen:
    page = Seen()
    page.feed(html)
    page.close()
    return page


def squeezed(text: str) -> str:
    return " ".join(text.split())


def shown(text: str, page: str) -> bool:
    """Say whether a page shows `text`, wherever it breaks the lines."""
    return squeezed(text) in squeezed(page)


def send(season: Season, text: str) -> None:
    link = season.link()
    typed = fields_of(season.browser.get(link)) | {"said_by": squeezed(text)[:200]}
    typed |= {f"II.1.{name}": text for name in TEXTS} | {"II.1.status": "under_way"}
    answer = season.browser.post(link, "send", typed)
    assert answer.status_code == 303, answer.text


def test_there_are_at_least_forty() -> None:
    assert len(set(HOSTILE)) >= 40


def test_hostile_texts_in_every_field_are_shown_as_typed_and_run_nowhere(season: Season) -> None:
    send(season, "không có gì lạ")
    plain = [seen(season.browser.get(path).text).tags for path in (season.link(), f"{season.link()}/bien-nhan")]
    for text in HOSTILE:
        send(season, text)
        kept = season.rows(Update)[-1].result
        for path, tags in zip((season.link(), f"{season.link()}/bien-nhan"), plain, strict=True):
            page = seen(season.browser.get(path).text)
            assert page.tags == tags, text
            assert page.handlers == set(), text
            assert shown(kept, page.text), (path, text)
    take_in_today(season.engine, season.settings)
    assert send_queued(season.engine, season.settings).sent == 1
    [file] = (season.settings.var / "outbox").iterdir()
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert mail["Bcc"] is None
    assert [str(mail["To"])] == ["a@tinh.example"]
    html = mail.get_body(("html",))
    assert html is not None
    assert seen(html.get_content()).handlers == set()
    assert "script" not in seen(html.get_content()).tags


def test_hostile_texts_come_out_of_the_memo_with_nothing_but_their_spacing_and_capitals_touched(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    season = open_season(sqlite_engine, make_settings)
    for text in HOSTILE:
        send(season, text)
        kept = season.rows(Update)[-1].result
        compiled = compile_memo(season.engine, season.settings, "2024", "đầu mối")
        page = next(file for file in compiled.files if file.suffix == ".html").read_text(encoding="utf-8")
        assert says_nothing(kept) or shown(tidy(kept), seen(page).text), text
        assert seen(page).handlers == set()
        assert "script" not in seen(page).tags
        word = next(file for file in compiled.files if file.suffix == ".docx")
        with zipfile.ZipFile(word) as parts:
            assert parts.testzip() is None
            assert not [name for name in parts.namelist() if "vba" in name.lower()]


@pytest.mark.parametrize("control", CONTROLS)
def test_control_characters_are_refused_with_the_field_named_and_nothing_is_recorded(
    season: Season, control: str
) -> None:
    link = season.link()
    for name, label in TEXTS.items():
        typed = fields_of(season.browser.get(link)) | {"said_by": SIGNED, "II.1.status": "under_way"}
        typed |= {"II.1.result": "x", f"II.1.{name}": f"a{control}b"}
        answer = season.browser.post(link, "send", typed)
        assert answer.status_code == 422
        assert "ký tự không in được" in answer.text
        assert label in answer.text
    typed = fields_of(season.browser.get(link)) | {"II.1.status": "not_started", "said_by": f"a{control}b"}
    assert season.browser.post(link, "send", typed).status_code == 422
    assert season.rows(Update) == []
