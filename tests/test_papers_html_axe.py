"""The memo's page on a phone and at a desk: axe finds no fault in it."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from answering import answer, open_season, paper_of, say, snapshot_of
from browsing import axe, both_widths, browser  # noqa: F401 (a fixture)

from tracker.papers.html import html_bytes

TEMPLATE = Path(__file__).parent.parent / "templates" / "memo" / "memo.html.j2"


@both_widths
def test_the_memo_s_page_has_no_fault_for_those_who_do_not_see_or_point(
    sqlite_engine: sa.Engine,
    browser: Any,  # noqa: F811
    size: dict[str, int],
    tmp_path: Path,
) -> None:
    open_season(sqlite_engine)
    say(sqlite_engine, "II.10", answer("Đường" * 80))
    file = tmp_path / "memo.html"
    file.write_bytes(html_bytes(paper_of(snapshot_of(sqlite_engine)), TEMPLATE))
    page = browser.new_page(viewport=size)
    try:
        page.goto(file.as_uri())
        found = axe.Axe().run(page).response["violations"]
    finally:
        page.close()
    assert [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]] == []
