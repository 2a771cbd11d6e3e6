"""The JSON Schema an editor completes from."""

import json
from typing import Any

import jsonschema
import pytest
import yaml
from conftest import ROOT
from plan_text import SMALL

from tracker.plan.schema import plan_schema, schema_text


class EditorLoader(yaml.SafeLoader):
    """YAML as editors read it: numbers are numbers, dates stay texts."""


EditorLoader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def as_an_editor_reads(text: str) -> Any:
    return yaml.load(text, Loader=EditorLoader)


def test_the_shipped_schema_is_what_the_model_says() -> None:
    kept = (ROOT / "docs" / "activities.schema.json").read_text(encoding="utf-8")
    assert kept == schema_text(), "run: python -m tracker.plan.schema > docs/activities.schema.json"


def test_the_schema_is_valid_and_takes_the_plan_as_it_is() -> None:
    jsonschema.Draft202012Validator.check_schema(plan_schema())
    for text in ((ROOT / "activities.yaml").read_text(encoding="utf-8"), SMALL):
        jsonschema.validate(as_an_editor_reads(text), plan_schema())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("lead: so-a", "leed: so-a"),
        ("years: [2024]", "years: [hai nghìn]"),
        ("kind: locality", "kind: huyện"),
        ("2024-03-22", "22/3/2024"),
        ("    title: Tập huấn\n", ""),
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(old: str, new: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(as_an_editor_reads(SMALL.replace(old, new, 1)), plan_schema())


def test_every_key_has_its_help_in_vietnamese() -> None:
    def descriptions(part: Any) -> list[str]:
        if isinstance(part, dict):
            here = [v["description"] for v in part.get("properties", {}).values()]
            return here + [d for value in part.values() for d in descriptions(value)]
        return []

    found = descriptions(json.loads(schema_text()))
    assert len(found) > 50
    assert all(found)


def test_what_may_be_left_out_shows_its_default() -> None:
    agency = plan_schema()["properties"]["agencies"]["additionalProperties"]
    assert agency["properties"]["kind"]["default"] == "agency"
    assert "default" not in agency["properties"]["name"]
    stages = plan_schema()["properties"]["reporting"]["properties"]["stages"]
    assert json.loads(json.dumps(stages["properties"]["before"]["default"])) == [10, 5, 2, 0]
