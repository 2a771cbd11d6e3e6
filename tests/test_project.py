"""The project's own files: what they promise holds."""

import re
import subprocess
import tomllib
import unicodedata
from urllib.parse import urlsplit

import pytest
from conftest import ROOT

LOCK = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))


def test_the_lock_file_names_only_the_python_package_index() -> None:
    addresses = re.findall(r"https?://[^\s\"]+", (ROOT / "uv.lock").read_text(encoding="utf-8"))
    assert {urlsplit(address).hostname for address in addresses} == {"pypi.org", "files.pythonhosted.org"}


@pytest.mark.parametrize(
    ("name", "below"), [("fastapi", (0, 151)), ("sqlalchemy", (2, 1)), ("apprise", (2,)), ("prefect", (4,))]
)
def test_the_measured_upper_bounds_stand_in_the_project_and_in_the_lock(name: str, below: tuple[int, ...]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (bound,) = [d for d in project["dependencies"] if re.match(rf"{name}\b", d)]
    assert f"<{'.'.join(map(str, below))}" in bound
    (locked,) = [package["version"] for package in LOCK["package"] if package["name"] == name]
    assert tuple(int(part) for part in locked.split(".")[:2]) < below


def tracked_texts() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    ends = (".py", ".md", ".yaml", ".toml", ".txt", ".html", ".j2", ".css", ".json", "Makefile")
    return [name for name in listed.split("\0") if name.endswith(ends)]


@pytest.mark.parametrize("name", tracked_texts())
def test_every_text_of_the_project_is_nfc(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)


def test_every_library_of_the_project_has_its_reason_in_the_architecture_page() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = [re.split(r"[<>=\[]", d)[0] for d in project["project"]["dependencies"]]
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").lower()
    assert [name for name in names if name not in page] == []


def test_the_wheel_carries_the_plan_and_the_templates() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    carried = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    from tracker.settings import SHIPPED

    assert {ROOT / "src" / target for target in carried.values()} == {
        SHIPPED / "activities.yaml",
        SHIPPED / "templates",
        SHIPPED / "locale",
    }


def test_only_one_module_normalizes_what_comes_from_outside() -> None:
    sources = [*(ROOT / "src").rglob("*.py"), *(ROOT / "flows").rglob("*.py")]
    found = {
        path.name for path in sources if re.search(r"\bnormalize\(\s*[\"']NF", path.read_text(encoding="utf-8"))
    }
    assert found == {"words.py"}
