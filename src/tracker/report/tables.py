"""The memo's tables: targets (section III), all activities (Phụ lục I) and who reported (Phụ lục II)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal

from tracker.papers.paper import Annex, Column, Counted, Row, Table
from tracker.progress import STATUS_WORDS, TIMELINESS_WORDS, Timeliness
from tracker.report import facts
from tracker.report.tidy import tidy
from tracker.words import vietnamese_date, vietnamese_number, vietnamese_size

NOTHING = "–"
NOT_REPORTED = "Chưa báo cáo"
USUAL_CELLS = (Timeliness.DONE_IN_TIME, Timeliness.OPEN_IN_TIME, Timeliness.OPEN_LATE)
TARGETS_ABREAST = 6
"""Columns of targets that a page takes."""


def after_report(title: str) -> str:
    """Return what a report's title says after “Báo cáo”: “năm 2024”."""
    return title.removeprefix("Báo cáo ")


def subject(snapshot: facts.Snapshot) -> str:
    """Return the memo's trích yếu: “Kết quả thực hiện Kế hoạch số 305/KH-UBND năm 2024”."""
    period, of_plan = snapshot.period, f"thực hiện {snapshot.plan.citation}"
    part = " (một phần)" if snapshot.chosen and not snapshot.chosen.own else ""
    if period.title.startswith("Báo cáo "):
        return f"Kết quả {of_plan} {after_report(period.title)}{part}"
    return (
        f"{period.title} {of_plan}{part}"
        if period.kind == "phase"
        else f"Kết quả {of_plan} ({period.title}){part}"
    )


def targets(snapshot: facts.Snapshot) -> Table:
    """Return the table of section III: target, unit, plan, result, per cent, and the period before."""
    columns = (
        Column(title="TT", width=10, align="center"),
        Column(title="Chỉ tiêu", width=58),
        Column(title="Đơn vị", width=18, align="center"),
        Column(title="Kế hoạch", width=26),
        Column(title="Kết quả", width=19, align="right"),
        Column(title="Đạt (%)", width=17, align="right"),
        Column(title="Kỳ trước", width=17, align="right"),
    )
    rows = [
        Row(
            cells=(
                _counted(n),
                f"{goal.title} ({_made_of(goal)})" if goal.asked else goal.title,
                goal.unit,
                goal.printed,
                _number(goal.value),
                _reached(goal),
                _number(goal.before),
            )
        )
        for n, goal in enumerate(snapshot.goals, 1)
    ]
    return Table(columns=columns, rows=tuple(rows))


