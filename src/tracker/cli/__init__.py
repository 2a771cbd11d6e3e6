"""The command line: one command, one function; each imports what it needs inside itself, to start fast."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

# In the order in which `tracker --help` lists them.
from tracker.cli import plan, season, periods, letters, answers, memo, desk, tokens, upkeep  # isort: skip # noqa: F401
from tracker.cli.common import tracker
from tracker.cli.words import misspelt, print_on_any_console
from tracker.errors import FileTrouble, TrackerError

if TYPE_CHECKING:
    from collections.abc import Sequence

COMPLETE = "_COMPLETE_TRACKER"
"""A shell sets it to ask what may be typed next; `eval "$(_COMPLETE_TRACKER=bash_source tracker)"` lets it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 well, 1 a fault that was explained, 2 a misspelt command."""
    print_on_any_console()
    status = 0
    try:
        status = _run(argv)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has enough; without this Python complains once more while it closes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


def _run(argv: Sequence[str] | None) -> int:
    if asked := os.environ.get(COMPLETE):
        from click.shell_completion import shell_complete

        return shell_complete(tracker, {}, "tracker", COMPLETE, asked)
    try:
        with tracker.make_context("tracker", list(sys.argv[1:] if argv is None else argv)) as context:
            status: int | None = tracker.invoke(context)
    except click.exceptions.Exit as left:  # --help
        return left.exit_code
    except click.UsageError as error:
        context = error.ctx or click.Context(tracker, info_name="tracker")
        print(f"{context.get_usage()}\n{context.command_path}: {misspelt(error)}", file=sys.stderr)
        return 2
    except TrackerError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Đã dừng theo yêu cầu.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        raise
    except OSError as error:
        # Disks fill up and permissions change anywhere; nothing is half done, for every write is one transaction.
        way_out = "giải phóng chỗ trống hoặc cho quyền ghi"
        print(FileTrouble(f"{error.filename or 'tệp'}: {error.strerror}; {way_out}"), file=sys.stderr)
        return 1
    return status or 0
