"""The agency's page: what it owes is shown, saved and sent; GET and HEAD change nothing."""

from asyncio import Semaphore
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from urllib.parse import quote, urlencode

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from tracker.answers.checks import NOTHING_NEW, limit_of
from tracker.answers.contributions import read_contributions
from tracker.answers.drafts import Typed, save_draft
from tracker.answers.form import Form, recorded_form
from tracker.answers.overlay import unrecorded
from tracker.answers.submit import CONFIRM_LOWER
from tracker.calendar import WorkingDays
from tracker.errors import PeriodClosed
from tracker.language import N_, wording
from tracker.letters.link_renewal import send_new_link
from tracker.progress import STATUS_WORDS, STATUSES, TEXTS, WAYS
from tracker.settings import ZONE, Settings
from tracker.store.engine import reading, writing
from tracker.store.links import find_dead_link
from tracker.web.choice import MOST, STANDINGS, Choice, read_choice, shown_entries
from tracker.web.fields import (
    copied_from_before,
    field_label,
    field_words,
    filled_form,
    last_touched,
    page_marks,
    refused_form,
    send_fields,
    sent_marks,
)
from tracker.web.pages import Pages
from tracker.web.request import Opened, is_brief, lead_to, opened_by, read_form, write_in_turn

AT_ONCE = 2
"""Pages shown at once: more threads than that only take the interpreter from one another."""
JUST_SENT = "da-gui"
"""What in the address names the activity that was sent alone a moment ago."""
ANOTHER_DRAFT = N_(
    "Chưa lưu {fields}: người khác vừa lưu nội dung khác ở đó; các ô còn lại đã lưu. Bấm Lưu nháp để xem."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How a page asks to be saved."""

    copied: str
    """The entry into which last year's words go."""
    choice: Choice
    goes: bool
    """It was saved to show other activities."""
    brief: bool
    paged: bool
    """Whoever asks can show a page."""


@dataclass(frozen=True, slots=True)
class OwnerPages:
    """The handlers behind `/b/{token}`; an HTTPException 404 where the token opens nothing."""

    engine: sa.Engine
    settings: Settings
    pages: Pages
    turns: Semaphore = field(default_factory=lambda: Semaphore(AT_ONCE))

    async def answer(self, request: Request) -> Response:
        """Show the page, or take what was typed on it."""
        token = request.path_params["token"]
        if request.method != "POST":
            async with self.turns:
                return await run_in_threadpool(self._show, token, request.query_params)
        typed = await read_form(request)
        action, _, activity_id = typed.pop("action", "save").partition(":")
        if action != "renew" and not request.state.issued:
            raise HTTPException(404)
        brief = is_brief(request)
        if action == "send":
            return await write_in_turn(self._send, token, typed, activity_id or None, brief)
        if action == "renew":
            await write_in_turn(self._renew, token)
            return self.pages.notice("link_asked")
        paged = "text/html" in request.headers.get("accept", "*/*") or not brief
        asked = Asked(
            copied=activity_id if action == "copy" else "",
            choice=read_choice(typed, activity_id if action == "go" else ""),
            goes=action == "go",
            brief=brief,
            paged=paged,
        )
        return await write_in_turn(self._save, token, typed, asked)

    def receipt(self, request: Request) -> Response:
        """Show what is recorded, to be printed and kept."""
        with reading(self.engine) as session:
            opened = opened_by(session, self.settings, request.path_params["token"])
            form = recorded_form(opened.case)
            read_contributions(opened.case, form)
        return self._render("receipt", opened, form, made_at=opened.case.now)

    def _show(self, token: str, query: Mapping[str, str]) -> Response:
        with reading(self.engine) as session:
            opened = opened_by(session, self.settings, token)
            form = filled_form(opened.case)
        return self._render("form", opened, form, choice=read_choice(query), just_sent=query.get(JUST_SENT))

    def _renew(self, token: str) -> None:
        with reading(self.engine) as session:  # most tokens are nobody's: nothing is locked for them
            if find_dead_link(session, token, self.settings.now()) is None:
                return
        with writing(self.engine) as session:
            send_new_link(session, self.settings, token)

    def _save(self, token: str, typed: Typed, asked: Asked) -> Response:
        with writing(self.engine) as session:
            opened = opened_by(session, self.settings, token)
            if asked.copied:
                typed = copied_from_before(opened.case, typed, asked.copied)
            place = "" if asked.brief or asked.goes else asked.copied or last_touched(opened.case, typed)
            try:
                refused = save_draft(opened.case, typed)
                if not refused:
                    return self._saved(opened, asked, place)
                form = refused_form(opened.case, typed, refused)
                why = wording(ANOTHER_DRAFT, fields="; ".join(field_label(form, name) for name in refused))
            except PeriodClosed as error:
                form = filled_form(opened.case, typed)
                why = wording("Chưa lưu nháp: {why}.", why=error.what)
        if not asked.paged:
            return PlainTextResponse(why, 409)
        return self._render("form", opened, form, 409, choice=asked.choice)

    def _saved(self, opened: Opened, asked: Asked, place: str) -> Response:
        when = f"{opened.case.now.astimezone(ZONE):%H:%M}"
        back = opened.path + asked.choice.query + (f"#{quote(place)}" if place else "")
        return PlainTextResponse(when) if asked.brief else RedirectResponse(back, 303)

    def _send(self, token: str, typed: Typed, only: str | None, brief: bool) -> Response:
        with writing(self.engine) as session:
            opened = opened_by(session, self.settings, token)
            try:
                outcome, refused = send_fields(opened.case, typed, only)
            except PeriodClosed:
                return self._render("form", opened, filled_form(opened.case, typed), 409)
        if refused:
            return self._render("form", opened, outcome.form, 409, choice=read_choice(typed), just_sent=only)
        if outcome.receipt is None:
            return self._render("form", opened, outcome.form, 422, choice=read_choice(typed), typed=typed)
        after = f"?{urlencode({JUST_SENT: only})}" if only else "/bien-nhan"
        return lead_to(opened.path + after, brief=brief)

    def _render(
        self,
        name: str,
        opened: Opened,
        form: Form,
        status: int = 200,
        just_sent: str | None = None,
        choice: Choice | None = None,
        typed: Typed | None = None,
        **more: datetime,
    ) -> Response:
        case, plan = opened.case, opened.case.plan
        shown = shown_entries(choice or Choice(), form.entries, plan)
        whole = name == "receipt" or case.closed
        entries = form.entries if whole else shown.entries
        groups = groupby(entries, key=lambda entry: entry.activity.content)
        return self.pages.render(
            name,
            status,
            page=opened.path,
            receipt=f"{opened.path}/bien-nhan",
            plan=plan,
            header=plan.plan,
            coordinator=plan.agencies[plan.plan.coordinator],
            call=[plan.agencies[plan.plan.coordinator]],
            form=form,
            groups=[(plan.area(content), list(rows)) for content, rows in groups],
            shown=shown,
            most=MOST,
            standings={key: (wording(words), states) for key, (words, states) in STANDINGS.items()},
            filled=page_marks(form, shown.entries) if typed is None else sent_marks(form, typed),
            clashes=[
                (name, field_label(form, name), field_words(name, form.clashes[name])) for name in form.clashes
            ],
            days_left=WorkingDays(plan.reporting.calendar).between(case.today, form.period.due),
            closed=case.closed,
            today=case.today,
            until=opened.until,
            unrecorded=unrecorded(form),
            refused=status == 409,
            just_sent=next((e for e in form.entries if e.name == just_sent and e.last), None),
            just_added=next((p for p in form.contributions if p.activity.id == just_sent and p.last), None),
            statuses={status: wording(words) for status, words in STATUS_WORDS.items()},
            rules={status: replace(rule, words=wording(rule.words)) for status, rule in STATUSES.items()},
            texts={name: wording(words) for name, words in TEXTS.items()},
            ways={way: wording(words) for way, words in WAYS.items()},
            nothing_new=wording(NOTHING_NEW),
            confirm_lower=wording(CONFIRM_LOWER),
            limit_of=limit_of,
            **more,
        )
