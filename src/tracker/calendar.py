"""Working days, reporting periods and the stages of a reminder. Pure: no clock is read here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from tracker.plan.model import Calendar, Stages

ONE_DAY = timedelta(days=1)


HOLIDAYS = {"VN": ("vietnam", "Vietnam"), "US": ("united_states", "UnitedStates")}
"""Where the library keeps the public holidays of a country that a plan may name."""


@cache
def _country(name: str, called: str) -> Any:
    """Return the class `called` of a country's holidays, from its own file: importing one imports all."""
    package = find_spec("holidays")
    file = Path(package.origin or "").parent / "countries" / f"{name}.py" if package else None
    spec = spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"holidays.countries.{name}")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, called)


@cache
def _public_holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(_country(*HOLIDAYS[country])(years=year)) if country in HOLIDAYS else frozenset()


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The office calendar: a country's public holidays (Bộ luật Lao động 2019, điều 112) and exceptions."""

    calendar: Calendar = Calendar()

    def is_working(self, day: date) -> bool:
        """Say whether offices are open on `day`."""
        if day in self.calendar.working_days:
            return True
        if day.weekday() >= 5 or day in self.calendar.days_off:
            return False
        return day not in _public_holidays(self.calendar.country, day.year)

    def between(self, start: date, end: date) -> int:
        """Count working days after `start` up to and including `end`; negative where `end` comes first."""
        if end < start:
            return -self.between(end, start)
        days = ((start + ONE_DAY * n) for n in range(1, (end - start).days + 1))
        return sum(self.is_working(day) for day in days)

    def shifted(self, day: date, count: int) -> date:
        """Return the day `count` working days from `day` (before it where negative)."""
        step = ONE_DAY if count >= 0 else -ONE_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_working(day)
        return day


@dataclass(frozen=True, slots=True, order=True)
class Stage:
    """A rung of the reminder ladder: the day it begins, and its name in a letter's key (`before-5`)."""

    day: date
    name: str


@lru_cache(maxsize=4096)
def ladder(rules: Stages, office: WorkingDays, opens: date, due: date) -> tuple[Stage, ...]:
    """Return the stages at which the agency itself is written to, in the order of their days.

    They are opening, before, due (`before-0`), after, and `head`; `rules` must be complete. All are working days:
    the period's first day counts as the first working day from it on, a due date as the last working day up to it.
    """
    first = opens if office.is_working(opens) else office.shifted(opens, 1)
    last = due if office.is_working(due) else office.shifted(due, -1)
    rungs = [Stage(first, "opening")]
    rungs += [Stage(office.shifted(due, -n) if n else last, f"before-{n}") for n in rules.before or ()]
    rungs += [Stage(office.shifted(due, n), f"after-{n}") for n in rules.after or ()]
    rungs += [Stage(office.shifted(due, n), "head") for n in [rules.head] if n]
    return tuple(sorted(rung for rung in rungs if rung.day >= first))


@lru_cache(maxsize=4096)
def escalation(rules: Stages, office: WorkingDays, due: date) -> tuple[Stage, ...]:
    """Return when the coordinator is told: `coordinator` brings a list, `dispatch` a paper to sign."""
    rungs = [("coordinator", rules.coordinator), ("dispatch", rules.dispatch)]
    return tuple(sorted(Stage(office.shifted(due, n), name) for name, n in rungs if n))


def newest(stages: Iterable[Stage], today: date) -> Stage | None:
    """Return the newest of `stages` that has begun by `today`, or None."""
    return max((stage for stage in stages if stage.day <= today), default=None)
