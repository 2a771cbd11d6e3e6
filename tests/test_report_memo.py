"""The memo: its sections in order, its counts, and the agencies' own words exactly as they wrote them."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from answering import NOW, ROOT, TODAY, answer, duty_of, give_figure, open_season, paper_of, said, say, snapshot_of

from tracker.errors import FileTrouble
from tracker.papers.letterhead import attached_to, place_and_date
from tracker.papers.paper import Block, Paper
from tracker.plan.model import Plan
from tracker.progress import STATUSES, UpdateStatus
from tracker.report.memo import memo
from tracker.report.tidy import tidy
from tracker.review.decide import give_back
from tracker.store.engine import writing

NASTY = [
    "# mục giả",
    "## mục nhỏ giả",
    "- ý giả",
    "> lời giả",
    "nhãn :: lời",
    "{{ 7*7 }}{% raw %}",
    "{# chú thích #}",
    "[bảng chỉ tiêu]",
    "dòng một\n\n  dòng hai\n# dòng ba",
    "a\u2028b\u2029c\u2028[bảng chỉ tiêu]",
    "Tỷ lệ < 50 % & > 30 % “trích” 'đơn' \\x02 \\1",
    "Đã tập huấn được 30 người",
]
DONE, STOPPED = UpdateStatus.DONE, UpdateStatus.STOPPED


@pytest.fixture
def plan(sqlite_engine: sa.Engine) -> Plan:
    return open_season(sqlite_engine, None, date(2023, 10, 16), TODAY)


def paper(engine: sa.Engine, as_of: date = TODAY) -> Paper:
    return paper_of(snapshot_of(engine, as_of=as_of))


def section(paper: Paper, heading: str, level: int = 1) -> list[Block]:
    """Return the blocks under the heading that starts so, up to the next one of its level or above."""
    body = list(paper.body)
    start = next(
        n for n, b in enumerate(body) if b.kind == "heading" and b.level == level and b.text.startswith(heading)
    )
    ends = (n for n, b in enumerate(body) if n > start and b.kind == "heading" and b.level <= level)
    return body[start + 1 : next(ends, len(body))]


def words(blocks: list[Block]) -> list[str]:
    return [f"{block.label} {block.text}".strip() for block in blocks]


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for item in value.values() for text in texts(item))
    elif isinstance(value, list | tuple):
        yield from (text for item in value for text in texts(item))


@pytest.mark.usefixtures("plan")
def test_the_sections_stand_in_the_order_of_a_progress_memo(sqlite_engine: sa.Engine) -> None:
    headings = [block.text for block in paper(sqlite_engine).body if block.kind == "heading" and block.level == 1]
    assert headings == [
        "I. CÔNG TÁC CHỈ ĐẠO, TRIỂN KHAI",
        "II. KẾT QUẢ THỰC HIỆN CÁC NỘI DUNG",
        "III. KẾT QUẢ THỰC HIỆN CÁC CHỈ TIÊU",
        "IV. ĐÁNH GIÁ CHUNG",
        "V. PHƯƠNG HƯỚNG, NHIỆM VỤ",
        "VI. ĐỀ XUẤT, KIẾN NGHỊ",
    ]


def test_section_two_has_a_heading_for_each_content_area_and_section_four_its_two_parts(
    sqlite_engine: sa.Engine, plan: Plan
) -> None:
    say(sqlite_engine, "II.10")
    found = paper(sqlite_engine)
    small = [b.text for b in section(found, "II. ") if b.kind == "heading"]
    areas = [area.title for area in plan.content if area.part == "content"]
    assert small == [f"{n}. {title}" for n, title in enumerate(areas, 1)]
    parts = [b.text for b in section(found, "IV. ") if b.kind == "heading"]
    assert parts == ["1. Kết quả nổi bật", "2. Khó khăn, hạn chế và nguyên nhân"]


def test_the_opening_names_the_plan_the_period_and_the_day_of_the_numbers(
    sqlite_engine: sa.Engine, plan: Plan
) -> None:
    opening = paper(sqlite_engine).body[0].text
    for fact in (
        "305/KH-UBND",
        "22 tháng 3 năm 2024",
        plan.plan.issuer,
        "kết quả thực hiện năm 2024",
        "15/10/2024",
    ):
        assert fact in opening


@pytest.mark.usefixtures("plan")
def test_the_sentence_of_counts_tells_on_time_and_late_apart(sqlite_engine: sa.Engine) -> None:
    for activity, days in (("II.10", 0), ("II.17", 14), ("II.18", 15)):
        say(sqlite_engine, activity, who=said(at=NOW + timedelta(days=days)))
    total = len(snapshot_of(sqlite_engine).rows)
    assert counts(paper(sqlite_engine, date(2024, 11, 5))) == (
        f"Về chế độ báo cáo, đến ngày 05/11/2024 đã có báo cáo về 03/{total} hoạt động (7,1%), trong đó "
        "01 hoạt động báo cáo sau hạn ngày 29/10/2024. Tình hình cụ thể tại Phụ lục II."
    )


def counts(found: Paper) -> str:
    """Return the sentence of who reported, at the end of section I."""
    [told] = [b.text for b in section(found, "I. ") if b.text.startswith("Về chế độ báo cáo")]
    return told


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ([], "chưa có báo cáo về cả 42 hoạt động phải báo cáo; hạn báo cáo là ngày 29/10/2024."),
        ([0], "đã có báo cáo về 01/42 hoạt động (2,4%), đúng hạn ngày 29/10/2024."),
        ([0] * 42, "đã có báo cáo về cả 42 hoạt động, đều đúng hạn ngày 29/10/2024."),
        ([15] * 42, "đã có báo cáo về cả 42 hoạt động, đều sau hạn ngày 29/10/2024."),
        ([15], "đã có báo cáo về 01/42 hoạt động (2,4%), sau hạn ngày 29/10/2024."),
    ],
)
def test_number_phrases_agree_pad_below_ten_and_leave_out_zeros(
    sqlite_engine: sa.Engine, plan: Plan, days: list[int], told: str
) -> None:
    for activity, after in zip(plan.activities_of(2024), days, strict=False):
        say(sqlite_engine, activity.id, who=said(at=NOW + timedelta(days=after)))
    found = paper(sqlite_engine, date(2024, 11, 5))
    assert counts(found) == f"Về chế độ báo cáo, đến ngày 05/11/2024 {told} Tình hình cụ thể tại Phụ lục II."
    prose = " ".join(b.text for b in found.body if not b.said_by)
    for wrong in (r"\bcả 0?1 hoạt động", r"\b00? (hoạt động|đã|đang|chưa)", r"[Cc]òn 42", r"\b[1-9] hoạt động"):
        assert not re.search(wrong, prose), wrong


def test_what_was_not_reported_is_named_with_its_lead_in_each_content_area(
    sqlite_engine: sa.Engine, plan: Plan
) -> None:
    say(sqlite_engine, "II.10")
    found = paper(sqlite_engine)
    asked = list(plan.activities_of(2024))
    for number, area in enumerate((area for area in plan.content if area.part == "content"), 1):
        rows = [a for a in asked if a.content == area.id]
        silent = [a for a in rows if a.id != "II.10"]
        part = section(found, f"{number}. {area.title}", 2)
        [told] = [b.text for b in part if b.text.startswith("Chưa có báo cáo")]
        if len(silent) < len(rows):
            told_of = f"01 đang thực hiện, {len(silent):02} chưa có báo cáo"
            assert part[0].text == f"Trong {len(rows):02} hoạt động của nội dung này: {told_of}."
        else:
            several = "cả " if len(rows) > 1 else ""
            assert told.startswith(f"Chưa có báo cáo về {several}{len(rows):02} hoạt động của nội dung này: ")
        for activity in silent:
            named = f"{activity.title.rstrip('. ')} ({plan.lead_words(activity, TODAY)})"
            assert named[1:] in told
        assert not any(activity.id in told.split() for activity in rows)


def test_an_area_without_reports_is_said_so_and_one_of_which_all_is_told_names_nothing_missing(
    sqlite_engine: sa.Engine, plan: Plan
) -> None:
    for activity in plan.activities_of(2024):
        if activity.content == "ND6":
            say(sqlite_engine, activity.id)
    found = paper(sqlite_engine)
    six, seven = plan.area("ND6").title, plan.area("ND7").title
    part = section(found, f"6. {six}", 2)
    assert part[0].text == "Cả 02 hoạt động của nội dung này đang thực hiện:"
    assert not [b.text for b in part if "báo cáo" in b.text]
    assert words(section(found, f"7. {seven}", 2)) == [
        "Chưa có báo cáo về 01 hoạt động của nội dung này: "
        "hàng năm, tổ chức sơ kết thực hiện Đề án (Hội LHPN tỉnh)."
    ]


def test_results_stand_grouped_by_standing_with_the_agency_named_and_without_codes(
    sqlite_engine: sa.Engine, plan: Plan
) -> None:
    told = "Đã tổ chức hai hội nghị cho mười tám hợp tác xã"
    say(sqlite_engine, "II.17", answer(told, percent=60))
    say(sqlite_engine, "II.18", answer(told, status=DONE, percent=100), said(at=NOW + timedelta(days=20)))
    say(sqlite_engine, "II.20", answer("Đã xong", status=DONE, percent=100))
    say(sqlite_engine, "II.14")
    with writing(sqlite_engine) as session:
        give_back(session, duty_of(session, "II.14"), "Ghi rõ", "đầu mối", NOW)
    found = paper(sqlite_engine, date(2024, 11, 5))
    title = plan.by_id["II.20"].title.rstrip(". ")
    part = section(found, "3. ", 2)
    assert words(part)[:6] == [
        "Trong 10 hoạt động của nội dung này: 02 đã hoàn thành, 01 đang thực hiện, 07 chưa có báo cáo.",
        "Đã hoàn thành:",
        f"Sở Công Thương: {told}",
        f"{title} (Sở Nông nghiệp và PTNT): Đã xong",
        "Đang thực hiện:",
        f"Sở Công Thương (đạt 60%): {told}",
    ]
    assert [block.leads_on for block in part[:3]] == [False, True, False]
    assert "đạt 100" not in " ".join(words(part))
    named = plan.by_id["II.14"].title.rstrip(". ")
    [owed] = [b.text for b in found.body if b.text.startswith("Đang bổ sung")]
    assert owed == (
        "Đang bổ sung theo yêu cầu, tính là chưa có báo cáo: "
        f"{named[:1].lower()}{named[1:]} (Sở Lao động TB và XH)."
    )
    prose = " ".join(words([block for block in found.body if block.kind != "table"]))
    assert not re.search(r"\b(I|II|VI)\.\d", prose)


def test_a_content_with_one_activity_reads_as_one(sqlite_engine: sa.Engine, plan: Plan) -> None:
    del plan  # it opened the period
    say(sqlite_engine, "II.41", answer("Đã sơ kết", status=DONE, percent=100))
    [first, *_] = section(paper(sqlite_engine), "7. ", 2)
    assert first.text == "Có 01 hoạt động của nội dung này, đã hoàn thành:"


def test_each_line_of_an_answer_is_a_paragraph_and_keeps_its_level(sqlite_engine: sa.Engine, plan: Plan) -> None:
    del plan
    say(sqlite_engine, "II.10", answer("- mở lớp:\n+ nghề may\no\tnghề đan\n1\tÔ Lâm\t30", percent=40))
    say(sqlite_engine, "II.17", answer("- đã thẩm định ba đề án khuyến công cho hợp tác xã"))
    found = paper(sqlite_engine)
    own = [(block.kind, block.label, block.text) for block in found.body if block.said_by]
    assert own == [
        ("paragraph", "", "- Mở lớp:"),
        ("paragraph", "", "+ Nghề may"),
        ("paragraph", "", "+ Nghề đan"),
        ("paragraph", "", "1 | Ô Lâm | 30"),
        ("item", "Sở Công Thương:", "Đã thẩm định ba đề án khuyến công cho hợp tác xã"),
    ]
    [lead] = [block for block in found.body if block.text == "Sở Công Thương (đạt 40%):"]
    assert (lead.kind, lead.leads_on) == ("item", True)


def lines_of(text: str) -> list[str]:
    """Return what the memo prints of an agency's `text`; a list of one line needs no dash."""
    lines = tidy(text).split("\n")
    return lines if len(lines) > 1 else [lines[0].removeprefix("- ")]


