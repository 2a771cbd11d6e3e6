"""What the commands share."""

from __future__ import annotations

import argparse
import getpass
import sys
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

    from tracker.letters.send import Outcome
    from tracker.papers.files import Format
    from tracker.settings import Settings


def settings_for(args: argparse.Namespace) -> Settings:
    """Return the settings, on the day that `--on` names, with the store's folder closed to others."""
    from tracker.private import enter
    from tracker.settings import load_settings

    settings = load_settings()
    enter(settings.var)
    return settings.on(getattr(args, "on", None))


@contextmanager
def store(settings: Settings, *, create: bool = False) -> Iterator[sa.Engine]:
    """Open the store and let go of it at the end."""
    from tracker.store.engine import opened_store

    with opened_store(settings.database_url, create=create) as engine:
        yield engine


def told(outcome: Outcome, settings: Settings) -> int:
    """Print what became of the letters; return the exit status."""
    if outcome.sent:
        print(f"Đã gửi {outcome.sent} thư qua {settings.mail_door_shown}.")
    for line in outcome.trouble_lines():
        print(line, file=sys.stderr)
    if outcome.shut:
        print(outcome.shut, file=sys.stderr)
    return 1 if outcome.refused or outcome.shut else 0


def who() -> str:
    """Return whom the journal names: the person at the keyboard."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "tracker"


def day(text: str) -> date:
    """Read a date for argparse."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f'"{text}" không phải ngày; viết NĂM-THÁNG-NGÀY, ví dụ 2024-10-15'
        ) from None


def shown(path: Path) -> str:
    """Return a path as seen from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def memo_formats(text: str) -> list[Format]:
    """Read the formats of a memo for argparse: `docx,pdf`."""
    from tracker.papers.files import FORMATS

    asked = [part.strip().lower() for part in text.split(",")]
    for part in asked:
        if part not in FORMATS:
            raise argparse.ArgumentTypeError(
                f'"{part}" không phải dạng tệp của báo cáo; viết: {",".join(FORMATS)}'
            )
    return [each for each in FORMATS if each in asked]


def document_number(text: str) -> int:
    """Read a clerk's number for argparse: 1 to 99999."""
    if text.isascii() and text.isdigit() and 0 < int(text) < 100_000:
        return int(text)
    raise argparse.ArgumentTypeError(f'"{text}" không phải số văn bản; viết số từ 1 đến 99999')
