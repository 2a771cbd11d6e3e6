"""What the agencies gave for the targets, added up: whose figure stands for which area on a day. Pure.

A figure stands for what its agency held on the day it was given. So the figure that a successor gives takes the
place of its predecessors', until then theirs stand, and one that it gave for its own area before says nothing of
what it took over since. As succession only ever joins areas, no two figures that stand cover the same one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from tracker.plan.model import Plan, Target
from tracker.settings import ZONE
from tracker.store.tables import Figure


@dataclass(frozen=True, slots=True)
class Reported:
    """What is known of all that one agency reports of a target: for each area it holds, the figure that stands."""

    agency_id: str
    by_area: Mapping[str, Figure | None]
    """By the agency that the plan names; None where nobody has reported on that area."""

    @property
    def figures(self) -> list[Figure]:
        """Return the figures that stand, each once."""
        return list(dict.fromkeys(figure for figure in self.by_area.values() if figure is not None))

    @property
    def value(self) -> Decimal | None:
        """Return what they come to; None where any of the areas is missing, for nothing is taken as zero."""
        if None in self.by_area.values():
            return None
        return sum((figure.value for figure in self.figures), Decimal(0))

    @property
    def own(self) -> Figure | None:
        """Return the figure that the agency itself gave for all of it, or None."""
        match self.figures:
            case [figure] if figure.agency_id == self.agency_id and None not in self.by_area.values():
                return figure
        return None


def reported_figures(plan: Plan, figures: Iterable[Figure], on: date) -> dict[str, dict[str, Reported]]:
    """Return what stands among `figures` of one period, by target id and by who reports it.

    That is who does so on day `on`, or on the day of the last figure where that is later.
    """
    by_target: dict[str, list[Figure]] = {target.id: [] for target in plan.targets}
    in_order = sorted(figures, key=lambda figure: (_day(figure), figure.id))
    for figure in in_order:
        if figure.target_id in by_target:
            by_target[figure.target_id].append(figure)
    on = max([on, *map(_day, in_order[-1:])])
    return {target.id: _reported(plan, target, by_target[target.id], on) for target in plan.targets}


def _reported(plan: Plan, target: Target, in_order: Iterable[Figure], on: date) -> dict[str, Reported]:
    held = cache(lambda day: plan.reported_areas(target, day))
    newest: dict[str, Figure] = {}
    for figure in in_order:
        newest |= dict.fromkeys(held(_day(figure)).get(figure.agency_id, ()), figure)
    return {
        agency_id: Reported(agency_id, {area: newest.get(area) for area in areas})
        for agency_id, areas in held(on).items()
    }


def _day(figure: Figure) -> date:
    return figure.said_at.astimezone(ZONE).date()
