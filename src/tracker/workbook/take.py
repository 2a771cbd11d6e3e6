"""A returned workbook taken in: what was typed in it goes through `sending.send_form`, as what a page sends.

So checks, history and receipt are those of the page; what is wrong is said of cells instead of fields.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.answers.form import Entry, FigureEntry, Form, recorded_form
from tracker.answers.record import Said
from tracker.answers.submit import FELL, refuse_if_closed, send_form, take_turns
from tracker.errors import WHOLE_FILE, BadInput, WorkbookFault, WorkbookFaults
from tracker.plan.model import Plan
from tracker.progress import FIELDS, STATUS_WORDS, TEXTS
from tracker.settings import ZONE, Settings
from tracker.store.engine import writing
from tracker.store.plans import plan_in_force
from tracker.store.tables import Figure, Period, Update
from tracker.store.updates import latest_figures
from tracker.words import CONTROL, vietnamese_number
from tracker.workbook.model import COLUMNS, REPORT
from tracker.workbook.package import FRESH
from tracker.workbook.read import FilledFigure, FilledRow, FilledWorkbook, read_workbook

MOST_FAULTS = 200
SHOWN = 400
"""Letters of a text that are repeated in a fault."""
PLACE = re.compile(r"(.+)!([A-Z]+)([0-9]+)")


class Asked(Protocol):
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
    said_by: str
    updates: tuple[Update, ...]
    figures: tuple[Figure, ...]


def take_workbook(engine: sa.Engine, settings: Settings, raw: bytes, asked: Asked) -> Taken:
    """Record what stands in the workbook `raw`, sent by whoever holds `asked`, and return it.

    Sending the same file again records nothing more. Raises WorkbookFaults with every fault, of the file, of its
    cells and of what was typed; nothing at all was recorded then.
    """
    filled = read_workbook(raw)
    with writing(engine) as session:
        return record_workbook(session, settings, filled, asked, settings.now())


def record_workbook(
    session: Session, settings: Settings, filled: FilledWorkbook, asked: Asked, at: datetime
) -> Taken:
    """Record `filled`, received `at`, as part of the transaction of `session`; all else as `take_workbook`.

    Where it raises WorkbookFaults, the transaction is to be rolled back.
    """
    today = at.astimezone(ZONE).date()
    said = Said(by="", at=at, way="workbook", illustration=settings.illustration)
    _, plan = plan_in_force(session)
    period = session.get_one(Period, asked.period_id)
    _check_addressed(session, plan, period, asked, filled, today)
    take_turns(session, period)
    form = recorded_form(session, plan, period, asked.agency_id, today)
    typed, faults = typed_from(filled, form)
    known = {figure.id for figure in latest_figures(session, period).values()}
    sent, updates = send_form(session, plan, period, asked.agency_id, typed, said, today)
    faults = [*filled.faults, *faults, *_faults_of(sent, filled)]
    if sent.said_by_fault and not faults and not _says_something(filled):
        faults = [_nothing_new(filled)]
    if faults:
        raise WorkbookFaults(_in_order(faults))
    figures = [figure for figure in latest_figures(session, period).values() if figure.id not in known]
    return Taken(
        period=period,
        agency_id=asked.agency_id,
        said_by=sent.said_by,
        updates=tuple(updates),
        figures=tuple(figures),
    )


def _check_addressed(
    session: Session, plan: Plan, period: Period, asked: Asked, filled: FilledWorkbook, today: date
) -> None:
    """Raise WorkbookFaults where the file is not the answer to what it came by, or comes too late."""
    wrong = []
    if filled.agency_id != asked.agency_id:
        theirs = plan.agencies.get(filled.agency_id)
        wrong.append(f"lập cho {theirs.name if theirs else 'một cơ quan khác'}, không phải cho Quý cơ quan")
    if filled.period_code != period.code:
        theirs_too = session.scalar(sa.select(Period.title).where(Period.code == filled.period_code))
        wrong.append(f"lập cho kỳ “{theirs_too or filled.period_code}”, không phải kỳ “{period.title}”")
    if asked.agency_id not in plan.agencies:
        wrong.append("lập cho cơ quan không còn trong kế hoạch")
    faults = [WorkbookFault(WHOLE_FILE, what, FRESH) for what in wrong]
    try:
        refuse_if_closed(period, today)
    except BadInput as why:
        what, _, way_out = str(why).partition("; ")
        faults.append(WorkbookFault(WHOLE_FILE, what, way_out))
    if faults:
        raise WorkbookFaults(faults)


def typed_from(filled: FilledWorkbook, form: Form) -> tuple[dict[str, str], list[WorkbookFault]]:
    """Return what was typed in a workbook as the fields of the page, and the rows that can no longer be taken.

    `form` is the record now. Rows left as they were filled in, left empty, or already recorded word for word are
    not part of it.
    """
    typed = {"said_by": filled.said_by}
    faults = []
    entries = {entry.name: entry for entry in form.entries}
    for row in filled.rows:
        if row.untouched and not row.keep:
            continue
        entry = entries.get(row.activity_id)
        fault = _not_taken(row, entry)
        if fault is not None:
            faults.append(fault)
        elif entry is not None and not entry.locked and not _said_since(row, entry):
            name = row.activity_id
            typed |= {f"{name}.{key}": value for key, value in row.values.items()}
            typed |= {f"{name}.revision": str(row.revision), f"{name}.keep": "yes" if row.keep else ""}
    asked = {entry.target.id for entry in form.figures}
    for figure in filled.figures:
        if figure.target_id not in asked:
            faults += [_not_asked(figure)] if figure.value and figure.value != figure.seen else []
            continue
        typed |= {f"figure.{figure.target_id}": figure.value, f"figure.{figure.target_id}.seen": figure.seen}
    return typed, faults


def _not_asked(figure: FilledFigure) -> WorkbookFault:
    what = "kế hoạch đã thay đổi, Quý cơ quan không còn phải báo cáo chỉ tiêu này"
    return WorkbookFault(figure.place, what, "xóa số ở ô này")


def _said_since(row: FilledRow, entry: Entry) -> bool:
    """Say whether somebody has recorded the very words of `row` since it was filled in, most often this file."""
    return row.revision < entry.revision and _says_the_record(row, entry)


def _says_the_record(row: FilledRow, entry: Entry) -> bool:
    return all(row.values[key] == entry.values[key] for key in FIELDS)


def _not_taken(row: FilledRow, entry: Entry | None) -> WorkbookFault | None:
    """Return why `row`, in which somebody wrote, cannot be taken; None where it can, or says nothing."""
    place, reopen = row.places["id"], "xóa nội dung của dòng này, cần sửa thì trả lời thư để đề nghị mở lại"
    if not any(row.values.values()):
        what = "có dấu x nhưng dòng không có nội dung"
        return WorkbookFault(row.places["keep"], what, "xóa dấu x hoặc điền nội dung") if row.keep else None
    if entry is None:
        what = f"kế hoạch đã thay đổi, Quý cơ quan không còn phải báo cáo {row.number}"
        return WorkbookFault(place, what, "xóa nội dung của dòng này")
    if _said_since(row, entry):
        return None
    if entry.locked and not _says_the_record(row, entry):
        return WorkbookFault(place, f"{entry.label} đã được duyệt nên không sửa được nữa", reopen)
    if row.untouched and row.revision < entry.revision and entry.last is not None:
        return _conflict(row, entry, entry.last)
    return None


def _conflict(row: FilledRow, entry: Entry, last: Update) -> WorkbookFault:
    """Return the fault of a row that was filled from an older revision than `last`, with what that says."""
    share = "" if last.percent is None else f", {last.percent} %"
    said = [f"{STATUS_WORDS[last.status]}{share}"]
    said += [f"{label}: {_shown(getattr(last, name))}" for name, label in TEXTS.items() if getattr(last, name)]
    what = f"từ khi tệp này được lập, {last.said_by} đã gửi nội dung khác cho {entry.label} "
    what += f"lúc {last.said_at.astimezone(ZONE):%H:%M ngày %d/%m/%Y}: {'. '.join(said)}"
    way_out = "thống nhất hai nội dung rồi gửi trên trang báo cáo hoặc bằng tệp mới"
    return WorkbookFault(row.places["id"], what, way_out)


def _faults_of(sent: Form, filled: FilledWorkbook) -> Iterator[WorkbookFault]:
    """Yield what the page's own checks say, each with the cell it is about."""
    rows = {row.activity_id: row for row in filled.rows}
    for entry in sent.entries:
        for key, sentence in entry.faults.items():
            row = rows[entry.name]
            if key == "conflict" and entry.last is not None:
                yield _conflict(row, entry, entry.last)
            elif key in row.places:  # else its column is missing, which was told
                yield _to_mend(row.places[key], f"{COLUMNS[key]} của {entry.label}", sentence)
    figures = {figure.target_id: figure for figure in filled.figures}
    for target in sent.figures:
        if target.fault:
            yield _figure_fault(target, figures[target.target.id], target.fault)
    if sent.said_by_fault and not _is_signature(sent.said_by):
        yield _to_mend(filled.signature_place, "Người báo cáo", sent.said_by_fault)


