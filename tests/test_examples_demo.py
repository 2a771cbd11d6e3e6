"""`make demo`, as a whole process, twice in a row."""

import os
import re
import subprocess
import sys
from pathlib import Path

from conftest import ROOT


def run(var: Path) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRACKER_", "PREFECT_"))}
    done = subprocess.run(
        [sys.executable, "-m", "examples.demo"],
        env=kept | {"DEMO_VAR": str(var)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def test_the_demo_ends_well_twice_in_a_row_and_queues_no_letter_again(tmp_path: Path) -> None:
    var = tmp_path / "demo"
    for fresh in (23, 0):
        said = run(var)
        # Other accounts of the machine get nothing: letters hold links that open.
        assert [str(path) for path in [var, *var.rglob("*")] if path.lstat().st_mode & 0o077] == []
        assert f"Lần chạy này gửi {fresh} thư mới. Các thư nhắc đã gửi (23):" in said
        assert len(re.findall(r"^  \S+@angiang\.example: \[MINH HỌA\]", said, re.MULTILINE)) == 23
        assert "38/76 đầu việc có báo cáo" in said
        assert "DỮ LIỆU MINH HỌA" in said
        memos = sorted(path.name for path in (var / "reports").iterdir())
        assert memos == [f"bao-cao-2024-1.{each}" for each in ("docx", "html", "pdf", "xlsx")]
        assert all(name in said for name in memos)
