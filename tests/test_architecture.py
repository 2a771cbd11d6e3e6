"""The architecture page is held to the code: its rooms, its words, its files, its records."""

import re
from pathlib import Path

from answering import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
SOURCE = ROOT / "src" / "tracker"


def section(title: str) -> str:
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def identifiers() -> set[str]:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    return {part for name in re.findall(r"[A-Za-z_]+", code) for part in re.findall(r"[A-Z]?[a-z]+", name)}


def test_every_room_of_the_house_is_named_on_the_page_and_every_named_room_exists() -> None:
    named = set(
        re.findall(
            r"`(\w+)`", "\n".join(line.split("|")[1] for line in section("The house").splitlines() if "|" in line)
        )
    )
    there = {path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert named - {"flows"} == there - {"__init__"}


def test_every_word_of_the_glossary_is_a_word_of_the_code() -> None:
    rows = [line.split("|")[2] for line in section("Words").splitlines()[3:] if line.startswith("|")]
    words = {word for row in rows for word in re.findall(r"[a-z]+", row)} - {"area", "agency"}
    used = {name.lower() for name in identifiers()}
    assert not {word for word in words if word not in used}


def test_every_file_that_the_page_sends_people_to_is_there() -> None:
    files = re.findall(r"`((?:[a-z_]+/)+[\w.]*|[a-z]+\.(?:py|yaml))`", section("Where to change what"))
    roots = (ROOT, SOURCE)
    assert files
    assert not [file for file in files if not any((root / file).exists() for root in roots)]


def test_every_decision_has_its_record_and_every_record_its_line() -> None:
    linked = set(re.findall(r"\(decisions/([\w.-]+)\)", PAGE))
    records = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "decisions").glob("*.md")}
    assert linked == set(records)
    for name, text in records.items():
        assert [part in text for part in ("**Context.**", "**Decision.**", "**Consequence.**")] == [True] * 3, name


def test_every_module_that_a_record_names_is_there() -> None:
    for record in Path(ROOT / "docs" / "decisions").glob("*.md"):
        for file in re.findall(r"`((?:\w+/)+\w+\.\w+|\w+\.py)`", record.read_text(encoding="utf-8")):
            assert any((root / file).exists() for root in (ROOT, SOURCE)), (record.name, file)