@pytest.mark.parametrize("field", ["result", "difficulties", "causes", "proposals"])
def test_an_agencys_words_stand_tidied_in_one_block_of_its_own_and_nowhere_else(
    sqlite_engine: sa.Engine, plan: Plan, field: str
) -> None:
    before = paper(sqlite_engine)
    ours = [activity.id for activity in plan.activities_of(2024) if "hoi-lhpn" in activity.lead]
    expected = []
    for activity, text in zip(ours, NASTY, strict=False):
        given = {"result": "Đã làm", field: text}
        expected += [line for each in given.values() for line in lines_of(each)]
        say(sqlite_engine, activity, answer(**given))
    found = paper(sqlite_engine)
    own = [block for block in found.body if block.said_by]
    assert sorted(block.text for block in own) == sorted(expected)
    assert {block.said_by for block in own} == {"Hội LHPN tỉnh"}
    assert {block.kind for block in own} <= {"paragraph", "item"}
    rest = [block for block in found.body if not block.said_by]
    assert not [b for b in rest for text in NASTY if text in b.text or text in b.label]
    assert [b.text for b in rest if b.kind == "heading"] == [b.text for b in before.body if b.kind == "heading"]
    assert [b.kind for b in found.body].count("table") == [b.kind for b in before.body].count("table")


