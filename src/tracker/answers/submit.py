"""The one way into the record: what an agency says is checked whole, and recorded whole or not at all.

Page, workbook, reply and JSON are read into a `Submission` elsewhere; the rules about closed periods and about
locked, overtaken and conflicting answers stand here alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import sqlalchemy as sa

from tracker.answers.checks import (
    NOTHING_NEW,
    Answer,
    Faults,
    check_answer,
    check_figure,
    check_nothing_new,
    clean_text,
    overtaken_by,
    recorded_text,
)
from tracker.answers.contributions import check_contributions, read_contributions, record_contributions
from tracker.answers.entries import FigureEntry
from tracker.answers.form import Entry, Form, as_typed, recorded_form
from tracker.answers.overlay import lay_over
from tracker.answers.record import Signed, record_answers, record_figures, same_words
from tracker.answers.submission import Submission
from tracker.case import Case
from tracker.errors import Fault, PeriodClosed
from tracker.language import N_, wording
from tracker.log import log_of, tell
from tracker.plan.model import Target
from tracker.progress import TEXTS
from tracker.store.tables import Contribution, Duty, Figure, Period, Update
from tracker.words import day_words, number_words

LOG = log_of("answers")
CONFIRM_LOWER = N_("Số liệu đúng là đã giảm")
LONGEST_SIGNATURE = 200
SIGNATURE = ("", "signed_by")
"""The place of what is wrong with the signature."""
NOTHING_SAID = ("", "nothing_said")
"""The place of the fault that nothing in a submission is new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was recorded; empty where all of it was in the record before."""

    signed_by: str
    updates: Sequence[Update]
    figures: Sequence[Figure]
    contributions: Sequence[Contribution]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a submission: a receipt, or faults and nothing recorded; the form shows what was typed."""

    form: Form
    receipt: Receipt | None

    @property
    def faults(self) -> list[Fault]:
        """Return everything that is wrong, each with its place."""
        return self.form.faults


def submit(case: Case, submission: Submission) -> Outcome:
    """Check all that `submission` says for the agency of `case`, and record everything or nothing.

    Raises PeriodClosed where the period took no answers any more when it was said.
    """
    at = submission.at or case.now
    refuse_if_closed(replace(case, now=at))
    lock_period(case)
    form = recorded_form(case)
    read_contributions(case, form)
    lay_over(case, form, submission)
    only = submission.only
    answers, repeated = _check_answers(entry for entry in form.entries if only in {None, entry.name})
    values = _check_figures(form.figures) if only is None else []
    added = check_contributions(entry for entry in form.contributions if only in {None, entry.activity.id})
    form.signature_fault = _check_signature(form)
    if not (answers or repeated or values or added or form.faults):
        form.nothing_fault = _nothing_new(form, only)
    for orphan in form.orphans:
        what = wording("kế hoạch đã thay đổi, phần đã điền được chép lại dưới đây")
        remedy = wording("gửi lần nữa thì các nội dung khác được gửi")
        orphan.fault = Fault((orphan.name, "orphan"), what, remedy)
    if form.faults:
        return Outcome(form=form, receipt=None)
    illustration = case.settings.illustration
    signed = Signed(by=form.signed_by, at=at, way=submission.way, illustration=illustration)
    receipt = Receipt(
        signed_by=form.signed_by,
        updates=record_answers(case.session, answers, signed),
        figures=record_figures(case.session, case.plan, case.period, values, signed),
        contributions=record_contributions(case, added, signed),
    )
    counts = {name: len(getattr(receipt, name)) for name in ("updates", "figures", "contributions")}
    about = {"plan": case.plan.plan.code, "period": case.period.code, "agency": case.agency_id}
    tell(LOG, "answers taken", **about, way=submission.way, **counts)
    return Outcome(form=form, receipt=receipt)


def _nothing_new(form: Form, only: str | None) -> Fault:
    """Return what is wrong where nothing new was said: what to fill in, or the tick that sends it as it stands."""
    wanted = next((entry.label for entry in form.entries if entry.name == only), only)
    wanted = wanted or wording("ít nhất một hoạt động")
    ticked = any(one.carried_over and not one.locked for one in form.entries if only in {None, one.name})
    ways = (N_("điền {wanted} rồi gửi"), N_("điền {wanted} hoặc đánh dấu ô gửi nguyên văn rồi gửi"))
    return Fault(NOTHING_SAID, wording("chưa có nội dung nào mới"), wording(ways[ticked], wanted=wanted))


def refuse_if_closed(case: Case) -> None:
    """Raise PeriodClosed where the period of `case` takes no answers any more."""
    if case.closed:
        closed = day_words(case.period.closes)
        what = wording("{period} đã khóa sau ngày {day}", period=case.period.title, day=closed)
        raise PeriodClosed(what, wording("liên hệ cơ quan đầu mối để được mở lại"))


def lock_period(case: Case) -> None:
    """Wait for whoever writes to the period.

    What is read of its duties afterwards holds to the end of the transaction. Nothing of them may be read before:
    the session would go on with what they were.
    """
    # PostgreSQL lets two senders read the same newest revision; SQLite's BEGIN IMMEDIATE already does not.
    rows = sa.select(Duty.id).join(Period, Period.id == Duty.period_id).where(Duty.period_id == case.period.id)
    case.session.execute(rows.order_by(Duty.id).with_for_update())


