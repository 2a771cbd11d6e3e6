"""The memo: compile it, print it again, write its first and last words, check a template that was changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker.cli.common import (
    DAY,
    NUMBER,
    dated_on,
    in_formats,
    in_period,
    on_day,
    print_table,
    progress,
    settings_on,
    shown,
    store,
    tracker,
    who,
    with_number,
)
from tracker.errors import Faults, FileTrouble

if TYPE_CHECKING:
    from datetime import date

    from tracker.papers.files import Format
    from tracker.report.compile import Compiled

memos = tracker.group("memo", help="các báo cáo đã tổng hợp, lời mở đầu và mẫu")(lambda: None)


@tracker.command("report", help="tổng hợp báo cáo của một kỳ")
@on_day
@in_period
@with_number
@dated_on
@in_formats
@click.option("--final", is_flag=True, help="chốt kỳ; báo cáo đến sau không gộp vào")
@click.option(
    "--list-returned", is_flag=True, help="chốt cả khi còn báo cáo đã trả lại; văn bản nêu tên các báo cáo đó"
)
@click.option("--agency", "agencies", multiple=True, metavar="CƠ_QUAN", help="chỉ cơ quan này")
@click.option("--own", is_flag=True, help="báo cáo riêng mang thể thức của cơ quan đã chọn")
@click.option("--area", "areas", multiple=True, metavar="NỘI_DUNG", help="chỉ nội dung này")
@click.option("--activity", "activities", multiple=True, metavar="HOẠT_ĐỘNG", help="chỉ hoạt động này")
@click.option("--since", type=DAY, help="chỉ tính báo cáo nhận từ ngày này")
@click.option("--until", type=DAY, help="chỉ tính báo cáo nhận đến hết ngày này")
def report(
    on: date | None,
    period: str,
    number: int | None,
    dated: date | None,
    formats: list[Format],
    final: bool,
    list_returned: bool,
    **chosen: Any,
) -> None:
    """Compile the memo of a period, or of a choice out of it."""
    from tracker.report.choice import Choice
    from tracker.report.compile import compile_memo

    settings = settings_on(on)
    choice = Choice(**chosen)
    with store(settings) as engine, progress() as step:
        compiled = compile_memo(
            engine,
            settings,
            period,
            who(),
            number,
            formats,
            choice=choice,
            final=final,
            list_returned=list_returned,
            dated=dated,
            step=step,
        )
    _tell(compiled)


@memos.command("print", help="in lại một lần tổng hợp từ số liệu đã chụp")
@in_period
@click.argument("of", type=NUMBER, metavar="LẦN", help="lần tổng hợp, xem bằng memo list")
@with_number
@dated_on
@in_formats
def print_again(period: str, of: int, number: int | None, dated: date | None, formats: list[Format]) -> None:
    """Print a memo from what was frozen when it was compiled."""
    from tracker.report.compile import print_again

    settings = settings_on()
    with store(settings) as engine:
        _tell(print_again(engine, settings, period, of, number, formats, dated=dated))


def _tell(compiled: Compiled) -> None:
    report, snapshot = compiled.report, compiled.snapshot
    heard = f", {snapshot.heard}/{len(snapshot.localities)} địa phương" if snapshot.localities else ""
    if snapshot.tasks:
        reported = sum(row.said is not None for row in snapshot.tasks)
        heard += f", {reported}/{len(snapshot.tasks)} nhiệm vụ ngoài khung"
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


@memos.command("list", help="liệt kê các lần tổng hợp của một kỳ")
@in_period
def list_memos(period: str) -> None:
    """Print the memos of a period."""
    from tracker.settings import ZONE
    from tracker.store.engine import reading
    from tracker.store.periods import find_period
    from tracker.store.reports import reports_of

    with store(settings_on()) as engine, reading(engine) as session:
        found = reports_of(session, find_period(session, period))
    rows = []
    for memo in found:
        kind = "chính thức" if memo.final else "một phần" if memo.choice else "dự thảo"
        day = memo.compiled_at.astimezone(ZONE)
        rows.append(
            (f"{memo.number}:", f"{kind},", f"{day:%d/%m/%Y %H:%M},", f"{memo.compiled_by},", memo.digest[:16])
        )
    print_table(("Lần", "Loại", "Lúc", "Người lập", "Dấu số liệu"), rows, gap=" ")
    if not rows:
        print(f"Kỳ {period} chưa có báo cáo nào; lập bằng: tracker report {period}")


@memos.command("reopen", help="bỏ chốt báo cáo của một kỳ")
@in_period
@click.option("--reason", required=True, metavar="LÝ_DO", help="ghi vào nhật ký")
def reopen(period: str, reason: str) -> None:
    """Let a final memo be a draft again."""
    from tracker.store.engine import writing
    from tracker.store.periods import find_period
    from tracker.store.reports import reopen

    settings = settings_on()
    with store(settings) as engine, writing(engine) as session:
        memo = reopen(session, find_period(session, period), reason, who(), settings.now())
    print(f"Lần tổng hợp {memo.number} của kỳ {period} không còn là bản chính thức.")


@memos.command("words", help="lời mở đầu và lời kết riêng của một kỳ")
@in_period
@click.option("--opening", type=Path, metavar="TỆP", help="tệp chữ UTF-8; tệp rỗng: theo mẫu")
@click.option("--closing", type=Path, metavar="TỆP", help="tệp chữ UTF-8; tệp rỗng: theo mẫu")
def write_around(period: str, **given: Path | None) -> None:
    """Keep a period's own first and last words; print them where none are given."""
    from tracker.store.engine import writing
    from tracker.store.periods import find_period, write_around

    settings = settings_on()
    texts = {name: None if file is None else _words_in(file) for name, file in given.items()}
    with store(settings) as engine, writing(engine) as session:
        found = find_period(session, period)
        kept = {name: getattr(found, name) if text is None else text for name, text in texts.items()}
        if any(file is not None for file in given.values()):
            write_around(session, found, kept["opening"], kept["closing"], who(), settings.now())
        opening, closing = found.opening, found.closing
    print(f"Lời mở đầu:\n{opening or '(theo mẫu)'}\n\nLời kết:\n{closing or '(theo mẫu)'}")


def _words_in(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FileTrouble(f"{file}: không đọc được ({error.strerror}); xem lại tên tệp") from error
    except UnicodeDecodeError as error:
        raise FileTrouble(f"{file}: không phải chữ UTF-8; lưu lại tệp với mã UTF-8") from error


@memos.command(
    "check-template", help="kiểm tra mẫu của báo cáo (.docx, .txt, .html.j2, .typ) sau khi sửa, nêu mọi lỗi"
)
@click.argument("file", type=Path, metavar="TỆP")
def check_template(file: Path) -> None:
    """Say that a template can print the memo, or every fault of it; name own templates that replace none."""
    from tracker.report.template_check import check_template, misnamed_templates
    from tracker.settings import load_settings

    made = check_template(file)
    print(f"{shown(file)}: mẫu dùng được. {made}")
    if strange := misnamed_templates(load_settings().templates):
        raise Faults(strange)
