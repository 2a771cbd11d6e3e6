"""The feed of an agency's due dates: what a calendar fetches, and nobody else opens."""

import re
from datetime import date

import pytest
from desk_visits import signed_in, with_people
from factories_web import Season, open_season
from icalendar import Calendar

from tracker.remind.queue import queue_today
from tracker.store.tables import Letter


@pytest.fixture
def season(sqlite_engine, make_settings) -> Season:  # type: ignore[no-untyped-def]
    text = with_people().replace("lead: so-b}", "lead: so-b, due: 2024-11-20}")
    return open_season(sqlite_engine, make_settings, text)


def feed_of(season: Season, agency: str) -> str:
    found = re.search(
        r"http://127\.0\.0\.1:8305(/lich/\S+?\.ics)", signed_in(season).get(f"/co-quan/{agency}").text
    )
    assert found
    return found[1]


def test_the_feed_gives_the_agencys_due_dates_under_the_ids_of_its_letters(season: Season) -> None:
    queue_today(season.engine, season.settings)
    answer = season.browser.get(feed_of(season, "so-b"))
    assert answer.headers["content-type"].startswith("text/calendar")
    [event] = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["dtstart"].dt == date(2024, 11, 20)
    [letter] = [one for one in season.rows(Letter) if one.agency_id == "so-a"]
    assert b"han-bao-cao.ics" in letter.message
    [other] = Calendar.from_ical(season.browser.get(feed_of(season, "so-a")).content).walk("VEVENT")
    assert other["dtstart"].dt == date(2024, 10, 29)
    assert other["uid"] != event["uid"]


def test_another_agencys_key_or_none_opens_no_feed(season: Season) -> None:
    mine, others = feed_of(season, "so-a"), feed_of(season, "so-b")
    missing = season.browser.get("/khong-co")
    key = others.rpartition("/")[2]
    for path in (f"/lich/so-a/{key}", "/lich/so-a/ế.ics", "/lich/la/x.ics", mine.replace("/so-a/", "/hoi/")):
        answer = season.browser.get(path)
        assert (answer.status_code, answer.content) == (404, missing.content), path


def test_fetching_the_feed_changes_nothing_and_it_names_nobody(season: Season) -> None:
    path, before = feed_of(season, "so-a"), season.dump()
    said = season.browser.get(path).text
    assert season.dump() == before
    assert "/b/" not in said
    assert "@tinh.example" not in said
