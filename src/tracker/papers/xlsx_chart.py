"""A chart as Excel's own, over the numbers it is drawn from: whoever changes a number sees the bars follow."""

from typing import Any

from xlsxwriter import Workbook

from tracker.language import N_, wording
from tracker.papers.charts import alternative
from tracker.papers.paper import Chart, Series
from tracker.papers.sheets import LINE, height, put

TOTAL = N_("Cộng")
NAMES, NUMBERS = 45, 13
"""Widths of the columns."""
WIDE, EACH, AROUND, ROW = 860, 40, 70, 20
"""Pixels: the chart's width, the height of a bar with its room, of what stands over and under them, of a row."""


def draw_chart(file: Workbook, sheet: Any, caption: str, chart: Chart, top: int, looks: dict[str, Any]) -> None:
    """Write `caption` in the row `top`, under it the bars that the paper draws, then all bars in numbers."""
    headings = (chart.of, *(each.name for each in chart.series), wording(TOTAL))
    high = AROUND + EACH * chart.drawn
    head = top + high // ROW + 3
    sheet.merge_range(top, 0, top, len(headings) - 1, "")
    put(sheet, top, 0, caption, looks["caption"])
    sheet.set_row(top, height([(caption, NAMES + NUMBERS * (len(headings) - 1))], least=1))
    sheet.set_column(0, 0, NAMES)
    sheet.set_column(1, len(headings) - 1, NUMBERS)
    for place, heading in enumerate(headings):
        put(sheet, head, place, heading, looks["heading"])
    sheet.set_row(head, 2 * LINE + 4)
    for number, bar in enumerate(chart.bars, start=head + 1):
        put(sheet, number, 0, bar.label, looks["left"])
        _count(sheet, number, bar.counts, looks["number"])
        sheet.set_row(number, height([(bar.label, NAMES)], least=1))
    last = head + 1 + len(chart.bars)
    put(sheet, last, 0, wording(TOTAL), looks["heading"])
    _count(sheet, last, tuple(map(sum, zip(*(bar.counts for bar in chart.bars), strict=True))), looks["sum"])
    sheet.repeat_rows(head)
    drawn = _drawn(file, sheet.get_name(), chart, head)
    drawn.set_size({"width": WIDE, "height": high})
    sheet.insert_chart(top + 1, 0, drawn, {"description": alternative(chart)})


def _count(sheet: Any, row: int, counts: tuple[int, ...], look: Any) -> None:
    for place, number in enumerate((*counts, sum(counts)), start=1):
        sheet.write_number(row, place, number, look)


def _drawn(file: Workbook, sheet: str, chart: Chart, head: int) -> Any:
    drawn = file.add_chart({"type": "bar", "subtype": "stacked"})
    first, last = head + 1, head + chart.drawn
    for place, each in enumerate(chart.series, start=1):
        drawn.add_series(
            {
                "name": [sheet, head, place],
                "categories": [sheet, first, 0, last, 0],
                "values": [sheet, first, place, last, place],
                "gap": 40,
                **_look(each),
            }
        )
    font = {"name": "Times New Roman", "size": 11}
    drawn.set_title({"none": True})
    drawn.set_legend({"position": "top", "font": font})
    drawn.set_y_axis({"reverse": True, "num_font": font, "major_tick_mark": "none"})
    drawn.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    return drawn


def _look(series: Series) -> dict[str, Any]:
    """Return how a series looks; a nought is not written."""
    number = {"name": "Times New Roman", "size": 11, "color": series.ink}
    labels: dict[str, Any] = {"value": True, "num_format": "#,##0;;", "font": number}
    edge = {"color": "#000000", "width": 0.75}
    if not series.hatched:
        return {"fill": {"color": series.fill}, "border": edge, "data_labels": labels}
    hatch = {"pattern": "wide_upward_diagonal", "fg_color": "#7F7F7F", "bg_color": series.fill}
    return {"pattern": hatch, "border": edge, "data_labels": labels}
