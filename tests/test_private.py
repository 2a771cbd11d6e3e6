"""What the program writes is its account's alone, and root leaves nothing there that the service cannot read."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from office import DAY, Office

from tracker.private import enter

NOBODY = 65534
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as two accounts")


def open_to_others(folder: Path) -> list[str]:
    """Return what in `folder`, itself included, has any right for another account."""
    return [str(path) for path in [folder, *folder.rglob("*")] if stat.S_IMODE(path.lstat().st_mode) & 0o077]


def test_after_a_round_of_commands_nothing_is_open_to_another_account(office: Office) -> None:
    office.well("apply", "--on", DAY)
    office.well("remind", "--on", DAY)
    office.say("II.10")
    office.well("collect", "--on", DAY)
    office.well("link", "2024", "so-cong-thuong", "--on", DAY)
    office.run("report", "2024", "--on", DAY, "--formats", "html,docx")
    assert {path.name for path in office.var.iterdir()} >= {"outbox", "reports", "secret-key", "tracker.db"}
    assert open_to_others(office.var) == []


def test_an_older_installation_is_closed_when_it_is_opened_next(reminded: Office) -> None:
    for path in [reminded.var, *reminded.var.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    outside = reminded.folder / "outside"
    outside.write_text("not ours")
    outside.chmod(0o644)
    (reminded.var / "link").symlink_to(outside)
    reminded.well("status", "--on", DAY)
    assert [path for path in open_to_others(reminded.var) if not path.endswith("/link")] == []
    assert stat.S_IMODE(outside.stat().st_mode) == 0o644


def test_a_folder_that_many_share_is_left_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    enter(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o1777


@root_only
@pytest.mark.parametrize(
    "typed", [["link", "2024", "so-cong-thuong"], ["remind", "--on", DAY], ["status"], ["apply"]]
)
def test_root_does_not_write_into_the_services_folder(applied: Office, typed: list[str]) -> None:
    for path in [applied.var, *applied.var.rglob("*")]:
        os.chown(path, NOBODY, NOBODY)
    err = applied.refused(*typed)
    assert "sudo -u nobody tracker" in err
    assert [path for path in applied.var.rglob("*") if path.stat().st_uid != NOBODY] == []


@root_only
def test_another_account_is_told_whose_the_settings_are() -> None:
    folder = Path("/tmp") / f"tracker-private-{os.getpid()}"  # where nobody can come in
    try:
        (folder / "var").mkdir(parents=True)
        folder.chmod(0o755)
        (folder / "var" / "tracker.toml").write_text("port = 9000\n")
        (folder / "var").chmod(0o700)
        source = "import sys; from tracker.settings_files import settings_in_files\nfrom pathlib import Path\n"
        source += f"wrong = []; settings_in_files(Path({str(folder / 'var')!r}), ['PORT'], wrong); print(*wrong)"
        done = subprocess.run(
            [sys.executable, "-c", f"import os; import encodings.idna; import tracker.settings_files\n"
             f"import pwd; pwd.getpwuid(0)\nos.setuid({NOBODY})\n{source}"],
            capture_output=True, encoding="utf-8", cwd=ROOT, check=True,
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
        assert "sudo -u root tracker" in done.stdout
        assert "tracker.toml" in done.stdout
    finally:
        shutil.rmtree(folder)
