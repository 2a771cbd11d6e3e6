"""The workbook on the agency's page: fetched filled in, and taken again; GET and HEAD change nothing."""

from dataclasses import dataclass

import sqlalchemy as sa
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from tracker.errors import WHOLE_FILE, Fault, Faults
from tracker.language import wording
from tracker.settings import Settings
from tracker.store.engine import reading
from tracker.store.links import find_link
from tracker.web.pages import Pages
from tracker.web.request import is_brief, lead_to, opened_by, write_in_turn
from tracker.workbook.draw import workbook_file
from tracker.workbook.fill import workbook_for
from tracker.workbook.take import take_workbook


@dataclass(frozen=True, slots=True)
class WorkbookPages:
    """The handlers behind `/b/{token}/mau-bao-cao.xlsx` and `/tep`; 404 where the token opens nothing."""

    engine: sa.Engine
    settings: Settings
    pages: Pages

    def download(self, request: Request) -> Response:
        """Give the workbook, filled from the record as it is now."""
        with reading(self.engine) as session:
            opened = opened_by(session, self.settings, request.path_params["token"])
            workbook = workbook_for(opened.case)
        name, media_type, data = workbook_file(workbook)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(data, media_type=media_type, headers=headers)

    async def upload(self, request: Request) -> Response:
        """Take a filled workbook; what is wrong with it is told cell by cell, and nothing is recorded then."""
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            raise HTTPException(400)
        try:
            async with request.form(max_files=1, max_fields=1) as typed:
                given = typed.get("file")
                raw = await given.read() if isinstance(given, UploadFile) else b""
        except ClientDisconnect as error:
            raise HTTPException(400) from error
        return await write_in_turn(self._take, request.path_params["token"], raw, is_brief(request))

    def _take(self, token: str, raw: bytes, brief: bool) -> Response:
        with reading(self.engine) as session:
            opened = opened_by(session, self.settings, token)
            link = find_link(session, token, opened.case.now)
        if link is None:
            raise HTTPException(404)
        try:
            if not raw:
                what = wording("chưa chọn tệp nào, hoặc tệp rỗng")
                remedy = wording("chọn tệp .xlsx đã điền rồi bấm Gửi tệp")
                raise Faults([Fault(WHOLE_FILE, what, remedy)])
            take_workbook(self.engine, self.settings, raw, link)
        except Faults as error:
            case = opened.case
            return self.pages.render(
                "workbook_faults",
                409 if case.closed else 422,
                page=opened.path,
                header=case.plan.plan,
                period=case.period,
                closed=case.closed,
                agency=case.agency,
                call=[case.plan.agencies[case.plan.plan.coordinator]],
                faults=error.faults,
            )
        return lead_to(f"{opened.path}/bien-nhan", brief=brief)