def _figure_fault(target: FigureEntry, figure: FilledFigure, sentence: str) -> WorkbookFault:
    last = target.last
    if last is not None and figure.value and vietnamese_number(last.value) != figure.seen:
        what = f"từ khi tệp này được lập, {last.said_by} đã gửi số khác: {vietnamese_number(last.value)}"
        way_out = "thống nhất rồi gửi trên trang báo cáo hoặc bằng tệp mới"
        return WorkbookFault(figure.place, what, way_out)
    if last is None and figure.seen:
        what = f"địa bàn đã thay đổi từ khi số {figure.seen} được gửi"
        return WorkbookFault(figure.place, what, "ghi số của cả địa bàn trên trang báo cáo hoặc trong tệp mới")
    if target.fell:
        what, _, _ = sentence.partition(". ")
        way_out = f"sửa lại; nếu đúng, gửi số này trên trang báo cáo và đánh dấu ô “{FELL}”"
        return WorkbookFault(figure.place, f"“{target.target.title}”: {what[:1].lower()}{what[1:]}", way_out)
    return _to_mend(figure.place, f"số liệu “{target.target.title}”", sentence)


def _to_mend(place: str, what: str, sentence: str) -> WorkbookFault:
    return WorkbookFault(place, f"{what} cần sửa", sentence[:1].lower() + sentence[1:].rstrip("."))


