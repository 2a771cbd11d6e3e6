"""The matrix as the plan prints it, coloured by standing; an activity with its history; the year's letters."""

from starlette.responses import Response

from tracker.errors import BadInput
from tracker.progress import DUTY_WORDS, STATUS_WORDS, TEXTS, WAYS, DutyState
from tracker.remind.preview import preview_year
from tracker.remind.wording import as_lines, copies_as_lines, escalations_as_lines
from tracker.review.history import matrix, said_of_activity
from tracker.store.engine import reading
from tracker.store.journal_list import JournalFilter, journal_of_activity
from tracker.store.plans import plan_in_force
from tracker.web.desk.csv_tables import matrix_as_csv
from tracker.web.desk.journal import lines_of
from tracker.web.desk.visit import Visit, no_page

LOOKS = {
    DutyState.ACCEPTED: "accepted",
    DutyState.SUBMITTED: "submitted",
    DutyState.RETURNED: "returned",
    DutyState.EXPECTED: "expected",
}
NEWEST = 30


def show_matrix(visit: Visit) -> Response:
    """Show every activity by period."""
    with reading(visit.engine) as session:
        _, plan = plan_in_force(session, visit.plan_id)
        found = matrix(session, plan, visit.settings.today())
    if visit.query.get("dang") == "csv":
        return matrix_as_csv(found, plan, visit.settings.today())
    return visit.render(
        "matrix",
        today=visit.settings.today(),
        plan=plan,
        matrix=found,
        words=DUTY_WORDS,
        statuses=STATUS_WORDS,
        looks=LOOKS,
    )


def show_activity(visit: Visit) -> Response:
    """Show an activity and all that was ever said of it."""
    activity_id = visit.path["activity"]
    with reading(visit.engine) as session:
        _, plan = plan_in_force(session, visit.plan_id)
        if activity_id not in plan.by_id:
            raise no_page()
        said = said_of_activity(session, plan, activity_id)
        entries = journal_of_activity(session, activity_id, JournalFilter(plan=plan, most=NEWEST))
        lines = lines_of(session, plan, entries)
    activity = plan.by_id[activity_id]
    return visit.render(
        "activity",
        activity=activity,
        area=plan.area(activity.content),
        leads=[plan.agencies[one] for one in plan.leads_of(activity)],
        coordinating=plan.coordinating_words(activity),
        agencies=plan.agencies,
        said=said,
        words=DUTY_WORDS,
        statuses=STATUS_WORDS,
        texts=TEXTS,
        ways=WAYS,
        lines=lines,
    )


def show_year(visit: Visit) -> Response:
    """Show every letter that would be written in a year from today on, if nobody answered any more."""
    with reading(visit.engine) as session:
        _, plan = plan_in_force(session, visit.plan_id)
    asked = visit.query.get("nam", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else visit.settings.today().year
    today = visit.settings.today()
    faults: tuple[str, ...] = ()
    days = []
    try:
        for day in preview_year(visit.engine, year, visit.plan_id):
            lines = [
                *as_lines(day.reminders),
                *copies_as_lines(day.copies),
                *escalations_as_lines(day.escalations),
            ]
            if day.day >= today:
                days.append((day.day, lines))
    except BadInput:
        faults = (f"Kế hoạch không có kỳ báo cáo nào đến hạn trong năm {year}.",)
    return visit.render("year", days=days, year=year, years=plan.plan.years, faults=faults)
