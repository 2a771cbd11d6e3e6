"""The standing of a period, in a table for the terminal."""

from collections import Counter
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.plan.model import Plan
from tracker.progress import Standing, counted_standing, standing, standing_by
from tracker.store.duties import duties_of, plan_order
from tracker.store.tables import Duty, Period


def standing_of_period(session: Session, period: Period) -> Standing:
    """Return the standing of `period`; the database counts, however many duties there are."""
    counted = sa.select(Duty.state, sa.func.count()).where(Duty.period_id == period.id).group_by(Duty.state)
    return counted_standing(Counter(dict(session.execute(counted).tuples().all())))


def standing_by_agency(session: Session, plan: Plan, period: Period, today: date) -> dict[str, Standing]:
    """Return the standing of each agency that answers in `period`, by its short name, in the plan's order."""
    duties = plan_order(plan, duties_of(session, period))
    return standing_by((plan.holder(duty.agency_id, today).short, duty.state) for duty in duties)


def standing_by_area(session: Session, plan: Plan, period: Period) -> dict[str, Standing]:
    """Return the standing of each content area in `period`, by its title, in the plan's order."""
    areas = {row_id: plan.area(activity.content) for row_id, activity in plan.by_id.items()}
    duties = plan_order(plan, duties_of(session, period))
    return standing_by((f"{areas[d.activity_id].id}. {areas[d.activity_id].title}", d.state) for d in duties)


def standing_table(session: Session, plan: Plan, period: Period, today: date) -> str:
    """Return the standing of `period` by agency and by content area as Vietnamese lines of text."""
    whole = standing(duty.state for duty in duties_of(session, period))
    lines = [
        f"{period.title} (hạn {period.due:%d/%m/%Y}): {whole.answered}/{whole.expected} đầu việc có báo cáo, "
        f"{whole.accepted} đã duyệt, {whole.returned} trả lại"
    ]
    for heading, groups in (
        ("Theo cơ quan", standing_by_agency(session, plan, period, today)),
        ("Theo nội dung", standing_by_area(session, plan, period)),
    ):
        lines.append(f"\n{heading}")
        for name, group in groups.items():
            short = name if len(name) <= 60 else name[:59].rstrip() + "…"
            state = "đủ" if group.complete else f"còn {group.owed}"
            lines.append(f"  {short:<60} {group.answered:>3}/{group.expected:<3} {state}")
    return "\n".join(lines) + "\n"
