"""Applying a plan moves or drops no answer in silence."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from answering import NOW, case_of, give_figure, real_plan
from office import DAY, Office
from plan_text import plan_of

from tracker.answers.form import recorded_form
from tracker.plan.identity import Identities, alike
from tracker.report.snapshot import take_snapshot
from tracker.store.engine import open_store, reading, writing
from tracker.store.periods import find_period, open_ruled_periods
from tracker.store.plans import plan_for, plan_in_force
from tracker.store.tables import Letter

FAIR = "Hỗ trợ, tạo điều kiện cho các THT, HTX của phụ nữ được tham gia các hội chợ"
ADVICE = "Tư vấn, hỗ trợ tiếp cận các nguồn lực"
SWAPPED = (
    ("  - id: II.17\n", "  - id: giu-cho\n"),
    ("  - id: II.18\n", "  - id: II.17\n"),
    ("  - id: giu-cho\n", "  - id: II.18\n"),
)


def edit(office: Office, *edits: tuple[str, str]) -> None:
    text = office.plan.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    office.plan.write_text(text, encoding="utf-8")


def inserted(text: str, before: int = 14) -> str:
    """Return the plan with a row before II.14, and the rest of II numbered anew."""
    for number in range(60, before - 1, -1):
        text = text.replace(f"  - id: II.{number}\n", f"  - id: II.{number + 1}\n")
    row = f"  - id: II.{before}\n    title: Hỗ trợ HTX xây dựng mã số vùng trồng\n    content: ND3\n"
    row += "    years: [2024, 2025]\n    lead: so-nnptnt\n    coordinating: [hoi-lhpn]\n"
    return text.replace(f"  - id: II.{before + 1}\n", f"{row}  - id: II.{before + 1}\n")


def test_swapped_activities_are_held_with_what_was_said_under_them(reminded: Office) -> None:
    reminded.say("II.17")
    reminded.well("accept", "2024", "II.17", "--on", DAY)
    edit(reminded, *SWAPPED)
    told = reminded.refused("apply", "--on", DAY)
    assert "Kỳ 2024, II.17 (Sở Công Thương): 1 báo cáo đã duyệt, " in told
    assert f'sẽ đứng dưới việc khác: "{ADVICE}' in told
    assert f'→ "{FAIR}' in told
    assert "II.17 → II.18, II.18 → II.17" in told
    assert "hãy giữ mã cũ" in told
    number = told.rpartition("--yes ")[2].strip()
    assert told.splitlines()[-1] in reminded.well("diff", "--on", DAY)
    assert number in told
    assert reminded.refused("apply", "--on", DAY, "--yes", str(int(number) + 1)) == told
    assert "phiên bản 2" in reminded.well("apply", "--on", DAY, "--yes", number)
    assert "không có gì thay đổi" in reminded.well("apply", "--on", DAY)


def test_a_row_put_in_between_and_the_rest_numbered_anew_is_recognised(reminded: Office) -> None:
    reminded.say("II.17", "II.26")
    reminded.plan.write_text(inserted(reminded.plan.read_text(encoding="utf-8")), encoding="utf-8")
    told = reminded.refused("apply", "--on", DAY)
    assert "II.17 → II.18" in told
    assert told.count("1 báo cáo đã gửi") == 2
    assert "mã chưa dùng (ví dụ II.14a)" in told


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        ((("    lead: so-khdt\n", "    lead: lien-minh-htx\n"),), "chủ trì nay là Liên minh HTX"),
        ((("so-khdt", "so-kehoach"),), "cơ quan nay mang mã so-kehoach"),
        ((("  - id: II.40\n", "  - id: II.99\n"),), "hoạt động này nay mang mã II.99"),
    ],
)
def test_what_would_no_longer_count_is_named_with_the_reason(
    reminded: Office, edits: tuple[tuple[str, str], ...], words: str
) -> None:
    reminded.say("II.40")
    edit(reminded, *edits)
    told = reminded.refused("apply", "--on", DAY)
    [line] = [line for line in told.splitlines() if line.startswith("Kỳ 2024, II.40")]
    assert "1 báo cáo đã gửi, " in line
    assert words in line


def test_another_plans_file_is_held_even_where_nobody_has_answered(applied: Office) -> None:
    edit(applied, ("code: 305/KH-UBND", "code: 12/KH-UBND"))
    told = applied.refused("apply", "--on", DAY)
    assert "Tệp này là của kế hoạch 12/KH-UBND; đang áp dụng là kế hoạch 305/KH-UBND." in told
    assert "tracker apply --yes 0" in told
    assert "phiên bản 2" in applied.well("apply", "--on", DAY, "--yes", "0")


def test_figures_under_a_target_in_another_unit_are_held(reminded: Office) -> None:
    target = real_plan().plan.targets[0]
    engine = open_store(reminded.database)
    give_figure(engine, target.id, 3, agency=real_plan().plan.members((target.reported_by,))[0])
    engine.dispose()
    edit(reminded, (f"unit: {target.unit}", "unit: tỷ đồng"))
    assert f"{target.id} (" in (told := reminded.refused("apply", "--on", DAY))
    assert "1 số liệu; sẽ đứng dưới chỉ tiêu khác" in told


def test_ordinary_edits_need_nothing(reminded: Office) -> None:
    reminded.say("II.17", "II.40")
    edit(
        reminded,
        ("due: 10-29", "due: 10-25"),
        ("to: sokhdt@angiang.example", "to: vanphong@angiang.example"),
        ("các nguồn lực: ứng dụng công nghệ", "các nguồn lực: ứng dụng công nghệ mới"),
        ("  - id: II.17\n", "  - id: II.17\n    note: hỏi lại\n"),
    )
    assert "--yes" not in reminded.well("diff", "--on", DAY)
    reminded.well("apply", "--on", DAY)


def test_an_activity_without_an_answer_may_go_and_is_named(reminded: Office) -> None:
    edit(reminded, ("    lead: so-khdt\n", "    lead: lien-minh-htx\n"))
    assert "Kỳ 2024, II.40 (Sở Kế hoạch và Đầu tư): 1 thư; sẽ không còn được tính" in reminded.well(
        "diff", "--on", DAY
    )
    reminded.well("apply", "--on", DAY)


def test_titles_are_alike_where_one_word_in_five_differs() -> None:
    assert alike("Tổ chức tập huấn cho HTX", "Tổ chức tập huấn cho THT")
    assert not alike("Hội chợ", "Hội nghị")
    assert not alike("", "Hội nghị")


def test_rows_that_differ_in_one_word_are_not_taken_for_each_other() -> None:
    row = "Tổ chức tập huấn cho phụ nữ tại huyện"
    assert alike(f"{row} A", f"{row} B")
    [as_is, swapped] = [
        plan_of(("title: Tập huấn", f"title: {row} {first}"), ("title: Hội chợ", f"title: {row} {second}"))
        for first, second in (("A", "B"), ("B", "A"))
    ]
    assert not Identities(as_is, swapped).same_activity("II.2")
    assert Identities(as_is, swapped).same_activity("I.1")
    reworded = plan_of(("title: Tập huấn", f"title: {row} A"), ("title: Hội chợ", f"title: {row} C"))
    assert Identities(as_is, reworded).same_activity("II.3")


def test_a_closed_period_is_read_with_the_plan_it_was_asked_under(reminded: Office) -> None:
    reminded.say("II.17")
    edit(reminded, *SWAPPED, ("code: 305/KH-UBND", "code: 12/KH-UBND"))
    reminded.well("apply", "--on", "2025-02-03", "--yes", "0")
    engine = open_store(reminded.database)
    with reading(engine) as session:
        period = find_period(session, "2024")
        version, plan = plan_for(session, period)
        assert (version.id, plan.plan.code) == (1, "305/KH-UBND")
        assert plan.by_id["II.17"].title.startswith(ADVICE)
        [row] = [row for row in take_snapshot(session, version, plan, period, date(2025, 2, 3)).rows if row.said]
        assert (row.id, row.title.startswith(ADVICE)) == ("II.17", True)
    reminded.well("report", "2024", "--formats", "html", "--on", "2025-02-03")
    page = next((reminded.var / "reports").glob("*.html")).read_text(encoding="utf-8")
    assert "305/KH-UBND" in page
    assert "12/KH-UBND" not in page
    engine.dispose()


def test_what_comes_of_a_closed_period_speaks_of_the_task_that_was_asked(reminded: Office) -> None:
    reminded.say("II.17")
    edit(reminded, *SWAPPED)
    reminded.well("apply", "--on", "2025-02-03")
    reminded.well("collect", "--on", "2025-02-03")
    reminded.run("return", "2024", "II.17", "--comment", "ghi rõ số", "--on", "2025-02-03")
    engine = open_store(reminded.database)
    with reading(engine) as session:
        letters = session.scalars(sa.select(Letter).where(Letter.kind.in_({"receipt", "returned"}))).all()
        texts = {letter.kind: " ".join(letter.text.split()) for letter in letters}
    engine.dispose()
    assert ADVICE in texts["receipt"]
    assert all(FAIR not in text for text in texts.values())


def test_a_letterhead_mended_after_the_close_is_the_one_that_is_printed(reminded: Office) -> None:
    reminded.say("II.17")
    edit(reminded, ("symbol: BC-BTV", "symbol: BC-HPN"))
    reminded.well("apply", "--on", "2025-02-03")
    engine = open_store(reminded.database)
    with reading(engine) as session:
        version, _ = plan_for(session, find_period(session, "2024"))
        assert version.id == 2
    engine.dispose()


def test_words_of_last_year_are_offered_for_the_same_task_only(reminded: Office) -> None:
    reminded.say("II.17", "II.10")
    edit(reminded, *SWAPPED)
    reminded.well("apply", "--on", "2025-02-03")
    engine = open_store(reminded.database)
    with writing(engine) as session:
        _, plan = plan_in_force(session)
        assert open_ruled_periods(session, plan, date(2025, 10, 2), NOW)
        form = recorded_form(case_of(session, "so-cong-thuong", datetime(2025, 10, 2, 8, tzinfo=UTC), "2025"))
        before = {entry.activity.id: entry.before for entry in form.entries}
        assert before["II.10"] is not None
        assert before["II.17"] is None
        assert before["II.18"] is None
    engine.dispose()
