"""The coordinator's pages: what came is looked at, accepted or returned; GET and HEAD change nothing.

They are opened by a review link, whose holder types a name, or by somebody who is signed in at the desk.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tracker.answers.drafts import Typed
from tracker.errors import BadInput
from tracker.progress import STATUS_WORDS, TEXTS, WAYS, standing
from tracker.review import decide as decisions
from tracker.review.decide import check_reviewer
from tracker.review.overview import next_to_review, review_of
from tracker.review.replies import (
    dismiss_reply,
    find_reply,
    not_kept_beside,
    open_duties,
    proposed,
    record_reply,
    replies_of,
)
from tracker.review.review_form import Verdicts, read_sights, read_verdicts
from tracker.settings import Settings
from tracker.store.engine import reading, writing
from tracker.store.evidence import evidence_of
from tracker.web.desk.csv_tables import review_as_csv
from tracker.web.pages import Pages
from tracker.web.request import (
    REVIEWER,
    Opened,
    file_response,
    opened_review,
    read_form,
    redirect_with_outcome,
    review_context,
    write_in_turn,
)
from tracker.web.words import in_words

COUNTS = ("duyet", "tra-lai", "bo-qua", "khong-toi", "da-co")
"""What the address tells of the last action: accepted, returned, passed over, agencies nobody could write to, and
decisions that had been recorded before."""
NUMBER = re.compile("[0-9]{1,6}")
Opens = Callable[[Session], Opened]
"""Opens the case that is reviewed; HTTPException 404 where there is none."""


@dataclass(frozen=True, slots=True)
class CoordinatorPages:
    """The handlers behind `/r/{token}`; an HTTPException 404 where the token opens nothing."""

    engine: sa.Engine
    settings: Settings
    pages: Pages

    async def overview(self, request: Request) -> Response:
        """Show how every agency stands and what waits, or accept all that is unremarkable."""
        opens = self._link(request)
        if request.method != "POST":
            return await run_in_threadpool(self.show_overview, opens, dict(request.query_params))
        return await write_in_turn(self.accept_seen_answers, opens, await read_form(request))

    async def agency(self, request: Request) -> Response:
        """Show all that an agency said, or take what was decided on it."""
        opens, agency_id = self._link(request), request.path_params["agency"]
        if request.method != "POST":
            return await run_in_threadpool(self.show_agency, opens, agency_id, dict(request.query_params))
        return await write_in_turn(self.decide, opens, agency_id, await read_form(request))

    async def reply(self, request: Request) -> Response:
        """Show a reply, or take what the coordinator made of it."""
        opens, message_id = self._link(request), request.path_params["message_id"]
        if request.method != "POST":
            return await run_in_threadpool(self.show_reply, opens, message_id, dict(request.query_params))
        return await write_in_turn(self.handle, opens, message_id, await read_form(request))

    def file(self, request: Request) -> Response:
        """Hand out one of an agency's files."""
        return self.hand_out(self._link(request), request.path_params["file_id"])

    def _link(self, request: Request) -> Opens:
        return partial(opened_review, settings=self.settings, token=request.path_params["token"])

    def hand_out(self, opens: Opens, file_id: int) -> Response:
        """Return one of an agency's files, as something to keep and not to run."""
        with reading(self.engine) as session:
            opened = opens(session)
            found = review_of(opened.case)
            files = evidence_of(session, [item.duty for one in found for item in one.items])
        file = next((one for one in files if one.id == file_id), None)
        if file is None:
            raise HTTPException(404)
        return file_response(self.settings, file)

    def show_overview(self, opens: Opens, query: Typed, fault: str | None = None) -> Response:
        """Return the page of what waits; `fault` says why nothing was accepted."""
        with reading(self.engine) as session:
            opened = opens(session)
            agencies = review_of(opened.case)
            replies = replies_of(opened.case)
            not_kept = not_kept_beside(opened.case, replies)
        if query.get("dang") == "csv":
            return review_as_csv(agencies)
        waiting = [(one, item) for one in agencies for item in one.items if item.waiting]
        return self._render(
            "review",
            422 if fault else 200,
            opened,
            query,
            agencies=agencies,
            whole=standing(item.duty.state for one in agencies for item in one.items),
            plain=[pair for pair in waiting if not pair[1].remarks],
            marked=[pair for pair in waiting if pair[1].remarks],
            afterwards=[(one, item) for one in agencies for item in one.items if item.afterwards],
            replies=replies,
            not_kept=not_kept,
            fault=fault,
        )

    def accept_seen_answers(self, opens: Opens, typed: Typed) -> Response:
        """Accept what was ticked and is still as it was seen."""
        reviewer, fault = check_reviewer(typed.get("reviewer", ""))
        if fault:
            return self.show_overview(opens, {REVIEWER: typed.get("reviewer", "")}, fault)
        sights = read_sights(typed)
        with writing(self.engine) as session:
            opened = opens(session)
            found = decisions.accept_seen(opened.case, sights, reviewer)
        left = len(sights) - found.accepted - found.already_recorded
        counts = {"duyet": found.accepted, "da-co": found.already_recorded, "bo-qua": left}
        return redirect_with_outcome(opened.path, reviewer, counts)

    def show_agency(
        self, opens: Opens, agency_id: str, query: Typed, verdicts: Verdicts | None = None, status: int = 200
    ) -> Response:
        """Return the page of an agency."""
        with reading(self.engine) as session:
            opened = opens(session)
            found = review_of(opened.case, agency_id)
            files = evidence_of(session, [item.duty for one in found for item in one.items])
            following = next_to_review(opened.case, agency_id)
        if not found:
            raise HTTPException(404)
        return self._render(
            "review_agency",
            status,
            opened,
            query,
            one=found[0],
            following=following,
            files={item.duty.id: [one for one in files if one.duty_id == item.duty.id] for item in found[0].items},
            verdicts=verdicts or Verdicts(),
        )

    def decide(self, opens: Opens, agency_id: str, typed: Typed) -> Response:
        """Record what was decided on an agency's answers: all of it, or nothing."""
        status = 422
        try:
            with writing(self.engine) as session:
                opened = opens(session)
                found = review_of(opened.case, agency_id)
                if typed.get("action") == "accept-all":
                    waiting = [item.duty.id for one in found for item in one.items if item.waiting]
                    typed = {**typed, **{f"choice.{i}": "accept" for i in waiting}}
                verdicts = read_verdicts([item.duty.id for one in found for item in one.items], typed)
                if not verdicts.faulty:
                    choices, who = verdicts.choices, verdicts.reviewer
                    decided, changed = decisions.decide(opened.case, choices, who)
                    if decided:
                        counts = {"duyet": decided.accepted, "tra-lai": decided.returned}
                        counts |= {"khong-toi": decided.unreachable, "da-co": decided.already_recorded}
                        return redirect_with_outcome(f"{opened.path}/{agency_id}", who, counts)
                    status = 409
                    verdicts.overtake(changed)
        except BadInput as error:
            status, verdicts.fault = 409, " ".join(in_words(error))
        return self.show_agency(opens, agency_id, {REVIEWER: typed.get("reviewer", "")}, verdicts, status)

    def show_reply(
        self, opens: Opens, message_id: int, query: Typed, typed: Typed | None = None, faults: Typed | None = None
    ) -> Response:
        """Return the page of a reply by mail."""
        with reading(self.engine) as session:
            opened = opens(session)
            reply = find_reply(opened.case, message_id)
            if reply is None:
                raise HTTPException(404)
            duties = open_duties(opened.case, reply)
        status = 200 if not faults else 409 if "overtaken" in faults else 422
        values = typed or proposed(reply, duties)
        return self._render(
            "review_reply", status, opened, query, reply=reply, duties=duties, values=values, faults=faults or {}
        )

    def handle(self, opens: Opens, message_id: int, typed: Typed) -> Response:
        """Record what was made of a reply."""
        action = typed.get("action", "")
        with writing(self.engine) as session:
            opened = opens(session)
            reply = find_reply(opened.case, message_id)
            if reply is None or action not in {"more", "done", "dismiss"}:
                raise HTTPException(404 if reply is None else 400)
            if action == "dismiss":
                faults = dismiss_reply(opened.case, reply, typed)
            else:
                faults = record_reply(opened.case, reply, typed, finish=action == "done")
        reviewer = typed.get("reviewer", "")
        if faults:
            return self.show_reply(opens, message_id, {REVIEWER: reviewer}, typed, faults)
        page = f"{opened.path}/thu/{message_id}" if action == "more" else opened.path
        return redirect_with_outcome(page, reviewer, {"thu": action})

    def _render(self, name: str, status: int, opened: Opened, query: Typed, **facts: Any) -> Response:
        counts = {name: query.get(name, "") for name in COUNTS}
        return self.pages.render(
            name,
            status,
            told={name: int(count) if NUMBER.fullmatch(count) else None for name, count in counts.items()},
            thu=query.get("thu", ""),
            plan=opened.case.plan,
            closed=opened.case.today > opened.case.period.closes,
            statuses=STATUS_WORDS,
            texts=TEXTS,
            ways=WAYS,
            **review_context(opened, query),
            **facts,
        )
