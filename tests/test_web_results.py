"""The page of results: who sees it, and that it tells counts of what was accepted and nothing else."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from desk_visits import PEOPLE, Visitor, signed_in, text_of, with_people
from factories_web import Season, open_season
from test_web_coordinator import OFFICER, say

from tracker.plan.reader import parse_plan
from tracker.progress import UpdateStatus
from tracker.report.compile import compile_memo
from tracker.review.decide import accept, give_back
from tracker.settings import Settings
from tracker.store.apply import apply_plan
from tracker.store.engine import writing
from tracker.store.tables import Duty, Figure

Open = Callable[..., Season]
NONE_YET = "Chưa có báo cáo tổng hợp nào được chốt."


@pytest.fixture
def opened(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Open:
    return lambda results="public": open_season(sqlite_engine, make_settings, with_people(), results=results)


def settle(season: Season) -> None:
    """Accept II.1 and II.5, return II.2, give a figure, and make the memo of 2024 final."""
    now, duties = season.settings.now(), season.duties()
    say(season, "II.1", status=UpdateStatus.DONE, percent=100)
    say(season, "II.2")
    say(season, "II.5")
    with writing(season.engine) as session:
        held = {name: session.get_one(Duty, duty.id) for name, duty in duties.items()}
        accept(session, [held["II.1"], held["II.5"]], PEOPLE["reviewer"][0], now)
        give_back(session, held["II.2"], "Ghi rõ số lớp", PEOPLE["reviewer"][0], now)
        figure = {"period_id": held["II.1"].period_id, "target_id": "htx-moi", "agency_id": "so-a", "revision": 1}
        session.add(Figure(**figure, value=Decimal(1253), said_by=OFFICER, said_at=now, way="page"))
    compile_memo(season.engine, season.settings, "2024", "đầu mối", formats=(), final=True, list_returned=True)


def test_who_is_not_let_in_finds_nothing(opened: Open) -> None:
    season = opened("off")
    missing = season.browser.get("/khong-co").content
    for path in ("/ket-qua", "/ket-qua/kh/ke-hoach"):
        answer = season.browser.get(path)
        assert (answer.status_code, answer.content) == (404, missing)
    assert signed_in(season, "leader").get("/ket-qua").status_code == 404
    assert "/ket-qua" not in signed_in(season, "leader").get("/ke-hoach").text


def test_leaders_see_it_at_the_desk_and_nobody_else(opened: Open) -> None:
    season = opened("leaders")
    settle(season)
    stranger = season.browser.get("/ket-qua")
    assert (stranger.status_code, stranger.headers["location"]) == (303, "/ban-lam-viec/ket-qua")
    assert Visitor(season).get("/ket-qua").status_code == 303
    leader = signed_in(season, "leader")
    assert "/ban-lam-viec/ket-qua" in leader.get("/ke-hoach").text
    assert "5 hoạt động : 1 đã hoàn thành" in text_of(leader.get("/ket-qua"))


def test_the_public_sees_what_was_accepted_by_content_and_lead_and_the_targets(opened: Open) -> None:
    season = opened()
    settle(season)
    page = season.browser.get("/ket-qua")
    said = text_of(page)
    assert "5 hoạt động : 1 đã hoàn thành, 1 đang thực hiện, 3 chưa có báo cáo được duyệt." in said
    assert "Tuyên truyền 2 1 0 0 0 1" in said
    assert "Hỗ trợ 3 0 1 0 0 2" in said
    assert "Sở Công Thương 4 1 0 0 0 3" in said
    assert "HTX mới thành lập ít nhất 10 HTX 1.253 HTX" in said
    assert "số liệu đến hết ngày 15/10/2024" in said
    assert season.browser.get("/ket-qua/kh/ke-hoach").text == page.text
    assert season.browser.get("/ket-qua/kh/khac").status_code == 404


def test_no_name_no_address_and_no_words_of_an_agency_stand_on_it(opened: Open) -> None:
    season = opened()
    settle(season)
    page = season.browser.get("/ket-qua").text
    names = [part for person in PEOPLE.values() for part in person]
    for hidden in (*names, OFFICER, "tinh.example", "Đã làm", "Ghi rõ số lớp", "mailto:", "tel:", "/b/", "/r/"):
        assert hidden not in page


def test_neither_a_draft_nor_what_came_after_the_final_memo_shows(opened: Open) -> None:
    season = opened()
    say(season, "II.1")
    assert NONE_YET in season.browser.get("/ket-qua").text
    compile_memo(season.engine, season.settings, "2024", "đầu mối", formats=())
    assert NONE_YET in season.browser.get("/ket-qua").text
    settle(season)
    before = season.browser.get("/ket-qua").text
    say(season, "II.3", status=UpdateStatus.DONE, percent=100)
    with writing(season.engine) as session:
        accept(session, [session.get_one(Duty, season.duties()["II.3"].id)], "ai đó", season.settings.now())
    assert season.browser.get("/ket-qua").text == before


def test_each_of_several_plans_has_its_own_page(opened: Open) -> None:
    season = opened()
    settle(season)
    other = with_people().replace("  code: 1/KH-UBND", "  id: khac\n  code: 2/KH-UBND")
    with writing(season.engine) as session:
        apply_plan(session, parse_plan(other.encode()), "quản trị", date(2024, 10, 2), season.settings.now())
    listed = season.browser.get("/ket-qua").text
    assert "/ket-qua/kh/ke-hoach" in listed
    assert "/ket-qua/kh/khac" in listed
    assert NONE_YET in season.browser.get("/ket-qua/kh/khac").text
    assert "1.253" in season.browser.get("/ket-qua/kh/ke-hoach").text
    leader = signed_in(season, "leader")
    assert "1.253" in leader.get("/ket-qua").text
    assert NONE_YET in leader.get("/kh/khac/ket-qua").text
