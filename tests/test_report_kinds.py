"""Memos of a choice and of one agency, drafts and finals, what changed, and what a period is compared with."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import docx
import pytest
import sqlalchemy as sa
from answering import NOW, ROOT, TODAY, answer, duty_of, freeze, give_figure, open_season, said, say
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from memo_reading import who_reported
from pdf_reading import elements

from tracker.errors import BadInput
from tracker.papers.files import FORMATS
from tracker.papers.paper import Block, Paper
from tracker.progress import Timeliness, UpdateStatus
from tracker.report.choice import Choice, checked
from tracker.report.compile import Compiled, compile_memo, print_again
from tracker.report.facts import Snapshot, read_snapshot
from tracker.report.memo import memo
from tracker.review.decide import accept, give_back
from tracker.settings import Settings
from tracker.store.engine import reading, writing
from tracker.store.periods import find_period, open_period, requested_period, write_around
from tracker.store.plans import plan_in_force
from tracker.store.reports import reopen, reports_of
from tracker.store.tables import Update

Compile = Callable[..., Compiled]


@pytest.fixture
def compiled(engine: sa.Engine, settings: Settings) -> Compile:
    """Return what compiles a memo of 2024 as of TODAY; only as a page where no format is asked for."""
    open_season(engine, None, date(2023, 10, 16), TODAY)

    def compile_it(code: str = "2024", on: date = TODAY, **asked: object) -> Compiled:
        asked = {"formats": ["html"]} | asked
        return compile_memo(engine, settings.on(on), code, "đầu mối", **asked)  # type: ignore[arg-type]

    return compile_it


def words(snapshot: Snapshot) -> str:
    paper = memo(snapshot, ROOT / "templates/memo/memo.txt")
    return "\n".join(f"{block.label} {block.text}".strip() for block in paper.body)


def accept_all(engine: sa.Engine, *activities: str) -> None:
    with writing(engine) as session:
        accept(session, [duty_of(session, each) for each in activities], "đầu mối", NOW)


def test_a_choice_tells_what_was_chosen_and_says_so(engine: sa.Engine, compiled: Compile) -> None:
    say(engine, "II.10", answer("Việc của Sở Công Thương"))
    other = next(row.id for row in compiled().snapshot.rows if row.lead != "Sở Công Thương")
    say(engine, other, answer("Việc của cơ quan khác"))
    memos = compiled(choice=Choice(agencies=("Sở Công Thương",)))
    assert {row.lead for row in memos.snapshot.rows} == {"Sở Công Thương"}
    told = words(memos.snapshot)
    assert "chỉ gồm các cơ quan: Sở Công Thương;" in told
    assert "Việc của cơ quan khác" not in told
    only = compiled(choice=Choice(activities=(other,)))
    assert [row.id for row in only.snapshot.rows] == [other]
    assert only.snapshot.goals == ()
    area = compiled(choice=Choice(areas=("ND3",)))
    assert {row.area for row in area.snapshot.rows} == {"ND3"}
    assert [each.id for each in area.snapshot.areas] == ["ND3"]


def test_only_reports_of_the_chosen_days_count_and_a_later_one_is_mentioned(
    engine: sa.Engine, compiled: Compile
) -> None:
    say(engine, "II.10", answer("Lần đầu"))
    say(engine, "II.10", answer("Lần hai"), said(at=NOW + timedelta(days=5)))
    say(engine, "II.17", answer("Muộn hơn"), said(at=NOW + timedelta(days=5)))
    memos = compiled(on=TODAY + timedelta(days=6), choice=Choice(until=TODAY + timedelta(days=1)))
    rows = {row.id: row for row in memos.snapshot.rows}
    assert rows["II.10"].said is not None
    assert rows["II.10"].said.result == "Lần đầu"
    assert rows["II.17"].said is None
    told = words(memos.snapshot)
    assert "sau những ngày này đã báo cáo lại" in told
    assert "đến hết ngày 16/10/2024" in told
    later = compiled(on=TODAY + timedelta(days=6), choice=Choice(since=TODAY + timedelta(days=2)))
    assert {row.id for row in later.snapshot.rows if row.said} == {"II.10", "II.17"}


def test_an_agencys_own_report_is_signed_by_that_agency_and_holds_its_own_work_alone(
    engine: sa.Engine, compiled: Compile
) -> None:
    say(engine, "II.10")
    own = compiled(choice=Choice(agencies=("so-cong-thuong",), own=True)).snapshot
    assert own.letterhead.issuer == own.coordinator.upper()
    assert own.letterhead.addressees == ("Hội Liên hiệp Phụ nữ tỉnh An Giang",)
    assert "Sở Công Thương" in own.coordinator
    told = words(own)
    assert "Sở Công Thương tỉnh An Giang báo cáo kết quả thực hiện các nhiệm vụ được giao năm 2024" in told
    for coordinators in ("các cơ quan", "Về chế độ báo cáo", "chỉ gồm", "chưa được duyệt", "(Sở Công", "chỉ tiêu"):
        assert coordinators not in told
    paper = memo(own, ROOT / "templates/memo/memo.txt")
    assert [annex.label for annex in paper.annexes] == ["Phụ lục"]
    [file] = compiled(choice=Choice(agencies=("so-cong-thuong",), own=True)).files
    assert file.name == "bao-cao-2024-1-so-cong-thuong.html"
    [file] = compiled(choice=Choice(areas=("ND3",))).files
    assert file.name == "bao-cao-2024-2-mot-phan.html"
    assert_no_heading_is_empty(paper)
    headings = [block.text for block in paper.body if block.kind == "heading" and block.level == 1]
    assert headings == [
        "I. KẾT QUẢ THỰC HIỆN CÁC NỘI DUNG",
        "II. ĐÁNH GIÁ CHUNG",
        "III. PHƯƠNG HƯỚNG, NHIỆM VỤ",
    ]


def assert_no_heading_is_empty(paper: Paper) -> None:
    """Every heading has words under it before the next one of its level or above."""
    body = (*paper.body, Block(kind="heading", text="", level=1))
    for block, after in pairwise(body):
        if block.kind == "heading" and block.text:
            assert after.kind != "heading" or after.level > block.level, block.text


def test_an_ad_hoc_report_tells_what_was_asked_and_no_more(engine: sa.Engine, compiled: Compile) -> None:
    with writing(engine) as session:
        _, plan = plan_in_force(session)
        title, due = "Báo cáo theo yêu cầu của UBND tỉnh", TODAY + timedelta(days=5)
        asked = requested_period(
            plan, TODAY, code="dot-xuat-1", title=title, due=due, closes=None, years=None,
            activities=["II.10", "II.39"], agencies=[],
        )  # fmt: skip
        open_period(session, plan, asked, "đầu mối", NOW)
    say(engine, "II.10", code="dot-xuat-1")
    paper = memo(compiled("dot-xuat-1").snapshot, ROOT / "templates/memo/memo.txt")
    assert paper.subject == "Kết quả thực hiện Kế hoạch số 305/KH-UBND theo yêu cầu của UBND tỉnh"
    assert_no_heading_is_empty(paper)
    headings = [block.text for block in paper.body if block.kind == "heading"]
    assert headings[:2] == ["I. TÌNH HÌNH BÁO CÁO", "II. KẾT QUẢ THỰC HIỆN CÁC NỘI DUNG"]
    assert headings[-1] == "IV. PHƯƠNG HƯỚNG, NHIỆM VỤ"
    told = words(compiled("dot-xuat-1").snapshot)
    assert "chỉ tiêu" not in told
    assert "Năm 2025" not in told
    assert not [block for block in paper.body if block.table]


def test_every_part_of_a_choice_that_cannot_be_used_is_named_at_once(compiled: Compile) -> None:
    choice = Choice(
        agencies=("so-cong-thuon", "so-tai-chinh"),
        areas=("ND99",),
        activities=("II.999",),
        since=TODAY,
        until=TODAY - timedelta(days=1),
        own=True,
    )
    with pytest.raises(BadInput) as fault:
        compiled(choice=choice)
    for named in ("so-cong-thuong", "ND99", "II.999", "đứng sau"):
        assert named in str(fault.value)


def test_each_choice_has_its_own_line_of_numbers_to_be_compared_with(engine: sa.Engine, compiled: Compile) -> None:
    whole, part = compiled(), compiled(choice=Choice(agencies=("so-cong-thuong",)))
    assert (whole.report.number, part.report.number) == (1, 2)
    assert compiled().report.number == 1
    say(engine, "II.10")
    again = compiled(choice=Choice(agencies=("so-cong-thuong",)))
    assert again.report.number == 3
    assert again.changed == ("II.10 (Sở Công Thương): có báo cáo, “Đang thực hiện”.",)


def test_a_newer_memo_lists_what_changed_since_the_one_before(engine: sa.Engine, compiled: Compile) -> None:
    say(engine, "II.10", answer("Mở lớp", percent=40))
    say(engine, "II.17")
    assert compiled().changed == ()
    say(engine, "II.10", answer("Mở hai lớp", percent=100, status=UpdateStatus.DONE))
    say(engine, "II.18")
    accept_all(engine, "II.17")
    give_figure(engine, "htx-moi", 3)
    changed = compiled().changed
    assert (
        "II.10 (Sở Công Thương): báo cáo lại, “Đang thực hiện 40 %” thành “Hoàn thành 100 %”; sửa kết quả."
        in changed
    )
    assert any(line.startswith("II.17 (") and line.endswith("): được duyệt.") for line in changed)
    assert any(line.startswith("II.18 (") and "có báo cáo" in line for line in changed)
    assert any(line.startswith("Chỉ tiêu “") and "chưa có số liệu thành 3 " in line for line in changed)
    assert len(changed) == 4


def test_a_draft_says_on_every_page_that_it_is_one_and_a_final_does_not(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    open_season(sqlite_engine)
    draft = compile_memo(sqlite_engine, settings.on(TODAY), "2024", "đầu mối")
    final = compile_memo(sqlite_engine, settings.on(TODAY), "2024", "đầu mối", final=True)
    for memos, marked in ((draft, True), (final, False)):
        word, page, pdf, _ = memos.files
        headers = "".join(p.text for s in docx.Document(str(word)).sections for p in s.header.paragraphs)
        assert ("DỰ THẢO" in headers) is marked
        assert ("DỰ THẢO" in page.read_text(encoding="utf-8")) is marked
        assert any("DỰ THẢO" in each.text for each in elements(pdf.read_bytes())) is marked
    assert {file.stem for file in final.files} == {"bao-cao-2024-1-chinh-thuc"}
    assert final.report.number == draft.report.number


def test_a_final_memo_waits_for_the_review_and_names_what_waits(engine: sa.Engine, compiled: Compile) -> None:
    say(engine, "II.10")
    with pytest.raises(BadInput, match=r"II\.10 \(Sở Công Thương\)"):
        compiled(final=True)
    with reading(engine) as session:
        assert reports_of(session, find_period(session, "2024")) == []
    accept_all(engine, "II.10")
    assert compiled(final=True).report.final
    with pytest.raises(BadInput, match="chỉ báo cáo của cả kỳ"):
        compiled(final=True, choice=Choice(areas=("ND3",)))


def test_what_comes_after_a_final_memo_is_told_beside_it_and_never_merged(
    engine: sa.Engine, compiled: Compile
) -> None:
    say(engine, "II.10")
    accept_all(engine, "II.10")
    final = compiled(final=True)
    say(engine, "II.17", who=said(at=NOW + timedelta(days=30)))
    later = compiled(on=TODAY + timedelta(days=31))
    assert (later.report.id, later.is_new, later.snapshot) == (final.report.id, False, final.snapshot)
    assert [line.partition(" (")[0] for line in later.after] == ["II.17"]
    with writing(engine) as session:
        reopen(session, find_period(session, "2024"), "Bổ sung số liệu", "đầu mối", NOW)
    fresh = compiled(on=TODAY + timedelta(days=31))
    assert fresh.report.number == final.report.number + 1
    assert fresh.after == ()
    assert any(line.startswith("II.17 (") for line in fresh.changed)


def test_a_memo_is_printed_again_part_for_part_a_year_later(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    say(engine, "II.10", answer("Đã mở 3 lớp"))
    first = compile_memo(engine, settings.on(TODAY), "2024", "đầu mối", 7)
    printed = {file.name: file.read_bytes() for file in first.files}
    say(engine, "II.10", answer("Chuyện về sau"))
    for file in first.files:
        file.unlink()
    a_year_later = settings.on(TODAY + timedelta(days=365))
    again = print_again(engine, a_year_later, "2024", 1, 7, dated=TODAY)
    assert {file.name: file.read_bytes() for file in again.files} == printed
    assert len(printed) == len(FORMATS)
    with pytest.raises(BadInput, match="có các lần 1"):
        print_again(engine, a_year_later, "2024", 9)


def test_changing_one_answer_changes_the_digest(engine: sa.Engine, compiled: Compile) -> None:
    say(engine, "II.10", answer("Đã mở 3 lớp"))
    first = compiled().report.digest
    say(engine, "II.10", answer("Đã mở 4 lớp"))
    assert compiled().report.digest != first


def test_a_year_is_set_beside_the_year_before_and_the_phase_beside_each_of_its_years(
    engine: sa.Engine, compiled: Compile
) -> None:
    say(engine, "II.10", answer(status=UpdateStatus.DONE, percent=100), code="2023")
    say(engine, "II.17", who=said(at=NOW + timedelta(days=60)), code="2023")
    [past] = compiled().snapshot.past
    assert past.title == "Báo cáo năm 2023"
    assert past.in_time + past.late == 2
    assert past.asked == past.in_time + past.late + past.silent == sum(past.cells.values())
    assert past.cells[Timeliness.DONE_LATE] + past.cells[Timeliness.DONE_IN_TIME] == 1
    assert "So với kỳ trước" in words(compiled().snapshot)
    open_season(engine, None, date(2025, 12, 1))
    phase = compiled("so-ket-2025", on=date(2025, 12, 1)).snapshot
    assert [each.title for each in phase.past] == ["Báo cáo năm 2023", "Báo cáo năm 2024", "Báo cáo năm 2025"]
    assert "So với các năm" in words(phase)


def test_the_coordinators_own_first_and_last_words_are_kept_for_the_period(
    engine: sa.Engine, compiled: Compile
) -> None:
    with writing(engine) as session:
        period = find_period(session, "2024")
        write_around(session, period, "Căn cứ {{ x }} # văn bản\nBáo cáo như sau:", "Kính trình.", "đầu mối", NOW)
    told = words(compiled().snapshot).splitlines()
    assert told[:2] == ["Căn cứ {{ x }} # văn bản", "Báo cáo như sau:"]
    assert told[-1] == "Kính trình."
    assert "Kính trình." not in words(compiled(choice=Choice(areas=("ND3",))).snapshot)
    with writing(engine) as session, pytest.raises(BadInput, match="ký tự điều khiển"):
        write_around(session, find_period(session, "2024"), "a\x00b", "", "đầu mối", NOW)


COUNT = """
    SELECT count(*), count(u.id) FROM duties d JOIN periods p ON p.id = d.period_id
    LEFT JOIN updates u ON u.duty_id = d.id AND u.revision = (
      SELECT max(x.revision) FROM updates x WHERE x.duty_id = d.id AND x.said_on <= :until)
    WHERE p.code = '2024' AND d.state <> 'withdrawn' AND d.agency_id = :agency
