"""The plan: what the whole of `activities.yaml` says, as frozen values.

The classes mirror the file key for key. A field's metadata carries what the type cannot say: what
officials call it (`label`), the Vietnamese help an editor shows (`doc`), which ids a text may name (`names`), what
its choices mean (`words`), and the bounds of a number or text. `reader.py`, `schema.py` and `changes.py` all walk
these fields, so the file, its errors, its JSON Schema and what is said of an edit cannot drift apart.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from tracker.errors import BadInput, nearest

REQUIRED: Any = object()


class MonthDay(NamedTuple):
    """A day of every year, written `MM-DD` in the file."""

    month: int
    day: int

    def in_year(self, year: int) -> date:
        """Return this day in `year`."""
        return date(year, self.month, self.day)


def told(label: str, doc: str, default: Any = REQUIRED, **facts: Any) -> Any:
    """Return a dataclass field: its name and help in Vietnamese, further facts for reader and schema."""
    metadata = {"label": label, "doc": doc, **facts}
    if default is REQUIRED:
        return field(metadata=metadata)
    return field(default_factory=lambda: default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The signed document itself."""

    code: str = told("số, mã", "Số, ký hiệu của kế hoạch, ví dụ 305/KH-UBND.")
    title: str = told("tên", "Trích yếu của kế hoạch.")
    issuer: str = told("cơ quan ban hành", "Cơ quan ban hành.")
    issued: date = told("ngày ban hành", "Ngày ban hành, viết NĂM-THÁNG-NGÀY, ví dụ 2024-03-22.")
    years: tuple[int, ...] = told("năm", "Các năm của kế hoạch.", at_least=1900, at_most=2200, filled=True)
    coordinator: str = told("cơ quan đầu mối", "Mã cơ quan đầu mối tổng hợp.", names=("agency",))
    supersedes: str | None = told("thay thế", "Kế hoạch được thay thế.", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """When reminders are written and to whom, in working days around the due date.

    What is None is as the next wider rules say: an activity's, its lead's, the plan's, and last USUAL.
    """

    before: tuple[int, ...] | None = told(
        "trước hạn",
        "Nhắc trước hạn mấy ngày làm việc; 0 là đúng hạn.",
        None,
        at_least=0,
        at_most=60,
        usual=(10, 5, 2, 0),
    )
    after: tuple[int, ...] | None = told(
        "sau hạn", "Nhắc sau hạn mấy ngày làm việc.", None, at_least=1, at_most=60, usual=(1, 3, 5)
    )
    coordinator: int | None = told(
        "báo cơ quan đầu mối",
        "Sau hạn mấy ngày làm việc thì báo cơ quan đầu mối danh sách còn nợ; 0 là không báo.",
        None,
        at_least=0,
        at_most=60,
        usual=7,
    )
    head: int | None = told(
        "gửi lãnh đạo",
        "Sau hạn mấy ngày làm việc thì gửi thư tới lãnh đạo cơ quan; 0 là không gửi.",
        None,
        at_least=0,
        at_most=60,
        usual=10,
    )
    dispatch: int | None = told(
        "công văn đôn đốc",
        "Sau hạn mấy ngày làm việc thì lập công văn đôn đốc để ký; 0 là không lập.",
        None,
        at_least=0,
        at_most=60,
        usual=15,
    )
    copies: tuple[Literal["head", "coordinating"], ...] | None = told(
        "bản sao",
        "Bản sao thư nhắc gửi thêm tới ai: head là lãnh đạo cơ quan, coordinating là các cơ quan phối hợp.",
        None,
        usual=(),
        words={"head": "lãnh đạo cơ quan", "coordinating": "các cơ quan phối hợp"},
    )

    def over(self, wider: "Stages") -> "Stages":
        """Return these rules, with those of `wider` where they say nothing."""
        own = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) is not None}
        return replace(wider, **own)


