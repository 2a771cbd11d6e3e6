"""The agency's page: what it owes is shown, saved and sent; GET and HEAD change nothing."""

from asyncio import Semaphore
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from tracker.answers.checks import NOTHING_NEW, limit_of
from tracker.answers.contributions import read_parts
from tracker.answers.drafts import Typed, filled_form, unrecorded
from tracker.answers.form import Form, recorded_form
from tracker.answers.record import Said
from tracker.answers.submit import FELL, save_draft, send_form, send_one
from tracker.calendar import WorkingDays
from tracker.errors import BadInput
from tracker.letters.link_renewal import send_new_link
from tracker.plan.model import Plan
from tracker.progress import STATUS_WORDS, TEXTS, WAYS
from tracker.settings import ZONE, Settings
from tracker.store.engine import reading, writing
from tracker.store.links import find_dead_link, find_link
from tracker.store.periods import period_of
from tracker.store.plans import plan_for, plan_in_force
from tracker.store.tables import Period
from tracker.store.traces import traced
from tracker.web.kept import KeptPage, KeptPages
from tracker.web.pages import Pages

MOST_FIELDS = 5_000
AT_ONCE = 2
"""Pages shown at once: more threads than that only take the interpreter from one another."""
JUST_SENT = "da-gui"
"""What in the address names the activity that was sent alone a moment ago."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link opens, until when; `path` is where its page is."""

    path: str
    until: datetime
    plan: Plan
    period: Period
    agency_id: str
    closed: bool
    """The period takes no answers any more: all is shown, nothing taken."""