"""


@examples(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    agency=st.sampled_from(["so-cong-thuong", "hoi-lhpn", "so-tai-chinh"]),
    days=st.integers(0, 20),
    reports=st.lists(st.tuples(st.sampled_from(["II.10", "II.17", "II.39"]), st.integers(0, 20)), max_size=3),
)
def test_the_counts_of_a_choice_are_those_of_the_database(
    engine: sa.Engine, compiled: Compile, agency: str, days: int, reports: list[tuple[str, int]]
) -> None:
    for activity, after in reports:
        say(engine, activity, answer(f"Ngày {after}"), said(at=NOW + timedelta(days=after)))
    until = TODAY + timedelta(days=days)
    snapshot = compiled(on=TODAY + timedelta(days=30), choice=Choice(agencies=(agency,), until=until)).snapshot
    with reading(engine) as session:
        asked, told = session.execute(sa.text(COUNT), {"until": until, "agency": agency}).one()
    assert (len(snapshot.rows), sum(row.said is not None for row in snapshot.rows)) == (asked, told)
    late = sum(row.late for row in snapshot.rows)
    assert who_reported(asked, told, late) in words(snapshot)


def test_a_final_memo_is_refused_while_something_is_returned_or_names_it_by_choice(
    engine: sa.Engine, compiled: Compile
) -> None:
    say(engine, "II.10")
    with writing(engine) as session:
        give_back(session, duty_of(session, "II.10"), "Ghi rõ", "đầu mối", NOW)
    with pytest.raises(BadInput, match=r"1 báo cáo đã trả lại .*II\.10 \(Sở Công Thương\)"):
        compiled(final=True)
    final = compiled(final=True, list_returned=True)
    assert "Đang bổ sung theo yêu cầu, tính là chưa có báo cáo: tổ chức các diễn đàn" in words(final.snapshot)
    with reading(engine) as session:
        assert session.scalar(sa.select(sa.func.count(Update.id))) == 1


def test_a_snapshot_frozen_before_there_were_choices_and_comparisons_is_still_read(
    engine: sa.Engine, compiled: Compile
) -> None:
    del compiled  # it opened the period
    with reading(engine) as session:
        fresh = freeze(session)
    older = json.loads(fresh.as_json())
    for name in ("chosen", "past", "opening", "closing"):
        del older[name]
    for row in older["rows"]:
        del row["resaid"]
    assert replace(read_snapshot(json.dumps(older)), past=fresh.past) == fresh


def test_an_abolished_agency_gets_no_letterhead_and_its_successor_is_named(engine: sa.Engine) -> None:
    plan = open_season(engine)
    own = Choice(agencies=("so-tttt",), own=True)
    assert checked(plan, own, date(2025, 2, 28)) == own
    with pytest.raises(BadInput, match=r"đã thôi hoạt động; chọn nơi tiếp nhận nhiệm vụ: so-khcn"):
        checked(plan, own, date(2025, 3, 1))
