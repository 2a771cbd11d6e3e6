"""An English plan's answering page: its words, its faults, its receipt and the short pages around it."""

from collections.abc import Callable

import httpx
import pytest
import sqlalchemy as sa
from factories_english import english_plan, open_english_season, vietnamese_in
from factories_web import Season, fields_of, open_season, read_html

from tracker.settings import Settings
from tracker.store.tables import Figure, Update

NOBODY = "/b/" + "x" * 43


@pytest.fixture
def english(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    return open_english_season(sqlite_engine, make_settings, illustration="1")


def english_words(page: httpx.Response) -> str:
    """Return what a page says, which must be English."""
    assert vietnamese_in(page.text) == []
    return " ".join(read_html(page.text).text.split())


def test_the_page_is_english_from_first_sight_to_receipt(english: Season) -> None:
    link = english.link()
    page = english.browser.get(link)
    words = english_words(page)
    assert '<html lang="en">' in page.text
    assert "Due: 29 October 2024 – 10 working days left. 0 of 4 activities sent." in words
    assert "Report for 2024" in words
    assert "Under way: fill in Results." in words
    typed = fields_of(page) | {"said_by": "A. Officer", "II.1.status": "done", "II.1.result": "All done"}
    typed |= {"II.2.nothing": "yes", "II.2.reason": "No funds yet", "figure.htx-moi": "1,253"}
    english_words(english.browser.post(link, "save", typed))
    english_words(english.browser.get(link))
    sent = english.browser.post(link, "send", typed)
    assert sent.headers["location"] == f"{link}/bien-nhan"
    receipt = english_words(english.browser.get(sent.headers["location"]))
    assert "2 of 4 activities recorded" in receipt
    assert "by reporting page; reported by A. Officer" in receipt
    assert "1,253 cooperatives" in receipt
    assert [update.result for update in english.rows(Update)] == [
        "All done",
        "Nothing to report in this period. Reason: No funds yet",
    ]
    assert [figure.value for figure in english.rows(Figure)] == [1253]
    english_words(english.browser.get(f"{link}?da-gui=II.1"))


def test_every_fault_of_a_page_is_english(english: Season) -> None:
    link = english.link()
    wrong = {
        "II.1.status": "under_way",
        "II.1.percent": "many",
        "II.1.result": "x" * 5001,
        "II.2.status": "not_started",
        "II.2.percent": "5",
        "II.3.nothing": "yes",
        "II.4.status": "stopped",
        "figure.htx-moi": "12.5.1",
    }
    page = english.browser.post(link, "send", fields_of(english.browser.get(link)) | wrong)
    assert page.status_code == 422
    words = english_words(page)
    for said in (
        "give a whole number from 0 to 100",
        "it has 5,001 characters; shorten it to at most 5,000 characters",
        "what is not started has a percentage of 0; if work has begun, choose Under way",
        "write why there is nothing to report",
        "write why it is stopped or dropped",
        "give a number of 0 or more, such as 12 or 1,253 or 12.5",
        "give the name and position of whoever reports",
        "Not sent: 7 places need correction",
    ):
        assert said.casefold() in words.casefold()
    nothing = english.browser.post(link, "send", fields_of(english.browser.get(link)) | {"said_by": "A. Officer"})
    assert "Nothing is new; fill in at least one activity and send" in english_words(nothing)


def test_a_figure_that_falls_and_an_answer_that_another_sent_are_asked_about_in_english(english: Season) -> None:
    link = english.link()
    before = fields_of(english.browser.get(link)) | {"said_by": "A. Officer"}
    first = before | {"figure.htx-moi": "1,253", "II.1.status": "done", "II.1.result": "Done"}
    assert english.browser.post(link, "send", first).status_code == 303
    second = english.browser.post(link, "send", before | {"II.1.status": "under_way", "II.1.result": "Half"})
    assert "While this page was open, A. Officer sent another answer" in english_words(second), english_words(
        second
    )
    lower = fields_of(english.browser.get(link)) | {"figure.htx-moi": "12.5"}
    assert "the unit is" not in english_words(english.browser.post(link, "send", lower))
    page = english.browser.post(link, "send", lower | {"figure.htx-moi": "1,000"})
    assert "The figure falls from 1,253, reported in this period, to 1,000" in english_words(page)


def test_evidence_is_asked_taken_and_refused_in_english(english: Season) -> None:
    link = english.link()
    page = english.browser.get(f"{link}/tai-lieu")
    assert "Taken are PDF, Word (.docx)" in english_words(page)
    duty = english.duties()["II.1"]
    given = {"activity": f"{duty.id}", "given_by": "A. Officer"}

    def give(name: str, raw: bytes, **fields: str) -> httpx.Response:
        files = {"file": (name, raw, "application/octet-stream")}
        return english.browser.ask("POST", f"{link}/tai-lieu", data=given | fields, files=files)

    assert "iles of this kind are not taken" in english_words(give("a.exe", b"MZ"))
    assert "give name and position on one line" in english_words(give("a.pdf", b"%PDF-1.7\n%%EOF", given_by=""))
    assert "the file is empty, or none was chosen" in english_words(give("a.pdf", b""))


def test_the_script_and_the_short_pages_are_english_where_all_plans_are(english: Season) -> None:
    script = english.browser.get("/en/form.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert vietnamese_in(script.text) == []
    assert vietnamese_in(english.browser.get("/form.js").text) != []
    assert "This link does not open" in english_words(english.browser.get(NOBODY))
    assert "Following up plans" in english_words(english.browser.get("/"))


def test_a_page_beside_an_english_one_stays_vietnamese(
    english: Season, make_settings: Callable[..., Settings]
) -> None:
    english_words(english.browser.get(english.link()))
    again = open_season(english.engine, make_settings)
    assert "Hạn gửi: ngày 29/10/2024" in " ".join(read_html(again.browser.get(again.link()).text).text.split())


def test_a_page_of_many_activities_is_searched_in_english(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    season = open_season(sqlite_engine, make_settings, english_plan(40))
    words = english_words(season.browser.get(season.link()))
    assert "There are 40 activities" in words
    assert "Still to report" in words


def test_a_closed_period_is_told_of_in_english(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    season = open_season(sqlite_engine, make_settings, english_plan())
    link = season.link()
    typed = fields_of(season.browser.get(link)) | {"said_by": "A. Officer", "II.1.status": "not_started"}
    later = open_season_later(season, make_settings)
    assert "took reports until 31 December 2024" in english_words(later.browser.get(link))
    assert "Not recorded: the period is closed" in english_words(later.browser.post(link, "send", typed))


def open_season_later(season: Season, make_settings: Callable[..., Settings]) -> Season:
    from factories_web import Browser

    from tracker.web.app import create_app

    settings = make_settings(today="2025-01-06")
    return Season(season.engine, settings, Browser(create_app(season.engine, settings)))