def is_answered(entry: Entry) -> bool:
    """Say whether somebody said something in `entry`."""
    if entry.locked:
        return (entry.changed or entry.unchanged) and entry.values != as_typed(entry.last)
    return entry.changed or entry.unchanged or entry.nothing or bool(entry.reason.strip())


def is_new(figure: FigureEntry) -> bool:
    """Say whether somebody gave another value than the field was filled with."""
    return figure.value.strip() != figure.filled


def _check_answers(entries: Iterable[Entry]) -> tuple[dict[int, tuple[Duty, Answer]], int]:
    """Return what is to be recorded, by duty id, and how many answers somebody has sent word for word since."""
    answers, repeated = {}, 0
    for entry in entries:
        if not is_answered(entry):
            continue
        if entry.locked:
            what = wording("trong lúc đó, nội dung đã gửi được duyệt, nên phần vừa điền không được ghi nhận")
            remedy = wording("chép lại nếu cần; gửi lần nữa thì các nội dung khác được gửi")
            entry.faults["locked"] = Fault((entry.name, "locked"), what, remedy)
            continue
        answer, faults = _check(entry)
        if entry.last and entry.revision < entry.last.revision:
            if answer is not None and same_words(entry.last, answer):
                repeated += 1
                continue
            faults["conflict"] = overtaken_by(entry.last.said_by, "conflict")
            entry.revision = entry.last.revision  # it is shown beside the fault
        entry.faults = {field: fault.of(entry.name) for field, fault in faults.items()}
        if answer is not None:
            answers[entry.duty.id] = (entry.duty, answer)
    return answers, repeated


def _check(entry: Entry) -> tuple[Answer | None, Faults]:
    if not entry.nothing:
        answer, faults = check_answer(entry.values)
        if entry.reason.strip():
            remedy = wording("đánh dấu ô “{tick}”, hoặc xóa lý do đã ghi", tick=wording(NOTHING_NEW))
            faults["nothing"] = Fault(("", "nothing"), "", remedy)
        return answer, faults
    filled = entry.offered
    stands = entry.values if entry.values["status"].strip() else filled  # nothing happened: it stands as it did
    answer, faults = check_nothing_new(
        stands["status"], entry.values["percent"] or stands["percent"], entry.reason
    )
    texts = {name: recorded_text(entry.values[name]) for name in TEXTS}
    if entry.unchanged or any(text not in {"", recorded_text(filled[name])} for name, text in texts.items()):
        remedy = wording("bỏ dấu này nếu có nội dung để báo cáo; nếu không, xóa nội dung đã ghi ở các ô bên dưới")
        faults["nothing"] = Fault(("", "nothing"), "", remedy)
    return answer, faults


def _check_figures(figures: Iterable[FigureEntry]) -> list[tuple[Target, str, Decimal]]:
    values = []
    for figure in figures:
        if not is_new(figure):
            continue
        value, found = check_figure(figure.value, figure.target.unit)
        if not found and value is None and figure.last:
            what = wording("số đã gửi thì sửa được, không xóa được")
            found = Fault(("", "value"), what, wording("ghi số đúng"))
        if value is not None:
            values.append((figure.target, figure.agency.id, value))
            found = _overtaken(figure, value) or found
            if not found and not figure.confirmed:
                found = _lower(figure, value)
                figure.fell = found is not None
        figure.fault = found and found.of(figure.target.id)
    return values


def _overtaken(figure: FigureEntry, value: Decimal) -> Fault | None:
    """Return what is wrong where the figure changed, or its area did, since the field was filled."""
    if figure.part and figure.filled and not figure.last:
        what = wording("địa bàn đã thay đổi từ khi số {value} được gửi", value=figure.filled)
        figure.filled = ""
        return Fault(("", "area"), what, wording("ghi số của cả địa bàn hiện nay rồi gửi lần nữa"))
    if figure.last is None or number_words(figure.last.value) == figure.filled:
        return None
    figure.filled = number_words(figure.last.value)
    if figure.last.value == value:
        return None
    who = figure.last.said_by
    what = wording("trong khi trang này đang mở, {who} đã gửi số khác: {value}", who=who, value=figure.filled)
    return Fault(("", "conflict"), what, wording("thống nhất rồi gửi lần nữa"))


def _lower(figure: FigureEntry, value: Decimal) -> Fault | None:
    """Return what to ask where `value` is lower than the last, in this period or the one before."""
    filled = number_words(figure.last.value) if figure.last else figure.before
    last, _ = check_figure(filled or "", figure.target.unit)
    if last is None or value >= last:
        return None
    fell = (
        N_("số liệu giảm từ {filled} xuống {value} so với số đã báo cáo kỳ trước"),
        N_("số liệu giảm từ {filled} xuống {value} so với số đã báo cáo trong kỳ này"),
    )[figure.last is not None]
    what = wording(fell, filled=filled, value=number_words(value))
    remedy = wording("sửa lại; nếu đúng, đánh dấu ô “{tick}” rồi gửi", tick=wording(CONFIRM_LOWER))
    return Fault(("", "lower"), what, remedy)


def _check_signature(form: Form) -> Fault | None:
    faults: Faults = {}
    form.signed_by = clean_text(form.signed_by, faults, "signed_by")
    if not form.signed_by:
        return Fault(SIGNATURE, "", wording("ghi họ tên, chức vụ người báo cáo"))
    if len(form.signed_by) > LONGEST_SIGNATURE or "\n" in form.signed_by:
        return Fault(SIGNATURE, "", wording("ghi trên một dòng, tối đa {most} ký tự", most=LONGEST_SIGNATURE))
    return faults.get("signed_by")
