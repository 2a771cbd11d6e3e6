"""A small paper to print in tests; every number in it is made up and marked so."""

from datetime import date

from tracker.papers.paper import Annex, Block, Column, Paper, Row, Table
from tracker.plan.model import Letterhead

LETTERHEAD = Letterhead(
    parent="HỘI LIÊN HIỆP PHỤ NỮ VIỆT NAM",
    issuer="BAN THƯỜNG VỤ HỘI LIÊN HIỆP PHỤ NỮ TỈNH AN GIANG",
    symbol="BC-BTV",
    place="An Giang",
    addressees=("Ủy ban nhân dân tỉnh An Giang", "Trung ương Hội Liên hiệp Phụ nữ Việt Nam"),
    signed_for="TM. BAN THƯỜNG VỤ",
    signed_title="CHỦ TỊCH",
    signed_name="Nguyễn Thị Minh Họa",
    copies=("Như trên", "Các sở, ngành có liên quan", "UBND các huyện, thị xã, thành phố", "Lưu: VT, KTTG"),
)

TARGETS = Table(
    columns=(
        Column(title="Chỉ tiêu", width=70),
        Column(title="Đơn vị tính", width=25, align="center"),
        Column(title="Kế hoạch", width=25, align="right"),
        Column(title="Thực hiện", width=25, align="right"),
        Column(title="Tỷ lệ (%)", width=20, align="right"),
    ),
    rows=(
        Row(cells=("HTX do phụ nữ tham gia quản lý được củng cố", "HTX", "10", "8", "80,0")),
        Row(cells=("Lao động nữ trong tổ hợp tác có việc làm ổn định", "người", "1.253", "1.107", "88,3")),
    ),
)


def sample_annex(rows: int, label: str = "Phụ lục I") -> Annex:
    """Return an annex of `rows` activities under a heading row."""
    columns = (
        Column(title="TT", width=14, align="center"),
        Column(title="Hoạt động", width=70),
        Column(title="Cơ quan chủ trì", width=30),
        Column(title="Cơ quan phối hợp", width=35),
        Column(title="Thời gian", width=20, align="center"),
        Column(title="Trạng thái", width=25),
        Column(title="Tỷ lệ (%)", width=15, align="right"),
        Column(title="Kết quả", width=45),
    )
    activities = tuple(
        Row(
            cells=(
                f"II.{n}",
                f"Tổ chức lớp tập huấn số {n} về quản trị hợp tác xã cho cán bộ Hội",
                "Hội LHPN tỉnh",
                "Liên minh HTX, Sở Công Thương",
                "2023, 2024",
                "Đang thực hiện",
                "60",
                "Đã mở 02 lớp, 85 học viên (số liệu minh họa)",
            )
        )
        for n in range(1, rows + 1)
    )
    heading = Row(cells=("Nội dung 1: Tuyên truyền, nâng cao nhận thức",), band=True)
    return Annex(
        label=label,
        title="Tình hình thực hiện các hoạt động",
        table=Table(columns=columns, rows=(heading, *activities)),
        lead=("Bảng này liệt kê các hoạt động của kỳ báo cáo.",),
    )


BODY = (
    Block(
        kind="paragraph",
        text="Thực hiện Kế hoạch số 305/KH-UBND ngày 22 tháng 3 năm 2024 của Ủy ban nhân dân tỉnh An Giang, "
        "Ban Thường vụ Hội Liên hiệp Phụ nữ tỉnh báo cáo kết quả năm 2024 như sau:",
    ),
    Block(kind="heading", text="I. CÔNG TÁC CHỈ ĐẠO, TRIỂN KHAI"),
    Block(
        kind="paragraph",
        text="Đã ban hành 03 văn bản hướng dẫn và kiện toàn Ban Chỉ đạo.\nĐã họp giao ban hai lần.",
        said_by="Hội LHPN tỉnh",
    ),
    Block(kind="heading", text="II. KẾT QUẢ THỰC HIỆN CÁC NỘI DUNG"),
    Block(kind="heading", text="1. Tuyên truyền, nâng cao nhận thức", level=2),
    Block(kind="item", text="Sở Công Thương: tổ chức 02 hội chợ cho 24 hợp tác xã.", said_by="Sở Công Thương"),
    Block(
        kind="item",
        label="Liên minh HTX (II.15):",
        text="Tư vấn thành lập 01 hợp tác xã.",
        said_by="Liên minh HTX",
    ),
    Block(kind="paragraph", text="Còn 02 cơ quan chưa báo cáo nội dung này."),
    Block(kind="heading", text="III. KẾT QUẢ THỰC HIỆN CÁC CHỈ TIÊU"),
    Block(kind="table", table=TARGETS),
    Block(kind="paragraph", text="Trên đây là báo cáo kết quả thực hiện kế hoạch năm 2024."),
)


def sample_paper(**changes: object) -> Paper:
    """Return a paper of example data, with the given fields changed."""
    fields: dict[str, object] = {
        "issued_by": "Hội Liên hiệp Phụ nữ tỉnh An Giang",
        "letterhead": LETTERHEAD,
        "kind": "BÁO CÁO",
        "subject": "Kết quả thực hiện Kế hoạch hỗ trợ hợp tác xã do phụ nữ tham gia quản lý năm 2024",
        "number": 5,
        "dated": date(2024, 2, 5),
        "body": BODY,
        "annexes": (sample_annex(3), sample_annex(2, "Phụ lục II")),
        "illustration": True,
    }
    return Paper(**(fields | changes))  # type: ignore[arg-type]
