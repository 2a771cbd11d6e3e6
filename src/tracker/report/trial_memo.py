"""A memo to try templates with: every part once, in words found nowhere else, beside long and hostile ones."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from tracker.papers.charts import alternative
from tracker.papers.letterhead import words_around
from tracker.papers.paper import Paper
from tracker.plan.model import Header, Letterhead
from tracker.progress import SHORT_TEXTS, DutyState, Timeliness, UpdateStatus
from tracker.report import facts
from tracker.report.memo import memo
from tracker.report.tidy import tidy
from tracker.settings import shipped

DAY = date(2024, 2, 5)
HOSTILE = (
    "A & B <b>đậm</b> ]]> </w:t></w:r> &amp;",
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "{{ 7*7 }} {% x %} {# y #} %} }} {{p table(x) }}",
    '#set page(fill: red) #read("/etc/passwd") $x^2$ @nhãn <nhãn>',
    "Dòng một\ndòng hai\n\n# dòng ba",
    "👨‍👩‍👧 漢字 שלום ỡ ẵ Ộ",
    "Đường" * 80,
    "Đã tổ chức hội nghị kết nối cung cầu cho các hợp tác xã do phụ nữ tham gia quản lý. " * 60,
)
LETTERHEAD = Letterhead(
    parent="CHỦ QUẢN THỬ MẪU",
    issuer="BAN HÀNH THỬ MẪU",
    symbol="BC-TM",
    place="Nơi thử mẫu",
    addressees=("Kính gửi thử mẫu một", "Kính gửi thử mẫu hai"),
    signed_for="TM. THẨM QUYỀN THỬ MẪU",
    signed_title="CHỨC VỤ THỬ MẪU",
    signed_name="Họ Tên Thử Mẫu",
    copies=("Nơi nhận thử mẫu", "Lưu: VT"),
)


def _row(name: str, area: str, status: UpdateStatus | None, result: str | None = None) -> facts.Row:
    texts: dict[str, Any] = {text: f"{words} thử mẫu {name}" for text, words in SHORT_TEXTS.items()}
    texts |= {"result": result} if result else {}
    said = None if status is None else facts.Said(
        status=status, percent=50, by="Cán bộ thử mẫu", on=DAY, way="page", revision=1, **texts,
    )  # fmt: skip
    return facts.Row(
        id=name, title=f"Hoạt động thử mẫu {name}", area=area, lead=f"Sở thử mẫu {name}", coordinating="",
        years=(2023,), due=DAY, state=DutyState.SUBMITTED if said else DutyState.EXPECTED,
        cell=Timeliness.OPEN_IN_TIME, said=said,
    )  # fmt: skip


def _goal(title: str, value: int | None, *portions: facts.Portion) -> facts.Goal:
    return facts.Goal(
        title=title, unit="đơn vị thử mẫu", printed="1", at_least=Decimal(1), before=None, portions=portions,
        value=None if value is None else Decimal(value), asked=len(portions), reported_by="địa phương",
    )  # fmt: skip


SNAPSHOT = facts.Snapshot(
    plan=Header(
        code="98/KH-TM", title="Thực hiện việc thử mẫu", issuer="UBND thử mẫu", issued=DAY, years=(2023, 2024),
        coordinator="thu-mau",
    ),
    plan_version=1, plan_digest="", coordinator="Đầu mối thử mẫu", letterhead=LETTERHEAD,
    period=facts.Asked(code="2023", title="Kỳ thử mẫu", kind="annual", due=DAY, years=(2023,)),
    as_of=DAY,
    areas=(facts.Area(id="A", title="Chỉ đạo", direction=True), facts.Area(id="B", title="Nội", direction=False)),
    rows=(
        _row("I.1", "A", UpdateStatus.DONE),
        *(_row(f"II.{n}", "B", status) for n, status in enumerate(UpdateStatus, 1)),
        *(_row(f"III.{n}", "B", UpdateStatus.UNDER_WAY, text) for n, text in enumerate(HOSTILE)),
        _row("IV.1", "B", None),
    ),
    goals=(
        _goal("Chỉ tiêu đạt", 2), _goal("Chỉ tiêu thiếu", None),
        _goal("Chỉ tiêu cộng", 5, facts.Portion(who="A", value=Decimal(5)), facts.Portion(who="B", value=None)),
    ),
    coming=(facts.Coming(id="V.1", title="Việc năm sau", lead="Sở năm sau"),),
    illustration=True,
    tasks=(_row("VII.1", "", UpdateStatus.UNDER_WAY), _row("VII.2", "", None)),
    localities=(_row("VI.1", "", UpdateStatus.UNDER_WAY), _row("VI.2", "", None)),
)  # fmt: skip
SILENT = replace(
    SNAPSHOT,
    rows=tuple(replace(row, said=None) for row in SNAPSHOT.rows),
    goals=(),
    coming=(),
    localities=(),
    tasks=(),
)
"""A period in which nobody said anything."""


@cache
def trial_papers() -> dict[str, Paper]:
    """Return papers by name: with every part, in the party's form, with as little as there can be."""
    usual = memo(SNAPSHOT, shipped("templates") / "memo" / "memo.txt", 98)
    bare = replace(LETTERHEAD, parent="", addressees=("Kính gửi một nơi",), signed_for="", signed_name=None)
    return {
        "day-du": (full := replace(usual, kind="LOẠI THỬ MẪU")),
        "dang": replace(full, letterhead=replace(LETTERHEAD, profile="dang")),
        "it-nhat": replace(full, letterhead=bare, number=None, annexes=(), illustration=False, draft=False),
    }


def facts_on_paper() -> Iterator[tuple[str, str]]:
    """Yield what a paper must show: the name by which a template prints it, and the words of the full trial."""
    paper = trial_papers()["day-du"]
    around = words_around(paper)
    yield from ((name, value) for name, value in around.items() if name != "language" and isinstance(value, str))
    for field in fields(paper.letterhead):
        value = getattr(paper.letterhead, field.name)
        if value and field.name != "profile":
            yield f"letterhead.{field.name}", value if isinstance(value, str) else value[-1]
    yield from (("paper.kind", paper.kind), ("paper.subject", paper.subject))
    for block in paper.body:
        yield from (("block.text", block.text), ("block.label", block.label))
        if block.chart:
            yield "block.chart", alternative(block.chart)
        if block.table:
            yield "block.table", block.table.rows[-1].cells[0]
    for annex in paper.annexes:
        yield from (
            ("annex.label", annex.label),
            ("annex.title", annex.title),
            ("annex.lead", "".join(annex.lead)),
        )


def facts_in_memo() -> Iterator[tuple[str, str]]:
    """Yield what the memo's words must tell: the name by which they do, and the words of the trial."""
    yield from (("plan.citation", SNAPSHOT.plan.citation), ("period.title", SNAPSHOT.period.title))
    yield from (("coordinator", SNAPSHOT.coordinator), ("coming", SNAPSHOT.coming[0].lead))
    yield "[bảng chỉ tiêu]", SNAPSHOT.goals[0].unit
    for row in (*SNAPSHOT.rows, *SNAPSHOT.localities):
        for name in SHORT_TEXTS if row.said else ():
            yield f"said.{name}", tidy(getattr(row.said, name))
