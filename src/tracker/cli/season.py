"""A reporting season: periods, reminders, what has come, the standing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from tracker.cli.common import DAY, on_day, print_outcome, print_table, settings_on, store, tracker, who
from tracker.errors import BadInput, FileTrouble

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from tracker.plan.model import Plan
    from tracker.progress import Standing
    from tracker.remind.preview import PreviewDay, PreviewLetters
    from tracker.settings import Settings
    from tracker.store.tables import Period


@tracker.command("remind", help="xếp hàng và gửi thư nhắc của ngày")
@on_day
@click.option("--dry-run", is_flag=True, help="chỉ cho xem, không ghi và không gửi gì")
def remind(on: date | None, dry_run: bool) -> int:
    """Queue and send the day's reminders."""
    from tracker.letters.send import send_queued
    from tracker.remind.queue import queue_today
    from tracker.remind.wording import as_lines, escalations_as_lines, refreshed_lines

    settings = settings_on(on)
    with store(settings) as engine:
        queued = queue_today(engine, settings, dry_run=dry_run)
        outcome = None if dry_run else send_queued(engine, settings)
    for line in refreshed_lines(queued.refreshed.withdrawn, queued.refreshed.reworded):
        print(line)
    if queued.day_off:
        print(f"Ngày {settings.today():%d/%m/%Y} là ngày nghỉ: không xếp thư nhắc mới.")
    for line in as_lines(queued.fresh):
        print(line)
    verb = "Sẽ xếp hàng" if dry_run else "Đã xếp hàng"
    print(f"{verb} {len(queued.fresh)} thư nhắc; {len(queued.known)} thư đã có từ trước.")
    if queued.copies:
        print(f"{verb} {len(queued.copies)} bản sao gửi cơ quan phối hợp.")
    for line in [*escalations_as_lines(queued.escalations), *queued.pauses]:
        print(line)
    for fault in queued.unreachable:
        print(fault, file=sys.stderr)
    status = print_outcome(outcome, settings) if outcome else 0
    for trouble in queued.troubles:
        print(trouble, file=sys.stderr)
    return 1 if queued.troubles else status


@tracker.command("preview", help="xem trước thư nhắc, không ghi và không gửi gì")
@on_day
@click.option("--year", type=int, metavar="NĂM", help="mọi ngày nhắc của các kỳ đến hạn trong năm")
@click.option("--letter", metavar="CƠ_QUAN", help="xem nguyên văn thư gửi cơ quan này")
def preview(on: date | None, year: int | None, letter: str | None) -> None:
    """Print who would get which reminder, and when, or one letter whole."""
    from tracker.remind.preview import preview_letters, preview_year

    settings = settings_on(on)
    with store(settings) as engine:
        if letter:
            _print_letters(preview_letters(engine, settings, letter), settings)
        elif year:
            _print_days(preview_year(engine, year))
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


@tracker.command("collect", help="xác nhận báo cáo đã đến, rút thư nhắc không còn cần")
@on_day
def collect(on: date | None) -> int:
    """Read the mailbox, send receipts for what has come and withdraw what is no longer owed."""
    from tracker.answers.receipts import Intake, take_in_today
    from tracker.inbox.mailbox import read_inbox
    from tracker.inbox.summary import inbox_lines, inbox_troubles
    from tracker.letters.send import send_queued
    from tracker.remind.refresh import refresh_queued
    from tracker.remind.wording import refreshed_lines

    settings = settings_on(on)
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
    status = print_outcome(outcome, settings)
    troubles = [trouble for trouble in (spoiled, refreshed.trouble) if trouble]
    for trouble in troubles:
        print(trouble, file=sys.stderr)
    return 1 if troubles or inbox.shut else status


@tracker.command("pause", help="tạm dừng nhắc một cơ quan; không nêu cơ quan: liệt kê")
@on_day
@click.argument("agency", required=False, metavar="CƠ_QUAN")
@click.option("--until", type=DAY, help="ngày cuối tạm dừng")
@click.option("--reason", metavar="LÝ_DO", help="ghi vào nhật ký")
@click.option("--activity", metavar="HOẠT_ĐỘNG", help="chỉ hoạt động này")
def pause(on: date | None, agency: str | None, **asked: Any) -> None:
    """Hold reminders to an agency back; without one, print what is held back."""
    from tracker.store.engine import writing
    from tracker.store.pauses import pause_in_all_plans, pause_lines, running_pauses
    from tracker.store.plans import plans_in_force

    settings = settings_on(on)
    with store(settings) as engine, writing(engine) as session:
        if agency:
            pause_in_all_plans(session, agency, **asked, who=who(), now=settings.now())
        lines: list[str] = []
        plans = plans_in_force(session)
        for plan in plans:
            found = pause_lines(plan, running_pauses(session, settings.today(), plan.plan.plan_id))
            lines += [f"{line} – {plan.plan.citation}" if len(plans) > 1 else line for line in found]
    print("\n".join(lines) if lines else "Không có cơ quan nào đang tạm dừng nhắc.")


