"""Which reminders are owed on a day. Pure: it is derived from the record and today, never from the last run.

So after a week with the machine off each agency is owed the newest stage it missed, once: a letter's key names
its stage, and a key that was queued before is not queued again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from tracker.calendar import Stage, WorkingDays, stage_on
from tracker.plan.model import Agency, Plan
from tracker.progress import ANSWERED, OWED
from tracker.store.tables import Duty, Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One letter owed: to whom, at which stage, about what."""

    period: Period
    agency: Agency
    stage: Stage
    due: date
    """The due date whose stage it is; some of the duties may have dates of their own."""
    days_left: int
    """Working days until `due`; negative after it."""
    duties: tuple[Duty, ...]
    """All that the agency owes in the period, what is late first."""
    answered: int
    """How many of its duties it has answered."""

    @property
    def key(self) -> str:
        """Return the letter's key, `remind:2024:so-cong-thuong:before-5`."""
        own = "" if self.due == self.period.due else f"@{self.due}"
        return f"remind:{self.period.code}:{self.agency.id}:{self.stage.name}{own}"


def owed_reminders(plan: Plan, period: Period, duties: Collection[Duty], today: date) -> Iterator[Reminder]:
    """Yield the reminders of `period` that are owed on `today`, one an agency, in the plan's order.

    `duties` are those of the period that were not withdrawn. Agencies that owe nothing get none; after the
    period has closed nobody does. From a successor's date on, the successor is written to.
    """
    if not period.opens <= today <= period.closes:
        return
    by_agency: defaultdict[str, list[Duty]] = defaultdict(list)
    for duty in duties:
        by_agency[plan.holder(duty.agency_id, today).id].append(duty)
    office = WorkingDays(plan.reporting.calendar)
    stages = {due: stage_on(plan, period.opens, due, today) for due in {duty.due for duty in duties}}
    for agency in plan.agencies.values():
        held = by_agency.get(agency.id, [])
        owed = sorted((duty for duty in held if duty.state in OWED), key=lambda duty: duty.due)
        newest = max(
            ((stage, due) for due in {duty.due for duty in owed} if (stage := stages[due])),
            key=lambda found: (found[0].day, found[1] == period.due),
            default=None,
        )
        if newest is not None:
            stage, due = newest
            yield Reminder(
                period=period,
                agency=agency,
                stage=stage,
                due=due,
                days_left=office.between(today, due),
                duties=tuple(owed),
                answered=sum(duty.state in ANSWERED for duty in held),
            )
