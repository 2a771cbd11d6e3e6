"""The report flow's work: freeze the facts, keep them, print the memo."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.calendar import WorkingDays
from tracker.errors import BadInput
from tracker.language import speaking
from tracker.log import log_of, tell
from tracker.papers.docx import docx_bytes
from tracker.papers.files import FORMATS, Format, write_whole
from tracker.papers.html import html_bytes
from tracker.papers.paper import Paper
from tracker.papers.pdf import pdf_bytes
from tracker.papers.xlsx import xlsx_bytes
from tracker.progress import DutyState
from tracker.report.changes import changes
from tracker.report.choice import WHOLE, Choice, checked
from tracker.report.facts import Row, Snapshot, digest, read_snapshot
from tracker.report.memo import memo
from tracker.report.snapshot import take_snapshot
from tracker.settings import Settings
from tracker.store.engine import reading, writing
from tracker.store.periods import find_period, running_periods
from tracker.store.plans import plan_for, plan_in_force
from tracker.store.reports import final_report, find_report, keep_report, report_before
from tracker.store.tables import Period, Report
from tracker.templating import template_file

LOG = log_of("report")


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled memo: its report, its facts, where its files are, and whether the facts are new.

    `changed` tells what is otherwise than in the memo compiled before; `after` what came after a final memo.
    """

    report: Report
    snapshot: Snapshot
    files: tuple[Path, ...]
    is_new: bool
    changed: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Issue:
    """The clerk's number of a memo and the day on which it is issued."""

    number: int | None = None
    dated: date | None = None


UNISSUED = _Issue()
Step = Callable[[str, float], None]
"""Takes what is done next, and the share of the work that is done."""


def nothing_told(_doing: str, _share: float) -> None:
    """Tell nobody how far the work is."""


DRAFT_BEFORE = 5
"""Working days before the due date on which a draft comes by itself."""


def draft_periods(session: Session, today: date) -> list[str]:
    """Return the codes of the periods that are due in DRAFT_BEFORE working days from `today`."""
    return [period.name for period in running_periods(session, today) if _draft_day(session, period) == today]


def _draft_day(session: Session, period: Period) -> date:
    _, plan = plan_in_force(session, period.plan_id)
    return WorkingDays(plan.reporting.calendar).shifted(period.due, -DRAFT_BEFORE)


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
    *,
    choice: Choice = WHOLE,
    final: bool = False,
    list_returned: bool = False,
    dated: date | None = None,
    step: Step = nothing_told,
) -> Compiled:
    """Compile the memo of the period `code` as of today and print it in `formats`.

    `number` is the clerk's number of the document, `dated` its day of issue, by default today. The same facts
    compiled again are the same report and the same files. `final` freezes the period: from then on its memo is
    printed as it was frozen, and what comes later is told beside it; `list_returned` lets it name what was
    returned, where it would be refused. `step` is called as the work goes on. Raises BadInput for an unknown
    period, for a choice that is not usable, and for a final memo while answers wait for review or were returned;
    FileTrouble where the files cannot be written: what was frozen is kept, so that trying again prints the same.
    """
    step("Đọc số liệu", 0)
    with reading(engine) as session:
        period = find_period(session, code)
        version, plan = plan_for(session, period)
        choice = checked(plan, choice, settings.today())
        live = take_snapshot(session, version, plan, period, settings.today(), choice)
        frozen = final_report(session, period) if choice == WHOLE else None
    if final:
        _refuse_final(live, choice, frozen, list_returned)
    text = live.as_json()
    with writing(engine) as session:
        period = find_period(session, code)
        report, is_new = keep_report(
            session, period, text, digest(text), who, settings.now(), choice=choice.key, final=final
        )
        before = report_before(session, report)
    tell(LOG, "memo compiled", plan=plan.plan.code, period=code, number=report.number, final=final or None)
    snapshot = live if report.digest == digest(text) else read_snapshot(report.snapshot)
    return Compiled(
        report,
        snapshot,
        _print(settings, code, report, snapshot, _Issue(number, dated or settings.today()), formats, step),
        is_new,
        changed=tuple(changes(read_snapshot(before.snapshot), snapshot)) if before else (),
        after=tuple(changes(snapshot, live)) if report.final else (),
    )


def print_again(
    engine: sa.Engine,
    settings: Settings,
    code: str,
    of: int,
    number: int | None = None,
    formats: Sequence[Format] = FORMATS,
    *,
    dated: date | None = None,
) -> Compiled:
    """Print the memo no. `of` of the period `code` from what was frozen then; raises BadInput, FileTrouble."""
    with reading(engine) as session:
        period = find_period(session, code)
        report = find_report(session, period, of)
        before = report_before(session, report)
    snapshot = read_snapshot(report.snapshot)
    changed = tuple(changes(read_snapshot(before.snapshot), snapshot)) if before else ()
    files = _print(
        settings, code, report, snapshot, _Issue(number, dated or settings.today()), formats, nothing_told
    )
    return Compiled(report, snapshot, files, is_new=False, changed=changed)


