"""The web application: its routes, and the page for everything that goes wrong."""

import hashlib
from collections.abc import Callable, Sequence
from functools import partial

import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tracker.errors import FileTrouble, StoreError
from tracker.language import LANGUAGES, SOURCE, speaking
from tracker.settings import Settings
from tracker.store.tables import Purpose
from tracker.templating import template_file
from tracker.web.api.door import is_api, problem
from tracker.web.api.operations import api_routes
from tracker.web.calendar_feed import CalendarFeed
from tracker.web.coordinator import CoordinatorPages
from tracker.web.coordinators import Coordinators
from tracker.web.desk.background import Background
from tracker.web.desk.routes import desk_routes
from tracker.web.evidence import EvidencePages
from tracker.web.health import Check, Health
from tracker.web.memos import MemoPages
from tracker.web.owner import OwnerPages
from tracker.web.pages import NOTICES, Pages
from tracker.web.request import behind_link
from tracker.web.results import ADDRESS as RESULTS
from tracker.web.results import ResultsPages
from tracker.web.security import REVALIDATED, UPLOADS, Compressed, Guard
from tracker.web.troubles import Troubles
from tracker.web.workbook import WorkbookPages

NO_LINK = {"/b/": "no_link", "/r/": "no_review"}
"""What is said of a link that opens nothing, whatever the reason, by where it leads."""
SCRIPTS = {"/form.js" if each == SOURCE else f"/{each}/form.js": each for each in LANGUAGES}
"""The addresses of the answering page's script, each with the language it speaks."""


class Number(IntegerConvertor):
    """A number in an address, of so few digits that every database holds it."""

    regex = "[0-9]{1,9}"


register_url_convertor("number", Number())


def create_app(engine: sa.Engine, settings: Settings, checks: Sequence[Check] = ()) -> Starlette:
    """Return the application that shows, takes and reviews the agencies' reports kept in `engine`.

    `checks` are what its health check asks beside the store.
    """
    pages = Pages(settings, Coordinators(engine))
    troubles = Troubles(pages)
    owner = OwnerPages(engine, settings, pages)
    evidence = EvidencePages(engine, settings, pages)
    workbook = WorkbookPages(engine, settings, pages)
    coordinator = CoordinatorPages(engine, settings, pages)
    memos = MemoPages(engine, settings, pages)
    results = ResultsPages(engine, settings, pages)
    background = Background()

    answering = partial(behind_link, engine, Purpose.ANSWER)
    reviewing = partial(behind_link, engine, Purpose.REVIEW)

    def start(_: Request) -> Response:
        return pages.notice("start")

    def refuse(status: int, path: str) -> Response:
        if is_api(path):
            return problem(status)
        if status == 413 and path.endswith(UPLOADS):
            return pages.notice("file_too_large", status, back=path)
        return pages.notice(NOTICES[status], status)

    def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = error.headers if isinstance(error, HTTPException) else None
        if is_api(request.url.path):
            told = problem(status)
            told.headers.update(headers or {})
            return told
        if status == 404 and (kind := NO_LINK.get(request.url.path[:3])):
            return pages.notice(kind, 404)
        if status in NOTICES:
            page = refuse(status, request.url.path)
            page.headers.update(headers or {})
            return page
        return PlainTextResponse("Method Not Allowed" if status == 405 else str(status), status, headers)

    def unavailable(request: Request, error: Exception) -> Response:
        return troubles.page(request.method, request.url.path, error)

    app = Starlette(
        routes=[
            Route("/", start),
            Route("/b/{token}", answering(owner.answer), methods=["GET", "POST"]),
            Route("/b/{token}/bien-nhan", owner.receipt),
            Route("/b/{token}/tai-lieu", answering(evidence.page), methods=["GET", "POST"]),
            Route("/b/{token}/tai-lieu/{file_id:number}", evidence.file),
            Route("/b/{token}/mau-bao-cao.xlsx", workbook.download),
            Route("/b/{token}/tep", answering(workbook.upload), methods=["POST"]),
            Route("/r/{token}", reviewing(coordinator.overview), methods=["GET", "POST"]),
            Route("/r/{token}/{agency}", reviewing(coordinator.agency), methods=["GET", "POST"]),
            Route("/r/{token}/thu/{message_id:number}", reviewing(coordinator.reply), methods=["GET", "POST"]),
            Route("/r/{token}/tai-lieu/{file_id:number}", coordinator.file),
            Route("/r/{token}/bao-cao/tong-hop", reviewing(memos.page), methods=["GET", "POST"]),
            Route("/r/{token}/bao-cao/{number:number}.{form}", memos.file),
            Route("/lich/{agency}/{token}.ics", CalendarFeed(engine, settings).show),
            Route(RESULTS, results.show),
            Route(f"{RESULTS}/kh/{{plan_id}}", results.show),
            *api_routes(engine, settings),
            *desk_routes(engine, settings, pages, background),
            Route("/ban-lam-viec.css", _file(settings, "desk.css", "text/css")),
            Route("/style.css", _file(settings, "style.css", "text/css")),
            *(Route(path, _file(settings, "form.js", "text/javascript", each)) for path, each in SCRIPTS.items()),
            Route("/favicon.ico", _file(settings, "favicon.svg", "image/svg+xml")),
            Route("/suc-khoe", Health(engine, settings, checks).answer),
        ],
        middleware=[
            Middleware(Guard, base_url=settings.base_url, refuse=refuse, trouble=troubles.page),
            Middleware(Compressed),
        ],
        exception_handlers={HTTPException: refused, StoreError: unavailable, FileTrouble: unavailable},
    )
    app.router.redirect_slashes = False
    app.state.background = background
    return app


def _file(settings: Settings, name: str, media_type: str, language: str = SOURCE) -> Callable[[Request], Response]:
    """Return the answer to whoever asks for the file `name`: 304 where the browser has it already."""
    with speaking(language):
        raw = template_file(settings.templates, f"web/{name}").read_bytes()
    called = f'W/"{hashlib.sha256(raw).hexdigest()[:16]}"'
    headers = {"ETag": called, "Cache-Control": REVALIDATED}

    def answer(request: Request) -> Response:
        if called in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(raw, media_type=media_type, headers=headers)

    return answer
