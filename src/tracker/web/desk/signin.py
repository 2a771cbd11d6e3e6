"""Signing in and out: asking for a link says the same to everybody, and a link signs in once, by a button."""

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tracker.letters.send import send_queued
from tracker.letters.sign_in import queue_sign_in
from tracker.settings import ADDRESS
from tracker.store.engine import reading, writing
from tracker.store.sessions import SESSION_LIVES, find_session, sign_in, sign_out, signs_in
from tracker.web.desk.address import HOME
from tracker.web.desk.door import Door, desks_of
from tracker.web.desk.visit import SEAL, Desk
from tracker.web.request import read_form, write_in_turn

LONGEST_ADDRESS = 320
MOST_ASKING = 4_096
"""Bytes of a form that asks for a link: anybody may send one."""


@dataclass(frozen=True, slots=True)
class SignInPages:
    """The handlers behind `/vao` and `/ra`."""

    door: Door

    async def ask(self, request: Request) -> Response:
        """Show the form that asks for a link, or take the address; the answer is the same for every address."""
        if request.method != "POST":
            return self._page(asked=False)
        if self.door.settings.oidc_issuer:
            raise HTTPException(404)
        if int(request.headers.get("content-length") or 0) > MOST_ASKING:
            raise HTTPException(413)
        email = (await read_form(request)).get("email", "").strip()
        if len(email) > LONGEST_ADDRESS or not ADDRESS.fullmatch(email):
            return self._page(422, asked=False, email=email, fault="Ghi một địa chỉ thư điện tử.")

        def send() -> None:
            if queue_sign_in(self.door.engine, self.door.settings, email):
                send_queued(self.door.engine, self.door.settings)

        self.door.background.begin(send)  # afterwards: how long it takes would tell who is known
        return self._page(asked=True)

    async def enter(self, request: Request) -> Response:
        """Show the button that signs in: mail filters open links, and must not use them up. Or sign in."""
        token = request.path_params["token"]
        person = await run_in_threadpool(self._whose, token)
        if person is None:  # nothing is locked for a stranger
            return self.door.pages.notice("no_sign_in", 404)
        if request.method == "POST":
            return await write_in_turn(self._enter, token)
        return self.door.pages.render("desk/enter", person=person)

    async def leave(self, request: Request) -> Response:
        """End the session."""
        token = self.door.token_in(request)
        if token is not None and (await read_form(request)).get(SEAL) != self.door.seal(token):
            raise HTTPException(403)
        if token is not None:
            await write_in_turn(self._leave, token)
        answer = RedirectResponse(f"{HOME}/vao", 303)
        self.door.take_cookie(answer)
        return answer

    def _page(self, status: int = 200, **facts: object) -> Response:
        facts = {"email": "", "fault": "", "home": HOME, "account": self.door.settings.oidc_issuer != ""} | facts
        return self.door.pages.render("desk/signin", status, **facts)

    def _whose(self, token: str) -> str | None:
        with reading(self.door.engine) as session:
            first = _first_desk(session, signs_in(session, token, self.door.settings.now()))
        return first.person.name if first else None

    def _enter(self, token: str) -> Response:
        now = self.door.settings.now()
        with writing(self.door.engine) as session:
            first = _first_desk(session, signs_in(session, token, now))
            opened = sign_in(session, token, first.person.name, now) if first else None
        if first is None or opened is None:
            return self.door.pages.notice("no_sign_in", 404)
        answer = RedirectResponse(first.home, 303)
        self.door.give_cookie(answer, opened, now + SESSION_LIVES)
        return answer

    def _leave(self, token: str) -> None:
        now = self.door.settings.now()
        with writing(self.door.engine) as session:
            row = find_session(session, token, now)
            first = _first_desk(session, row.email if row else None)
            sign_out(session, token, first.person.name if first else "", now)


def _first_desk(session: Session, email: str | None) -> Desk | None:
    """Return the first desk that who signs in by `email` may enter, None where there is none."""
    return next(iter(desks_of(session, email)), None) if email else None
