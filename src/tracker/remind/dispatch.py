"""The công văn đôn đốc: a paper to sign that presses agencies for what is long overdue. Pure but for its words.

The words stand in `templates/memo/cong-van.txt`, one paragraph a line; the letterhead is the memo's. What is owed
goes into an annex, so that the letter itself stays one page to sign, whether one agency is late or all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from tracker.errors import FileTrouble
from tracker.papers.paper import Annex, Block, Column, Paper, Row, Table
from tracker.plan.model import Agency, Letterhead, Plan
from tracker.store.tables import Period
from tracker.templating import rendered, templates_in
from tracker.words import vietnamese_date

ABOUT = "V/v "
COPIES = "Nơi nhận:"


@dataclass(frozen=True, slots=True, kw_only=True)
class LateItem:
    """One activity an agency has not reported on in time."""

    activity_id: str
    title: str
    due: date
    days_late: int
    """Working days."""
    for_whom: str | None = None
    """The agency whose duty it was before a succession; None where it is the agency's own."""


@dataclass(frozen=True, slots=True)
class LateAgency:
    """An agency and all that it is late with."""

    agency: Agency
    items: tuple[LateItem, ...]


def dispatch(
    words: Path, plan: Plan, period: Period, late: Sequence[LateAgency], dated: date, *, illustration: bool
) -> Paper:
    """Return the công văn to the agencies `late` in the words of the template `words`, its number a gap.

    Raises FileTrouble where the words cannot be used.
    """
    usual = plan.reporting.letterhead
    issuer = plan.issued_by
    facts = {
        "plan": plan.plan,
        "period": period,
        "issuer": issuer,
        "letterhead": usual,
        "late": late,
        "count": sum(len(one.items) for one in late),
        "dated": dated,
    }
    about, *text = _lines(words, facts)
    if not about.startswith(ABOUT) or COPIES not in text:
        raise FileTrouble(
            f"{words}: lời văn của công văn thiếu dòng đầu “{ABOUT}…” hoặc dòng “{COPIES}”; "
            "hãy thêm lại hoặc lấy lại mẫu gốc"
        )
    end = text.index(COPIES)
    return Paper(
        letterhead=replace(
            usual,
            symbol=usual.dispatch_symbol or _symbol(usual),
            addressees=tuple(one.agency.name for one in late),
            copies=tuple(text[end + 1 :]),
        ),
        issued_by=issuer,
        kind="CÔNG VĂN",
        subject=about.removeprefix(ABOUT),
        number=None,
        dated=dated,
        body=tuple(Block(kind="paragraph", text=line) for line in text[:end]),
        annexes=(_what_is_owed(late, dated),),
        illustration=illustration,
    )


def _lines(words: Path, facts: dict[str, object]) -> list[str]:
    environment = templates_in(words.parent).overlay(finalize=_on_one_line)
    text = rendered(environment, words.name, facts)
    return [line.strip() for line in text.split("\n") if line.strip()] or [""]


def _on_one_line(value: object) -> str:
    """Return a value's text without line breaks, for a line is a paragraph here."""
    return " ".join(str(value).split())


def _symbol(usual: Letterhead) -> str:
    """Return the symbol of a công văn: without the kind of paper, which only the party's form names (`CV/BTV`)."""
    if usual.profile == "dang":
        return f"CV/{usual.symbol.removeprefix('BC/')}"
    return usual.symbol.removeprefix("BC-")


def _what_is_owed(late: Sequence[LateAgency], dated: date) -> Annex:
    columns = (
        Column(title="TT", width=12, align="center"),
        Column(title="Cơ quan", width=60),
        Column(title="Hoạt động", width=118),
        Column(title="Hạn báo cáo", width=28, align="center"),
        Column(title="Quá hạn (ngày làm việc)", width=34, align="center"),
    )
    rows = (
        Row(cells=(str(number), *cells))
        for number, cells in enumerate((c for one in late for c in _cells(one)), 1)
    )
    return Annex(
        label="Phụ lục",
        title="Danh sách hoạt động quá hạn báo cáo tiến độ",
        lead=(f"Số ngày quá hạn tính đến ngày {vietnamese_date(dated)}.",),
        table=Table(columns=columns, rows=tuple(rows)),
    )


def _cells(one: LateAgency) -> Iterator[tuple[str, str, str, str]]:
    for item in one.items:
        former = f"\n(nhiệm vụ của {item.for_whom} trước khi sắp xếp)" if item.for_whom else ""
        what = f"{item.activity_id}. {item.title}{former}"
        yield one.agency.name, what, vietnamese_date(item.due), str(item.days_late)
