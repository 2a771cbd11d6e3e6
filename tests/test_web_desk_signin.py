"""Signing in at the desk: by a link to an address that the plan lists, once, and never told to strangers."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from threading import Barrier, Event

import pytest
import sqlalchemy as sa
from desk_visits import HOME, PEOPLE, Visitor, sign_in_link, signed_in, text_of, with_people
from factories_web import Browser, Season, fields_of, open_season

from tracker.plan.reader import parse_plan
from tracker.settings import Settings
from tracker.store.apply import apply_plan
from tracker.store.engine import writing
from tracker.store.sessions import MOST_FOR_ONE
from tracker.store.tables import DeskSession, JournalEntry, Letter, SignIn
from tracker.web.app import create_app
from tracker.web.desk.background import MOST_WAITING

NAME, ADDRESS = PEOPLE["coordinator"]


@pytest.fixture
def season(engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    return open_season(engine, make_settings, with_people())


@pytest.fixture
def quiet(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    return open_season(sqlite_engine, make_settings, with_people())


def ask_for_link(season: Season, address: str) -> Visitor:
    visitor = Visitor(season)
    answer = visitor.post("/vao", email=address)
    visitor.settle()
    assert "Đã ghi nhận đề nghị" in answer.text
    return visitor


def letters_that_left(season: Season) -> list[str]:
    folder = season.settings.var / "outbox"
    files = sorted(folder.rglob("*.eml")) if folder.exists() else []
    mails = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
    return [mail.get_body(("plain",)).get_content() for mail in mails]  # type: ignore[union-attr]


def later(season: Season, **given: int) -> Season:
    """Return the season with a clock that is ahead."""

    class Ahead(Settings):
        def now(self):  # type: ignore[no-untyped-def]
            return Settings.now(self) + timedelta(**given)

    settings = Ahead(**{name: getattr(season.settings, name) for name in season.settings.__dataclass_fields__})
    return replace(season, settings=settings, browser=Browser(create_app(season.engine, settings)))


def test_a_person_of_the_plan_signs_in_by_the_link_in_a_letter_and_acts_under_that_name(season: Season) -> None:
    visitor = ask_for_link(season, ADDRESS.upper())
    [letter] = letters_that_left(season)
    link = re.search(r"http://127\.0\.0\.1:8305(/ban-lam-viec/vao/\S+)", letter)
    assert link
    page = visitor.ask("GET", link[1])
    assert NAME in page.text
    assert season.rows(SignIn)[0].used_at is None, "looking uses nothing up: mail filters open links"
    assert visitor.follow(visitor.ask("POST", link[1])).status_code == 200
    assert NAME in visitor.get().text
    assert (season.rows(JournalEntry)[-1].who, season.rows(JournalEntry)[-1].did) == (NAME, "signed in")


def test_no_token_stands_in_the_store(season: Season) -> None:
    visitor = ask_for_link(season, ADDRESS)
    link = re.search(r"/ban-lam-viec/vao/(\S+)", letters_that_left(season)[0])
    assert link
    visitor.ask("POST", f"{HOME}/vao/{link[1]}")
    kept = str(season.dump())
    assert link[1] not in kept
    assert visitor.cookie.split("=")[1].split(".")[0] not in kept


def test_a_link_signs_in_once_and_not_for_long(season: Season) -> None:
    link = sign_in_link(season)
    assert Visitor(season).ask("POST", link).status_code == 303
    used = Visitor(season).ask("POST", link)
    unknown = Visitor(season).ask("GET", f"{HOME}/vao/{'x' * 43}")
    assert (used.status_code, used.content) == (404, unknown.content)
    old = sign_in_link(season)
    assert Visitor(later(season, minutes=31)).ask("POST", old).content == unknown.content
    assert len(season.rows(DeskSession)) == 1


def test_asking_says_the_same_for_every_address_and_writes_to_none_that_the_plan_does_not_list(
    quiet: Season,
) -> None:
    known, stranger = Visitor(quiet), Visitor(quiet)
    answers = [v.post("/vao", email=a).content for v, a in ((known, ADDRESS), (stranger, "la@xa.example"))]
    known.settle()
    assert answers[0] == answers[1]
    assert [letter.to for letter in quiet.rows(Letter)] == [[ADDRESS]]


def test_asking_again_and_again_writes_a_few_letters_only(quiet: Season) -> None:
    for _ in range(MOST_FOR_ONE + 3):
        ask_for_link(quiet, ADDRESS)
    assert len(quiet.rows(Letter)) == MOST_FOR_ONE
    ask_for_link(quiet, PEOPLE["admin"][1])
    assert len(quiet.rows(Letter)) == MOST_FOR_ONE + 1


@pytest.mark.parametrize(
    "typed", ["", "x", "a@b", f"{'a' * 400}@tinh.example", "a@tinh.example\nBcc: b@tinh.example"]
)
def test_what_is_no_address_is_refused_with_the_field_named(quiet: Season, typed: str) -> None:
    answer = Visitor(quiet).post("/vao", email=typed)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_the_cookie_is_the_desks_alone_and_renewed_on_use(quiet: Season) -> None:
    visitor = Visitor(quiet)
    answer = visitor.ask("POST", sign_in_link(quiet))
    said = answer.headers["set-cookie"].lower()
    assert all(part in said for part in ("httponly", "samesite=lax", "path=/ban-lam-viec", "max-age=14400"))
    assert "secure" not in said
    before = quiet.dump()
    assert "set-cookie" in visitor.get().headers
    assert quiet.dump() == before


def test_behind_https_the_cookie_is_secure(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    season = open_season(sqlite_engine, make_settings, with_people(), base_url="https://theo-doi.tinh.example")
    assert "secure" in Visitor(season).ask("POST", sign_in_link(season)).headers["set-cookie"].lower()


def test_a_session_ends_unused_at_the_end_of_the_day_and_by_leaving(quiet: Season) -> None:
    visitor = signed_in(quiet)
    assert replace(visitor, season=later(quiet, hours=3)).get().status_code == 200
    assert replace(visitor, season=later(quiet, hours=5)).get().status_code == 303
    kept = replace(visitor)
    for hours in (3, 6, 9, 11):
        kept.season = later(quiet, hours=hours)
        assert kept.get().status_code == 200
    kept.season = later(quiet, hours=13)
    assert kept.get().status_code == 303
    stolen = replace(visitor)
    visitor.ask("POST", f"{HOME}/ra", data={"dau": fields_of(visitor.get())["dau"]})
    assert stolen.get().status_code == 303
    assert quiet.rows(JournalEntry)[-1].did == "signed out"


def test_who_leaves_the_plan_is_out_at_once(season: Season) -> None:
    visitor, link = signed_in(season), sign_in_link(season)
    assert visitor.get().status_code == 200
    without = with_people().replace(f"    - {{name: {NAME}, email: {ADDRESS}, role: coordinator}}\n", "")
    with writing(season.engine) as session:
        apply_plan(
            session, parse_plan(without.encode()), "quản trị", season.settings.today(), season.settings.now()
        )
    assert visitor.get().status_code == 303
    assert Visitor(season).ask("POST", link).status_code == 404


@pytest.mark.parametrize("change", ["token", "until", "mark"])
def test_a_cookie_that_was_changed_opens_nothing(quiet: Season, change: str) -> None:
    visitor = signed_in(quiet)
    name, value = visitor.cookie.split("=")
    token, until, mark = value.split(".")
    forged = {
        "token": f"{'x' * 43}.{until}.{mark}",
        "until": f"{token}.{int(until) + 9}.{mark}",
        "mark": f"{token}.{until}.{'0' * 64}",
    }[change]
    assert Visitor(quiet, f"{name}={forged}").get().status_code == 303


def test_a_form_without_our_seal_is_refused(quiet: Season) -> None:
    visitor = signed_in(quiet)
    typed = fields_of(visitor.get("/ky/2024/duyet"))
    for seal in ("", "x" * 64, "ế"):
        answer = visitor.ask("POST", f"{HOME}/ky/2024/duyet", data=typed | {"dau": seal})
        assert answer.status_code == 403
    elsewhere = {"Sec-Fetch-Site": "same-site"}
    assert visitor.ask("POST", f"{HOME}/ky/2024/duyet", data=typed, headers=elsewhere).status_code == 403
    assert visitor.ask("POST", f"{HOME}/ra", data={"x": "y"}).status_code == 403


def test_without_a_session_every_address_answers_alike_whether_it_exists_or_not(quiet: Season) -> None:
    stranger = Visitor(quiet)
    for method in ("GET", "POST"):
        answers = [stranger.ask(method, HOME + path) for path in ("", "/ky/2024/duyet", "/ky/1999", "/khong-co")]
        assert len({(one.status_code, one.content, one.headers.get("location")) for one in answers}) == 1
    assert "Chưa có gì được ghi lại" in text_of(stranger.ask("POST", HOME))


def test_a_link_that_is_used_by_two_at_once_signs_one_in(season: Season) -> None:
    link, start = sign_in_link(season), Barrier(4)

    def enter(_: int) -> int:
        start.wait()
        return Visitor(season).ask("POST", link).status_code

    with ThreadPoolExecutor(4) as together:
        found = sorted(together.map(enter, range(4)))
    assert found == [303, 404, 404, 404]
    assert len(season.rows(DeskSession)) == 1


def test_two_coordinators_who_press_at_once_send_an_agency_one_reminder(season: Season) -> None:
    people = [signed_in(season), signed_in(season, "admin")]
    pages, start = [one.get("/ky/2024/nhac") for one in people], Barrier(2)

    def press(number: int) -> int:
        start.wait()
        typed = {"action": "send", "co-quan.so-a": "1"}
        return people[number].post("/ky/2024/nhac", pages[number], **typed).status_code

    with ThreadPoolExecutor(2) as together:
        found = sorted(together.map(press, range(2)))
    people[0].settle()
    assert found in ([303, 422], [303, 303])
    assert [letter.agency_id for letter in season.rows(Letter)] == ["so-a"]


def test_strangers_cannot_pile_up_work(quiet: Season) -> None:
    gate = Event()
    background = quiet.browser.app.state.background
    background.begin(gate.wait)
    begun = [background.begin(lambda: None) for _ in range(MOST_WAITING + 20)]
    gate.set()
    assert begun.count(False) == 21
    background.wait()
    assert background.begin(lambda: None)
