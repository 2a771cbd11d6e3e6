"""The remind flow: each working day in the morning (the run itself is daily), what is owed is queued and sent."""

from datetime import date

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from pydantic import BaseModel, Field

from flows.faults import note_completed, report_fault
from flows.run_log import run_log
from flows.settings import entered_settings
from flows.shown import as_list
from tracker.errors import DeliveryError, FileTrouble
from tracker.letters.send import Outcome, send_queued
from tracker.remind.queue import Queued, queue_today
from tracker.remind.wording import as_lines, copies_as_lines, escalations_as_lines, refreshed_lines
from tracker.settings import Settings
from tracker.store.engine import opened_store


class RemindRequest(BaseModel):
    """What a coordinator may choose on Prefect's page."""

    on: date | None = Field(
        default=None, title="Ngày", description="Làm như hôm nay là ngày này. Để trống: hôm nay."
    )
    dry_run: bool = Field(
        default=False, title="Chỉ xem", description="Cho biết sẽ nhắc ai, không xếp hàng và không gửi."
    )


# Queueing again queues nothing twice and a sent letter is not sent again, so both tasks may be retried freely.
@task(name="Xếp hàng thư nhắc", retries=2, retry_delay_seconds=30)
def queue(settings: Settings, dry_run: bool) -> Queued:
    """Queue what is owed today."""
    with opened_store(settings.database_url) as engine:
        queued = queue_today(engine, settings, dry_run=dry_run)
    run_log().info("reminders queued: %d, known before: %d", len(queued.fresh), len(queued.known))
    return queued


@task(name="Gửi thư đang chờ", retries=3, retry_delay_seconds=[60, 300, 900])
def send(settings: Settings) -> Outcome:
    """Send what is queued; where the mail server is not there, fail, so that Prefect tries again after a pause.

    What it refused is shown after every try: the next one would not know of it.
    """
    with opened_store(settings.database_url) as engine:
        outcome = send_queued(engine, settings)
    counts = outcome.sent, len(outcome.postponed), len(outcome.refused)
    run_log().info("letters sent: %d, put off: %d, refused: %d", *counts)
    if lines := outcome.trouble_lines():
        create_markdown_artifact(key="thu-chua-den", markdown=as_list(lines), description="Thư chưa đến nơi")
    if outcome.shut:
        raise DeliveryError(outcome.shut, permanent=False, unreachable=True)
    return outcome


@flow(
    name="remind",
    description="Nhắc các cơ quan chủ trì còn nợ báo cáo.",
    log_prints=True,
    on_failure=[report_fault],
    on_crashed=[report_fault],
    on_cancellation=[report_fault],
)
def remind(request: RemindRequest = RemindRequest()) -> int:  # noqa: B008  # never changed
    """Remind whoever owes today; returns how many letters left. Fails at its end, when all is shown."""
    settings = entered_settings().on(request.on)
    queued = queue(settings, request.dry_run)
    sending = None if request.dry_run else send(settings, return_state=True)
    outcome: Outcome | Exception = sending.result(raise_on_failure=False) if sending else Outcome()
    create_markdown_artifact(
        key="nhac-viec", markdown=reminded(queued, outcome), description="Thư nhắc trong ngày"
    )
    if queued.troubles:
        raise FileTrouble("\n".join(queued.troubles))
    sent = sending.result().sent if sending else 0
    if sending and request.on is None:
        note_completed("remind", settings.database_url)
    return sent


def reminded(queued: Queued, outcome: Outcome | Exception) -> str:
    """Return what a run did, for the coordinator; `outcome` is why where the letters could not be sent."""
    if queued.day_off:
        head, lines = "Hôm nay là ngày nghỉ: không xếp thư nhắc mới.", []
    else:
        head = f"## Thư nhắc mới: {len(queued.fresh)}"
        letters = [*as_lines(queued.fresh), *copies_as_lines(queued.copies)]
        lines = [*letters, *escalations_as_lines(queued.escalations), *map(str, queued.unreachable)]
    lines += [*queued.pauses, *refreshed_lines(queued.refreshed.withdrawn, queued.refreshed.reworded)]
    if isinstance(outcome, Exception):
        sent, troubles = "Chưa gửi xong, thư còn lại vẫn nằm trong hàng đợi:", [str(outcome)]
    else:
        sent, troubles = f"Đã gửi {outcome.sent} thư.", outcome.trouble_lines()
    return "\n\n".join([head, as_list(lines), sent, as_list([*troubles, *queued.troubles])])
