"""The installation itself: which settings hold."""

from __future__ import annotations

import argparse


def show_settings(args: argparse.Namespace) -> None:
    """Print every setting, its value and where it was given; passwords and keys as stars."""
    from tracker.settings import load_settings

    del args
    for name, value, place in load_settings().as_rows():
        print(f"{name} = {value}\n    {place}")
