"""A plan's language: catalogue and templates say all that Vietnamese says, and letters speak it whole."""

import ast
import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from email import message_from_bytes
from email.policy import default

import jinja2
import pytest
import sqlalchemy as sa
from answering import ROOT, answer, duty_of, give_figure, said
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from factories_english import VIETNAMESE, open_english_season, vietnamese_in
from jinja2 import nodes

from tracker.answers.receipts import take_in_today
from tracker.answers.record import record_answers
from tracker.calendar import WorkingDays
from tracker.language import speaking, spoken, wording
from tracker.letters.link_renewal import send_link
from tracker.plan.model import Calendar
from tracker.progress import UpdateStatus
from tracker.remind.queue import queue_today
from tracker.review.decide import return_answer
from tracker.settings import Settings
from tracker.store.engine import writing
from tracker.store.periods import find_period
from tracker.store.tables import Letter
from tracker.words import day_words, number_words, size_words

TEMPLATES = ROOT / "templates"
IN_ENGLISH = sorted(
    str(file.relative_to(TEMPLATES / "en"))
    for room in ("letters", "web")
    for file in (TEMPLATES / "en" / room).rglob("*")
    if file.is_file()
)
"""What says the same as its Vietnamese source; the memo is another text."""
LOCALE = ROOT / "locale" / "en" / "LC_MESSAGES"
"""Where English words for those in code stand."""


def catalogue(name: str) -> Catalog:
    with (LOCALE / name).open("rb") as file:
        return read_mo(file) if name.endswith(".mo") else read_po(file)


def braces(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", text))


def test_the_catalogue_holds_what_the_code_says_and_nothing_else() -> None:
    keywords = {"wording": (1,), "wording_in": (2,), "N_": None}
    in_code = {
        str(found[2]) for found in extract_from_dir(ROOT / "src", keywords=keywords, options_map={"**.py": {}})
    }
    english = {str(message.id): str(message.string) for message in catalogue("tracker.po") if message.id}
    assert english.keys() == in_code, "run: make catalogue"
    assert [text for text, words in english.items() if not words] == []
    assert {text for text, words in english.items() if VIETNAMESE.search(words)} == set()
    compiled = {str(message.id): str(message.string) for message in catalogue("tracker.mo") if message.id}
    assert compiled == english, "run: make catalogue"


@pytest.mark.parametrize("name", IN_ENGLISH)
def test_a_template_in_english_shows_the_facts_and_the_parts_of_its_vietnamese_source(name: str) -> None:
    source, english = ((folder / name).read_text(encoding="utf-8") for folder in (TEMPLATES, TEMPLATES / "en"))
    assert shown_by(english) == shown_by(source), f"templates/en/{name} does not follow templates/{name}"
    assert marks_of(english) == marks_of(source), f"templates/en/{name} does not follow templates/{name}"
    assert vietnamese_in(english) == []


def shown_by(text: str) -> set[str]:
    """Return the facts that a template shows or asks, its blocks, macros and filters."""
    tree = jinja2.Environment().parse(text)
    facts = {dotted(node) for node in tree.find_all((nodes.Name, nodes.Getattr, nodes.Getitem))}
    parts = {f"block {node.name}" for node in tree.find_all(nodes.Block)}
    macros = {f"macro {node.name}" for node in tree.find_all(nodes.Macro)}
    loops = {f"for {dotted(node.iter)}" for node in tree.find_all(nodes.For)}
    filters = {f"| {node.name}" for node in tree.find_all(nodes.Filter)} - {"| lower", "| length"}
    return facts | parts | macros | loops | filters


def dotted(node: nodes.Node) -> str:
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            return f"{dotted(node.node)}.{node.attr}"
        case nodes.Getitem() if isinstance(node.arg, nodes.Const):
            return f"{dotted(node.node)}[{node.arg.value}]"
        case _:
            return type(node).__name__


def marks_of(text: str) -> Counter[str]:
    """Return the marks of HTML in a template, without the attributes that people read; of a script its code."""
    if '"use strict";' in text:
        code = re.sub(r'"[^"\n]*"', '""', text)
        return Counter(re.sub(r'"" \+ | \+ ""|\.replace\("", ""\)', "", code).splitlines())
    read = r'( (?:title|aria-label|placeholder|lang|content)="[^"]*")'
    text = text.replace('src="/en/', 'src="/')
    plain = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "…", text, flags=re.DOTALL)
    return Counter(re.sub(read, "", mark) for mark in re.findall(r"<[^>]+>", plain))


