"""The command line: one command, one function; each imports what it needs inside itself, to start fast."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import FileTrouble, TrackerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import sqlalchemy as sa

    from tracker.letters.send import Outcome
    from tracker.settings import Settings


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 well, 1 a fault that was explained, 2 a misspelt command."""
    status = 0
    try:
        status = _run(argv)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has enough; without this Python complains once more while it closes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


def _run(argv: Sequence[str] | None) -> int:
    try:
        args = _parser().parse_args(argv)
        status: int | None = args.run(args)
    except SystemExit as left:  # --help, or a misspelt command
        return int(left.code or 0)
    except BrokenPipeError:
        raise
    except TrackerError as why:
        print(why, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Đã dừng theo yêu cầu.", file=sys.stderr)
        return 130
    except OSError as why:
        # Disks fill up and permissions change anywhere; nothing is half done, for every write is one transaction.
        print(
            FileTrouble(f"{why.filename or 'tệp'}: {why.strerror}; giải phóng chỗ trống hoặc cho quyền ghi"),
            file=sys.stderr,
        )
        return 1
    return status or 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tracker", description="Theo dõi, nhắc việc và tổng hợp báo cáo kế hoạch."
    )
    commands = parser.add_subparsers(required=True, metavar="LỆNH")

    def command(name: str, run: object, told: str, of: object = commands) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = of.add_parser(name, help=told, description=told)  # type: ignore[attr-defined]
        added.set_defaults(run=run)
        return added

    def with_day(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
        parser.add_argument("--on", type=_day, metavar="NGÀY", help="làm như hôm nay là ngày này (NĂM-THÁNG-NGÀY)")
        return parser

    command("check", check, "kiểm tra tệp kế hoạch, nêu mọi lỗi").add_argument(
        "file", nargs="?", type=Path, metavar="TỆP", help="mặc định: activities.yaml"
    )
    with_day(command("diff", diff, "cho biết áp dụng tệp kế hoạch sẽ thay đổi những gì"))
    with_day(command("apply", apply, "áp dụng tệp kế hoạch"))
    reminding = with_day(command("remind", remind, "xếp hàng và gửi thư nhắc của ngày"))
    reminding.add_argument("--dry-run", action="store_true", help="chỉ cho xem, không ghi và không gửi gì")
    previewing = with_day(command("preview", preview, "xem trước thư nhắc, không ghi và không gửi gì"))
    previewing.add_argument("--year", type=int, metavar="NĂM", help="mọi ngày nhắc của các kỳ đến hạn trong năm")
    previewing.add_argument("--letter", metavar="CƠ_QUAN", help="xem nguyên văn thư gửi cơ quan này")
    _add_letter_commands(command("letters", None, "các thư đã xếp hàng"), command)
    with_day(command("collect", collect, "xác nhận báo cáo đã đến, rút thư nhắc không còn cần"))
    with_day(command("status", status, "tình hình theo cơ quan và theo nội dung")).add_argument(
        "period", nargs="?", metavar="KỲ", help="mặc định: các kỳ đang mở"
    )
    reporting = with_day(command("report", report, "tổng hợp báo cáo của một kỳ"))
    reporting.add_argument("period", metavar="KỲ")
    reporting.add_argument("--number", type=int, metavar="SỐ", help="số văn bản do văn thư cấp")
    accepting = with_day(command("accept", accept, "duyệt báo cáo đã gửi"))
    accepting.add_argument("period", metavar="KỲ")
    accepting.add_argument("activities", nargs="*", metavar="HOẠT_ĐỘNG", help="mặc định: tất cả")
    accepting.add_argument("--agency", metavar="CƠ_QUAN", help="chỉ của cơ quan này")
    returning = with_day(command("return", give_back, "trả lại một báo cáo kèm lý do"))
    returning.add_argument("period", metavar="KỲ")
    returning.add_argument("activity", metavar="HOẠT_ĐỘNG")
    returning.add_argument("--comment", required=True, metavar="LÝ_DO")
    linking = with_day(command("link", link, "in liên kết trả lời của một cơ quan"))
    linking.add_argument("period", metavar="KỲ")
    linking.add_argument("agency", metavar="CƠ_QUAN")
    with_day(command("web", serve_pages, "chạy riêng các trang trả lời"))
    _add_period_commands(command("period", None, "các kỳ báo cáo"), command, with_day)
    return parser


def _add_letter_commands(parser: argparse.ArgumentParser, command: object) -> None:
    kinds = parser.add_subparsers(required=True, metavar="LỆNH")
    listing = command("list", list_letters, "liệt kê thư, mới nhất trước", kinds)  # type: ignore[operator]
    states = ("queued", "sending", "sent", "refused", "withdrawn")
    listing.add_argument("--state", choices=states, help="chỉ thư ở trạng thái này")
    for name, run, told in (
        ("show", show_letter, "xem nguyên văn một thư"),
        ("retry", retry_letter, "xếp hàng lại thư bị từ chối hoặc đã rút"),
        ("cancel", cancel_letter, "rút thư còn đang chờ"),
    ):
        command(name, run, told, kinds).add_argument("key", metavar="MÃ_THƯ")  # type: ignore[operator]


def _add_period_commands(parser: argparse.ArgumentParser, command: object, with_day: object) -> None:
    kinds = parser.add_subparsers(required=True, metavar="LỆNH")
    command("list", list_periods, "liệt kê các kỳ", kinds)  # type: ignore[operator]
    opening = with_day(command("open", open_period, "mở một kỳ", kinds))  # type: ignore[operator]
    opening.add_argument("code", metavar="MÃ", help="năm của kế hoạch, mã kỳ sơ kết, hoặc mã mới cho kỳ đột xuất")
    opening.add_argument("--title", metavar="TÊN", help="tên kỳ đột xuất")
    opening.add_argument("--due", type=_day, metavar="NGÀY", help="hạn báo cáo của kỳ đột xuất")
    opening.add_argument("--closes", type=_day, metavar="NGÀY", help="ngày khóa; mặc định 30 ngày sau hạn")
    opening.add_argument("--year", type=int, action="append", metavar="NĂM", help="năm của kế hoạch")
    opening.add_argument("--activity", action="append", default=[], metavar="HOẠT_ĐỘNG", help="chỉ hoạt động này")
    opening.add_argument("--agency", action="append", default=[], metavar="CƠ_QUAN", help="chỉ cơ quan này")


def check(args: argparse.Namespace) -> int:
    """Read the plan file and print what it holds, or every fault."""
    from tracker.plan.reader import read_plan
    from tracker.plan.summary import summary

    path = args.file
    if path is None:
        from tracker.settings import load_settings

        path = load_settings().plan
    reading = read_plan(path)
    print(summary(reading.plan))
    for note in reading.notes:
        print(f"lưu ý: {note}")
    return 0


def diff(args: argparse.Namespace) -> None:
    """Print what applying the plan file would change."""
    from tracker.plan.changes import plan_changes
    from tracker.plan.reader import read_plan
    from tracker.store.apply import touched_periods
    from tracker.store.engine import trying
    from tracker.store.plans import applied_plan, newest_version

    settings = _settings(args)
    reading = read_plan(settings.plan)
    with _store(settings, create=True) as engine, trying(engine) as session:
        version = newest_version(session)
        changes = plan_changes(applied_plan(version) if version else None, reading.plan)
        touched = touched_periods(session, reading.plan, settings.today())
    for change in changes:
        print(change.text)
    for line in touched:
        print(line)
    if not changes:
        print("Không có gì thay đổi.")


def apply(args: argparse.Namespace) -> None:
    """Make the plan file the plan in force."""
    from tracker.plan.reader import read_plan
    from tracker.store.apply import apply_plan
    from tracker.store.engine import writing

    settings = _settings(args)
    reading = read_plan(settings.plan)
    with _store(settings, create=True) as engine, writing(engine) as session:
        version = apply_plan(session, reading, _who(), settings.today(), settings.now())
    if version is None:
        print("Tệp kế hoạch giống bản đang áp dụng; không có gì thay đổi.")
    else:
        count = len(reading.plan.activities)
        print(f"Đã áp dụng {reading.plan.plan.code}: phiên bản {version.id}, {count} hoạt động.")


def remind(args: argparse.Namespace) -> int:
    """Queue and send the day's reminders."""
    from tracker.letters.send import send_queued
    from tracker.remind.queue import as_lines, queue_today

    settings = _settings(args)
    with _store(settings) as engine:
        queued = queue_today(engine, settings, dry_run=args.dry_run)
        outcome = None if args.dry_run else send_queued(engine, settings)
    for line in as_lines(queued.fresh):
        print(line)
    verb = "Sẽ xếp hàng" if args.dry_run else "Đã xếp hàng"
    print(f"{verb} {len(queued.fresh)} thư nhắc; {len(queued.known)} thư đã có từ trước.")
    for line in as_lines(queued.unreachable):
        print(f"Chưa có nơi nhận thư: {line}; thêm contacts trong activities.yaml", file=sys.stderr)
    return _told(outcome, settings) if outcome else 0


def preview(args: argparse.Namespace) -> None:
    """Print who would get which reminder, and when, or one letter whole."""
    from tracker.remind.preview import preview_letter, preview_year
    from tracker.remind.queue import as_lines, queue_today

    settings = _settings(args)
    with _store(settings) as engine:
        if args.letter:
            reminder, words = preview_letter(engine, settings, args.letter)
            to = ", ".join(contact.to for contact in reminder.agency.contacts) or "chưa có nơi nhận thư"
            print(f"Gửi: {to}\nTiêu đề: {words.subject}\n\n{words.text}")
        elif args.year:
            for day in preview_year(engine, args.year):
                print(f"{day.day:%d/%m/%Y}")
                print("\n".join(f"  {line}" for line in as_lines(day.reminders)))
        else:
            queued = queue_today(engine, settings, dry_run=True)
            lines = as_lines(queued.fresh)
            print("\n".join(lines) if lines else f"Ngày {settings.today():%d/%m/%Y} không có thư nhắc nào.")


def list_letters(args: argparse.Namespace) -> None:
    """Print the letters and how each stands."""
    from tracker.settings import ZONE
    from tracker.store.engine import reading
    from tracker.store.letters import STATE_WORDS, letters_in

    with _store(_settings(args)) as engine, reading(engine) as session:
        for letter in letters_in(session, args.state):
            state = STATE_WORDS[letter.state] + (", có thể đã gửi hai lần" if letter.uncertain else "")
            when = (letter.sent_at or letter.queued_at).astimezone(ZONE)
            print(f"{when:%d/%m/%Y %H:%M}  {letter.key}  {state}  {', '.join(letter.to)}  {letter.reply}".rstrip())


def show_letter(args: argparse.Namespace) -> None:
    """Print one letter whole; its link stays a mark."""
    from tracker.store.engine import reading
    from tracker.store.letters import find_letter

    with _store(_settings(args)) as engine, reading(engine) as session:
        letter = find_letter(session, args.key)
        print(f"Gửi: {', '.join(letter.to)}\nTiêu đề: {letter.subject}\nTrả lời: {letter.reply}\n\n{letter.text}")


def retry_letter(args: argparse.Namespace) -> None:
    """Queue one refused or withdrawn letter again."""
    from tracker.store.engine import writing
    from tracker.store.letters import find_letter, retry_letter

    settings = _settings(args)
    with _store(settings) as engine, writing(engine) as session:
        retry_letter(session, find_letter(session, args.key), _who(), settings.now())
    print("Đã xếp hàng lại; thư sẽ đi ở lần chạy tới.")


def cancel_letter(args: argparse.Namespace) -> None:
    """Withdraw one letter that waits."""
    from tracker.store.engine import writing
    from tracker.store.letters import cancel_letter, find_letter

    settings = _settings(args)
    with _store(settings) as engine, writing(engine) as session:
        cancel_letter(session, find_letter(session, args.key), _who(), settings.now())
    print("Đã rút thư.")


def collect(args: argparse.Namespace) -> int:
    """Send receipts for what has come and withdraw what is no longer owed."""
    from tracker.collect.intake import take_in_today
    from tracker.letters.send import send_queued

    settings = _settings(args)
    with _store(settings) as engine:
        intake = take_in_today(engine, settings)
        outcome = send_queued(engine, settings)
    for period, agency, answers in intake.receipts:
        print(f"Kỳ {period}: xác nhận {answers} hoạt động của {agency}")
    print(f"Đã xếp hàng {len(intake.receipts)} thư xác nhận; rút {intake.withdrawn} thư nhắc không còn cần.")
    return _told(outcome, settings)


def status(args: argparse.Namespace) -> None:
    """Print the standing by agency and by content area."""
    from tracker.store.engine import trying
    from tracker.store.periods import find_period, open_ruled_periods, running_periods
    from tracker.store.plans import plan_for, plan_in_force
    from tracker.store.standing import standing_table

    settings = _settings(args)
    with _store(settings) as engine, trying(engine) as session:
        _, plan = plan_in_force(session)
        open_ruled_periods(session, plan, settings.today(), settings.now())
        periods = (
            [find_period(session, args.period)] if args.period else running_periods(session, settings.today())
        )
        for period in periods:
            print(standing_table(session, plan_for(session, period)[1], period, settings.today()))
    if not periods:
        print("Hôm nay không có kỳ báo cáo nào đang mở.")


def report(args: argparse.Namespace) -> None:
    """Compile the memo of a period."""
    from tracker.report.compile import compile_memo

    settings = _settings(args)
    with _store(settings) as engine:
        compiled = compile_memo(engine, settings, args.period, _who(), args.number)
    told = sum(row.said is not None for row in compiled.snapshot.rows)
    kept = "" if compiled.is_new else " (số liệu không đổi từ lần tổng hợp trước)"
    asked = len(compiled.snapshot.rows)
    print(f"Bản tổng hợp số {compiled.report.number}{kept}: {told}/{asked} hoạt động có báo cáo.")
    for file in compiled.files:
        print(_shown(file))


def accept(args: argparse.Namespace) -> None:
    """Accept submitted answers."""
    from tracker.collect.review import accept, chosen_duties
    from tracker.store.engine import writing

    settings = _settings(args)
    with _store(settings) as engine, writing(engine) as session:
        duties = chosen_duties(session, args.period, args.activities, args.agency)
        accepted = accept(session, duties, _who(), settings.now())
    print(f"Đã duyệt {len(accepted)} báo cáo.")


def give_back(args: argparse.Namespace) -> None:
    """Return one answer with a comment."""
    from tracker.collect.review import chosen_duties, give_back
    from tracker.store.engine import writing

    settings = _settings(args)
    with _store(settings) as engine, writing(engine) as session:
        for duty in chosen_duties(session, args.period, [args.activity], None):
            give_back(session, duty, args.comment, _who(), settings.now())
    print(f"Đã trả lại {args.activity}; thư nhắc tới sẽ nêu lý do.")


def link(args: argparse.Namespace) -> None:
    """Print the link by which an agency answers."""
    from tracker.collect.sending import refuse_if_closed
    from tracker.letters.mime import link_address
    from tracker.store.engine import writing
    from tracker.store.links import link_for, token_of
    from tracker.store.periods import find_period
    from tracker.store.plans import plan_in_force

    settings = _settings(args)
    with _store(settings) as engine, writing(engine) as session:
        _, plan = plan_in_force(session)
        agency = plan.holder(plan.find_agency(args.agency).id, settings.today())
        period = find_period(session, args.period)
        refuse_if_closed(period, settings.today())
        kept = link_for(session, period, agency.id, settings.secret_key(), settings.now())
    print(f"{agency.name}: {link_address(settings.base_url, token_of(kept, settings.secret_key()))}")


def serve_pages(args: argparse.Namespace) -> None:
    """Serve the pages on loopback until Ctrl-C."""
    from tracker.web.serve import serve

    settings = _settings(args)
    with _store(settings) as engine:
        serve(engine, settings)


def list_periods(args: argparse.Namespace) -> None:
    """Print the periods that were opened."""
    from tracker.store.engine import reading
    from tracker.store.periods import all_periods

    with _store(_settings(args)) as engine, reading(engine) as session:
        for period in all_periods(session):
            days = f"mở {period.opens:%d/%m/%Y}, hạn {period.due:%d/%m/%Y}, khóa {period.closes:%d/%m/%Y}"
            print(f"{period.code}: {period.title} ({days})")


def open_period(args: argparse.Namespace) -> None:
    """Open a period: one of the plan's rules ahead of its day, or an ad hoc one."""
    from tracker.store.engine import writing
    from tracker.store.periods import open_period, requested_period
    from tracker.store.plans import plan_in_force

    settings = _settings(args)
    with _store(settings) as engine, writing(engine) as session:
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
        open_period(session, plan, period, _who(), settings.now())
    print(f"Đã mở kỳ {period.code}: {period.title}, hạn {period.due:%d/%m/%Y}.")


def _settings(args: argparse.Namespace) -> Settings:
    from tracker.settings import load_settings

    return load_settings().on(getattr(args, "on", None))


@contextmanager
def _store(settings: Settings, *, create: bool = False) -> Iterator[sa.Engine]:
    from tracker.store.engine import opened_store

    with opened_store(settings.database_url, create=create) as engine:
        yield engine


def _told(outcome: Outcome, settings: Settings) -> int:
    if outcome.sent:
        print(f"Đã gửi {len(outcome.sent)} thư qua {settings.mail_door_shown}.")
    for letter, reply in outcome.refused:
        print(f"Bị từ chối, không gửi lại: {', '.join(letter.to)}: {reply}", file=sys.stderr)
    if outcome.postponed:
        print(f"{len(outcome.postponed)} thư chưa gửi được, sẽ tự gửi lại ở lần chạy sau.", file=sys.stderr)
    if outcome.shut:
        print(outcome.shut, file=sys.stderr)
    return 1 if outcome.refused or outcome.shut else 0


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "tracker"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f'"{text}" không phải ngày; viết NĂM-THÁNG-NGÀY, ví dụ 2024-10-15'
        ) from None


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


if __name__ == "__main__":
    sys.exit(main())
