"""The collect flow: every quarter of an hour, mail is read, what has come receipted and completeness shown."""

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact

from flows.faults import note_completed, report_fault
from flows.remind import send
from flows.run_log import run_log
from flows.settings import entered_settings
from flows.shown import as_list
from tracker.answers.receipts import Intake, take_in_today
from tracker.errors import FileTrouble, MailboxShut
from tracker.inbox.mailbox import read_inbox
from tracker.inbox.summary import inbox_lines, inbox_troubles
from tracker.letters.service_fault import queue_late_flows
from tracker.remind.refresh import refresh_queued
from tracker.settings import Settings
from tracker.store.engine import opened_store, reading
from tracker.store.periods import running_periods
from tracker.store.plans import plan_in_force
from tracker.store.standing import standing_by_agency


@task(name="Đọc hộp thư đến", retries=2, retry_delay_seconds=10)
def read_mail(settings: Settings) -> None:
    """Read the mailbox and show what was in it; where it is shut, fail, so that Prefect tries again."""
    with opened_store(settings.database_url) as engine:
        inbox = read_inbox(engine, settings)
    run_log().info("messages read: %d", len(inbox.taken))
    if lines := inbox_lines(inbox) + inbox_troubles(inbox):
        create_markdown_artifact(key="hop-thu-den", markdown=as_list(lines), description="Hộp thư đến")
    if inbox.shut:
        raise MailboxShut(inbox.shut)


@task(name="Ghi nhận báo cáo đã đến", retries=2, retry_delay_seconds=30)
def take_in(settings: Settings) -> Intake:
    """Queue receipts, and take what was answered out of reminders that wait; fail for a spoiled template."""
    with opened_store(settings.database_url) as engine:
        refreshed = refresh_queued(engine, settings)
        intake = take_in_today(engine, settings)
    run_log().info("receipts queued: %d, reminders withdrawn: %d", len(intake.receipts), refreshed.withdrawn)
    if refreshed.trouble:
        raise FileTrouble(refreshed.trouble)
    return intake


@task(name="Mức độ đầy đủ")
def completeness(settings: Settings) -> str:
    """Return the completeness of each running period by agency, as a table for the coordinator."""
    lines = []
    with opened_store(settings.database_url) as engine, reading(engine) as session:
        for period in running_periods(session, settings.today()):
            _, plan = plan_in_force(session, period.plan_id)
            lines += [f"## {period.title} (hạn {period.due:%d/%m/%Y})", ""]
            lines += ["| Cơ quan | Đã báo cáo | Phải báo cáo | Đã duyệt |", "|---|--:|--:|--:|"]
            for agency, standing in standing_by_agency(session, plan, period, settings.today()).items():
                lines.append(f"| {agency} | {standing.answered} | {standing.expected} | {standing.accepted} |")
            lines.append("")
    return "\n".join(lines) or "Hôm nay không có kỳ báo cáo nào đang mở."


@task(name="Kiểm tra các việc theo lịch")
def look_for_late_flows(settings: Settings) -> int:
    """Queue a letter about each flow that did not complete in its time; return how many were queued."""
    with opened_store(settings.database_url) as engine:
        return queue_late_flows(engine, settings)


@flow(
    name="collect",
    description="Xác nhận báo cáo đã đến, rút thư nhắc không còn cần, cho biết ai còn thiếu.",
    on_failure=[report_fault],
    on_crashed=[report_fault],
    on_cancellation=[report_fault],
)
def collect() -> int:
    """Take in what has come; returns how many letters left. What fails lets the rest be done first."""
    settings = entered_settings()
    mail = read_mail(settings, return_state=True)
    taken = take_in(settings, return_state=True)
    look_for_late_flows(settings, return_state=True)
    outcome = send(settings, return_state=True)
    create_markdown_artifact(key="muc-do-day-du", markdown=completeness(settings), description="Mức độ đầy đủ")
    mail.result()
    taken.result()
    sent = outcome.result().sent
    note_completed("collect", settings.database_url)
    return sent
