"""Rules of the plan file that join several rows: what must hold (faults) and what is worth knowing (notes)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.plan.model import Activity, Agency, Calendar, Group, Plan, Reporting, Stages, Target
from tracker.plan.tree import Fault, Place

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the reader could make of each section, and where every value stands; what failed is None."""

    file: str
    sections: Mapping[str, Any]
    places: Mapping[Path, Place]

    def rows(self, section: str, cls: type) -> Iterator[tuple[Path, Any]]:
        """Yield the rows of `section` that could be read, each with its path."""
        found = self.sections.get(section)
        items: Iterable[tuple[str | int, Any]] = ()
        if isinstance(found, tuple):
            items = enumerate(found, 1)
        elif isinstance(found, dict):
            items = found.items()
        return (((section, key), row) for key, row in items if isinstance(row, cls))

    def say(self, path: Path, named: str, what: str, remedy: str) -> Fault:
        """Return a fault at `path`, called `named`."""
        nearest = path
        while nearest not in self.places:
            nearest = nearest[:-1]
        return Fault(self.file, self.places[nearest], named, what, remedy)


def where(path: Path, titles: Mapping[Path, str]) -> str:
    """Return how a fault names `path`: by the row's printed id where it has one, `II.14.lead`."""
    for cut in range(len(path), 0, -1):
        if path[:cut] in titles:
            return ".".join([titles[path[:cut]], *map(str, path[cut:])])
    return ".".join(map(str, path))


