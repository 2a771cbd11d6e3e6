"""What a coordinator sees first: for each open period how far it is, who is late, and what waits.

The counts are made by the database, so that a country's duties cost no more than a province's.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from tracker.calendar import WorkingDays
from tracker.letters.address import AddressBook, address_book
from tracker.plan.model import Agency, Plan
from tracker.progress import OWED, DutyState, Standing, counted_standing
from tracker.settings import Settings
from tracker.store.letter_list import SentLetter, last_letters
from tracker.store.messages import count_waiting_replies
from tracker.store.periods import running_periods
from tracker.store.reports import newest_report
from tracker.store.tables import Duty, Period, Report

Counts = dict[str, Counter[str]]
"""Duties counted by state (a DutyState is its text), by what they are grouped under."""
STATE = sa.type_coerce(Duty.state, sa.String)
"""The state as its text: of a country's rows no enum is made of each."""
COUNTED = {
    by.key: sa.select(by, STATE, sa.func.count())
    .where(Duty.period_id == sa.bindparam("period"))
    .group_by(by, Duty.state)
    for by in (Duty.agency_id, Duty.activity_id)
}
OVERDUE = (
    sa.select(Duty.agency_id, sa.func.count(), sa.func.min(Duty.due))
    .where(Duty.period_id == sa.bindparam("period"), Duty.state.in_(OWED), Duty.due < sa.bindparam("today"))
    .group_by(Duty.agency_id)
)
"""Written once: to put a statement together takes longer than a small store takes to answer it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateAgency:
    """An agency that owes what was due before today."""

    agency: Agency
    count: int
    due: date
    """The oldest day that it let pass."""
    days_late: int
    """Working days since then."""
    letter: SentLetter | None
    """The newest letter that asked it for something."""
    fault: str | None
    """Why nobody there can be written to."""

    @property
    def phones(self) -> list[str]:
        """Return where it can be called, each number once, with whose it is."""
        known = ((one.phone, one.name) for one in self.agency.contacts if one.phone)
        return [f"{phone} ({name})" if name else phone for phone, name in known if phone]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodBoard:
    """One open period."""

    period: Period
    days_left: int
    """Working days until it is due; negative after it."""
    whole: Standing
    late: tuple[LateAgency, ...]
    """The worst first."""
    replies: int
    """Replies by mail that nobody has handled."""
    unreachable: tuple[tuple[Agency, str], ...]
    """Agencies of the period that cannot be written to, each with the reason."""
    unreached: tuple[tuple[Agency, str], ...]
    """Those that can, but with an address that the last letter did not reach, each with the server's words."""
    by_agency: tuple[tuple[Agency, Standing], ...]
    """Who owes most first."""
    by_area: tuple[tuple[str, str, Standing], ...]
    """Id and title of each content area."""
    memo: Report | None
    """The final memo, else the newest of the whole period."""

    @property
    def waiting(self) -> int:
        """Return how many answers wait for review."""
        return self.whole.answered - self.whole.accepted


def boards(session: Session, settings: Settings, plan: Plan) -> list[PeriodBoard]:
    """Return the board of each period of `plan` in which something can be owed today, by their due dates."""
    today = settings.today()
    book = address_book(session, settings)
    running = running_periods(session, today, plan.plan.plan_id)
    return [_board(session, plan, period, today, book) for period in running]


def _board(session: Session, plan: Plan, period: Period, today: date, book: AddressBook) -> PeriodBoard:
    office = WorkingDays(plan.reporting.calendar)
    known = plan.agencies
    held = _counted(session, period, Duty.agency_id, lambda a: plan.holder(a, today).id if a in known else None)
    agencies = {agency: held[agency] for agency in plan.agencies if agency in held}
    by_id = plan.by_id
    areas = _counted(session, period, Duty.activity_id, lambda a: by_id[a].content if a in by_id else None)
    whole = counted_standing(sum(agencies.values(), Counter[str]()))
    by_agency = [(plan.agencies[agency], counted_standing(count)) for agency, count in agencies.items()]
    holders = [plan.agencies[agency] for agency in agencies]
    return PeriodBoard(
        period=period,
        days_left=office.between(today, period.due),
        whole=whole,
        late=_late(session, plan, period, today, book),
        replies=count_waiting_replies(session, period),
        unreachable=tuple((agency, fault) for agency in holders if (fault := book.fault_of(agency))),
        unreached=tuple((agency, fault) for agency in holders if (fault := book.partial_fault_of(agency))),
        by_agency=tuple(sorted(by_agency, key=lambda row: -row[1].owed)),
        by_area=tuple(
            (area, plan.area(area).title, counted_standing(areas[area])) for area in _in_order(plan, areas)
        ),
        memo=newest_report(session, period),
    )


def _late(session: Session, plan: Plan, period: Period, today: date, book: AddressBook) -> tuple[LateAgency, ...]:
    office = WorkingDays(plan.reporting.calendar)
    counts: Counter[str] = Counter()
    oldest: dict[str, date] = {}
    for agency_id, count, due in session.execute(OVERDUE, {"period": period.id, "today": today}):
        if agency_id in plan.agencies:
            holder = plan.holder(agency_id, today).id
            counts[holder] += count
            oldest[holder] = min(due, oldest.get(holder, due))
    letters = last_letters(session, period)
    days_late = {due: office.between(due, today) for due in set(oldest.values())}
    found = [
        LateAgency(
            agency=plan.agencies[agency],
            count=count,
            due=oldest[agency],
            days_late=days_late[oldest[agency]],
            letter=letters.get(agency),
            fault=book.fault_of(plan.agencies[agency]),
        )
        for agency, count in counts.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.days_late, -one.count, one.agency.short)))


def _counted(
    session: Session, period: Period, by: InstrumentedAttribute[str], group: Callable[[str], str | None]
) -> Counts:
    """Return the duties of `period` counted by state under what `group` makes of `by`; None leaves them out."""
    counts: Counts = {}
    for key, stated, count in session.execute(COUNTED[by.key], {"period": period.id}):
        if stated != DutyState.WITHDRAWN and (under := group(key)) is not None:
            counts.setdefault(under, Counter())[stated] += count
    return counts


def _in_order(plan: Plan, areas: Collection[str]) -> Iterable[str]:
    return [heading.id for heading in plan.headings if heading.id in areas]
