"""The command line: one command, one function; each imports what it needs inside itself, to start fast."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.cli import answers, desk, letters, memo, plan, season, upkeep
from tracker.cli.common import day, document_number, memo_formats
from tracker.cli.words import print_on_any_console, speak_vietnamese
from tracker.errors import FileTrouble, TrackerError

if TYPE_CHECKING:
    from collections.abc import Sequence


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
    try:
        args = _parser().parse_args(argv)
        status: int | None = args.run(args)
    except SystemExit as left:  # --help, or a misspelt command
        return int(left.code or 0)
    except BrokenPipeError:
        raise
    except TrackerError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Đã dừng theo yêu cầu.", file=sys.stderr)
        return 130
    except OSError as error:
        # Disks fill up and permissions change anywhere; nothing is half done, for every write is one transaction.
        print(
            FileTrouble(f"{error.filename or 'tệp'}: {error.strerror}; giải phóng chỗ trống hoặc cho quyền ghi"),
            file=sys.stderr,
        )
        return 1
    return status or 0


def _parser() -> argparse.ArgumentParser:
    speak_vietnamese()
    parser = argparse.ArgumentParser(
        prog="tracker", description="Theo dõi, nhắc việc và tổng hợp báo cáo kế hoạch."
    )
    commands = parser.add_subparsers(required=True, metavar="LỆNH")

    def command(name: str, run: object, told: str, of: object = commands) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = of.add_parser(name, help=told, description=told)  # type: ignore[attr-defined]
        added.set_defaults(run=run)
        return added

    def with_day(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
        parser.add_argument("--on", type=day, metavar="NGÀY", help="làm như hôm nay là ngày này (NĂM-THÁNG-NGÀY)")
        return parser

    command("check", plan.check, "kiểm tra tệp kế hoạch, nêu mọi lỗi").add_argument(
        "file", nargs="?", type=Path, metavar="TỆP", help="mặc định: activities.yaml"
    )
    plans = command("plan", None, "tệp kế hoạch mới").add_subparsers(required=True, metavar="VIỆC")
    new = command("new", plan.new, "ghi một tệp kế hoạch trống, có chú thích từng dòng", plans)
    new.add_argument("file", type=Path, metavar="TỆP")
    with_day(command("diff", plan.diff, "cho biết áp dụng tệp kế hoạch sẽ thay đổi những gì"))
    applying = with_day(command("apply", plan.apply, "áp dụng tệp kế hoạch"))
    agreed = "đồng ý với số việc bị chuyển hoặc không còn được tính mà lệnh đã nêu"
    applying.add_argument("--yes", type=int, metavar="SỐ", help=agreed)
    applying.add_argument("--first", action="store_true", help="chỉ khi chưa áp dụng kế hoạch nào")
    reminding = with_day(command("remind", season.remind, "xếp hàng và gửi thư nhắc của ngày"))
    reminding.add_argument("--dry-run", action="store_true", help="chỉ cho xem, không ghi và không gửi gì")
    previewing = with_day(command("preview", season.preview, "xem trước thư nhắc, không ghi và không gửi gì"))
    previewing.add_argument("--year", type=int, metavar="NĂM", help="mọi ngày nhắc của các kỳ đến hạn trong năm")
    previewing.add_argument("--letter", metavar="CƠ_QUAN", help="xem nguyên văn thư gửi cơ quan này")
    _add_letter_commands(command("letters", None, "các thư đã xếp hàng"), command, with_day)
    pausing = with_day(command("pause", season.pause, "tạm dừng nhắc một cơ quan; không nêu cơ quan: liệt kê"))
    pausing.add_argument("agency", nargs="?", metavar="CƠ_QUAN")
    pausing.add_argument("--until", type=day, metavar="NGÀY", help="ngày cuối tạm dừng")
    pausing.add_argument("--reason", metavar="LÝ_DO", help="ghi vào nhật ký")
    pausing.add_argument("--activity", metavar="HOẠT_ĐỘNG", help="chỉ hoạt động này")
    with_day(command("resume", season.resume, "bỏ tạm dừng nhắc một cơ quan")).add_argument(
        "agency", metavar="CƠ_QUAN"
    )
    with_day(command("collect", season.collect, "xác nhận báo cáo đã đến, rút thư nhắc không còn cần"))
    with_day(command("status", season.status, "tình hình theo cơ quan và theo nội dung")).add_argument(
        "period", nargs="?", metavar="KỲ", help="mặc định: các kỳ đang mở"
    )
    reporting = with_day(command("report", memo.report, "tổng hợp báo cáo của một kỳ"))
    _add_report_options(reporting)
    accepting = with_day(command("accept", answers.accept, "duyệt báo cáo đã gửi"))
    accepting.add_argument("period", metavar="KỲ")
    accepting.add_argument("activities", nargs="*", metavar="HOẠT_ĐỘNG", help="mặc định: tất cả")
    accepting.add_argument("--agency", metavar="CƠ_QUAN", help="chỉ của cơ quan này")
    returning = with_day(command("return", answers.give_back, "trả lại một báo cáo kèm lý do"))
    returning.add_argument("period", metavar="KỲ")
    returning.add_argument("activity", metavar="HOẠT_ĐỘNG")
    returning.add_argument("--comment", required=True, metavar="LÝ_DO")
    linking = with_day(command("link", answers.link, "in đường dẫn trả lời của một cơ quan, hoặc đường dẫn duyệt"))
    linking.add_argument("period", metavar="KỲ")
    linking.add_argument("agency", nargs="?", metavar="CƠ_QUAN")
    linking.add_argument("--review", action="store_true", help="đường dẫn duyệt của cơ quan đầu mối")
    renewing = linking.add_mutually_exclusive_group()
    renewing.add_argument("--new", action="store_true", help="hủy các đường dẫn đã cấp và cấp đường dẫn mới")
    renewing.add_argument("--withdraw", action="store_true", help="hủy các đường dẫn đã cấp, không cấp mới")
    replying = command("replies", answers.replies, "các thư trả lời chờ đầu mối xử lý")
    replying.add_argument("period", nargs="?", metavar="KỲ", help="mặc định: mọi kỳ")
    showing = command("show", answers.show, "xem báo cáo các cơ quan đã gửi")
    showing.add_argument("period", metavar="KỲ")
    showing.add_argument("--agency", metavar="CƠ_QUAN", help="chỉ của cơ quan này")
    told = "in một đường dẫn đăng nhập bàn làm việc, dùng một lần"
    with_day(command("signin", desk.sign_in, told)).add_argument("email", metavar="ĐỊA_CHỈ")
    with_day(command("web", answers.serve_pages, "chạy riêng các trang trả lời"))
    command("backup", upkeep.back_up, "sao lưu mọi dữ liệu vào một thư mục mới, rồi đọc lại").add_argument(
        "folder", type=Path, metavar="THƯ_MỤC"
    )
    command("settings", upkeep.show_settings, "các cài đặt đang có hiệu lực, và mỗi cài đặt lấy từ đâu")
    _add_memo_commands(command("memo", None, "các báo cáo đã tổng hợp, lời mở đầu và mẫu"), command)
    _add_period_commands(command("period", None, "các kỳ báo cáo"), command, with_day)
    return parser


def _add_printing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("period", metavar="KỲ")
    parser.add_argument("--number", type=document_number, metavar="SỐ", help="số văn bản do văn thư cấp")
    told = "ngày ban hành ghi cùng số; mặc định: hôm nay"
    parser.add_argument("--dated", type=day, metavar="NGÀY", help=told)
    told = "dạng tệp: docx, html, pdf, xlsx; mặc định: cả bốn"
    parser.add_argument("--formats", type=memo_formats, metavar="DẠNG,…", help=told)


def _add_report_options(parser: argparse.ArgumentParser) -> None:
    _add_printing(parser)
    parser.add_argument("--final", action="store_true", help="chốt kỳ; báo cáo đến sau không gộp vào")
    told = "chốt cả khi còn báo cáo đã trả lại; văn bản nêu tên các báo cáo đó"
    parser.add_argument("--list-returned", action="store_true", help=told)
    parser.add_argument("--agency", action="append", default=[], metavar="CƠ_QUAN", help="chỉ cơ quan này")
    parser.add_argument("--own", action="store_true", help="báo cáo riêng mang thể thức của cơ quan đã chọn")
    parser.add_argument("--area", action="append", default=[], metavar="NỘI_DUNG", help="chỉ nội dung này")
    parser.add_argument("--activity", action="append", default=[], metavar="HOẠT_ĐỘNG", help="chỉ hoạt động này")
    parser.add_argument("--since", type=day, metavar="NGÀY", help="chỉ tính báo cáo nhận từ ngày này")
    parser.add_argument("--until", type=day, metavar="NGÀY", help="chỉ tính báo cáo nhận đến hết ngày này")


def _add_memo_commands(parser: argparse.ArgumentParser, command: object) -> None:
    kinds = parser.add_subparsers(required=True, metavar="LỆNH")
    listing = command("list", memo.list_memos, "liệt kê các lần tổng hợp của một kỳ", kinds)  # type: ignore[operator]
    listing.add_argument("period", metavar="KỲ")
    printing = command("print", memo.print_again, "in lại một lần tổng hợp từ số liệu đã chụp", kinds)  # type: ignore[operator]
    _add_printing(printing)
    printing.add_argument("of", type=document_number, metavar="LẦN", help="lần tổng hợp, xem bằng memo list")
    words = command("words", memo.write_around, "lời mở đầu và lời kết riêng của một kỳ", kinds)  # type: ignore[operator]
    words.add_argument("period", metavar="KỲ")
    words.add_argument("--opening", type=Path, metavar="TỆP", help="tệp chữ UTF-8; tệp rỗng: theo mẫu")
    words.add_argument("--closing", type=Path, metavar="TỆP", help="tệp chữ UTF-8; tệp rỗng: theo mẫu")
    opening = command("reopen", memo.reopen, "bỏ chốt báo cáo của một kỳ", kinds)  # type: ignore[operator]
    opening.add_argument("period", metavar="KỲ")
    opening.add_argument("--reason", required=True, metavar="LÝ_DO", help="ghi vào nhật ký")
    checking = "kiểm tra mẫu của báo cáo (.docx, .txt, .html.j2, .typ) sau khi sửa, nêu mọi lỗi"
    command("check-template", memo.check_template, checking, kinds).add_argument("file", type=Path, metavar="TỆP")  # type: ignore[operator]


def _add_letter_commands(parser: argparse.ArgumentParser, command: object, with_day: object) -> None:
    kinds = parser.add_subparsers(required=True, metavar="LỆNH")
    listing = command("list", letters.list_letters, "liệt kê thư, mới nhất trước", kinds)  # type: ignore[operator]
    listing.add_argument("--state", metavar="TRẠNG_THÁI", help='chỉ thư ở trạng thái này, ví dụ "bị từ chối"')
    showing = command("show", letters.show_letter, "xem nguyên văn một thư", kinds)  # type: ignore[operator]
    retrying = "xếp hàng lại thư bị từ chối, bị trả lại hoặc đã rút"
    retry = with_day(command("retry", letters.retry_letter, retrying, kinds))  # type: ignore[operator]
    cancel = with_day(command("cancel", letters.cancel_letter, "rút thư còn đang chờ", kinds))  # type: ignore[operator]
    skipping = "sau khi khôi phục bản sao cũ: rút các thư sẽ bị gửi lại"
    with_day(command("skip", letters.skip_letters, skipping, kinds))  # type: ignore[operator]
    for one in (showing, retry, cancel):
        one.add_argument("key", metavar="MÃ_THƯ")


def _add_period_commands(parser: argparse.ArgumentParser, command: object, with_day: object) -> None:
    kinds = parser.add_subparsers(required=True, metavar="LỆNH")
    command("list", season.list_periods, "liệt kê các kỳ", kinds)  # type: ignore[operator]
    to_extend = "khóa một kỳ vào ngày khác, hoặc mở lại kỳ đã khóa"
    extending = with_day(command("extend", season.extend_period, to_extend, kinds))  # type: ignore[operator]
    extending.add_argument("code", metavar="KỲ")
    extending.add_argument("--closes", type=day, required=True, metavar="NGÀY", help="ngày khóa mới")
    opening = with_day(command("open", season.open_period, "mở một kỳ", kinds))  # type: ignore[operator]
    opening.add_argument("code", metavar="MÃ", help="năm của kế hoạch, mã kỳ sơ kết, hoặc mã mới cho kỳ đột xuất")
    opening.add_argument("--title", metavar="TÊN", help="tên kỳ đột xuất")
    opening.add_argument("--due", type=day, metavar="NGÀY", help="hạn báo cáo của kỳ đột xuất")
    opening.add_argument("--closes", type=day, metavar="NGÀY", help="ngày khóa; mặc định 30 ngày sau hạn")
    opening.add_argument("--year", type=int, action="append", metavar="NĂM", help="năm của kế hoạch")
    opening.add_argument("--activity", action="append", default=[], metavar="HOẠT_ĐỘNG", help="chỉ hoạt động này")
    opening.add_argument("--agency", action="append", default=[], metavar="CƠ_QUAN", help="chỉ cơ quan này")