def names_of(sections: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Return the ids the file defines, by kind; also those of rows that have faults of their own.

    A kind whose section or ids could not be read is left out: that is one fault, not one for every row naming it.
    """
    names = {}
    for kind, section in (("agency", "agencies"), ("group", "groups")):
        rows = sections.get(section, {})
        if isinstance(rows, dict):
            names[kind] = frozenset(rows)
    areas = sections.get("content")
    ids = [getattr(area, "id", None) for area in areas] if isinstance(areas, tuple) else [None]
    if None not in ids and len(set(ids)) == len(ids):
        names["content"] = frozenset(ids)
    return names


def faults(seen: Seen) -> Iterator[Fault]:
    """Yield what must not be in a plan."""
    yield from _equal_ids(seen)
    yield from _years_outside(seen)
    yield from _equal_names(seen)
    yield from _circles(seen)
    yield from _summed_shares(seen)
    reporting = seen.sections.get("reporting")
    if isinstance(reporting, Reporting):
        yield from _reporting(seen, reporting)


def _equal_ids(seen: Seen) -> Iterator[Fault]:
    for section in ("content", "activities", "targets"):
        first: dict[str, Path] = {}
        for path, row in seen.rows(section, object):
            if not (row_id := getattr(row, "id", None)):
                continue
            if row_id in first:
                line = seen.places[first[row_id]].line
                yield seen.say((*path, "id"), row_id, f"mã này đã có ở dòng {line}", "đổi một trong hai mã")
            first.setdefault(row_id, path)
    agencies = dict(seen.rows("agencies", Agency))
    for path, _ in seen.rows("groups", object):
        if ("agencies", path[1]) in agencies:
            yield seen.say(path, str(path[1]), "vừa là mã cơ quan vừa là mã nhóm", "đổi mã của nhóm")


def _years_outside(seen: Seen) -> Iterator[Fault]:
    years = getattr(seen.sections.get("plan"), "years", None)
    if not years or None in years:
        return
    shown = ", ".join(map(str, years))
    for path, activity in seen.rows("activities", Activity):
        for i, year in enumerate(activity.years or (), 1):
            if year is not None and year not in years:
                what = f"năm {year} ngoài kế hoạch"
                yield seen.say((*path, "years", i), f"{activity.id}.years", what, f"chọn trong {shown}")
        own = activity.years or (None,)
        if activity.due and None not in own and activity.due.year not in own:
            what = f"hạn {activity.due} ngoài các năm của hoạt động"
            yield seen.say((*path, "due"), f"{activity.id}.due", what, "sửa hạn hoặc thêm năm")
    for path, target in seen.rows("targets", Target):
        if target.by and target.by not in years:
            what = f"năm {target.by} ngoài kế hoạch"
            yield seen.say((*path, "by"), f"{target.id}.by", what, f"chọn trong {shown}")


def _equal_names(seen: Seen) -> Iterator[Fault]:
    owner: dict[str, str] = {}
    for section in ("agencies", "groups"):
        for path, row in seen.rows(section, object):
            names: dict[Path, str | None] = {(key,): getattr(row, key, None) for key in ("name", "short")}
            aliases = enumerate(getattr(row, "aliases", None) or (), 1)
            names |= {("aliases", i): alias for i, alias in aliases}
            for tail, name in names.items():
                holder = owner.setdefault(name.casefold(), str(path[1])) if name else path[1]
                if holder != path[1]:
                    what = f'tên "{name}" đã là của {holder}'
                    yield seen.say(
                        (*path, *tail), str(path[1]), what, "mỗi tên gọi chỉ thuộc một cơ quan hoặc nhóm"
                    )


def _circles(seen: Seen) -> Iterator[Fault]:
    heirs = {path[1]: row.succeeded_by.agency for path, row in seen.rows("agencies", Agency) if row.succeeded_by}
    order = {agency: number for number, agency in enumerate(heirs)}
    passed: set[Any] = set()
    for start in heirs:
        way: dict[Any, int] = {}
        heir: Any = start
        while heir in heirs and heir not in passed:
            passed.add(heir)
            way[heir] = len(way)
            heir = heirs[heir]
        if heir in way:
            circle = list(way)[way[heir] :]
            # Each of the circle leads back to itself; the one that stands first in the file says it for all.
            first = circle.index(min(circle, key=order.__getitem__))
            circle = circle[first:] + circle[:first]
            what = f"kế thừa vòng tròn: {' → '.join(map(str, [*circle, circle[0]]))}"
            path = ("agencies", circle[0], "succeeded_by")
            yield seen.say(path, f"{circle[0]}.succeeded_by", what, "để một cơ quan không có succeeded_by")


def is_share(unit: str) -> bool:
    """Say whether figures of `unit` are shares, of which no sum can be made."""
    return any(word in unit.casefold() for word in ("%", "‰", "tỷ lệ", "tỉ lệ", "phần trăm"))


def _summed_shares(seen: Seen) -> Iterator[Fault]:
    groups = {path[1] for path, _ in seen.rows("groups", Group)}
    for path, target in seen.rows("targets", Target):
        if target.unit and target.reported_by in groups and is_share(target.unit):
            what = f'số liệu của nhóm được cộng lại, mà đơn vị "{target.unit}" là tỷ lệ, không cộng được'
            remedy = "giao một cơ quan báo cáo tỷ lệ chung, hoặc đổi thành số đếm được, ví dụ người"
            yield seen.say((*path, "reported_by"), f"{target.id}.reported_by", what, remedy)


def _reporting(seen: Seen, reporting: Reporting) -> Iterator[Fault]:
    spans: list[tuple[str, Any]] = [("annual", reporting.annual), ("phase_review", reporting.phase_review)]
    for name, span in spans:
        if span and all((span.opens, span.due, span.closes)) and not span.opens < span.due <= span.closes:
            yield seen.say(
                ("reporting", name),
                f"reporting.{name}",
                "các ngày không theo thứ tự mở, hạn, khóa",
                "sửa để opens trước due và due không sau closes",
            )
    years = getattr(seen.sections.get("plan"), "years", None) or ()
    if reporting.phase_review and reporting.phase_review.code in {str(year) for year in years}:
        named = "reporting.phase_review.code"
        yield seen.say(("reporting", "phase_review", "code"), named, "mã trùng với mã kỳ hằng năm", "chọn mã khác")
    yield from _equal_people(seen, reporting)
    area = reporting.area_report
    taken = {row.id for section in ("content", "activities") for _, row in seen.rows(section, object)}
    if area and area.id in taken:
        what = "mã này đã có ở một hoạt động hoặc nội dung"
        yield seen.say(("reporting", "area_report", "id"), "reporting.area_report.id", what, "đổi mã này")
    calendar = reporting.calendar or Calendar()
    for i, day in enumerate(calendar.working_days or (), 1):
        if day and day in (calendar.days_off or ()):
            at: Path = ("reporting", "calendar", "working_days", i)
            what = f"{day} vừa nghỉ vừa làm bù"
            yield seen.say(at, "reporting.calendar.working_days", what, "giữ ở một danh sách")


def _equal_people(seen: Seen, reporting: Reporting) -> Iterator[Fault]:
    first: dict[tuple[str, str], int] = {}
    for number, person in enumerate(reporting.people or (), 1):
        for field in ("name", "email"):
            value = getattr(person, field, None)
            if not value:
                continue
            if (field, value.casefold()) in first:
                what = f'"{value}" đã có ở người thứ {first[field, value.casefold()]}'
                remedy = "mỗi người một dòng, tên và địa chỉ riêng; người trùng tên ghi thêm chức vụ"
                yield seen.say(("reporting", "people", number, field), "reporting.people", what, remedy)
            first.setdefault((field, value.casefold()), number)


def notes(plan: Plan, seen: Seen) -> Iterator[Fault]:
    """Yield what an admin should know of a plan without faults; none of it stops the plan from being applied."""
    to_confirm = "đối chiếu bản ký rồi xóa dòng này"
    for path, activity in seen.rows("activities", Activity):
        if activity.years_unconfirmed:
            years = ", ".join(map(str, activity.years))
            what = f"năm {years} là cách đọc: {activity.years_unconfirmed}"
            yield seen.say((*path, "years_unconfirmed"), activity.id, what, to_confirm)
        if activity.lead in activity.coordinating:
            what = f"cơ quan chủ trì {plan.agencies[activity.lead].short} cũng ghi ở cột phối hợp"
            yield seen.say((*path, "coordinating"), activity.id, what, "giữ nguyên nếu bản ký in như vậy")
    for path, agency in seen.rows("agencies", Agency):
        if agency.succeeded_by and agency.succeeded_by.unconfirmed:
            heir = plan.agencies[agency.succeeded_by.agency].short
            since = f"{agency.succeeded_by.since:%d/%m/%Y}"
            what = f"{heir} kế thừa từ {since}: {agency.succeeded_by.unconfirmed}"
            yield seen.say((*path, "succeeded_by"), agency.id, what, to_confirm)
    review = plan.reporting.phase_review
    if review and review.unconfirmed:
        place = ("reporting", "phase_review", "unconfirmed")
        yield seen.say(place, "reporting.phase_review", review.unconfirmed, to_confirm)
    yield from _unused_due_dates(plan, seen)
    yield from _overtaking_stages(plan, seen)
    yield from _equal_addresses(seen)
    yield from _silent_leads(plan, seen)
    yield from _unasked_reporters(plan, seen)


def _unused_due_dates(plan: Plan, seen: Seen) -> Iterator[Fault]:
    rule, review = plan.reporting.annual, plan.reporting.phase_review
    spans = [(rule.opens.in_year(year), rule.closes.in_year(year)) for year in plan.plan.years]
    spans += [(review.opens, review.closes)] if review else []
    for path, activity in seen.rows("activities", Activity):
        if activity.due and not any(opens <= activity.due <= closes for opens, closes in spans):
            what = f"hạn riêng {activity.due:%d/%m/%Y} ngoài mọi kỳ báo cáo của kế hoạch, nên không được dùng"
            remedy = "chọn ngày từ ngày mở đến ngày khóa của một kỳ, hoặc bỏ dòng này"
            yield seen.say((*path, "due"), f"{activity.id}.due", what, remedy)


def _overtaking_stages(plan: Plan, seen: Seen) -> Iterator[Fault]:
    wide = plan.reporting.stages
    owners: list[tuple[Path, str, Stages, Stages]] = [(("reporting", "stages"), "reporting", wide, wide)]
    for path, agency in seen.rows("agencies", Agency):
        owners.append(((*path, "stages"), agency.id, agency.stages, agency.stages.over(wide)))
    for path, activity in seen.rows("activities", Activity):
        rules = plan.stages_of(activity.id, activity.lead)
        owners.append(((*path, "stages"), activity.id, activity.stages, rules))
    for path, named, own, rules in owners:
        for late, days in (("head", rules.head), ("dispatch", rules.dispatch)):
            told = own.coordinator is not None or getattr(own, late) is not None
            if told and days and rules.coordinator and days <= rules.coordinator:
                what = f"{late} ({days}) không sau coordinator ({rules.coordinator}): đầu mối chưa được báo trước"
                yield seen.say((*path, late), f"{named}.stages", what, f"để {late} lớn hơn coordinator")


def _equal_addresses(seen: Seen) -> Iterator[Fault]:
    for path, agency in seen.rows("agencies", Agency):
        first: dict[str, int] = {}
        for number, contact in enumerate(agency.contacts, 1):
            address = contact.to if "://" in contact.to else contact.to.casefold()
            if first.setdefault(address, number) != number:
                what = f"địa chỉ {contact.to} đã ghi ở nơi nhận thứ {first[address]}"
                yield seen.say((*path, "contacts", number, "to"), agency.id, what, "giữ một dòng")


def _silent_leads(plan: Plan, seen: Seen) -> Iterator[Fault]:
    last_day = date(max(plan.plan.years), 12, 31)
    leads: Counter[str] = Counter()
    for activity in plan.activities:
        leads.update({activity.lead, plan.holder(activity.lead, last_day).id})
    for agency, count in leads.items():
        if not plan.agencies[agency].contacts:
            what = f"chủ trì (kể cả kế thừa) {count} hoạt động nhưng chưa có nơi nhận thư"
            yield seen.say(("agencies", agency), agency, what, "thêm contacts")


def _unasked_reporters(plan: Plan, seen: Seen) -> Iterator[Fault]:
    area = plan.reporting.area_report
    asked = {activity.lead for activity in plan.activities} | set(plan.members(area.by) if area else ())
    for path, target in seen.rows("targets", Target):
        unasked = [plan.agencies[one].short for one in plan.members((target.reported_by,)) if one not in asked]
        if unasked:
            what = f"{', '.join(unasked)} không có việc nào phải báo cáo nên không nhận thư hỏi số liệu"
            remedy = "thêm vào reporting.area_report.by, hoặc giao cơ quan khác báo cáo"
            yield seen.say((*path, "reported_by"), f"{target.id}.reported_by", what, remedy)
