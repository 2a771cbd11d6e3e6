"""A returned workbook taken in: read into a Submission, and what is wrong with that told by cell."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.answers.entries import FigureEntry
from tracker.answers.form import Entry
from tracker.answers.submission import Answered, GivenFigure, Submission
from tracker.answers.submit import CONFIRM_LOWER, NOTHING_SAID, SIGNATURE, Outcome, refuse_if_closed, submit
from tracker.case import Case, open_case
from tracker.errors import WHOLE_FILE, Fault, Faults, PeriodClosed
from tracker.progress import STATUS_WORDS, TEXTS
from tracker.settings import ZONE, Settings
from tracker.store.engine import writing
from tracker.store.periods import all_periods
from tracker.store.tables import Figure, Period, Update
from tracker.words import vietnamese_number
from tracker.workbook.model import COLUMNS, REPORT
from tracker.workbook.read import FilledFigure, FilledRow, FilledWorkbook, read_workbook
from tracker.workbook.zip_parts import FRESH

MOST_FAULTS = 200
LONGEST_QUOTE = 400
"""Letters of a text that are repeated in a fault."""
PLACE = re.compile(r"(.+)!([A-Z]+)([0-9]+)")


class Invitation(Protocol):
    """What a workbook came by: a link or a letter. It says who answers for which period; the file must agree."""

    @property
    def period_id(self) -> int:
        """Return the row of the period."""

    @property
    def agency_id(self) -> str:
        """Return who was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was recorded of a workbook: nothing where all of it was recorded before."""

    period: Period
    agency_id: str
    signed_by: str
    updates: tuple[Update, ...]
    figures: tuple[Figure, ...]


def take_workbook(engine: sa.Engine, settings: Settings, raw: bytes, invitation: Invitation) -> Taken:
    """Record what stands in the workbook `raw`, sent by whoever holds `invitation`, and return it.

    Sending the same file again records nothing more. Raises Faults with every fault, of the file, of its
    cells and of what was typed; nothing at all was recorded then.
    """
    filled = read_workbook(raw)
    with writing(engine) as session:
        return record_workbook(session, settings, filled, invitation, settings.now())


def record_workbook(
    session: Session, settings: Settings, filled: FilledWorkbook, invitation: Invitation, at: datetime
) -> Taken:
    """Record `filled`, received `at`, as part of the transaction of `session`; all else as `take_workbook`.

    Where it raises Faults, the transaction is to be rolled back.
    """
    period = session.get_one(Period, invitation.period_id)
    case = open_case(session, settings, period, invitation.agency_id, at)
    _check_addressed(case, filled)
    outcome = submit(case, submission_from(filled))
    faults = [*filled.faults, *_empty_ticks(filled), *_faults_of(outcome, filled)]
    if outcome.receipt is None and not faults:
        return _taken(case, outcome)  # everything in it is in the record already
    if faults or outcome.receipt is None:
        raise Faults(_in_order(faults))
    return _taken(case, outcome)


def submission_from(filled: FilledWorkbook) -> Submission:
    """Return what somebody said in a workbook; rows left as they were filled in say nothing."""
    return Submission(
        way="workbook",
        signed_by=filled.said_by,
        answers={
            row.activity_id: Answered(values=row.values, based_on=row.revision, unchanged=row.keep)
            for row in filled.rows
            if (row.keep or not row.untouched) and any(row.values.values())
        },
        figures={
            figure.target_id: GivenFigure(value=figure.value, based_on=figure.seen) for figure in filled.figures
        },
    )


def _taken(case: Case, outcome: Outcome) -> Taken:
    receipt = outcome.receipt
    return Taken(
        period=case.period,
        agency_id=case.agency_id,
        signed_by=outcome.form.signed_by,
        updates=tuple(receipt.updates if receipt else ()),
        figures=tuple(receipt.figures if receipt else ()),
    )


def _check_addressed(case: Case, filled: FilledWorkbook) -> None:
    """Raise Faults where the file is not the answer to what it came by, or comes too late."""
    wrong = []
    agencies, period = case.plan.agencies, case.period
    if filled.agency_id != case.agency_id:
        theirs = agencies.get(filled.agency_id)
        wrong.append(f"lập cho {theirs.name if theirs else 'một cơ quan khác'}, không phải cho Quý cơ quan")
    if filled.period_code != period.name:
        titles = {each.name: each.title for each in all_periods(case.session)}
        title = titles.get(filled.period_code)
        wrong.append(f"lập cho kỳ “{title or filled.period_code}”, không phải kỳ “{period.title}”")
    if case.agency_id not in agencies:
        wrong.append("lập cho cơ quan không còn trong kế hoạch")
    faults = [Fault(WHOLE_FILE, what, FRESH) for what in wrong]
    try:
        refuse_if_closed(case)
    except PeriodClosed as error:
        faults.append(Fault(WHOLE_FILE, error.what, error.remedy))
    if faults:
        raise Faults(faults)


def _empty_ticks(filled: FilledWorkbook) -> Iterator[Fault]:
    for row in filled.rows:
        if row.keep and not any(row.values.values()):
            what = "có dấu x nhưng dòng không có nội dung"
            yield Fault(row.places["keep"], what, "xóa dấu x hoặc điền nội dung")


def _faults_of(outcome: Outcome, filled: FilledWorkbook) -> Iterator[Fault]:
    """Yield what is wrong with the submission, each with the cell it is about."""
    rows = {row.activity_id: row for row in filled.rows}
    figures = {figure.target_id: figure for figure in filled.figures}
    entries = {entry.name: entry for entry in outcome.form.entries}
    targets = {entry.target.id: entry for entry in outcome.form.figures}
    for fault in outcome.faults:
        owner = fault.entry
        if owner in rows:
            yield from _row_fault(fault, rows[owner], entries.get(owner))
        elif owner in figures:
            yield _figure_fault(fault, figures[owner], targets.get(owner))
        elif fault.place == NOTHING_SAID and not _says_something(filled):
            yield _nothing_new(filled)
        elif fault.place == SIGNATURE:
            yield _to_mend(filled.signature_place, "Người báo cáo", fault)


def _row_fault(fault: Fault, row: FilledRow, entry: Entry | None) -> Iterator[Fault]:
    field, place = fault.field, row.places["id"]
    if entry is None:
        what = f"kế hoạch đã thay đổi, Quý cơ quan không còn phải báo cáo {row.number}"
        yield Fault(place, what, "xóa nội dung của dòng này")
    elif field == "locked":
        remedy = "xóa nội dung của dòng này, cần sửa thì trả lời thư để đề nghị mở lại"
        yield Fault(place, f"{entry.label} đã được duyệt nên không sửa được nữa", remedy)
    elif field == "conflict" and entry.last is not None:
        yield _conflict(row, entry, entry.last)
    elif field in row.places:  # else its column is missing, which is a fault of its own
        yield _to_mend(row.places[field], f"{COLUMNS[field]} của {entry.label}", fault)


def _conflict(row: FilledRow, entry: Entry, last: Update) -> Fault:
    """Return the fault of a row that was filled from an older revision than `last`, with what that says."""
    share = "" if last.percent is None else f", {last.percent} %"
    texts = [f"{STATUS_WORDS[last.status]}{share}"]
    texts += [f"{label}: {_quoted(getattr(last, name))}" for name, label in TEXTS.items() if getattr(last, name)]
    what = f"từ khi tệp này được lập, {last.said_by} đã gửi nội dung khác cho {entry.label} "
    what += f"lúc {last.said_at.astimezone(ZONE):%H:%M ngày %d/%m/%Y}: {'. '.join(texts)}"
    remedy = "thống nhất hai nội dung rồi gửi trên trang báo cáo hoặc bằng tệp mới"
    return Fault(row.places["id"], what, remedy)


def _figure_fault(fault: Fault, figure: FilledFigure, target: FigureEntry | None) -> Fault:
    field = fault.field
    if target is None:
        what = "kế hoạch đã thay đổi, Quý cơ quan không còn phải báo cáo chỉ tiêu này"
        return Fault(figure.place, what, "xóa số ở ô này")
    if field == "conflict" and target.last is not None:
        last = target.last
        what = f"từ khi tệp này được lập, {last.said_by} đã gửi số khác: {vietnamese_number(last.value)}"
        return Fault(figure.place, what, "thống nhất rồi gửi trên trang báo cáo hoặc bằng tệp mới")
    if field == "area":
        remedy = "ghi số của cả địa bàn trên trang báo cáo hoặc trong tệp mới"
        return Fault(figure.place, fault.what, remedy)
    title = target.target.title
    if field == "lower":
        remedy = f"sửa lại; nếu đúng, gửi số này trên trang báo cáo và đánh dấu ô “{CONFIRM_LOWER}”"
        return Fault(figure.place, f"“{title}”: {fault.what}", remedy)
    return _to_mend(figure.place, f"số liệu “{title}”", fault)


def _to_mend(place: str, what: str, fault: Fault) -> Fault:
    return Fault(place, f"{what} cần sửa", "; ".join(part for part in (fault.what, fault.remedy) if part))


def _says_something(filled: FilledWorkbook) -> bool:
    """Say whether anything was typed in a row; where nothing of it is new, the file came twice."""
    return any((row.keep or not row.untouched) and any(row.values.values()) for row in filled.rows)


def _nothing_new(filled: FilledWorkbook) -> Fault:
    place = filled.rows[0].places["status"] if filled.rows else REPORT
    return Fault(place, "chưa có nội dung nào mới trong tệp", "điền ít nhất một hoạt động rồi gửi")


def _in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Return the first fault of each cell, as people read a sheet: what could not be read is not missing too."""
    first: dict[str, Fault] = {}
    for fault in faults:
        first.setdefault(str(fault.place), fault)
    told = sorted(first.values(), key=_position)
    if (others := len(told) - MOST_FAULTS) > 0:
        told[MOST_FAULTS:] = [Fault(WHOLE_FILE, f"còn {others} chỗ khác cần sửa", FRESH)]
    return told


def _position(fault: Fault) -> tuple[str, int, int, str]:
    found = PLACE.fullmatch(str(fault.place))
    return (found[1], int(found[3]), len(found[2]), found[2]) if found else (str(fault.place), 0, 0, "")


def _quoted(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"
