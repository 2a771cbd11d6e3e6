"""The periods: opened, ad hoc with a choice, extended, closed, opened again with a reason."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session
from starlette.responses import Response

from tracker.errors import BadInput
from tracker.store.engine import reading, writing
from tracker.store.journal_list import JournalFilter, journal_of_period
from tracker.store.periods import (
    all_periods,
    find_period,
    move_closing,
    open_period,
    requested_period,
    ruled_periods,
)
from tracker.store.plans import plan_in_force
from tracker.store.standing import standing_of_period
from tracker.store.tables import Period
from tracker.web.desk.csv_tables import periods_as_csv
from tracker.web.desk.journal import lines_of
from tracker.web.desk.visit import DONE, Visit, no_page
from tracker.web.words import in_words, typed_day

AGENCY, ACTIVITY = "co-quan.", "hoat-dong."
"""How the fields of what is chosen begin."""


def show_periods(visit: Visit, typed: Mapping[str, str] | None = None, faults: tuple[str, ...] = ()) -> Response:
    """Show the periods, those that the plan's rules would open, and the form for an ad hoc one."""
    today = visit.settings.today()
    with reading(visit.engine) as session:
        _, plan = plan_in_force(session, visit.plan_id)
        periods = all_periods(session, visit.plan_id)
    if visit.query.get("dang") == "csv":
        return periods_as_csv(periods)
    known = {period.code for period in periods}
    return visit.render(
        "periods",
        422 if faults else 200,
        periods=periods,
        ruled=[one for one in ruled_periods(plan) if one.code not in known and one.closes >= today],
        plan=plan,
        leads=[plan.agencies[one] for one in dict.fromkeys(i for row in plan.rows for i in plan.leads_of(row))],
        today=today,
        typed=typed or {},
        faults=faults,
    )


def open_one(visit: Visit, typed: Mapping[str, str]) -> Response:
    """Open the period that is asked for: one of the plan's own, or an ad hoc one."""
    code = typed.get("ma", "").strip()
    wrong = []
    days: dict[str, date | None] = {}
    for name, words in (("han", "hạn báo cáo"), ("khoa", "ngày khóa")):
        try:
            days[name] = typed_day(typed[name]) if typed.get(name) else None
        except ValueError:
            wrong.append(f"{words} không phải ngày")
    adhoc = typed.get("action") == "adhoc"
    title = " ".join(typed.get("ten", "").split()) or None
    if adhoc:
        wrong += [] if code else ["chưa ghi mã kỳ"]
        wrong += [] if title else ["chưa ghi tên kỳ"]
        wrong += [] if days.get("han") else ["chưa chọn hạn báo cáo"]
    try:
        if wrong:
            raise BadInput("\n".join(wrong))
        with writing(visit.engine) as session:
            _, plan = plan_in_force(session, visit.plan_id)
            if adhoc and code in {one.code for one in ruled_periods(plan)}:
                raise BadInput("mã này là của kỳ theo kế hoạch; chọn mã khác")
            period = requested_period(
                plan,
                visit.settings.today(),
                code=code,
                title=title,
                due=days["han"],
                closes=days["khoa"],
                years=None,
                activities=_chosen(typed, ACTIVITY),
                agencies=_chosen(typed, AGENCY),
            )
            open_period(session, plan, period, visit.who, visit.settings.now())
    except BadInput as error:
        return show_periods(visit, typed, in_words(error))
    return visit.redirect(f"/ky/{code}", **{DONE: "mo"})


def show_period(visit: Visit, typed: Mapping[str, str] | None = None, faults: tuple[str, ...] = ()) -> Response:
    """Show one period: its dates, how far it is, and what became of it."""
    with reading(visit.engine) as session:
        period = called(session, visit)
        _, plan = plan_in_force(session, visit.plan_id)
        lines = lines_of(session, plan, journal_of_period(session, period, JournalFilter(plan=plan, most=50)))
        whole = standing_of_period(session, period)
    today = visit.settings.today()
    return visit.render(
        "period",
        422 if faults else 200,
        period=period,
        plan=plan,
        lines=lines,
        standing=whole,
        closed=today > period.closes,
        today=today,
        typed=typed or {},
        faults=faults,
    )


def move_one(visit: Visit, typed: Mapping[str, str]) -> Response:
    """Close the period on another day, for a reason; one that has closed opens again by that."""
    code, reason = visit.path["code"], " ".join(typed.get("ly-do", "").split())
    wrong = [] if reason else ["chưa ghi lý do"]
    try:
        closes = typed_day(typed.get("khoa", ""))
    except ValueError:
        wrong.append("chưa chọn ngày khóa")
    try:
        if wrong:
            raise BadInput("\n".join(wrong))
        with writing(visit.engine) as session:
            period = called(session, visit)
            _, plan = plan_in_force(session, visit.plan_id)
            added, gone = move_closing(session, plan, period, closes, visit.who, visit.settings.now(), reason)
    except BadInput as error:
        return show_period(visit, typed, in_words(error))
    return visit.redirect(f"/ky/{code}", **{DONE: "doi", "them": len(added), "rut": len(gone)})


def called(session: Session, visit: Visit) -> Period:
    """Return the period that the address names; where there is none, what is raised makes the page not there."""
    try:
        return find_period(session, visit.path["code"], visit.plan_id)
    except BadInput as error:
        raise no_page() from error


def _chosen(typed: Mapping[str, str], beginning: str) -> list[str]:
    return [name.removeprefix(beginning) for name in typed if name.startswith(beginning)]
