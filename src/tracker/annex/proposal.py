"""A plan file made from what was read of an annex: what is not certain is marked where it stands."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.annex.draft import Draft, DraftRow
from tracker.annex.names import Names, NewBody
from tracker.annex.numbers import row_ids
from tracker.errors import Fault
from tracker.plan.model import Agency, Plan
from tracker.plan.times import read_time
from tracker.plan.write import as_lines, as_tree, item

ANY_DAY = date(2000, 1, 1)
"""Stands for the day of issue where it is only asked whether a time can be read."""
LISTED = re.compile(r"(?:năm\s+)?\d{4}(?:\s*(?:,|và|;)\s*(?:năm\s+)?\d{4})+", re.IGNORECASE)
FAR = 2
"""Years between two that are marked; more, and one of them is likely a slip."""
AGENCIES, TARGETS = "agencies:\n", "# targets:"
"""Where the empty plan file gives way to what was read, and goes on behind it."""


ALWAYS = frozenset(("id", "title", "content", "years", "lead"))
"""Keys that a row has even where they are empty, so that `check` names their lines."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The text of a plan file, counts of what stands in it, and what an admin has to look at."""

    text: str
    rows: int
    headings: int
    known: int
    new: int
    doubts: tuple[Fault, ...]
    unread: tuple[Fault, ...]


def propose(draft: Draft, plans: Sequence[Plan], empty: str) -> Proposal:
    """Return a plan file for `draft`: agencies by the names that `plans` know, the rest as `empty` has it."""
    names = Names().known(plans)
    ids = row_ids(draft)
    trees = [_row(row, name, names) for row, name in zip(draft.rows, ids, strict=True)]
    years = _years(draft.rows, trees)
    _doubt_far_years(draft.rows, trees)
    lines, kept = _content(draft, trees)
    bodies = _bodies(plans, names, [tree for tree in trees if "lead" in tree])
    before, _, rest = empty.partition(AGENCIES)
    before = before.replace("years: []", f"years: {sorted(years)}").replace("coordinator: dau-moi", "coordinator:")
    after = rest[rest.index(TARGETS) :].replace("reported_by: dau-moi", "reported_by: ")
    text = "\n".join([before + AGENCIES.strip(), *bodies.lines, "", *lines, "", after])
    doubts = [
        Fault(row.place, f"TT {row.number or '(trống)'}: {what}", "đối chiếu văn bản")
        for row in draft.rows
        for what in row.doubts
    ]
    doubts += [Fault(one.place, f'tiêu đề "{one.title[:60]}": {what}', "đối chiếu văn bản")
               for one in draft.headings for what in one.doubts]  # fmt: skip
    doubts += [Fault(body.place, f'"{body.name}" chưa có trong kế hoạch nào đã biết', f"điền ở {body.id}")
               for body in names.new.values()]  # fmt: skip
    return Proposal(text, kept[0], kept[1], bodies.known, len(names.new), tuple(doubts), tuple(draft.unread))


def _row(row: DraftRow, name: str, names: Names) -> dict[str, Any]:
    """Return `row` as the file has it; doubts go to the row, and stand in its `unconfirmed`."""
    lead, doubts = names.read(row.lead, row.place)
    coordinating, others = names.read(row.coordinating, row.place)
    for what in [*doubts, *others]:
        row.doubt(what)
    if re.search("phối hợp", row.lead, re.IGNORECASE):
        row.doubt("cột chủ trì có cả cơ quan phối hợp")
    if not lead and not row.is_heading:
        row.doubt("chưa có cơ quan chủ trì")
    tree: dict[str, Any] = {"id": name, "title": row.title, "content": ""}
    time = " ".join(row.time.split())
    if listed := LISTED.fullmatch(time):
        row.years |= {int(year) for year in re.findall(r"\d{4}", listed[0])}
    if row.years:
        tree["years"] = sorted(row.years)
    if time and not listed:
        tree["time"] = time
        if read_time(time, ANY_DAY) is None:
            row.doubt(f'không đọc được thời gian "{time[:60]}"')
    elif not row.years and not row.is_heading:
        tree["years"] = []
        row.doubt("không có dấu x hay thời gian nào")
    tree["lead"] = lead[0] if len(lead) == 1 else lead or None
    tree["coordinating"] = coordinating
    fields = {"coordinating_printed": row.coordinating, "product": row.product, "funding": row.funding}
    tree |= {key: " ".join(text.split()) for key, text in (fields | {"note": row.note}).items()}
    tree["subtasks"] = row.subtasks
    return {key: value for key, value in tree.items() if value or key in ALWAYS}


