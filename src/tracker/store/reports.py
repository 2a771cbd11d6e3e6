"""Compiled memos: each a number, a frozen snapshot and its digest."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.store.journal import note
from tracker.store.tables import Period, Report


def keep_report(
    session: Session, period: Period, snapshot: str, digest: str, who: str, now: datetime
) -> tuple[Report, bool]:
    """Keep `snapshot`; return its report and whether it is new.

    The same facts compiled again are the same report: nothing new is kept.
    """
    newest = session.scalar(
        sa.select(Report).where(Report.period_id == period.id).order_by(Report.number.desc()).limit(1)
    )
    if newest is not None and newest.digest == digest:
        return newest, False
    number = newest.number + 1 if newest is not None else 1
    report = Report(
        period_id=period.id, number=number, digest=digest, snapshot=snapshot, compiled_at=now, compiled_by=who
    )
    session.add(report)
    session.flush()
    note(session, now, who, "compiled a memo", f"{period.code} no. {number}", digest=digest)
    return report, True
