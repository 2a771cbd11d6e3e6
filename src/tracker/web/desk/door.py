"""The door of the desk: the cookie that a signed-in person carries, and what stands behind it.

The cookie holds the session's token, until when it may lie unused, and a mark that only we can make of both. So a
session that is used lives on without a write, and looking at a page changes nothing in the store.
"""

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from tracker.plan.model import Person
from tracker.settings import Settings
from tracker.store.engine import reading
from tracker.store.plans import plan_in_force
from tracker.store.sessions import find_session
from tracker.web.desk.background import Background
from tracker.web.desk.visit import HOME, SEAL, Page, Visit
from tracker.web.pages import Pages
from tracker.web.request import read_form, write_in_turn

COOKIE = "ban-lam-viec"
IDLE = timedelta(hours=4)
"""How long a session may lie unused."""
CARRIED = re.compile(r"([A-Za-z0-9_-]{43})\.([0-9]{1,12})\.([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Door:
    """Lets the people of the plan in, and nobody else."""

    engine: sa.Engine
    settings: Settings
    pages: Pages
    background: Background

    def page(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """Return the handler of `page`.

        Without a session every address of the desk answers alike, whether it exists or not; with one, what the
        person may not see or do answers like what does not exist.
        """

        async def handle(request: Request) -> Response:
            found = await run_in_threadpool(self._who, request)
            if found is None:
                return self._closed(request)
            person, token, ends = found
            reads = request.method != "POST"
            if person.role not in page.sees or not (reads or person.role in page.acts):
                raise HTTPException(404)
            if reads and page.show is not None:
                visit = self._visit(request, person, token, {})
                answer = await run_in_threadpool(page.show, visit)
            elif not reads and page.act is not None:
                typed, files = await self._form(request, token)
                visit = self._visit(request, person, token, files)
                answer = await write_in_turn(page.act, visit, typed)
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

    def _who(self, request: Request) -> tuple[Person, str, datetime] | None:
        token = self.token_in(request)
        if token is None:
            return None
        with reading(self.engine) as session:
            row = find_session(session, token, self.settings.now())
            person = plan_in_force(session)[1].find_person(row.email) if row else None
        return (person, token, row.expires_at) if row and person else None

    def _visit(self, request: Request, person: Person, token: str, files: dict[str, bytes]) -> Visit:
        return Visit(
            engine=self.engine,
            settings=self.settings,
            pages=self.pages,
            background=self.background,
            person=person,
            seal=self.seal(token),
            path=request.path_params,
            query=request.query_params,
            files=files,
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
