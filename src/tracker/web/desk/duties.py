"""The list of duties, by filters that stand in the address; also as CSV."""

from starlette.responses import Response

from tracker.progress import DUTY_WORDS
from tracker.review.duty_list import A_PAGE, CHOICES, Wanted, list_duties
from tracker.store.engine import reading
from tracker.store.periods import all_periods
from tracker.store.plans import plan_in_force
from tracker.web.desk.csv_file import csv_response
from tracker.web.desk.visit import Visit
from tracker.words import vietnamese_date

COLUMNS = ("Kỳ", "Số TT", "Hoạt động", "Cơ quan", "Trạng thái", "Hạn", "Quá hạn (ngày làm việc)")


def show_duties(visit: Visit) -> Response:
    """Show the duties that the address asks for, a page of A_PAGE each, or all as CSV."""
    query, today = visit.query, visit.settings.today()
    wanted = Wanted(
        period=query.get("ky", ""),
        agency=query.get("co-quan", ""),
        area=query.get("noi-dung", ""),
        state=query.get("trang-thai", ""),
    )
    asked = query.get("trang", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 6 else 1
    as_csv = query.get("dang") == "csv"
    with reading(visit.engine) as session:
        _, plan = plan_in_force(session, visit.plan_id)
        count, listed = list_duties(session, plan, today, wanted, None if as_csv else max(number, 1))
        periods = all_periods(session, visit.plan_id)
    if as_csv:
        rows = [
            (one.period.code, one.duty.activity_id, one.activity.title, one.agency.short,
             DUTY_WORDS[one.duty.state], vietnamese_date(one.duty.due), one.days_late or "")
            for one in listed
        ]  # fmt: skip
        return csv_response("dau-viec.csv", COLUMNS, rows)
    return visit.render(
        "duties",
        listed=listed,
        count=count,
        number=max(number, 1),
        pages=-(-count // A_PAGE),
        wanted=wanted,
        choices=list(CHOICES.items()),
        periods=periods,
        agencies=[agency for agency in plan.agencies.values() if plan.holder(agency.id, today) is agency],
        areas=plan.headings,
        words=DUTY_WORDS,
        today=today,
    )
