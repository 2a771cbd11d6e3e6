"""The workbook of an agency, filled from the record as its page is; collect takes it in again."""

from datetime import date

from tracker.answers.entries import FigureEntry
from tracker.answers.form import Entry, Form, recorded_form
from tracker.case import Case
from tracker.plan.model import Plan
from tracker.progress import STATUS_WORDS, TEXTS, DutyState, UpdateStatus
from tracker.settings import ZONE, Settings
from tracker.templating import rendered, templates_in
from tracker.words import vietnamese_date
from tracker.workbook.model import Workbook, WorkbookFigure, WorkbookRow, sealed


def workbook_for(case: Case) -> Workbook:
    """Return the workbook in which the agency of `case` can answer, filled from the record as its page is."""
    return filled_workbook(case.settings, case.plan, case.version.id, recorded_form(case), case.today)


def filled_workbook(settings: Settings, plan: Plan, version_id: int, form: Form, today: date) -> Workbook:
    """Return the workbook that says what `form` says; `version_id` is that of `plan`."""
    header, period = plan.plan, form.period
    return Workbook(
        plan=f"{header.citation} ngày {vietnamese_date(header.issued)}: {header.title}",
        plan_version=version_id,
        period_code=period.name,
        period_title=period.title,
        due=period.due,
        agency_id=form.agency.id,
        agency=form.agency.name,
        seal=sealed(settings.secret_key(), period.name, form.agency.id),
        said_by=form.signed_by,
        rows=tuple(_row(plan, form, entry) for entry in form.entries),
        figures=tuple(_figure(entry) for entry in form.figures),
        guide=_guide(settings, plan, form),
        dated=today,
        illustration=settings.illustration,
    )


def _row(plan: Plan, form: Form, entry: Entry) -> WorkbookRow:
    offered = entry.offered
    status, percent = offered["status"], offered["percent"]
    return WorkbookRow(
        activity_id=entry.name,
        label=entry.label,
        title=entry.activity.title,
        due=entry.duty.due,
        note="\n".join((*_printed(plan, entry), _standing(form, entry))),
        returned=entry.duty.comment or "",
        status=STATUS_WORDS[UpdateStatus(status)] if status else "",
        percent=int(percent) if percent else None,
        texts={name: offered[name] for name in TEXTS},
        revision=entry.revision,
        carried_over=entry.carried_over,
        can_keep=entry.carried_over or entry.duty.state is DutyState.RETURNED,
        locked=entry.locked,
    )


def _printed(plan: Plan, entry: Entry) -> list[str]:
    """Return what the plan prints of an activity beside its title, a line each; mostly nothing."""
    time = plan.time_words(entry.activity)
    return [*([f"Thời gian thực hiện: {time}."] if time else []), *plan.details_of(entry.activity)]


def _standing(form: Form, entry: Entry) -> str:
    """Return what the column beside an activity says of it."""
    lines = []
    if entry.for_whom.id != form.agency.id:
        lines.append(f"Nhiệm vụ của {entry.for_whom.short} trước khi sắp xếp.")
    if entry.last is not None:
        state = "Đã duyệt, không sửa được nữa" if entry.locked else "Đã gửi"
        lines.append(f"{state} ({entry.last.said_by}, {entry.last.said_at.astimezone(ZONE):%H:%M %d/%m/%Y}).")
    elif entry.before is not None and form.earlier is not None:
        source = f"{form.earlier.title} ({entry.before.said_by}, {vietnamese_date(entry.before.said_on)})"
        lines.append(f"Chưa báo cáo; điền sẵn từ {source}.")
    else:
        lines.append("Chưa báo cáo.")
    return "\n".join(lines)


def _figure(entry: FigureEntry) -> WorkbookFigure:
    target = entry.target
    until = f"cả kế hoạch, đến năm {target.by}" if entry.part else f"đến năm {target.by}"
    merged = "; ".join(f"{name} {value}" for name, value in entry.before_merger)
    notes = [part for part in (entry.part, merged and f"trước khi sắp xếp: {merged}") if part]
    return WorkbookFigure(
        target_id=target.id,
        title=f"{target.title} ({'; '.join(notes)})" if notes else target.title,
        unit=target.unit,
        planned=f"{target.printed or target.amount} ({until})",
        before=entry.before or "",
        value=entry.value,
    )


def _guide(settings: Settings, plan: Plan, form: Form) -> tuple[str, ...]:
    facts = {
        "agency": form.agency,
        "coordinator": plan.agencies[plan.plan.coordinator],
        "period": form.period,
        "figures": bool(form.figures),
        "carried_over": form.earlier.title if form.earlier and any(e.carried_over for e in form.entries) else "",
        "illustration": settings.illustration,
    }
    text = rendered(templates_in(settings.templates, "workbook"), "guide.txt", facts)
    return tuple(line.strip() for line in text.splitlines() if line.strip())