USUAL = Stages(**{rule.name: rule.metadata["usual"] for rule in fields(Stages)})
"""What holds where the plan says nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Where an agency is written to."""

    to: str = told("địa chỉ", "Địa chỉ thư điện tử, hoặc một địa chỉ Apprise (kênh chat).", form="contact")
    name: str | None = told("tên", "Người hoặc bộ phận nhận thư.", None)
    role: Literal["office", "head"] = told(
        "vai trò",
        "office: văn phòng, nơi nhận hằng ngày; head: lãnh đạo.",
        "office",
        words={"office": "văn phòng", "head": "lãnh đạo"},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """Which agency answers for this one, from which day."""

    agency: str = told("cơ quan kế thừa", "Mã cơ quan kế thừa.", names=("agency",))
    since: date = told("kể từ", "Ngày bắt đầu kế thừa, viết NĂM-THÁNG-NGÀY.")
    unconfirmed: str | None = told("phần cần đối chiếu", "Lý do thông tin này còn phải đối chiếu.", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """A sở, ngành, organisation or locality."""

    id: str = told("mã", "Mã cơ quan.", key=True)
    name: str = told("tên đầy đủ", "Tên đầy đủ, như in trên văn bản.")
    short: str = told("tên gọi ngắn", "Tên gọi ngắn, dùng trong bảng và thư.")
    kind: Literal["agency", "locality"] = told(
        "loại",
        "agency: sở, ngành, đoàn thể; locality: địa phương.",
        "agency",
        words={"agency": "sở, ngành, đoàn thể", "locality": "địa phương"},
    )
    aliases: tuple[str, ...] = told("cách viết khác", "Các cách viết khác trong văn bản.", ())
    contacts: tuple[Contact, ...] = told("nơi nhận thư", "Nơi nhận thư nhắc.", ())
    succeeded_by: Succession | None = told("kế thừa", "Cơ quan kế thừa sau sắp xếp, nếu có.", None)
    stages: Stages = told("mốc nhắc", "Mốc nhắc riêng của cơ quan này, nếu khác mốc chung.", Stages())


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A wording of the plan that stands for several agencies."""

    id: str = told("mã", "Mã nhóm.", key=True)
    name: str = told("tên đầy đủ", "Tên nhóm, như in trên văn bản.")
    aliases: tuple[str, ...] = told("cách viết khác", "Các cách viết khác trong văn bản.", ())
    members: tuple[str, ...] = told("thành viên", "Mã các cơ quan trong nhóm.", names=("agency",), filled=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentArea:
    """A heading of the matrix."""

    id: str = told("mã", "Mã nội dung, ví dụ ND3.", form="id")
    title: str = told("tên", "Tiêu đề, như in trong khung hoạt động.")
    part: Literal["direction", "content"] = told(
        "phần",
        "direction: chỉ đạo (Phần I); content: nội dung (Phần II).",
        words={"direction": "chỉ đạo", "content": "nội dung"},
    )
    printed_as: str | None = told("số TT in", "Số TT in tại dòng tiêu đề, nếu có.", None, form="id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """A numbered row of the matrix."""

    id: str = told("số TT", "Số TT như in, ví dụ II.14.", form="id")
    title: str = told("tên", "Tên hoạt động, đúng từng chữ như in.")
    content: str = told("nội dung", "Mã nội dung chứa hoạt động này.", names=("content",))
    years: tuple[int, ...] = told("năm", "Các năm có dấu x.", at_least=1900, at_most=2200, filled=True)
    years_unconfirmed: str | None = told(
        "năm cần đối chiếu", "Lý do các năm này là cách đọc, còn phải đối chiếu bản ký.", None
    )
    lead: str = told("chủ trì", "Mã cơ quan chủ trì.", names=("agency",))
    coordinating: tuple[str, ...] = told(
        "phối hợp", "Mã các cơ quan hoặc nhóm phối hợp.", (), names=("agency", "group")
    )
    coordinating_printed: str | None = told("phối hợp như in", "Cột phối hợp, đúng từng chữ như in.", None)
    due: date | None = told("hạn", "Hạn báo cáo riêng của hoạt động, nếu có.", None)
    stages: Stages = told("mốc nhắc", "Mốc nhắc riêng của hoạt động này, nếu khác mốc chung.", Stages())
    note: str | None = told("ghi chú", "Ghi chú cho người quản trị.", None)

    @property
    def deadline(self) -> date:
        """Return the day until which the work itself is to be done: its own, or its last planned year's end."""
        return self.due or date(max(self.years), 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A number of section II.2 that the plan wants reached."""

    id: str = told("mã", "Mã chỉ tiêu.", form="id")
    title: str = told("tên", "Tên chỉ tiêu.")
    unit: str = told("đơn vị tính", "Đơn vị tính, ví dụ HTX, người, %.")
    at_least: Decimal = told("giá trị phải đạt", "Giá trị phải đạt.")
    printed: str | None = told("giá trị như in", "Giá trị như in trong văn bản, ví dụ ít nhất 10 HTX.", None)
    by: int = told("năm phải đạt", "Năm phải đạt.", at_least=1900, at_most=2200)
    source: str = told("căn cứ", "Mục của kế hoạch quy định chỉ tiêu này.")
    reported_by: str = told(
        "cơ quan báo cáo",
        "Mã cơ quan báo cáo số liệu; ghi mã nhóm thì mỗi cơ quan trong nhóm báo cáo phần mình, rồi cộng lại.",
        names=("agency", "group"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnualRule:
    """The yearly report: the plan's closing paragraph, "hàng năm (trước ngày 30/10)"."""

    opens: MonthDay = told("mở kỳ", "Ngày mở kỳ hằng năm, viết THÁNG-NGÀY.")
    due: MonthDay = told("hạn", "Hạn cuối hằng năm, viết THÁNG-NGÀY.")
    closes: MonthDay = told("khóa kỳ", "Ngày khóa kỳ hằng năm, viết THÁNG-NGÀY.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseReview:
    """The review at the end of the phase (section IV.7 of the plan)."""

    code: str = told("mã kỳ", "Mã kỳ, ví dụ so-ket-2025.", form="id")
    title: str = told("tên", "Tên kỳ báo cáo.")
    opens: date = told("mở kỳ", "Ngày mở kỳ.")
    due: date = told("hạn", "Hạn cuối.")
    closes: date = told("khóa kỳ", "Ngày khóa kỳ.")
    unconfirmed: str | None = told("phần cần đối chiếu", "Lý do các ngày này còn phải xác nhận.", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaReport:
    """What localities report: they lead no row of the matrix, but tell how the plan goes in their area."""

    id: str = told("mục", "Mục của kế hoạch giao việc này, ví dụ VI.13.", form="id")
    title: str = told("nội dung", "Nội dung phải báo cáo.")
    by: tuple[str, ...] = told(
        "cơ quan báo cáo",
        "Mã các địa phương, cơ quan hoặc nhóm phải báo cáo.",
        names=("agency", "group"),
        filled=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """What the public calendar does not know: extra days off and swapped working days."""

    days_off: tuple[date, ...] = told("ngày nghỉ", "Ngày nghỉ thêm, kể cả ngày nghỉ hoán đổi.", ())
    working_days: tuple[date, ...] = told("ngày làm bù", "Ngày làm bù.", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The strings around a signed paper (Nghị định 30/2020/NĐ-CP, Phụ lục I)."""

    profile: Literal["nd30", "doan-the"] = told(
        "mẫu",
        "nd30: theo Nghị định 30; doan-the: thể thức đoàn thể.",
        "nd30",
        words={"nd30": "Nghị định 30", "doan-the": "thể thức đoàn thể"},
    )
    parent: str = told("cơ quan chủ quản", "Cơ quan chủ quản, chữ in hoa; bỏ đi nếu không có.", "")
    issuer: str = told("cơ quan ban hành", "Cơ quan ban hành, chữ in hoa; tên dài viết thành hai dòng.")
    symbol: str = told("ký hiệu", "Ký hiệu sau số văn bản, ví dụ BC-BTV.")
    dispatch_symbol: str | None = told("ký hiệu công văn", "Ký hiệu của công văn đôn đốc, ví dụ BTV-VP.", None)
    place: str = told("địa danh", "Địa danh.")
    addressees: tuple[str, ...] = told("kính gửi", "Kính gửi.", filled=True)
    signed_for: str = told("thẩm quyền ký", "Thẩm quyền ký, ví dụ TM. BAN THƯỜNG VỤ; bỏ đi nếu không có.", "")
    signed_title: str = told("chức vụ", "Chức vụ người ký, chữ in hoa.")
    signed_name: str | None = told("người ký", "Họ tên người ký; để trống thì chừa chỗ.", None)
    copies: tuple[str, ...] = told("nơi nhận", "Nơi nhận, mỗi dòng một nơi.", filled=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """Who reports what to whom, and when."""

    annual: AnnualRule = told("hằng năm", "Báo cáo hằng năm.")
    phase_review: PhaseReview | None = told("sơ kết", "Sơ kết giai đoạn.", None)
    area_report: AreaReport | None = told(
        "báo cáo của địa phương", "Báo cáo của các địa phương về địa bàn, nếu có.", None
    )
    stages: Stages = told("mốc nhắc", "Các mốc nhắc việc.", USUAL)
    calendar: Calendar = told("lịch", "Ngày nghỉ và ngày làm bù.", Calendar())
    letterhead: Letterhead = told("thể thức", "Thể thức của báo cáo tổng hợp.")
    own_letterhead: Letterhead | None = told(
        "thể thức báo cáo riêng",
        'Thể thức của báo cáo riêng từng cơ quan; "{cơ quan}" là chỗ của tên cơ quan.',
        None,
    )

    def __post_init__(self) -> None:
        """Let the plan's own stages be complete: they are the widest rules there are."""
        if self.stages is not None:  # as it is while a faulty file is read
            object.__setattr__(self, "stages", self.stages.over(USUAL))


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The whole plan file, checked."""

    plan: Header = told("kế hoạch", "Văn bản kế hoạch.")
    agencies: Mapping[str, Agency] = told("cơ quan", "Các cơ quan, mỗi cơ quan một mã.", filled=True)
    groups: Mapping[str, Group] = told("nhóm", "Các nhóm cơ quan.", MappingProxyType({}))
    content: tuple[ContentArea, ...] = told("nội dung", "Các nội dung của khung hoạt động.", filled=True)
    activities: tuple[Activity, ...] = told("hoạt động", "Các hoạt động, theo thứ tự in.", filled=True)
    targets: tuple[Target, ...] = told("chỉ tiêu", "Các chỉ tiêu.", ())
    reporting: Reporting = told("chế độ báo cáo", "Chế độ báo cáo.")

    def holder(self, agency_id: str, on: date) -> Agency:
        """Return the agency that answers for `agency_id` on day `on`, following successions."""
        agency = self.agencies[agency_id]
        while agency.succeeded_by and agency.succeeded_by.since <= on:
            agency = self.agencies[agency.succeeded_by.agency]
        return agency

    def find_agency(self, named: str) -> Agency:
        """Return the agency a person means by `named`: its id, name, short name or alias; raises BadInput."""
        wanted = named.casefold()
        for agency in self.agencies.values():
            if wanted in {name.casefold() for name in (agency.id, agency.name, agency.short, *agency.aliases)}:
                return agency
        raise BadInput(f'không có cơ quan "{named}"; {nearest(named, self.agencies)}')

    def reported_areas(self, target: Target, on: date) -> dict[str, list[str]]:
        """Return who reports `target` on day `on`, each with the agencies whose areas it answers for by then.

        Of a group these are the successors of its members, each once. What one agency reports is kept under its
        own name, whoever answers for it.
        """
        group = self.groups.get(target.reported_by)
        if group is None:
            return {target.reported_by: [target.reported_by]}
        areas: dict[str, list[str]] = {}
        for member in group.members:
            areas.setdefault(self.holder(member, on).id, []).append(member)
        return areas

    def reporters(self, target: Target, on: date) -> tuple[str, ...]:
        """Return the ids of the agencies whose figures for `target` count on day `on`, each once."""
        return tuple(self.reported_areas(target, on))

    def members(self, named: Iterable[str]) -> list[str]:
        """Return the ids of the agencies that `named` (agencies and groups) stands for, each once."""
        opened = (self.groups[name].members if name in self.groups else (name,) for name in named)
        return list(dict.fromkeys(agency for agencies in opened for agency in agencies))

    def stages_of(self, activity_id: str, agency_id: str) -> Stages:
        """Return when an agency is reminded of an activity: the activity's rules over its own over the plan's."""
        own = self.agencies[agency_id].stages
        return self.by_id[activity_id].stages.over(own.over(self.reporting.stages))

    @cached_property
    def area_activity(self) -> Activity | None:
        """Return what localities report as one more activity, which the coordinator leads; None where nothing."""
        asked = self.reporting.area_report
        if asked is None:
            return None
        return Activity(
            id=asked.id, title=asked.title, content=asked.id, years=self.plan.years, lead=self.plan.coordinator
        )

    def is_area_report(self, activity_id: str) -> bool:
        """Say whether `activity_id` is what localities report: many owe it, each on its own area."""
        return self.area_activity is not None and self.area_activity.id == activity_id

    @cached_property
    def by_id(self) -> Mapping[str, Activity]:
        """Return all that may be reported on by its printed id: the activities, and what localities report."""
        last = (self.area_activity,) if self.area_activity else ()
        return {activity.id: activity for activity in (*self.activities, *last)}

    def activities_of(self, year: int) -> Iterator[Activity]:
        """Yield the activities with an x in `year`, in the plan's order."""
        return (activity for activity in self.activities if year in activity.years)

    def area(self, content_id: str) -> ContentArea:
        """Return the content area called `content_id`; KeyError if the plan has none.

        What localities report stands under a heading of its own.
        """
        for area in self.content:
            if area.id == content_id:
                return area
        if self.area_activity and self.area_activity.id == content_id:
            return ContentArea(id=content_id, title="Báo cáo của các địa phương", part="content")
        raise KeyError(content_id)

    def coordinating_words(self, activity: Activity) -> str:
        """Return who coordinates, as printed where the plan keeps the print, else by short names."""
        if activity.coordinating_printed:
            return activity.coordinating_printed
        names = [
            self.groups[i].name if i in self.groups else self.agencies[i].short for i in activity.coordinating
        ]
        return ", ".join(names)
