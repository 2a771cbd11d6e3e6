"""The README and the guides under docs/: their commands run, their links lead somewhere, their settings exist."""

import os
import re
import shlex
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from conftest import ROOT

from tracker.cli import main
from tracker.settings import NAMES

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
FAILS = "# lỗi"
"""What ends a command that the guide shows failing."""
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose_of(page: Path) -> str:
    return FENCE.sub("", text_of(page))


def commands_of(page: Path) -> list[str]:
    blocks = [found["body"] for found in FENCE.finditer(text_of(page)) if found["kind"].strip() == "sh"]
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def with_own_settings(line: str) -> tuple[dict[str, str], list[str]]:
    """Return the NAME=value words before a command, and the command's words."""
    words = shlex.split(line, comments=True)
    count = next(number for number, word in enumerate(words) if not re.match("[A-Z_]+=", word))
    return dict(word.split("=", 1) for word in words[:count]), words[count:]


def run(line: str, monkeypatch: pytest.MonkeyPatch) -> int:
    own, (program, *arguments) = with_own_settings(line)
    if program == "make":
        return 0  # the targets have a test of their own
    if program == "python":
        return subprocess.run([sys.executable, *arguments], check=False, timeout=60).returncode
    assert program == "tracker", f"a guide may show tracker, make and python, not: {line}"
    with monkeypatch.context() as patch:
        for name, value in own.items():
            patch.setenv(name, value)
        return main(arguments)


@every_page
def test_every_command_of_a_page_runs_in_order_in_a_fresh_checkout(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("TRACKER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TRACKER_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("TRACKER_PLAN", str(ROOT / "activities.yaml"))
    monkeypatch.setenv("TRACKER_TEMPLATES", str(ROOT / "templates"))
    for name in ("templates", "examples", "activities.yaml"):
        (tmp_path / name).symlink_to(ROOT / name)
    ended = {line: run(line, monkeypatch) for line in commands_of(page)}
    assert ended == {line: int(line.endswith(FAILS)) for line in ended}


def test_the_backup_of_the_admin_guide_is_a_whole_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_PLAN", str(ROOT / "activities.yaml"))
    lines = commands_of(ROOT / "docs" / "huong-dan-quan-tri.md")
    (backup,) = [line for line in lines if line.startswith("tracker backup ")]
    (look,) = [line for line in lines if line.startswith("TRACKER_VAR=sao-luu")]
    monkeypatch.chdir(tmp_path)
    assert main(["apply", "--on", "2024-10-01"]) == 0
    assert run(backup, monkeypatch) == 0
    assert run(look, monkeypatch) == 0
    monkeypatch.setenv("TRACKER_VAR", backup.split()[-1])
    assert main(["status", "--on", "2024-10-01"]) == 0


@every_page
def test_no_command_that_runs_for_ever_is_shown_as_one_that_ends(page: Path) -> None:
    forever = re.compile(r"(make serve|tracker web|prefect )")
    assert [line for line in commands_of(page) if forever.search(line)] == []


@every_page
def test_every_make_target_that_a_page_names_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", text_of(page), re.MULTILINE))
    assert named <= targets


@every_page
def test_every_relative_link_of_a_page_leads_to_a_file(page: Path) -> None:
    places = re.findall(r"\]\(([^)\s]+)\)", prose_of(page))
    files = [place.split("#")[0] for place in places if not re.match(r"[a-z]+:", place)]
    assert [file for file in files if file and not (page.parent / file).exists()] == []


@every_page
def test_every_setting_that_a_page_names_exists(page: Path) -> None:
    assert set(re.findall(r"TRACKER_([A-Z][A-Z_]*[A-Z])", text_of(page))) <= set(NAMES)


def test_the_admin_guide_tells_of_every_setting() -> None:
    told = re.findall(
        r"^\| `TRACKER_([A-Z_]+)` \|", text_of(ROOT / "docs" / "huong-dan-quan-tri.md"), re.MULTILINE
    )
    assert sorted(told) == sorted(NAMES)


@every_page
def test_every_tracker_command_in_running_text_exists(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in set(re.findall(r"`tracker ([a-z]+)", prose_of(page))):
        assert main([command, "--help"]) == 0, command
    capsys.readouterr()


@every_page
def test_every_page_is_nfc(page: Path) -> None:
    assert unicodedata.is_normalized("NFC", text_of(page))
