"""A small plan as text, for tests that spoil it."""

import pytest

from tracker.errors import Faults
from tracker.plan.model import Plan
from tracker.plan.reader import parse_plan

SMALL = """\
plan:
  code: 1/KH-UBND
  title: Kế hoạch mẫu
  issuer: Ủy ban nhân dân tỉnh mẫu
  issued: 2024-03-22
  years: [2023, 2024, 2025]
  coordinator: hoi
agencies:
  hoi:
    name: Hội mẫu
    short: Hội
    contacts: [{to: hoi@mau.example}]
  so-a:
    name: Sở A mẫu
    short: Sở A
    aliases: [Sở cũ A]
    contacts: [{to: a@mau.example}]
    succeeded_by: {agency: so-b, since: 2025-03-01, unconfirmed: cần đối chiếu}
  so-b:
    name: Sở B mẫu
    short: Sở B
    contacts: [{to: b@mau.example}]
  huyen-x:
    name: Huyện X
    short: Huyện X
    kind: locality
groups:
  cac-so: {name: Các Sở, members: [so-a, so-b]}
content:
  - {id: ND0, title: Chỉ đạo, part: direction, printed_as: I}
  - {id: ND1, title: Nội dung một, part: content}
activities:
  - id: I.1
    title: Xây dựng kế hoạch
    content: ND0
    years: [2023]
    years_unconfirmed: ô trống bị mất
    lead: hoi
    coordinating: [cac-so]
  - id: II.2
    title: Tập huấn
    content: ND1
    years: [2023, 2024, 2025]
    lead: so-a
    coordinating: [hoi]
  - id: II.3
    title: Hội chợ
    content: ND1
    years: [2024]
    lead: so-b
targets:
  - {id: htx, title: HTX mới, unit: HTX, at_least: 10, by: 2025, source: II.2, reported_by: hoi}
reporting:
  annual: {opens: 10-01, due: 10-29, closes: 12-31}
  letterhead:
    parent: TRUNG ƯƠNG HỘI
    issuer: HỘI MẪU
    symbol: BC-BTV
    place: An Giang
    addressees: [UBND tỉnh mẫu]
    signed_for: TM. BAN THƯỜNG VỤ
    signed_title: CHỦ TỊCH
    copies: [Như trên]
"""

DISTRICTS = (
    ("groups:\n", """\
  huyen-y: {name: Ủy ban nhân dân huyện Y, short: Huyện Y, kind: locality, contacts: [{to: y@mau.example}]}
  huyen-z: {name: Ủy ban nhân dân huyện Z, short: Huyện Z, kind: locality, contacts: [{to: z@mau.example}]}
  xa-c: {name: Ủy ban nhân dân xã C, short: Xã C, kind: locality, contacts: [{to: c@mau.example}]}
groups:
  cac-huyen: {name: Các huyện, members: [huyen-x, huyen-y, huyen-z]}
"""),
    ("reporting:\n", """\
reporting:
  area_report: {id: VI.13, title: Tình hình trên địa bàn, by: [cac-huyen]}
"""),
)  # fmt: skip
"""Changes of the small plan by which three districts report on their areas."""

ADDED_UP = (
    (
        "reported_by: hoi}\n",
        "reported_by: hoi}\n"
        "  - {id: viec-lam, title: Việc làm mới, unit: người, at_least: 30, by: 2025, source: II.2,"
        " reported_by: cac-huyen}\n",
    ),
)
"""The change of the small plan by which what its districts report of a target adds up; after DISTRICTS."""


def merged(*districts: str, since: str, into: str = "xa-c") -> tuple[tuple[str, str], ...]:
    """Return the changes by which each of `districts` is succeeded by `into`; to be made after DISTRICTS."""
    heir = f"succeeded_by: {{agency: {into}, since: {since}}}"
    shorts = (f"short: Huyện {district[-1].upper()}" for district in districts)
    return tuple(
        (short, f"{short}\n    {heir}" if short.endswith("X") else f"{short}, {heir}") for short in shorts
    )


def altered(*changes: tuple[str, str]) -> str:
    """Return the small plan with each first text replaced by the second; a text that is not there is a mistake."""
    text = SMALL
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def faults_of(text: str | bytes) -> list[str]:
    """Return the faults of a plan text, as they are printed."""
    with pytest.raises(Faults) as caught:
        parse_plan(text.encode() if isinstance(text, str) else text)
    return [str(fault) for fault in caught.value.faults]


def plan_of(*changes: tuple[str, str]) -> Plan:
    """Return the small plan, altered."""
    return parse_plan(altered(*changes).encode()).plan
