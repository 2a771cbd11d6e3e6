"""The desk's larger tables as CSV: what stands on the page, a line a row, whole."""

from collections.abc import Iterable
from datetime import date

from starlette.responses import Response

from tracker.plan.model import Plan
from tracker.progress import DUTY_WORDS, STATUS_WORDS, Standing
from tracker.review.board import LateAgency, PeriodBoard
from tracker.review.history import Cell, Matrix
from tracker.review.overview import AgencyReview
from tracker.store.tables import Period
from tracker.web.desk.csv_file import csv_response
from tracker.web.pages import moment
from tracker.words import vietnamese_date

STANDING = ("Đã báo cáo", "Phải báo cáo", "Chờ duyệt", "Bị trả lại", "Còn thiếu")


def boards_as_csv(boards: Iterable[PeriodBoard], table: str) -> Response | None:
    """Return one of the first page's tables, of all open periods; None where `table` names none."""
    if table == "qua-han":
        columns = (
            "Kỳ",
            "Cơ quan",
            "Trễ (ngày làm việc)",
            "Đầu việc",
            "Thư gần nhất",
            "Trạng thái thư",
            "Điện thoại",
        )
        late = (
            (board.period.code, one.agency.short, one.days_late, one.count,
             moment(one.letter.at) if one.letter else "", one.letter.state_words if one.letter else "",
             "; ".join(one.phones))
            for board in boards for one in board.late
        )  # fmt: skip
        return csv_response("qua-han.csv", columns, late)
    if table == "noi-dung":
        areas = (
            (board.period.code, f"{area}. {title}", *_counts(standing))
            for board in boards
            for area, title, standing in board.by_area
        )
        return csv_response("theo-noi-dung.csv", ("Kỳ", "Nội dung", *STANDING), areas)
    if table == "co-quan":
        agencies = (
            (board.period.code, agency.short, *_counts(standing))
            for board in boards
            for agency, standing in board.by_agency
        )
        return csv_response("theo-co-quan.csv", ("Kỳ", "Cơ quan", *STANDING), agencies)
    return None


def open_periods_as_csv(rows: Iterable[tuple[str, PeriodBoard]]) -> Response:
    """Return the open periods of several plans, each with its plan's citation."""
    columns = ("Kế hoạch", "Kỳ", "Hạn", "Còn (ngày làm việc)", *STANDING, "Cơ quan quá hạn")
    told = (
        (
            plan,
            one.period.title,
            vietnamese_date(one.period.due),
            one.days_left,
            *_counts(one.whole),
            len(one.late),
        )
        for plan, one in rows
    )
    return csv_response("ky-dang-mo.csv", columns, told)


def late_as_csv(rows: Iterable[tuple[str, str, LateAgency]]) -> Response:
    """Return the late agencies of several plans, each with its plan's citation and the period's title."""
    columns = ("Kế hoạch", "Kỳ", "Cơ quan", "Trễ (ngày làm việc)", "Đầu việc", "Điện thoại")
    told = (
        (plan, period, one.agency.short, one.days_late, one.count, "; ".join(one.phones))
        for plan, period, one in rows
    )
    return csv_response("qua-han.csv", columns, told)


def review_as_csv(agencies: Iterable[AgencyReview]) -> Response:
    """Return how each agency stands in a period under review."""
    columns = ("Cơ quan", *STANDING, "Đã duyệt", "Quá hạn", "Gửi muộn")
    rows = (
        (one.agency.short, *_counts(one.standing), one.standing.accepted, one.overdue, one.late)
        for one in agencies
    )
    return csv_response("co-quan.csv", columns, rows)


def periods_as_csv(periods: Iterable[Period]) -> Response:
    """Return the periods that were opened."""
    rows = (
        (one.code, one.title, *(vietnamese_date(day) for day in (one.opens, one.due, one.closes)))
        for one in periods
    )
    return csv_response("ky-bao-cao.csv", ("Mã", "Kỳ", "Mở", "Hạn", "Khóa sau ngày"), rows)


def matrix_as_csv(found: Matrix, plan: Plan, today: date) -> Response:
    """Return the matrix: a line an activity, a column a period."""
    codes = [code for code, _, _ in found.columns]
    rows = (
        (area.id, one.id, one.title, plan.lead_words(one, today),
         *(_in_words(found.cells.get((one.id, code)), (one.id, code) in found.planned) for code in codes))
        for area, activities in found.rows for one in activities
    )  # fmt: skip
    return csv_response("ma-tran.csv", ("Nội dung", "Số TT", "Hoạt động", "Chủ trì", *codes), rows)


def _counts(standing: Standing) -> tuple[int, ...]:
    waiting = standing.answered - standing.accepted
    return (standing.answered, standing.expected, waiting, standing.returned, standing.owed)


def _in_words(cell: Cell | None, planned: bool) -> str:
    if cell is None:
        return "x" if planned else ""
    if cell.asked > 1:
        told = f"{cell.answered}/{cell.asked} đã báo cáo"
    else:
        told = STATUS_WORDS[cell.status] if cell.status else DUTY_WORDS[cell.state]
    share = "" if cell.percent is None else f" {cell.percent} %"
    return f"{told}{share}{', quá hạn' if cell.late else ''}"
