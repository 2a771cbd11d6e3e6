"""Every operation of the API: its routes and its description (OpenAPI 3.1) are made from this one table."""

from importlib.metadata import version
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tracker.settings import Settings
from tracker.store.periods import CODE
from tracker.web.api import answering, reads
from tracker.web.api.body import DutyPage, Page, SubmissionBody
from tracker.web.api.door import API, TITLES, ApiDoor, Operation
from tracker.web.api.facts import (
    Answers,
    Duties,
    Figures,
    FormFacts,
    Periods,
    PeriodStanding,
    Plans,
    Problem,
    ReceiptFacts,
)

PERIOD = "/periods/{code}"
OPERATIONS = (
    Operation(
        method="GET",
        path="/plans",
        name="readPlans",
        summary="The plan that the token is for",
        answer=reads.show_plans,
        gives=Plans,
    ),
    Operation(
        method="GET",
        path="/periods",
        name="readPeriods",
        summary="Its periods, each with its standing",
        answer=reads.show_periods,
        gives=Periods,
    ),
    Operation(
        method="GET",
        path=PERIOD,
        name="readPeriod",
        summary="A period, with its standing by agency and content area",
        answer=reads.show_period,
        gives=PeriodStanding,
    ),
    Operation(
        method="GET",
        path=f"{PERIOD}/duties",
        name="readDuties",
        summary="What is asked of whom, and how each stands",
        answer=reads.show_duties,
        gives=Duties,
        asks=DutyPage,
    ),
    Operation(
        method="GET",
        path=f"{PERIOD}/answers",
        name="readAnswers",
        summary="What agencies said, every revision",
        answer=reads.show_answers,
        gives=Answers,
        asks=Page,
    ),
    Operation(
        method="GET",
        path=f"{PERIOD}/figures",
        name="readFigures",
        summary="The values that agencies gave for targets, every revision",
        answer=reads.show_figures,
        gives=Figures,
        asks=Page,
    ),
    Operation(
        method="GET",
        path=f"{PERIOD}/form",
        name="readForm",
        summary="All that the token's agency is asked, with what stands",
        answer=answering.show_form,
        gives=FormFacts,
        only_answering=True,
    ),
    Operation(
        method="POST",
        path=f"{PERIOD}/submissions",
        name="sendSubmission",
        summary="Answer for the token's agency: all is recorded, or nothing",
        answer=answering.send_submission,
        gives=ReceiptFacts,
        takes=SubmissionBody,
        only_answering=True,
    ),
)
IN_ANSWERS, IN_BODIES = "serialization", "validation"


def api_routes(engine: sa.Engine, settings: Settings) -> list[Route]:
    """Return the routes of the API."""
    door = ApiDoor(engine, settings)
    document = describe()

    def show_description(_: Request) -> Response:
        return JSONResponse(document)

    return [
        Route(f"{API}/openapi.json", show_description),
        *(Route(API + one.path, door.opens(one), methods=[one.method]) for one in OPERATIONS),
        Route(f"{API}/{{nothing:path}}", door.closed),
    ]


def describe() -> dict[str, Any]:
    """Return the description of the API."""
    schemas: dict[tuple[type[BaseModel], str], dict[str, Any]]
    wanted: list[Any] = [(one.gives, IN_ANSWERS) for one in OPERATIONS] + [(Problem, IN_ANSWERS)]
    wanted += [(one.takes, IN_BODIES) for one in OPERATIONS if one.takes]
    schemas, shared = models_json_schema(wanted, ref_template="#/components/schemas/{model}")  # type: ignore[assignment]
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        paths.setdefault(API + one.path, {})[one.method.lower()] = _described(one, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tracker",
            "version": version("tracker"),
            "description": "Reads a plan, its periods and what agencies report; takes an agency's answers.",
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": shared["$defs"],
        },
    }


def _described(one: Operation, schemas: dict[tuple[type[BaseModel], str], dict[str, Any]]) -> dict[str, Any]:
    told = {
        str(status): {
            "description": TITLES[status],
            "content": {"application/problem+json": {"schema": schemas[Problem, IN_ANSWERS]}},
        }
        for status in one.statuses
    }
    found: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "parameters": _parameters(one),
        "responses": {
            "200": {
                "description": (one.gives.__doc__ or "").strip(),
                "content": {"application/json": {"schema": schemas[one.gives, IN_ANSWERS]}},
            }
        }
        | told,
    }
    if one.takes:
        content = {"application/json": {"schema": schemas[one.takes, IN_BODIES]}}
        found["requestBody"] = {"required": True, "content": content}
    return found


def _parameters(one: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if "{code}" in one.path:
        schema = {"type": "string", "pattern": f"^{CODE.pattern}$"}
        found.append({"name": "code", "in": "path", "required": True, "schema": schema,
                      "description": "A period's code."})  # fmt: skip
    if one.asks:
        described = one.asks.model_json_schema()
        for name, schema in described["properties"].items():
            found.append({"name": name, "in": "query", "required": False, "schema": _plain(schema, described),
                          "description": schema.get("description", "")})  # fmt: skip
    return found


def _plain(schema: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of one parameter: a parameter is left out, never null."""
    plain = next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)
    if "$ref" in plain:
        plain = described["$defs"][plain["$ref"].rpartition("/")[2]]
    return {name: value for name, value in plain.items() if name not in {"title", "description", "default"}}