@dataclass(frozen=True, slots=True)
class OwnerPages:
    """The handlers behind `/b/{token}`; an HTTPException 404 where the token opens nothing."""

    engine: sa.Engine
    settings: Settings
    pages: Pages
    turns: Semaphore = field(default_factory=lambda: Semaphore(AT_ONCE))
    kept: KeptPages = field(default_factory=KeptPages)

    async def answer(self, request: Request) -> Response:
        """Show the page, or take what was typed on it."""
        token = request.path_params["token"]
        if request.method != "POST":
            async with self.turns:
                return await run_in_threadpool(self._show, token, request.query_params.get(JUST_SENT))
        typed = await read_form(request)
        action, _, activity_id = typed.pop("action", "save").partition(":")
        if action == "send":
            return await run_in_threadpool(self._send, token, typed, activity_id or None)
        if action == "renew":
            await run_in_threadpool(self._renew, token)
            return self.pages.notice("link_asked")
        brief = request.headers.get("accept") == "text/plain"
        return await run_in_threadpool(self._save, token, typed, brief)

    def receipt(self, request: Request) -> Response:
        """Show what is recorded, to be printed and kept."""
        now = self.settings.now()
        with reading(self.engine) as session:
            opened = opened_by(session, request.path_params["token"], now)
            form = recorded_form(
                session, opened.plan, opened.period, opened.agency_id, now.astimezone(ZONE).date()
            )
            read_parts(session, opened.plan, form, now.astimezone(ZONE).date())
        return self._render("receipt", opened, form, now, made_at=now)

    def _show(self, token: str, just_sent: str | None) -> Response:
        now = self.settings.now()
        under = (now.astimezone(ZONE).date(), self.pages.edition())
        with reading(self.engine) as session:
            if just_sent is None and (body := self.kept.find(session, token, under, now)):
                return HTMLResponse(body)
            (opened, form), trace = traced(session, lambda: _opened_and_filled(session, token, now))
        # The words of the page know the day, not the hour: a kept page would tell the hour it was made.
        page = self._render("form", opened, form, now, just_sent=just_sent)
        if just_sent is None:
            self.kept.keep(token, KeptPage(bytes(page.body), opened.until, under, trace))
        return page

    def _renew(self, token: str) -> None:
        with reading(self.engine) as session:  # most tokens are nobody's: nothing is locked for them
            if find_dead_link(session, token, self.settings.now()) is None:
                return
        with writing(self.engine) as session:
            send_new_link(session, self.settings, token)

    def _save(self, token: str, typed: Typed, brief: bool) -> Response:
        now = self.settings.now()
        with writing(self.engine) as session:
            opened = opened_by(session, token, now)
            try:
                if save_draft(session, opened.period, opened.agency_id, typed, now):
                    when = f"{now.astimezone(ZONE):%H:%M}"
                    return PlainTextResponse(when) if brief else RedirectResponse(opened.path, 303)
            except BadInput:
                pass  # the page itself says that the period is closed
            if brief:
                return PlainTextResponse(status_code=409)
            form = _filled(session, opened, now, typed)
        return self._render("form", opened, form, now, 409)

    def _send(self, token: str, typed: Typed, only: str | None) -> Response:
        now = self.settings.now()
        today = now.astimezone(ZONE).date()
        said = Said(by="", at=now, way="page", illustration=self.settings.illustration)
        status, kept = 422, True
        with writing(self.engine) as session:
            opened = opened_by(session, token, now)
            try:
                where = session, opened.plan, opened.period, opened.agency_id
                if only is None:
                    form, _ = send_form(*where, typed, said, today)
                else:
                    form, kept = send_one(*where, typed, said, only)
            except BadInput:
                status, form = 409, _filled(session, opened, now, typed)
        if not kept:
            return self._render("form", opened, form, now, 409, just_sent=only)
        if status == 422 and not form.fault_count:
            after = f"?{urlencode({JUST_SENT: only})}" if only else "/bien-nhan"
            return RedirectResponse(opened.path + after, 303)
        return self._render("form", opened, form, now, status)

    def _render(
        self,
        name: str,
        opened: Opened,
        form: Form,
        now: datetime,
        status: int = 200,
        just_sent: str | None = None,
        **more: datetime,
    ) -> Response:
        plan, today = opened.plan, now.astimezone(ZONE).date()
        groups = groupby(form.entries, key=lambda entry: entry.activity.content)
        return self.pages.render(
            name,
            status,
            page=opened.path,
            receipt=f"{opened.path}/bien-nhan",
            plan=plan,
            header=plan.plan,
            coordinator=plan.agencies[plan.plan.coordinator],
            form=form,
            groups=[(plan.area(content), list(entries)) for content, entries in groups],
            days_left=WorkingDays(plan.reporting.calendar).between(today, form.period.due),
            closed=opened.closed,
            until=opened.until,
            unrecorded=unrecorded(form),
            refused=status == 409,
            just_sent=next((e for e in form.entries if e.name == just_sent and e.last), None),
            just_added=next((p for p in form.parts if p.activity.id == just_sent and p.last), None),
            statuses=STATUS_WORDS,
            texts=TEXTS,
            ways=WAYS,
            nothing_new=NOTHING_NEW,
            fell=FELL,
            limit_of=limit_of,
            **more,
        )


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a posted form, the first of each name; HTTPException 400 where it is not readable."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise HTTPException(400)
    try:
        body = (await request.body()).decode()
        pairs = parse_qsl(body, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except (ValueError, ClientDisconnect) as why:
        raise HTTPException(400) from why
    first: dict[str, str] = {}
    for name, value in pairs:
        first.setdefault(name, value)
    return first


def opened_by(session: Session, token: str, now: datetime) -> Opened:
    """Return what `token` opens; HTTPException 404 where that is nothing."""
    link = find_link(session, token, now)
    if link is None:
        raise HTTPException(404)
    period = period_of(session, link)
    closed = now.astimezone(ZONE).date() > period.closes
    _, plan = plan_for(session, period) if closed else plan_in_force(session)
    if link.agency_id not in plan.agencies:
        raise HTTPException(404)
    return Opened(f"/b/{token}", link.expires_at, plan, period, link.agency_id, closed)


def _opened_and_filled(session: Session, token: str, now: datetime) -> tuple[Opened, Form]:
    opened = opened_by(session, token, now)
    return opened, _filled(session, opened, now)


def _filled(session: Session, opened: Opened, now: datetime, typed: Typed | None = None) -> Form:
    today = now.astimezone(ZONE).date()
    return filled_form(session, opened.plan, opened.period, opened.agency_id, today, typed)
