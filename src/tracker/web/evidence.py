"""The agency's files: shown, given, taken back, and handed out to nobody but whom its link lets in."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from tracker.answers.evidence import LARGEST, MOST, Given, remove_evidence, restore_evidence, take_evidence
from tracker.answers.evidence_kinds import TAKEN
from tracker.answers.form import Form, recorded_form
from tracker.answers.submit import refuse_if_closed
from tracker.errors import BadInput
from tracker.language import wording
from tracker.settings import Settings
from tracker.store.engine import reading, writing
from tracker.store.evidence import evidence_of
from tracker.store.tables import Duty
from tracker.web.pages import Pages
from tracker.web.request import file_response, is_brief, lead_to, opened_by, write_in_turn

TAKEN_NOW, REMOVED_NOW = "da-nhan", "da-rut"
"""What in the address names the file that was taken, or taken back, a moment ago."""
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class EvidencePages:
    """The handlers behind `/b/{token}/tai-lieu`; an HTTPException 404 where the token opens nothing."""

    engine: sa.Engine
    settings: Settings
    pages: Pages

    async def page(self, request: Request) -> Response:
        """Show the files, take one, or take one back."""
        token = request.path_params["token"]
        if request.method != "POST":
            return await run_in_threadpool(self._show, token, request.query_params)
        try:
            async with request.form(max_files=1, max_fields=10) as typed:
                given = typed.get("file")
                raw = await given.read() if isinstance(given, UploadFile) else b""
                name = (given.filename or "") if isinstance(given, UploadFile) else ""
                texts = {key: value for key, value in typed.items() if isinstance(value, str)}
        except ClientDisconnect as error:
            raise HTTPException(400) from error
        file = Given(name, raw, texts.get("given_by", ""), self.settings.now())
        return await write_in_turn(self._take, token, texts, file, is_brief(request))

    def file(self, request: Request) -> Response:
        """Hand out one file, as something to keep and not to run."""
        with reading(self.engine) as session:
            opened = opened_by(session, self.settings, request.path_params["token"])
            files = evidence_of(session, list(_duties(recorded_form(opened.case)).values()))
        found = next((one for one in files if one.id == request.path_params["file_id"]), None)
        if found is None:
            raise HTTPException(404)
        return file_response(self.settings, found)

    def _show(
        self, token: str, told: Mapping[str, str] = NOTHING, fault: str = "", typed: dict[str, str] | None = None
    ) -> Response:
        with reading(self.engine) as session:
            opened = opened_by(session, self.settings, token)
            form = recorded_form(opened.case)
            duties = list(_duties(form).values())
            files, removed = evidence_of(session, duties), evidence_of(session, duties, removed=True)
        return self.pages.render(
            "evidence",
            200 if not fault else 409 if opened.case.closed else 422,
            page=opened.path,
            header=opened.case.plan.plan,
            form=form,
            files={
                entry.duty.id: [one for one in files if one.duty_id == entry.duty.id] for entry in form.entries
            },
            closed=opened.case.closed,
            until=opened.until,
            coordinator=opened.case.plan.agencies[opened.case.plan.plan.coordinator],
            call=[opened.case.plan.agencies[opened.case.plan.plan.coordinator]],
            faults=fault.splitlines(),
            taken_now=next((one for one in files if f"{one.id}" == told.get(TAKEN_NOW)), None),
            removed_now=next((one for one in removed if f"{one.id}" == told.get(REMOVED_NOW)), None),
            typed=typed or {},
            taken=wording(TAKEN),
            most=MOST,
            largest=LARGEST,
        )

    def _take(self, token: str, typed: dict[str, str], given: Given, brief: bool) -> Response:
        try:
            with writing(self.engine) as session:
                opened = opened_by(session, self.settings, token)
                refuse_if_closed(opened.case)
                duty = _duties(recorded_form(opened.case)).get(typed.get("activity", ""))
                if duty is None:
                    raise BadInput(wording("chọn hoạt động mà tệp này chứng minh"))
                if typed.get("remove", "").isdecimal():
                    told, file_id = REMOVED_NOW, int(typed["remove"][:9])
                    remove_evidence(session, duty, file_id, opened.case.agency_id, given.at)
                elif typed.get("restore", "").isdecimal():
                    told, file_id = TAKEN_NOW, int(typed["restore"][:9])
                    restore_evidence(session, duty, file_id, opened.case.agency_id, given.at)
                else:
                    told, file_id = TAKEN_NOW, take_evidence(session, self.settings, duty, given).id
        except BadInput as error:
            return self._show(token, fault=str(error), typed=typed)
        return lead_to(f"/b/{token}/tai-lieu?{told}={file_id}", brief=brief)


def _duties(form: Form) -> dict[str, Duty]:
    """Return the duties on a page, by what its fields call them."""
    return {f"{entry.duty.id}": entry.duty for entry in form.entries}
