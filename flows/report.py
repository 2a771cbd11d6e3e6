"""The report flow: a coordinator asks for the memo of a period."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Literal, cast
from uuid import UUID

from prefect import flow, runtime, task
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from pydantic import BaseModel, Field

from flows.faults import note_completed, report_fault
from flows.run_log import run_log
from flows.settings import entered_settings
from flows.shown import as_list
from tracker.letters.send import send_queued
from tracker.papers.files import FORMATS, Format
from tracker.report.choice import Choice
from tracker.report.compile import Compiled, compile_memo, draft_periods
from tracker.report.mailing import queue_memo
from tracker.settings import Settings
from tracker.store.engine import opened_store, reading


class ReportRequest(BaseModel):
    """What a coordinator fills in on Prefect's page."""

    period: str | None = Field(
        default=None,
        title="Kỳ báo cáo",
        description="Ví dụ 2024, hoặc mã của kỳ đột xuất. Để trống: các kỳ còn đúng năm ngày làm việc là đến hạn.",
        max_length=40,
    )
    kind: Literal["tổng hợp", "riêng một cơ quan"] = Field(
        default="tổng hợp",
        title="Loại báo cáo",
        description="Riêng một cơ quan: mang thể thức của cơ quan ghi ở ô Cơ quan.",
    )
    version: Literal["dự thảo", "chính thức"] = Field(
        default="dự thảo",
        title="Bản",
        description="Chính thức: chốt kỳ, báo cáo đến sau không gộp vào; phải duyệt hết báo cáo trước khi chốt.",
    )
    number: int | None = Field(
        default=None, title="Số văn bản", description="Do văn thư cấp; để trống thì chừa chỗ.", ge=1, le=99999
    )
    agencies: list[str] = Field(default=[], title="Cơ quan", description="Tên hoặc mã. Để trống: mọi cơ quan.")
    areas: list[str] = Field(default=[], title="Nội dung", description="Ví dụ ND3. Để trống: mọi nội dung.")
    activities: list[str] = Field(
        default=[], title="Hoạt động", description="Ví dụ II.14. Để trống: mọi hoạt động."
    )
    since: date | None = Field(default=None, title="Báo cáo nhận từ ngày")
    until: date | None = Field(default=None, title="Báo cáo nhận đến hết ngày")
    formats: list[Format] = Field(
        default=list(FORMATS),
        title="Dạng tệp",
        description="Word để trình ký, HTML để xem, PDF để phát hành và lưu, Excel để lọc và tính.",
        min_length=1,
    )
    list_returned: bool = Field(
        default=False,
        title="Chốt cả khi còn báo cáo đã trả lại",
        description="Văn bản nêu tên các báo cáo đang được bổ sung.",
    )
    mail: bool = Field(
        default=True, title="Gửi thư", description="Gửi các tệp tới hộp thư của cơ quan đầu mối, mỗi bản một lần."
    )

    @property
    def choice(self) -> Choice:
        """Return which part of the period is told."""
        return Choice(
            agencies=tuple(self.agencies),
            areas=tuple(self.areas),
            activities=tuple(self.activities),
            since=self.since,
            until=self.until,
            own=self.kind == "riêng một cơ quan",
        )


@task(name="Các kỳ cần bản thảo")
def periods_due(settings: Settings) -> list[str]:
    """Return the codes of the periods of which a draft comes by itself today."""
    with opened_store(settings.database_url) as engine, reading(engine) as session:
        return draft_periods(session, settings.today())


@task(name="Tổng hợp báo cáo")
def compile_period(settings: Settings, period: str, request: ReportRequest, who: str) -> Compiled:
    """Freeze the facts of the period and print the memo; Prefect's page shows how far it is."""
    with opened_store(settings.database_url) as engine:
        compiled = compile_memo(
            engine,
            settings,
            period,
            who,
            request.number,
            request.formats,
            choice=request.choice,
            final=request.version == "chính thức",
            list_returned=request.list_returned,
            step=_progress(),
        )
    run_log().info("memo %d of the period %s, files: %d", compiled.report.number, period, len(compiled.files))
    return compiled


@task(name="Gửi báo cáo cho cơ quan đầu mối")
def mail_memo(settings: Settings, compiled: Compiled) -> list[str]:
    """Send the memo's files to the coordinator; return what the artifact says of it."""
    with opened_store(settings.database_url) as engine:
        queued = queue_memo(engine, settings, compiled)
        outcome = send_queued(engine, settings)
    run_log().info("letters sent: %d", outcome.sent)
    told = "Đã xếp hàng thư gửi cơ quan đầu mối." if queued else "Bản này đã gửi trước đó, hoặc chưa có nơi nhận."
    return [told, *outcome.trouble_lines(), *([outcome.shut] if outcome.shut else [])]


@flow(
    name="report",
    description="Tổng hợp báo cáo của một kỳ thành các tệp Word, HTML, PDF và Excel.",
    on_failure=[report_fault],
    on_crashed=[report_fault],
    on_cancellation=[report_fault],
)
def report(request: ReportRequest = ReportRequest()) -> list[Path]:  # noqa: B008  # never changed
    """Compile the memo that `request` asks for; returns its files."""
    settings = entered_settings()
    who = f"Prefect, lượt chạy {runtime.flow_run.get_name() or '(không tên)'}"
    files: list[Path] = []
    for period in [request.period] if request.period else periods_due(settings):
        compiled = compile_period(settings, period, request, who)
        mailed = mail_memo(settings, compiled) if request.mail else []
        create_markdown_artifact(key="bao-cao", markdown=summary(compiled, mailed), description="Báo cáo tổng hợp")
        files += compiled.files
    if request.period is None:
        note_completed("report", settings.database_url)
    return files


def summary(compiled: Compiled, mailed: list[str]) -> str:
    """Return what the memo holds, what changed and where its files are, for the coordinator."""
    kind = "bản chính thức" if compiled.report.final else "bản dự thảo"
    parts = [
        f"## {compiled.snapshot.period.title}, {kind}, lần tổng hợp {compiled.report.number}",
        f"{compiled.snapshot.told}/{len(compiled.snapshot.rows)} hoạt động có báo cáo; "
        f"số liệu đến ngày {compiled.snapshot.as_of:%d/%m/%Y}.",
        "\n".join(f"- [{file.name}](<{file.absolute().as_uri()}>)" for file in compiled.files),
        as_list(mailed),
        "### Thay đổi so với lần tổng hợp trước" if compiled.changed else "",
        as_list(compiled.changed),
        "### Đến sau khi chốt, không có trong báo cáo" if compiled.after else "",
        as_list(compiled.after),
        f"Mã băm số liệu: `{compiled.report.digest}`",
    ]
    return "\n\n".join(part for part in parts if part)


def _progress() -> Callable[[str, float], None]:
    # Prefect gives a coroutine only where it is awaited.
    shown = cast("UUID", create_progress_artifact(progress=0, key="tien-do-bao-cao", description="Bắt đầu"))

    def step(doing: str, share: float) -> None:
        update_progress_artifact(shown, progress=100 * share, description=doing)

    return step
