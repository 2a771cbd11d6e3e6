"""The season of the real plan, and agencies that answer it by the same function as the page."""

import dataclasses
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from sqlalchemy.orm import Session

from tracker.collect.answer import Answer
from tracker.collect.record import Said, record_answers, record_figures
from tracker.plan.model import Agency, Plan, Succession
from tracker.plan.reader import Reading, parse_plan, read_plan
from tracker.progress import UpdateStatus
from tracker.store.apply import apply_plan
from tracker.store.duties import duties_of
from tracker.store.engine import writing
from tracker.store.periods import find_period, open_ruled_periods
from tracker.store.plans import plan_in_force
from tracker.store.tables import Duty, Update

ROOT = Path(__file__).parent.parent
TODAY = date(2024, 10, 15)
NOW = datetime.fromisoformat("2024-10-15T08:00:00+07:00")
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For properties: the first draw of any text builds tables of all letters, and machines are busy."""
WHO = "Nguyễn Thị Hoa, Phó Giám đốc"


@cache
def real_plan() -> Reading:
    """Return the plan that ships with the project."""
    return read_plan(ROOT / "activities.yaml")


def edited_plan(*edits: tuple[str, str]) -> Reading:
    """Return the real plan after each of `edits` (what stands there, what shall stand there)."""
    text = real_plan().text
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return parse_plan(text.encode())


def taken_over(plan: Plan, agency: str, by: str, since: date) -> Plan:
    """Return `plan` with `agency` succeeded by another."""
    gone: Agency = dataclasses.replace(plan.agencies[agency], succeeded_by=Succession(agency=by, since=since))
    return dataclasses.replace(plan, agencies={**plan.agencies, agency: gone})


def open_season(engine: sa.Engine, reading: Reading | None = None, *days: date) -> Plan:
    """Apply the plan and open the periods of `days`, by default those of TODAY."""
    reading = reading or real_plan()
    with writing(engine) as session:
        apply_plan(session, reading, "quản trị", TODAY, NOW)
        for day in days or (TODAY,):
            open_ruled_periods(session, reading.plan, day, NOW)
    return reading.plan


def said(by: str = WHO, at: datetime = NOW, *, illustration: bool = False) -> Said:
    """Return who says it and when."""
    return Said(by=by, at=at, way="page", illustration=illustration)


def answer(result: str = "Đã làm", **given: object) -> Answer:
    """Return an answer that is under way, unless `given` says otherwise."""
    values = {"status": UpdateStatus.UNDER_WAY, "percent": None, "result": result}
    texts = dict.fromkeys(("difficulties", "causes", "proposals"), "")
    return Answer(**{**values, **texts, **given})


def duty_of(session: Session, activity: str, code: str = "2024") -> Duty:
    """Return the one duty on `activity` in the period `code`."""
    [duty] = [d for d in duties_of(session, find_period(session, code)) if d.activity_id == activity]
    return duty


def say(
    engine: sa.Engine, activity: str, words: Answer | None = None, who: Said | None = None, code: str = "2024"
) -> list[Update]:
    """Answer `activity`; return what was recorded."""
    with writing(engine) as session:
        duty = duty_of(session, activity, code)
        return record_answers(session, {duty.id: (duty, words or answer())}, who or said())


def give_figure(engine: sa.Engine, target: str, value: object, code: str = "2024", who: Said | None = None) -> int:
    """Give `target` a value; return how many figures were recorded."""
    with writing(engine) as session:
        _, plan = plan_in_force(session)
        [asked] = [t for t in plan.targets if t.id == target]
        return len(record_figures(session, find_period(session, code), [(asked, value)], who or said()))


def later(**given: int) -> datetime:
    """Return NOW and a while."""
    return NOW + timedelta(**given)
