"""The plan file: check it, see what applying it would change, apply it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.common import on_day, settings_on, store, tracker, who
from tracker.errors import NothingApplied

if TYPE_CHECKING:
    from datetime import date

    from tracker.settings import Settings


@tracker.command("check", help="kiểm tra tệp kế hoạch, nêu mọi lỗi")
@click.argument("file", type=Path, required=False, metavar="TỆP", help="mặc định: activities.yaml")
def check(file: Path | None) -> int:
    """Read the plan file and print what it holds, or every fault."""
    from tracker.plan.reader import read_plan
    from tracker.plan.summary import summary

    if file is None:
        from tracker.settings import load_settings

        file = load_settings().plan
    reading = read_plan(file)
    print(summary(reading.plan))
    for note in reading.notes:
        print(f"lưu ý: {note}")
    return 0


@tracker.command("diff", help="cho biết áp dụng tệp kế hoạch sẽ thay đổi những gì")
@on_day
def diff(on: date | None) -> None:
    """Print what applying the plan file would change."""
    from tracker.plan.changes import plan_changes
    from tracker.plan.reader import read_plan
    from tracker.store.apply import touched_periods
    from tracker.store.displaced import displaced_by
    from tracker.store.engine import trying
    from tracker.store.plans import applied_plan, newest_version

    settings = settings_on(on)
    reading = read_plan(settings.plan)
    try:
        with store(settings) as engine, trying(engine) as session:
            version = newest_version(session)
            changes = plan_changes(applied_plan(version) if version else None, reading.plan)
            displaced = displaced_by(session, reading.plan, settings.today()).lines() if version else []
            touched = touched_periods(session, reading.plan, settings.today())
    except NothingApplied:
        changes, touched, displaced = plan_changes(None, reading.plan), [], []
    for change in changes:
        print(change.text)
    for line in [*touched, *displaced]:
        print(line)
    if not changes:
        print("Không có gì thay đổi.")


@tracker.command("apply", help="áp dụng tệp kế hoạch")
@on_day
@click.option(
    "--yes", type=int, metavar="SỐ", help="đồng ý với số việc bị chuyển hoặc không còn được tính mà lệnh đã nêu"
)
@click.option("--first", is_flag=True, help="chỉ khi chưa áp dụng kế hoạch nào")
def apply(on: date | None, yes: int | None, first: bool) -> None:
    """Make the plan file the plan in force."""
    from tracker.plan.reader import read_plan
    from tracker.store.apply import apply_agreed_plan
    from tracker.store.engine import writing

    settings = settings_on(on)
    if first and _is_applied(settings):
        return
    reading = read_plan(settings.plan)
    with store(settings, create=True) as engine, writing(engine) as session:
        version = apply_agreed_plan(session, reading, who(), settings.today(), settings.now(), yes)
    if version is None:
        print("Tệp kế hoạch giống bản đang áp dụng; không có gì thay đổi.")
    else:
        count = len(reading.plan.activities)
        print(f"Đã áp dụng {reading.plan.plan.code}: phiên bản {version.id}, {count} hoạt động.")


def _is_applied(settings: Settings) -> bool:
    """Say whether any plan is in force; raises StoreError where the store is there and cannot be asked."""
    from tracker.store.engine import reading
    from tracker.store.plans import newest_version

    try:
        with store(settings) as engine, reading(engine) as session:
            return newest_version(session) is not None
    except NothingApplied:
        return False
