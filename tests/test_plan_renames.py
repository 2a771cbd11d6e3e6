"""`formerly` renames a row, an agency or a target, and nothing that was reported is lost by it."""

import pytest
import sqlalchemy as sa
from answering import NOW, PATIENT, TODAY, answer, give_figure, open_season, say, snapshot_of
from hypothesis import given
from hypothesis import strategies as st
from office import Office
from plan_text import altered, faults_of, plan_of

from tracker.errors import BadInput
from tracker.plan.changes import plan_changes
from tracker.plan.reader import parse_plan
from tracker.plan.renames import renamed, renames
from tracker.store.apply import apply_agreed_plan
from tracker.store.duties import duties_of
from tracker.store.engine import reading, writing
from tracker.store.periods import find_period
from tracker.store.tables import Figure

ROW = ("  - id: II.3\n", "  - id: II.3a\n    formerly: [II.3]\n")
AGENCY = (
    ("  so-b:\n", "  so-be:\n    formerly: [so-b]\n"), ("{agency: so-b,", "{agency: so-be,"),
    ("[so-a, so-b]", "[so-a, so-be]"), ("lead: so-b", "lead: so-be"),
)  # fmt: skip
TARGET = ("{id: htx, title", "{id: htx-moi, formerly: [htx], title")


def applied(engine: sa.Engine, *changes: tuple[str, str]) -> None:
    with writing(engine) as session:
        apply_agreed_plan(session, parse_plan(altered(*changes).encode()), "quản trị", TODAY, NOW, None)


def test_what_was_reported_goes_with_a_renamed_row_agency_and_target(engine: sa.Engine) -> None:
    open_season(engine, parse_plan(altered().encode()))
    say(engine, "II.3", answer("Hội chợ có 12 gian hàng"))
    give_figure(engine, "htx", 4)
    applied(engine, ROW, *AGENCY, TARGET)
    with reading(engine) as session:
        duties = {(d.activity_id, d.agency_id): d.state for d in duties_of(session, find_period(session, "2024"))}
        assert duties["II.3a", "so-be"] == "submitted"
        assert len(duties) == 2
        assert session.scalars(sa.select(Figure.target_id)).all() == ["htx-moi"]
    [row] = [row for row in snapshot_of(engine).rows if row.id == "II.3a"]
    assert row.said is not None
    assert row.said.result == "Hội chợ có 12 gian hàng"


def test_renames_are_chained(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine, parse_plan(altered().encode()))
    say(sqlite_engine, "II.3")
    applied(sqlite_engine, ROW)
    applied(sqlite_engine, ("  - id: II.3\n", "  - id: II.3b\n    formerly: [II.3, II.3a]\n"))
    [row] = [row for row in snapshot_of(sqlite_engine).rows if row.id == "II.3b"]
    assert row.said is not None


def test_a_rename_is_said_as_one() -> None:
    texts = [change.text for change in plan_changes(plan_of(), plan_of(ROW, *AGENCY, TARGET))]
    assert texts[:3] == [
        "Hoạt động II.3 nay mang mã II.3a.",
        "Cơ quan so-b nay mang mã so-be.",
        "Chỉ tiêu htx nay mang mã htx-moi.",
    ]
    assert not [text for text in texts if text.startswith(("Bớt", "Thêm")) or " bớt II" in text]


def test_a_new_id_under_which_something_is_recorded_is_refused(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine, parse_plan(altered().encode()))
    say(sqlite_engine, "II.3")
    extra = ("targets:\n", "  - {id: II.9, title: Việc khác, content: ND1, years: [2024], lead: hoi}\ntargets:\n")
    applied(sqlite_engine, extra)
    applied(sqlite_engine)  # II.9 is withdrawn, its duty stays
    with pytest.raises(BadInput, match=r"mã mới .II.9. đã có số liệu"):
        applied(sqlite_engine, ("  - id: II.3\n", "  - id: II.9\n    formerly: [II.3]\n"))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([("  - id: II.3\n", "  - id: II.3\n    formerly: [II.2]\n")], 'mã cũ "II.2" vẫn là mã của một dòng'),
        (
            [ROW, ("  - id: II.2\n", "  - id: II.2\n    formerly: [II.3]\n")],
            'mã cũ "II.3" ghi ở hai dòng; sửa hoặc xóa một chỗ',
        ),
    ],
)
def test_a_former_id_that_cannot_be_one_is_named(changes: list[tuple[str, str]], told: str) -> None:
    assert any(told in fault for fault in faults_of(altered(*changes)))


@PATIENT
@given(st.permutations(["II.3", "so-b", "htx"]), st.integers(0, 3))
def test_a_plan_under_its_new_ids_is_the_plan_with_those_ids(order: list[str], count: int) -> None:
    which = {"II.3": [ROW], "so-b": list(AGENCY), "htx": [TARGET]}
    new = plan_of(*[change for name in order[:count] for change in which[name]])
    before = renamed(plan_of(), renames(plan_of(), new))
    assert [row.id for row in before.rows] == [row.id for row in new.rows]
    assert [row.lead for row in before.rows] == [row.lead for row in new.rows]
    assert list(before.agencies) == list(new.agencies)


def test_diff_and_apply_at_the_desk_ask_for_no_consent_to_a_rename(office: Office) -> None:
    office.plan.write_text(altered(), encoding="utf-8")
    office.well("apply", "--on", "2024-10-15")
    office.well("remind", "--on", "2024-10-15")
    office.say("II.3")
    office.plan.write_text(altered(ROW), encoding="utf-8")
    out = office.well("diff", "--on", "2024-10-16")
    assert "Hoạt động II.3 nay mang mã II.3a." in out
    assert "không còn được tính" not in out
    office.well("apply", "--on", "2024-10-16")
    office.well("remind", "--on", "2024-10-22")
