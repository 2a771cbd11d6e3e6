"""The memo's charts: they count what the text counts, and say what they do not draw."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from answering import TODAY, answer, open_season, paper_of, say, snapshot_of
from memo_reading import standing

from tracker.papers.charts import MOST_BARS
from tracker.papers.paper import Block, Chart
from tracker.plan.model import Plan
from tracker.progress import MEMO_ORDER, UpdateStatus
from tracker.report.charts import LOOKS, by_area, by_lead, captioned
from tracker.report.facts import Row, Snapshot

CAPTION = Block(kind="paragraph", label="Biểu đồ 2:", text="Theo cơ quan.", facts=((0, 4),))


@pytest.fixture
def plan(sqlite_engine: sa.Engine) -> Plan:
    return open_season(sqlite_engine, None, date(2023, 10, 16), TODAY)


@pytest.fixture
def answered(sqlite_engine: sa.Engine, plan: Plan) -> Snapshot:
    """Give the facts of a season in which every status was said, and some said nothing."""
    statuses = (*UpdateStatus, None)
    for number, activity in enumerate(plan.activities_of(2024)):
        if status := statuses[number % len(statuses)]:
            stopped = {"causes": "Không có kinh phí"} if status is UpdateStatus.STOPPED else {}
            say(sqlite_engine, activity.id, answer(status=status, **stopped))
    return snapshot_of(sqlite_engine)


def charts(snapshot: Snapshot) -> list[Block]:
    return [block for block in paper_of(snapshot).body if block.kind == "chart"]


def sums(chart: Chart) -> dict[str, int]:
    counts = zip(*(bar.counts for bar in chart.bars), strict=True)
    return {each.name: sum(of_it) for each, of_it in zip(chart.series, counts, strict=True)}


def many_leads(snapshot: Snapshot, leads: int) -> Snapshot:
    """Return the facts as if so many agencies led: the first with two activities, the others with one."""
    row: Row = snapshot.rows[0]
    rows = [replace(row, lead=f"Sở {n}", said=None) for n in range(leads)]
    return replace(snapshot, rows=(*rows, replace(row, lead=f"Sở {leads - 1}")))


def test_both_charts_count_what_the_sentence_before_them_counts(answered: Snapshot) -> None:
    body = paper_of(answered).body
    place = next(n for n, block in enumerate(body) if block.kind == "chart")
    told = Counter(row.said.status if row.said else None for row in answered.rows)
    names = {each.name: told[status] for status, each in LOOKS.items()}
    for block in charts(answered):
        assert block.chart is not None
        assert sums(block.chart) == names
    sentence = body[place - 1].text
    assert sentence == standing(told[status] for status in (*MEMO_ORDER, None))


def test_the_charts_stand_in_section_four_numbered_and_named(answered: Snapshot) -> None:
    assert [(block.label, block.text) for block in charts(answered)] == [
        ("Biểu đồ 1:", "Tình hình thực hiện theo nội dung (số hoạt động)."),
        ("Biểu đồ 2:", "Tình hình thực hiện theo cơ quan chủ trì (số hoạt động)."),
    ]


def test_each_content_area_is_a_bar_under_the_heading_of_section_two(answered: Snapshot, plan: Plan) -> None:
    headings = [block.text for block in paper_of(answered).body if block.kind == "heading" and block.level == 2]
    chart = by_area(answered)
    asked = Counter(plan.area(activity.content).title for activity in plan.activities_of(2024))
    numbered = [bar for bar in chart.bars if bar.label[0].isdigit()]
    assert [bar.label for bar in numbered] == [text for text in headings if text.partition(". ")[2] in asked]
    for bar in chart.bars:
        assert sum(bar.counts) == asked[bar.label.partition(". ")[2] or bar.label]
    assert sum(sum(bar.counts) for bar in chart.bars) == len(answered.rows)


def test_each_lead_agency_is_a_bar_with_its_own_counts(answered: Snapshot) -> None:
    chart = by_lead(answered)
    assert [bar.label for bar in chart.bars] == list(dict.fromkeys(row.lead for row in answered.rows))
    for bar in chart.bars:
        told = Counter(row.said.status if row.said else None for row in answered.rows if row.lead == bar.label)
        assert bar.counts == tuple(told[status] for status in LOOKS)
    assert chart.drawn == len(chart.bars)


def test_where_many_agencies_lead_those_with_most_are_drawn_and_the_rest_told_and_listed(
    answered: Snapshot,
) -> None:
    chart = by_lead(many_leads(answered, 1_000))
    assert (chart.drawn, len(chart.bars)) == (MOST_BARS, 1_000)
    assert [bar.label for bar in chart.bars[:3]] == ["Sở 999", "Sở 0", "Sở 1"]
    block = captioned(CAPTION, chart)
    assert block.text == (
        "Theo cơ quan. Biểu đồ vẽ 18 cơ quan chủ trì có nhiều hoạt động nhất; 982 cơ quan chủ trì còn lại có "
        "982 hoạt động (982 chưa báo cáo), xem Phụ lục I."
    )
    assert [text for text, fact in block.pieces if fact] == ["Theo", block.text.partition(". ")[2]]


def test_one_more_than_fits_leaves_one_out_and_as_many_as_fit_none(answered: Snapshot) -> None:
    assert "1 cơ quan chủ trì còn lại" in captioned(CAPTION, by_lead(many_leads(answered, MOST_BARS + 1))).text
    assert captioned(CAPTION, by_lead(many_leads(answered, MOST_BARS))).text == CAPTION.text


def test_a_memo_of_one_agency_has_no_chart_of_agencies(answered: Snapshot) -> None:
    own = replace(answered, rows=tuple(row for row in answered.rows if row.lead == answered.rows[0].lead))
    assert [block.label for block in charts(own)] == ["Biểu đồ 1:"]
    assert charts(replace(answered, rows=answered.rows[:1])) == []
    of_one_area = tuple(row for row in answered.rows if row.area == answered.rows[-5].area)
    assert all(block.label == "Biểu đồ 1:" for block in charts(replace(answered, rows=of_one_area)))


def test_an_agency_s_words_never_make_a_chart(sqlite_engine: sa.Engine, plan: Plan) -> None:
    assert plan
    say(sqlite_engine, "II.10", answer("[biểu đồ cơ quan] Biểu đồ 9 :: giả"))
    assert len(charts(snapshot_of(sqlite_engine))) == 2
