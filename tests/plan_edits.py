"""Random edits of a plan file: every field of the model, rows that come, go, swap and are called otherwise."""

import copy
import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import yaml
from hypothesis import strategies as st
from plan_text import ADDED_UP, DISTRICTS, altered

from tracker.plan.model import MonthDay, Plan
from tracker.plan.period_rules import RuleDay

REVIEW = "{code: so-ket, title: Sơ kết, opens: 2024-10-05, due: 2024-11-15, closes: 2025-12-31, unconfirmed: chờ}"
OWN = """\
  own_letterhead:
    {issuer: "{cơ quan}", symbol: BC, place: An Giang, addressees: [Hội], signed_title: GIÁM ĐỐC, copies: [Lưu]}
"""
FULL = (
    altered(
        *DISTRICTS,
        *ADDED_UP,
        ("  coordinator: hoi\n", "  coordinator: hoi\n  supersedes: Kế hoạch cũ\n"),
        (
            "    contacts: [{to: b@mau.example}]\n",
            "    contacts: [{to: b@mau.example, name: Văn thư}, {to: head@mau.example, role: head}]\n"
            "    stages: {before: [5, 0], after: [2]}\n",
        ),
        (
            "    lead: so-b\n",
            "    lead: so-b\n    due: 2024-11-20\n    coordinating_printed: Các Sở\n    note: ghi chú\n"
            "    stages: {head: 12, dispatch: 20, coordinator: 8, copies: [head]}\n",
        ),
        (
            "targets:\n",
            "  - {id: II.4, title: Dạy nghề, content: ND1, lead: [so-a, cac-huyen], time: Quý IV/2024,"
            " product: Báo cáo, funding: Ngân sách tỉnh, obligation: required, priority: high, subtasks: [Mở lớp],"
            " deadline: 2024-11-30}\ntargets:\n",
        ),
        (
            "  - {id: ND1, title: Nội dung một, part: content}\n",
            "  - {id: ND1, title: Nội dung một, part: content}\n  - {id: VI, title: Tổ chức, part: tasks}\n",
        ),
        ("targets:\n", "tasks:\n  - {id: VI.1, title: Bố trí kinh phí, content: VI, lead: so-b}\ntargets:\n"),
        ("by: 2025, source", "printed: ít nhất 10, by: 2025, source"),
        (
            "  annual:",
            f"  phase_review: {REVIEW}\n"
            "  periods: [{every: quarter, cut_off: 0, due: [04-05, 07-05, 10-05, 01-05], agencies: [so-b]}]\n"
            "  stages: {before: [10, 0], after: [1, 5], copies: [coordinating]}\n"
            "  calendar: {days_off: [2024-10-18], working_days: [2024-10-19]}\n  annual:",
        ),
        (
            "    place: An Giang\n",
            "    dispatch_symbol: BTV-VP\n    signed_name: Nguyễn Thị A\n    profile: dang\n    place: An Giang\n",
        ),
    )
    + OWN
)
"""The small plan with nearly every field that the model knows."""

Node = Any
Where = tuple[str | int, ...]


@dataclass(frozen=True)
class Spot:
    """A place in the file where a value may stand: of which kind, by which rules, and may it be missing."""

    path: Where
    kind: Any
    facts: Mapping[str, Any]
    optional: bool = False


def spots(
    kind: Any, node: Node, path: Where = (), facts: Mapping[str, Any] = types.MappingProxyType({})
) -> Iterator[Spot]:
    """Yield every spot below `node`, the missing ones too."""
    kind = real(kind)
    if is_dataclass(kind):
        for field in fields(kind):
            if field.metadata.get("key"):
                continue
            inner, spot = get_type_hints(kind)[field.name], (*path, field.name)
            yield Spot(spot, real(inner), field.metadata, not required(field))
            if isinstance(node, dict) and field.name in node:
                yield from spots(inner, node[field.name], spot, field.metadata)
    elif get_origin(kind) is tuple and isinstance(node, list):
        for n, item in enumerate(node):
            yield from spots(get_args(kind)[0], item, (*path, n), facts)
    elif get_origin(kind) is Mapping and isinstance(node, dict):
        for key, item in node.items():
            yield from spots(get_args(kind)[1], item, (*path, key), facts)


def real(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) in (types.UnionType, Union) else kind


def required(field: Field[Any]) -> bool:
    return field.default_factory is MISSING and field.default is MISSING


