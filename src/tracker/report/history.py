"""The memos of a period as they were kept: what each says, and what came after the final one."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.report.changes import changes
from tracker.report.facts import Snapshot, read_snapshot
from tracker.report.snapshot import take_snapshot
from tracker.settings import Settings
from tracker.store.plans import plan_for
from tracker.store.reports import reports_of
from tracker.store.tables import Period, Report


@dataclass(frozen=True, slots=True)
class KeptMemo:
    """A memo that was compiled, what was frozen for it, and what it says otherwise than the one before.

    `changed` is None for the first memo of its choice. `after` tells what came after a final one.
    """

    report: Report
    snapshot: Snapshot
    changed: list[str] | None
    after: list[str]


def kept_memos(session: Session, settings: Settings, period: Period) -> list[KeptMemo]:
    """Return the memos of `period`, the newest first."""
    found: list[KeptMemo] = []
    before: dict[str, Snapshot] = {}
    for report in reports_of(session, period):
        snapshot, earlier = read_snapshot(report.snapshot), before.get(report.choice)
        changed = None if earlier is None else changes(earlier, snapshot)
        after = _came_after(session, settings, period, snapshot) if report.final else []
        found.insert(0, KeptMemo(report, snapshot, changed, after))
        before[report.choice] = snapshot
    return found


def _came_after(session: Session, settings: Settings, period: Period, final: Snapshot) -> list[str]:
    version, plan = plan_for(session, period)
    return changes(final, take_snapshot(session, version, plan, period, settings.today()))
