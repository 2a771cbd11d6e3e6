"""Annexes spoiled as real ones are: each row comes back right or is marked doubtful, none is wrong in silence."""

import unicodedata
from collections.abc import Callable

import pytest
import yaml
from annexes import FILES, LAYOUTS, PLAN, Box, Grid, Layout, write
from answering import ROOT
from office import Office
from test_annex_layouts import as_list, imported

from tracker.annex.excel import excel_tables
from tracker.annex.proposal import propose
from tracker.annex.rows import read_rows
from tracker.annex.word import word_tables

MARKET = "Sở Công Thương"


def place(layout: Layout, title_end: str) -> tuple[Grid, int]:
    """Return the grid and line of the row whose title ends so."""
    for grid in layout.grids:
        for line, boxes in enumerate(grid):
            if any(box is not None and box.text.endswith(title_end) for box in boxes):
                return grid, line
    raise AssertionError(title_end)


def row_of(layout: Layout, number: int) -> tuple[Grid, int]:
    return place(layout, layout.rows[number].activity.title)


def columns(layout: Layout) -> dict[str, int]:
    """Return the columns of the layout with x (or of the one with a time column) by what they hold."""
    if layout.name == "dấu x":
        return {"tt": 0, "title": 1, "x": 2, "lead": 5, "with": 6}
    return {"tt": 0, "title": 1, "lead": 2, "with": 3, "time": 4}


def put(layout: Layout, number: int, kind: str, text: str) -> None:
    grid, line = row_of(layout, number)
    grid[line][columns(layout)[kind]] = Box(text)


def no_heading(layout: Layout) -> None:
    del layout.grids[0][: 2 if layout.name == "dấu x" else 1]


def swapped_columns(layout: Layout) -> None:
    at = columns(layout)
    for boxes in layout.grids[0]:
        if boxes[at["lead"]] is not None and boxes[at["with"]] is not None:
            boxes[at["lead"]], boxes[at["with"]] = boxes[at["with"]], boxes[at["lead"]]


def misspelt_agency(layout: Layout) -> None:
    put(layout, 10, "lead", "Sở Công Thưong")


def another_short_name(layout: Layout) -> None:
    put(layout, 10, "lead", "Sở KHĐC")


def empty_lead(layout: Layout) -> None:
    put(layout, 10, "lead", "")


def x_in_the_wrong_column(layout: Layout) -> None:
    put(layout, 10, "lead", "x")


def two_leads_with_a_comma(layout: Layout) -> None:
    put(layout, 10, "lead", "Sở Công Thương, Liên minh HTX")


def two_leads_with_and(layout: Layout) -> None:
    put(layout, 10, "lead", "Sở Công Thương và Sở Nông nghiệp và PTNT")


def two_leads_on_two_lines(layout: Layout) -> None:
    put(layout, 10, "lead", "Sở Công Thương\nSở Tài chính")


def an_unknown_lead(layout: Layout) -> None:
    put(layout, 10, "lead", "Công an tỉnh")


def a_verb_as_lead(layout: Layout) -> None:
    put(layout, 10, "lead", "theo phân công của Chủ tịch")


def an_unknown_year(layout: Layout) -> None:
    if layout.name == "dấu x":
        layout.grids[0][1][4] = Box("2052")
    else:
        put(layout, 10, "time", "2052")


def a_year_that_is_none(layout: Layout) -> None:
    if layout.name == "dấu x":
        layout.grids[0][1][4] = Box("205")
    else:
        put(layout, 10, "time", "202")


def two_equal_numbers(layout: Layout) -> None:
    put(layout, 10, "tt", layout.rows[9].number)


def a_missing_number(layout: Layout) -> None:
    put(layout, 10, "tt", "")


def a_number_that_is_none(layout: Layout) -> None:
    put(layout, 10, "tt", "#")


def a_missing_row(layout: Layout) -> None:
    grid, line = row_of(layout, 10)
    del grid[line]
    del layout.rows[10]


def strange_spaces(layout: Layout) -> None:
    for boxes in layout.grids[0]:
        for box in boxes:
            if box is not None:
                box.text = box.text.replace(" ", "\u00a0 ")


