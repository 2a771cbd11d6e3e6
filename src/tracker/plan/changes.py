"""What a new plan changes, said in people's terms. Pure: two plans in, Vietnamese lines out.

The fields of the model are walked, each under the name that officials call it by. Agencies are named by their
short names, and of a list only what came and what went is said.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tracker.plan.model import Activity, Agency, AreaReport, Group, MonthDay, Plan, Succession, Target
from tracker.plan.period_rules import RuleDay
from tracker.plan.renames import renamed, renames
from tracker.words import vietnamese_date, vietnamese_number

LONGEST = 60
"""Letters of a text that a line shows."""
SECTIONS: Mapping[str, str] = {
    field.name: field.metadata["label"] for field in fields(Plan) if field.name not in {"plan", "reporting"}
}
"""The sections that hold rows, each with what one of its rows is called."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the row or section it is `about`, a line that says it, and whom it concerns.

    `agencies` holds the ids of the agencies whose duties, name or contacts change, none where it is everyone's.
    """

    about: str
    text: str
    agencies: frozenset[str] = frozenset()


def plan_changes(old: Plan | None, new: Plan) -> list[Change]:
    """Return what changes from `old` to `new`, in the order of the file; empty where they say the same.

    An activity that changes hands is said for both agencies. `old` is None before the first plan.
    """
    if old is None:
        leads = {agency for activity in new.activities for agency in new.leads_of(activity)}
        sizes = {kind: len(getattr(new, section)) for section, kind in SECTIONS.items()}
        counts = [f"{size} {kind}" for kind, size in sizes.items() if size]
        text = f"Kế hoạch mới {new.plan.code}: {', '.join(counts)}; {len(leads)} cơ quan chủ trì."
        return [Change("plan", text, frozenset(leads))]
    by = renames(old, new)
    called = [
        Change(now, f"{kind} {was} nay mang mã {now}.")
        for kind, pairs in (("Hoạt động", by.activities), ("Cơ quan", by.agencies), ("Chỉ tiêu", by.targets))
        for was, now in pairs.items()
    ]
    return [*called, *_Comparison(renamed(old, by), new).changes()]


class _Comparison:
    """Two plans, and the names of the agencies and groups of both."""

    def __init__(self, old: Plan, new: Plan) -> None:
        self.old, self.new = old, new
        self.names: dict[str, str] = {}
        self.members: dict[str, tuple[str, ...]] = {}
        for plan in (old, new):
            self.names |= {group.id: group.name for group in plan.groups.values()}
            self.names |= {agency.id: agency.short for agency in plan.agencies.values()}
            self.members |= {group.id: group.members for group in plan.groups.values()}

    def changes(self) -> Iterator[Change]:
        yield from self.of_fields("plan", "Kế hoạch", self.old.plan, self.new.plan)
        for section, kind in SECTIONS.items():
            yield from self.of_rows(kind, _by_id(getattr(self.old, section)), _by_id(getattr(self.new, section)))
        yield from self.of_fields("reporting", "Chế độ báo cáo", self.old.reporting, self.new.reporting)

    def of_rows(self, kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        yield from (self.of_whole("Bớt", kind, row) for row in old.values() if row.id not in new)
        for row in new.values():
            if row.id not in old:
                yield self.of_whole("Thêm", kind, row)
                continue
            before = old[row.id]
            if isinstance(row, Activity):
                yield from self.of_duties(before, row)
            named = row.short if isinstance(row, Agency) else f"{kind.capitalize()} {row.id}"
            concerned = self.opened(_holders(before) | _holders(row))
            yield from self.of_fields(row.id, named, before, row, concerned)

    def of_whole(self, verb: str, kind: str, row: Any) -> Change:
        """Say that a row comes or goes; of an activity also whose duty it is, and in which years."""
        text = f"{verb} {kind} {row.id}: {_short(getattr(row, 'title', None) or row.name)}"
        if isinstance(row, Activity):
            text = f"{self.named(row.lead)} {verb.lower()} {row.id} ({_listed(row.years)}): {_short(row.title)}"
        return Change(row.id, text, self.opened(_holders(row)))

    def of_duties(self, old: Activity, new: Activity) -> Iterator[Change]:
        """Say which agency gains or loses the duty of an activity, and in which years."""
        loser, winner = self.named(old.lead), self.named(new.lead)
        if set(old.lead) != set(new.lead):
            if loser == winner:  # one agency under two ids
                loser, winner = f"{loser} ({_listed(old.lead)})", f"{winner} ({_listed(new.lead)})"
            text = f"{loser} bớt {new.id} ({_listed(old.years)}); {winner} thêm {new.id} ({_listed(new.years)})"
        elif set(old.years) != set(new.years):
            text = f"{winner}, {new.id}: {_came_and_went(old.years, new.years, 'năm ')}"
        else:
            return
        yield Change(new.id, f"{text}: {_short(new.title)}", self.opened(_holders(old) | _holders(new)))

    def of_fields(
        self, about: str, named: str, old: Any, new: Any, concerned: frozenset[str] = frozenset()
    ) -> Iterator[Change]:
        """Yield a line for each field of two rows that differs; nested sections are walked into."""
        for field in fields(new):
            before, after = getattr(old, field.name), getattr(new, field.name)
            handled = isinstance(new, Activity) and field.name in {"lead", "years"} and set(before) != set(after)
            if before == after or handled or (field.name == "years" and set(before) == set(after)):
                continue
            label = f"{named}, {field.metadata['label']}"
            if is_dataclass(before) and is_dataclass(after):
                yield from self.of_fields(about, label, before, after, concerned)
                continue
            touched = _holders(before) | _holders(after)
            if "agency" in field.metadata.get("names", ()):
                touched |= _as_set(before) ^ _as_set(after)
            text = f"{label}: {self.difference(before, after, field.metadata)}"
            yield Change(about, text, concerned | self.opened(touched))

    def named(self, ids: Iterable[str]) -> str:
        """Return what the agencies and groups called `ids` are called."""
        return _listed(self.names[i] for i in ids)

    def opened(self, named: Iterable[str]) -> frozenset[str]:
        """Return the agencies that `named` (agencies and groups) stands for."""
        return frozenset(agency for i in named for agency in self.members.get(i, (i,)))

    def difference(self, before: Any, after: Any, facts: Mapping[str, Any]) -> str:
        if isinstance(before, tuple) and isinstance(after, tuple) and not isinstance(after, MonthDay | RuleDay):
            return _came_and_went([self.shown(i, facts) for i in before], [self.shown(i, facts) for i in after])
        return " → ".join(self.shown(side, facts) for side in _from_difference(before, after))

    def shown(self, value: Any, facts: Mapping[str, Any]) -> str:
        """Return the value of a field with the metadata `facts` as officials write it."""
        if value is None:
            return "không có"
        if isinstance(value, RuleDay) and value.year:
            return vietnamese_date(value.in_year(value.year))
        if isinstance(value, MonthDay | RuleDay):
            return f"{value.day:02}/{value.month:02}"
        if isinstance(value, date):
            return vietnamese_date(value)
        if isinstance(value, Decimal):
            return vietnamese_number(value)
        if isinstance(value, tuple):
            return _listed(self.shown(part, facts) for part in value)
        if is_dataclass(value):
            parts = [(getattr(value, field.name), field) for field in fields(value)]
            said = [(part, field.metadata) for part, field in parts if part != _default(field)]
            return " – ".join(self.shown(part, of_part) for part, of_part in said)
        if words := facts.get("words"):
            return str(words[value])
        return str(self.names.get(value, value)) if facts.get("names") else _short(str(value))


def _default(field: Field[Any]) -> Any:
    return None if field.default_factory is MISSING else field.default_factory()


def _by_id(rows: Any) -> dict[str, Any]:
    return {row.id: row for row in (rows.values() if isinstance(rows, Mapping) else rows)}


def _holders(row: Any) -> frozenset[str]:
    """Return whom a row binds: the agency itself, the lead, the members, who reports (agencies or groups)."""
    named = {
        Agency: "id",
        Activity: "lead",
        Group: "members",
        Target: "reported_by",
        Succession: "agency",
        AreaReport: "by",
    }.get(type(row))
    return frozenset(_as_set(getattr(row, named))) if named else frozenset()


def _as_set(value: Any) -> set[Any]:
    return set(value) if isinstance(value, tuple) else {value} - {None}


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(map(str, values))


def _came_and_went(old: Sequence[Any], new: Sequence[Any], what: str = "") -> str:
    went, came = [value for value in old if value not in new], [value for value in new if value not in old]
    parts = [f"{verb} {what}{_listed(some)}" for verb, some in (("bớt", went), ("thêm", came)) if some]
    return ", ".join(parts) or f"thứ tự mới: {_listed(new)}"


def _from_difference(before: Any, after: Any) -> tuple[Any, Any]:
    """Return two long texts from shortly before where they part, so that a shortened line shows what changed."""
    if not (isinstance(before, str) and isinstance(after, str)) or len(max(before, after, key=len)) <= LONGEST:
        return before, after
    pairs = enumerate(zip(before, after, strict=False))
    same = next((i for i, (a, b) in pairs if a != b), min(len(before), len(after)))
    start = before.rfind(" ", 0, max(0, same - LONGEST // 4)) + 1
    lead = "…" if start else ""
    return lead + before[start:], lead + after[start:]


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
