"""The plan file: check it, see what applying it would change, apply it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tracker.cli.common import settings_for, store, who
from tracker.errors import NothingApplied

if TYPE_CHECKING:
    from tracker.plan.reader import Reading
    from tracker.settings import Settings


def check(args: argparse.Namespace) -> int:
    """Read the plan file and print what it holds, or every fault."""
    from tracker.plan.reader import read_plans
    from tracker.plan.summary import summary

    paths = [args.file]
    if args.file is None:
        from tracker.settings import load_settings

        paths = load_settings().plan_files
    for reading in read_plans(paths):
        print(summary(reading.plan))
        for note in reading.notes:
            print(f"lưu ý: {note}")
    return 0


def new(args: argparse.Namespace) -> None:
    """Write an empty plan file with a remark on each line; what is there already stays."""
    from tracker.errors import BadInput
    from tracker.settings import load_settings
    from tracker.templating import template_file

    text = template_file(load_settings().templates, "plan/new.yaml").read_text(encoding="utf-8")
    try:
        with args.file.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise BadInput(f"{args.file}: đã có tệp này; chọn tên khác") from error
    print(f"Đã ghi {args.file}. Điền từng dòng rồi chạy: tracker check {args.file}")


def diff(args: argparse.Namespace) -> None:
    """Print what applying the plan file would change."""
    from tracker.plan.reader import read_plans

    settings = settings_for(args)
    for reading in read_plans(settings.plan_files):
        _diff(settings, reading)


def _diff(settings: Settings, reading: Reading) -> None:
    from tracker.plan.changes import plan_changes
    from tracker.store.apply import touched_periods
    from tracker.store.displaced import displaced_by
    from tracker.store.engine import trying
    from tracker.store.plans import applied_plan, newest_version
    from tracker.store.renames import rename_records

    try:
        with store(settings) as engine, trying(engine) as session:
            version = newest_version(session, reading.plan.plan.plan_id)
            changes = plan_changes(applied_plan(version) if version else None, reading.plan)
            rename_records(session, reading.plan)
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


def apply(args: argparse.Namespace) -> None:
    """Make the plan file the plan in force."""
    from tracker.plan.reader import read_plans
    from tracker.store.apply import apply_agreed_plan
    from tracker.store.engine import writing

    settings = settings_for(args)
    if args.first and _is_applied(settings):
        return
    readings = read_plans(settings.plan_files)
    with store(settings, create=True) as engine, writing(engine) as session:
        now = settings.now()
        applied = [
            (each.plan, apply_agreed_plan(session, each, who(), settings.today(), now, args.yes))
            for each in readings
        ]
        numbers = [version and version.id for _, version in applied]
    for (plan, _), number in zip(applied, numbers, strict=True):
        if number is None:
            print("Tệp kế hoạch giống bản đang áp dụng; không có gì thay đổi.")
        else:
            print(f"Đã áp dụng {plan.plan.code}: phiên bản {number}, {len(plan.activities)} hoạt động.")


def _is_applied(settings: Settings) -> bool:
    """Say whether any plan is in force; raises StoreError where the store is there and cannot be asked."""
    from tracker.store.engine import reading
    from tracker.store.plans import newest_version

    try:
        with store(settings) as engine, reading(engine) as session:
            return newest_version(session) is not None
    except NothingApplied:
        return False
