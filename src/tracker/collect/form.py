"""The page's form: what an agency sees and types for one period, from store to fields and back.

Fields are named `<activity id>.<field>`, figures `figure.<target id>`. `<activity id>.revision` carries the
revision the page was filled from, so that two people on one page cannot overwrite each other unseen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.collect.answer import FIELDS, Answer, Faults, check_answer, check_figure, clean_text
from tracker.collect.record import Said, record_answers, record_figures, same_words
from tracker.errors import BadInput
from tracker.plan.model import Activity, Agency, Plan, Target
from tracker.progress import DutyState
from tracker.store.duties import duties_of, plan_order
from tracker.store.periods import previous_period
from tracker.store.tables import Draft, Duty, Period, Update
from tracker.store.updates import draft_of, latest_figures, latest_updates
from tracker.words import vietnamese_number

Typed = Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Entry:
    """One activity on the page: what is asked, what stands in its fields, and what is wrong with that."""

    duty: Duty
    activity: Activity
    for_whom: Agency
    values: dict[str, str]
    revision: int
    last: Update | None
    carried_over: bool
    faults: Faults = field(default_factory=dict)

    @property
    def locked(self) -> bool:
        """Say whether the coordinator accepted it, so that the page only shows it."""
        return self.duty.state is DutyState.ACCEPTED


@dataclass(slots=True, kw_only=True)
class FigureEntry:
    """One target on the page: its field, what was said the period before, and what is wrong."""

    target: Target
    value: str
    before: str | None
    fault: str | None = None


@dataclass(slots=True, kw_only=True)
class Form:
    """All that an agency owes and said in one period."""

    period: Period
    agency: Agency
    entries: list[Entry]
    figures: list[FigureEntry]
    said_by: str
    said_by_fault: str | None = None
    draft_saved_at: datetime | None = None

    @property
    def fault_count(self) -> int:
        """Return how many fields are wrong."""
        wrong = sum(len(entry.faults) for entry in self.entries) + bool(self.said_by_fault)
        return wrong + sum(entry.fault is not None for entry in self.figures)

    @property
    def owed_count(self) -> int:
        """Return how many activities still wait for an answer."""
        return sum(entry.duty.state in {DutyState.EXPECTED, DutyState.RETURNED} for entry in self.entries)


def filled_form(session: Session, plan: Plan, period: Period, agency_id: str, today: date) -> Form:
    """Return the form as it stands: the saved draft, else what was last said, else what the period before said."""
    form = _asked_form(session, plan, period, agency_id, today)
    draft = draft_of(session, period, agency_id)
    if draft is not None:
        _lay_over(form, draft.typed)
        form.draft_saved_at = draft.saved_at
    return form


def save_draft(session: Session, period: Period, agency_id: str, typed: Typed, now: datetime) -> None:
    """Keep what stands typed on the page, whatever it is; nothing is checked and nothing is answered by it."""
    refuse_if_closed(period, now.date())
    draft = draft_of(session, period, agency_id)
    if draft is None:
        draft = Draft(period_id=period.id, agency_id=agency_id, typed={}, saved_at=now)
        session.add(draft)
    draft.typed, draft.saved_at = dict(typed), now


def send_form(
    session: Session, plan: Plan, period: Period, agency_id: str, typed: Typed, said: Said, today: date
) -> tuple[Form, list[Update]]:
    """Check all that was typed and record it; returns the form and the new updates.

    Where anything is wrong the form carries every fault beside its field, with everything typed still there, and
    nothing at all was recorded. Raises BadInput where the period is closed.
    """
    refuse_if_closed(period, today)
    form = _asked_form(session, plan, period, agency_id, today)
    _lay_over(form, typed)
    answers = _checked_answers(form, typed)
    values = {}
    for entry in form.figures:
        value, entry.fault = check_figure(entry.value)
        if value is not None:
            values[entry.target.id] = value
    _check_signature(form)
    if not answers and not values and not form.fault_count:
        form.said_by_fault = "Chưa có hoạt động nào được điền; điền ít nhất một hoạt động rồi gửi."
    if form.fault_count:
        return form, []
    said = Said(by=form.said_by, at=said.at, way=said.way, illustration=said.illustration)
    updates = record_answers(session, answers, said)
    record_figures(session, period, agency_id, values, said)
    session.execute(sa.delete(Draft).where(Draft.period_id == period.id, Draft.agency_id == agency_id))
    return _asked_form(session, plan, period, agency_id, today), updates


def refuse_if_closed(period: Period, today: date) -> None:
    """Raise BadInput where `period` takes no answers on `today`."""
    if today > period.closes:
        raise BadInput(
            f"{period.title} đã khóa ngày {period.closes:%d/%m/%Y}; liên hệ cơ quan đầu mối để được mở lại"
        )


def _asked_form(session: Session, plan: Plan, period: Period, agency_id: str, today: date) -> Form:
    ours = {agency.id for agency in plan.agencies.values() if plan.holder(agency.id, today).id == agency_id}
    duties = plan_order(plan, duties_of(session, period, ours))
    said = latest_updates(session, duties)
    earlier = previous_period(session, period)
    before = _said_before(session, earlier) if earlier else {}
    entries = []
    for duty in duties:
        last = said.get(duty.id)
        shown = last or before.get(duty.activity_id)
        entry = Entry(
            duty=duty,
            activity=plan.activity(duty.activity_id),
            for_whom=plan.agencies[duty.agency_id],
            values=_as_typed(shown),
            revision=last.revision if last else 0,
            last=last,
            carried_over=last is None and shown is not None,
        )
        entries.append(entry)
    signed = max(said.values(), key=lambda update: update.id, default=None)
    return Form(
        period=period,
        agency=plan.agencies[agency_id],
        entries=entries,
        figures=_asked_figures(session, plan, period, earlier, ours),
        said_by=signed.said_by if signed else "",
    )


def _said_before(session: Session, earlier: Period) -> dict[str, Update]:
    duties = duties_of(session, earlier)
    said = latest_updates(session, duties)
    return {duty.activity_id: said[duty.id] for duty in duties if duty.id in said}


def _as_typed(update: Update | None) -> dict[str, str]:
    if update is None:
        return dict.fromkeys(FIELDS, "")
    values = {name: getattr(update, name) for name in FIELDS}
    return {name: "" if value is None else str(value) for name, value in values.items()}


def _asked_figures(
    session: Session, plan: Plan, period: Period, earlier: Period | None, ours: set[str]
) -> list[FigureEntry]:
    targets = [target for target in plan.targets if target.reported_by in ours]
    now = latest_figures(session, period) if targets else {}
    before = latest_figures(session, earlier) if targets and earlier else {}
    holder_values = {target_id: figure for (target_id, _), figure in now.items()}
    old_values = {target_id: figure for (target_id, _), figure in before.items()}
    return [
        FigureEntry(
            target=target,
            value=vietnamese_number(holder_values[target.id].value) if target.id in holder_values else "",
            before=vietnamese_number(old_values[target.id].value) if target.id in old_values else None,
        )
        for target in targets
    ]


def _lay_over(form: Form, typed: Typed) -> None:
    for entry in form.entries:
        if not entry.locked:
            for name in FIELDS:
                entry.values[name] = typed.get(f"{entry.activity.id}.{name}", entry.values[name])
    for figure in form.figures:
        figure.value = typed.get(f"figure.{figure.target.id}", figure.value)
    form.said_by = typed.get("said_by", form.said_by)


def _checked_answers(form: Form, typed: Typed) -> dict[int, tuple[Duty, Answer]]:
    answers = {}
    for entry in form.entries:
        if entry.locked:
            continue
        answer, entry.faults = check_answer(entry.values)
        if answer is None:
            continue
        seen = typed.get(f"{entry.activity.id}.revision", "")
        if entry.last and seen.isdigit() and int(seen) < entry.revision and not same_words(entry.last, answer):
            entry.faults["conflict"] = (
                f"Lúc trang này đang mở, {entry.last.said_by} đã gửi nội dung khác (xem bên dưới). "
                "Sửa lại cho thống nhất rồi gửi lần nữa."
            )
        answers[entry.duty.id] = (entry.duty, answer)
    return answers


def _check_signature(form: Form) -> None:
    faults: Faults = {}
    form.said_by = clean_text(form.said_by, faults, "said_by")
    form.said_by_fault = faults.get("said_by")
    if not form.said_by:
        form.said_by_fault = "Ghi họ tên, chức vụ người báo cáo."
    elif len(form.said_by) > 200 or "\n" in form.said_by:
        form.said_by_fault = "Ghi trên một dòng, tối đa 200 ký tự."
