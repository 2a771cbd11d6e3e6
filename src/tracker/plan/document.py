"""The signed document that a plan is: its kind, number, title and words. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tracker.language import LANGUAGES, N_, SOURCE, wording_in
from tracker.plan.fields import plan_field

KINDS = {
    "ke-hoach": N_("Kế hoạch"),
    "quyet-dinh": N_("Quyết định"),
    "nghi-quyet": N_("Nghị quyết"),
    "chuong-trinh": N_("Chương trình"),
    "chi-thi": N_("Chỉ thị"),
    "de-an": N_("Đề án"),
}
"""The kinds of document that assign tasks (Nghị định 30/2020/NĐ-CP, điều 7), each with its words."""
THE_ONE = "ke-hoach"
"""The id of a plan that has none of its own: most installations have one plan."""
SAYS_WHAT_IT_DOES = re.compile(
    r"(thực hiện|triển khai|về|ban hành|phê duyệt|tổ chức|tăng cường|đẩy mạnh|nâng cao|phát triển|hỗ trợ|"
    r"xây dựng|khắc phục|tiếp tục|bảo đảm|phòng|ứng phó|quy định|sửa đổi|hành động)\b",
    re.IGNORECASE,
)
"""How a title begins that reads on behind the document's kind, number and issuer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Abbreviation:
    """An abbreviation that titles and names in the plan use; a memo spells it out once."""

    short: str = plan_field("chữ viết tắt", "Chữ viết tắt, như dùng trong kế hoạch, ví dụ HTX.")
    full: str = plan_field("viết đầy đủ", "Chữ viết đầy đủ, ví dụ hợp tác xã.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The signed document itself."""

    kind: Literal["ke-hoach", "quyet-dinh", "nghi-quyet", "chuong-trinh", "chi-thi", "de-an"] = plan_field(
        "loại văn bản",
        "Loại văn bản: ke-hoach, quyet-dinh, nghi-quyet, chuong-trinh, chi-thi hoặc de-an.",
        "ke-hoach",
        words=KINDS,
    )
    id: str | None = plan_field(
        "mã kế hoạch", "Mã của kế hoạch khi có nhiều kế hoạch cạnh nhau; không đổi mã.", None, form="id"
    )
    code: str = plan_field("số, mã", "Số, ký hiệu của kế hoạch, ví dụ 12/KH-UBND.")
    title: str = plan_field("tên", "Trích yếu của kế hoạch.")
    language: Literal["vi", "en"] = plan_field(
        "ngôn ngữ",
        "Ngôn ngữ của thư, trang báo cáo và báo cáo tổng hợp: vi (tiếng Việt) hoặc en (tiếng Anh).",
        SOURCE,
        words=LANGUAGES,
    )
    issuer: str = plan_field("cơ quan ban hành", "Cơ quan ban hành.")
    issued: date = plan_field("ngày ban hành", "Ngày ban hành, viết NĂM-THÁNG-NGÀY, ví dụ 2024-03-22.")
    years: tuple[int, ...] = plan_field("năm", "Các năm của kế hoạch.", at_least=1900, at_most=2200, filled=True)
    coordinator: str = plan_field("cơ quan đầu mối", "Mã cơ quan đầu mối tổng hợp.", names=("agency",))
    supersedes: str | None = plan_field("thay thế", "Văn bản được thay thế.", None)
    sender: str | None = plan_field(
        "địa chỉ gửi thư",
        "Địa chỉ gửi thư của kế hoạch này, nếu máy chủ không đặt địa chỉ chung.",
        None,
        form="address",
    )
    abbreviations: tuple[Abbreviation, ...] = plan_field(
        "chữ viết tắt", "Các chữ viết tắt; báo cáo giải thích một lần những chữ có dùng.", ()
    )

    @property
    def plan_id(self) -> str:
        """Return the plan's id in the store: its own, or THE_ONE."""
        return self.id or THE_ONE

    @property
    def kind_words(self) -> str:
        """Return what kind of document it is: "Kế hoạch"."""
        return wording_in(self.language, KINDS[self.kind])

    @property
    def citation(self) -> str:
        """Return how the document is cited: "Kế hoạch số 305/KH-UBND"."""
        return wording_in(self.language, "{kind} số {code}", kind=self.kind_words, code=self.code)

    @property
    def title_in_sentence(self) -> str:
        """Return the title as it reads behind the issuer: "thực hiện Đề án …"; a name stands in brackets."""
        return (
            self.title[:1].lower() + self.title[1:] if SAYS_WHAT_IT_DOES.match(self.title) else f"({self.title})"
        )
