"""A reminder in words: the letter it becomes, and the line a coordinator reads."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from tracker.plan.changes import Change, plan_changes
from tracker.plan.model import Plan, Stages
from tracker.remind.copies import Copy
from tracker.remind.due import Escalation, Reminder
from tracker.store.tables import Duty


def reminder_facts(
    plan: Plan, reminder: Reminder, changes: Sequence[str] = (), *, by_mail: bool = True
) -> dict[str, object]:
    """Return what the letter that `reminder` becomes says; `changes` are lines about the plan.

    `by_mail` says that it goes to an e-mail address as well, with the workbook.
    """
    return {
        "items": items(plan, reminder.duties, reminder.agency.id, reminder.today),
        "late": reminder.late,
        "due": reminder.due,
        "due_then": sum(duty.due == reminder.due for duty in reminder.duties),
        "today": reminder.today,
        "days_left": reminder.days_left,
        "answered": reminder.answered,
        "to_head": reminder.stage.name == "head",
        "changes": changes,
        "by_mail": by_mail,
    }


def items(plan: Plan, duties: Iterable[Duty], holder: str, today: date) -> list[dict[str, object]]:
    """Return what letters say on a day of `duties`, which the agency `holder` answers for."""
    return [
        {
            "id": duty.activity_id,
            "title": plan.by_id[duty.activity_id].title,
            "due": duty.due,
            "comment": duty.comment,
            "time": plan.time_words(plan.by_id[duty.activity_id]),
            "overdue": (plan.deadline_of(plan.by_id[duty.activity_id]) or today) < today,
            "details": plan.details_of(plan.by_id[duty.activity_id]),
            "for_whom": plan.agencies[duty.agency_id].name if duty.agency_id != holder else None,
        }
        for duty in duties
    ]


def changes_for_officers(old: Plan, new: Plan) -> list[Change]:
    """Return what changed between two plans that an officer should know: activities, and the dates of periods."""
    changed = plan_changes(_as_officers_see(old, new), _as_officers_see(new, new))
    activities = old.by_id.keys() | new.by_id.keys()
    return [change for change in changed if change.about in activities or change.about == "reporting"]


def change_lines_for(agency: str, changes: Iterable[Change]) -> list[str]:
    """Return the lines of `changes` that concern `agency`: its own, and everyone's."""
    return [change.text for change in changes if agency in change.agencies or not change.agencies]


def _as_officers_see(plan: Plan, newest: Plan) -> Plan:
    """Return `plan` without what is the admin's business: notes, stages, calendar and letterhead."""
    activities, tasks = (
        tuple(replace(row, note=None, years_unconfirmed=None, unconfirmed=None, stages=Stages()) for row in rows)
        for rows in (plan.activities, plan.tasks)
    )
    review = plan.reporting.phase_review and replace(plan.reporting.phase_review, unconfirmed=None)
    dates = replace(
        newest.reporting,
        annual=plan.reporting.annual,
        periods=tuple(replace(rule, unconfirmed=None) for rule in plan.reporting.periods),
        phase_review=review,
        area_report=plan.reporting.area_report,
    )
    return replace(plan, activities=activities, tasks=tasks, reporting=dates)


def as_lines(reminders: Sequence[Reminder]) -> list[str]:
    """Return a Vietnamese line for each reminder: to whom, which stage, how many activities."""
    return [
        f"{r.agency.short}: {stage_words(r.stage.name)}, {len(r.duties)} hoạt động, hạn {r.due:%d/%m/%Y}"
        for r in reminders
    ]


def copies_as_lines(copies: Sequence[Copy]) -> list[str]:
    """Return one Vietnamese line for all `copies`: who gets them; none where there are none."""
    named = ", ".join(copy.agency.short for copy in copies)
    return [f"Bản sao gửi {len(copies)} cơ quan phối hợp: {named}"] if copies else []


def escalations_as_lines(escalations: Sequence[Escalation]) -> list[str]:
    """Return a Vietnamese line for each letter to the coordinator: which stage, about whom."""
    return [
        f"Cơ quan đầu mối: {stage_words(e.stage.name)}, "
        f"{', '.join(f'{agency.short} ({len(duties)})' for agency, duties in e.late)}"
        for e in escalations
    ]


def refreshed_lines(withdrawn: int, reworded: int) -> list[str]:
    """Return a line for what became of reminders that still waited; none where nothing did."""
    lines = [f"Đã rút {withdrawn} thư nhắc không còn cần hoặc không còn nơi nhận."] if withdrawn else []
    now = "ngày gửi, việc còn nợ và nơi nhận"
    return lines + ([f"Đã sửa lời {reworded} thư nhắc đang chờ cho khớp với {now}."] if reworded else [])


def stage_words(name: str) -> str:
    """Return a stage in words: "mở kỳ", "trước hạn 10 ngày làm việc", "đúng hạn", "thư gửi lãnh đạo cơ quan"."""
    kind, _, days = name.partition("-")
    if days == "0":
        return "đúng hạn"
    if days:
        return f"{'trước' if kind == 'before' else 'quá'} hạn {days} ngày làm việc"
    return {
        "opening": "mở kỳ",
        "head": "thư gửi lãnh đạo cơ quan",
        "coordinator": "danh sách còn nợ",
        "dispatch": "công văn đôn đốc để ký",
    }[kind]
