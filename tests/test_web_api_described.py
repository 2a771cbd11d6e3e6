"""The description of the API holds: Schemathesis asks what it can think of, over the running application."""

from collections.abc import Callable

import pytest
import schemathesis
import sqlalchemy as sa
from factories_api import Program
from factories_web import Season, open_season
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from test_web_coordinator import say

from tracker.settings import Settings
from tracker.web.api.door import API, TITLES
from tracker.web.api.operations import OPERATIONS, describe

load_all_checks()
SOME, MANY = 40, 1_000
"""Requests that are made up for an operation."""
NOT_OURS = (
    "positive_data_acceptance",
    "use_after_free",
    "ensure_resource_availability",
    "object_level_authorization",
)
"""Checks of what this API does not say: well-formed words may still be no answer, and nothing is deleted."""


@pytest.fixture
def season(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    season = open_season(sqlite_engine, make_settings)
    say(season, "II.1")
    return season


def try_out(season: Season, name: str, requests: int) -> None:
    """Let Schemathesis ask the operation `name` what its description allows, and what it does not."""
    [one] = [one for one in OPERATIONS if one.name == name]
    token = Program(season, "so-a").token
    schema = schemathesis.openapi.from_asgi(f"{API}/openapi.json", season.browser.app)
    called = schema[API + one.path][one.method]
    kinds = [GenerationMode.POSITIVE] + ([GenerationMode.NEGATIVE] if called.path_parameters or one.asks else [])
    there = {"code": "2024"} if "{code}" in one.path else {}
    excluded = [CHECKS.get_one(check) for check in NOT_OURS]

    @settings(max_examples=requests, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of([called.as_strategy(kind, path_parameters=path) for kind in kinds for path in (None, there)]))
    def holds(case: schemathesis.Case) -> None:
        case.call_and_validate(
            base_url=season.settings.base_url,
            headers={"Authorization": f"Bearer {token}"},
            excluded_checks=excluded,
        )

    holds()


OPERATION = pytest.mark.parametrize("name", [one.name for one in OPERATIONS])


@OPERATION
def test_no_request_makes_an_error_here_or_an_answer_that_is_not_described(season: Season, name: str) -> None:
    try_out(season, name, SOME)


@pytest.mark.slow
@OPERATION
def test_no_request_of_very_many_makes_an_error_here_or_an_answer_that_is_not_described(
    season: Season, name: str
) -> None:
    try_out(season, name, MANY)


def test_the_description_is_openapi_and_anybody_may_read_it(season: Season) -> None:
    answer = season.browser.get(f"{API}/openapi.json")
    assert (answer.status_code, answer.json()) == (200, describe())
    assert describe()["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(describe()).validate()


def test_every_status_that_is_said_has_its_words_and_every_operation_its_name() -> None:
    for path, methods in describe()["paths"].items():
        for method, told in methods.items():
            [one] = [one for one in OPERATIONS if (API + one.path, one.method.lower()) == (path, method)]
            assert {int(status) for status in told["responses"]} == {200, *one.statuses}
            assert set(one.statuses) <= set(TITLES)
