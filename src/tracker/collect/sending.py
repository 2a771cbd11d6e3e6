"""What is typed on the page, taken in: kept as a draft, or checked and made part of the record."""

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.collect.answer import Answer, Faults, check_answer, check_figure, clean_text
from tracker.collect.form import Typed, lay_over
from tracker.collect.record import Said, record_answers, record_figures, same_words
from tracker.errors import BadInput
from tracker.form import Form, recorded_form
from tracker.plan.model import Plan, Target
from tracker.settings import ZONE
from tracker.store.tables import Draft, Duty, Period, Update
from tracker.store.updates import draft_of
from tracker.words import vietnamese_number


def save_draft(session: Session, period: Period, agency_id: str, typed: Typed, now: datetime) -> bool:
    """Keep what stands typed on the page, whatever it is; nothing is checked and nothing is answered by it.

    Returns False, and keeps nothing, where another draft was saved since the page was filled. Raises BadInput
    where the period is closed.
    """
    refuse_if_closed(period, now.astimezone(ZONE).date())
    _take_turns(session, period)
    draft = draft_of(session, period, agency_id)
    kept = {name: value for name, value in typed.items() if name != "draft"}
    if draft is None:
        draft = Draft(period_id=period.id, agency_id=agency_id, typed={}, saved_at=now)
        session.add(draft)
    elif draft.typed != kept and typed.get("draft") != draft.saved_at.isoformat():
        return False
    draft.typed, draft.saved_at = kept, now
    return True


def send_form(
    session: Session, plan: Plan, period: Period, agency_id: str, typed: Typed, said: Said, today: date
) -> tuple[Form, list[Update]]:
    """Check all that was typed and record it; returns the form and the new updates.

    Where anything is wrong the form carries every fault beside its field, with everything typed still there, and
    nothing at all was recorded. Raises BadInput where the period is closed.
    """
    refuse_if_closed(period, today)
    _take_turns(session, period)
    form = recorded_form(session, plan, period, agency_id, today)
    draft = draft_of(session, period, agency_id)
    form.draft_saved_at = draft.saved_at if draft else None
    lay_over(session, form, typed)
    answers = _checked_answers(form)
    values = _checked_figures(form)
    _check_signature(form)
    if not answers and not values and not form.fault_count:
        form.said_by_fault = "Chưa có nội dung nào mới; điền ít nhất một hoạt động rồi gửi."
    if form.fault_count:
        return form, []
    said = Said(by=form.said_by, at=said.at, way=said.way, illustration=said.illustration)
    updates = record_answers(session, answers, said)
    record_figures(session, period, values, said)
    if draft is not None and typed.get("draft") == draft.saved_at.isoformat():  # else a colleague's, not seen here
        session.delete(draft)
    return form, updates


def refuse_if_closed(period: Period, today: date) -> None:
    """Raise BadInput where `period` takes no answers on `today`."""
    if today > period.closes:
        raise BadInput(
            f"{period.title} đã khóa sau ngày {period.closes:%d/%m/%Y}; liên hệ cơ quan đầu mối để được mở lại"
        )


def _take_turns(session: Session, period: Period) -> None:
    # PostgreSQL lets two senders read the same newest revision; SQLite's BEGIN IMMEDIATE already does not.
    rows = sa.select(Duty.id).join(Period, Period.id == Duty.period_id).where(Duty.period_id == period.id)
    session.execute(rows.order_by(Duty.id).with_for_update())


def _checked_answers(form: Form) -> dict[int, tuple[Duty, Answer]]:
    answers = {}
    for entry in form.entries:
        if entry.locked or not (entry.touched or entry.keep):
            continue
        answer, entry.faults = check_answer(entry.values)
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


def _checked_figures(form: Form) -> list[tuple[Target, Decimal]]:
    values = []
    for entry in form.figures:
        if entry.value.strip() == entry.seen:
            continue
        value, entry.fault = check_figure(entry.value)
        if not entry.fault and value is None and entry.last:
            entry.fault = "Số đã gửi thì sửa được, không xóa được; ghi số đúng."
        if value is None:
            continue
        values.append((entry.target, value))
        if entry.last and vietnamese_number(entry.last.value) != entry.seen:
            if entry.last.value != value:
                entry.fault = f"Lúc trang này đang mở, {entry.last.said_by} đã gửi số khác: "
                entry.fault += f"{vietnamese_number(entry.last.value)}. Thống nhất rồi gửi lần nữa."
            entry.seen = vietnamese_number(entry.last.value)
    return values


def _check_signature(form: Form) -> None:
    faults: Faults = {}
    form.said_by = clean_text(form.said_by, faults, "said_by")
    form.said_by_fault = faults.get("said_by")
    if not form.said_by:
        form.said_by_fault = "Ghi họ tên, chức vụ người báo cáo."
    elif len(form.said_by) > 200 or "\n" in form.said_by:
        form.said_by_fault = "Ghi trên một dòng, tối đa 200 ký tự."