def _years(rows: Iterable[DraftRow], trees: Iterable[Mapping[str, Any]]) -> set[int]:
    """Return all years that marks and times name."""
    return {year for row, tree in zip(rows, trees, strict=True) for year in _years_of(row, tree)}


def _years_of(row: DraftRow, tree: Mapping[str, Any]) -> set[int]:
    text = tree.get("time", "")
    time = read_time(text, ANY_DAY)
    if time is None or time.always or not re.search(r"\d{4}", text):
        return row.years
    return row.years | {time.first.year, time.last.year}


def _doubt_far_years(rows: Sequence[DraftRow], trees: Sequence[Mapping[str, Any]]) -> None:
    """Doubt the rows whose years lie far from those of most rows: 2032 among 2023 and 2024."""
    counts = Counter(year for row, tree in zip(rows, trees, strict=True) for year in _years_of(row, tree))
    if not counts:
        return
    near = {counts.most_common(1)[0][0]}
    while more := {year for year in counts if year not in near and min(abs(year - one) for one in near) <= FAR}:
        near |= more
    for row, tree in zip(rows, trees, strict=True):
        if strange := _years_of(row, tree) - near:
            row.doubt(f"năm {', '.join(map(str, sorted(strange)))} xa các năm khác của văn bản")


def _content(draft: Draft, trees: Sequence[dict[str, Any]]) -> tuple[list[str], tuple[int, int]]:
    """Return the lines of headings and rows, and how many rows and headings they are."""
    ids: dict[int, str] = {}
    headings, rows = ["content:"], ["activities:"]
    count = 0
    for row, tree in zip(draft.rows, trees, strict=True):
        area: Any = row.parent if row.parent is not None and row.parent.is_heading else row.heading
        if row.is_heading:
            continue
        if id(area) not in ids:
            ids[id(area)] = f"ND{len(ids) + 1}"
            part = "direction" if re.search("chỉ đạo", area.title, re.IGNORECASE) and not count else "content"
            headings += [f"  # CẦN XEM ({area.place}): {what}" for what in getattr(area, "doubts", [])]
            headings += item({"id": ids[id(area)], "title": area.title, "part": part})
        tree["content"] = ids[id(area)]
        if row.doubts:
            tree["unconfirmed"] = f"{row.place}: {'; '.join(row.doubts)}"
        rows += _without_null(item(tree))
        count += 1
    return [*headings, "", *rows], (count, len(ids))


@dataclass(frozen=True, slots=True)
class _Bodies:
    lines: list[str]
    known: int


def _bodies(plans: Sequence[Plan], names: Names, trees: Sequence[Mapping[str, Any]]) -> _Bodies:
    """Return the lines of the agencies and groups that the rows name, with the heirs and members of known ones."""
    wanted = [one for tree in trees for one in [*_listed(tree["lead"]), *tree.get("coordinating", [])]]
    agencies: dict[str, Agency] = {}
    groups: dict[str, Any] = {}
    queue = list(dict.fromkeys(wanted))
    while queue:
        name = queue.pop(0)
        plan = next((each for each in plans if name in each.agencies or name in each.groups), None)
        if plan is None or name in agencies or name in groups:
            continue
        if name in plan.groups:
            groups[name] = plan.groups[name]
            queue += plan.groups[name].members
        else:
            agencies[name] = plan.agencies[name]
            heir = agencies[name].succeeded_by
            queue += [heir.agency] if heir else []
    lines = [line for name, one in agencies.items() for line in as_lines({name: as_tree(one)}, 2)]
    fresh = [body for body in names.new.values() if not body.is_group]
    lines += [line for body in fresh for line in _new_agency(body)]
    lines += ["", "groups:"] if groups or len(fresh) < len(names.new) else []
    lines += [line for name, one in groups.items() for line in as_lines({name: as_tree(one)}, 2)]
    for body in names.new.values():
        if body.is_group:
            lines.append(f"  # CẦN XEM ({body.place}): điền mã các cơ quan của nhóm")
            lines += as_lines({body.id: {"name": body.name, "members": []}}, 2)
    return _Bodies(lines, len(agencies) + len(groups))


def _new_agency(body: NewBody) -> list[str]:
    todo = "ghi tên đầy đủ, nơi nhận thư (contacts); địa phương thì thêm kind: locality"
    return [
        f"  # CẦN XEM ({body.place}): cơ quan mới; {todo}",
        *as_lines({body.id: {"name": body.name, "short": body.name}}, 2),
    ]


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []


def _without_null(lines: list[str]) -> list[str]:
    return [re.sub(r"(?<=: )null$", "", line).rstrip() if line.endswith("lead: null") else line for line in lines]