def test_a_language_is_spoken_inside_only() -> None:
    with speaking("en"):
        assert wording("Đang thực hiện") == "Under way"
        with speaking("vi"):
            assert wording("Đang thực hiện") == "Đang thực hiện"
        assert spoken() == "en"
        assert wording("Báo cáo năm {year}", year=2024) == "Report for 2024"
        assert wording("chữ không có trong danh mục") == "chữ không có trong danh mục"
    assert wording("Báo cáo năm {year}", year=2024) == "Báo cáo năm 2024"


def test_numbers_days_and_sizes_are_written_as_the_language_writes_them() -> None:
    facts = [number_words(Decimal("1253.50")), day_words(date(2024, 2, 5)), size_words(1_234_567)]
    assert facts == ["1.253,5", "05/02/2024", "1,2 MB"]
    with speaking("en"):
        facts = [number_words(Decimal("1253.50")), day_words(date(2024, 2, 5)), size_words(1_234_567)]
    assert facts == ["1,253.5", "5 February 2024", "1.2 MB"]


def test_letters_of_an_english_plan_are_english_through_a_season(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    season = open_english_season(sqlite_engine, make_settings, illustration="1")
    settings = season.settings
    queue_today(sqlite_engine, settings)
    with writing(sqlite_engine) as session:
        done, stopped = duty_of(session, "II.1"), duty_of(session, "II.2")
        reports = {
            done.id: (done, answer("All done", status=UpdateStatus.DONE, percent=100)),
            stopped.id: (stopped, answer("", status=UpdateStatus.STOPPED, causes="No funds")),
        }
        record_answers(session, reports, said("A. Officer, head of unit", settings.now()))
        return_answer(session, settings, done, "Please name the numbers", "reviewer")
        send_link(session, settings, find_period(session, "2024"), "so-b", "reviewer")
    give_figure(sqlite_engine, "htx-moi", 1250)
    take_in_today(sqlite_engine, settings)
    queue_today(sqlite_engine, settings.on(date(2024, 11, 6)))
    letters = season.rows(Letter)
    assert {letter.kind for letter in letters} >= {"remind", "receipt", "returned", "link"}
    for letter in letters:
        message = message_from_bytes(letter.message, policy=default)
        html = message.get_body(("html",))
        assert html is not None
        assert vietnamese_in(f"{letter.subject}\n{letter.text}\n{html.get_content()}") == [], letter.kind
    receipt = next(letter.text for letter in letters if letter.kind == "receipt")
    sent = r"Stopped or dropped; sent by A. Officer, head of unit at \d\d:\d\d on 15 October 2024"
    assert re.search(sent, receipt)
    assert "Due" in letters[0].text


def test_holidays_are_those_of_the_country_that_the_plan_names() -> None:
    independence, reunification = date(2025, 7, 4), date(2025, 4, 30)
    working = {
        country: [WorkingDays(Calendar(country=country)).is_working(day) for day in (independence, reunification)]
        for country in ("VN", "US", "none")
    }
    assert working == {"VN": [True, False], "US": [False, True], "none": [True, True]}


def test_the_code_names_no_province_and_no_office_of_the_plan_it_began_with() -> None:
    named = re.compile(r"an giang|angiang|lhpn|305/kh", re.IGNORECASE)
    found = []
    for file in (ROOT / "src").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        found += [
            f"{file.name}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
            if named.search(node.value) and id(node) not in docs
        ]
    assert found == []
