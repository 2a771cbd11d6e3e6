"""The desk's first page: all open periods at one look."""

from starlette.responses import Response

from tracker.review.board import boards
from tracker.store.duties import asked
from tracker.store.engine import reading
from tracker.store.periods import all_periods, ruled_periods
from tracker.store.plans import plan_in_force
from tracker.web.desk.csv_tables import boards_as_csv
from tracker.web.desk.visit import Visit

MOST = 30
"""Agencies that a table of the first page shows, the worst first; the whole table is a link away."""


def show_home(visit: Visit) -> Response:
    """Show how far every open period is, who is late, and what waits."""
    today = visit.settings.today()
    with reading(visit.engine) as session:
        _, plan = plan_in_force(session, visit.plan_id)
        found = boards(session, visit.settings, plan)
        known = {period.code for period in all_periods(session, visit.plan_id)}
    if (table := boards_as_csv(found, visit.query.get("bang", ""))) is not None:
        return table
    now = (one for one in ruled_periods(plan) if one.opens <= today <= one.closes and one.code not in known)
    to_open = [one for one in now if next(asked(plan, one), None)]  # one that asks nothing cannot be opened
    most = None if "tat-ca" in visit.query else MOST
    return visit.render("home", plan=plan.plan, boards=found, to_open=to_open, most=most)
