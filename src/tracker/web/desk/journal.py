"""The journal: who did what and when, in Vietnamese, by filters that stand in the address; also as CSV."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

import sqlalchemy as sa
from sqlalchemy.orm import Session
from starlette.responses import Response

from tracker.plan.model import Plan
from tracker.store.engine import reading
from tracker.store.journal_list import JournalFilter, journal_lines, journal_names
from tracker.store.periods import SYSTEM, all_periods
from tracker.store.plans import plan_ids, plan_in_force
from tracker.store.tables import Duty, JournalEntry, Letter, Period
from tracker.web.desk.csv_file import csv_response
from tracker.web.desk.visit import Visit
from tracker.web.pages import moment
from tracker.web.words import typed_day
from tracker.words import vietnamese_number

A_PAGE = 100
PROGRAM = "chương trình"
DID_WORDS = {
    "accepted": "duyệt báo cáo",
    "added a part": "gửi nội dung phối hợp",
    "agreed to displaced answers": "đồng ý chuyển báo cáo khi áp dụng kế hoạch",
    "answered": "gửi báo cáo",
    "answered by a token": "gửi báo cáo bằng mã truy cập",
    "applied the plan": "áp dụng kế hoạch",
    "changed the closing day": "đổi ngày khóa kỳ",
    "compiled a memo": "lập báo cáo tổng hợp",
    "dismissed a reply": "xếp lại thư trả lời",
    "gave a figure": "gửi số liệu",
    "gave a file": "gửi tài liệu",
    "gave a file again": "gửi lại tài liệu đã rút",
    "made a letter queued": "xếp hàng lại một thư",
    "made a letter withdrawn": "rút một thư",
    "made a memo final": "chốt báo cáo tổng hợp",
    "made a token": "cấp mã truy cập cho phần mềm",
    "marked a bounce": "ghi thư bị trả lại",
    "opened a period": "mở kỳ báo cáo",
    "paused reminders": "tạm dừng nhắc",
    "printed a link to sign in": "in đường dẫn đăng nhập",
    "recorded a reply": "ghi thư trả lời thành báo cáo",
    "reminded at once": "gửi thư nhắc ngay",
    "reopened a final memo": "bỏ chốt báo cáo tổng hợp",
    "resumed reminders": "bỏ tạm dừng nhắc",
    "returned": "trả lại báo cáo",
    "sent the link": "gửi lại đường dẫn",
    "signed in": "đăng nhập",
    "signed out": "thoát",
    "took a file back": "rút tài liệu",
    "withdrew a token": "hủy mã truy cập của phần mềm",
    "withdrew the links": "hủy đường dẫn",
    "wrote the memo's first and last words": "sửa lời mở đầu, lời kết",
}
"""What the journal's verbs are in Vietnamese; one that is not here is shown as it stands."""
ABOUT_LETTERS = frozenset({"made a letter queued", "made a letter withdrawn", "marked a bounce"})
"""What is done to a letter; the journal then names its key."""
DETAIL_WORDS = {
    "comment": "lý do", "reason": "lý do", "closes": "khóa ngày", "due": "hạn", "until": "đến hết",
    "activity": "hoạt động", "revision": "lần", "name": "tên", "value": "giá trị",
    "agencies": "cơ quan", "moved": "đã chuyển",
    "count": "số đường dẫn", "address": "địa chỉ", "by": "bởi", "agency": "cơ quan",
}  # fmt: skip
"""Details that officials read, each under its name; the rest is for whoever mends the program."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the journal in words."""

    when: str
    who: str
    did: str
    about: str
    detail: str


