"""Who reports what to whom, and when: periods, days off, letterheads."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tracker.language import SOURCE
from tracker.plan.fields import MonthDay, plan_field
from tracker.plan.period_rules import PeriodRule, RuleDay, Span, annual_span, spans_of
from tracker.plan.stages import USUAL, Stages


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnualRule:
    """The yearly report: the plan's closing paragraph, "hàng năm (trước ngày 30/10)"."""

    opens: MonthDay = plan_field("mở kỳ", "Ngày mở kỳ hằng năm, viết THÁNG-NGÀY.")
    due: MonthDay = plan_field("hạn", "Hạn cuối hằng năm, viết THÁNG-NGÀY.")
    closes: MonthDay = plan_field("khóa kỳ", "Ngày khóa kỳ hằng năm, viết THÁNG-NGÀY.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseReview:
    """The review at the end of the phase (section IV.7 of the plan)."""

    code: str = plan_field("mã kỳ", "Mã kỳ, ví dụ so-ket-2025.", form="id")
    title: str = plan_field("tên", "Tên kỳ báo cáo.")
    opens: date = plan_field("mở kỳ", "Ngày mở kỳ.")
    due: date = plan_field("hạn", "Hạn cuối.")
    closes: date = plan_field("khóa kỳ", "Ngày khóa kỳ.")
    unconfirmed: str | None = plan_field("phần cần đối chiếu", "Lý do các ngày này còn phải xác nhận.", None)

    def days(self) -> dict[str, date]:
        """Return its three days by the names of their keys."""
        return {"opens": self.opens, "due": self.due, "closes": self.closes}


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaReport:
    """What localities report: they lead no row of the matrix, but tell how the plan goes in their area."""

    id: str = plan_field("mục", "Mục của kế hoạch giao việc này, ví dụ VI.13.", form="id")
    title: str = plan_field("nội dung", "Nội dung phải báo cáo.")
    by: tuple[str, ...] = plan_field(
        "cơ quan báo cáo",
        "Mã các địa phương, cơ quan hoặc nhóm phải báo cáo.",
        names=("agency", "group"),
        filled=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Whose public holidays count, and what they do not know: extra days off and swapped working days."""

    country: Literal["VN", "US", "none"] = plan_field(
        "ngày lễ của nước",
        "Ngày lễ của nước nào: VN, US; none: không tính ngày lễ, chỉ các ngày ghi ở days_off.",
        "VN",
        words={"VN": "Việt Nam", "US": "Hoa Kỳ", "none": "không tính"},
    )
    days_off: tuple[date, ...] = plan_field("ngày nghỉ", "Ngày nghỉ thêm, kể cả ngày nghỉ hoán đổi.", ())
    working_days: tuple[date, ...] = plan_field("ngày làm bù", "Ngày làm bù.", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The strings around a signed paper (Nghị định 30/2020/NĐ-CP, Phụ lục I)."""

    profile: Literal["nd30", "dang", "plain"] = plan_field(
        "mẫu",
        "nd30: theo Nghị định 30, cho cơ quan nhà nước và đoàn thể; dang: Hướng dẫn 36-HD/VPTW, cho tổ chức đảng; "
        "plain: không có Quốc hiệu, Tiêu ngữ.",
        "nd30",
        words={"nd30": "Nghị định 30", "dang": "thể thức văn bản của Đảng", "plain": "không có Quốc hiệu"},
        once={"doan-the": "dang"},  # as plan files of earlier releases call it
    )
    parent: str = plan_field("cơ quan chủ quản", "Cơ quan chủ quản, chữ in hoa; bỏ đi nếu không có.", "")
    issuer: str = plan_field("cơ quan ban hành", "Cơ quan ban hành, chữ in hoa; tên dài viết thành hai dòng.")
    issued_by: str | None = plan_field(
        "tên trong câu văn",
        "Tên cơ quan ban hành trong câu văn, nếu không phải cơ quan đầu mối, ví dụ Ủy ban nhân dân tỉnh A.",
        None,
    )
    symbol: str = plan_field("ký hiệu", "Ký hiệu sau số văn bản, ví dụ BC-BTV.")
    dispatch_symbol: str | None = plan_field(
        "ký hiệu công văn", "Ký hiệu của công văn đôn đốc, ví dụ BTV-VP.", None
    )
    place: str = plan_field("địa danh", "Địa danh.")
    addressees: tuple[str, ...] = plan_field("kính gửi", "Kính gửi.", filled=True)
    signed_for: str = plan_field(
        "thẩm quyền ký", "Thẩm quyền ký, ví dụ TM. BAN THƯỜNG VỤ; bỏ đi nếu không có.", ""
    )
    signed_title: str = plan_field("chức vụ", "Chức vụ người ký, chữ in hoa.")
    signed_name: str | None = plan_field("người ký", "Họ tên người ký; để trống thì chừa chỗ.", None)
    copies: tuple[str, ...] = plan_field("nơi nhận", "Nơi nhận, mỗi dòng một nơi.", filled=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may sign in at the coordinator's desk."""

    name: str = plan_field("họ tên", "Họ tên, ghi vào nhật ký với mọi việc người này làm.")
    email: str = plan_field("thư điện tử", "Địa chỉ nhận đường dẫn đăng nhập.", form="email")
    role: Literal["coordinator", "reviewer", "leader", "admin"] = plan_field(
        "vai trò",
        "coordinator: đầu mối, làm mọi việc; reviewer: chỉ duyệt; leader: lãnh đạo, chỉ xem; admin: quản trị.",
        words={"coordinator": "đầu mối", "reviewer": "người duyệt", "leader": "lãnh đạo", "admin": "quản trị"},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """Who reports what to whom, and when."""

    annual: AnnualRule | None = plan_field(
        "hằng năm", "Báo cáo hằng năm; kế hoạch có nhịp khác thì dùng periods.", None
    )
    phase_review: PhaseReview | None = plan_field("sơ kết", "Sơ kết giai đoạn.", None)
    periods: tuple[PeriodRule, ...] = plan_field("các kỳ", "Các nhịp báo cáo, mỗi nhịp một mục.", ())
    area_report: AreaReport | None = plan_field(
        "báo cáo của địa phương", "Báo cáo của các địa phương về địa bàn, nếu có.", None
    )
    stages: Stages = plan_field("mốc nhắc", "Các mốc nhắc việc.", USUAL)
    calendar: Calendar = plan_field("lịch", "Ngày nghỉ và ngày làm bù.", Calendar())
    letterhead: Letterhead = plan_field("thể thức", "Thể thức của báo cáo tổng hợp.")
    own_letterhead: Letterhead | None = plan_field(
        "thể thức báo cáo riêng",
        'Thể thức của báo cáo riêng từng cơ quan; "{cơ quan}" là chỗ của tên cơ quan.',
        None,
    )
    people: tuple[Person, ...] = plan_field(
        "người dùng", "Những người đăng nhập được vào bàn làm việc của cơ quan đầu mối.", ()
    )

    def spans(self, years: Sequence[int], language: str = SOURCE) -> Iterator[Span]:
        """Yield the periods that all rules give in a plan of `years`, with titles in `language`."""
        if days := self.annual:
            yield from (annual_span(year, days.opens, days.due, days.closes, language) for year in years)
        rules = [*self.periods]
        if review := self.phase_review:
            opens, due, closes = ((RuleDay(day.month, day.day, day.year),) for day in review.days().values())
            once = PeriodRule(
                every="once", code=review.code, title=review.title, opens=opens, due=due, closes=closes
            )
            rules.insert(0, once)
        for rule in rules:
            yield from spans_of(rule, years, language)

    def __post_init__(self) -> None:
        """Let the plan's own stages be complete: they are the widest rules there are."""
        if self.stages is not None:  # as it is while a faulty file is read
            object.__setattr__(self, "stages", self.stages.over(USUAL))
