"""Values of the plan back into the text of a plan file. What it writes, `reader.py` reads as the same."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from tracker.plan.fields import MonthDay
from tracker.plan.period_rules import RuleDay


def as_tree(value: Any, *, without: frozenset[str] = frozenset()) -> Any:
    """Return a value of the model as YAML's own kinds of values, without fields that hold their default."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: as_tree(getattr(value, field.name))
            for field in fields(value)
            if not field.metadata.get("key")
            and field.name not in without
            and (field.default_factory is MISSING or getattr(value, field.name) != field.default_factory())
        }
    if isinstance(value, RuleDay | MonthDay):
        day = f"{value.month:02}-{value.day:02}"
        return f"{value.year}-{day}" if isinstance(value, RuleDay) and value.year else day
    if isinstance(value, Mapping):
        return {key: as_tree(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [as_tree(each) for each in value]
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value


def as_lines(tree: Any, indent: int = 0) -> list[str]:
    """Return a tree as the lines of a plan file: short lists on one line, everything else on lines of its own."""
    text = yaml.dump(tree, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100_000)
    return [f"{' ' * indent}{line}" for line in text.splitlines()]


def item(tree: Mapping[str, Any], indent: int = 2) -> list[str]:
    """Return a tree as one item of a list."""
    first, *others = as_lines(dict(tree), indent + 2)
    return [f"{' ' * indent}- {first.strip()}", *others]


class _Dumper(yaml.SafeDumper):
    """Lists of plain values are written [a, b]; keys stay in their order."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything where it stands: plan files have no anchors."""
        del data
        return True


def _listing(dumper: yaml.SafeDumper, data: list[Any]) -> yaml.Node:
    plain = all(isinstance(each, int | date) or (isinstance(each, str) and len(each) <= 40) for each in data)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=plain)


_Dumper.add_representer(list, _listing)
