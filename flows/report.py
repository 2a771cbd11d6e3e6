"""The report flow: a coordinator asks for the memo of a period."""

from pathlib import Path

from prefect import flow, runtime, task
from prefect.artifacts import create_markdown_artifact
from pydantic import BaseModel, Field

from tracker.papers.files import FORMATS, Format
from tracker.report.compile import Compiled, compile_memo, draft_periods
from tracker.settings import Settings, load_settings
from tracker.store.engine import opened_store, reading


class ReportRequest(BaseModel):
    """What a coordinator fills in on Prefect's page."""

    period: str | None = Field(
        default=None,
        title="Kỳ báo cáo",
        description="Ví dụ 2024, hoặc mã của kỳ đột xuất. Để trống: các kỳ còn đúng năm ngày làm việc là đến hạn.",
        max_length=40,
    )
    number: int | None = Field(
        default=None, title="Số văn bản", description="Do văn thư cấp; để trống thì chừa chỗ.", ge=1, le=99999
    )
    formats: list[Format] = Field(
        default=list(FORMATS),
        title="Dạng tệp",
        description="Word để trình ký, HTML để xem, PDF để phát hành và lưu, Excel để lọc và tính.",
        min_length=1,
    )


@task(name="Các kỳ cần bản thảo")
def periods_due(settings: Settings) -> list[str]:
    """Return the codes of the periods of which a draft comes by itself today."""
    with opened_store(settings.database_url) as engine, reading(engine) as session:
        return draft_periods(session, settings.today())


@task(name="Tổng hợp báo cáo")
def compile_period(
    settings: Settings, period: str, number: int | None, formats: list[Format], who: str
) -> Compiled:
    """Freeze the facts of the period and print the memo."""
    with opened_store(settings.database_url) as engine:
        return compile_memo(engine, settings, period, who, number, formats)


@flow(name="report", description="Tổng hợp báo cáo của một kỳ thành các tệp Word, HTML, PDF và Excel.")
def report(request: ReportRequest = ReportRequest()) -> list[Path]:  # noqa: B008  # never changed
    """Compile the memo that `request` asks for; returns its files."""
    settings = load_settings()
    who = f"prefect {runtime.flow_run.get_name() or 'run'}"
    files: list[Path] = []
    for period in [request.period] if request.period else periods_due(settings):
        compiled = compile_period(settings, period, request.number, request.formats, who)
        create_markdown_artifact(key="bao-cao", markdown=summary(compiled), description="Báo cáo tổng hợp")
        files += compiled.files
    return files


def summary(compiled: Compiled) -> str:
    """Return what the memo holds and where its files are, for the coordinator."""
    told = sum(row.said is not None for row in compiled.snapshot.rows)
    lines = [
        f"## {compiled.snapshot.period.title}, lần tổng hợp {compiled.report.number}",
        f"{told}/{len(compiled.snapshot.rows)} hoạt động có báo cáo; "
        f"số liệu đến ngày {compiled.snapshot.as_of:%d/%m/%Y}.",
        *(f"- `{file}`" for file in compiled.files),
        f"\nMã băm số liệu: `{compiled.report.digest}`",
    ]
    return "\n".join(lines)
