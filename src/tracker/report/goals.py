"""The targets as a memo tells them: one agency's figure, or the sum of what each of a group reports. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from tracker.language import N_, speaking, wording_in
from tracker.plan.model import Plan, Target
from tracker.report.choice import Choice
from tracker.report.facts import Earlier, Goal, Portion
from tracker.store.figures import Reported
from tracker.store.tables import Figure

Standing = Mapping[str, Mapping[str, Reported]]
"""What stands of each target, by its id and by who reports it."""


def goals_of(
    plan: Plan, choice: Choice, now: Standing, past: Mapping[str, Standing], as_of: date
) -> tuple[tuple[Goal, ...], list[Figure]]:
    """Return the targets that the chosen agencies report, and the figures in them.

    `past` is what stood in the periods before, the oldest first, each by its title. A choice of content
    areas or activities tells of no target.
    """
    if choice.areas or choice.activities:
        return (), []
    goals, used = [], []
    before = list(past.values())[-1] if past else {}
    for target in plan.targets:
        told = _chosen(plan, choice, now[target.id], as_of)
        if told:
            of_past = {
                title: _chosen(plan, choice, stood.get(target.id, {}), as_of) for title, stood in past.items()
            }
            asked = len(now[target.id]), len(before.get(target.id, {}))
            goal = _goal(plan, target, told, list(of_past.values())[-1] if past else [], asked)
            if len(past) > 1:
                values = (Earlier(title=title, value=_sum(reported)) for title, reported in of_past.items())
                goal = replace(goal, earlier=tuple(values))
            goals.append(goal)
            every = [*told, *(reported for each in of_past.values() for reported in each)]
            known = [reported for reported in every if reported.value is not None]
            used += [figure for reported in known for figure in reported.figures]
    return tuple(goals), used


def _chosen(plan: Plan, choice: Choice, by_agency: Mapping[str, Reported], as_of: date) -> list[Reported]:
    """Return what the chosen agencies reported, and those they have succeeded; everything where none is chosen."""
    if not choice.agencies:
        return list(by_agency.values())
    holders = {one: {one, plan.holder(one, as_of).id} if one in plan.agencies else {one} for one in by_agency}
    return [by_agency[one] for one in by_agency if not holders[one].isdisjoint(choice.agencies)]


def _goal(
    plan: Plan, target: Target, told: list[Reported], earlier: list[Reported], asked: tuple[int, int]
) -> Goal:
    with speaking(plan.plan.language):
        printed = target.words
    goal = Goal(
        title=target.title,
        unit=target.unit,
        printed=printed,
        at_least=target.aim,
        is_ceiling=target.at_least is None,
        value=_sum(told),
        before=_sum(earlier),
    )
    if target.reported_by not in plan.groups:
        return goal
    agencies = [plan.agencies[reported.agency_id] for reported in told]
    local = all(agency.kind == "locality" for agency in agencies)
    return replace(
        goal,
        portions=tuple(
            Portion(who=agency.short, value=reported.value)
            for agency, reported in zip(agencies, told, strict=True)
        ),
        asked=asked[0],
        asked_before=asked[1],
        known_before=sum(reported.value is not None for reported in earlier),
        reported_by=wording_in(plan.plan.language, N_("địa phương") if local else N_("cơ quan")),
    )


def _sum(reported: Iterable[Reported]) -> Decimal | None:
    """Return what is known, added up; None where nothing is."""
    known = [one.value for one in reported if one.value is not None]
    return sum(known, Decimal(0)) if known else None