@pytest.mark.usefixtures("plan")
def test_why_something_stopped_stands_with_the_activity_and_not_again_among_the_causes(
    sqlite_engine: sa.Engine,
) -> None:
    say(sqlite_engine, "II.10", answer("", status=STOPPED, causes="Không có kinh phí"))
    found = paper(sqlite_engine)
    assert [b.said_by for b in section(found, "II. ") if b.text == "Không có kinh phí"] == ["Sở Công Thương"]
    assert [b for b in found.body if b.text == "Không có kinh phí"] == [
        b for b in section(found, "II. ") if b.text == "Không có kinh phí"
    ]


@pytest.mark.usefixtures("plan")
def test_difficulties_causes_and_proposals_stand_under_their_headings_with_who_and_what(
    sqlite_engine: sa.Engine,
) -> None:
    say(sqlite_engine, "II.10", answer(difficulties="Khó A", causes="Do B", proposals="Xin C"))
    found = paper(sqlite_engine)
    say(sqlite_engine, "II.5", answer(causes="Do D"))
    found = paper(sqlite_engine)
    assert words(section(found, "2. Khó khăn", 2)) == [
        "Sở Thông tin và Truyền thông, nguyên nhân: Do D",
        "Sở Công Thương: Khó A",
        "Nguyên nhân: Do B",
    ]
    assert words(section(found, "VI. "))[0] == "Sở Công Thương: Xin C"


