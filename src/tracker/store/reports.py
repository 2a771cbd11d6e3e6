"""Compiled memos: each a number, a frozen snapshot and its digest."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from tracker.errors import BadInput
from tracker.store.engine import one_at_a_time
from tracker.store.journal import note
from tracker.store.tables import Period, Report

NEWEST = (
    sa.select(Report)
    .options(defer(Report.snapshot))
    .where(Report.period_id == sa.bindparam("period"), sa.or_(Report.final, Report.choice == ""))
    .order_by(Report.final.desc(), Report.number.desc())
    .limit(1)
)


def keep_report(
    session: Session,
    period: Period,
    snapshot: str,
    digest: str,
    who: str,
    now: datetime,
    *,
    choice: str = "",
    final: bool = False,
) -> tuple[Report, bool]:
    """Keep `snapshot`; return its report and whether it is new.

    The same facts compiled again for the same `choice` are the same report: nothing new is kept. A period that has
    its final memo takes no other of the whole period: that one is returned.
    """
    one_at_a_time(session)
    if choice == "" and (kept := final_report(session, period)) is not None:
        return kept, False
    newest = _newest(session, period, Report.choice == choice)
    is_new = newest is None or newest.digest != digest
    if newest is None or is_new:
        last = _newest(session, period)
        newest = Report(
            period_id=period.id,
            number=last.number + 1 if last is not None else 1,
            digest=digest,
            snapshot=snapshot,
            compiled_at=now,
            compiled_by=who,
            choice=choice,
        )
        session.add(newest)
        session.flush()
        note(session, now, who, "compiled a memo", f"{period.name} no. {newest.number}", digest=digest)
    if final:
        newest.final = True
        note(session, now, who, "made a memo final", f"{period.name} no. {newest.number}", digest=digest)
    return newest, is_new


def final_report(session: Session, period: Period) -> Report | None:
    """Return the memo of `period` that is final, or None: what is reported after it is not merged into it."""
    return session.scalar(sa.select(Report).where(Report.period_id == period.id, Report.final))


def newest_report(session: Session, period: Period) -> Report | None:
    """Return the final memo of `period`, else the newest of the whole period, or None; without its snapshot."""
    return session.scalar(NEWEST, {"period": period.id})


def reports_of(session: Session, period: Period) -> Sequence[Report]:
    """Return the memos of `period`, in the order of their numbers."""
    return session.scalars(sa.select(Report).where(Report.period_id == period.id).order_by(Report.number)).all()


def find_report(session: Session, period: Period, number: int) -> Report:
    """Return the memo no. `number` of `period`; raises BadInput naming those there are."""
    known = {report.number: report for report in reports_of(session, period)}
    if number not in known:
        there = f"có các lần {', '.join(map(str, known))}" if known else f"lập bằng: tracker report {period.name}"
        raise BadInput(f"kỳ {period.name} không có lần tổng hợp {number}; {there}")
    return known[number]


def report_before(session: Session, report: Report) -> Report | None:
    """Return the memo of the same choice that was compiled before `report`, or None."""
    return session.scalar(
        sa.select(Report)
        .where(Report.period_id == report.period_id, Report.choice == report.choice, Report.number < report.number)
        .order_by(Report.number.desc())
        .limit(1)
    )


def reopen(session: Session, period: Period, reason: str, who: str, now: datetime) -> Report:
    """Let the final memo of `period` be a draft again, so that a newer one can be final; raises BadInput."""
    one_at_a_time(session)
    report = final_report(session, period)
    if report is None:
        raise BadInput(f"kỳ {period.name} chưa chốt báo cáo nào; chốt bằng: tracker report {period.name} --final")
    report.final = False
    note(session, now, who, "reopened a final memo", f"{period.name} no. {report.number}", reason=reason)
    return report


def _newest(session: Session, period: Period, *of: sa.ColumnElement[bool]) -> Report | None:
    newest = sa.select(Report).where(Report.period_id == period.id, *of)
    return session.scalar(newest.order_by(Report.number.desc()).limit(1))
