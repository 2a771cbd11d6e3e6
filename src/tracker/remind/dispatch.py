"""The công văn đôn đốc: a paper to sign that presses agencies for what is long overdue. Pure but for its words.

The words stand in `templates/memo/cong-van.txt`, one paragraph a line; the letterhead is the memo's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from tracker.papers.paper import Block, Column, Paper, Row, Table
from tracker.plan.model import Agency, Letterhead, Plan
from tracker.store.tables import Period
from tracker.templating import templates_in
from tracker.words import vietnamese_date

TABLE = "[bảng]"
WORDS = "cong-van.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class LateItem:
    """One activity an agency has not reported on in time."""

    activity_id: str
    title: str
    due: date
    days_late: int
    """Working days."""
    for_whom: str | None
    """The agency whose duty it was before a succession; None where it is the agency's own."""


@dataclass(frozen=True, slots=True)
class LateAgency:
    """An agency and all that it is late with."""

    agency: Agency
    items: tuple[LateItem, ...]


def dispatch(
    looks: Path, plan: Plan, period: Period, late: Sequence[LateAgency], dated: date, *, illustration: bool
) -> Paper:
    """Return the công văn to the agencies `late` in the words kept in the folder `looks`, its number a gap."""
    issuer = plan.agencies[plan.plan.coordinator].name
    facts = {
        "plan": plan.plan,
        "period": period,
        "issuer": issuer,
        "late": late,
        "count": sum(len(one.items) for one in late),
        "dated": dated,
    }
    words = templates_in(looks).get_template(WORDS).render(facts)
    return Paper(
        letterhead=_letterhead(plan.reporting.letterhead, late),
        issued_by=issuer,
        kind="CÔNG VĂN",
        subject=f"đôn đốc báo cáo tiến độ thực hiện Kế hoạch số {plan.plan.code}",
        number=None,
        dated=dated,
        body=tuple(
            Block(kind="table", table=_table(late)) if line == TABLE else Block(kind="paragraph", text=line)
            for line in map(str.strip, words.splitlines())
            if line
        ),
        annexes=(),
        illustration=illustration,
    )


def _letterhead(usual: Letterhead, late: Sequence[LateAgency]) -> Letterhead:
    """Return the memo's letterhead with the symbol and addressees of this paper."""
    return replace(
        usual,
        symbol=usual.dispatch_symbol or usual.symbol.removeprefix("BC-"),
        addressees=tuple(one.agency.name for one in late),
    )


def _table(late: Sequence[LateAgency]) -> Table:
    columns = (
        Column(title="Số TT trong kế hoạch", width=24, align="center"),
        Column(title="Hoạt động", width=92),
        Column(title="Hạn báo cáo", width=26, align="center"),
        Column(title="Quá hạn (ngày làm việc)", width=23, align="center"),
    )
    rows = []
    for one in late:
        if len(late) > 1:
            rows.append(Row(cells=(one.agency.name,), band=True))
        for item in one.items:
            former = f" (nhiệm vụ của {item.for_whom} trước khi sắp xếp)" if item.for_whom else ""
            cells = (item.activity_id, item.title + former, vietnamese_date(item.due), str(item.days_late))
            rows.append(Row(cells=cells))
    return Table(columns=columns, rows=tuple(rows))
