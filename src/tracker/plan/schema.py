"""The JSON Schema an editor completes the plan file from, made from the model: `python -m tracker.plan.schema`."""

import json
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from tracker.plan.model import MonthDay, Plan
from tracker.plan.period_rules import RuleDay
from tracker.plan.scalars import FORMS

SCALARS: Mapping[Any, dict[str, Any]] = {
    str: {"type": "string", "minLength": 1},
    int: {"type": "integer"},
    Decimal: {"type": "number", "minimum": 0},
    date: {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
    RuleDay: {"type": "string", "pattern": r"^(\d{4}-)?\d{2}-\d{2}$"},
    MonthDay: {"type": "string", "pattern": r"^\d{2}-\d{2}$"},
}


def plan_schema() -> dict[str, Any]:
    """Return the schema of the plan file (JSON Schema, draft 2020-12)."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Kế hoạch", **_schema(Plan, {})}


def schema_text() -> str:
    """Return the schema as `docs/activities.schema.json` holds it."""
    return json.dumps(plan_schema(), ensure_ascii=False, indent=2) + "\n"


def _schema(kind: Any, facts: Mapping[str, Any]) -> dict[str, Any]:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if is_dataclass(kind):
        return _object(cast("type", kind))
    if origin in (types.UnionType, typing.Union):
        return _schema(arguments[0], facts)
    if origin is tuple:
        found: dict[str, Any] = {"type": "array", "items": _schema(arguments[0], facts), "uniqueItems": True}
        found |= {"minItems": 1} if facts.get("filled") else {}
        return {"anyOf": [found["items"], found]} if facts.get("single") else found
    if origin is Mapping:
        keys = {"pattern": f"^({FORMS['id'][0].pattern})$"}
        return {"type": "object", "propertyNames": keys, "additionalProperties": _schema(arguments[1], {})}
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    return SCALARS[kind] | _bounds(facts)


def _bounds(facts: Mapping[str, Any]) -> dict[str, Any]:
    bounds: dict[str, Any] = {}
    if "at_least" in facts:
        bounds |= {"minimum": facts["at_least"], "maximum": facts["at_most"]}
    if form := facts.get("form"):
        bounds["pattern"] = f"^({FORMS[form][0].pattern})$"
    return bounds


def _object(cls: type) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    shown = [field for field in fields(cls) if not field.metadata.get("key")]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [field.name for field in shown if field.default_factory is MISSING],
        "properties": {
            field.name: {
                "description": field.metadata["doc"],
                **_schema(hints[field.name], field.metadata),
                **_default(field),
            }
            for field in shown
        },
    }


def _default(field: Field[Any]) -> dict[str, Any]:
    value = None if field.default_factory is MISSING else field.metadata.get("usual", field.default_factory())
    return {"default": value} if value and isinstance(value, str | tuple) else {}


if __name__ == "__main__":
    print(schema_text(), end="")  # noqa: T201
