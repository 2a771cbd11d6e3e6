"""What a new plan changes, said in people's terms. Pure: two plans in, Vietnamese lines out."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any

from tracker.plan.model import Activity, Agency, MonthDay, Plan
from tracker.words import vietnamese_date

LONGEST = 60
"""Letters of a title that a line shows."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the activity, agency, target or section it is `about`, and a line that says it."""

    about: str
    text: str


def plan_changes(old: Plan | None, new: Plan) -> list[Change]:
    """Return what changes from `old` to `new`, in the order of the file; empty where they say the same.

    An activity that changes hands is said for both agencies. `old` is None before the first plan.
    """
    if old is None:
        leads = {activity.lead for activity in new.activities}
        text = f"Kế hoạch mới {new.plan.code}: {len(new.activities)} hoạt động, {len(leads)} cơ quan chủ trì."
        return [Change("plan", text)]
    return [
        *_field_changes("plan", "Kế hoạch", old.plan, new.plan),
        *_row_changes("cơ quan", old.agencies, new.agencies, lambda agency: agency.name, _agency_changes),
        *_row_changes("nhóm", old.groups, new.groups, lambda group: group.name),
        *_row_changes("nội dung", _by_id(old.content), _by_id(new.content), lambda area: area.title),
        *_row_changes(
            "hoạt động",
            _by_id(old.activities),
            _by_id(new.activities),
            _titled(new, old),
            _activity_changes(old, new),
        ),
        *_row_changes("chỉ tiêu", _by_id(old.targets), _by_id(new.targets), lambda target: target.title),
        *_field_changes("reporting", "Chế độ báo cáo", old.reporting, new.reporting),
    ]


Named = Callable[[Any], str]
Compared = Callable[[Any, Any], Iterator[Change]]


def _row_changes(
    kind: str, old: Mapping[str, Any], new: Mapping[str, Any], named: Named, compared: Compared | None = None
) -> Iterator[Change]:
    for row_id in old:
        if row_id not in new:
            yield Change(row_id, f"Bớt {kind} {row_id}: {named(old[row_id])}")
    for row_id, row in new.items():
        if row_id not in old:
            yield Change(row_id, f"Thêm {kind} {row_id}: {named(row)}")
        elif compared is not None:
            yield from compared(old[row_id], row)
        else:
            yield from _field_changes(row_id, f"{kind.capitalize()} {row_id}", old[row_id], row)


def _agency_changes(old: Agency, new: Agency) -> Iterator[Change]:
    yield from _field_changes(new.id, new.short, old, new)


def _activity_changes(old_plan: Plan, new_plan: Plan) -> Compared:
    def compared(old: Activity, new: Activity) -> Iterator[Change]:
        if old.lead != new.lead:
            years = ", ".join(map(str, new.years))
            loser, winner = old_plan.agencies[old.lead].short, new_plan.agencies[new.lead].short
            yield Change(new.id, f"{loser} không còn chủ trì {new.id}; {winner} nhận chủ trì {new.id} ({years})")
        yield from _field_changes(new.id, f"Hoạt động {new.id}", old, new, but=("lead",))

    return compared


def _titled(new: Plan, old: Plan) -> Callable[[Activity], str]:
    def titled(activity: Activity) -> str:
        plan = new if activity.lead in new.agencies else old
        years = ", ".join(map(str, activity.years))
        return f"{plan.agencies[activity.lead].short} ({years}): {_short(activity.title)}"

    return titled


def _field_changes(about: str, named: str, old: Any, new: Any, but: Iterable[str] = ()) -> Iterator[Change]:
    """Yield a line for each field of two rows that differs; nested sections are walked into."""
    for field in fields(new):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before == after or field.name in but:
            continue
        label = f"{named}, {field.name}"
        if is_dataclass(before) and is_dataclass(after):
            yield from _field_changes(about, label, before, after)
        else:
            yield Change(about, f"{label}: {_shown(before)} → {_shown(after)}")


def _by_id(rows: Iterable[Any]) -> dict[str, Any]:
    return {row.id: row for row in rows}


def _shown(value: Any) -> str:
    if value is None or value == ():
        return "không có"
    if isinstance(value, MonthDay):
        return f"{value.day:02}/{value.month:02}"
    if isinstance(value, tuple):
        return ", ".join(_shown(item) for item in value)
    if isinstance(value, date):
        return vietnamese_date(value)
    if is_dataclass(value):
        return _short(" ".join(_shown(getattr(value, field.name)) for field in fields(value)))
    return f"“{_short(value)}”" if isinstance(value, str) else str(value)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