def decomposed_letters(layout: Layout) -> None:
    for boxes in layout.grids[0]:
        for box in boxes:
            if box is not None:
                box.text = unicodedata.normalize("NFD", box.text)


def a_footnote(layout: Layout) -> None:
    grid, line = row_of(layout, 10)
    box = grid[line][1]
    assert box is not None
    box.text += "[1]"


def a_real_footnote(layout: Layout) -> None:
    grid, line = row_of(layout, 10)
    box = grid[line][1]
    assert box is not None
    box.footnote = True


def the_same_as_above(layout: Layout) -> None:
    put(layout, 10, "lead", "Như trên")
    put(layout, 11, "with", "nt")


def struck_words(layout: Layout) -> None:
    grid, line = row_of(layout, 10)
    box = grid[line][columns(layout)["lead"]]
    assert box is not None
    box.struck = True


def a_nested_table(layout: Layout) -> None:
    grid, line = row_of(layout, 10)
    box = grid[line][columns(layout)["lead"]]
    assert box is not None
    box.nested = "Sở Tài chính"


def hidden_columns(layout: Layout) -> None:
    layout.hidden_columns = ("F" if layout.name == "dấu x" else "C",)


def a_title_merged_over_two_rows(layout: Layout) -> None:
    grid, line = row_of(layout, 10)
    below = layout.rows.pop(11).activity
    assert below
    grid[line][1] = Box(layout.rows[10].activity.title, 1, 2)
    grid[line + 1][1] = None


def marks_merged_or_strange(layout: Layout) -> None:
    if layout.name == "dấu x":
        grid, line = row_of(layout, 10)
        grid[line][2:5] = [Box("x", 3), None, None]
        put(layout, 11, "x", "x?")
    else:
        put(layout, 10, "time", "khi cần")


def no_time(layout: Layout) -> None:
    grid, line = row_of(layout, 10)
    for column in range(2, 5) if layout.name == "dấu x" else (4,):
        grid[line][column] = Box("")


def a_column_more(layout: Layout) -> None:
    for boxes in layout.grids[0]:
        boxes.append(Box(""))
    grid, line = row_of(layout, 10)
    grid[line][-1] = Box("x")


def a_line_of_words(layout: Layout) -> None:
    grid, line = row_of(layout, 10)
    grid.insert(line + 1, [Box(""), Box("theo từng giai đoạn"), *[Box("") for _ in grid[line][2:]]])


def an_unmarked_heading(layout: Layout) -> None:
    """A heading that looks like any other words: the rows under it could be read as of the heading before."""
    grid, line = row_of(layout, 10)
    grid.insert(line + 1, [Box(""), Box("Nhóm việc về đào tạo"), *[Box("") for _ in grid[line][2:]]])


def lead_and_coordinating_merged(layout: Layout) -> None:
    grid, line = row_of(layout, 10)
    at = columns(layout)["lead"]
    grid[line][at : at + 2] = [Box("Sở Công Thương", 2), None]


def a_formula(layout: Layout) -> None:
    put(layout, 10, "lead", "=A1")


SPOILERS: list[Callable[[Layout], None]] = [
    swapped_columns, misspelt_agency, another_short_name, empty_lead, x_in_the_wrong_column,
    two_leads_with_a_comma, two_leads_with_and, two_leads_on_two_lines, an_unknown_lead, a_verb_as_lead,
    an_unknown_year, a_year_that_is_none, two_equal_numbers, a_missing_number, a_number_that_is_none,
    a_missing_row, strange_spaces, decomposed_letters, a_footnote, a_real_footnote, the_same_as_above,
    struck_words, a_nested_table, hidden_columns, a_title_merged_over_two_rows, marks_merged_or_strange, no_time,
    a_column_more, a_line_of_words, an_unmarked_heading, lead_and_coordinating_merged, a_formula,
]  # fmt: skip
RIGHT = {
    two_leads_with_a_comma: ["so-cong-thuong", "lien-minh-htx"],
    two_leads_with_and: ["so-cong-thuong", "so-nnptnt"],
    two_leads_on_two_lines: ["so-cong-thuong", "so-tai-chinh"],
    an_unknown_lead: ["cong-an-tinh"],
}
"""What row 10 has as leads where the spoiler only writes it otherwise."""
CLEAN = {strange_spaces, decomposed_letters, swapped_columns, *RIGHT}
"""What is no doubt at all."""
ONE_KIND = {a_real_footnote: ".docx", a_nested_table: ".docx", hidden_columns: ".xlsx", a_formula: ".xlsx"}


