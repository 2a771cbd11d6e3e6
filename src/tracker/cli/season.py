"""A reporting season: periods, reminders, what has come, the standing."""

from __future__ import annotations

import argparse
import sys

from tracker.cli.common import settings_for, store, told, who


def remind(args: argparse.Namespace) -> int:
    """Queue and send the day's reminders."""
    from tracker.letters.send import send_queued
    from tracker.remind.queue import as_lines, queue_today

    settings = settings_for(args)
    with store(settings) as engine:
        queued = queue_today(engine, settings, dry_run=args.dry_run)
        outcome = None if args.dry_run else send_queued(engine, settings)
    for line in as_lines(queued.fresh):
        print(line)
    verb = "Sẽ xếp hàng" if args.dry_run else "Đã xếp hàng"
    print(f"{verb} {len(queued.fresh)} thư nhắc; {len(queued.known)} thư đã có từ trước.")
    for line in as_lines(queued.unreachable):
        print(f"Chưa có nơi nhận thư: {line}; thêm contacts trong activities.yaml", file=sys.stderr)
    return told(outcome, settings) if outcome else 0


def preview(args: argparse.Namespace) -> None:
    """Print who would get which reminder, and when, or one letter whole."""
    from tracker.letters.compose import with_link
    from tracker.remind.preview import preview_letter, preview_year
    from tracker.remind.queue import as_lines, queue_today

    settings = settings_for(args)
    with store(settings) as engine:
        if args.letter:
            reminder, words = preview_letter(engine, settings, args.letter)
            to = ", ".join(contact.to for contact in reminder.agency.contacts) or "chưa có nơi nhận thư"
            text = with_link(words.text, "(liên kết được tạo khi gửi thư)")
            print(f"Gửi: {to}\nTiêu đề: {words.subject}\n\n{text}")
        elif args.year:
            for day in preview_year(engine, args.year):
                print(f"{day.day:%d/%m/%Y}")
                print("\n".join(f"  {line}" for line in as_lines(day.reminders)))
        else:
            queued = queue_today(engine, settings, dry_run=True)
            lines = as_lines(queued.fresh)
            print("\n".join(lines) if lines else f"Ngày {settings.today():%d/%m/%Y} không có thư nhắc nào.")


def collect(args: argparse.Namespace) -> int:
    """Send receipts for what has come and withdraw what is no longer owed."""
    from tracker.collect.intake import take_in_today
    from tracker.letters.send import send_queued

    settings = settings_for(args)
    with store(settings) as engine:
        intake = take_in_today(engine, settings)
        outcome = send_queued(engine, settings)
    for period, agency, answers in intake.receipts:
        print(f"Kỳ {period}: xác nhận {answers} hoạt động của {agency}")
    print(f"Đã xếp hàng {len(intake.receipts)} thư xác nhận; rút {intake.withdrawn} thư nhắc không còn cần.")
    return told(outcome, settings)


def status(args: argparse.Namespace) -> None:
    """Print the standing by agency and by content area."""
    from tracker.store.engine import trying
    from tracker.store.periods import find_period, open_ruled_periods, running_periods
    from tracker.store.plans import plan_for, plan_in_force
    from tracker.store.standing import standing_table

    settings = settings_for(args)
    with store(settings) as engine, trying(engine) as session:
        _, plan = plan_in_force(session)
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
            print(f"{period.code}: {period.title} ({days})")


def open_period(args: argparse.Namespace) -> None:
    """Open a period: one of the plan's rules ahead of its day, or an ad hoc one."""
    from tracker.store.engine import writing
    from tracker.store.periods import open_period, requested_period
    from tracker.store.plans import plan_in_force

    settings = settings_for(args)
    with store(settings) as engine, writing(engine) as session:
        _, plan = plan_in_force(session)
        period = requested_period(
            plan,
            settings.today(),
            code=args.code,
            title=args.title,
            due=args.due,
            closes=args.closes,
            years=args.year,
            activities=args.activity,
            agencies=args.agency,
        )
        open_period(session, plan, period, who(), settings.now())
    print(f"Đã mở kỳ {period.code}: {period.title}, hạn {period.due:%d/%m/%Y}.")


def extend_period(args: argparse.Namespace) -> None:
    """Close a period on another day; one that has closed opens again."""
    from tracker.store.engine import writing
    from tracker.store.journal import note
    from tracker.store.periods import change_closing, find_period

    settings = settings_for(args)
    with store(settings) as engine, writing(engine) as session:
        period = find_period(session, args.code)
        change_closing(session, period, args.closes)
        note(session, settings.now(), who(), "changed the closing day", period.code, closes=str(args.closes))
    print(f"Kỳ {period.code} khóa ngày {period.closes:%d/%m/%Y}.")
