"""The report flow's work: freeze the facts, keep them, print the memo."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.calendar import WorkingDays
from tracker.papers.docx import write_docx
from tracker.papers.files import FORMATS, Format, write_whole
from tracker.papers.html import write_html
from tracker.papers.paper import Paper
from tracker.papers.pdf import write_pdf
from tracker.papers.xlsx import write_xlsx
from tracker.report.facts import Snapshot, digest
from tracker.report.memo import memo
from tracker.report.snapshot import take_snapshot
from tracker.settings import Settings
from tracker.store.engine import reading, writing
from tracker.store.periods import find_period, running_periods
from tracker.store.plans import plan_for, plan_in_force
from tracker.store.reports import keep_report
from tracker.store.tables import Report


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled memo: its report, its facts, where its files are, and whether the facts are new."""

    report: Report
    snapshot: Snapshot
    files: tuple[Path, ...]
    is_new: bool


DRAFT_BEFORE = 5
"""Working days before the due date on which a draft comes by itself."""


def draft_periods(session: Session, today: date) -> list[str]:
    """Return the codes of the periods that are due in DRAFT_BEFORE working days from `today`."""
    _, plan = plan_in_force(session)
    office = WorkingDays(plan.reporting.calendar)
    running = running_periods(session, today)
    return [period.code for period in running if office.shifted(period.due, -DRAFT_BEFORE) == today]


@contextmanager
def keeping_edits(file: Path) -> Iterator[None]:
    """Write `file` anew inside; where a person had changed it, their copy stays beside it under another name."""
    before = file.read_bytes() if file.exists() else None
    yield
    if before is not None and before != file.read_bytes():
        number = 1 + len(list(file.parent.glob(f"{file.stem}.ban-cu-*{file.suffix}")))
        write_whole(before, file.with_name(f"{file.stem}.ban-cu-{number}{file.suffix}"))


def compile_memo(
    engine: sa.Engine,
    settings: Settings,
    code: str,
    who: str,
    number: int | None = None,
    formats: Sequence[Format] = FORMATS,
) -> Compiled:
    """Compile the memo of the period `code` as of today and print it in `formats`.

    `number` is the clerk's number of the document. The same facts compiled again are the same report and the same
    files. Raises BadInput for an unknown period, FileTrouble where the files cannot be written; what was frozen
    is kept, so that trying again prints the same memo.
    """
    today = settings.today()
    with reading(engine) as session:
        period = find_period(session, code)
        version, plan = plan_for(session, period)
        snapshot = take_snapshot(session, version, plan, period, today)
    text = snapshot.as_json()
    with writing(engine) as session:
        report, is_new = keep_report(session, find_period(session, code), text, digest(text), who, settings.now())
    looks = settings.templates / "memo"
    paper = memo(snapshot, looks / "memo.txt", today, number)
    stem = settings.reports / f"bao-cao-{code}-{report.number}"
    files = tuple(stem.with_suffix(f".{each}") for each in FORMATS if each in formats)
    for file in files:
        with keeping_edits(file):
            _write(paper, looks, file)
    return Compiled(report, snapshot, files, is_new)


def _write(paper: Paper, looks: Path, file: Path) -> None:
    match file.suffix:
        case ".docx":
            write_docx(paper, looks / "memo.docx", file)
        case ".html":
            write_html(paper, looks / "memo.html.j2", file)
        case ".pdf":
            write_pdf(paper, looks / "memo.typ", file)
        case ".xlsx":
            write_xlsx(paper, file)