def _says_something(filled: FilledWorkbook) -> bool:
    """Say whether anything was typed in a row; where nothing of it is new, the file came twice."""
    return any((row.keep or not row.untouched) and any(row.values.values()) for row in filled.rows)


def _nothing_new(filled: FilledWorkbook) -> WorkbookFault:
    place = filled.rows[0].places["status"] if filled.rows else REPORT
    return WorkbookFault(place, "chưa có nội dung nào mới trong tệp", "điền ít nhất một hoạt động rồi gửi")


def _is_signature(said_by: str) -> bool:
    """Say whether the page takes `said_by`; its fault is then that nothing new was sent."""
    return bool(said_by) and len(said_by) <= 200 and "\n" not in said_by and not CONTROL.search(said_by)


def _in_order(faults: Iterable[WorkbookFault]) -> list[WorkbookFault]:
    """Return the first fault of each cell, as people read a sheet: what could not be read is not missing too."""
    first: dict[str, WorkbookFault] = {}
    for fault in faults:
        first.setdefault(fault.cell, fault)
    told = sorted(first.values(), key=_position)
    if (others := len(told) - MOST_FAULTS) > 0:
        told[MOST_FAULTS:] = [WorkbookFault(WHOLE_FILE, f"còn {others} chỗ khác cần sửa", FRESH)]
    return told


def _position(fault: WorkbookFault) -> tuple[str, int, int, str]:
    found = PLACE.fullmatch(fault.cell)
    return (found[1], int(found[3]), len(found[2]), found[2]) if found else (fault.cell, 0, 0, "")


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
