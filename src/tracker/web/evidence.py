"""The agency's files: shown, given, taken back, and handed out to nobody but whom its link lets in."""

from dataclasses import dataclass
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, RedirectResponse, Response

from tracker.answers.evidence import LARGEST, MOST, Given, path_of, remove_evidence, take_evidence
from tracker.answers.evidence_kinds import TAKEN
from tracker.answers.form import Form, recorded_form
from tracker.answers.submit import refuse_if_closed
from tracker.errors import BadInput
from tracker.settings import ZONE, Settings
from tracker.store.engine import reading, writing
from tracker.store.evidence import evidence_of
from tracker.store.tables import Duty, Evidence
from tracker.web.owner import Opened, opened_by
from tracker.web.pages import Pages


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
            return await run_in_threadpool(self._show, token)
        try:
            async with request.form(max_files=1, max_fields=10) as typed:
                given = typed.get("file")
                raw = await given.read() if isinstance(given, UploadFile) else b""
                name = (given.filename or "") if isinstance(given, UploadFile) else ""
                texts = {key: value for key, value in typed.items() if isinstance(value, str)}
        except ClientDisconnect as why:
            raise HTTPException(400) from why
        file = Given(name, raw, texts.get("given_by", ""), self.settings.now())
        return await run_in_threadpool(self._take, token, texts, file)

    def file(self, request: Request) -> Response:
        """Hand out one file, as something to keep and not to run."""
        with reading(self.engine) as session:
            opened = opened_by(session, request.path_params["token"], self.settings.now())
            files = evidence_of(session, list(_duties(self._form(session, opened)).values()))
        found = next((one for one in files if one.id == request.path_params["file_id"]), None)
        if found is None:
            raise HTTPException(404)
        return file_response(self.settings, found)

    def _show(self, token: str, fault: str = "", typed: dict[str, str] | None = None) -> Response:
        with reading(self.engine) as session:
            opened = opened_by(session, token, self.settings.now())
            form = self._form(session, opened)
            files = evidence_of(session, list(_duties(form).values()))
        return self.pages.render(
            "evidence",
            200 if not fault else 409 if opened.closed else 422,
            page=opened.path,
            header=opened.plan.plan,
            form=form,
            files={
                entry.duty.id: [one for one in files if one.duty_id == entry.duty.id] for entry in form.entries
            },
            closed=opened.closed,
            until=opened.until,
            coordinator=opened.plan.agencies[opened.plan.plan.coordinator],
            faults=fault.splitlines(),
            typed=typed or {},
            taken=TAKEN,
            most=MOST,
            largest=LARGEST // 1_000_000,
        )

    def _take(self, token: str, typed: dict[str, str], given: Given) -> Response:
        try:
            with writing(self.engine) as session:
                opened = opened_by(session, token, given.at)
                refuse_if_closed(opened.period, given.at.astimezone(ZONE).date())
                duty = _duties(self._form(session, opened)).get(typed.get("activity", ""))
                if duty is None:
                    raise BadInput("chọn hoạt động mà tệp này chứng minh")
                if typed.get("remove", "").isdecimal():
                    remove_evidence(session, duty, int(typed["remove"][:9]), opened.agency_id, given.at)
                else:
                    take_evidence(session, self.settings, duty, given)
        except BadInput as why:
            return self._show(token, str(why), typed)
        return RedirectResponse(f"/b/{token}/tai-lieu", 303)

    def _form(self, session: Session, opened: Opened) -> Form:
        today = self.settings.now().astimezone(ZONE).date()
        return recorded_form(session, opened.plan, opened.period, opened.agency_id, today)


def file_response(settings: Settings, file: Evidence) -> Response:
    """Return the bytes of `file` to be saved; HTTPException 404 where they are gone."""
    path = path_of(settings, file)
    if not path.is_file():
        raise HTTPException(404)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"}
    return FileResponse(path, headers=headers, media_type=file.media_type)


def _duties(form: Form) -> dict[str, Duty]:
    """Return the duties on a page, by what its fields call them."""
    return {f"{entry.duty.id}": entry.duty for entry in form.entries}