@pytest.mark.usefixtures("plan")
def test_proposals_are_grouped_by_who_asks(sqlite_engine: sa.Engine) -> None:
    for activity in ("II.5", "II.10", "II.22", "II.17"):
        say(sqlite_engine, activity, answer(proposals=f"Xin cho {activity}"))
    labels = [b.label for b in section(paper(sqlite_engine), "VI. ") if b.kind == "item"]
    assert labels == [
        "Sở Thông tin và Truyền thông:",
        "Sở Thông tin và Truyền thông:",
        "Sở Công Thương:",
        "Sở Công Thương:",
    ]


@pytest.mark.usefixtures("plan")
def test_where_nobody_has_difficulties_or_proposals_that_is_said(sqlite_engine: sa.Engine) -> None:
    say(sqlite_engine, "II.10")
    found = paper(sqlite_engine)
    assert words(section(found, "2. Khó khăn", 2)) == ["Các cơ quan đã báo cáo không nêu khó khăn, hạn chế."]
    assert words(section(found, "VI. "))[0] == "Các cơ quan đã báo cáo không nêu đề xuất, kiến nghị."


@pytest.mark.parametrize(
    "typed", ["Không", "KHÔNG.", "-", ".", "Không có khó khăn, vướng mắc", "Chưa có", "không có gì"]
)
@pytest.mark.usefixtures("plan")
def test_a_box_filled_with_nothing_is_no_difficulty_cause_or_proposal(
    sqlite_engine: sa.Engine, typed: str
) -> None:
    say(sqlite_engine, "II.10", answer(difficulties=typed, causes=typed, proposals=typed))
    snapshot = snapshot_of(sqlite_engine)
    [row] = [row for row in snapshot.rows if row.said]
    assert row.said is not None
    assert row.said.difficulties == typed
    assert [block.text for block in paper_of(snapshot).body if block.said_by] == ["Đã làm"]