def lines_of(session: Session, plan: Plan, entries: Iterable[JournalEntry]) -> list[Line]:
    """Return `entries` in words; of duties the activity and its agency are named.

    A period is named with its plan where there are several.
    """
    entries = list(entries)
    several = len(plan_ids(session)) > 1
    ids = {duty for one in entries if (duty := _duty_of(one)) is not None}
    asked = sa.select(Duty, Period.code).join(Period, Period.id == Duty.period_id).where(Duty.id.in_(ids))
    duties = {duty.id: (duty, code) for duty, code in session.execute(asked)}
    codes = {period.code for period in all_periods(session, plan.plan.plan_id)} if several else set()

    keys = {one.about for one in entries if one.did in ABOUT_LETTERS}
    subjects = dict(
        session.execute(sa.select(Letter.key, Letter.subject).where(Letter.key.in_(keys))).tuples().all()
    )
    targets = {target.id: target.title for target in plan.targets}

    def about(entry: JournalEntry) -> str:
        kind, _, rest = entry.about.partition(" ")
        if entry.did in ABOUT_LETTERS:
            return f"thư “{subjects[entry.about]}”" if entry.about in subjects else "một thư"
        if entry.did == "gave a figure":
            return f"{targets.get(rest, rest)} (kỳ {kind})"
        if kind == "part":
            return f"nội dung phối hợp số {rest}"
        if (duty_id := _duty_of(entry)) in duties:
            duty, code = duties[duty_id]
            of = f", {plan.plan.citation}" if several else ""
            return f"{duty.activity_id}, {_short(plan, duty.agency_id)} (kỳ {code}{of})"
        if kind == "version":
            return f"phiên bản {rest}"
        if kind == "token":
            return f"mã truy cập số {rest}"
        if kind == "message":
            return f"thư đến số {rest}"
        named = entry.about.replace(" no. ", ", lần ").removeprefix(f"{plan.plan.plan_id}@")
        words = " ".join(_short(plan, word) for word in named.split(" "))
        of_period = several and named.partition(" ")[0].rstrip(",") in codes
        return f"{words} ({plan.plan.citation})" if of_period else words

    return [
        Line(
            moment(one.at),
            PROGRAM if one.who == SYSTEM else one.who,
            DID_WORDS.get(one.did, one.did),
            about(one),
            _details(plan, one),
        )
        for one in entries
    ]


def show_journal(visit: Visit) -> Response:
    """Show the lines that the address asks for, or all as CSV."""
    query = visit.query
    before = query.get("truoc", "")
    as_csv = query.get("dang") == "csv"
    wanted = JournalFilter(
        plan=visit.desk.plan,
        who=query.get("ai", ""),
        did=query.get("viec", ""),
        since=_day(query.get("tu", "")),
        until=_day(query.get("den", "")),
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None,
        most=None if as_csv else A_PAGE,
    )
    with reading(visit.engine) as session:
        _, plan = plan_in_force(session, visit.plan_id)
        entries = journal_lines(session, wanted)
        lines = lines_of(session, plan, entries)
        who, did = journal_names(session, plan)
    if as_csv:
        rows = [(one.when, one.who, one.did, one.about, one.detail) for one in lines]
        return csv_response("nhat-ky.csv", ("Lúc", "Ai", "Việc", "Về", "Chi tiết"), rows)
    return visit.render(
        "journal",
        lines=lines,
        more=entries[-1].id if len(entries) == A_PAGE else None,
        wanted=wanted,
        people=[(one, _named(one)) for one in who],
        kinds=[(one, DID_WORDS.get(one, one)) for one in did],
    )


def _named(who: str) -> str:
    return PROGRAM if who == SYSTEM else who


def _details(plan: Plan, entry: JournalEntry) -> str:
    told = []
    for name, words in DETAIL_WORDS.items():
        value = entry.detail.get(name)
        if value in (None, "", [], {}):
            continue
        if isinstance(value, list):
            value = ", ".join(_short(plan, str(one)) for one in value)
        if name == "value":
            value = _number(str(value))
        told.append(f"{words}: {_short(plan, str(value)) if name == 'agency' else _as_day(str(value))}")
    return "; ".join(told)


def _duty_of(entry: JournalEntry) -> int | None:
    """Return the id of the duty that `entry` is about, or None."""
    kind, _, rest = entry.about.partition(" ")
    if kind == "duty" and rest.isdecimal():
        return int(rest)
    return entry.detail["duty"] if kind == "update" and "duty" in entry.detail else None


def _number(text: str) -> str:
    try:
        return vietnamese_number(Decimal(text))
    except InvalidOperation:
        return text


def _short(plan: Plan, word: str) -> str:
    return plan.agencies[word].short if word in plan.agencies else word


def _as_day(text: str) -> str:
    day = _day(text)
    return f"{day:%d/%m/%Y}" if day else text


def _day(text: str) -> date | None:
    try:
        return typed_day(text) if len(text) == 10 else None
    except ValueError:
        return None
