"""Whatever is merged, reported and corrected: a memo's sum is what an independent count of the rows comes to."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_text import altered

from tracker.plan.reader import Reading, parse_plan
from tracker.report.snapshot import take_snapshot
from tracker.settings import ZONE
from tracker.store.apply import apply_plan
from tracker.store.engine import writing
from tracker.store.periods import find_period, open_ruled_periods
from tracker.store.plans import plan_in_force
from tracker.store.tables import Figure

MOST = 6
OPENED = {"2023": date(2023, 10, 1), "2024": date(2024, 10, 1)}
CLOSED = {"2023": date(2023, 12, 31), "2024": date(2024, 12, 31)}
AGENCIES = [f"d{n}" for n in range(MOST)]
Heirs = dict[str, tuple[str, date]]
Row = tuple[date, str, Decimal]


def plan_with(heirs: Heirs, members: Sequence[str]) -> Reading:
    """Return a plan in which `members` report a target, and agencies have `heirs`."""
    lines = []
    for n, agency in enumerate(AGENCIES):
        heir, since = heirs.get(agency, ("", None))
        succession = f", succeeded_by: {{agency: {heir}, since: {since}}}" if heir else ""
        lines.append(f"  {agency}: {{name: Địa phương {n}, short: ĐP {n}, kind: locality{succession}}}\n")
    group = f"groups:\n  dp: {{name: Các địa phương, members: [{', '.join(members)}]}}\n"
    return parse_plan(
        altered(("groups:\n", "".join(lines) + group), ("reported_by: hoi}", "reported_by: dp}")).encode()
    )


def holder(agency: str, heirs: Heirs, on: date) -> str:
    while agency in heirs and heirs[agency][1] <= on:
        agency = heirs[agency][0]
    return agency


def independent_count(
    rows: Sequence[Row], heirs: Heirs, members: Sequence[str], on: date
) -> tuple[Decimal | None, int, int]:
    """Return the sum of the rows, of how many reporters it is, and of how many there are.

    The map is kept in pieces: a figure covers what its agency holds that day, and what it covers is dropped.
    """
    pieces: dict[frozenset[str], tuple[str, Decimal]] = {}
    for day, agency, value in rows:
        held = frozenset(member for member in members if holder(member, heirs, day) == agency)
        if held:
            assert all(piece <= held or not piece & held for piece in pieces)
            pieces = {piece: told for piece, told in pieces.items() if not piece <= held}
            pieces[held] = (agency, value)
    assert len({agency for agency, _ in pieces.values()}) == len(pieces)  # each agency at most once
    known = []
    reporters = {holder(member, heirs, on) for member in members}
    for reporter in reporters:
        area = {member for member in members if holder(member, heirs, on) == reporter}
        inside = [piece for piece in pieces if piece <= area]
        if area == {member for piece in inside for member in piece}:
            known.append(sum(pieces[piece][1] for piece in inside))
    return (Decimal(sum(known)) if known else None), len(known), len(reporters)


def record(session: sa.orm.Session, code: str, rows: Sequence[Row]) -> None:
    period = find_period(session, code)
    revisions = dict.fromkeys([*AGENCIES, "hoi"], 0)
    for day, agency, value in rows:
        revisions[agency] += 1
        figure = {"target_id": "htx", "agency_id": agency, "revision": revisions[agency], "value": value}
        at = datetime.combine(day, time(9), ZONE)
        session.add(Figure(period_id=period.id, **figure, said_by="Cán bộ", said_at=at, way="page"))
        session.flush()


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_sum_of_a_memo_is_an_independent_count_of_the_rows(engine: sa.Engine, data: st.DataObject) -> None:
    days = st.integers(0, 91)
    heirs: Heirs = {}
    for n, agency in enumerate(AGENCIES[:-1]):
        if data.draw(st.booleans()):
            year = data.draw(st.sampled_from(["2023", "2024"]))
            since = OPENED[year] + timedelta(days=data.draw(st.integers(-5, 120)))
            heirs[agency] = (data.draw(st.sampled_from(AGENCIES[n + 1 :])), since)
    members = data.draw(st.lists(st.sampled_from(AGENCIES), min_size=1, unique=True))
    told = st.tuples(days, st.sampled_from([*AGENCIES, *AGENCIES, "hoi"]), st.integers(0, 1000).map(Decimal))
    given_in: dict[str, list[Row]] = {}
    for code, first in OPENED.items():
        found = sorted(data.draw(st.lists(told, max_size=14)), key=lambda one: one[0])
        given_in[code] = [(first + timedelta(days=day), agency, value) for day, agency, value in found]
    as_of = max([OPENED["2024"], *(day for day, _, _ in given_in["2024"])])
    as_of += timedelta(days=data.draw(st.integers(0, 200)))
    plan = plan_with(heirs, members)
    with writing(engine) as session:
        session.execute(sa.delete(Figure))
        now = datetime.combine(OPENED["2023"], time(8), ZONE)
        apply_plan(session, plan, "quản trị", OPENED["2023"], now)
        for first in OPENED.values():
            open_ruled_periods(session, plan.plan, first, now)
        for code, rows in given_in.items():
            record(session, code, rows)
        version, in_force = plan_in_force(session)
        [goal] = take_snapshot(session, version, in_force, find_period(session, "2024"), as_of).goals
    expected = independent_count(given_in["2024"], heirs, members, min(as_of, CLOSED["2024"]))
    assert (goal.value, goal.known, goal.asked) == expected
    before = independent_count(given_in["2023"], heirs, members, CLOSED["2023"])
    assert (goal.before, goal.known_before, goal.asked_before) == before
    assert goal.value == (sum(p.value for p in goal.portions if p.value is not None) if goal.known else None)
