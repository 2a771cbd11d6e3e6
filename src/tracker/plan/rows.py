"""The rows of the matrix, the headings they stand under, and the targets."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Literal

from tracker.language import N_, wording, wording_in
from tracker.plan.fields import plan_field
from tracker.plan.stages import Stages
from tracker.words import number_words


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentArea:
    """A heading of the matrix."""

    id: str = plan_field("mã", "Mã nội dung, ví dụ ND3.", form="id")
    title: str = plan_field("tên", "Tiêu đề, như in trong khung hoạt động.")
    part: Literal["direction", "content", "tasks"] = plan_field(
        "phần",
        "direction: chỉ đạo (Phần I); content: nội dung (Phần II); tasks: nhiệm vụ giao ngoài khung, ở mục tasks.",
        words={"direction": "chỉ đạo", "content": "nội dung", "tasks": "nhiệm vụ ngoài khung"},
    )
    printed_as: str | None = plan_field("số TT in", "Số TT in tại dòng tiêu đề, nếu có.", None, form="id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """A numbered row of the matrix."""

    id: str = plan_field("số TT", "Số TT như in, ví dụ II.14.", form="id")
    title: str = plan_field("tên", "Tên hoạt động, đúng từng chữ như in.")
    content: str = plan_field("nội dung", "Mã nội dung chứa hoạt động này.", names=("content",))
    years: tuple[int, ...] = plan_field(
        "năm",
        "Các năm có dấu x; ghi time thì không cần.",
        (),
        at_least=1900,
        at_most=2200,
        filled=True,
    )
    years_unconfirmed: str | None = plan_field(
        "năm cần đối chiếu", "Lý do các năm này là cách đọc, còn phải đối chiếu bản ký.", None
    )
    time: str | None = plan_field(
        "thời gian", 'Thời gian như in, ví dụ "Quý II/2025", "6/2025", "thường xuyên".', None
    )
    deadline: date | None = plan_field(
        "thời hạn hoàn thành", "Thời hạn hoàn thành, nếu không đọc được từ time.", None
    )
    lead: tuple[str, ...] = plan_field(
        "chủ trì",
        "Mã cơ quan chủ trì; nhiều cơ quan hoặc mã nhóm thì mỗi cơ quan báo cáo phần mình.",
        names=("agency", "group"),
        filled=True,
        single=True,
    )
    coordinating: tuple[str, ...] = plan_field(
        "phối hợp", "Mã các cơ quan hoặc nhóm phối hợp.", (), names=("agency", "group")
    )
    coordinating_printed: str | None = plan_field("phối hợp như in", "Cột phối hợp, đúng từng chữ như in.", None)
    due: date | None = plan_field("hạn", "Hạn báo cáo riêng của hoạt động, nếu có.", None)
    subtasks: tuple[str, ...] = plan_field("việc cụ thể", "Các việc a), b), c) của hoạt động, nếu có.", ())
    product: str | None = plan_field(N_("sản phẩm"), "Sản phẩm, kết quả phải có, như in.", None)
    funding: str | None = plan_field(N_("nguồn kinh phí"), "Nguồn kinh phí, như in.", None)
    obligation: Literal["required", "encouraged"] | None = plan_field(
        N_("mức độ"),
        "required: bắt buộc; encouraged: khuyến khích.",
        None,
        words={"required": N_("bắt buộc"), "encouraged": N_("khuyến khích")},
    )
    priority: Literal["high", "normal", "low"] | None = plan_field(
        N_("ưu tiên"),
        "high: cao; normal: thường; low: thấp.",
        None,
        words={"high": N_("cao"), "normal": N_("thường"), "low": N_("thấp")},
    )
    stages: Stages = plan_field("mốc nhắc", "Mốc nhắc riêng của hoạt động này, nếu khác mốc chung.", Stages())
    formerly: tuple[str, ...] = plan_field(
        "mã cũ", "Các mã trước đây của dòng này; những gì đã báo cáo dưới mã cũ đi theo.", (), form="id"
    )
    note: str | None = plan_field("ghi chú", "Ghi chú cho người quản trị.", None)
    unconfirmed: str | None = plan_field(
        "phần cần đối chiếu", "Điều chưa chắc khi đọc dòng này từ văn bản; đối chiếu xong thì xóa.", None
    )

    def facts(self, language: str) -> list[str]:
        """Return in `language` what else the plan prints, a line each: "Sản phẩm: …"."""
        labels = {field.name: field.metadata for field in fields(self)}
        lines = []
        for name in ("product", "funding", "obligation", "priority"):
            if value := getattr(self, name):
                words = labels[name].get("words", {}).get(value)
                label = wording_in(language, labels[name]["label"]).capitalize()
                lines.append(f"{label}: {wording_in(language, words) if words else value}")
        return lines

    @property
    def lettered(self) -> tuple[str, ...]:
        """Return its subtasks as they are printed: "a) …"."""
        return tuple(
            f"{letter}) {text}" for letter, text in zip("abcdeghiklmnopqrstuvxy", self.subtasks, strict=False)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A number of section II.2 that the plan wants reached."""

    id: str = plan_field("mã", "Mã chỉ tiêu.", form="id")
    title: str = plan_field("tên", "Tên chỉ tiêu.")
    unit: str = plan_field("đơn vị tính", "Đơn vị tính, ví dụ HTX, người, %.")
    at_least: Decimal | None = plan_field("giá trị phải đạt", "Giá trị phải đạt, trở lên; hoặc ghi at_most.", None)
    at_most: Decimal | None = plan_field("giá trị tối đa", "Giá trị không được vượt, thay cho at_least.", None)
    printed: str | None = plan_field("giá trị như in", "Giá trị như in trong văn bản, ví dụ ít nhất 10 HTX.", None)
    by: int = plan_field("năm phải đạt", "Năm phải đạt.", at_least=1900, at_most=2200)
    source: str = plan_field("căn cứ", "Mục của kế hoạch quy định chỉ tiêu này.")
    reported_by: str = plan_field(
        "cơ quan báo cáo",
        "Mã cơ quan báo cáo số liệu; ghi mã nhóm thì mỗi cơ quan trong nhóm báo cáo phần mình, rồi cộng lại.",
        names=("agency", "group"),
    )
    formerly: tuple[str, ...] = plan_field(
        "mã cũ", "Các mã trước đây của dòng này; những gì đã báo cáo dưới mã cũ đi theo.", (), form="id"
    )

    @property
    def aim(self) -> Decimal:
        """Return the value that is to be reached, or not to be passed."""
        found = self.at_least if self.at_least is not None else self.at_most
        return found if found is not None else Decimal(0)

    @property
    def amount(self) -> str:
        """Return the aim in words, without its unit: "10", "không quá 5"."""
        amount = number_words(self.aim)
        return wording("không quá {amount}", amount=amount) if self.at_least is None else amount

    @property
    def words(self) -> str:
        """Return the aim as printed, else in words: "không quá 5 %"."""
        return self.printed or f"{self.amount} {self.unit}"

    def is_reached(self, value: Decimal) -> bool:
        """Say whether `value`, of which nothing is missing, is as the plan wants it."""
        return value >= self.at_least if self.at_least is not None else value <= self.aim
