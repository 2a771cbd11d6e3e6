"""Every table of the desk as CSV: whole, readable by a spreadsheet, and no cell of it runs."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date

import httpx
import pytest
import sqlalchemy as sa
from desk_visits import HOME, Visitor, signed_in, with_people
from factories_web import Browser, Season, open_season
from test_web_coordinator import say
from test_web_desk_table import PAGES, filled

from tracker.settings import Settings
from tracker.store.tables import Period
from tracker.web.app import create_app

TABLE = re.compile(r"<table")
LINK = re.compile(r'href="([^"]*(?:dang=csv|bang=[a-z-]+)[^"]*)"')


@pytest.fixture
def visitor(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Visitor:
    opened = open_season(sqlite_engine, make_settings, with_people())
    say(opened, "II.1", result="=1+1")
    later = open_season_on(opened, "2024-11-12")
    return signed_in(later, "leader")


def open_season_on(season: Season, day: str) -> Season:
    settings = season.settings.on(date.fromisoformat(day))
    return Season(season.engine, settings, Browser(create_app(season.engine, settings)))


def rows_of(answer: httpx.Response) -> list[list[str]]:
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_every_page_with_a_table_leads_to_the_csv_of_each(visitor: Visitor) -> None:
    looked = 0
    for page in PAGES:
        if page.path == "/ket-qua" or page.show is None:  # the public's page is no table of the desk
            continue
        path = HOME + filled(page.path)
        shown = visitor.ask("GET", path)
        if shown.status_code != 200 or not shown.headers["content-type"].startswith("text/html"):
            continue
        tables, links = len(TABLE.findall(shown.text)), set(LINK.findall(shown.text))
        assert len(links) >= tables, path
        for link in links:
            address = path + link if link.startswith("?") else link
            assert len(rows_of(visitor.ask("GET", address.replace("&amp;", "&")))) > bool(tables), address
            looked += 1
    assert looked >= 8


def test_the_tables_say_what_the_pages_say(visitor: Visitor) -> None:
    late = rows_of(visitor.get("?bang=qua-han"))
    assert [row[:4] for row in late[1:]] == [
        ["2024", "Sở Công Thương", "10", "3"],
        ["2024", "Sở Lao động", "10", "1"],
    ]
    areas = rows_of(visitor.get("?bang=noi-dung"))
    assert areas[1] == ["2024", "ND1. Tuyên truyền", "1", "2", "1", "0", "1"]
    agencies = rows_of(visitor.get("?bang=co-quan"))
    assert ["2024", "Sở Công Thương", "1", "4", "1", "0", "3"] in agencies
    matrix = rows_of(visitor.get("/ma-tran?dang=csv"))
    assert matrix[1][1:4] == ["II.1", "Hoạt động thứ 1", "Sở Công Thương"]
    assert "Đang thực hiện 60 %" in matrix[1]
    assert [row[0] for row in rows_of(visitor.get("/ky?dang=csv"))[1:]] == [
        period.code for period in reversed(visitor.season.rows(Period))
    ]
    review = rows_of(visitor.get("/ky/2024/duyet?dang=csv"))
    assert review[1][:4] == ["Sở Công Thương", "1", "4", "1"]
