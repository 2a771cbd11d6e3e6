"""A reporting season: periods, reminders, what has come, the standing."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from tracker.cli.common import settings_for, store, told, who
from tracker.errors import FileTrouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

    from tracker.plan.model import Plan
    from tracker.remind.preview import PreviewDay, PreviewLetters
    from tracker.settings import Settings
    from tracker.store.tables import Duty


def remind(args: argparse.Namespace) -> int:
    """Queue and send the day's reminders."""
    from tracker.letters.send import send_queued
    from tracker.remind.queue import queue_today
    from tracker.remind.wording import as_lines, escalations_as_lines, refreshed_lines

    settings = settings_for(args)
    with store(settings) as engine:
        queued = queue_today(engine, settings, dry_run=args.dry_run)
        outcome = None if args.dry_run else send_queued(engine, settings)
    for line in refreshed_lines(queued.refreshed.withdrawn, queued.refreshed.reworded):
        print(line)
    if queued.day_off:
        print(f"Ngày {settings.today():%d/%m/%Y} là ngày nghỉ: không xếp thư nhắc mới.")
    for line in as_lines(queued.fresh):
        print(line)
    verb = "Sẽ xếp hàng" if args.dry_run else "Đã xếp hàng"
    print(f"{verb} {len(queued.fresh)} thư nhắc; {len(queued.known)} thư đã có từ trước.")
    if queued.copies:
        print(f"{verb} {len(queued.copies)} bản sao gửi cơ quan phối hợp.")
    for line in [*escalations_as_lines(queued.escalations), *queued.pauses]:
        print(line)
    for fault in queued.unreachable:
        print(fault, file=sys.stderr)
    status = told(outcome, settings) if outcome else 0
    for trouble in queued.troubles:
        print(trouble, file=sys.stderr)
    return 1 if queued.troubles else status


def preview(args: argparse.Namespace) -> None:
    """Print who would get which reminder, and when, or one letter whole."""
    from tracker.remind.preview import preview_letters, preview_year

    settings = settings_for(args)
    with store(settings) as engine:
        if args.letter:
            _print_letters(preview_letters(engine, settings, args.letter), settings)
        elif args.year:
            _print_days(preview_year(engine, args.year))
        else:
            _print_today(engine, settings)


def _print_letters(shown: PreviewLetters, settings: Settings) -> None:
    from tracker.letters.compose import with_link

    for reminder, letter in shown.letters:
        to = "; ".join(", ".join([*envelope.to, *envelope.cc]) for envelope in letter.envelopes)
        text = with_link(letter.words.text, "(đường dẫn được tạo khi gửi thư)")
        print(f"Gửi: {to or 'chưa có nơi nhận thư dùng được'}\nTiêu đề: {letter.words.subject}\n")
        print(text)
        if not reminder.fresh:
            print("(Mốc này đã có thư; hôm nay không gửi lại.)")
    if shown.day_off:
        print(f"(Ngày {settings.today():%d/%m/%Y} là ngày nghỉ: không xếp thư nhắc mới.)")


def _print_days(days: Sequence[PreviewDay]) -> None:
    from tracker.remind.wording import as_lines, copies_as_lines, escalations_as_lines

    for day in days:
        print(f"{day.day:%d/%m/%Y}")
        letters = [*as_lines(day.reminders), *copies_as_lines(day.copies), *escalations_as_lines(day.escalations)]
        for line in letters:
            print(f"  {line}")


def _print_today(engine: Engine, settings: Settings) -> None:
    from tracker.remind.queue import queue_today
    from tracker.remind.wording import as_lines, copies_as_lines, escalations_as_lines

    queued = queue_today(engine, settings, dry_run=True)
    letters = [*as_lines(queued.fresh), *copies_as_lines(queued.copies)]
    lines = [*letters, *escalations_as_lines(queued.escalations), *queued.pauses, *map(str, queued.unreachable)]
    off = "là ngày nghỉ: không xếp thư nhắc mới." if queued.day_off else "không có thư nhắc nào."
    print("\n".join(lines) if lines else f"Ngày {settings.today():%d/%m/%Y} {off}")


def collect(args: argparse.Namespace) -> int:
    """Read the mailbox, send receipts for what has come and withdraw what is no longer owed."""
    from tracker.answers.receipts import Intake, take_in_today
    from tracker.inbox.mailbox import read_inbox
    from tracker.inbox.summary import inbox_lines, inbox_troubles
    from tracker.letters.send import send_queued
    from tracker.remind.refresh import refresh_queued
    from tracker.remind.wording import refreshed_lines

    settings = settings_for(args)
    with store(settings) as engine:
        inbox = read_inbox(engine, settings)  # first: what follows heeds where letters came back from
        intake, spoiled = Intake(()), None
        try:
            intake = take_in_today(engine, settings)
        except FileTrouble as error:  # a spoiled template holds neither reading nor sending back
            spoiled = str(error)
        refreshed = refresh_queued(engine, settings)
        outcome = send_queued(engine, settings)
    for line in inbox_lines(inbox):
        print(line)
    for line in inbox_troubles(inbox):
        print(line, file=sys.stderr)
    for period, agency, answers in intake.receipts:
        print(f"Kỳ {period}: xác nhận {answers} hoạt động của {agency}")
    print(f"Đã xếp hàng {len(intake.receipts)} thư xác nhận; rút {refreshed.withdrawn} thư nhắc không còn cần.")
    for line in refreshed_lines(0, refreshed.reworded):
        print(line)
    status = told(outcome, settings)
    troubles = [trouble for trouble in (spoiled, refreshed.trouble) if trouble]
    for trouble in troubles:
        print(trouble, file=sys.stderr)
    return 1 if troubles or inbox.shut else status


