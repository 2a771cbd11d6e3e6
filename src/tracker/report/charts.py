"""The memo's charts of standing, by content area and by lead agency: counted from the frozen facts. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from tracker.language import N_, wording
from tracker.papers.charts import MOST_BARS
from tracker.papers.paper import Bar, Block, Chart, Series
from tracker.progress import MEMO_ORDER, STATUSES, UpdateStatus
from tracker.report.facts import Row, Snapshot
from tracker.report.tables import NOT_REPORTED
from tracker.words import number_words

LOOKS: Mapping[UpdateStatus | None, Series] = {
    status: Series(
        name=STATUSES[status].words,
        fill=STATUSES[status].fill,
        ink=STATUSES[status].ink,
        hatched=STATUSES[status].hatched,
    )
    for status in MEMO_ORDER
} | {None: Series(name=NOT_REPORTED, fill="#ffffff")}
"""From done to unknown, as a bar shows them."""


def by_area(snapshot: Snapshot) -> Chart:
    """Return how the activities of each content area stand, numbered as in section II."""
    numbers = {area.id: n for n, area in enumerate((a for a in snapshot.areas if not a.direction), 1)}
    titles = {a.id: f"{numbers[a.id]}. {a.title}" if a.id in numbers else a.title for a in snapshot.areas}
    grouped: dict[str, list[Row]] = {key: [] for key in titles}
    for row in snapshot.rows:
        grouped[row.area].append(row)
    return _chart(wording("Nội dung"), [(titles[key], rows) for key, rows in grouped.items() if rows])


def by_lead(snapshot: Snapshot) -> Chart:
    """Return how the activities of each lead agency stand."""
    grouped: dict[str, list[Row]] = {}
    for row in snapshot.rows:
        grouped.setdefault(row.lead, []).append(row)
    return _chart(wording("Cơ quan chủ trì"), grouped.items())


CHARTS: Mapping[str, Callable[[Snapshot], Chart]] = {
    "[biểu đồ nội dung]": by_area,
    "[biểu đồ cơ quan]": by_lead,
}
"""By the mark that begins a chart's line in the memo's template; its caption follows."""


def captioned(caption: Block, chart: Chart) -> Block:
    """Return `caption` with its chart; a sentence says what is not drawn."""
    text, left_out = caption.text, _left_out(chart)
    if not left_out:
        return replace(caption, kind="chart", chart=chart)
    start = len(text) + 1
    facts = (*caption.facts, (start, start + len(left_out)))
    return replace(caption, kind="chart", chart=chart, text=f"{text} {left_out}", facts=facts)


def _chart(of: str, groups: Iterable[tuple[str, Iterable[Row]]]) -> Chart:
    """Return one bar a group: in their order, or, where not all can be drawn, those with most activities first."""
    bars = [Bar(label=label, counts=_counts(rows)) for label, rows in groups]
    if len(bars) > MOST_BARS:
        bars.sort(key=lambda bar: -sum(bar.counts))
    return Chart(
        of=of,
        series=tuple(replace(look, name=wording(look.name)) for look in LOOKS.values()),
        bars=tuple(bars),
        drawn=min(len(bars), MOST_BARS),
    )


def _counts(rows: Iterable[Row]) -> tuple[int, ...]:
    found = [row.said.status if row.said else None for row in rows]
    return tuple(found.count(status) for status in LOOKS)


def _left_out(chart: Chart) -> str:
    rest = chart.bars[chart.drawn :]
    if not rest:
        return ""
    sums = [sum(counts) for counts in zip(*(bar.counts for bar in rest), strict=True)]
    told = ", ".join(
        f"{number_words(n)} {each.name.lower()}" for n, each in zip(sums, chart.series, strict=True) if n
    )
    named = chart.of.lower()
    text = N_(
        "Biểu đồ vẽ {drawn} {named} có nhiều hoạt động nhất; {rest} {named} còn lại có {count} hoạt động "
        "({told}), xem Phụ lục I."
    )
    counts = {"drawn": chart.drawn, "rest": len(rest), "count": sum(sums)}
    return wording(text, named=named, told=told, **{name: number_words(n) for name, n in counts.items()})
