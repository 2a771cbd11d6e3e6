"""The installation itself: which settings hold, and a copy of everything."""

from __future__ import annotations

import argparse
import sys

from tracker.cli.common import settings_for


def show_settings(args: argparse.Namespace) -> None:
    """Print every setting, its value and where it was given; passwords and keys as stars."""
    from tracker.settings import load_settings

    del args
    for name, value, place in load_settings().as_rows():
        print(f"{name} = {value}\n    {place}")


def back_up(args: argparse.Namespace) -> int:
    """Copy everything into a new folder, and print what was copied and what was missing."""
    from tracker.backup import back_up

    done = back_up(settings_for(args), args.folder)
    for line in done.lines:
        print(line)
    for trouble in done.troubles:
        print(trouble, file=sys.stderr)
    print(f"Đã sao lưu và đọc lại: {args.folder}")
    return 1 if done.troubles else 0
