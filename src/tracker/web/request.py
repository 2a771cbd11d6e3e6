"""What the pages share: who stands behind a link, what a posted form says, where an answer leads."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ParamSpec, TypeVar
from urllib.parse import parse_qsl, quote, urlencode

import sqlalchemy as sa
from anyio.lowlevel import RunVar
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response

from tracker.answers.evidence import path_of
from tracker.case import Case, open_by_link, open_by_review_link
from tracker.errors import StoreError
from tracker.language import speak
from tracker.settings import Settings
from tracker.store.engine import reading
from tracker.store.links import was_issued
from tracker.store.problems import BUSY
from tracker.store.tables import Evidence, Purpose
from tracker.web.desk.address import home_of

MOST_FIELDS = 5_000
A_FEW_BYTES = 100
WRITERS = 4
"""How many write, or wait for the store's lock, at once: more would only sit in all of the pages' threads."""
LONGEST_WAIT = 15.0
"""Seconds that somebody waits for a turn."""
Given = ParamSpec("Given")
Result = TypeVar("Result")
_turns: RunVar[asyncio.Semaphore] = RunVar("turns")
REVIEWER = "nguoi-duyet"
"""What carries the reviewer's name from page to page, in the address."""
RUNS_NOWHERE = "sandbox; default-src 'none'"
"""The content policy of a file that an agency gave: should a browser ever show it, nothing in it runs."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link, or somebody signed in, opens: the case, and the address of its first page.

    An answering link also says until when. `memos` is the address of the coordinator's page of memos, `files` that
    under which they are fetched; `signed` is what the desk's pages show of who is signed in, None behind a link.
    """

    path: str
    case: Case
    until: datetime | None = None
    memos: str = ""
    files: str = ""
    signed: object = None


def opened_by(session: Session, settings: Settings, token: str) -> Opened:
    """Return what the answering link `token` opens, and speak its language; 404 where that is nothing."""
    found = open_by_link(session, settings, token)
    if found is None:
        raise HTTPException(404)
    case, link = found
    speak(case.plan.plan.language)
    return Opened(f"/b/{token}", case, link.expires_at)


def opened_review(session: Session, settings: Settings, token: str) -> Opened:
    """Return what the review link `token` opens; HTTPException 404 where that is nothing."""
    case = open_by_review_link(session, settings, token)
    if case is None:
        raise HTTPException(404)
    return Opened(f"/r/{token}", case, memos=f"/r/{token}/bao-cao/tong-hop", files=f"/r/{token}/bao-cao")


def behind_link(
    engine: sa.Engine, purpose: Purpose, endpoint: Callable[[Request], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    """Return `endpoint`, asked only where its token was ever issued for `purpose`.

    So a stranger's request costs one look at an index: its body is not read, and nobody waits for a lock. A few
    bytes pass, for whoever holds a spoiled address may ask for a new link and learns nothing by that.
    """

    def issued(token: str) -> bool:
        with reading(engine) as session:
            return was_issued(session, token, purpose)

    async def handle(request: Request) -> Response:
        if request.method == "POST":
            request.state.issued = await run_in_threadpool(issued, request.path_params["token"])
            if not (request.state.issued or declared_length(request.headers) in range(1, A_FEW_BYTES)):
                raise HTTPException(404)
        return await endpoint(request)

    return handle


def declared_length(headers: Headers) -> int:
    """Return how many bytes a request says that its body has; 0 where it says nothing usable."""
    length = headers.get("content-length", "")
    return int(length) if re.fullmatch("[0-9]{1,20}", length) else 0


async def write_in_turn(write: Callable[Given, Result], *given: Given.args, **named: Given.kwargs) -> Result:
    """Return what `write` returns, run in a thread when its turn comes; StoreError where that takes too long."""
    turns = _turns.get(None)
    if turns is None:
        turns = asyncio.Semaphore(WRITERS)
        _turns.set(turns)
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            await turns.acquire()
    except TimeoutError as error:
        raise StoreError(*BUSY) from error
    try:
        return await run_in_threadpool(write, *given, **named)
    finally:
        turns.release()


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a posted form, the first of each name; HTTPException 400 where it is not readable."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise HTTPException(400)
    try:
        body = (await request.body()).decode()
        pairs = parse_qsl(body, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except (ValueError, ClientDisconnect) as error:
        raise HTTPException(400) from error
    first: dict[str, str] = {}
    for name, value in pairs:
        first.setdefault(name, value)
    return first


def is_brief(request: Request) -> bool:
    """Say whether the page's script asks: it is told in plain text, and leads on by itself."""
    return request.headers.get("accept", "").startswith("text/plain")


def lead_to(address: str, *, brief: bool) -> Response:
    """Return the answer that leads to `address`: a browser by itself, the page's script by what it reads."""
    return PlainTextResponse(address) if brief else RedirectResponse(address, 303)


def file_response(settings: Settings, file: Evidence) -> Response:
    """Return the bytes of `file`, to be saved and not to run; HTTPException 404 where they are gone."""
    path = path_of(settings, file)
    if not path.is_file():
        raise HTTPException(404)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": RUNS_NOWHERE,
    }
    return FileResponse(path, headers=headers, media_type=file.media_type)


def review_context(opened: Opened, query: Mapping[str, str]) -> dict[str, object]:
    """Return what every page of the coordinator's shows: where it leads, of what it is, and who reviews."""
    reviewer = query.get(REVIEWER, "")
    case = opened.case
    return {
        "home": opened.path,
        "memos_page": opened.memos,
        "memo_files": opened.files,
        "desk": opened.signed,
        "desk_home": home_of(case.period.plan_id),
        "named": f"?{urlencode({REVIEWER: reviewer})}" if reviewer else "",
        "reviewer": reviewer,
        "header": case.plan.plan,
        "period": case.period,
        "coordinator": case.agency,
    }


def redirect_with_outcome(page: str, reviewer: str, outcome: Mapping[str, object]) -> Response:
    """Return the answer that leads to `page`, whose address tells it the `outcome` of the last action."""
    return RedirectResponse(f"{page}?{urlencode({REVIEWER: reviewer, **outcome})}", 303)
