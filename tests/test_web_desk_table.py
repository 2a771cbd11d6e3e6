"""Every address of the desk against every role and method, and GETs that change nothing; made from the routes."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from desk_visits import HOME, PEOPLE, Visitor, add_plan, second_plan, signed_in, text_of, with_people
from factories_web import Season, fields_of, open_season
from test_web_coordinator import put_reply, say
from test_web_evidence import give

from tracker.report.compile import compile_memo
from tracker.settings import Settings
from tracker.web.desk.routes import DESKS, PAGES
from tracker.web.desk.visit import Page

ROUNDS = 1_000
GIVEN = {
    "{code}": "2024",
    "{agency}": "so-a",
    "{activity}": "II.1",
    "{letter_id:number}": "1",
    "{message_id:number}": "1",
    "{file_id:number}": "1",
    "{number:number}.{form}": "1.html",
    "{nothing:path}": "khong-co-trang-nay",
}
ROLES = [*PEOPLE, "nobody"]
OF_ANOTHER = {"admin": ("Đỗ Thị Khác", "khac@tinh.example")}


def filled(path: str) -> str:
    for name, value in GIVEN.items():
        path = path.replace(name, value)
    return path


@pytest.fixture
def season(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    return with_something_everywhere(open_season(sqlite_engine, make_settings, with_people(), results="public"))


@pytest.fixture
def beside(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    """Give a season of the plan `hai`, beside which stands a plan of other people."""
    season = with_something_everywhere(open_season(sqlite_engine, make_settings, second_plan(), results="public"))
    add_plan(season, with_people(people=OF_ANOTHER))
    return season


def with_something_everywhere(season: Season) -> Season:
    say(season, "II.1")
    put_reply(season)
    give(season, "a.pdf", b"%PDF-1.7\na")
    compile_memo(season.engine, season.settings, "2024", "đầu mối", formats=())
    return season


def expected(page: Page, role: str, method: str) -> set[int]:
    """Return the statuses that are right: of a form with nothing in it, that something is wrong with it."""
    if method not in ("GET", "HEAD", "POST"):
        return {405}
    if role == "nobody":
        return {401} if method == "POST" else {303}
    if role not in page.sees:
        return {404}
    if method == "POST":
        return {404, 409, 422, 303, 400, 200} if page.act and role in page.acts else {404}
    return {200} if page.show else {404}


@pytest.mark.parametrize("at", ["", "/kh/hai"])
@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_every_role_and_method_as_its_row_says(
    request: pytest.FixtureRequest, role: str, at: str
) -> None:
    season: Season = request.getfixturevalue("beside" if at else "season")
    visitor = Visitor(season) if role == "nobody" else signed_in(season, role)
    seal = fields_of(visitor.get(at)).get("dau", "")
    missing = None if role == "nobody" else visitor.get(f"{at}/khong-co").content
    wrong = {}
    for page in PAGES:
        path = HOME + at + filled(page.path)
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            given = {"data": {"dau": seal}} if method == "POST" else {}
            answer = visitor.ask(method, path, **given)
            right = expected(page, role, method)
            if answer.status_code not in right:
                wrong[f"{method} {path}"] = answer.status_code, right
            if right == {404} and method != "HEAD" and answer.content != missing:
                wrong[f"{method} {path}"] = "is told apart from what does not exist", right
    assert wrong == {}


@pytest.mark.parametrize("who", [*PEOPLE, *(mail for _, mail in OF_ANOTHER.values())])
def test_the_desk_of_a_plan_that_does_not_list_a_person_answers_like_what_does_not_exist(
    beside: Season, who: str
) -> None:
    visitor = signed_in(beside, who)
    own, others = ("/kh/hai", "") if who in PEOPLE else ("", "/kh/hai")
    seal, missing = fields_of(visitor.get(own))["dau"], visitor.get("/kh/khong-co").content
    wrong = {}
    for page in PAGES:
        for method in ("GET", "HEAD", "POST"):
            path = HOME + others + filled(page.path)
            answer = visitor.ask(method, path, **({"data": {"dau": seal}} if method == "POST" else {}))
            if not others and method != "POST":
                to = HOME + own + filled(page.path)
                assert (answer.status_code, answer.headers["location"]) == (303, to), "led to their own desk"
            elif answer.status_code != 404 or (method != "HEAD" and answer.content != missing):
                wrong[f"{method} {path}"] = answer.status_code
    assert wrong == {}


def test_the_addresses_of_signing_in_answer_every_method_as_the_table_says(season: Season) -> None:
    unknown = f"/vao/{'x' * 43}"
    table = {"/vao": (200, 422), unknown: (404, 404), "/ra": (303, 303)}
    served = [route.path for route in season.browser.app.routes if getattr(route, "path", "").startswith(HOME)]
    assert set(served) == {at + page.path for page in PAGES for at in DESKS} | {
        f"{HOME}/vao", f"{HOME}/vao/{{token}}", f"{HOME}/ra", f"{HOME}.css",
    }  # fmt: skip
    for path, (get, post) in table.items():
        visitor = Visitor(season)
        found = [visitor.ask(method, HOME + path).status_code for method in ("GET", "HEAD")]
        found.append(visitor.ask("POST", HOME + path, data={"email": ""}).status_code)
        assert found == [get, get, post], path
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            assert visitor.ask(method, HOME + path).status_code == 405, f"{method} {path}"


def test_a_leader_and_a_reviewer_can_post_nothing_that_is_not_theirs_and_nothing_changes(season: Season) -> None:
    for role, may in (("leader", 0), ("reviewer", 3)):
        visitor = signed_in(season, role)
        seal, before = fields_of(visitor.get())["dau"], season.dump()
        open_to_them = 0
        for page in PAGES:
            for action in ("compile", "final", "retry", "cancel", "copy", "withdraw", "apply", "adhoc", "move"):
                if page.act and role in page.acts:
                    open_to_them += action == "compile"
                    continue
                path = HOME + filled(page.path)
                typed = {"dau": seal, "action": action, "ky": "2024", "co-quan.so-a": "1"}
                assert visitor.ask("POST", path, data=typed).status_code == 404, f"{role} {action} {path}"
        assert open_to_them == may
        assert season.dump() == before


def test_a_thousand_gets_and_heads_over_all_addresses_change_nothing(
    engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    season = with_something_everywhere(open_season(engine, make_settings, with_people(), results="public"))
    visitor = signed_in(season)
    headers = {"Cookie": visitor.cookie}
    wanted = [HOME + filled(page.path) for page in PAGES] + [f"{HOME}/vao", f"{HOME}/vao/{'x' * 43}"]
    wanted = [path for path in wanted if not path.endswith(("1.html", "/lich"))]  # slow ones come once, below
    before = season.dump()
    turns = [
        (m, wanted[n % len(wanted)], {"headers": headers}) for n in range(ROUNDS // 2) for m in ("GET", "HEAD")
    ]
    answers = season.browser.many(turns)
    for path in ("/ky/2024/bao-cao/1.html", "/lich", "/viec?dang=csv", "/ky/2024/nhac?xem=so-a"):
        assert visitor.get(path).status_code == 200
    assert len(answers) == ROUNDS
    assert max(answer.status_code for answer in answers) < 500
    assert season.dump() == before


def test_no_page_of_the_desk_speaks_of_commands_files_or_prefect(season: Season) -> None:
    visitor = signed_in(season)
    for page in PAGES:
        if page.show and not page.path.endswith((".yaml", "{form}", "{file_id:number}")):
            said = text_of(visitor.get(filled(page.path)))
            for word in ("tracker ", "Prefect", "--", "TRACKER_", "contacts", "root "):
                assert word not in said, f"{word} at {page.path}"


MISSING = ["/ky/1999", "/ky/1999/nhac", "/ky/1999/bao-cao", "/ky/1999/duyet", "/co-quan/la", "/hoat-dong/X.1",
           "/thu/99999", "/ky/2024/bao-cao/9.pdf", "/ky/2024/bao-cao/1.exe"]  # fmt: skip


@pytest.mark.parametrize("path", MISSING)
def test_what_is_not_there_is_no_page(season: Season, path: str) -> None:
    visitor = signed_in(season)
    assert visitor.get(path).status_code == 404
    assert visitor.ask("POST", HOME + path, data={"dau": fields_of(visitor.get())["dau"]}).status_code == 404
