"""The memo: compile it, print it again, write its first and last words, check a template that was changed."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tracker.cli.common import settings_for, shown, store, who
from tracker.errors import Faults, FileTrouble

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.report.compile import Compiled


def report(args: argparse.Namespace) -> None:
    """Compile the memo of a period, or of a choice out of it."""
    from tracker.papers.files import FORMATS
    from tracker.report.choice import Choice
    from tracker.report.compile import compile_memo

    settings = settings_for(args)
    choice = Choice(
        agencies=tuple(args.agency),
        areas=tuple(args.area),
        activities=tuple(args.activity),
        since=args.since,
        until=args.until,
        own=args.own,
    )
    formats = args.formats or FORMATS
    with store(settings) as engine:
        compiled = compile_memo(
            engine,
            settings,
            args.period,
            who(),
            args.number,
            formats,
            choice=choice,
            final=args.final,
            list_returned=args.list_returned,
            dated=args.dated,
        )
    _tell(compiled)


def print_again(args: argparse.Namespace) -> None:
    """Print a memo from what was frozen when it was compiled."""
    from tracker.papers.files import FORMATS
    from tracker.report.compile import print_again

    settings = settings_for(args)
    with store(settings) as engine:
        formats = args.formats or FORMATS
        _tell(print_again(engine, settings, args.period, args.of, args.number, formats, dated=args.dated))


def _tell(compiled: Compiled) -> None:
    report, snapshot = compiled.report, compiled.snapshot
    heard = f", {snapshot.heard}/{len(snapshot.localities)} địa phương" if snapshot.localities else ""
    if snapshot.tasks:
        heard += (
            f", {sum(row.said is not None for row in snapshot.tasks)}/{len(snapshot.tasks)} nhiệm vụ ngoài khung"
        )
    which = "Bản chính thức, lần" if report.final else "Lần"
    kept = "" if compiled.is_new else " (số liệu không đổi từ lần tổng hợp trước)"
    told = f"{snapshot.told}/{len(snapshot.rows)} hoạt động{heard}"
    print(f"{which} tổng hợp {report.number}{kept}: {told} có báo cáo.")
    for file in compiled.files:
        print(shown(file))
    for heading, lines in (
        ("Thay đổi so với lần tổng hợp trước", compiled.changed),
        ("Đến sau khi chốt, không có trong báo cáo", compiled.after),
    ):
        if lines:
            print(f"\n{heading}:")
            print("\n".join(f"  {line}" for line in lines))


def list_memos(args: argparse.Namespace) -> None:
    """Print the memos of a period."""
    from tracker.settings import ZONE
    from tracker.store.engine import reading
    from tracker.store.periods import find_period
    from tracker.store.reports import reports_of

    with store(settings_for(args)) as engine, reading(engine) as session:
        memos = reports_of(session, find_period(session, args.period))
    for memo in memos:
        kind = "chính thức" if memo.final else "một phần" if memo.choice else "dự thảo"
        day = memo.compiled_at.astimezone(ZONE)
        print(f"{memo.number}: {kind}, {day:%d/%m/%Y %H:%M}, {memo.compiled_by}, {memo.digest[:16]}")
    if not memos:
        print(f"Kỳ {args.period} chưa có báo cáo nào; lập bằng: tracker report {args.period}")


def reopen(args: argparse.Namespace) -> None:
    """Let a final memo be a draft again."""
    from tracker.store.engine import writing
    from tracker.store.periods import find_period
    from tracker.store.reports import reopen

    settings = settings_for(args)
    with store(settings) as engine, writing(engine) as session:
        memo = reopen(session, find_period(session, args.period), args.reason, who(), settings.now())
    print(f"Lần tổng hợp {memo.number} của kỳ {args.period} không còn là bản chính thức.")


def write_around(args: argparse.Namespace) -> None:
    """Keep a period's own first and last words; print them where none are given."""
    from tracker.store.engine import writing
    from tracker.store.periods import find_period, write_around

    settings = settings_for(args)
    given = {name: getattr(args, name) for name in ("opening", "closing")}
    texts = {name: None if file is None else _words_in(file) for name, file in given.items()}
    with store(settings) as engine, writing(engine) as session:
        period = find_period(session, args.period)
        kept = {name: getattr(period, name) if text is None else text for name, text in texts.items()}
        if any(file is not None for file in given.values()):
            write_around(session, period, kept["opening"], kept["closing"], who(), settings.now())
        opening, closing = period.opening, period.closing
    print(f"Lời mở đầu:\n{opening or '(theo mẫu)'}\n\nLời kết:\n{closing or '(theo mẫu)'}")


def _words_in(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FileTrouble(f"{file}: không đọc được ({error.strerror}); xem lại tên tệp") from error
    except UnicodeDecodeError as error:
        raise FileTrouble(f"{file}: không phải chữ UTF-8; lưu lại tệp với mã UTF-8") from error


def check_template(args: argparse.Namespace) -> None:
    """Say that a template can print the memo, or every fault of it; name own templates that replace none."""
    from tracker.report.template_check import check_template, misnamed_templates
    from tracker.settings import load_settings

    made = check_template(args.file)
    print(f"{shown(args.file)}: mẫu dùng được. {made}")
    if strange := misnamed_templates(load_settings().templates):
        raise Faults(strange)
