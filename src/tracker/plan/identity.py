"""Which ids of two plans still stand for the same thing. Pure.

What agencies said is kept under ids. So an id is an identity: it may be reworded, but it must not be given to
another activity, agency or target. Nobody can be asked whether two titles mean the same, so a plain rule decides.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property

from tracker.plan.model import Activity, Plan

ALIKE = 5
"""Two names are alike where at most one word in so many differs."""


def alike(old: str, new: str) -> bool:
    """Say whether two names may be one thing, reworded: at most one word in five came or went."""
    before, after = Counter(_words(old)), Counter(_words(new))
    differing = max((before - after).total(), (after - before).total())
    return differing * ALIKE <= max(before.total(), after.total())


class Identities:
    """Two plans side by side: what is called the same in both."""

    def __init__(self, old: Plan, new: Plan) -> None:
        self.old, self.new = old, new

    @cached_property
    def renumbered(self) -> Mapping[str, str]:
        """Return the ids of activities whose title stands under another id in the new plan, each with that id.

        Titles that stand several times in a plan tell nothing.
        """
        before, after = _by_title(self.old.by_id.values()), _by_title(self.new.by_id.values())
        pairs = {before[title]: after[title] for title in before if title in after}
        return {old: new for old, new in pairs.items() if old != new}

    def same_activity(self, activity_id: str) -> bool:
        """Say whether `activity_id` is one activity in both plans: not renumbered, worded the same or alike."""
        old, new = self.old.by_id.get(activity_id), self.new.by_id.get(activity_id)
        if old is None or new is None:
            return False
        if old.title == new.title or _words(old.title) == _words(new.title):
            return True
        # Rows for one district each differ in a word: a title that stands elsewhere is no rewording of this one.
        moved = activity_id in self.renumbered or activity_id in self.renumbered.values()
        return not moved and alike(old.title, new.title)

    def same_agency(self, agency_id: str) -> bool:
        """Say whether `agency_id` is one agency in both plans: one of its two names stayed."""
        old, new = self.old.agencies.get(agency_id), self.new.agencies.get(agency_id)
        if old is None or new is None:
            return False
        return old.short == new.short or old.name == new.name

    def same_target(self, target_id: str) -> bool:
        """Say whether `target_id` is one target in both plans: in the same unit, worded the same or alike."""
        [old, new] = [{t.id: t for t in plan.targets}.get(target_id) for plan in (self.old, self.new)]
        return old is not None and new is not None and old.unit == new.unit and alike(old.title, new.title)

    def same_plan(self, duties: Iterable[tuple[str, str]]) -> bool:
        """Say whether all of `duties` (activity and agency), and all targets, mean the same under the new plan."""
        return (
            self.old.plan.code == self.new.plan.code
            and all(self.same_activity(activity) and self.same_agency(agency) for activity, agency in duties)
            and all(self.same_target(target.id) for target in self.old.targets)
        )

    def renamed_agency(self, agency_id: str) -> str | None:
        """Return the id under which the new plan has the agency that the old one calls `agency_id`, or None."""
        name = self.old.agencies[agency_id].name
        ids = (agency.id for agency in self.new.agencies.values() if agency.name == name)
        return next((other for other in ids if other != agency_id), None)


def _words(text: str) -> list[str]:
    return text.casefold().split()


def _by_title(activities: Iterable[Activity]) -> dict[str, str]:
    """Return the ids of `activities` by their titles, without the titles of several."""
    titles = [(" ".join(_words(activity.title)), activity.id) for activity in activities]
    count = Counter(title for title, _ in titles)
    return {title: activity_id for title, activity_id in titles if count[title] == 1}
