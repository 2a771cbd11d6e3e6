"""Every address against every method, and GET and HEAD that change nothing: a new route must have its row here."""

from collections.abc import Callable

import httpx
import pytest
import sqlalchemy as sa
from factories_web import Season, open_season
from starlette.routing import Route

from tracker.report.compile import compile_memo
from tracker.settings import Settings
from tracker.store.engine import writing
from tracker.store.links import link_for, token_of
from tracker.store.periods import find_period
from tracker.store.tables import Purpose
from tracker.web.api.door import API
from tracker.web.desk.address import HOME

READ = {"GET": 200, "HEAD": 200}
NONE = dict.fromkeys(("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"), 405)
TABLE: dict[str, dict[str, int]] = {
    "/": {**READ, "POST": 405},
    "/style.css": {**READ, "POST": 405},
    "/ban-lam-viec.css": {**READ, "POST": 405},
    "/form.js": {**READ, "POST": 405},
    "/en/form.js": {**READ, "POST": 405},
    "/favicon.ico": {**READ, "POST": 405},
    "/suc-khoe": {**READ, "POST": 405},
    "/ket-qua": {**READ, "POST": 405},
    "/ket-qua/kh/{plan_id}": {**READ, "POST": 405},
    "/lich/{agency}/{token}.ics": {"GET": 404, "HEAD": 404, "POST": 405},
    "/b/{token}": {**READ, "POST": 303},
    "/b/{token}/bien-nhan": {**READ, "POST": 405},
    "/b/{token}/mau-bao-cao.xlsx": {**READ, "POST": 405},
    "/b/{token}/tep": {"GET": 405, "HEAD": 405, "POST": 422},
    "/b/{token}/tai-lieu": {**READ, "POST": 422},
    "/b/{token}/tai-lieu/{file_id:number}": {**READ, "POST": 405},
    "/r/{token}": {**READ, "POST": 422},
    "/r/{token}/{agency}": {**READ, "POST": 422},
    "/r/{token}/thu/{message_id:number}": {"GET": 404, "HEAD": 404, "POST": 404},
    "/r/{token}/tai-lieu/{file_id:number}": {**READ, "POST": 405},
    "/r/{token}/bao-cao/tong-hop": {**READ, "POST": 422},
    "/r/{token}/bao-cao/{number:number}.{form}": {**READ, "POST": 405},
}
ROUNDS = 1_000


@pytest.fixture
def season(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    return with_a_file_and_a_memo(open_season(sqlite_engine, make_settings, results="public"))


def with_a_file_and_a_memo(season: Season) -> Season:
    compile_memo(season.engine, season.settings, "2024", "đầu mối", formats=())
    duty = next(iter(season.duties().values()))
    data = {"activity": str(duty.id), "given_by": "Cán bộ (minh họa)"}
    files = {"file": ("a.pdf", b"%PDF-1.7")}
    assert season.browser.ask("POST", f"{season.link()}/tai-lieu", data=data, files=files).status_code == 303
    return season


def paths(season: Season) -> list[str]:
    """Return every address but those of desk and API, which have their tables in test_web_desk_table.py and
    test_web_api_table.py."""
    routes = (route.path for route in season.browser.app.routes if isinstance(route, Route))
    return [path for path in routes if not path.startswith((f"{HOME}/", f"{API}/")) and path != HOME]


def tokens(season: Season) -> dict[str, str]:
    """Return the token of each kind of address, by its first letter."""
    answer = season.link().removeprefix("/b/")
    with writing(season.engine) as session:
        key, now = season.settings.secret_key(), season.settings.now()
        review = link_for(session, find_period(session, "2024"), "hoi", key, now, Purpose.REVIEW)
        return {"b": answer, "r": token_of(review, key)}


def filled(path: str, token: dict[str, str]) -> str:
    given = {
        "{token}": token.get(path[1:2], "x"),
        "{agency}": "so-a",
        "{plan_id}": "ke-hoach",
        "{file_id:number}": "1",
        "{message_id:number}": "1",
        "{number:number}.{form}": "1.html",
    }
    for name, value in given.items():
        path = path.replace(name, value)
    return path


def asked(season: Season, method: str, path: str, token: dict[str, str]) -> httpx.Response:
    given: dict[str, object] = {"data": {"action": "save"}} if method == "POST" else {}
    if method == "POST" and path.endswith(("/tep", "/tai-lieu")):
        given = {"data": {"x": "y"}, "files": {"file": ("a.xlsx", b"x")}}
    return season.browser.ask(method, filled(path, token), **given)


def test_every_address_answers_every_method_as_the_table_says(season: Season) -> None:
    assert set(paths(season)) <= set(TABLE)
    token, wrong = tokens(season), {}
    for path in paths(season):
        for method, status in (TABLE[path] | NONE).items():
            found = asked(season, method, path, token).status_code
            if found != status:
                wrong[f"{method} {path}"] = found
    assert wrong == {}


def test_every_address_behind_a_token_that_opens_nothing_is_one_and_the_same_page(season: Season) -> None:
    unknown = {kind: season.browser.get(f"/{kind}/{'x' * 43}") for kind in "br"}
    for path in paths(season):
        if "{token}" not in path or path[1] not in unknown:
            continue
        for method in ("GET", "POST"):
            if TABLE[path].get(method) != 405:
                answer = asked(season, method, path, {"b": "x" * 43, "r": "x" * 43})
                assert (answer.status_code, answer.content) == (404, unknown[path[1]].content), f"{method} {path}"


def test_a_thousand_gets_and_heads_over_all_addresses_leave_the_record_as_it_was(
    engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    season = with_a_file_and_a_memo(open_season(engine, make_settings, results="public"))
    token = tokens(season)
    before, bytes_before = season.dump(), database_bytes(engine)
    wanted = [filled(path, token) for path in paths(season)]
    turns = [(method, wanted[n % len(wanted)], {}) for n in range(ROUNDS // 2) for method in ("GET", "HEAD")]
    answers = season.browser.many(turns)
    assert len(answers) == ROUNDS
    assert max(answer.status_code for answer in answers) < 500
    assert season.dump() == before
    assert database_bytes(engine) == bytes_before


def database_bytes(engine: sa.Engine) -> bytes:
    """Return the SQLite file with all its writes in it; nothing on PostgreSQL, whose rows are compared."""
    if engine.dialect.name != "sqlite":
        return b""
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    with open(engine.url.database or "", "rb") as file:  # noqa: PTH123
        return file.read()
