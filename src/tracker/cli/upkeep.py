"""The installation itself: which settings hold, and a copy of everything."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tracker.cli.common import settings_on, tracker


@tracker.command("settings", help="các cài đặt đang có hiệu lực, và mỗi cài đặt lấy từ đâu")
def show_settings() -> None:
    """Print every setting, its value and where it was given; passwords and keys as stars."""
    from tracker.settings import load_settings

    for name, value, place in load_settings().as_rows():
        print(f"{name} = {value}\n    {place}")


@tracker.command("backup", help="sao lưu mọi dữ liệu vào một thư mục mới, rồi đọc lại")
@click.argument("folder", type=Path, metavar="THƯ_MỤC")
def back_up(folder: Path) -> int:
    """Copy everything into a new folder, and print what was copied and what was missing."""
    from tracker.backup import back_up

    done = back_up(settings_on(), folder)
    for line in done.lines:
        print(line)
    for trouble in done.troubles:
        print(trouble, file=sys.stderr)
    print(f"Đã sao lưu và đọc lại: {folder}")
    return 1 if done.troubles else 0
