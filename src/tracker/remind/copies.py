"""Copies of reminders to the agencies that coordinate, where the plan asks for them. Pure.

A coordinating agency gets one letter for all it has a part in, without the lead's link: that is the lead's own.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from tracker.plan.model import Agency, Plan
from tracker.remind.due import Reminder, Season
from tracker.store.letters import LetterHistory
from tracker.store.tables import Duty, Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One letter owed to a coordinating agency: which leads were reminded of what."""

    period: Period
    agency: Agency
    stage_day: date
    """The day of the newest of the stages it tells of."""
    asked: tuple[tuple[Agency, tuple[Duty, ...]], ...]
    """The leads, each with the duties the agency has a part in."""
    fresh: bool
    key: str


def owed_copies(season: Season, reminders: Iterable[Reminder], history: LetterHistory) -> Iterator[Copy]:
    """Yield the copies of `reminders`, all of one season, that the plan's rules ask for, in the plan's order."""
    asked: defaultdict[str, list[tuple[Reminder, tuple[Duty, ...]]]] = defaultdict(list)
    for reminder in reminders:
        for agency_id, duties in _shared(season, reminder).items():
            asked[agency_id].append((reminder, tuple(duties)))
    for agency in season.plan.agencies.values():
        if not (parts := asked.get(agency.id)):
            continue
        day = max(reminder.stage.day for reminder, _ in parts)
        key = f"copy:{season.period.name}:{agency.id}:{day}"
        yield Copy(
            period=season.period,
            agency=agency,
            stage_day=day,
            asked=tuple((reminder.agency, duties) for reminder, duties in parts),
            fresh=key not in history.keys,
            key=key,
        )


def coordinating(plan: Plan, activity_id: str, on: date) -> list[str]:
    """Return the ids of the agencies that coordinate an activity on a day: groups opened, successors in place."""
    named = plan.members(plan.by_id[activity_id].coordinating)
    return list(dict.fromkeys(plan.holder(agency, on).id for agency in named))


def _shared(season: Season, reminder: Reminder) -> dict[str, list[Duty]]:
    shared: defaultdict[str, list[Duty]] = defaultdict(list)
    for duty in reminder.duties:
        if "coordinating" in (season.rules(duty).copies or ()):
            for agency in coordinating(season.plan, duty.activity_id, season.today):
                if agency != reminder.agency.id:
                    shared[agency].append(duty)
    return shared
