"""The report flow: a coordinator asks for the memo of a period."""

from pathlib import Path

from prefect import flow, runtime, task
from prefect.artifacts import create_markdown_artifact
from pydantic import BaseModel, Field

from tracker.report.compile import Compiled, compile_memo
from tracker.settings import Settings, load_settings
from tracker.store.engine import opened_store


class ReportRequest(BaseModel):
    """What a coordinator fills in on Prefect's page."""

    period: str = Field(title="Kỳ báo cáo", description="Ví dụ 2024, hoặc mã của kỳ đột xuất.", max_length=40)
    number: int | None = Field(
        default=None, title="Số văn bản", description="Do văn thư cấp; để trống thì chừa chỗ.", ge=1, le=99999
    )


@task(name="Tổng hợp báo cáo")
def compile_period(settings: Settings, request: ReportRequest, who: str) -> Compiled:
    """Freeze the facts of the period and print the memo."""
    with opened_store(settings.database_url) as engine:
        return compile_memo(engine, settings, request.period, who, request.number)


@flow(name="report", description="Tổng hợp báo cáo của một kỳ thành văn bản Word và trang HTML.")
def report(request: ReportRequest) -> list[Path]:
    """Compile the memo that `request` asks for; returns its files."""
    who = f"prefect {runtime.flow_run.get_name() or 'run'}"
    compiled = compile_period(load_settings(), request, who)
    create_markdown_artifact(key="bao-cao", markdown=summary(compiled), description="Báo cáo tổng hợp")
    return list(compiled.files)


def summary(compiled: Compiled) -> str:
    """Return what the memo holds and where its files are, for the coordinator."""
    told = sum(row.said is not None for row in compiled.snapshot.rows)
    lines = [
        f"## {compiled.snapshot.period.title}, bản tổng hợp số {compiled.report.number}",
        f"{told}/{len(compiled.snapshot.rows)} hoạt động có báo cáo; "
        f"số liệu đến ngày {compiled.snapshot.as_of:%d/%m/%Y}.",
        *(f"- `{file}`" for file in compiled.files),
        f"\nMã băm số liệu: `{compiled.report.digest}`",
    ]
    return "\n".join(lines)
