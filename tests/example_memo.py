"""The memo of the example answers, as the demo compiles it, without the demo's processes."""

from datetime import date, datetime, time, timedelta, timezone
from typing import Any

import sqlalchemy as sa
import yaml
from answering import ROOT, open_season, said, shipped_plan, snapshot_of
from sqlalchemy.orm import Session

from tracker.answers.checks import check_answer, check_figure
from tracker.answers.record import record_answers, record_figures
from tracker.report.facts import Snapshot
from tracker.store.duties import duties_of
from tracker.store.engine import writing
from tracker.store.periods import find_period
from tracker.store.plans import plan_in_force

COMPILED_ON = date(2024, 11, 5)
VIETNAM = timezone(timedelta(hours=7))


def example_snapshot(engine: sa.Engine) -> Snapshot:
    """Return the facts of 2024 after every answer of examples/answers-2024.yaml was recorded in an empty store."""
    open_season(engine, shipped_plan())
    answers = yaml.safe_load((ROOT / "examples" / "answers-2024.yaml").read_text(encoding="utf-8"))
    for given in sorted(answers, key=lambda each: each["day"]):
        with writing(engine) as session:
            _record(session, given)
    return snapshot_of(engine, as_of=COMPILED_ON)


def _record(session: Session, given: dict[str, Any]) -> None:
    who = said(given["said_by"], datetime.combine(given["day"], time(9), VIETNAM), illustration=True)
    _, plan = plan_in_force(session)
    period = find_period(session, "2024")
    owed = {d.activity_id: d for d in duties_of(session, period) if d.agency_id == given["agency"]}
    words = {name: check_answer(typed)[0] for name, typed in given["answers"].items()}
    record_answers(session, {owed[name].id: (owed[name], answer) for name, answer in words.items()}, who)
    targets = [target for target in plan.targets if target.id in given.get("figures", {})]
    figures = [(t, t.reported_by, check_figure(given["figures"][t.id], t.unit)[0]) for t in targets]
    record_figures(session, plan, period, figures, who)