@tracker.command("resume", help="bỏ tạm dừng nhắc một cơ quan")
@on_day
@click.argument("agency", metavar="CƠ_QUAN")
def resume(on: date | None, agency: str) -> None:
    """End the pauses of an agency."""
    from tracker.store.engine import writing
    from tracker.store.pauses import resume_in_all_plans

    settings = settings_on(on)
    with store(settings) as engine, writing(engine) as session:
        resume_in_all_plans(session, agency, settings.today(), who(), settings.now())
    print("Đã bỏ tạm dừng nhắc; thư đi theo mốc nhắc tới.")


@tracker.command("status", help="tình hình theo cơ quan và theo nội dung")
@on_day
@click.argument("period", required=False, metavar="KỲ", help="mặc định: các kỳ đang mở")
@click.option("--all-plans", is_flag=True, help="mọi kế hoạch: mỗi kỳ đang mở một dòng, và cơ quan quá hạn")
def status(on: date | None, period: str | None, *, all_plans: bool) -> None:
    """Print the standing by agency and by content area, or how far all plans are."""
    from tracker.store.engine import trying
    from tracker.store.periods import find_period, open_ruled_periods, running_periods
    from tracker.store.plans import plan_for, plans_in_force

    settings = settings_on(on)
    with store(settings) as engine, trying(engine) as session:
        plans, today = plans_in_force(session), settings.today()
        for plan in plans:
            open_ruled_periods(session, plan, today, settings.now())
        if all_plans:
            if period:
                raise BadInput("--all-plans xem mọi kỳ đang mở; bỏ tên kỳ, hoặc bỏ --all-plans")
            _print_all_plans(session, settings, plans)
            return
        periods = [find_period(session, period)] if period else running_periods(session, today)
        for each in periods:
            plan = plan_for(session, each)[1]
            _print_standing(session, plan, each, today, of=f"{plan.plan.citation}, " if len(plans) > 1 else "")
    if not periods:
        print(NO_PERIOD)


NO_PERIOD = "Hôm nay không có kỳ báo cáo nào đang mở."


def _print_all_plans(session: Session, settings: Settings, plans: Sequence[Plan]) -> None:
    """Print a line for each open period of each plan, and who is late in it."""
    from tracker.review.board import boards

    for plan in plans:
        print(f"{plan.plan.citation}: {plan.plan.title}")
        found = boards(session, settings, plan)
        for board in found:
            print(f"  {_standing_line(board.period, board.whole)}")
            for one in board.late:
                print(f"    {one.agency.short}: quá hạn {one.days_late} ngày làm việc, {one.count} đầu việc")
        if not found:
            print(f"  {NO_PERIOD}")


def _standing_line(period: Period, whole: Standing) -> str:
    return (
        f"{period.title} (hạn {period.due:%d/%m/%Y}): {whole.answered}/{whole.expected} đầu việc có báo cáo, "
        f"{whole.accepted} đã duyệt, {whole.returned} trả lại"
    )


def _print_standing(session: Session, plan: Plan, period: Period, today: date, *, of: str) -> None:
    """Print the standing of `period` by agency and by content area; `of` says in front of which plan."""
    from tracker.progress import standing
    from tracker.store.duties import duties_of
    from tracker.store.standing import standing_by_agency, standing_by_area

    whole = standing(duty.state for duty in duties_of(session, period))
    print(of + _standing_line(period, whole))
    for heading, groups in (
        ("Theo cơ quan", standing_by_agency(session, plan, period, today)),
        ("Theo nội dung", standing_by_area(session, plan, period)),
    ):
        print(f"\n{heading}")
        rows = [
            (_in_pipe(name), f"{one.answered:>3}/{one.expected:<3}", "đủ" if one.complete else f"còn {one.owed}")
            for name, one in groups.items()
        ]
        print_table(("", "Có báo cáo", "Còn thiếu"), rows, gap=" ")
    print()


def _in_pipe(name: str) -> str:
    """Return `name` whole where the table folds it to the terminal; else so short that columns stand in line."""
    if sys.stdout.isatty():
        return name
    short = name if len(name) <= 60 else name[:59].rstrip() + "…"
    return f"  {short:<60}"
