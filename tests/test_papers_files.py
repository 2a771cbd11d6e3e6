"""A file is written whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from tracker.errors import FileTrouble
from tracker.papers.files import write_whole


def test_a_full_disk_leaves_the_old_file_and_nothing_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = tmp_path / "memo.docx"
    to.write_text("cũ")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileTrouble, match=r"memo\.docx: không ghi được tệp"):
        write_whole(b"new", to)
    assert [file.name for file in tmp_path.iterdir()] == ["memo.docx"]
    assert to.read_text() == "cũ"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileTrouble, match=r"file/memo\.docx"):
        write_whole(b"new", tmp_path / "file" / "memo.docx")
