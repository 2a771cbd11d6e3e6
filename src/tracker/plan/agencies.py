"""Agencies, and the wordings that stand for several of them."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from tracker.plan.fields import plan_field
from tracker.plan.stages import Stages


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Where an agency is written to."""

    to: str = plan_field("địa chỉ", "Địa chỉ thư điện tử, hoặc một địa chỉ Apprise (kênh chat).", form="contact")
    name: str | None = plan_field("tên", "Người hoặc bộ phận nhận thư.", None)
    phone: str | None = plan_field("điện thoại", "Số điện thoại, để đầu mối gọi khi cần.", None)
    role: Literal["office", "head"] = plan_field(
        "vai trò",
        "office: văn phòng, nơi nhận hằng ngày; head: lãnh đạo.",
        "office",
        words={"office": "văn phòng", "head": "lãnh đạo"},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """Which agency answers for this one, from which day."""

    agency: str = plan_field("cơ quan kế thừa", "Mã cơ quan kế thừa.", names=("agency",))
    since: date = plan_field("kể từ", "Ngày bắt đầu kế thừa, viết NĂM-THÁNG-NGÀY.")
    unconfirmed: str | None = plan_field("phần cần đối chiếu", "Lý do thông tin này còn phải đối chiếu.", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """A sở, ngành, organisation or locality."""

    id: str = plan_field("mã", "Mã cơ quan.", key=True)
    name: str = plan_field("tên đầy đủ", "Tên đầy đủ, như in trên văn bản.")
    short: str = plan_field("tên gọi ngắn", "Tên gọi ngắn, dùng trong bảng và thư.")
    kind: Literal["agency", "locality"] = plan_field(
        "loại",
        "agency: sở, ngành, đoàn thể; locality: địa phương.",
        "agency",
        words={"agency": "sở, ngành, đoàn thể", "locality": "địa phương"},
    )
    formerly: tuple[str, ...] = plan_field(
        "mã cũ", "Các mã trước đây của dòng này; những gì đã báo cáo dưới mã cũ đi theo.", (), form="id"
    )
    aliases: tuple[str, ...] = plan_field("cách viết khác", "Các cách viết khác trong văn bản.", ())
    contacts: tuple[Contact, ...] = plan_field("nơi nhận thư", "Nơi nhận thư nhắc.", ())
    succeeded_by: Succession | None = plan_field("kế thừa", "Cơ quan kế thừa sau sắp xếp, nếu có.", None)
    stages: Stages = plan_field("mốc nhắc", "Mốc nhắc riêng của cơ quan này, nếu khác mốc chung.", Stages())


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A wording of the plan that stands for several agencies."""

    id: str = plan_field("mã", "Mã nhóm.", key=True)
    name: str = plan_field("tên đầy đủ", "Tên nhóm, như in trên văn bản.")
    aliases: tuple[str, ...] = plan_field("cách viết khác", "Các cách viết khác trong văn bản.", ())
    members: tuple[str, ...] = plan_field(
        "thành viên", "Mã các cơ quan trong nhóm.", names=("agency",), filled=True
    )
