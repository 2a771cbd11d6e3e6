"""The door of the desk: the cookie that a signed-in person carries, and what stands behind it.

The cookie holds the session's token, until when it may lie unused, and a mark that only we can make of both. So a
session that is used lives on without a write, and looking at a page changes nothing in the store.
"""

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from tracker.plan.document import THE_ONE
from tracker.settings import Settings
from tracker.store.engine import reading
from tracker.store.plans import plans_of_person
from tracker.store.sessions import find_session
from tracker.web.desk.address import HOME
from tracker.web.desk.background import Background
from tracker.web.desk.visit import SEAL, Desk, Page, Visit
from tracker.web.pages import Pages
from tracker.web.request import read_form, write_in_turn

COOKIE = "ban-lam-viec"
IDLE = timedelta(hours=4)
"""How long a session may lie unused."""
CARRIED = re.compile(r"([A-Za-z0-9_-]{43})\.([0-9]{1,12})\.([0-9a-f]{64})")


def desks_of(session: Session, email: str) -> tuple[Desk, ...]:
    """Return the desks that who signs in by `email` may enter, in the order of the plans."""
    return tuple(Desk(plan=plan, person=person) for plan, person in plans_of_person(session, email))


def _visited(desks: Iterable[Desk], request: Request) -> Desk | None:
    """Return which of `desks` the address of `request` names, None where none of them."""
    named = request.path_params.get("plan_id")
    return next((one for one in desks if one.plan_id == (named or THE_ONE) and named != THE_ONE), None)


@dataclass(frozen=True, slots=True)
class Door:
    """Lets the people of a plan in at its desk, and nobody else."""

    engine: sa.Engine
    settings: Settings
    pages: Pages
    background: Background

    def page(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """Return the handler of `page`.

        Without a session every address of the desk answers alike, whether it exists or not; with one, what the
        person may not see or do answers like what does not exist, the desk of a plan that does not list them
        included. Who has no desk at the address of the plan without an id is led to the same page of their own.
        """

        async def handle(request: Request) -> Response:
            found = await run_in_threadpool(self._who, request)
            if found is None:
                return self._closed(request)
            desks, token, ends = found
            desk, reads = _visited(desks, request), request.method != "POST"
            if desk is None and reads and "plan_id" not in request.path_params:
                return RedirectResponse(desks[0].home + request.url.path.removeprefix(HOME), 303)
            if desk is None or desk.person.role not in (page.sees if reads else page.sees & page.acts):
                raise HTTPException(404)
            visit = self._visit(request, desk, desks, token)
            if reads and page.show is not None:
                answer = await run_in_threadpool(page.show, visit)
            elif not reads and page.act is not None:
                typed, files = await self._form(request, token)
                answer = await write_in_turn(page.act, replace(visit, files=files), typed)
            else:
                raise HTTPException(404)
            self.give_cookie(answer, token, ends)
            return answer

        return handle

    def give_cookie(self, answer: Response, token: str, ends: datetime) -> None:
        """Let `answer` carry the session's cookie, good for IDLE from now but not past `ends`."""
        now = self.settings.now()
        until = int(min(now + IDLE, ends).timestamp())
        self._set(answer, f"{token}.{until}.{self._mark(token, until)}", until - int(now.timestamp()))

    def take_cookie(self, answer: Response) -> None:
        """Let `answer` take the cookie away."""
        self._set(answer, "", 0)

    def seal(self, token: str) -> str:
        """Return what the forms of the session with `token` carry."""
        return hmac.new(self.settings.secret_key(), f"form:{token}".encode(), hashlib.sha256).hexdigest()

    def token_in(self, request: Request) -> str | None:
        """Return the session's token that `request` carries, or None where it is none of ours or too old."""
        found = CARRIED.fullmatch(request.cookies.get(COOKIE, ""))
        if found is None or not hmac.compare_digest(found[3], self._mark(found[1], int(found[2]))):
            return None
        fresh = datetime.fromtimestamp(int(found[2]), UTC) > self.settings.now()
        return found[1] if fresh else None

    def _who(self, request: Request) -> tuple[tuple[Desk, ...], str, datetime] | None:
        """Return which desks the person who asks may enter, by which session, and until when."""
        token = self.token_in(request)
        if token is None:
            return None
        with reading(self.engine) as session:
            row = find_session(session, token, self.settings.now())
            desks = desks_of(session, row.email) if row else ()
        return (desks, token, row.expires_at) if row and desks else None

    def _visit(self, request: Request, desk: Desk, desks: tuple[Desk, ...], token: str) -> Visit:
        return Visit(
            engine=self.engine,
            settings=self.settings,
            pages=self.pages,
            background=self.background,
            desk=desk,
            desks=desks,
            seal=self.seal(token),
            path=request.path_params,
            query=request.query_params,
            files={},
        )

    def _closed(self, request: Request) -> Response:
        if request.method == "POST":
            return self.pages.notice("signed_out", 401)
        return RedirectResponse(f"{HOME}/vao", 303)

    async def _form(self, request: Request, token: str) -> tuple[dict[str, str], dict[str, bytes]]:
        files: dict[str, bytes] = {}
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            typed = {}
            try:
                async with request.form(max_files=1, max_fields=20) as form:
                    for name, value in form.multi_items():
                        if isinstance(value, UploadFile):
                            files[name] = await value.read()
                        else:
                            typed[name] = value
            except ClientDisconnect as error:
                raise HTTPException(400) from error
        else:
            typed = await read_form(request)
        if not hmac.compare_digest(typed.get(SEAL, "").encode(), self.seal(token).encode()):
            raise HTTPException(403)
        return typed, files

    def _mark(self, token: str, until: int) -> str:
        said = f"session:{token}:{until}".encode()
        return hmac.new(self.settings.secret_key(), said, hashlib.sha256).hexdigest()

    def _set(self, answer: Response, value: str, seconds: int) -> None:
        answer.set_cookie(
            COOKIE,
            value,
            max_age=seconds,
            path=HOME,
            secure=self.settings.base_url.startswith("https:"),
            httponly=True,
            samesite="lax",
        )
