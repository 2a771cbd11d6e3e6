"""What a coordinator stumbled over at the desk, each with its whole kind."""

import re
import socket
import threading
from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from desk_visits import HOME, signed_in, text_of, with_people
from factories_web import Season, open_season, plan_text
from office import Office
from test_web_coordinator import say
from test_web_desk_season import on

from tracker.errors import StoreError
from tracker.remind.queue import queue_today
from tracker.settings import Settings
from tracker.store.engine import writing
from tracker.store.tables import Letter
from tracker.web.desk import background
from tracker.web.desk.background import Background, Work


@pytest.fixture
def season(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    return open_season(sqlite_engine, make_settings, with_people())


def test_all_agencies_are_chosen_for_a_reminder_by_one_link_and_none_by_another(season: Season) -> None:
    visitor = signed_in(season)
    assert visitor.get("/ky/2024/nhac").text.count(" checked") == 0
    assert visitor.get("/ky/2024/nhac?chon=tat-ca").text.count(" checked") == 2
    assert 'href="?chon=tat-ca#chon"' in visitor.get("/ky/2024/nhac").text


def test_the_years_letters_begin_today(season: Season) -> None:
    page = signed_in(on(season, date(2024, 10, 25))).get("/lich?nam=2024")
    days = re.findall(r"<h2>(\d\d)/(\d\d)/2024</h2>", page.text)
    assert days
    assert min((month, day) for day, month in days) >= ("10", "25")
    late = text_of(signed_in(on(season, date(2024, 12, 30))).get("/lich?nam=2024"))
    assert "Từ nay đến hết năm 2024 không còn thư nào theo mốc" in late


def test_a_look_at_the_years_letters_and_at_a_plan_waits_for_no_writer(season: Season) -> None:
    visitor = signed_in(season)
    plan = visitor.get("/ke-hoach")
    seal = re.search(r'name="dau" value="([0-9a-f]+)"', plan.text)
    assert seal
    edited = with_people(plan_text().replace("Hoạt động thứ 1,", "Hoạt động mới,"))
    with writing(season.engine) as session:
        session.execute(sa.text("UPDATE periods SET title = title"))
        assert visitor.get("/lich?nam=2024").status_code == 200
        given = {"dau": seal[1], "action": "look"}
        files = {"tep": ("k.yaml", edited.encode())}
        look = visitor.ask("POST", f"{HOME}/ke-hoach", data=given, files=files)
    assert "Hoạt động mới" in text_of(look)


def test_the_journal_names_letters_and_figures_as_people_call_them(season: Season) -> None:
    say(season, "II.1")
    queue_today(season.engine, season.settings)
    [letter] = [one for one in season.rows(Letter) if one.agency_id == "so-a"]
    visitor = signed_in(season)
    visitor.follow(visitor.post(f"/thu/{letter.id}", action="cancel"))
    page = text_of(visitor.get("/nhat-ky"))
    assert letter.subject in page
    assert letter.key not in page
    assert "gửi báo cáo II.1, Sở Công Thương (kỳ 2024)" in page
    assert not re.search(r"\b(duty|update|part|message|version|period|remind:)\b", page)


def test_a_period_that_asks_nothing_says_so(season: Season) -> None:
    with writing(season.engine) as session:
        session.execute(sa.text("UPDATE duties SET state = 'withdrawn'"))
    assert "Kỳ này không hỏi cơ quan nào" in text_of(signed_in(season).get("/ky/2024"))
    assert "Kỳ này không hỏi" not in text_of(signed_in(season).get("/thu"))


def test_a_memo_that_failed_is_told_to_everybody_who_asked_for_it_and_to_nobody_else() -> None:
    works, hold = Background(), threading.Event()

    def fail(_: Work) -> None:
        hold.wait(60)
        raise StoreError("hỏng", "hỏng")

    works.begin_shown("2024", "Hoa", fail)
    works.begin_shown("2024", "Bình", fail)
    hold.set()
    works.wait()
    assert works.shown("2024", "Lan") is None
    for who in ("Bình", "Hoa"):
        told = works.shown("2024", who)
        assert told is not None
        assert isinstance(told.error, StoreError)
        assert works.shown("2024", who) is None


def test_memos_are_printed_two_at_a_time_and_who_waits_too_long_is_told(
    season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(season, "II.1")
    visitor = signed_in(season)
    visitor.follow(visitor.post("/ky/2024/bao-cao", action="compile"))
    monkeypatch.setattr(background, "LONGEST_WAIT", 0.01)
    works = season.browser.app.state.background
    with works.printing(), works.printing():
        assert visitor.get("/ky/2024/bao-cao/1.html").status_code == 503
    assert visitor.get("/ky/2024/bao-cao/1.html").status_code == 200


def test_pages_on_a_port_that_is_taken_say_so_and_the_way_out(applied: Office) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        applied.set(PORT=str(port))
        said = applied.refused("web")
    assert f"cổng {port} đang có chương trình khác dùng" in said
    assert "đặt TRACKER_PORT là một cổng khác" in said