def print_one_again(
    settings: Settings, report: Report, form: Format, number: int | None = None, dated: date | None = None
) -> bytes:
    """Return `report` in `form` from what was frozen, as `print_again` would write it.

    FileTrouble where the template cannot be used.
    """
    paper = _paper(settings, report, read_snapshot(report.snapshot), _Issue(number, dated or settings.today()))
    return _printed(paper, settings.templates, form)


def _refuse_final(live: Snapshot, choice: Choice, frozen: Report | None, list_returned: bool) -> None:
    if choice != WHOLE:
        raise BadInput("chỉ báo cáo của cả kỳ mới chốt được; bỏ các lựa chọn, hoặc bỏ phần chốt")
    if frozen is not None:
        return
    asked, code = (*live.rows, *live.tasks, *live.localities), live.period.code
    waiting = [row for row in asked if row.state is DutyState.SUBMITTED]
    returned = [row for row in asked if row.state is DutyState.RETURNED]
    if returned and not list_returned:
        raise BadInput(
            f"còn {len(returned)} báo cáo đã trả lại mà chưa gửi lại: {_named(returned)}; chờ gửi lại, hoặc chốt "
            "và nêu tên các báo cáo đó trong văn bản (--list-returned)"
        )
    if waiting:
        raise BadInput(
            f"còn {len(waiting)} báo cáo chờ duyệt: {_named(waiting)}; duyệt hoặc trả lại trước khi chốt: "
            f"tracker accept {code}, hoặc trang duyệt: tracker link {code} --review"
        )


def _named(rows: list[Row]) -> str:
    more = f" và {len(rows) - 10} báo cáo khác" if len(rows) > 10 else ""
    return ", ".join(f"{row.id} ({row.lead})" for row in rows[:10]) + more


def _print(
    settings: Settings,
    code: str,
    report: Report,
    snapshot: Snapshot,
    issue: _Issue,
    formats: Sequence[Format],
    step: Step,
) -> tuple[Path, ...]:
    paper, templates = _paper(settings, report, snapshot, issue), settings.templates
    files = {each: settings.reports / file_name(code, report, each) for each in FORMATS if each in formats}
    # typst leaves the interpreter alone while it sets the PDF, so that the others are printed meanwhile.
    with ThreadPoolExecutor(max_workers=1) as beside:
        setting = [
            beside.submit(_print_one, paper, templates, "pdf", file)
            for each, file in files.items()
            if each == "pdf"
        ]
        others = [(each, file) for each, file in files.items() if each != "pdf"]
        for done, (each, file) in enumerate(others, 1):
            step(f"In {file.name}", done / (len(files) + 1))
            _print_one(paper, templates, each, file)
        for pdf in setting:
            step("In PDF", len(files) / (len(files) + 1))
            pdf.result()
    step("Xong", 1)
    return tuple(files.values())


def _paper(settings: Settings, report: Report, snapshot: Snapshot, issue: _Issue = UNISSUED) -> Paper:
    with speaking(snapshot.plan.language):
        words = template_file(settings.templates, "memo/memo.txt")
        return memo(snapshot, words, issue.number, issue.dated if issue.number else None, draft=not report.final)


def file_name(code: str, report: Report, form: Format) -> str:
    """Return what the file is called that holds `report`, of the period `code`, in `form`, and whose it is."""
    chosen = json.loads(report.choice) if report.choice else {}
    whose = f"-{chosen['agencies'][0]}" if chosen.get("own") else "-mot-phan" if chosen else ""
    return f"bao-cao-{code}-{report.number}{whose}{'-chinh-thuc' if report.final else ''}.{form}"


def _print_one(paper: Paper, templates: Path, form: Format, file: Path) -> None:
    with speaking(paper.language), keeping_edits(file):
        write_whole(_printed(paper, templates, form), file)


def _printed(paper: Paper, templates: Path, form: Format) -> bytes:
    match form:
        case "docx":
            return docx_bytes(paper, template_file(templates, "memo/memo.docx"))
        case "html":
            return html_bytes(paper, template_file(templates, "memo/memo.html.j2"))
        case "pdf":
            return pdf_bytes(paper, template_file(templates, "memo/memo.typ"))
        case "xlsx":
            return xlsx_bytes(paper)