@pytest.mark.parametrize("typed", ["Không có vốn", "Chưa có kho bảo quản", "Không đủ cán bộ", "Khó khăn về vốn"])
@pytest.mark.usefixtures("plan")
def test_what_is_lacking_is_a_difficulty(sqlite_engine: sa.Engine, typed: str) -> None:
    say(sqlite_engine, "II.10", answer(difficulties=typed))
    assert typed in [block.text for block in paper(sqlite_engine).body if block.said_by]


@pytest.mark.usefixtures("plan")
def test_where_nobody_reported_no_sentence_speaks_for_the_agencies(sqlite_engine: sa.Engine) -> None:
    found = paper(sqlite_engine)
    for heading, level in (("1. Kết quả nổi bật", 2), ("2. Khó khăn", 2), ("VI. ", 1)):
        assert words(section(found, heading, level))[0] == "Chưa có báo cáo của các cơ quan."


@pytest.mark.usefixtures("plan")
def test_the_day_of_issue_stands_beside_the_number_and_is_blank_without_one(sqlite_engine: sa.Engine) -> None:
    snapshot, template = snapshot_of(sqlite_engine), ROOT / "templates" / "memo" / "memo.txt"
    blank = memo(snapshot, template)
    issued = memo(snapshot, template, 87, date(2024, 11, 5))
    assert place_and_date(blank) == "An Giang, ngày \u00a0\u00a0\u00a0\u00a0 tháng 10 năm 2024"
    assert place_and_date(issued) == "An Giang, ngày 05 tháng 11 năm 2024"
    assert "ngày 05 tháng 11 năm 2024" in attached_to(issued)
    assert "15/10/2024" in issued.body[0].text


def test_next_tasks_are_named_unfinished_missing_new_and_regular(sqlite_engine: sa.Engine, plan: Plan) -> None:
    for activity in plan.activities_of(2024):
        if activity.id not in ("II.10", "II.21"):
            say(sqlite_engine, activity.id, answer(status=DONE, percent=100))
    say(sqlite_engine, "II.10")
    part = section(paper(sqlite_engine), "V. ")
    heads = [b.text for b in part if b.leads_on]
    assert heads == [
        "Tiếp tục thực hiện 01 hoạt động chưa hoàn thành:",
        "Báo cáo bổ sung về 01 hoạt động chưa có báo cáo:",
        "Năm 2025, triển khai mới 02 hoạt động theo Kế hoạch:",
        "Năm 2025, thực hiện 39 hoạt động thường xuyên khác theo Kế hoạch:",
    ]
    said_of = " ".join(words(part))
    for activity in {*plan.activities_of(2025), plan.by_id["II.10"], plan.by_id["II.21"]}:
        assert activity.title.rstrip(". ")[1:] in said_of
    assert not re.search(r"\b(I|II)\.\d", said_of)


def test_after_the_last_year_of_the_plan_there_is_nothing_to_come(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine, None, date(2025, 10, 15))
    found = paper_of(snapshot_of(sqlite_engine, "2025", date(2025, 10, 15)))
    assert words(section(found, "V. "))[-1] == "Kế hoạch không ghi hoạt động nào cho năm 2026."


def test_the_table_of_targets_is_written_as_vietnamese_write_numbers(sqlite_engine: sa.Engine, plan: Plan) -> None:
    give_figure(sqlite_engine, "viec-lam-tht", Decimal(1107))
    give_figure(sqlite_engine, "viec-lam-tht", Decimal("1000.5"), code="2023")
    give_figure(sqlite_engine, "can-bo-ky-nang", Decimal("85.25"))
    part = section(paper(sqlite_engine), "III. ")
    [table] = [block.table for block in part if block.table]
    rows = {row.cells[1]: row.cells for row in table.rows}
    titles = {target.id: target.title for target in plan.targets}
    assert rows[titles["viec-lam-tht"]][2:] == ("người", "1.253 người", "1.000,5", "1.107", "88,3")
    assert rows[titles["can-bo-ky-nang"]][2:] == ("%", "ít nhất 80%", "–", "85,25", "106,6")
    assert rows[titles["htx-moi"]][4:] == ("–", "–", "–")
    assert [row.cells[0] for row in table.rows] == [str(n) for n in range(1, len(plan.targets) + 1)]
    unknown = next(b.text for b in part if b.text.startswith("Chưa có số liệu"))
    assert unknown.startswith("Chưa có số liệu của 09 chỉ tiêu: ")
    assert part[0].text == (
        "So với mục tiêu đến năm 2025: 01/11 chỉ tiêu đạt hoặc vượt, 01 chỉ tiêu chưa đạt, "
        "09 chỉ tiêu chưa có số liệu."
    )
    assert [column.title for column in table.columns][3:] == [
        "Mục tiêu đến năm 2025",
        "Kỳ trước",
        "Kết quả",
        "So với mục tiêu (%)",
    ]
    assert titles["htx-moi"] in unknown
    assert titles["viec-lam-tht"] not in unknown


