"""Rows that bear another id than before: `formerly` names it. Pure.

What agencies said is kept under ids, so a row that is called otherwise says what it was called.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from tracker.plan.model import Agency, Plan


@dataclass(frozen=True, slots=True)
class Renames:
    """New ids by old ones, of each kind of row."""

    activities: Mapping[str, str] = field(default_factory=dict)
    agencies: Mapping[str, str] = field(default_factory=dict)
    targets: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Say whether anything is called otherwise."""
        return bool(self.activities or self.agencies or self.targets)


def renames(old: Plan, new: Plan) -> Renames:
    """Return which rows of `old` bear another id in `new`, by what `new` says they were called."""
    return Renames(
        _pairs({row.id for row in old.rows}, new.rows),
        _pairs(set(old.agencies), new.agencies.values()),
        _pairs({target.id for target in old.targets}, new.targets),
    )


def renamed(plan: Plan, by: Renames) -> Plan:
    """Return `plan` as if its rows had always borne their new ids, wherever they are named."""
    if not by:
        return plan
    whole: Plan = _renamed(plan, by)
    agencies = {agency.id: agency for agency in whole.agencies.values()}
    activities, tasks = (
        tuple(replace(row, id=by.activities.get(row.id, row.id)) for row in rows)
        for rows in (whole.activities, whole.tasks)
    )
    targets = tuple(replace(target, id=by.targets.get(target.id, target.id)) for target in whole.targets)
    return replace(whole, agencies=agencies, activities=activities, tasks=tasks, targets=targets)


def _pairs(known: set[str], rows: Iterable[Any]) -> dict[str, str]:
    rows = list(rows)
    ids = {row.id for row in rows}
    return {was: row.id for row in rows for was in row.formerly if was in known - ids and row.id not in known}


def _renamed(value: Any, by: Renames, facts: Mapping[str, Any] = {}) -> Any:  # never changed
    if is_dataclass(value) and not isinstance(value, type):
        changed = dict(_changed(value, by))
        if isinstance(value, Agency):
            changed["id"] = by.agencies.get(value.id, value.id)
        return replace(value, **changed) if changed else value
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(_renamed(one, by, facts) for one in value)
    if isinstance(value, Mapping):
        return {key: _renamed(one, by, facts) for key, one in value.items()}
    names = facts.get("names", ())
    if isinstance(value, str) and "agency" in names:
        return by.agencies.get(value, value)
    return by.activities.get(value, value) if isinstance(value, str) and "row" in names else value


def _changed(value: Any, by: Renames) -> Iterator[tuple[str, Any]]:
    for each in fields(value):
        before = getattr(value, each.name)
        after = _renamed(before, by, each.metadata)
        if after != before:
            yield each.name, after
