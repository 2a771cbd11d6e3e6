"""The remind flow: each working day in the morning (the run itself is daily), what is owed is queued and sent."""

from datetime import date

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from pydantic import BaseModel, Field

from tracker.errors import DeliveryError
from tracker.letters.send import Outcome, send_queued
from tracker.remind.queue import Queued, queue_today
from tracker.remind.wording import as_lines, escalations_as_lines
from tracker.settings import Settings, load_settings
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
        return queue_today(engine, settings, dry_run=dry_run)


@task(name="Gửi thư đang chờ", retries=3, retry_delay_seconds=[60, 300, 900])
def send(settings: Settings) -> Outcome:
    """Send what is queued; where the mail server is not there, fail, so that Prefect tries again after a pause."""
    with opened_store(settings.database_url) as engine:
        outcome = send_queued(engine, settings)
    if outcome.shut:
        raise DeliveryError(outcome.shut, permanent=False, unreachable=True)
    return outcome


@flow(name="remind", description="Nhắc các cơ quan chủ trì còn nợ báo cáo.", log_prints=True)
def remind(request: RemindRequest = RemindRequest()) -> int:  # noqa: B008  # never changed
    """Remind whoever owes today; returns how many letters left."""
    settings = load_settings().on(request.on)
    queued = queue(settings, request.dry_run)
    outcome = Outcome() if request.dry_run else send(settings)
    create_markdown_artifact(
        key="nhac-viec", markdown=reminded(queued, outcome), description="Thư nhắc trong ngày"
    )
    return outcome.sent


def reminded(queued: Queued, outcome: Outcome) -> str:
    """Return what a run did, for the coordinator."""
    if queued.day_off:
        return "Hôm nay là ngày nghỉ; thư nhắc đi vào ngày làm việc tới."
    lines = [f"## Thư nhắc mới: {len(queued.fresh)}", *(f"- {line}" for line in as_lines(queued.fresh))]
    lines += [f"- {line}" for line in escalations_as_lines(queued.escalations)]
    if queued.copies:
        lines.append(f"- Bản sao gửi {len(queued.copies)} cơ quan phối hợp")
    lines.append(f"\nĐã gửi {outcome.sent} thư; {outcome.postponed} thư sẽ gửi lại sau.")
    lines += [f"- **Chưa đến đủ nơi nhận:** {letter.key}: {refused}" for letter, refused in outcome.partly]
    lines += [f"- **Bị từ chối:** {', '.join(letter.to)}: {reply}" for letter, reply in outcome.refused]
    lines += [f"- **Không có nơi nhận thư dùng được:** {as_lines([r])[0]}; {why}" for r, why in queued.unreachable]
    lines += [f"- {line}" for line in queued.pauses]
    return "\n".join(lines)
