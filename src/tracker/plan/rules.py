"""Rules of the plan file that join several rows: what must hold. What is worth knowing is in `notes.py`."""

from collections.abc import Iterator
from typing import Any

from tracker.plan.model import Agency, Calendar, ContentArea, Group, Reporting, Target
from tracker.plan.period_faults import period_faults
from tracker.plan.seen import Path, Seen, all_rows
from tracker.plan.times import read_time
from tracker.plan.tree import Fault


def faults(seen: Seen) -> Iterator[Fault]:
    """Yield what must not be in a plan."""
    yield from _equal_ids(seen)
    yield from _formerly(seen)
    yield from _years_outside(seen)
    yield from _unread_times(seen)
    yield from _equal_names(seen)
    yield from _circles(seen)
    yield from _misplaced_rows(seen)
    yield from _summed_shares(seen)
    yield from _aims(seen)
    reporting = seen.sections.get("reporting")
    if isinstance(reporting, Reporting):
        yield from _reporting(seen, reporting)


def agency_faults(seen: Seen) -> Iterator[Fault]:
    """Yield what must not be in a file of agencies alone."""
    yield from _equal_ids(seen)
    yield from _formerly(seen)
    yield from _equal_names(seen)
    yield from _circles(seen)


def _equal_ids(seen: Seen) -> Iterator[Fault]:
    for sections in (("content",), ("activities", "tasks"), ("targets",)):
        first: dict[str, Path] = {}
        for path, row in (found for section in sections for found in seen.rows(section, object)):
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


def _formerly(seen: Seen) -> Iterator[Fault]:
    """Yield each former id that is still a row's id, or that two rows claim."""
    for sections in (("activities", "tasks"), ("agencies",), ("targets",)):
        rows = [found for section in sections for found in seen.rows(section, object)]
        ids = {getattr(row, "id", None) for _, row in rows}
        claimed: set[str] = set()
        for path, row in rows:
            for number, was in enumerate(getattr(row, "formerly", None) or (), 1):
                if was is not None and (was in ids or was in claimed):
                    what = (
                        f'mã cũ "{was}" vẫn là mã của một dòng' if was in ids else f'mã cũ "{was}" ghi ở hai dòng'
                    )
                    yield seen.say((*path, "formerly", number), f"{row.id}.formerly", what, "sửa hoặc xóa một chỗ")
                claimed.add(was)


def _years_outside(seen: Seen) -> Iterator[Fault]:
    years = getattr(seen.sections.get("plan"), "years", None)
    if not years or None in years:
        return
    shown = ", ".join(map(str, years))
    for path, activity in all_rows(seen):
        for i, year in enumerate(activity.years or (), 1):
            if year is not None and year not in years:
                what = f"năm {year} ngoài kế hoạch"
                yield seen.say((*path, "years", i), f"{activity.id}.years", what, f"chọn trong {shown}")
        if path[0] == "activities" and activity.years == () and not activity.time:
            yield seen.say(path, str(activity.id), 'thiếu khóa "years"', "thêm dòng years: … hoặc time: …")
        own = activity.years or (None,)
        if activity.due and None not in own and activity.due.year not in own:
            what = f"hạn {activity.due} ngoài các năm của hoạt động"
            yield seen.say((*path, "due"), f"{activity.id}.due", what, "sửa hạn hoặc thêm năm")
    for path, target in seen.rows("targets", Target):
        if target.by and target.by not in years:
            what = f"năm {target.by} ngoài kế hoạch"
            yield seen.say((*path, "by"), f"{target.id}.by", what, f"chọn trong {shown}")


def _unread_times(seen: Seen) -> Iterator[Fault]:
    issued = getattr(seen.sections.get("plan"), "issued", None)
    for path, row in all_rows(seen):
        if row.time and issued and not row.years and not row.deadline and read_time(row.time, issued) is None:
            what = f'không đọc được thời gian "{row.time}"'
            yield seen.say(
                (*path, "time"), f"{row.id}.time", what, "giữ nguyên, và thêm years: … hoặc deadline: …"
            )


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


def _misplaced_rows(seen: Seen) -> Iterator[Fault]:
    """Yield each row of the matrix under a content of tasks, and each task under a content of the matrix."""
    parts = {area.id: area.part for _, area in seen.rows("content", ContentArea)}
    for path, row in all_rows(seen):
        part = parts.get(row.content)
        if part is None or (part == "tasks") == (path[0] == "tasks"):
            continue
        here, there = ("tasks", "activities") if path[0] == "tasks" else ("activities", "tasks")
        what = f'nội dung {row.content} ("part: {part}") không dành cho mục {here}'
        remedy = f"chọn nội dung khác, hoặc chuyển dòng này sang mục {there}"
        yield seen.say((*path, "content"), f"{row.id}.content", what, remedy)


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


def _aims(seen: Seen) -> Iterator[Fault]:
    """Yield each target that has no aim, or two."""
    for path, target in seen.rows("targets", Target):
        given = [key for key in ("at_least", "at_most") if (*path, key) in seen.places]
        if not given:
            remedy = "thêm dòng at_least: … (trở lên) hoặc at_most: … (không quá)"
            yield seen.say(path, str(target.id), 'thiếu khóa "at_least" hoặc "at_most"', remedy)
        elif len(given) == 2:
            what = "có cả at_least và at_most"
            yield seen.say(
                (*path, "at_most"), f"{target.id}.at_most", what, "giữ một dòng, hoặc tách hai chỉ tiêu"
            )


def _reporting(seen: Seen, reporting: Reporting) -> Iterator[Fault]:
    yield from period_faults(seen, reporting)
    yield from _equal_people(seen, reporting)
    area = reporting.area_report
    taken = {row.id for section in ("content", "activities", "tasks") for _, row in seen.rows(section, object)}
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
