"""The plan file: check it, see what applying it would change, apply it."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.common import YEARS, on_day, settings_on, store, tracker, who
from tracker.errors import NothingApplied

if TYPE_CHECKING:
    from datetime import date

    from tracker.plan.model import Plan
    from tracker.plan.reader import Reading
    from tracker.plan.tree import Mapped
    from tracker.settings import Settings


@tracker.command("check", help="kiểm tra tệp kế hoạch, nêu mọi lỗi")
@click.argument("file", type=Path, required=False, metavar="TỆP", help="mặc định: activities.yaml")
def check(file: Path | None) -> int:
    """Read the plan file and print what it holds, or every fault."""
    from tracker.plan.reader import read_plans
    from tracker.plan.shared import as_values
    from tracker.plan.summary import summary
    from tracker.settings import SHARED_AGENCIES

    files = [file] if file else []
    if not files:
        from tracker.settings import load_settings

        files = load_settings().plan_files
    if file is not None and file.name == SHARED_AGENCIES:
        counts = {section: len(as_values(part)) for section, part in _shared(file).items.items()}
        print(f"{file.name}: {counts.get('agencies', 0)} cơ quan, {counts.get('groups', 0)} nhóm dùng chung.")
        return 0
    for reading in read_plans(files):
        print(summary(reading.plan))
        for note in reading.notes:
            print(f"lưu ý: {note}")
    return 0


def _shared(file: Path) -> Mapped:
    from tracker.errors import FileTrouble
    from tracker.plan.shared import read_shared

    if (tree := read_shared(file)) is None:
        raise FileTrouble(f"{file}: không có tệp này hoặc tệp trống; kiểm tra tên và nơi để tệp")
    return tree


plans = tracker.group("plan", help="tệp kế hoạch mới")(lambda: None)


@plans.command("new", help="ghi một tệp kế hoạch trống, có chú thích từng dòng")
@click.argument("file", type=Path, metavar="TỆP")
def new(file: Path) -> None:
    """Write an empty plan file with a remark on each line; what is there already stays."""
    from tracker.settings import load_settings
    from tracker.templating import template_file

    _write_new(file, template_file(load_settings().templates, "plan/new.yaml").read_text(encoding="utf-8"))
    print(f"Đã ghi {file}. Điền từng dòng rồi chạy: tracker check {file}")


@plans.command("import", help="đọc bảng phụ lục của kế hoạch trong tệp Word, Excel thành tệp kế hoạch")
@click.argument("source", type=Path, metavar="TỆP")
@click.option("-o", "file", type=Path, required=True, metavar="TỆP_MỚI", help="tệp kế hoạch sẽ ghi, đuôi .yaml")
def import_annex(source: Path, file: Path) -> None:
    """Write a plan file from the annex in a .docx or .xlsx file, and print what is doubtful or was not read."""
    from tracker.annex.file import read_annex
    from tracker.annex.proposal import propose
    from tracker.settings import load_settings, shipped

    draft = read_annex(source)
    empty = (shipped("templates") / "plan" / "new.yaml").read_text(encoding="utf-8")
    proposal = propose(draft, _known_plans(load_settings().plan_files), empty)
    _write_new(file, proposal.text)
    print(
        f"Đã ghi {file}: {proposal.rows} hoạt động, {proposal.headings} tiêu đề; "
        f"{proposal.known} cơ quan, nhóm đã biết, {proposal.new} cơ quan, nhóm mới."
    )
    for heading, faults in (("Cần xem lại", proposal.doubts), ("Không đọc được", proposal.unread)):
        if faults:
            print(f"{heading} ({len(faults)}):")
        for fault in faults:
            print(f"  {fault}")
    print(f"Điền các phần plan, reporting và những chỗ trên, rồi chạy: tracker check {file}")


@plans.command("succeed", help="ghi tệp kế hoạch giai đoạn sau từ kế hoạch đang áp dụng")
@click.argument("old", type=Path, metavar="TỆP_CŨ")
@click.option("-o", "file", type=Path, required=True, metavar="TỆP_MỚI", help="tệp kế hoạch sẽ ghi, đuôi .yaml")
@click.option(
    "--years", type=YEARS, help="các năm của giai đoạn sau, ví dụ 2026-2030; mặc định: năm năm tiếp theo"
)
@on_day
def succeed(old: Path, file: Path, years: tuple[int, ...] | None, on: date | None) -> None:
    """Write the next phase's plan file: agencies by their heirs, rows not finished, targets not reached."""
    from tracker.plan.next_phase import next_phase
    from tracker.plan.reader import read_plan
    from tracker.store.engine import reading
    from tracker.store.unfinished import unfinished_rows, unreached_targets

    settings, plan = settings_on(on), read_plan(old).plan
    last = max(plan.plan.years)
    years = years or tuple(range(last + 1, last + 6))
    with store(settings) as engine, reading(engine) as session:
        unfinished = unfinished_rows(session, plan)
        unreached = unreached_targets(session, plan, settings.today())
    _write_new(file, next_phase(plan, years, unfinished, unreached))
    print(f"Đã ghi {file}: {len(unfinished)} việc chuyển tiếp, {len(unreached)} chỉ tiêu chưa đạt.")
    print(f"Điền các dòng còn trống rồi chạy: tracker check {file}")


def _known_plans(files: list[Path]) -> list[Plan]:
    """Return the plans in `files` that can be read: their agencies are known by name."""
    from tracker.errors import TrackerError
    from tracker.plan.reader import read_plan

    found = []
    for each in files:
        with contextlib.suppress(TrackerError):
            found.append(read_plan(each).plan)
    return found


def _write_new(file: Path, text: str) -> None:
    """Write `text` to a file that is not there yet."""
    from tracker.errors import BadInput

    try:
        with file.open("x", encoding="utf-8") as fresh:
            fresh.write(text)
    except FileExistsError as error:
        raise BadInput(f"{file}: đã có tệp này; chọn tên khác") from error


@tracker.command("diff", help="cho biết áp dụng tệp kế hoạch sẽ thay đổi những gì")
@on_day
def diff(on: date | None) -> None:
    """Print what applying the plan file would change."""
    from tracker.plan.reader import read_plans

    settings = settings_on(on)
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


@tracker.command("apply", help="áp dụng tệp kế hoạch")
@on_day
@click.option(
    "--yes", type=int, metavar="SỐ", help="đồng ý với số việc bị chuyển hoặc không còn được tính mà lệnh đã nêu"
)
@click.option("--first", is_flag=True, help="chỉ khi chưa áp dụng kế hoạch nào")
def apply(on: date | None, yes: int | None, first: bool) -> None:
    """Make the plan file the plan in force."""
    from tracker.plan.reader import read_plans
    from tracker.store.apply import apply_agreed_plan
    from tracker.store.engine import writing

    settings = settings_on(on)
    if first and _is_applied(settings):
        return
    readings = read_plans(settings.plan_files)
    with store(settings, create=True) as engine, writing(engine) as session:
        now = settings.now()
        applied = [
            (each.plan, apply_agreed_plan(session, each, who(), settings.today(), now, yes)) for each in readings
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
