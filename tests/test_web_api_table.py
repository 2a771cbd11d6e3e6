"""Every address of the API against every role and method, and GETs that change nothing; made from the routes."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from factories_api import Program, token_for
from factories_web import Season, open_season
from test_web_coordinator import say

from tracker.settings import Settings
from tracker.web.api.door import API
from tracker.web.api.operations import OPERATIONS

ROUNDS = 1_000
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
ROLES = ["reading", "answering", "nobody"]


@pytest.fixture
def season(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    return open_season(sqlite_engine, make_settings)


def filled(path: str) -> str:
    return path.replace("{code}", "2024").replace("{nothing:path}", "khong-co")


def expected(path: str, role: str, method: str) -> int:
    """Return the status that is right: of a body with nothing in it, that it is no JSON."""
    method = "GET" if method == "HEAD" else method
    if path == "/openapi.json":
        return 200 if method == "GET" else 405
    found = {one.method: one for one in OPERATIONS if one.path == path}
    if method not in {"GET", *found}:
        return 405
    if role == "nobody":
        return 401
    if method not in found:
        return 404
    if found[method].only_answering and role == "reading":
        return 403
    return 400 if found[method].takes else 200


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_every_role_and_method_as_its_row_says(season: Season, role: str) -> None:
    token = {"reading": token_for(season), "answering": token_for(season, "so-a"), "nobody": "x" * 43}[role]
    program = Program(season, token=token)
    served = [route.path for route in season.browser.app.routes if getattr(route, "path", "").startswith(API)]
    wrong = {}
    for path in (path.removeprefix(API) for path in served):
        for method in METHODS:
            given = {"headers": {"Content-Type": "application/json"}} if method == "POST" else {}
            found = program.ask(method, filled(path), **given).status_code
            if found != expected(path, role, method):
                wrong[f"{method} {path}"] = found, expected(path, role, method)
    assert {one.path for one in OPERATIONS} < {path.removeprefix(API) for path in served}
    assert wrong == {}


def test_a_thousand_gets_and_heads_over_all_addresses_change_nothing(
    engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    season = open_season(engine, make_settings)
    say(season, "II.1")
    headers = {"Authorization": f"Bearer {token_for(season, 'so-a')}"}
    wanted = [API + filled(one.path) for one in OPERATIONS if one.method == "GET"]
    wanted += [f"{API}/openapi.json", f"{API}/khong-co"]
    before = season.dump()
    turns = [
        (m, wanted[n % len(wanted)], {"headers": headers}) for n in range(ROUNDS // 2) for m in ("GET", "HEAD")
    ]
    answers = season.browser.many(turns)
    assert {answer.status_code for answer in answers} == {200, 404}
    assert season.dump() == before


def test_reading_waits_for_no_writer(season: Season) -> None:
    program = Program(season)
    with season.engine.connect() as writer:  # a connection of this engine begins IMMEDIATE: it holds the lock
        writer.execute(sa.text("UPDATE periods SET title = title"))
        assert program.read("/periods/2024/duties")["duties"]
        writer.rollback()
