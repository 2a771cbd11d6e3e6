"""The door of the API: who a token lets in, and what everybody else is told, in JSON."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from tracker.errors import Fault, Faults
from tracker.plan.model import Plan
from tracker.settings import Settings
from tracker.store.api_tokens import find_token
from tracker.store.engine import reading, writing
from tracker.store.periods import all_periods
from tracker.store.plans import plan_in_force
from tracker.store.tables import ApiToken, Period, PlanVersion
from tracker.web.api.body import checked, read_json
from tracker.web.api.facts import FaultFacts, Problem
from tracker.web.request import write_in_turn

API = "/api"
AT_ONCE = 2
"""Requests answered at once: more threads than that only take the interpreter from one another."""
TITLES = {
    400: "The body is no JSON that can be read.",
    401: "No token that opens anything.",
    403: "This token may not do that, or the request came from another site.",
    404: "There is no such thing.",
    405: "Not by this method.",
    408: "The body came too slowly.",
    409: "The period takes no answers.",
    413: "The body is too large.",
    415: "The body must be application/json.",
    422: "Something in the request cannot be used.",
    500: "Something went wrong here.",
    503: "The service cannot work just now; try again later.",
}
"""What is said with each status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request of a program that was let in."""

    session: Session
    settings: Settings
    token: ApiToken
    version: PlanVersion
    plan: Plan
    path: Mapping[str, Any]
    asked: Any
    """What the address asks for."""
    body: Any
    """What was sent."""

    @property
    def period(self) -> Period:
        """Return the period that the address names; HTTPException 404 where the plan has none of that code."""
        code = self.path["code"]
        for period in all_periods(self.session, self.token.plan_id):
            if period.code == code:
                return period
        raise HTTPException(404)

    def agencies(self, wanted: str | None = None) -> list[str] | None:
        """Return the agencies whose rows are told: the token's, and of these only those that `wanted` answers for.

        None where all are. Raises Faults where the plan has no such agency.
        """
        if wanted is not None and wanted not in self.plan.agencies:
            raise Faults([Fault(("", "agency"), "the plan has no such agency", "see /api/plans")])
        holders = {one for one in (self.token.agency_id, wanted) if one}
        today = self.settings.today()
        held = {one: self.plan.holder(one, today).id for one in self.plan.agencies}
        return [one for one in held if all(asked in {held[one], one} for asked in holders)] if holders else None


Handler = Callable[[Call], BaseModel]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that a program may ask: where, by what method, and what it gives and takes."""

    method: Literal["GET", "POST"]
    path: str
    name: str
    summary: str
    answer: Handler
    gives: type[BaseModel]
    asks: type[BaseModel] | None = None
    takes: type[BaseModel] | None = None
    only_answering: bool = False
    """Whether it takes a token that answers for an agency."""

    @property
    def statuses(self) -> tuple[int, ...]:
        """Return every status that an answer may have beside 200."""
        found = {401, 413, 500, 503}
        found |= {404} if "{" in self.path else set()
        found |= {422} if self.asks else set()
        found |= {403} if self.only_answering else set()
        found |= {400, 403, 408, 409, 415, 422} if self.takes else set()
        return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class ApiDoor:
    """Lets programs in by their token, and nobody else. A token is looked up before anything else is done."""

    engine: sa.Engine
    settings: Settings
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def opens(self, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        """Return the handler of `operation`."""

        async def handle(request: Request) -> Response:
            token = _token_in(request)
            async with self.turns:
                answers_for = await run_in_threadpool(self._let_in, token)
            if operation.only_answering and answers_for is None:
                raise HTTPException(403)
            try:
                asked = checked(operation.asks, dict(request.query_params)) if operation.asks else None
                body = checked(operation.takes, await _json_of(request)) if operation.takes else None
                given = (operation.answer, token, request.path_params, asked, body)
                if operation.method == "POST":
                    said = await write_in_turn(self._write, *given)
                else:
                    async with self.turns:
                        said = await run_in_threadpool(self._read, *given)
            except Faults as error:
                return problem(422, error.faults)
            return Response(said, media_type="application/json")

        return handle

    async def closed(self, request: Request) -> Response:
        """Answer where nothing is: to a stranger as everywhere, to a program that it is not there."""
        await run_in_threadpool(self._let_in, _token_in(request))
        raise HTTPException(404)

    def _let_in(self, token: str) -> str | None:
        with reading(self.engine) as session:
            return self._find(session, token)[0].agency_id

    def _find(self, session: Session, token: str) -> tuple[ApiToken, PlanVersion, Plan]:
        row = find_token(session, token, self.settings.now())
        if row is None:
            raise HTTPException(401)
        version, plan = plan_in_force(session, row.plan_id)
        if row.agency_id is not None and row.agency_id not in plan.agencies:
            raise HTTPException(401)
        return row, version, plan

    def _read(self, answer: Handler, token: str, *given: Any) -> str:
        with reading(self.engine) as session:
            return answer(self._call(session, token, *given)).model_dump_json()

    def _write(self, answer: Handler, token: str, *given: Any) -> str:
        with writing(self.engine) as session:
            return answer(self._call(session, token, *given)).model_dump_json()

    def _call(self, session: Session, token: str, path: Mapping[str, Any], asked: Any, body: Any) -> Call:
        row, version, plan = self._find(session, token)
        return Call(
            session=session,
            settings=self.settings,
            token=row,
            version=version,
            plan=plan,
            path=path,
            asked=asked,
            body=body,
        )


def problem(status: int, faults: Iterable[Fault] = (), title: str = "") -> Response:
    """Return the answer that says why there is none."""
    told = [FaultFacts(entry=one.entry, field=one.field, what=one.what, remedy=one.remedy) for one in faults]
    said = Problem(status=status, title=title or TITLES[status], faults=told)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return Response(said.model_dump_json(), status, headers, "application/problem+json")


def is_api(path: str) -> bool:
    """Say whether `path` is one of the API's."""
    return path.startswith(f"{API}/")


def _token_in(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise HTTPException(401)
    return token.strip()


async def _json_of(request: Request) -> object:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415)
    try:
        return read_json(await request.body())
    except (ValueError, ClientDisconnect) as error:
        raise HTTPException(400) from error
