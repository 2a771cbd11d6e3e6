"""Signing in by the account of a provider: what a browser carries there and back, and the button that lets in.

Coming back shows a button, as a link does: a GET opens no session. What only this browser may know (state, nonce
and the verifier of PKCE) lies in a cookie of its own for a few minutes, under a mark that only we can make.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tracker.log import log_of
from tracker.store.engine import writing
from tracker.store.sessions import SESSION_LIVES, open_session
from tracker.web.desk.address import HOME
from tracker.web.desk.door import Door, desks_of
from tracker.web.desk.provider import Provider, ProviderTrouble
from tracker.web.request import declared_length, read_form, write_in_turn

COOKIE = "dang-nhap"
START, BACK = f"{HOME}/vao/tai-khoan", f"{HOME}/vao/tro-lai"
ON_THE_WAY = timedelta(minutes=10)
"""How long somebody may take at the provider."""
LARGEST_FORM = 10_000
LOG = log_of("web")


@dataclass(frozen=True, slots=True)
class Errand:
    """What this browser was sent out with."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class AccountPages:
    """The handlers of signing in by a provider's account."""

    door: Door
    provider: Provider

    @classmethod
    def at(cls, door: Door) -> "AccountPages":
        """Return the handlers that stand before `door`."""
        return cls(door, Provider(door.settings, door.settings.base_url + BACK))

    async def start(self, _: Request) -> Response:
        """Send the browser to the provider."""
        errand = Errand(*(secrets.token_urlsafe(48) for _ in range(3)))
        try:
            address = await run_in_threadpool(self.provider.address, errand.state, errand.nonce, errand.verifier)
        except ProviderTrouble as error:
            return self._refused(error, 503)
        answer = RedirectResponse(address, 303)
        until = self.door.settings.now() + ON_THE_WAY
        said = ".".join((errand.state, errand.nonce, errand.verifier, str(int(until.timestamp()))))
        self._set(answer, f"{said}.{self._mark(said)}", int(ON_THE_WAY.total_seconds()))
        return answer

    async def back(self, request: Request) -> Response:
        """Show the button that signs in who comes back, or sign in."""
        if request.method != "POST":
            code, state = (request.query_params.get(name, "") for name in ("code", "state"))
            return self.door.pages.render("desk/back", code=code, state=state)
        if declared_length(request.headers) > LARGEST_FORM:
            raise HTTPException(413)
        typed, errand = await read_form(request), self._errand(request)
        if errand is None or not hmac.compare_digest(typed.get("state", "").encode(), errand.state.encode()):
            return self._refused(ProviderTrouble("not sent out from here"))
        try:
            email = await run_in_threadpool(
                self.provider.verified_email, typed.get("code", ""), errand.nonce, errand.verifier
            )
        except ProviderTrouble as error:
            return self._refused(error)
        return await write_in_turn(self._enter, email or "")

    def _enter(self, email: str) -> Response:
        now = self.door.settings.now()
        with writing(self.door.engine) as session:
            first = next(iter(desks_of(session, email)), None)
            opened = open_session(session, first.person.email, first.person.name, now) if first else None
        if first is None or opened is None:
            return self._refused(ProviderTrouble("in no plan, or not verified"))
        answer = RedirectResponse(first.home, 303)
        self.door.give_cookie(answer, opened, now + SESSION_LIVES)
        self._set(answer, "", 0)
        return answer

    def _refused(self, why: ProviderTrouble, status: int = 403) -> Response:
        LOG.warning("no sign-in by the provider: %s", why)
        answer = self.door.pages.notice("no_account", status)
        self._set(answer, "", 0)
        return answer

    def _errand(self, request: Request) -> Errand | None:
        """Return what the browser was sent out with; None where that is not ours, or too long ago."""
        said, _, mark = request.cookies.get(COOKIE, "").rpartition(".")
        if not hmac.compare_digest(mark.encode(), self._mark(said).encode()):
            return None
        state, nonce, verifier, until = said.split(".")
        fresh = datetime.fromtimestamp(int(until), UTC) > self.door.settings.now()
        return Errand(state, nonce, verifier) if fresh else None

    def _mark(self, said: str) -> str:
        return hmac.new(self.door.settings.secret_key(), f"errand:{said}".encode(), hashlib.sha256).hexdigest()

    def _set(self, answer: Response, value: str, seconds: int) -> None:
        answer.set_cookie(
            COOKIE,
            value,
            max_age=seconds,
            path=f"{HOME}/vao",
            secure=self.door.settings.base_url.startswith("https:"),
            httponly=True,
            samesite="lax",
        )