def pause(args: argparse.Namespace) -> None:
    """Hold reminders to an agency back; without one, print what is held back."""
    from tracker.store.engine import writing
    from tracker.store.pauses import pause_lines, pause_reminders, running_pauses
    from tracker.store.plans import plan_in_force, plans_with

    settings = settings_for(args)
    with store(settings) as engine, writing(engine) as session:
        _, plan = plan_in_force(session)
        if args.agency:
            plan = plans_with(session, args.agency)[0]
            now = settings.now()
            pause_reminders(session, plan, args.agency, args.activity, args.until, args.reason, who(), now)
        lines = pause_lines(plan, running_pauses(session, settings.today()))
    print("\n".join(lines) if lines else "Không có cơ quan nào đang tạm dừng nhắc.")


def resume(args: argparse.Namespace) -> None:
    """End the pauses of an agency."""
    from tracker.store.engine import writing
    from tracker.store.pauses import resume_reminders
    from tracker.store.plans import plans_with

    settings = settings_for(args)
    with store(settings) as engine, writing(engine) as session:
        plan = plans_with(session, args.agency)[0]
        resume_reminders(session, plan, args.agency, settings.today(), who(), settings.now())
    print("Đã bỏ tạm dừng nhắc; thư đi theo mốc nhắc tới.")


def status(args: argparse.Namespace) -> None:
    """Print the standing by agency and by content area."""
    from tracker.store.engine import trying
    from tracker.store.periods import find_period, open_ruled_periods, running_periods
    from tracker.store.plans import plan_for, plan_ids, plan_in_force
    from tracker.store.standing import standing_table

    settings = settings_for(args)
    with store(settings) as engine, trying(engine) as session:
        for plan_id in plan_ids(session):
            _, plan = plan_in_force(session, plan_id)
            open_ruled_periods(session, plan, settings.today(), settings.now())
        periods = (
            [find_period(session, args.period)] if args.period else running_periods(session, settings.today())
        )
        for period in periods:
            print(standing_table(session, plan_for(session, period)[1], period, settings.today()))
    if not periods:
        print("Hôm nay không có kỳ báo cáo nào đang mở.")


def list_periods(args: argparse.Namespace) -> None:
    """Print the periods that were opened."""
    from tracker.store.engine import reading
    from tracker.store.periods import all_periods

    with store(settings_for(args)) as engine, reading(engine) as session:
        for period in all_periods(session):
            days = f"mở {period.opens:%d/%m/%Y}, hạn {period.due:%d/%m/%Y}, khóa {period.closes:%d/%m/%Y}"
            print(f"{period.name}: {period.title} ({days})")


def open_period(args: argparse.Namespace) -> None:
    """Open a period: one of the plan's rules ahead of its day, or an ad hoc one."""
    from tracker.store.engine import writing
    from tracker.store.periods import open_period, requested_period
    from tracker.store.plans import plan_in_force

    settings = settings_for(args)
    with store(settings) as engine, writing(engine) as session:
        plan_id, _, code = args.code.rpartition("@")
        _, plan = plan_in_force(session, plan_id or None)
        period = requested_period(
            plan,
            settings.today(),
            code=code,
            title=args.title,
            due=args.due,
            closes=args.closes,
            years=args.year,
            activities=args.activity,
            agencies=args.agency,
        )
        open_period(session, plan, period, who(), settings.now())
    print(f"Đã mở kỳ {period.name}: {period.title}, hạn {period.due:%d/%m/%Y}.")


def extend_period(args: argparse.Namespace) -> None:
    """Close a period on another day; one that has closed opens again."""
    from tracker.store.engine import writing
    from tracker.store.periods import find_period, move_closing
    from tracker.store.plans import plan_for, plan_in_force

    settings = settings_for(args)
    with store(settings) as engine, writing(engine) as session:
        period = find_period(session, args.code)
        (_, plan), (_, before) = plan_in_force(session, period.plan_id), plan_for(session, period)
        added, gone = move_closing(session, plan, period, args.closes, who(), settings.now())
        changes = [*_duty_lines("Thêm", plan, added), *_duty_lines("Rút, báo cáo đã gửi vẫn lưu", before, gone)]
    print(f"Kỳ {period.name} khóa ngày {period.closes:%d/%m/%Y}.")
    if changes:
        print(f"Theo kế hoạch đang áp dụng: thêm {len(added)} đầu việc, rút {len(gone)} đầu việc.")
    for line in changes:
        print(line)


def _duty_lines(did: str, plan: Plan, duties: Sequence[Duty]) -> list[str]:
    """Return a line for each activity of `duties`, in the order of `plan`, which knows them."""
    from tracker.store.duties import plan_order

    agencies: dict[str, list[str]] = {}
    for duty in plan_order(plan, duties):
        agencies.setdefault(duty.activity_id, []).append(plan.agencies[duty.agency_id].short)
    return [f"  {did}: {i}. {plan.by_id[i].title} ({', '.join(names)})" for i, names in agencies.items()]
