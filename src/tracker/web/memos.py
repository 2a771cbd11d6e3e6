"""The coordinator's page of memos: each printed again from what was frozen, and the period's own words in them."""

import asyncio
import hashlib
from dataclasses import dataclass, field

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tracker.answers.drafts import Typed
from tracker.errors import BadInput
from tracker.papers.files import FORMATS, MEDIA_TYPES
from tracker.report.compile import file_name, print_one_again
from tracker.report.history import kept_memos
from tracker.review.decide import check_reviewer
from tracker.settings import Settings
from tracker.store.engine import reading, writing
from tracker.store.periods import faults_around, write_around
from tracker.store.reports import find_report
from tracker.web.pages import Pages
from tracker.web.request import (
    REVIEWER,
    opened_review,
    read_form,
    redirect_with_outcome,
    review_context,
    write_in_turn,
)
from tracker.words import composed

KEPT = "da-luu"
"""Says in the address that words were kept."""


@dataclass(frozen=True, slots=True)
class MemoPages:
    """The handlers behind `/r/{token}/bao-cao`; an HTTPException 404 where the token opens nothing."""

    engine: sa.Engine
    settings: Settings
    pages: Pages
    printing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Lets one memo print at a time: a large one takes a processor and much memory."""

    async def page(self, request: Request) -> Response:
        """Show the memos of the period and its own words, or keep such words."""
        token = request.path_params["token"]
        if request.method != "POST":
            return await run_in_threadpool(self._show, token, dict(request.query_params))
        return await write_in_turn(self._keep, token, await read_form(request))

    async def file(self, request: Request) -> Response:
        """Hand out a memo, printed from what was frozen, as something to keep and not to run."""
        given = request.path_params
        async with self.printing:
            return await run_in_threadpool(self._file, given["token"], given["number"], given["form"])

    def _show(self, token: str, query: Typed, typed: Typed | None = None, faults: Typed | None = None) -> Response:
        with reading(self.engine) as session:
            opened = opened_review(session, self.settings, token)
            memos = kept_memos(session, self.settings, opened.case.period)
        period, faults = opened.case.period, faults or {}
        return self.pages.render(
            "memos",
            409 if "overtaken" in faults else 422 if faults else 200,
            memos=memos,
            formats=FORMATS,
            words=typed or {"opening": period.opening, "closing": period.closing},
            shown=mark(period.opening, period.closing),
            kept=KEPT in query,
            faults=faults,
            **review_context(opened, query),
        )

    def _keep(self, token: str, typed: Typed) -> Response:
        now = self.settings.now()
        words = {name: typed.get(name, "").replace("\r\n", "\n") for name in ("opening", "closing")}
        who, wrong = check_reviewer(typed.get("reviewer", ""))
        faults = {"reviewer": wrong} if wrong else {}
        if wrong_words := faults_around(**words):
            faults["words"] = "\n".join(wrong_words)
        with writing(self.engine) as session:
            opened = opened_review(session, self.settings, token)
            there = mark(opened.case.period.opening, opened.case.period.closing)
            if there not in (typed.get("shown"), mark(**words)):
                faults["overtaken"] = "Lời của kỳ vừa được người khác sửa trong lúc trang đang mở."
            if not faults and there != mark(**words):
                write_around(session, opened.case.period, words["opening"], words["closing"], who, now)
        if faults:
            return self._show(token, {REVIEWER: typed.get("reviewer", "")}, words, faults)
        return redirect_with_outcome(f"{opened.path}/bao-cao/tong-hop", who, {KEPT: 1})

    def _file(self, token: str, number: int, form: str) -> Response:
        if form not in FORMATS:
            raise HTTPException(404)
        try:
            with reading(self.engine) as session:
                period = opened_review(session, self.settings, token).case.period
                report = find_report(session, period, number)
            printed = print_one_again(self.settings, report, form)
        except BadInput as error:
            raise HTTPException(404) from error
        headers = {"Content-Disposition": f'attachment; filename="{file_name(period.name, report, form)}"'}
        return Response(printed, headers=headers, media_type=MEDIA_TYPES[form])


def mark(opening: str, closing: str) -> str:
    """Return what is the same for the same words of a period, and for no others."""
    kept = "\0".join(composed(text).strip() for text in (opening, closing))
    return hashlib.sha256(kept.encode()).hexdigest()
