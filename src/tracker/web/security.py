"""What stands before every page: a cap on what is sent in, no posts from other sites, and strict headers.

A link is its own key and no cookie is ever set, so another site cannot borrow anybody's rights; refusing its posts
is a second wall behind the first.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tracker.answers.evidence import LARGEST
from tracker.web.request import declared_length

UPLOADS = "/tai-lieu"
"""How the address of a page ends that takes files of evidence."""
LARGEST_BODY = 1_000_000
"""Bytes of a form: some 150 pages of Vietnamese as a browser encodes it."""
LARGEST_UPLOAD = LARGEST + 100_000
"""Bytes of a form that brings a file of evidence."""
READ_ONLY = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Guard:
    """ASGI middleware around `app`; `refuse(status)` gives the page for what it turns away."""

    def __init__(self, app: ASGIApp, base_url: str, refuse: Callable[[int], Response]) -> None:
        self.app = app
        base = urlsplit(base_url)
        self.own_origin = f"{base.scheme}://{base.netloc}"
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        app: ASGIApp = self.app
        if scope["method"] not in READ_ONLY and self._comes_from_elsewhere(Headers(scope=scope)):
            app = self.refuse(403)
        largest = LARGEST_UPLOAD if scope["path"].endswith(UPLOADS) else LARGEST_BODY
        if declared_length(Headers(scope=scope)) > largest:
            app = self.refuse(413)
        await app(scope, _capped(receive, largest), _with_headers(send))

    def _comes_from_elsewhere(self, headers: Headers) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site not in {"same-origin", "none"}
        origin = headers.get("origin")
        # Over plain http a browser sends no Sec-Fetch-Site, and from a no-referrer page, like ours, "null".
        if origin is None or origin == "null":
            return False
        host = headers.get("host")
        return origin not in {self.own_origin, f"http://{host}", f"https://{host}"}


def _capped(receive: Receive, largest: int) -> Receive:
    # What arrives is counted as well: a Content-Length may be absent or untrue.
    received = 0

    async def counting() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > largest:
            raise HTTPException(413)
        return message

    return counting


def _with_headers(send: Send) -> Send:
    async def adding(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(HEADERS)
        await send(message)

    return adding