def test_targets_that_were_reached_are_named_among_the_results(sqlite_engine: sa.Engine, plan: Plan) -> None:
    give_figure(sqlite_engine, "htx-moi", Decimal(1))
    give_figure(sqlite_engine, "viec-lam-moi", Decimal(29))
    title = next(target.title for target in plan.targets if target.id == "htx-moi")
    assert f"Đạt hoặc vượt 01 chỉ tiêu: {title}." in words(section(paper(sqlite_engine), "1. Kết quả nổi bật", 2))


def test_annex_one_has_one_row_for_each_duty_under_the_band_of_its_heading(
    sqlite_engine: sa.Engine, plan: Plan
) -> None:
    say(sqlite_engine, "II.10", answer("Đã mở\nhai hội nghị", percent=60))
    annex = paper(sqlite_engine).annexes[0]
    assert annex.label == "Phụ lục I"
    area = ""
    seen = []
    for row in annex.table.rows:
        if row.band:
            (area,) = row.cells
        else:
            seen.append(row.cells[0])
            assert plan.area(plan.by_id[row.cells[0]].content).title == area
            assert len(row.cells) == len(annex.table.columns)
    assert seen == [activity.id for activity in plan.activities_of(2024)]
    [row] = [row.cells for row in annex.table.rows if row.cells[0] == "II.10"]
    assert row[5:] == ("Đang thực hiện", "60", "Đã mở\nhai hội nghị")
    assert {row.cells[5] for row in annex.table.rows if not row.band} == {"Đang thực hiện", "Chưa báo cáo"}


@pytest.mark.usefixtures("plan")
def test_annex_two_sums_up_and_keeps_reports_and_tasks_apart(sqlite_engine: sa.Engine) -> None:
    say(sqlite_engine, "II.10", answer(status=DONE, percent=100))
    say(sqlite_engine, "II.17", answer(status=DONE, percent=100), said(at=NOW + timedelta(days=20)))
    say(sqlite_engine, "II.5")
    annex = paper(sqlite_engine, date(2024, 11, 5)).annexes[1]
    *agencies, total = [row.cells for row in annex.table.rows]
    assert total[1] == "Cộng"
    for column in (2, 3, 4, 5, 7, 8, 9):
        assert sum(int(row[column]) for row in agencies) == int(total[column])
    for row in (*agencies, total):
        assert int(row[2]) == sum(int(row[n]) for n in (3, 4, 5)) == sum(int(row[n]) for n in (7, 8, 9))
    trade = next(row for row in agencies if row[1] == "Sở Công Thương")
    assert trade[3:5] == ("1", "1")
    assert trade[6] == "04/11/2024"
    assert trade[7:] == ("2", "5", "0")
    press = next(row for row in agencies if row[1] == "Sở Thông tin và Truyền thông")
    assert (press[3], press[7]) == ("1", "0")
    assert "29/10/2024" in annex.lead[0]
    assert "05/11/2024" in annex.lead[0]


def test_every_text_of_an_empty_and_of_a_full_memo_is_nfc_and_holds_no_mark(
    sqlite_engine: sa.Engine, plan: Plan
) -> None:
    empty = paper(sqlite_engine)
    for number, activity in enumerate(plan.activities_of(2024)):
        text = NASTY[number % len(NASTY)]
        say(sqlite_engine, activity.id, answer(text, difficulties=text, causes=text, proposals=text))
    for target in plan.targets:
        give_figure(sqlite_engine, target.id, Decimal(100))
    full = paper(sqlite_engine)
    for found in (empty, full):
        for text in texts(asdict(found)):
            assert unicodedata.is_normalized("NFC", text)
            assert "\x02" not in text
            assert "\x03" not in text
        assert not [b for b in found.body if not b.said_by and ("{{" in b.text or "::" in b.text)]
        assert all(b.text or b.table for b in found.body)
    assert "Chưa có báo cáo" not in " ".join(b.text for b in full.body)
    asked = [NASTY[n % len(NASTY)] for n in range(len(list(plan.activities_of(2024))))]
    assert len([b for b in full.body if b.said_by]) == 4 * sum(len(lines_of(text)) for text in asked)


