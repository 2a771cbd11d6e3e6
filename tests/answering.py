"""The season of the real plan, and agencies that answer it by the same function as the page."""

from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from sqlalchemy.orm import Session

from tracker.answers.checks import Answer
from tracker.answers.record import Signed, record_answers, record_figures
from tracker.case import Case, open_case
from tracker.papers.paper import Paper
from tracker.plan.model import Plan
from tracker.plan.reader import Reading, parse_plan, read_plan
from tracker.progress import UpdateStatus
from tracker.report.facts import Snapshot
from tracker.report.memo import memo
from tracker.report.snapshot import take_snapshot
from tracker.settings import load_settings
from tracker.store.apply import apply_plan
from tracker.store.duties import duties_of
from tracker.store.engine import reading, writing
from tracker.store.periods import find_period, open_ruled_periods
from tracker.store.plans import plan_in_force
from tracker.store.tables import Duty, Update

ROOT = Path(__file__).parent.parent
TODAY = date(2024, 10, 15)
NOW = datetime.fromisoformat("2024-10-15T08:00:00+07:00")
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For properties: the first draw of any text builds tables of all letters, and machines are busy."""
WHO = "Phó Giám đốc (minh họa)"


@cache
def shipped_plan() -> Reading:
    """Return the plan that ships with the project, whole."""
    return read_plan(ROOT / "activities.yaml")


@cache
def real_plan() -> Reading:
    """Return the plan that ships, without the tasks of section VI: eight lead agencies owe all there is."""
    text = shipped_plan().text
    for begin, after in (
        ("  # Mục VI của kế hoạch", "\n# Các hoạt động, theo"),
        ("# Nhiệm vụ giao ở mục VI", "# Các chỉ tiêu"),
    ):
        start = text.index(begin)
        text = text[:start] + text[text.index(after, start) :]
    return parse_plan(text.encode())


def edited_plan(*edits: tuple[str, str]) -> Reading:
    """Return the real plan after each of `edits` (what stands there, what shall stand there)."""
    text = real_plan().text
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return parse_plan(text.encode())


def open_season(engine: sa.Engine, plan: Reading | None = None, *days: date) -> Plan:
    """Apply the plan and open the periods of `days`, by default those of TODAY."""
    applied = plan or real_plan()
    with writing(engine) as session:
        apply_plan(session, applied, "quản trị", TODAY, NOW)
        for day in days or (TODAY,):
            open_ruled_periods(session, applied.plan, day, NOW)
    return applied.plan


def said(by: str = WHO, at: datetime = NOW, *, illustration: bool = False) -> Signed:
    """Return who says it and when."""
    return Signed(by=by, at=at, way="page", illustration=illustration)


def answer(result: str = "Đã làm", **given: object) -> Answer:
    """Return an answer that is under way, unless `given` says otherwise."""
    values = {"status": UpdateStatus.UNDER_WAY, "percent": None, "result": result}
    texts = dict.fromkeys(("difficulties", "causes", "proposals"), "")
    return Answer(**{**values, **texts, **given})


def case_of(session: Session, agency: str = "", at: datetime = NOW, code: str = "2024") -> Case:
    """Return the case of `agency` in the period `code` at `at`."""
    return open_case(session, load_settings({"TRACKER_SECRET_KEY": "a key for tests alone"}), code, agency, at)


def duty_of(session: Session, activity: str, code: str = "2024") -> Duty:
    """Return the one duty on `activity` in the period `code`."""
    [duty] = [d for d in duties_of(session, find_period(session, code)) if d.activity_id == activity]
    return duty


def say(
    engine: sa.Engine, activity: str, words: Answer | None = None, who: Signed | None = None, code: str = "2024"
) -> list[Update]:
    """Answer `activity`; return what was recorded."""
    with writing(engine) as session:
        duty = duty_of(session, activity, code)
        return record_answers(session, {duty.id: (duty, words or answer())}, who or said())


def give_figure(
    engine: sa.Engine,
    target: str,
    value: object,
    code: str = "2024",
    who: Signed | None = None,
    agency: str | None = None,
) -> int:
    """Give `target` a value, by `agency` or whom the plan names; return how many figures were recorded."""
    with writing(engine) as session:
        _, plan = plan_in_force(session)
        [asked] = [t for t in plan.targets if t.id == target]
        values = [(asked, agency or asked.reported_by, value)]
        return len(record_figures(session, plan, find_period(session, code), values, who or said()))


def outbox_row(session: Session, key: str, **given: object) -> dict[str, object]:
    """Return the columns of a letter called `key` in the period 2024, as a room queues it."""
    version, _ = plan_in_force(session)
    row: dict[str, object] = {
        "key": key,
        "kind": "remind",
        "period_id": find_period(session, "2024").id,
        "agency_id": "so-tai-chinh",
        "to": ["stc@angiang.example"],
        "cc": [],
        "duties": [],
        "stage_day": None,
        "plan_version_id": version.id,
        "subject": "Đề nghị",
        "text": "Chữ",
        "message": f"Message-ID: <{key}@angiang.example>\r\n\r\nCh\r\n".encode(),
        "link_id": None,
        "message_id": f"<{key}@angiang.example>",
    }
    return row | given


def later(**given: int) -> datetime:
    """Return NOW and a while."""
    return NOW + timedelta(**given)


def freeze(session: Session, code: str = "2024", as_of: date = TODAY) -> Snapshot:
    """Return the facts of the period `code` as they stand in `session`."""
    version, plan = plan_in_force(session)
    return take_snapshot(session, version, plan, find_period(session, code), as_of)


def snapshot_of(engine: sa.Engine, code: str = "2024", as_of: date = TODAY) -> Snapshot:
    """Return the facts of the period `code`."""
    with reading(engine) as session:
        return freeze(session, code, as_of)


def paper_of(snapshot: Snapshot, number: int | None = None) -> Paper:
    """Return the memo of `snapshot` in the words that ship with the project."""
    return memo(snapshot, ROOT / "templates" / "memo" / "memo.txt", number)
