"""The memo of the example season stands in docs/ as text, so that a change of its words is seen in review."""

import sqlalchemy as sa
from answering import ROOT, paper_of
from example_memo import example_snapshot

from tracker.papers.paper import Paper

EXAMPLE = ROOT / "docs" / "vi-du-bao-cao-2024.txt"


def as_text(paper: Paper) -> str:
    """Return the memo's text, a block a paragraph; tables cell by cell."""
    lines = [f"{paper.kind} ({paper.mark})", paper.subject, ""]
    for block in paper.body:
        if block.table:
            titles = " | ".join(column.title for column in block.table.columns)
            lines += [titles, *(" | ".join(row.cells) for row in block.table.rows), ""]
            continue
        sign = {"item": "- ", "chart": "[biểu đồ] "}.get(block.kind, "")
        lines += [f"{sign}{block.label} {block.text}".strip() if block.label else f"{sign}{block.text}", ""]
    return "\n".join(lines)


def test_the_memo_of_the_example_season_reads_as_the_example_in_docs(sqlite_engine: sa.Engine) -> None:
    assert as_text(paper_of(example_snapshot(sqlite_engine))) == EXAMPLE.read_text(encoding="utf-8")