@pytest.mark.usefixtures("plan")
def test_the_same_snapshot_gives_the_same_paper_and_the_clerks_number_changes_nothing_else(
    sqlite_engine: sa.Engine,
) -> None:
    snapshot = snapshot_of(sqlite_engine)
    assert paper_of(snapshot) == paper_of(snapshot)
    numbered = asdict(paper_of(snapshot, 5))
    assert numbered.pop("number") == 5
    plain = asdict(paper_of(snapshot))
    assert plain.pop("number") is None
    assert numbered == plain


@pytest.mark.parametrize(
    "template",
    [
        "{{ plan.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ own.__globals__ }}{{ plan.__init__.__globals__ }}",
        "{% set f = plan.code.format %}{{ '{0.__class__.__mro__}'.format(plan) }}{{ plan.__reduce__() }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ khong_co }}",
        "{{ rows[0].khong_co }}",
        "{% if %}",
        "{{ 'x' | khong_co }}",
        "{{ 'x' | status }}",
        "{% include '/etc/hostname' %}",
    ],
)
@pytest.mark.usefixtures("plan")
def test_a_template_that_reaches_out_or_is_misspelt_fails_with_its_name(
    sqlite_engine: sa.Engine, tmp_path: Path, template: str
) -> None:
    (tmp_path / "memo.txt").write_text(template, encoding="utf-8")
    with pytest.raises(FileTrouble, match=r"memo\.txt"):
        memo(snapshot_of(sqlite_engine), tmp_path / "memo.txt", TODAY)


@pytest.mark.usefixtures("plan")
def test_a_template_that_is_gone_or_not_text_is_named(sqlite_engine: sa.Engine, tmp_path: Path) -> None:
    snapshot = snapshot_of(sqlite_engine)
    with pytest.raises(FileTrouble, match=r"memo\.txt"):
        memo(snapshot, tmp_path / "memo.txt", TODAY)
    (tmp_path / "memo.txt").write_bytes(b"\xff\xfe b\xe1o c\xe1o")
    with pytest.raises(FileTrouble, match=r"memo\.txt"):
        memo(snapshot, tmp_path / "memo.txt", TODAY)


@pytest.mark.usefixtures("plan")
def test_an_edited_sentence_of_the_template_is_printed(sqlite_engine: sa.Engine, tmp_path: Path) -> None:
    shipped = (ROOT / "templates" / "memo" / "memo.txt").read_text(encoding="utf-8")
    edited = shipped.replace("Chưa có báo cáo của các cơ quan.", "Không ai đề xuất gì.")
    (tmp_path / "memo.txt").write_text(edited, encoding="utf-8")
    found = memo(snapshot_of(sqlite_engine), tmp_path / "memo.txt", TODAY)
    assert words(section(found, "VI. "))[0] == "Không ai đề xuất gì."


def test_every_word_is_the_templates_or_marked_as_a_fact_or_as_an_agencys_own(
    sqlite_engine: sa.Engine, plan: Plan
) -> None:
    for activity in plan.activities_of(2024):
        say(sqlite_engine, activity.id, answer("Đã làm", difficulties="Thiếu vốn", proposals="Cấp vốn"))
    template = (ROOT / "templates/memo/memo.txt").read_text(encoding="utf-8")
    template += " ".join(rule.counted for rule in STATUSES.values())
    for block in paper(sqlite_engine).body:
        if block.said_by or block.kind == "table":
            continue
        assert "".join(text for text, _ in block.pieces) == block.text
        for text, fact in block.pieces:
            for word in text.split() if not fact else []:
                assert block.kind == "heading" or word.strip(".,;:()").casefold() in template.casefold(), (
                    word,
                    block.text,
                )
        digits = [c for text, fact in block.pieces if not fact for c in text if c.isdigit()]
        assert not digits or block.kind == "heading", block.text
