"""Whatever stands in a table with a heading: it is read without a crash, every row once, and the file is YAML."""

import pytest
import yaml
from annexes import PLAN
from answering import PATIENT, ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.annex.proposal import propose
from tracker.annex.rows import read_rows
from tracker.annex.table import Cell, Table, clean
from tracker.errors import Faults
from tracker.plan.reader import parse_plan

EMPTY = (ROOT / "templates" / "plan" / "new.yaml").read_text(encoding="utf-8")
HEAD = ("TT", "Nhiệm vụ", "2024", "2025", "Chủ trì", "Phối hợp", "Sản phẩm")
WORDS = st.sampled_from(
    ["", "1", "2.", "II", "a)", "A", "x", "x?", "nt", "Như trên", "Sở Công Thương", "Sở A và Sở B, Sở C", "Các sở",
     "Nội dung 1: Việc", "a) Việc nhỏ", "- việc: khác #1", "Quý II/2025", "31/02/2025", '"', "'", "# không", ": ",
     "%", "Sở Tài chính\nSở Nội vụ", "[1]", "null", "~", "2024-01-01", "{a, b}", "&neo", "!!int 3", "ế" * 300]
) | st.text(max_size=12)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Draw a table under HEAD whose cells hold anything, and some of which are merged."""
    count = draw(st.integers(1, 8))
    at = {(0, column): Cell(words, 0, column, 0, column) for column, words in enumerate(HEAD)}
    for line in range(1, count + 1):
        for column in range(len(HEAD)):
            if (line, column) in at:
                continue
            bottom = min(count, line + draw(st.sampled_from([0, 0, 0, 0, 1, 2])))
            right = min(len(HEAD) - 1, column + draw(st.sampled_from([0, 0, 0, 0, 0, 1, 6])))
            cell = Cell(clean(draw(WORDS)), line, column, bottom, right)
            if cell.text:
                for below in range(line, bottom + 1):
                    for beside in range(column, right + 1):
                        at.setdefault((below, beside), cell)
    return Table("bảng 1", tuple(f"dòng {line}" for line in range(count + 1)), len(HEAD), at)


@settings(PATIENT, max_examples=60)
@given(tables())
def test_any_table_becomes_a_file_that_check_can_read(table: Table) -> None:
    draft = read_rows([table])
    proposal = propose(draft, [PLAN], EMPTY)
    plan = yaml.load(proposal.text, yaml.BaseLoader)
    rows = plan["activities"] or []
    assert len(rows) == proposal.rows == sum(not row.is_heading for row in draft.rows)
    assert len({row["id"] for row in rows}) == len(rows)
    for drafted, row in zip((row for row in draft.rows if not row.is_heading), rows, strict=True):
        assert row["title"] == drafted.title
        assert bool(drafted.doubts) == ("unconfirmed" in row)
        assert row["lead"] or drafted.doubts
    with pytest.raises(Faults) as caught:  # the header is not filled in yet
        parse_plan(proposal.text.encode())
    assert not [fault for fault in caught.value.faults if "YAML" in fault.what or "mã này đã có" in fault.what]
