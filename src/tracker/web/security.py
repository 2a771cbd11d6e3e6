"""What stands before every page: a cap on what is sent in, no posts from other sites, and strict headers.

A link is its own key, and the one cookie, the desk's, does not go with another site's posts, so that no site can
borrow anybody's rights; refusing its posts is a second wall, and a seal in the desk's forms a third.
"""

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
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
LONGEST_PAUSE, LONGEST_BODY = 20.0, 300.0
"""Seconds: between two pieces of a body, and for all of it."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Names that lead to this machine wherever they are looked up."""
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


REVALIDATED = "public, no-cache"
"""Of style, script and icon: kept, and asked for with what it is called before it is used."""


class Guard:
    """ASGI middleware around `app`; `refuse(status, path)` gives the page for what it turns away.

    `trouble(method, path, error)` gives the page for an error that nobody expected: it ends here, so that the
    server neither prints its words nor closes the connection.
    """

    def __init__(
        self,
        app: ASGIApp,
        base_url: str,
        refuse: Callable[[int, str], Response],
        trouble: Callable[[str, str, Exception], Response],
    ) -> None:
        self.app = app
        base = urlsplit(base_url)
        self.own_origin, self.own_host = f"{base.scheme}://{base.netloc}", base.hostname
        self.refuse, self.trouble = refuse, trouble

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        app: ASGIApp = self.app
        if scope["method"] not in READ_ONLY and self._comes_from_elsewhere(Headers(scope=scope)):
            app = self.refuse(403, scope["path"])
        largest = LARGEST_UPLOAD if scope["path"].endswith(UPLOADS) else LARGEST_BODY
        if declared_length(Headers(scope=scope)) > largest:
            app = self.refuse(413, scope["path"])
        answer = _Answer(send)
        try:
            await app(scope, _bounded(receive, largest), answer.send)
        except Exception as error:  # noqa: BLE001
            page = await run_in_threadpool(self.trouble, scope["method"], scope["path"], error)
            if not answer.begun:  # else the server cuts the connection: half a page is no page
                await page(scope, receive, answer.send)

    def _comes_from_elsewhere(self, headers: Headers) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site not in {"same-origin", "none"}
        origin = headers.get("origin")
        host = headers.get("host", "")
        if host and origin != self.own_origin and _name_of(host) not in {self.own_host, *LOOPBACK}:
            return True  # another name that leads here is not ours: DNS rebinding
        # Over plain http a browser sends no Sec-Fetch-Site, and from a no-referrer page, like ours, "null".
        if origin is None or origin == "null":
            return False
        return origin not in {self.own_origin, f"http://{host}", f"https://{host}"}


class Compressed:
    """ASGI middleware around `app`: packs the agencies' pages, style and script for a slow line.

    Nothing of the desk: its pages hold seals beside words of their address, and a packed size would betray them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.packed = app, GZipMiddleware(app, minimum_size=1_000, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        path = scope.get("path", "")
        page = path.startswith("/b/") and not path.endswith(".xlsx") and f"{UPLOADS}/" not in path
        app = self.packed if page or path in ("/style.css", "/form.js") else self.app
        await app(scope, receive, send)


def _name_of(host: str) -> str | None:
    """Return the name in a Host header, without its port; None where it is none."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _bounded(receive: Receive, largest: int) -> Receive:
    # What arrives is counted as well: a Content-Length may be absent or untrue.
    received, more, end = 0, True, 0.0

    async def bounded() -> Message:
        nonlocal received, more, end
        if not more:
            return await receive()  # only news that the client is gone can come
        now = asyncio.get_running_loop().time()
        end = end or now + LONGEST_BODY
        try:
            async with asyncio.timeout_at(min(now + LONGEST_PAUSE, end)):
                message = await receive()
        except TimeoutError as error:
            raise HTTPException(408, headers={"Connection": "close"}) from error
        received += len(message.get("body", b""))
        more = message.get("more_body", False)
        if received > largest:
            raise HTTPException(413)
        return message

    return bounded


class _Answer:
    """What is sent back, with the strict headers; `begun` once its first line has left."""

    def __init__(self, send: Send) -> None:
        self._send, self.begun = send, False

    async def send(self, message: Message) -> None:
        """Send a part of it on."""
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            own = headers.get("cache-control")  # a page is never kept; what is the same for all is asked for again
            headers.update(HEADERS | ({"Cache-Control": own} if own == REVALIDATED else {}))
        await self._send(message)