def compared(snapshot: facts.Snapshot) -> Table:
    """Return how reporting and the tasks themselves stand beside the periods before, counted in activities."""
    late = sum(row.late for row in snapshot.rows)
    now = facts.Past(
        title="Kỳ này",
        asked=len(snapshot.rows),
        in_time=snapshot.told - late,
        late=late,
        silent=len(snapshot.rows) - snapshot.told,
        cells=Counter(row.cell for row in snapshot.rows),
        illustration=snapshot.illustration,
    )
    stood = (*snapshot.past, now)
    lines: list[tuple[str, list[int]]] = [
        ("Hoạt động phải báo cáo", [each.asked for each in stood]),
        ("Báo cáo đúng hạn", [each.in_time for each in stood]),
        ("Báo cáo muộn", [each.late for each in stood]),
        ("Chưa báo cáo", [each.silent for each in stood]),
        *(
            (TIMELINESS_WORDS[cell], [each.cells.get(cell, 0) for each in stood])
            for cell in _cells(each.cells for each in stood)
        ),
    ]
    columns = (
        Column(title="Hoạt động", width=65),
        *(Column(title=each.title, width=100 // len(stood), align="right") for each in stood),
    )
    return Table(
        columns=columns,
        rows=tuple(Row(cells=(title, *map(_counted, counts))) for title, counts in lines),
    )


def all_activities(snapshot: facts.Snapshot) -> Annex:
    """Return Phụ lục I: every duty of the period under its heading, in the plan's order."""
    columns = (
        Column(title="TT", width=14, align="center"),
        Column(title="Hoạt động", width=66),
        Column(title="Cơ quan chủ trì", width=28),
        Column(title="Cơ quan phối hợp", width=32),
        Column(title="Thời gian", width=19, align="center"),
        Column(title="Trạng thái", width=25),
        Column(title="Tỷ lệ (%)", width=14, align="center"),
        Column(title="Kết quả", width=59),
    )
    return Annex(
        label="Phụ lục I",
        title="TÌNH HÌNH THỰC HIỆN CÁC HOẠT ĐỘNG",
        table=Table(columns=columns, rows=tuple(_activity_rows(snapshot))),
    )


def _activity_rows(snapshot: facts.Snapshot) -> Iterator[Row]:
    by_area: dict[str, list[facts.Row]] = {}
    for row in snapshot.rows:
        by_area.setdefault(row.area, []).append(row)
    for area in snapshot.areas:
        rows = by_area.get(area.id, [])
        if rows:
            yield Row(cells=(area.title,), band=True)
        for row in rows:
            said = row.said
            yield Row(
                cells=(
                    row.id,
                    "\n".join((row.title, *row.details)),
                    row.lead,
                    row.coordinating or NOTHING,
                    row.time or ", ".join(map(str, row.years)),
                    STATUS_WORDS[said.status] if said else NOT_REPORTED,
                    _counted(said.percent) if said and said.percent is not None else NOTHING,
                    tidy(said.result or said.causes) or NOTHING if said else NOTHING,
                )
            )


def who_reported(snapshot: facts.Snapshot) -> Annex:
    """Return Phụ lục II: reports by agency, on time or late, beside the four cells of the tasks themselves.

    Whether a report came in time and whether a task was done in time are two questions, counted apart.
    """
    by_lead: dict[str, list[facts.Row]] = {}
    asked = (*snapshot.rows, *snapshot.tasks, *snapshot.localities)
    for row in asked:
        by_lead.setdefault(row.lead, []).append(row)
    cells = _cells([Counter(row.cell for row in asked)])
    columns = (
        Column(title="TT", width=10, align="center"),
        Column(title="Cơ quan", width=51),
        Column(title="Phải báo cáo", width=20, align="center"),
        Column(title="Báo cáo đúng hạn", width=22, align="center"),
        Column(title="Báo cáo muộn", width=20, align="center"),
        Column(title="Chưa báo cáo", width=20, align="center"),
        Column(title="Báo cáo gần nhất", width=26, align="center"),
        *(Column(title=TIMELINESS_WORDS[cell], width=22, align="center") for cell in cells),
    )
    rows = [_agency_row(_counted(n), lead, owed, cells) for n, (lead, owed) in enumerate(by_lead.items(), 1)]
    due, as_of = vietnamese_date(snapshot.period.due), vietnamese_date(snapshot.as_of)
    rows.append(_agency_row("", "Cộng", list(asked), cells))
    return Annex(
        label="Phụ lục II",
        title="TÌNH HÌNH BÁO CÁO CỦA CÁC CƠ QUAN",
        lead=(f"Hạn báo cáo: ngày {due}; số liệu đến ngày {as_of}.",),
        table=Table(columns=columns, rows=tuple(rows)),
    )


def proofs(snapshot: facts.Snapshot) -> Annex:
    """Return Phụ lục III: the files that agencies gave; the digest tells whether a file is still the same."""
    columns = (
        Column(title="TT", width=10, align="center"),
        Column(title="Hoạt động", width=20, align="center"),
        Column(title="Cơ quan", width=50),
        Column(title="Tên tệp", width=97),
        Column(title="Dung lượng", width=24, align="right"),
        Column(title="Ngày gửi", width=24, align="center"),
        Column(title="SHA-256 (16 ký tự đầu)", width=32, align="center"),
    )
    rows = [
        Row(
            cells=(
                _counted(number),
                proof.id,
                proof.lead,
                proof.name,
                vietnamese_size(proof.size),
                Counted(vietnamese_date(proof.on), proof.on),
                proof.digest[:16],
            )
        )
        for number, proof in enumerate(snapshot.proofs, 1)
    ]
    return Annex(
        label="Phụ lục III",
        title="DANH MỤC TÀI LIỆU KÈM THEO BÁO CÁO CỦA CÁC CƠ QUAN",
        table=Table(columns=columns, rows=tuple(rows)),
    )


def by_locality(snapshot: facts.Snapshot) -> tuple[Annex, ...]:
    """Return the annex of figures by who reported them, in as many parts as it needs; none where it has none."""
    goals = [goal for goal in snapshot.goals if goal.asked]
    label = "Phụ lục IV" if snapshot.proofs else "Phụ lục III"
    starts = range(0, len(goals), TARGETS_ABREAST)
    return tuple(_by_locality(label, goals[start : start + TARGETS_ABREAST], start > 0) for start in starts)


def _by_locality(label: str, goals: list[facts.Goal], continued: bool) -> Annex:
    values = [{portion.who: portion for portion in goal.portions} for goal in goals]
    names = list(dict.fromkeys(who for portions in values for who in portions))
    kinds = {goal.reported_by for goal in goals}
    kind = kinds.pop() if len(kinds) == 1 else "cơ quan"
    columns = (
        Column(title="TT", width=12, align="center"),
        Column(title=kind.capitalize(), width=65),
        *(Column(title=f"{goal.title} ({goal.unit})", width=180 // len(goals), align="right") for goal in goals),
    )
    rows = [
        Row(cells=(_counted(number), name, *(_portion(portions.get(name)) for portions in values)))
        for number, name in enumerate(names, 1)
    ]
    sums = [
        _number(goal.value) if goal.whole else f"{_number(goal.value)} ({goal.known}/{goal.asked})"
        for goal in goals
    ]
    return Annex(
        label=label,
        title=f"SỐ LIỆU CHỈ TIÊU THEO {kind.upper()}{' (TIẾP THEO)' if continued else ''}",
        table=Table(columns=columns, rows=(*rows, Row(cells=("", "Cộng", *sums), total=True))),
    )


def _portion(portion: facts.Portion | None) -> str:
    if portion is None:
        return NOTHING
    return NOT_REPORTED if portion.value is None else _counted(portion.value)


def _made_of(goal: facts.Goal) -> str:
    """Return how many portions a sum is made of, now and, where there is a value, in the period before."""
    before = f"; kỳ trước {goal.known_before}/{goal.asked_before}" if goal.before is not None else ""
    return f"số liệu của {goal.known}/{goal.asked} {goal.reported_by}{before}"


def _cells(counted: Iterable[Mapping[Timeliness, int]]) -> list[Timeliness]:
    """Return the cells to show: the usual ones, and the others where something falls into them."""
    found = {cell for cells in counted for cell, count in cells.items() if count}
    return [cell for cell in Timeliness if cell in USUAL_CELLS or cell in found]


def _agency_row(number: str, lead: str, rows: list[facts.Row], shown: list[Timeliness]) -> Row:
    told = [row for row in rows if row.said]
    late = sum(row.late for row in told)
    cells = Counter(row.cell for row in rows)
    newest = max((row.said.on for row in rows if row.said), default=None)
    counts = (len(rows), len(told) - late, late, len(rows) - len(told))
    return Row(
        cells=(
            number,
            lead,
            *map(_counted, counts),
            Counted(vietnamese_date(newest), newest) if newest else NOTHING,
            *(_counted(cells[cell]) for cell in shown),
        ),
        total=not number,
    )


def _counted(value: Decimal | int) -> Counted:
    return Counted(vietnamese_number(value), value)


def _number(value: Decimal | None) -> str:
    return NOTHING if value is None else _counted(value)


def _reached(goal: facts.Goal) -> str:
    if goal.value is None or not goal.at_least or not goal.whole:
        return NOTHING
    share = (goal.value * 100 / goal.at_least).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return _counted(share)
