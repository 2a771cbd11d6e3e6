"""What the commands share: how one is declared, its usual options, its way to the store and to the terminal."""

from __future__ import annotations

import getpass
import re
import sys
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker.cli.words import speak_vietnamese

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import sqlalchemy as sa

    from tracker.letters.send import Outcome
    from tracker.papers.files import Format
    from tracker.settings import Settings

speak_vietnamese()


class Command(click.Command):
    """A command whose help is in Vietnamese and goes through `print`, which knows consoles without its letters."""

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **{"options_metavar": "[TÙY CHỌN]", **given})

    def get_help_option(self, _: click.Context) -> click.Option:
        """Return the option `--help`."""
        return HELP


def _print_help(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        print(ctx.get_help())
        ctx.exit()


HELP = click.Option(
    ["--help"], is_flag=True, expose_value=False, is_eager=True, help="xem hướng dẫn này", callback=_print_help
)


class Group(Command, click.Group):
    """Commands under a common name, listed in the order in which they are declared."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **{"subcommand_metavar": "LỆNH", "no_args_is_help": False, **given})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        del ctx
        return list(self.commands)


tracker = Group("tracker", help="Theo dõi, nhắc việc và tổng hợp báo cáo kế hoạch.")


class _Day(click.ParamType[date]):
    name = "ngày"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f'"{value}" không phải ngày; viết NĂM-THÁNG-NGÀY, ví dụ 2024-10-15', param, ctx)


class _Years(click.ParamType[tuple[int, ...]]):
    name = "năm-năm"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        found = re.fullmatch(r"(\d{4})(?:-(\d{4}))?", str(value).strip())
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 1900 <= first <= last <= min(2200, first + MOST_YEARS):
            self.fail(f'"{value}" không phải các năm của một giai đoạn; viết như 2026-2030', param, ctx)
        return tuple(range(first, last + 1))


class _DocumentNumber(click.ParamType[int]):
    name = "số"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value)
        if not text.isascii() or not text.isdigit() or not 0 < int(text) < 100_000:
            self.fail(f'"{value}" không phải số văn bản; viết số từ 1 đến 99999', param, ctx)
        return int(text)


class _Formats(click.ParamType[list["Format"]]):
    name = "dạng,…"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[Format]:
        from tracker.papers.files import FORMATS

        asked = [part.strip().lower() for part in str(value).split(",")]
        for part in asked:
            if part not in FORMATS:
                self.fail(f'"{part}" không phải dạng tệp của báo cáo; viết: {",".join(FORMATS)}', param, ctx)
        return [each for each in FORMATS if each in asked]


MOST_YEARS = 50
"""Years of one plan."""
DAY, NUMBER, FORMATS, YEARS = _Day(), _DocumentNumber(), _Formats(), _Years()
on_day = click.option("--on", type=DAY, help="làm như hôm nay là ngày này (NĂM-THÁNG-NGÀY)")
in_period = click.argument("period", metavar="KỲ")
with_number = click.option("--number", type=NUMBER, help="số văn bản do văn thư cấp")
dated_on = click.option("--dated", type=DAY, help="ngày ban hành ghi cùng số; mặc định: hôm nay")
in_formats = click.option(
    "--formats",
    type=FORMATS,
    default="docx,html,pdf,xlsx",
    help="dạng tệp: docx, html, pdf, xlsx; mặc định: cả bốn",
)


def settings_on(day: date | None = None) -> Settings:
    """Return the settings on `day` (None: today), with the store's folder closed to others."""
    from tracker.private import enter
    from tracker.settings import load_settings

    settings = load_settings()
    enter(settings.var)
    return settings.on(day)


@contextmanager
def store(settings: Settings, *, create: bool = False) -> Iterator[sa.Engine]:
    """Open the store and let go of it at the end."""
    from tracker.store.engine import opened_store

    with opened_store(settings.database_url, create=create) as engine:
        yield engine


@contextmanager
def progress() -> Iterator[Callable[[str, float], None]]:
    """Give what shows how far a long work is, to whoever looks: into a pipe or a file nothing is written of it."""
    if not sys.stderr.isatty():
        yield lambda _doing, _share: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        work = bar.add_task("", total=1.0)
        yield lambda doing, share: bar.update(work, description=doing, completed=share)


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]], gap: str = "  ") -> None:
    """Print `rows` as a table that fits the terminal; into a pipe or a file one line a row, with `gap` between."""
    if not sys.stdout.isatty():
        for row in rows:
            print(gap.join(row).rstrip())
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    Console(highlight=False).print(table)


def print_outcome(outcome: Outcome, settings: Settings) -> int:
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


def shown(path: Path) -> str:
    """Return a path as seen from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
