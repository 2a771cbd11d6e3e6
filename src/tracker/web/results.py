"""The page of results: how far each plan is by its last final memo, where an admin has switched it on."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tracker.plan.document import THE_ONE, Header
from tracker.progress import STATUSES
from tracker.report.facts import read_snapshot
from tracker.report.results import Results, results_of
from tracker.settings import Settings
from tracker.store.engine import reading
from tracker.store.plans import plan_ids, plan_in_force
from tracker.store.tables import Period, Report
from tracker.web.desk.address import home_of
from tracker.web.desk.visit import Visit, no_page
from tracker.web.pages import Pages

ADDRESS = "/ket-qua"
LAST_FINAL = (
    sa.select(Report)
    .join(Period, Period.id == Report.period_id)
    .where(Period.plan_id == sa.bindparam("plan"), Report.final)
    .order_by(Period.due.desc(), Report.id.desc())
    .options(defer(Report.snapshot))
    .limit(1)
)
MOST_COUNTED = 50
COUNTED: dict[str, Results] = {}
"""Results by the digest of their memo: a snapshot is read once, however many look."""


@dataclass(frozen=True, slots=True)
class ResultsPages:
    """The handlers behind `/ket-qua`; an HTTPException 404 where the page is switched off."""

    engine: sa.Engine
    settings: Settings
    pages: Pages

    def show(self, request: Request) -> Response:
        """Show the results of the plan that the address names, else of the one plan, or a list of several."""
        if self.settings.results == "off":
            raise HTTPException(404)
        if self.settings.results == "leaders":
            home = home_of(request.path_params.get("plan_id", THE_ONE))
            return RedirectResponse(home + ADDRESS, 303)  # the desk's door asks who they are
        with reading(self.engine) as session:
            known = plan_ids(session)
            wanted = request.path_params.get("plan_id", known[0] if len(known) == 1 else "")
            if wanted and wanted not in known:
                raise HTTPException(404)
            shown = [wanted] if wanted else known
            plans = [plan_in_force(session, one)[1].plan for one in shown]
            facts: dict[str, Any] = results_facts(session, plans[0]) if wanted else {"plans": plans}
        return self.pages.render("results", **facts)


def show_at_desk(visit: Visit) -> Response:
    """Show the results to whoever is signed in."""
    if visit.settings.results == "off":
        raise no_page()
    with reading(visit.engine) as session:
        facts = results_facts(session, visit.desk.plan.plan)
    return visit.pages.render("results", desk=visit.signed, home=visit.home, **facts)


def results_facts(session: Session, header: Header) -> dict[str, Any]:
    """Return what the template needs of the plan with `header`."""
    results = _last_results(session, header.plan_id)
    facts: dict[str, Any] = {"header": header, "results": results, "rules": STATUSES}
    return facts | ({"illustration": True} if results and results.illustration else {})


def _last_results(session: Session, plan_id: str) -> Results | None:
    """Return the results of a plan by its last final memo; None where there is none."""
    report = session.scalar(LAST_FINAL, {"plan": plan_id})
    if report is None:
        return None
    if report.digest not in COUNTED:
        if len(COUNTED) >= MOST_COUNTED:
            COUNTED.clear()
        COUNTED[report.digest] = results_of(read_snapshot(report.snapshot))
    return COUNTED[report.digest]