def choices(tree: Node, kind: Any, facts: Mapping[str, Any]) -> list[Node]:
    """Return values of `kind` that mostly fit at a spot with these `facts`."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        asked = [field for field in fields(kind) if required(field) and not field.metadata.get("key")]
        return [{f.name: choices(tree, real(hints[f.name]), f.metadata)[0] for f in asked}]
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    if get_origin(kind) is tuple:
        items = choices(tree, get_args(kind)[0], facts)
        return [[item] for item in items] + [items[:2], items[::-1]]
    if named := facts.get("names"):
        sections = {"agency": "agencies", "group": "groups", "content": "content", "row": "activities"}
        rows = [row for name in named for row in tree.get(sections[name], ())]
        return [row["id"] if isinstance(row, dict) else row for row in rows]
    by_kind: dict[Any, list[str]] = {
        int: ["2023", "2024", "2025", "0", "7", "12"],
        Decimal: ["0", "12.5", "1253"],
        date: ["2024-10-18", "2024-11-20", "2024-12-01", "2025-10-05", "2025-12-31"],
        RuleDay: ["10-05", "11-15", "2024-11-20"],
        MonthDay: ["09-01", "10-05", "10-28", "11-15", "12-31"],
    }
    forms = {"id": ["VI.14", "II.9", "II.2", "htx", "X"], "contact": ["moi@mau.example"]}
    return by_kind.get(kind) or forms.get(facts.get("form", ""), ["Chữ mới", "Hội chợ", "{cơ quan}", "x"])


def edits_of_each_field(text: str = FULL) -> Iterator[tuple[str, str]]:
    """Yield every field of the plan in `text` with the text after it was given each other value, or none."""
    tree = tree_of(text)
    for spot in spots(Plan, tree):
        if get_origin(spot.kind) is Mapping:
            continue
        for value in [*choices(tree, spot.kind, spot.facts)[-1:], *([None] if spot.optional else [])]:
            changed = copy.deepcopy(tree)
            put(changed, spot.path, value)
            yield ".".join(map(str, spot.path)), as_text(changed)


def put(tree: Node, path: Where, value: Node) -> None:
    """Let `value` stand at `path`; None: let nothing stand there."""
    *above, last = path
    for step in above:
        tree = tree[step]
    if value is None:
        tree.pop(last, None)
    else:
        tree[last] = value


def tree_of(text: str) -> Node:
    """Return the YAML `text` as plain values, all of them texts."""
    return yaml.load(text, yaml.BaseLoader)


def as_text(tree: Node) -> str:
    """Return a plan file that holds `tree`."""
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False, default_flow_style=False)


@st.composite
def edited(draw: st.DrawFn, text: str = FULL) -> str:
    """Draw the plan in `text` after one to four edits; not every one is a plan that may be applied."""
    tree = tree_of(text)
    for _ in range(draw(st.integers(1, 4))):
        edit = draw(st.sampled_from([edit_field, edit_field, edit_field, edit_rows, rename]))
        edit(draw, tree)
    return as_text(tree)


def edit_field(draw: st.DrawFn, tree: Node) -> None:
    """Give a field another value, one that was missing, or none."""
    spot = draw(st.sampled_from([spot for spot in spots(Plan, tree) if get_origin(spot.kind) is not Mapping]))
    none = [None] if spot.optional else []
    put(tree, spot.path, draw(st.sampled_from([*choices(tree, spot.kind, spot.facts), *none])))


def edit_rows(draw: st.DrawFn, tree: Node) -> None:
    """Let a row come, go, or stand elsewhere; or two swap their ids."""
    section = draw(st.sampled_from(["agencies", "groups", "content", "activities", "targets"]))
    rows = tree.get(section) or {}
    if not rows:
        return
    if isinstance(rows, dict):
        key = draw(st.sampled_from(list(rows)))
        if draw(st.booleans()):
            del rows[key]
        else:
            rows[f"{key}-2"] = (
                {"name": "Tên khác", "short": "Khác"}
                if section == "agencies"
                else {"name": "Nhóm khác", "members": rows[key]["members"]}
            )
        return
    number = draw(st.integers(0, len(rows) - 1))
    match draw(st.sampled_from(["remove", "add", "move", "swap"])):
        case "remove":
            del rows[number]
        case "add":
            rows.insert(number, copy.deepcopy(rows[number]) | {"id": "M.1", "title": "Dòng mới"})
        case "move":
            rows.append(rows.pop(number))
        case "swap":
            rows[0]["id"], rows[number]["id"] = rows[number]["id"], rows[0]["id"]


def rename(draw: st.DrawFn, tree: Node) -> None:
    """Call an agency, group, content area, activity or target otherwise, wherever it is named."""
    ids = [*tree["agencies"], *tree.get("groups", {})]
    ids += [row["id"] for section in ("content", "activities", "targets") for row in tree.get(section, [])]
    old = draw(st.sampled_from(ids))
    new = draw(st.sampled_from(["ma-moi", "II.8"]))

    def renamed(node: Node) -> Node:
        if isinstance(node, dict):
            return {renamed(key): renamed(value) for key, value in node.items()}
        if isinstance(node, list):
            return [renamed(item) for item in node]
        return new if node == old else node

    whole = renamed(tree)
    tree.clear()
    tree.update(whole)
