"""The memo's annexes: all activities, who reported, files that were given, figures by locality."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from tracker.language import N_, wording
from tracker.papers.paper import Annex, Column, Counted, Row, Shortened, Table
from tracker.progress import STATUS_WORDS, TIMELINESS_WORDS, Timeliness
from tracker.report import facts
from tracker.report.tables import NOT_REPORTED, NOTHING, ROMAN, counted, number, shown_cells
from tracker.report.tidy import tidy
from tracker.words import day_words, size_words, years_in_words

TARGETS_ABREAST = 6
"""Columns of targets that a page takes."""
LONGEST_CELL, MOST_LINES = 300, 4
"""Letters and lines of an answer that an annex holds; the memo's text has all of it."""
MOST_CELLS_UPRIGHT = 3
"""Columns of tasks by their deadline that the annex of reports takes on a page that stands upright."""
SENTENCE_ENDS = (". ", "; ", "\n", ", ", " ")
"""Where a long text is cut: the first of these that leaves enough of it."""


def annexes(snapshot: facts.Snapshot) -> tuple[Annex, ...]:
    """Return the annexes of a memo in their order; an agency's own report needs none on who reported."""
    own = snapshot.chosen is not None and snapshot.chosen.own
    kinds = [
        (all_activities(snapshot),),
        () if own else (who_reported(snapshot),),
        (proofs(snapshot),) if snapshot.proofs else (),
        by_locality(snapshot),
    ]
    kinds = [kind for kind in kinds if kind]
    labels = (
        [wording("Phụ lục")]
        if len(kinds) == 1
        else [wording("Phụ lục {number}", number=numeral) for numeral in ROMAN]
    )
    return tuple(replace(each, label=label) for label, kind in zip(labels, kinds, strict=False) for each in kind)


def all_activities(snapshot: facts.Snapshot) -> Annex:
    """Return the annex of activities: every duty of the period under its heading, in the plan's order."""
    columns = (
        Column(title=wording("TT"), width=14, align="center"),
        Column(title=wording("Hoạt động"), width=62),
        Column(title=wording("Cơ quan chủ trì"), width=28),
        Column(title=wording("Cơ quan phối hợp"), width=30),
        Column(title=wording("Thời gian"), width=26, align="center"),
        Column(title=wording("Trạng thái"), width=23),
        Column(title=wording("Tỷ lệ (%)"), width=15, align="center"),
        Column(title=wording("Kết quả"), width=59),
    )
    return Annex(
        label="",
        title=wording("TÌNH HÌNH THỰC HIỆN CÁC HOẠT ĐỘNG"),
        table=Table(columns=columns, rows=tuple(_activity_rows(snapshot))),
    )


def _activity_rows(snapshot: facts.Snapshot) -> Iterator[Row]:
    by_area: dict[str, list[facts.Row]] = {}
    for row in snapshot.rows:
        by_area.setdefault(row.area, []).append(row)
    for area in snapshot.areas:
        rows, place = by_area.get(area.id, []), _place(snapshot, area)
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
                    row.time or years_in_words(row.years),
                    wording(STATUS_WORDS[said.status] if said else NOT_REPORTED),
                    counted(said.percent) if said and said.percent is not None else NOTHING,
                    _in_short(tidy(said.result or said.causes), place) or NOTHING if said else NOTHING,
                )
            )


def who_reported(snapshot: facts.Snapshot) -> Annex:
    """Return the annex of reports by agency, on time or late, beside the four cells of the tasks themselves.

    Whether a report came in time and whether a task was done in time are two questions, counted apart.
    """
    by_lead: dict[str, list[facts.Row]] = {}
    asked = (*snapshot.rows, *snapshot.tasks, *snapshot.localities)
    for row in asked:
        by_lead.setdefault(row.lead, []).append(row)
    cells = shown_cells([Counter(row.cell for row in asked)])
    columns = (
        Column(title=wording("TT"), width=10, align="center"),
        Column(title=wording("Cơ quan"), width=30),
        Column(title=wording("Phải báo cáo"), width=14, align="center"),
        Column(title=wording("Đúng hạn"), width=14, align="center"),
        Column(title=wording("Sau hạn"), width=14, align="center"),
        Column(title=wording("Chưa báo cáo"), width=14, align="center"),
        Column(title=wording("Báo cáo gần nhất"), width=24, align="center"),
        *(Column(title=wording(TIMELINESS_WORDS[cell]), width=15, align="center") for cell in cells),
    )
    rows = [_agency_row(counted(n), lead, owed, cells) for n, (lead, owed) in enumerate(by_lead.items(), 1)]
    due, as_of = day_words(snapshot.period.due), day_words(snapshot.as_of)
    rows.append(_agency_row("", wording("Cộng"), list(asked), cells))
    return Annex(
        label="",
        title=wording("TÌNH HÌNH BÁO CÁO CỦA CÁC CƠ QUAN"),
        lead=(wording("Hạn báo cáo: ngày {due}; số liệu đến ngày {as_of}.", due=due, as_of=as_of),),
        table=Table(columns=columns, rows=tuple(rows)),
        upright=len(cells) <= MOST_CELLS_UPRIGHT,
    )


