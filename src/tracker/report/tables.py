"""The tables in the memo's text: targets, and how things stood in the periods before."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from tracker.language import N_, wording
from tracker.papers.paper import Column, Counted, Row, Table
from tracker.progress import TIMELINESS_WORDS, Timeliness
from tracker.report import facts
from tracker.words import number_words

NOTHING = "–"
NOT_REPORTED = N_("Chưa báo cáo")
USUAL_CELLS = (Timeliness.DONE_IN_TIME, Timeliness.OPEN_IN_TIME, Timeliness.OPEN_LATE)
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


def targets(snapshot: facts.Snapshot) -> Table:
    """Return the table of targets: unit, what the plan wants in the end, result, per cent, and before.

    Before stands the period before, or, in a review, each of its years; neither where nothing is known of it.
    """
    goals, until = snapshot.goals, max(snapshot.plan.years)
    earlier = _earlier_columns(goals)
    columns = (
        Column(title=wording("TT"), width=10, align="center"),
        Column(title=wording("Chỉ tiêu"), width=58 - 5 * max(0, len(earlier) - 1)),
        Column(title=wording("Đơn vị"), width=18, align="center"),
        Column(title=wording("Mục tiêu đến năm {year}", year=until), width=26),
        *(Column(title=title, width=17, align="right") for title, _ in earlier),
        Column(title=wording("Kết quả"), width=19, align="right"),
        Column(title=wording("So với mục tiêu (%)"), width=20, align="right"),
    )
    rows = [
        Row(
            cells=(
                counted(n),
                f"{goal.title} ({_made_of(goal)})" if goal.asked else goal.title,
                goal.unit,
                goal.printed,
                *(number(values[n - 1]) for _, values in earlier),
                number(goal.value),
                _reached(goal),
            )
        )
        for n, goal in enumerate(goals, 1)
    ]
    return Table(columns=columns, rows=tuple(rows))


def _earlier_columns(goals: tuple[facts.Goal, ...]) -> list[tuple[str, list[Decimal | None]]]:
    """Return the columns of figures of before, each with its title and a value for each of `goals`."""
    titles = [each.title.removeprefix("Báo cáo ") for each in goals[0].earlier] if goals else []
    columns = [
        (title[:1].upper() + title[1:], [goal.earlier[place].value for goal in goals])
        for place, title in enumerate(titles)
    ] or [(wording("Kỳ trước"), [goal.before for goal in goals])]
    return [column for column in columns if any(value is not None for value in column[1])]


def compared(snapshot: facts.Snapshot) -> Table:
    """Return how reporting and the tasks themselves stand beside the periods before, counted in activities."""
    late = sum(row.late for row in snapshot.rows)
    now = facts.Past(
        title=wording("Kỳ này"),
        asked=len(snapshot.rows),
        in_time=snapshot.told - late,
        late=late,
        silent=len(snapshot.rows) - snapshot.told,
        cells=Counter(row.cell for row in snapshot.rows),
        illustration=snapshot.illustration,
    )
    stood = (*snapshot.past, now)
    lines: list[tuple[str, list[int]]] = [
        (wording("Hoạt động phải báo cáo"), [each.asked for each in stood]),
        (wording("Báo cáo đúng hạn"), [each.in_time for each in stood]),
        (wording("Báo cáo muộn"), [each.late for each in stood]),
        (wording("Chưa báo cáo"), [each.silent for each in stood]),
        *(
            (wording(TIMELINESS_WORDS[cell]), [each.cells.get(cell, 0) for each in stood])
            for cell in shown_cells(each.cells for each in stood)
        ),
    ]
    columns = (
        Column(title=wording("Hoạt động"), width=65),
        *(Column(title=each.title, width=100 // len(stood), align="right") for each in stood),
    )
    return Table(
        columns=columns,
        rows=tuple(Row(cells=(title, *map(counted, counts))) for title, counts in lines),
    )


def _made_of(goal: facts.Goal) -> str:
    """Return how many portions a sum is made of, now and, where there is a value, in the period before."""
    now = {"known": goal.known, "asked": goal.asked, "who": goal.reported_by}
    if goal.before is None:
        return wording("số liệu của {known}/{asked} {who}", **now)
    text = N_("số liệu của {known}/{asked} {who}; kỳ trước {known_before}/{asked_before}")
    return wording(text, **now, known_before=goal.known_before, asked_before=goal.asked_before)


def shown_cells(counted: Iterable[Mapping[Timeliness, int]]) -> list[Timeliness]:
    """Return the cells to show: the usual ones, and the others where something falls into them."""
    found = {cell for cells in counted for cell, count in cells.items() if count}
    return [cell for cell in Timeliness if cell in USUAL_CELLS or cell in found]


def counted(value: Decimal | int) -> Counted:
    """Return `value` as it is written, for a workbook to count with."""
    return Counted(number_words(value), value)


def number(value: Decimal | None) -> str:
    """Return `value` as it is written, or a dash for what is not known."""
    return NOTHING if value is None else counted(value)


def _reached(goal: facts.Goal) -> str:
    if goal.value is None or not goal.at_least or not goal.whole or goal.is_ceiling:
        return NOTHING
    share = (goal.value * 100 / goal.at_least).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return counted(share)
