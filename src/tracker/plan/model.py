"""The plan: what the whole of `activities.yaml` says, as frozen values.

The classes mirror the file key for key. A field's metadata carries what the type cannot say: what
officials call it (`label`), the Vietnamese help an editor shows (`doc`), which ids a text may name (`names`), what
its choices mean (`words`), and the bounds of a number or text. `reader.py`, `schema.py` and `changes.py` all walk
these fields, so the file, its errors, its JSON Schema and what is said of an edit cannot drift apart.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType

from tracker.errors import BadInput, nearest
from tracker.language import wording_in
from tracker.plan.agencies import Agency, Contact, Group, Succession
from tracker.plan.document import Abbreviation, Header
from tracker.plan.fields import MonthDay, plan_field
from tracker.plan.reporting import AnnualRule, AreaReport, Calendar, Letterhead, Person, PhaseReview, Reporting
from tracker.plan.rows import Activity, ContentArea, Target
from tracker.plan.stages import USUAL, Stages
from tracker.plan.times import read_time
from tracker.words import day_words

__all__ = [
    "USUAL",
    "Abbreviation",
    "Activity",
    "Agency",
    "AnnualRule",
    "AreaReport",
    "Calendar",
    "Contact",
    "ContentArea",
    "Group",
    "Header",
    "Letterhead",
    "MonthDay",
    "Person",
    "PhaseReview",
    "Plan",
    "Reporting",
    "Stages",
    "Succession",
    "Target",
]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The whole plan file, checked."""

    plan: Header = plan_field("kế hoạch", "Văn bản kế hoạch.")
    agencies: Mapping[str, Agency] = plan_field("cơ quan", "Các cơ quan, mỗi cơ quan một mã.", filled=True)
    groups: Mapping[str, Group] = plan_field("nhóm", "Các nhóm cơ quan.", MappingProxyType({}))
    content: tuple[ContentArea, ...] = plan_field("nội dung", "Các nội dung của khung hoạt động.", filled=True)
    activities: tuple[Activity, ...] = plan_field("hoạt động", "Các hoạt động, theo thứ tự in.", filled=True)
    tasks: tuple[Activity, ...] = plan_field(
        "nhiệm vụ ngoài khung", "Nhiệm vụ giao ngoài khung hoạt động, báo cáo mỗi năm một lần, đếm riêng.", ()
    )
    targets: tuple[Target, ...] = plan_field("chỉ tiêu", "Các chỉ tiêu.", ())
    reporting: Reporting = plan_field("chế độ báo cáo", "Chế độ báo cáo.")

    def __post_init__(self) -> None:
        """Give each row without years those of its time, else all of the plan's."""
        for section in ("activities", "tasks"):
            rows = tuple(
                row if row.years else replace(row, years=self._years_of(row)) for row in getattr(self, section)
            )
            object.__setattr__(self, section, rows)

    def _years_of(self, row: Activity) -> tuple[int, ...]:
        time = read_time(row.time, self.plan.issued) if row.time else None
        years = time.years_among(self.plan.years) if time else ()
        return years or self.plan.years

    @property
    def issued_by(self) -> str:
        """Return who issues the plan's papers, as prose names it: by default the coordinator."""
        return self.reporting.letterhead.issued_by or self.agencies[self.plan.coordinator].name

    def holder(self, agency_id: str, on: date) -> Agency:
        """Return the agency that answers for `agency_id` on day `on`, following successions."""
        agency = self.agencies[agency_id]
        while agency.succeeded_by and agency.succeeded_by.since <= on:
            agency = self.agencies[agency.succeeded_by.agency]
        return agency

    def find_agency(self, named: str) -> Agency:
        """Return the agency a person means by `named`: its id, name, short name or alias; raises BadInput."""
        wanted = named.casefold()
        for agency in self.agencies.values():
            if wanted in {name.casefold() for name in (agency.id, agency.name, agency.short, *agency.aliases)}:
                return agency
        raise BadInput(f'không có cơ quan "{named}"; {nearest(named, self.agencies)}')

    def find_person(self, email: str) -> Person | None:
        """Return who signs in by `email`, however its letters are written; None for a stranger."""
        wanted = email.strip().casefold()
        return next((one for one in self.reporting.people if one.email.casefold() == wanted), None)

    def has_agency(self, named: str) -> bool:
        """Say whether the plan has the agency that a person means by `named`."""
        try:
            self.find_agency(named)
        except BadInput:
            return False
        return True

    def reported_areas(self, target: Target, on: date) -> dict[str, list[str]]:
        """Return who reports `target` on day `on`, each with the agencies whose areas it answers for by then.

        Of a group these are the successors of its members, each once. What one agency reports is kept under its
        own name, whoever answers for it.
        """
        group = self.groups.get(target.reported_by)
        if group is None:
            return {target.reported_by: [target.reported_by]}
        areas: dict[str, list[str]] = {}
        for member in group.members:
            areas.setdefault(self.holder(member, on).id, []).append(member)
        return areas

    def reporters(self, target: Target, on: date) -> tuple[str, ...]:
        """Return the ids of the agencies whose figures for `target` count on day `on`, each once."""
        return tuple(self.reported_areas(target, on))

    def members(self, named: Iterable[str]) -> list[str]:
        """Return the ids of the agencies that `named` (agencies and groups) stands for, each once."""
        opened = (self.groups[name].members if name in self.groups else (name,) for name in named)
        return list(dict.fromkeys(agency for agencies in opened for agency in agencies))

    def stages_of(self, activity_id: str, agency_id: str) -> Stages:
        """Return when an agency is reminded of an activity: the activity's rules over its own over the plan's."""
        own = self.agencies[agency_id].stages
        return self.by_id[activity_id].stages.over(own.over(self.reporting.stages))

    @cached_property
    def rows(self) -> tuple[Activity, ...]:
        """Return all that may be reported on: the activities, and what is counted apart."""
        return (*self.activities, *self.apart)

    @cached_property
    def apart(self) -> tuple[Activity, ...]:
        """Return the rows that are no activities: tasks beside the matrix, and what `area_report` asks."""
        asked = self.reporting.area_report
        if asked is None:
            return self.tasks
        area = Activity(id=asked.id, title=asked.title, content=asked.id, years=self.plan.years, lead=asked.by)
        return (*self.tasks, area)

    @cached_property
    def headings(self) -> tuple[ContentArea, ...]:
        """Return the content areas, and the heading of what `area_report` asks."""
        asked = self.reporting.area_report
        if asked is None:
            return self.content
        title = wording_in(self.plan.language, "Báo cáo của các địa phương")
        return (*self.content, ContentArea(id=asked.id, title=title, part="tasks"))

    @cached_property
    def _apart_ids(self) -> frozenset[str]:
        return frozenset(row.id for row in self.apart)

    def is_apart(self, activity_id: str) -> bool:
        """Say whether `activity_id` is no activity of the matrix, and so is counted apart."""
        return activity_id in self._apart_ids

    def leads_of(self, activity: Activity) -> list[str]:
        """Return the ids of all agencies that owe an answer on `activity`: groups opened, each once."""
        return self.members(activity.lead)

    def is_shared(self, activity_id: str) -> bool:
        """Say whether several agencies answer for `activity_id`, each for its own part."""
        activity = self.by_id[activity_id]
        return len(activity.lead) > 1 or activity.lead[0] in self.groups

    def lead_words(self, activity: Activity, on: date) -> str:
        """Return who leads `activity` on a day: groups by their names, agencies by those who hold their duties."""
        groups = self.groups
        return ", ".join(groups[i].name if i in groups else self.holder(i, on).short for i in activity.lead)

    def deadline_of(self, activity: Activity) -> date | None:
        """Return the last day on which `activity` should be done; None where the plan gives years or nothing."""
        if activity.deadline or not activity.time:
            return activity.deadline
        time = read_time(activity.time, self.plan.issued)
        return time.deadline if time else None

    def last_day_of(self, activity: Activity) -> date:
        """Return the day until which the work is to be done: its deadline, or its last planned year's end."""
        return self.deadline_of(activity) or activity.due or date(max(activity.years), 12, 31)

    @cached_property
    def by_id(self) -> Mapping[str, Activity]:
        """Return all that may be reported on by its printed id."""
        return {activity.id: activity for activity in self.rows}

    def details_of(self, activity: Activity) -> tuple[str, ...]:
        """Return what the plan prints of `activity` beside title, time and agencies, a line each."""
        return (*activity.lettered, *activity.facts(self.plan.language))

    def time_words(self, activity: Activity) -> str:
        """Return the time of `activity` as printed, with the last day where the print does not name it."""
        deadline = self.deadline_of(activity)
        if deadline is None:
            return activity.time or ""
        language = self.plan.language
        day = day_words(deadline, language)
        if not activity.time or day in activity.time:
            return day
        return wording_in(language, "{time} (đến hết ngày {day})", time=activity.time, day=day)

    def activities_of(self, year: int) -> Iterator[Activity]:
        """Yield the activities with an x in `year`, in the plan's order."""
        return (activity for activity in self.activities if year in activity.years)

    def area(self, content_id: str) -> ContentArea:
        """Return the content area called `content_id`; KeyError if the plan has none.

        What localities report stands under a heading of its own.
        """
        for area in self.headings:
            if area.id == content_id:
                return area
        raise KeyError(content_id)

    def coordinating_words(self, activity: Activity) -> str:
        """Return who coordinates, as printed where the plan keeps the print, else by short names."""
        if activity.coordinating_printed:
            return activity.coordinating_printed
        names = [
            self.groups[i].name if i in self.groups else self.agencies[i].short for i in activity.coordinating
        ]
        return ", ".join(names)
