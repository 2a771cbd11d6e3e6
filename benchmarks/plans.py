"""Plans of any size: the real one, repeated with agencies and activities of its own for each copy."""

import json
from pathlib import Path
from typing import Any

import yaml

from tracker.plan.reader import Reading, parse_plan

ROOT = Path(__file__).parent.parent
ROWS = 48


def grown_plan(activities: int) -> Reading:
    """Return the real plan repeated until it has `activities` activities, a multiple of 48."""
    raw = (ROOT / "activities.yaml").read_bytes()
    whole: dict[str, Any] = yaml.load(raw, Loader=yaml.BaseLoader)  # our own file, texts only
    if activities == ROWS:
        return parse_plan(raw)
    copies = [_renamed(whole, f"-{number}") for number in range(activities // ROWS)]
    whole["plan"]["coordinator"] = "hoi-lhpn-0"
    whole["agencies"] = {key: value for copy in copies for key, value in copy["agencies"].items()}
    whole["groups"] = {key: value for copy in copies for key, value in copy["groups"].items()}
    whole["activities"] = [activity for copy in copies for activity in copy["activities"]]
    whole["targets"] = copies[0]["targets"]
    whole["tasks"] = [
        task | {"lead": [f"{task['lead']}-{n}" for n in range(len(copies))]} for task in whole["tasks"]
    ]
    return parse_plan(json.dumps(whole, ensure_ascii=False, indent=1).encode())  # JSON is YAML without aliases


def _renamed(whole: dict[str, Any], end: str) -> dict[str, Any]:
    def agency(value: dict[str, Any]) -> dict[str, Any]:
        named = {"name": value["name"] + end, "short": value["short"] + end}
        if "succeeded_by" in value:
            named["succeeded_by"] = {**value["succeeded_by"], "agency": value["succeeded_by"]["agency"] + end}
        return {key: text for key, text in value.items() if key != "aliases"} | named

    return {
        "agencies": {key + end: agency(value) for key, value in whole["agencies"].items()},
        "groups": {
            key + end: {"name": value["name"] + end, "members": [member + end for member in value["members"]]}
            for key, value in whole["groups"].items()
        },
        "activities": [
            activity
            | {"id": activity["id"] + end, "lead": activity["lead"] + end}
            | ({"coordinating": [i + end for i in activity["coordinating"]]} if "coordinating" in activity else {})
            for activity in whole["activities"]
        ],
        "targets": [target | {"reported_by": target["reported_by"] + end} for target in whole["targets"]],
    }
