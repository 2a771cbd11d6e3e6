"""How a locality is asked for its own area's figures: on its page, in its workbook, and before the coordinator."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import httpx
import pytest
import sqlalchemy as sa
from answering import give_figure, said
from factories_web import Browser, Season, fields_of, open_season, read_html
from plan_text import ADDED_UP, DISTRICTS, altered, merged
from workbooks import fill, opened

from tracker.settings import Settings
from tracker.store.engine import writing
from tracker.store.links import link_for, token_of
from tracker.store.periods import find_period
from tracker.store.tables import Figure, Purpose
from tracker.web.app import create_app
from tracker.workbook.model import MEDIA_TYPE, TARGETS

X, Y, Z, HEIR, LEAD = "huyen-x", "huyen-y", "huyen-z", "xa-c", "hoi"
FIELD, JOBS = "figure.viec-lam", "viec-lam"
SIGNED = {"said_by": "Cán bộ (minh họa)"}
MERGED = date(2024, 11, 15)
Start = Callable[..., Season]


@pytest.fixture
def start(engine: sa.Engine, make_settings: Callable[..., Settings]) -> Start:
    """Return what opens the season of three districts whose figures add up, under `changes` of their plan."""
    return lambda *changes: open_season(engine, make_settings, altered(*DISTRICTS, *ADDED_UP, *changes))


def after(season: Season, day: date = MERGED) -> Season:
    """Return the same season on a later day."""
    settings = season.settings.on(day)
    return Season(season.engine, settings, Browser(create_app(season.engine, settings)))


def give(season: Season, agency: str, value: int, code: str = "2024") -> None:
    give_figure(season.engine, JOBS, Decimal(value), code, said(at=season.settings.now()), agency)


def kept(season: Season) -> list[tuple[str, int, Decimal]]:
    return [(figure.agency_id, figure.revision, figure.value) for figure in season.rows(Figure)]


def page_text(season: Season, agency: str) -> str:
    return " ".join(read_html(season.browser.get(season.link(agency)).text).text.split())


def post(season: Season, agency: str, **typed: str) -> httpx.Response:
    link = season.link(agency)
    typed = {FIELD if name == "value" else f"{FIELD}.{name}": value for name, value in typed.items()}
    return season.browser.post(link, "send", fields_of(season.browser.get(link)) | SIGNED | typed)


def workbook(season: Season, agency: str) -> bytes:
    return season.browser.get(f"{season.link(agency)}/mau-bao-cao.xlsx").content


def send(season: Season, agency: str, raw: bytes) -> httpx.Response:
    files = {"file": ("a.xlsx", raw, MEDIA_TYPE)}
    return season.browser.ask("POST", f"{season.link(agency)}/tep", files=files)


def test_each_locality_is_asked_on_its_page_for_its_own_area_and_nobody_else_is(start: Start) -> None:
    season = start()
    assert "Việc làm mới (chỉ trên địa bàn do Huyện X quản lý)" in page_text(season, X)
    assert "Kế hoạch chung đến năm 2025: 30 người." in page_text(season, X)
    assert FIELD in fields_of(season.browser.get(season.link(X)))
    for other in (LEAD, "so-b", HEIR):
        assert FIELD not in fields_of(season.browser.get(season.link(other)))
    for number, agency in enumerate((X, Y, Z), 1):
        assert post(season, agency, value=str(number)).status_code == 303
    assert kept(season) == [(X, 1, 1), (Y, 1, 2), (Z, 1, 3)]
    assert "Việc làm mới (chỉ trên địa bàn do Huyện X quản lý): 1 người" in " ".join(
        read_html(season.browser.get(f"{season.link(X)}/bien-nhan").text).text.split()
    )


def test_an_agency_of_a_group_that_is_no_locality_is_asked_for_its_own_part(start: Start) -> None:
    season = start(("members: [huyen-x, huyen-y, huyen-z]", "members: [huyen-x, so-b]"))
    assert "Việc làm mới (chỉ phần của Sở B)" in page_text(season, "so-b")


def test_what_is_not_asked_of_an_agency_is_not_taken_from_it_whatever_it_posts(start: Start) -> None:
    season = start()
    assert post(season, LEAD, value="99").status_code == 422  # nothing new was sent
    assert kept(season) == []


def test_the_workbook_asks_for_the_own_area_and_comes_back_as_that(start: Start) -> None:
    season = start()
    with opened(workbook(season, X)) as (book, _):
        cells = [cell.value for row in book[TARGETS].iter_rows() for cell in row if cell.value]
    assert "Việc làm mới (chỉ trên địa bàn do Huyện X quản lý)" in cells
    assert "30 (cả kế hoạch, đến năm 2025)" in cells
    assert send(season, X, fill(workbook(season, X), {f"{JOBS}.value": "1.253"}, "Cán bộ")).status_code == 303
    assert send(season, X, fill(workbook(season, X), {f"{JOBS}.value": 1254}, "Cán bộ")).status_code == 303
    assert kept(season) == [(X, 1, 1253), (X, 2, 1254)]


def test_who_took_over_two_areas_is_asked_once_and_sees_what_was_said_of_each(start: Start) -> None:
    season = start(*merged(X, Y, since=str(MERGED)))
    give(season, X, 5)
    give(season, Y, 7)
    now = after(season)
    page = now.browser.get(now.link(HEIR))
    assert page.text.count(f'id="{FIELD}"') == 1
    assert fields_of(page)[FIELD] == ""
    assert "Đã báo cáo trước khi sắp xếp: Huyện X 5; Huyện Y 7; xin ghi số của cả địa bàn hiện nay." in page_text(
        now, HEIR
    )
    with opened(workbook(now, HEIR)) as (book, _):
        cells = [cell.value for row in book[TARGETS].iter_rows() for cell in row if cell.value]
    label = "chỉ trên địa bàn do Xã C quản lý; trước khi sắp xếp: Huyện X 5; Huyện Y 7"
    assert cells.count(f"Việc làm mới ({label})") == 1
    assert post(now, HEIR, value="14").status_code == 303
    assert kept(now) == [(X, 1, 5), (Y, 1, 7), (HEIR, 1, 14)]
    assert "trước khi sắp xếp: Huyện X" not in page_text(now, HEIR)
    assert FIELD not in fields_of(now.browser.get(now.link(X)))  # an old link records no more of them


def test_the_year_before_is_what_the_areas_of_today_came_to(start: Start) -> None:
    season = start(*merged(X, Y, since="2024-07-01"))
    last_year = said(at=season.settings.on(date(2023, 10, 16)).now())
    for agency, value in ((X, 5), (Y, 7)):
        give_figure(season.engine, JOBS, Decimal(value), "2023", last_year, agency)
    assert "Kỳ trước: 12 người." in page_text(season, HEIR)
    refused = post(season, HEIR, value="11")
    assert refused.status_code == 422
    assert "Số liệu giảm từ 12 xuống 11" in refused.text


def test_a_page_and_a_workbook_filled_before_the_merger_are_not_taken_for_the_whole_area(start: Start) -> None:
    season = start(*merged(X, since=str(MERGED), into=Y))
    give(season, Y, 7)
    link = season.link(Y)
    typed = fields_of(season.browser.get(link)) | SIGNED | {FIELD: "8"}
    raw = fill(workbook(season, Y), {f"{JOBS}.value": 8}, "Cán bộ")
    old = fill(workbook(season, X), {f"{JOBS}.value": 3}, "Cán bộ")
    now = after(season)
    before = now.dump()
    refused = now.browser.post(link, "send", typed)
    assert (refused.status_code, "Địa bàn đã thay đổi từ khi số 7 được gửi." in refused.text) == (422, True)
    refused_file = send(now, Y, raw)
    assert refused_file.status_code == 422
    assert "địa bàn đã thay đổi từ khi số 7 được gửi" in refused_file.text
    assert send(now, X, old).status_code == 422
    assert now.dump()["figures"] == before["figures"]
    assert now.browser.post(link, "send", fields_of(refused)).status_code == 303  # having seen it
    assert kept(now) == [(Y, 1, 7), (Y, 2, 8)]


def test_a_figure_in_a_workbook_that_is_no_longer_asked_is_told_and_not_dropped(start: Start) -> None:
    season = start(*merged(X, since=str(MERGED)))
    raw = fill(
        workbook(season, X),
        {f"{JOBS}.value": 3, "VI.13.status": "Đang thực hiện", "VI.13.result": "Đã làm"},
        "Cán bộ",
    )
    now = after(season)
    refused = send(now, X, raw)
    assert refused.status_code == 422
    assert "Quý cơ quan không còn phải báo cáo chỉ tiêu này" in refused.text
    assert now.dump()["updates"] == []


def test_the_coordinator_sees_what_an_area_comes_to_and_how_that_came_about(start: Start) -> None:
    season = start(*merged(X, Y, since=str(MERGED)))
    give(season, X, 5)
    now = after(season)

    def seen() -> str:
        with writing(now.engine) as session:
            key = now.settings.secret_key()
            period = find_period(session, "2024")
            link = link_for(session, period, LEAD, key, now.settings.now(), Purpose.REVIEW)
            path = f"/r/{token_of(link, key)}/{HEIR}"
        return " ".join(read_html(now.browser.get(path).text).text.split())

    assert "Việc làm mới: chưa đủ số liệu của cả địa bàn" in seen()
    give(season, Y, 7)
    assert "Việc làm mới: 12 người Kế hoạch chung đến năm" in seen()
    assert "Lần 1 của Huyện X: 5;" in seen()
    give(now, HEIR, 14)
    assert "Việc làm mới: 14 người" in seen()
    assert "Lần 1: 14;" in seen()


def test_two_colleagues_of_one_locality_do_not_overwrite_each_other_unseen(start: Start) -> None:
    season = start()
    link = season.link(X)
    blank = fields_of(season.browser.get(link)) | SIGNED
    assert season.browser.post(link, "send", blank | {FIELD: "5"}).status_code == 303
    refused = season.browser.post(link, "send", blank | {FIELD: "6"})
    assert refused.status_code == 422
    assert "đã gửi số khác: 5" in refused.text
    assert kept(season) == [(X, 1, 5)]
