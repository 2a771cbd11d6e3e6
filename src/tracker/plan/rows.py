"""The rows of the matrix, the headings they stand under, and the targets."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from tracker.plan.fields import plan_field
from tracker.plan.stages import Stages


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentArea:
    """A heading of the matrix."""

    id: str = plan_field("mã", "Mã nội dung, ví dụ ND3.", form="id")
    title: str = plan_field("tên", "Tiêu đề, như in trong khung hoạt động.")
    part: Literal["direction", "content"] = plan_field(
        "phần",
        "direction: chỉ đạo (Phần I); content: nội dung (Phần II).",
        words={"direction": "chỉ đạo", "content": "nội dung"},
    )
    printed_as: str | None = plan_field("số TT in", "Số TT in tại dòng tiêu đề, nếu có.", None, form="id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """A numbered row of the matrix."""

    id: str = plan_field("số TT", "Số TT như in, ví dụ II.14.", form="id")
    title: str = plan_field("tên", "Tên hoạt động, đúng từng chữ như in.")
    content: str = plan_field("nội dung", "Mã nội dung chứa hoạt động này.", names=("content",))
    years: tuple[int, ...] = plan_field("năm", "Các năm có dấu x.", at_least=1900, at_most=2200, filled=True)
    years_unconfirmed: str | None = plan_field(
        "năm cần đối chiếu", "Lý do các năm này là cách đọc, còn phải đối chiếu bản ký.", None
    )
    lead: str = plan_field("chủ trì", "Mã cơ quan chủ trì.", names=("agency",))
    coordinating: tuple[str, ...] = plan_field(
        "phối hợp", "Mã các cơ quan hoặc nhóm phối hợp.", (), names=("agency", "group")
    )
    coordinating_printed: str | None = plan_field("phối hợp như in", "Cột phối hợp, đúng từng chữ như in.", None)
    due: date | None = plan_field("hạn", "Hạn báo cáo riêng của hoạt động, nếu có.", None)
    stages: Stages = plan_field("mốc nhắc", "Mốc nhắc riêng của hoạt động này, nếu khác mốc chung.", Stages())
    note: str | None = plan_field("ghi chú", "Ghi chú cho người quản trị.", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A number of section II.2 that the plan wants reached."""

    id: str = plan_field("mã", "Mã chỉ tiêu.", form="id")
    title: str = plan_field("tên", "Tên chỉ tiêu.")
    unit: str = plan_field("đơn vị tính", "Đơn vị tính, ví dụ HTX, người, %.")
    at_least: Decimal = plan_field("giá trị phải đạt", "Giá trị phải đạt.")
    printed: str | None = plan_field("giá trị như in", "Giá trị như in trong văn bản, ví dụ ít nhất 10 HTX.", None)
    by: int = plan_field("năm phải đạt", "Năm phải đạt.", at_least=1900, at_most=2200)
    source: str = plan_field("căn cứ", "Mục của kế hoạch quy định chỉ tiêu này.")
    reported_by: str = plan_field(
        "cơ quan báo cáo",
        "Mã cơ quan báo cáo số liệu; ghi mã nhóm thì mỗi cơ quan trong nhóm báo cáo phần mình, rồi cộng lại.",
        names=("agency", "group"),
    )
