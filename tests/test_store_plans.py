"""Versions of the plan: each kept whole, each with who applied it, the newest in force."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import sqlalchemy as sa
from answering import NOW, TODAY, edited_plan, later, open_season, real_plan

from tracker.errors import Faults
from tracker.plan.reader import Reading, parse_plan
from tracker.store.apply import apply_plan
from tracker.store.engine import reading, writing
from tracker.store.periods import find_period
from tracker.store.plans import applied_plan, plan_for, plan_in_force
from tracker.store.tables import JournalEntry, PlanVersion

OTHER = edited_plan(("due: 10-29", "due: 10-25"))


def apply(engine: sa.Engine, plan: Reading, who: str = "quản trị", **after: int) -> PlanVersion | None:
    with writing(engine) as session:
        return apply_plan(session, plan, who, TODAY, later(**after))


def versions(engine: sa.Engine) -> list[PlanVersion]:
    with reading(engine) as session:
        return list(session.scalars(sa.select(PlanVersion).order_by(PlanVersion.id)))


def test_a_version_says_who_applied_it_and_when(engine: sa.Engine) -> None:
    apply(engine, real_plan(), "Nguyễn Thị An")
    apply(engine, OTHER, "Trần Văn Bình", hours=1)
    kept = versions(engine)
    assert [(v.applied_by, v.applied_at) for v in kept] == [
        ("Nguyễn Thị An", NOW),
        ("Trần Văn Bình", later(hours=1)),
    ]
    assert len({v.digest for v in kept}) == 2
    with reading(engine) as session:
        lines = session.scalars(sa.select(JournalEntry).where(JournalEntry.did == "applied the plan")).all()
    assert [line.who for line in lines] == ["Nguyễn Thị An", "Trần Văn Bình"]
    assert [line.detail["digest"] for line in lines] == [v.digest for v in kept]


def test_going_back_to_an_earlier_text_is_a_version_anew(sqlite_engine: sa.Engine) -> None:
    for plan in (real_plan(), OTHER, real_plan()):
        assert apply(sqlite_engine, plan) is not None
    assert [v.text for v in versions(sqlite_engine)] == [real_plan().text, OTHER.text, real_plan().text]


def test_a_kept_version_reads_back_as_the_plan_it_was(sqlite_engine: sa.Engine) -> None:
    apply(sqlite_engine, real_plan())
    apply(sqlite_engine, OTHER)
    assert [applied_plan(v) for v in versions(sqlite_engine)] == [real_plan().plan, OTHER.plan]
    with reading(sqlite_engine) as session:
        assert plan_in_force(session)[1] == OTHER.plan


def test_the_same_text_applied_by_many_at_once_is_one_version(engine: sa.Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: apply(engine, real_plan()), range(8)))
    assert len([version for version in made if version]) == 1
    assert len(versions(engine)) == 1


def test_a_closed_period_is_read_under_the_version_that_knows_what_it_asked(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    text = real_plan().text
    row = text[text.index("  - id: II.10\n") : text.index("  - id: II.11\n")]
    with writing(sqlite_engine) as session:
        apply_plan(session, edited_plan((row, "")), "quản trị", date(2025, 2, 1), later(days=109))
    with reading(sqlite_engine) as session:
        assert "II.10" not in plan_in_force(session)[1].by_id
        assert "II.10" in plan_for(session, find_period(session, "2024"))[1].by_id


def test_a_plan_applied_before_a_rule_came_is_still_read_and_can_be_mended(sqlite_engine: sa.Engine) -> None:
    apply(sqlite_engine, real_plan())
    refused = real_plan().text.replace("by: 2025", "by: 2031", 1)
    with pytest.raises(Faults, match="năm 2031 ngoài kế hoạch"):
        parse_plan(refused.encode())
    with writing(sqlite_engine) as session:
        session.add(PlanVersion(digest="of an older release", text=refused, applied_at=NOW, applied_by="quản trị"))
    with reading(sqlite_engine) as session:
        assert 2031 in {target.by for target in plan_in_force(session)[1].targets}
    assert apply(sqlite_engine, OTHER, hours=1) is not None
