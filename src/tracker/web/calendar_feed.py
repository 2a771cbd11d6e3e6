"""An agency's due dates as a feed that calendars fetch by themselves; it shows days, and opens nothing."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tracker.letters.compose import composed_line
from tracker.letters.due_event import DueDate, calendar_of
from tracker.letters.ids import event_uid, feed_token
from tracker.plan.model import Plan
from tracker.settings import Settings
from tracker.store.duties import asked, duties_of
from tracker.store.engine import reading
from tracker.store.letters import has_unkeyed
from tracker.store.periods import all_periods, ruled_periods
from tracker.store.plans import plan_in_force, plans_in_force
from tracker.store.tables import Period, PlanVersion


@dataclass(frozen=True, slots=True)
class CalendarFeed:
    """The handler behind `/lich/…`; an HTTPException 404 where the address opens nothing."""

    engine: sa.Engine
    settings: Settings

    def show(self, request: Request) -> Response:
        """Return the feed of the agency that the address names."""
        agency_id, token = request.path_params["agency"], request.path_params["token"]
        with reading(self.engine) as session:
            found = (plan for plan in plans_in_force(session) if agency_id in plan.agencies)
            plan = next((plan for plan in found if _opens(self.settings, plan, agency_id, token)), None)
            if plan is None:
                raise HTTPException(404)
            version, _ = plan_in_force(session, plan.plan.plan_id)
            dates = list(_due_dates(session, self.settings, version, plan, agency_id))
        return Response(calendar_of(dates), media_type="text/calendar")


def feed_address(settings: Settings, plan: Plan, agency_id: str) -> str:
    """Return the address of an agency's feed."""
    return f"{settings.base_url}/lich/{agency_id}/{feed_token(settings, plan, agency_id)}.ics"


def _opens(settings: Settings, plan: Plan, agency_id: str, token: str) -> bool:
    return hmac.compare_digest(token.encode(), feed_token(settings, plan, agency_id).encode())


def _due_dates(
    session: Session, settings: Settings, version: PlanVersion, plan: Plan, agency_id: str
) -> Iterator[DueDate]:
    """Yield the due dates of the periods that are open or coming, under the ids that letters gave them."""
    today = settings.today()
    opened = {period.code: period for period in all_periods(session, plan.plan.plan_id)}
    coming = [period for period in ruled_periods(plan) if period.code not in opened]
    for period in [*opened.values(), *coming]:
        if period.closes < today:
            continue
        unkeyed = bool(period.id) and has_unkeyed(session, period, agency_id)
        for due in sorted(_days(session, settings, plan, period, agency_id)):
            own = "" if due == period.due else f"-{due}"
            facts = {"plan": plan.plan, "period": period, "due": due, "illustration": settings.illustration}
            title = composed_line(settings.templates, "remind/event.txt", facts)
            uid = event_uid(settings, plan, f"{period.code}{own}", unkeyed_thread=unkeyed)
            yield DueDate(title, uid, due, version.applied_at, version.id)


def _days(session: Session, settings: Settings, plan: Plan, period: Period, agency_id: str) -> set[date]:
    owed = duties_of(session, period) if period.id else asked(plan, period)
    today = settings.today()
    return {
        one.due
        for one in owed
        if one.agency_id in plan.agencies and plan.holder(one.agency_id, today).id == agency_id
    }
