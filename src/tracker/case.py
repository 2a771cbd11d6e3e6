"""A case: everything that a rule may need to know of where it stands, opened in one place and handed on whole."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.plan.model import Agency, Plan
from tracker.settings import ZONE, Settings
from tracker.store.links import find_link
from tracker.store.periods import find_period
from tracker.store.plans import plan_for, plan_in_force
from tracker.store.tables import Link, Period, PlanVersion, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One period of one plan, for one agency where there is one, at one moment.

    It lives as long as its session, and says which plan counts: the one in force while the period is open, and the
    one that knows all it asked once it is closed.
    """

    session: Session
    settings: Settings
    version: PlanVersion
    plan: Plan
    period: Period
    agency_id: str = ""
    """Whose case it is; empty where it is everybody's."""
    now: datetime

    @property
    def today(self) -> date:
        """Return the day of `now` in the plan's zone."""
        return self.now.astimezone(ZONE).date()

    @property
    def closed(self) -> bool:
        """Say whether the period takes no answers any more."""
        return self.today > self.period.closes

    @property
    def agency(self) -> Agency:
        """Return the agency whose case it is."""
        return self.plan.agencies[self.agency_id]

    def of(self, agency_id: str) -> "Case":
        """Return the same case for one agency."""
        return replace(self, agency_id=agency_id)


def open_case(
    session: Session, settings: Settings, period: Period | str, agency_id: str = "", now: datetime | None = None
) -> Case:
    """Return the case of `period`, or of the period so called, at `now` (by default: now); raises BadInput."""
    now = now or settings.now()
    if isinstance(period, str):
        period = find_period(session, period)
    closed = now.astimezone(ZONE).date() > period.closes
    version, plan = plan_for(session, period) if closed else plan_in_force(session, period.plan_id)
    return Case(
        session=session, settings=settings, version=version, plan=plan, period=period, agency_id=agency_id, now=now
    )


def open_coordinators_case(session: Session, settings: Settings, period: Period | str) -> Case:
    """Return the coordinator's case of `period`, open or closed: its contacts are those of the plan in force."""
    if isinstance(period, str):
        period = find_period(session, period)
    version, plan = plan_in_force(session, period.plan_id)
    coordinator, now = plan.plan.coordinator, settings.now()
    return Case(
        session=session,
        settings=settings,
        version=version,
        plan=plan,
        period=period,
        agency_id=coordinator,
        now=now,
    )


def open_by_link(session: Session, settings: Settings, token: str) -> tuple[Case, Link] | None:
    """Return the case of the agency that `token` lets answer, and the link; None where it opens nothing."""
    now = settings.now()
    link = find_link(session, token, now)
    if link is None:
        return None
    case = open_case(session, settings, session.get_one(Period, link.period_id), link.agency_id, now)
    return (case, link) if case.agency_id in case.plan.agencies else None


def open_by_review_link(session: Session, settings: Settings, token: str) -> Case | None:
    """Return the case that `token` lets the coordinator review; None where it opens nothing."""
    now = settings.now()
    link = find_link(session, token, now, Purpose.REVIEW)
    if link is None:
        return None
    period = session.get_one(Period, link.period_id)
    if link.agency_id != plan_in_force(session, period.plan_id)[1].plan.coordinator:
        return None
    return _reviewed(session, settings, period, link.agency_id, now)


def open_for_review(session: Session, settings: Settings, period: Period) -> Case:
    """Return the case of `period` as the coordinator reviews it, open or closed."""
    coordinator = plan_in_force(session, period.plan_id)[1].plan.coordinator
    return _reviewed(session, settings, period, coordinator, settings.now())


def _reviewed(session: Session, settings: Settings, period: Period, agency_id: str, now: datetime) -> Case:
    version, plan = plan_for(session, period)
    return Case(
        session=session, settings=settings, version=version, plan=plan, period=period, agency_id=agency_id, now=now
    )
