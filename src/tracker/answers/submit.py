"""What is typed on the page, taken in: kept as a draft, or checked and made part of the record."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.answers.checks import (
    NOTHING_NEW,
    Answer,
    Faults,
    check_answer,
    check_figure,
    check_nothing_new,
    clean_text,
)
from tracker.answers.contributions import checked_parts, read_parts, record_parts
from tracker.answers.drafts import PARTS, Typed, filled_form, lay_over, plain
from tracker.answers.form import Entry, FigureEntry, Form, as_typed, recorded_form
from tracker.answers.record import Said, record_answers, record_figures, same_words
from tracker.errors import BadInput
from tracker.plan.model import Plan, Target
from tracker.progress import TEXTS
from tracker.settings import ZONE
from tracker.store.tables import Draft, Duty, Period, Update
from tracker.store.updates import draft_of
from tracker.words import vietnamese_number

GONE = "Kế hoạch đã thay đổi; phần đã điền được chép lại dưới đây. Gửi lần nữa thì các nội dung khác được gửi."
FELL = "Số liệu đúng là đã giảm"


def save_draft(session: Session, period: Period, agency_id: str, typed: Typed, now: datetime) -> bool:
    """Keep what stands typed on the page, whatever it is; nothing is checked and nothing is answered by it.

    Returns False, and keeps nothing, where another draft was saved since the page was filled. Raises BadInput
    where the period is closed.
    """
    refuse_if_closed(period, now.astimezone(ZONE).date())
    take_turns(session, period)
    draft = draft_of(session, period, agency_id)
    if draft is not None and not _seen(draft, typed):
        return False
    kept = {name: value for name, value in typed.items() if name != "draft"}
    if draft is None:
        draft = Draft(period_id=period.id, agency_id=agency_id, typed={}, saved_at=now)
        session.add(draft)
    draft.typed, draft.saved_at = kept, now
    return True


def send_form(
    session: Session,
    plan: Plan,
    period: Period,
    agency_id: str,
    typed: Typed,
    said: Said,
    today: date,
    only: str | None = None,
) -> tuple[Form, list[Update]]:
    """Check all that was typed, or the activity `only`, and record it; returns the form and the new updates.

    `only` is what an entry is called, or the id of an activity that the agency coordinates.

    Where anything is wrong the form carries every fault beside its field, with everything typed still there, and
    nothing at all was recorded. Raises BadInput where the period is closed.
    """
    refuse_if_closed(period, today)
    take_turns(session, period)
    form = recorded_form(session, plan, period, agency_id, today)
    read_parts(session, plan, form, today)
    draft = draft_of(session, period, agency_id)
    form.draft_saved_at = draft.saved_at if draft else None
    lay_over(session, plan, form, typed)
    answers = _checked_answers([entry for entry in form.entries if only in {None, entry.name}])
    values = _checked_figures(form) if only is None else []
    parts = checked_parts([entry for entry in form.parts if only in {None, entry.activity.id}])
    _check_signature(form)
    if not answers and not values and not parts and not form.fault_count:
        wanted = next((entry.label for entry in form.entries if entry.name == only), only)
        form.said_by_fault = f"Chưa có nội dung nào mới; điền {wanted or 'ít nhất một hoạt động'} rồi gửi."
    form.gone_fault = GONE if form.gone else None
    if form.fault_count:
        return form, []
    said = Said(by=form.said_by, at=said.at, way=said.way, illustration=said.illustration)
    updates = record_answers(session, answers, said)
    record_figures(session, plan, period, values, said)
    record_parts(session, parts, said)
    if draft is not None and only is None and _seen(draft, typed):  # else a colleague's, not seen here
        session.delete(draft)
    return form, updates


def send_one(
    session: Session, plan: Plan, period: Period, agency_id: str, typed: Typed, said: Said, only: str
) -> tuple[Form, bool]:
    """Record the activity `only`, and keep what else is typed as the draft.

    Returns the form with its faults as `send_form` does, or as the page shows it afterwards; and whether the rest
    could be kept, which it could not where a draft was saved that this page has not seen. Raises BadInput where
    the period is closed.
    """
    today = said.at.astimezone(ZONE).date()
    form, _ = send_form(session, plan, period, agency_id, typed, said, today, only)
    if form.fault_count:
        return form, True
    rest = {name: value for name, value in typed.items() if name not in {f"{only}.{part}" for part in PARTS}}
    others = [entry for entry in form.entries if entry.name != only]
    draft = draft_of(session, period, agency_id)
    kept = True
    new = any(_is_new(figure) for figure in form.figures)
    new = new or any(part.touched for part in form.parts if part.activity.id != only)
    if new or any(_says_something(entry) for entry in others):
        kept = save_draft(session, period, agency_id, rest, said.at)
    elif draft is not None and _seen(draft, typed):
        session.delete(draft)
    return filled_form(session, plan, period, agency_id, today, rest), kept


def _seen(draft: Draft, typed: Typed) -> bool:
    """Say whether the page that sends `typed` shows what `draft` holds, or saved it itself."""
    kept = {name: value for name, value in typed.items() if name != "draft"}
    own = bool(typed.get("page")) and draft.typed.get("page") == typed["page"]
    return own or typed.get("draft") == draft.saved_at.isoformat() or draft.typed == kept


def refuse_if_closed(period: Period, today: date) -> None:
    """Raise BadInput where `period` takes no answers on `today`."""
    if today > period.closes:
        raise BadInput(
            f"{period.title} đã khóa sau ngày {period.closes:%d/%m/%Y}; liên hệ cơ quan đầu mối để được mở lại"
        )


def take_turns(session: Session, period: Period) -> None:
    """Wait for whoever writes to `period`; what is read of its duties from then on holds to the transaction's end.

    Nothing of them may be read before: the session would go on with what they were.
    """
    # PostgreSQL lets two senders read the same newest revision; SQLite's BEGIN IMMEDIATE already does not.
    rows = sa.select(Duty.id).join(Period, Period.id == Duty.period_id).where(Duty.period_id == period.id)
    session.execute(rows.order_by(Duty.id).with_for_update())


def _says_something(entry: Entry) -> bool:
    if entry.locked:
        return entry.touched and entry.values != as_typed(entry.last)
    return entry.touched or entry.keep or entry.nothing or bool(entry.reason.strip())


def _checked_answers(entries: Iterable[Entry]) -> dict[int, tuple[Duty, Answer]]:
    answers = {}
    for entry in entries:
        if not _says_something(entry):
            continue
        if entry.locked:
            entry.faults["locked"] = (
                "Trong lúc đó, nội dung đã gửi được duyệt, nên phần vừa điền không được ghi nhận. "
                "Chép lại nếu cần; gửi lần nữa thì các nội dung khác được gửi."
            )
            continue
        answer, entry.faults = _checked(entry)
        if entry.last and entry.revision < entry.last.revision:
            if answer is None or not same_words(entry.last, answer):
                entry.faults["conflict"] = (
                    f"Lúc trang này đang mở, {entry.last.said_by} đã gửi nội dung khác (xem bên dưới). "
                    "Sửa lại cho thống nhất rồi gửi lần nữa."
                )
            entry.revision = entry.last.revision  # seen now
        if answer is not None:
            answers[entry.duty.id] = (entry.duty, answer)
    return answers


def _checked(entry: Entry) -> tuple[Answer | None, Faults]:
    if not entry.nothing:
        answer, faults = check_answer(entry.values)
        if entry.reason.strip():
            faults["nothing"] = f"Đánh dấu ô “{NOTHING_NEW}”, hoặc xóa lý do đã ghi."
        return answer, faults
    answer, faults = check_nothing_new(entry.values["status"], entry.values["percent"], entry.reason)
    filled = as_typed(entry.last or entry.before)
    if entry.keep or any(plain(entry.values[name]) not in {"", plain(filled[name])} for name in TEXTS):
        faults["nothing"] = (
            "Bỏ dấu này nếu có nội dung để báo cáo; nếu không, xóa nội dung đã ghi ở các ô bên dưới."
        )
    return answer, faults


def _is_new(entry: FigureEntry) -> bool:
    return entry.value.strip() != entry.seen


def _checked_figures(form: Form) -> list[tuple[Target, str, Decimal]]:
    values = []
    for entry in form.figures:
        if not _is_new(entry):
            continue
        value, entry.fault = check_figure(entry.value, entry.target.unit)
        if not entry.fault and value is None and entry.last:
            entry.fault = "Số đã gửi thì sửa được, không xóa được; ghi số đúng."
        if value is None:
            continue
        values.append((entry.target, entry.agency.id, value))
        if entry.part and entry.seen and not entry.last:
            entry.fault = f"Địa bàn đã thay đổi từ khi số {entry.seen} được gửi. "
            entry.fault += "Ghi số của cả địa bàn hiện nay rồi gửi lần nữa."
            entry.seen = ""
        if entry.last and vietnamese_number(entry.last.value) != entry.seen:
            if entry.last.value != value:
                entry.fault = f"Lúc trang này đang mở, {entry.last.said_by} đã gửi số khác: "
                entry.fault += f"{vietnamese_number(entry.last.value)}. Thống nhất rồi gửi lần nữa."
            entry.seen = vietnamese_number(entry.last.value)
        if not entry.fault and not entry.confirmed:
            entry.fault = _fall(entry, value)
            entry.fell = entry.fault is not None
    return values


def _fall(entry: FigureEntry, value: Decimal) -> str | None:
    """Return what to ask where `value` is less than what was last said, in this period or the one before."""
    when, shown = (
        ("trong kỳ này", vietnamese_number(entry.last.value)) if entry.last else ("kỳ trước", entry.before)
    )
    said, _ = check_figure(shown or "", entry.target.unit)
    if said is None or value >= said:
        return None
    return (
        f"Số liệu giảm từ {shown} xuống {vietnamese_number(value)} so với số đã báo cáo {when}. "
        f"Sửa lại; nếu đúng, đánh dấu ô “{FELL}” rồi gửi."
    )


def _check_signature(form: Form) -> None:
    faults: Faults = {}
    form.said_by = clean_text(form.said_by, faults, "said_by")
    form.said_by_fault = faults.get("said_by")
    if not form.said_by:
        form.said_by_fault = "Ghi họ tên, chức vụ người báo cáo."
    elif len(form.said_by) > 200 or "\n" in form.said_by:
        form.said_by_fault = "Ghi trên một dòng, tối đa 200 ký tự."
