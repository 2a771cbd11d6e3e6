"""A memo to try templates with: every part once, in words found nowhere else, beside long and hostile ones."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tracker.papers.paper import Annex, Bar, Block, Chart, Column, Paper, Row, Series, Table
from tracker.plan.model import Header, Letterhead
from tracker.progress import DutyState, Timeliness, UpdateStatus
from tracker.report import facts

DAY = date(2024, 2, 5)
HOSTILE = (
    "A & B <b>đậm</b> ]]> </w:t></w:r> &amp;",
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "{{ 7*7 }} {% x %} {# y #} %} }} {{p table(x) }}",
    '#set page(fill: red) #read("/etc/passwd") $x^2$ @nhãn <nhãn>',
    "dòng một\ndòng hai\n\n# dòng ba",
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
CHART = Chart(
    of="Nội dung",
    series=(Series(name="Hoàn thành", fill="#1f4e79"), Series(name="Chưa báo cáo", fill="#ffffff")),
    bars=(Bar(label="Thanh thử mẫu", counts=(3, 1)), Bar(label=HOSTILE[0], counts=(0, 2))),
    drawn=2,
)


def _table(first: str) -> Table:
    columns = (Column(title="TT", width=10, align="center"), Column(title=f"Cột {first}", width=90))
    rows = (
        Row(cells=(f"Dòng {first}",), band=True),
        *(Row(cells=(str(n), text)) for n, text in enumerate(HOSTILE)),
    )
    return Table(columns=columns, rows=rows)


PAPER = Paper(
    letterhead=LETTERHEAD,
    issued_by="cơ quan ban hành thử mẫu",
    kind="LOẠI THỬ MẪU",
    subject="Trích yếu thử mẫu",
    number=98,
    dated=DAY,
    body=(
        Block(kind="heading", text="I. MỤC LỚN THỬ MẪU"),
        Block(kind="heading", text="1. Mục nhỏ thử mẫu", level=2),
        Block(kind="paragraph", label="Nhãn thử mẫu:", text="Lời thử mẫu.", said_by="Sở thử mẫu"),
        *(Block(kind="paragraph", text=text, said_by="Sở thử mẫu") for text in HOSTILE),
        *(Block(kind="item", label=text, text=text) for text in HOSTILE),
        Block(kind="item", text="Gạch đầu dòng thử mẫu."),
        Block(kind="table", table=_table("bảng trong bài")),
        Block(kind="chart", label="Biểu đồ 1.", text="Tên biểu đồ thử mẫu.", chart=CHART),
        Block(kind="paragraph", text="Lời cuối thử mẫu."),
    ),
    annexes=(
        Annex(
            label="Phụ lục một", title="Tên phụ lục một", table=_table("phụ lục một"), lead=("Câu đầu phụ lục.",)
        ),
        Annex(label="Phụ lục hai", title="Tên phụ lục hai", table=_table("phụ lục hai")),
    ),
    illustration=True,
)
BARE = replace(
    PAPER,
    letterhead=replace(LETTERHEAD, parent="", addressees=("Kính gửi một nơi",), signed_for="", signed_name=None),
    number=None,
    annexes=(),
    illustration=False,
)
"""A paper with as little as there can be."""
PARTY = replace(PAPER, letterhead=replace(LETTERHEAD, profile="doan-the"))


def _said(status: UpdateStatus, name: str) -> facts.Said:
    return facts.Said(
        status=status,
        percent=50,
        result=f"Kết quả thử mẫu {name}",
        difficulties=f"Khó khăn thử mẫu {name}",
        causes=f"Nguyên nhân thử mẫu {name}",
        proposals=f"Đề xuất thử mẫu {name}",
        by="Cán bộ thử mẫu",
        on=DAY,
        way="page",
        revision=1,
    )


def _row(name: str, area: str, said: facts.Said | None) -> facts.Row:
    return facts.Row(
        id=name,
        title=f"Hoạt động thử mẫu {name}",
        area=area,
        lead=f"Sở thử mẫu {name}",
        coordinating="",
        years=(2023,),
        due=DAY,
        state=DutyState.SUBMITTED if said else DutyState.EXPECTED,
        cell=Timeliness.OPEN_IN_TIME,
        said=said,
    )


SNAPSHOT = facts.Snapshot(
    plan=Header(
        code="98/KH-TM",
        title="Thực hiện việc thử mẫu",
        issuer="UBND thử mẫu",
        issued=DAY,
        years=(2023, 2024),
        coordinator="thu-mau",
    ),
    plan_version=1,
    plan_digest="",
    coordinator="Đầu mối thử mẫu",
    letterhead=LETTERHEAD,
    period=facts.Asked(code="2023", title="Kỳ thử mẫu", kind="annual", due=DAY, years=(2023,)),
    as_of=DAY,
    areas=(
        facts.Area(id="A", title="Chỉ đạo thử mẫu", direction=True),
        facts.Area(id="B", title="Nội dung thử mẫu", direction=False),
    ),
    rows=(
        _row("I.1", "A", _said(UpdateStatus.DONE, "I.1")),
        *(_row(f"II.{n}", "B", _said(status, f"II.{n}")) for n, status in enumerate(UpdateStatus, 1)),
        _row("II.8", "B", replace(_said(UpdateStatus.UNDER_WAY, "II.8"), result="\n".join(HOSTILE))),
        _row("II.9", "B", None),
    ),
    goals=(
        facts.Goal(
            title="Chỉ tiêu đạt", unit="HTX", printed="1", at_least=Decimal(1), value=Decimal(2), before=None
        ),
        facts.Goal(title="Chỉ tiêu thiếu", unit="HTX", printed="1", at_least=Decimal(1), value=None, before=None),
        facts.Goal(
            title="Chỉ tiêu cộng",
            unit="người",
            printed="9",
            at_least=Decimal(9),
            value=Decimal(5),
            before=None,
            portions=(
                facts.Portion(who="Huyện thử mẫu một", value=Decimal(5)),
                facts.Portion(who="Huyện thử mẫu hai", value=None),
            ),
            asked=2,
            reported_by="địa phương",
        ),
    ),
    coming=(facts.Coming(id="III.1", title="Việc năm sau", lead="Sở năm sau"),),
    illustration=True,
    tasks=(_row("VII.1", "", _said(UpdateStatus.UNDER_WAY, "VII.1")), _row("VII.2", "", None)),
    localities=(_row("VI.1", "", _said(UpdateStatus.UNDER_WAY, "VI.1")), _row("VI.2", "", None)),
)
SILENT = replace(
    SNAPSHOT,
    rows=tuple(replace(row, said=None) for row in SNAPSHOT.rows),
    goals=(),
    coming=(),
    localities=(),
    tasks=(),
)
"""A period in which nobody said anything."""
