"""How far all plans are that a person may see: their open periods, and who is late in any of them."""

from starlette.responses import Response

from tracker.review.board import boards
from tracker.store.engine import reading
from tracker.web.desk.csv_tables import late_as_csv, open_periods_as_csv
from tracker.web.desk.home import MOST
from tracker.web.desk.visit import Visit


def show_all_plans(visit: Visit) -> Response:
    """Show the open periods of each plan in a line each, and the late agencies of all, the worst first."""
    with reading(visit.engine) as session:
        found = [(desk, boards(session, visit.settings, desk.plan)) for desk in visit.desks]
    late = [(one, board.period, desk) for desk, of_desk in found for board in of_desk for one in board.late]
    late.sort(key=lambda row: (-row[0].days_late, -row[0].count, row[0].agency.short))
    if visit.query.get("bang") == "ky":
        return open_periods_as_csv(
            (desk.plan.plan.citation, board) for desk, of_desk in found for board in of_desk
        )
    if visit.query.get("bang") == "qua-han":
        return late_as_csv((desk.plan.plan.citation, period.title, one) for one, period, desk in late)
    return visit.render(
        "all_plans",
        found=found,
        late=late,
        most=None if "tat-ca" in visit.query else MOST,
    )