def proofs(snapshot: facts.Snapshot) -> Annex:
    """Return the annex of the files that agencies gave; a workbook holds how to tell that they are the same."""
    columns = (
        Column(title=wording("TT"), width=10, align="center"),
        Column(title=wording("Hoạt động"), width=20, align="center"),
        Column(title=wording("Cơ quan"), width=50),
        Column(title=wording("Tên tệp"), width=97),
        Column(title=wording("Ngày gửi"), width=24, align="center"),
        Column(title=wording("Dung lượng"), width=24, align="right", counted_only=True),
        Column(title="SHA-256", width=32, counted_only=True),
    )
    rows = [
        Row(
            cells=(
                counted(number),
                proof.id,
                proof.lead,
                proof.name,
                Counted(day_words(proof.on), proof.on),
                size_words(proof.size),
                proof.digest,
            )
        )
        for number, proof in enumerate(snapshot.proofs, 1)
    ]
    return Annex(
        label="",
        title=wording("DANH MỤC TÀI LIỆU KÈM THEO BÁO CÁO CỦA CÁC CƠ QUAN"),
        table=Table(columns=columns, rows=tuple(rows)),
    )


def by_locality(snapshot: facts.Snapshot) -> tuple[Annex, ...]:
    """Return the annex of figures by who reported them, in as many parts as it needs; none where it has none."""
    goals = [goal for goal in snapshot.goals if goal.asked]
    starts = range(0, len(goals), TARGETS_ABREAST)
    return tuple(_by_locality(goals[start : start + TARGETS_ABREAST], start > 0) for start in starts)


def _by_locality(goals: list[facts.Goal], continued: bool) -> Annex:
    values = [{portion.who: portion for portion in goal.portions} for goal in goals]
    names = list(dict.fromkeys(who for portions in values for who in portions))
    kinds = {goal.reported_by for goal in goals}
    kind = kinds.pop() if len(kinds) == 1 else wording("cơ quan")
    columns = (
        Column(title=wording("TT"), width=12, align="center"),
        Column(title=kind.capitalize(), width=65),
        *(Column(title=f"{goal.title} ({goal.unit})", width=180 // len(goals), align="right") for goal in goals),
    )
    heading = (N_("SỐ LIỆU CHỈ TIÊU THEO {kind}"), N_("SỐ LIỆU CHỈ TIÊU THEO {kind} (TIẾP THEO)"))[continued]
    rows = [
        Row(cells=(counted(number), name, *(_portion(portions.get(name)) for portions in values)))
        for number, name in enumerate(names, 1)
    ]
    sums = [
        number(goal.value) if goal.whole else f"{number(goal.value)} ({goal.known}/{goal.asked})" for goal in goals
    ]
    return Annex(
        label="",
        title=wording(heading, kind=kind.upper()),
        table=Table(columns=columns, rows=(*rows, Row(cells=("", wording("Cộng"), *sums), total=True))),
    )


def _portion(portion: facts.Portion | None) -> str:
    if portion is None:
        return NOTHING
    return wording(NOT_REPORTED) if portion.value is None else counted(portion.value)


def _agency_row(number: str, lead: str, rows: list[facts.Row], shown: list[Timeliness]) -> Row:
    told = [row for row in rows if row.said]
    late = sum(row.late for row in told)
    cells = Counter(row.cell for row in rows)
    newest = max((row.said.on for row in rows if row.said and number), default=None)
    counts = (len(rows), len(told) - late, late, len(rows) - len(told))
    return Row(
        cells=(
            number,
            lead,
            *map(counted, counts),
            Counted(day_words(newest), newest) if newest else NOTHING,
            *(counted(cells[cell]) for cell in shown),
        ),
        total=not number,
    )


def _place(snapshot: facts.Snapshot, area: facts.Area) -> str:
    """Return where the memo's text tells of `area`: "mục I", "mục II.3"."""
    directing = any(each.direction for each in snapshot.areas)
    if area.direction:
        return wording("mục {number}", number="I")
    own = snapshot.chosen is not None and snapshot.chosen.own
    section = ROMAN[1 if directing or not own else 0]
    number = [each for each in snapshot.areas if not each.direction].index(area) + 1
    return wording("mục {number}", number=f"{section}.{number}")


def _in_short(text: str, place: str) -> str:
    """Return the beginning of a long `text` and the place where the memo prints all of it."""
    lines = text.split("\n")
    if len(text) <= LONGEST_CELL and len(lines) <= MOST_LINES:
        return text
    begun = "\n".join(lines[:MOST_LINES])[:LONGEST_CELL]
    ends = [begun.rfind(sign, LONGEST_CELL // 4) for sign in SENTENCE_ENDS]
    end = next((found + 1 for found in ends if found > 0), len(begun))
    return Shortened(wording("{begun} … (xem {place})", begun=begun[:end].strip(), place=place), text)