EMPTY = (ROOT / "templates" / "plan" / "new.yaml").read_text(encoding="utf-8")


def read(layout: Layout, suffix: str) -> tuple[str, dict]:
    """Return what is doubtful of a layout, and the file made from it, as YAML."""
    raw = FILES[suffix](layout)
    draft = read_rows(word_tables(raw) if suffix == ".docx" else excel_tables(raw)[0])
    proposal = propose(draft, [PLAN], EMPTY)
    return "\n".join(map(str, proposal.doubts)), yaml.load(proposal.text, yaml.BaseLoader)


@pytest.mark.parametrize("suffix", [".docx", ".xlsx"])
def test_a_table_without_a_heading_is_refused_and_nothing_written(office: Office, suffix: str) -> None:
    layout = LAYOUTS["x"]()
    no_heading(layout)
    source = write(layout, office.folder, suffix)
    status, _, err = office.run("plan", "import", str(source), "-o", "moi.yaml")
    assert status == 1
    assert "không thấy dòng tiêu đề cột" in err
    assert not (office.folder / "moi.yaml").exists()


@pytest.mark.parametrize("suffix", [".docx", ".xlsx"])
@pytest.mark.parametrize("spoil", SPOILERS, ids=lambda spoil: spoil.__name__)
def test_each_row_of_a_spoiled_annex_is_right_or_marked(spoil: Callable[[Layout], None], suffix: str) -> None:
    if ONE_KIND.get(spoil, suffix) != suffix:
        pytest.skip("chỉ kiểu tệp kia có")
    for name in ("x", "time"):
        layout = LAYOUTS[name]()
        spoil(layout)
        said, plan = read(layout, suffix)
        doubted = sum("unconfirmed" in one for one in plan["activities"])
        assert doubted == 0 + layout.skips if spoil in CLEAN else doubted >= 1, said
        by_title = {one["title"]: one for one in plan["activities"]}
        for number, row in enumerate(layout.rows):
            title = row.activity.title
            beginning = (one for one in plan["activities"] if one["title"].startswith(title))
            found = by_title.get(title) or next(beginning)
            leads = RIGHT[spoil] if number == 10 and spoil in RIGHT else list(row.activity.lead)
            right = (
                found["title"] == title
                and as_list(found["lead"]) == leads
                and as_list(found.get("coordinating")) == list(row.activity.coordinating)
                and (found.get("time") == row.time if row.time else found["years"] == list(map(str, row.years)))
            )
            assert right or "unconfirmed" in found, (spoil.__name__, name, found, said)


def test_the_row_below_an_unmarked_heading_is_doubted_too() -> None:
    layout = LAYOUTS["time"]()
    an_unmarked_heading(layout)
    _, plan = read(layout, ".docx")
    below = next(one for one in plan["activities"] if one["title"] == layout.rows[11].activity.title)
    assert "có thể là tiêu đề của dòng này" in below["unconfirmed"]


def test_every_doubt_is_named_at_its_line_by_check(office: Office) -> None:
    for spoil, suffix in zip((misspelt_agency, empty_lead, the_same_as_above), (*FILES, ".xlsx"), strict=True):
        layout = LAYOUTS["x"]()
        spoil(layout)
        _, plan = imported(office, layout, suffix)
        new = office.folder / "moi.yaml"
        doubted = [one for one in plan["activities"] if "unconfirmed" in one]
        assert doubted
        status, _, err = office.run("check", str(new))
        assert status == 1
        for one in doubted:
            if one["lead"] == "":
                assert f"{one['id']}.lead: để trống" in err
        new.unlink()
