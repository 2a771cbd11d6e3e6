"""One case in a process of its own: `python -m benchmarks.case remind 4800` prints its seconds and peak memory."""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from benchmarks.plans import ROOT, grown_plan
from tracker.answers.checks import Answer
from tracker.answers.record import Said, record_answers
from tracker.papers.files import FORMATS, Format
from tracker.plan.reader import read_plan
from tracker.progress import UpdateStatus
from tracker.settings import Settings, load_settings
from tracker.store.apply import apply_plan
from tracker.store.duties import duties_of
from tracker.store.engine import opened_store, writing
from tracker.store.periods import find_period, open_ruled_periods

DAY = date(2024, 10, 15)


def read(_engine: sa.Engine, _settings: Settings) -> Callable[[], object]:
    """Read and check the plan file of 48 activities."""
    return lambda: read_plan(ROOT / "activities.yaml")


def remind(engine: sa.Engine, settings: Settings) -> Callable[[], object]:
    """Plan a day's reminders: who owes what, composed and queued."""
    from tracker.remind.queue import queue_today

    return lambda: queue_today(engine, settings)


def memo(engine: sa.Engine, settings: Settings, formats: Sequence[Format] = FORMATS) -> Callable[[], object]:
    """Compile the memo with every duty answered, from the snapshot to the files."""
    from tracker.report.compile import compile_memo

    said = Said(by="Người đo (minh họa)", at=settings.now(), way="page", illustration=True)
    answer = Answer(
        status=UpdateStatus.UNDER_WAY,
        percent=60,
        result="Đã tổ chức 02 hội nghị kết nối cung cầu cho 18 HTX, tổ hợp tác (minh họa).",
        difficulties="Kinh phí còn hạn chế (minh họa).",
        causes="",
        proposals="",
    )
    with writing(engine) as session:
        duties = duties_of(session, find_period(session, "2024"))
        record_answers(session, {duty.id: (duty, answer) for duty in duties}, said)
    return lambda: compile_memo(engine, settings, "2024", "bench", formats=formats)


def prepared(name: str, engine: sa.Engine, settings: Settings) -> Callable[[], object]:
    """Return what is measured; `memo-pdf` is the memo in that format alone."""
    kind, _, wanted = name.partition("-")
    if kind == "memo":
        return memo(engine, settings, [each for each in FORMATS if wanted in ("", each)])
    return {"read": read, "remind": remind}[kind](engine, settings)


def main() -> None:
    """Set the case up, run it once with the clock on, and print what it took."""
    name, size = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        env = {"TRACKER_VAR": folder, "TRACKER_PLAN": str(ROOT / "activities.yaml"), "TRACKER_TODAY": str(DAY)}
        settings = load_settings(env | {"TRACKER_TEMPLATES": str(ROOT / "templates")})
        with opened_store(settings.database_url, create=True) as engine:
            with writing(engine) as session:
                reading = grown_plan(size)
                apply_plan(session, reading, "bench", DAY, settings.now())
                open_ruled_periods(session, reading.plan, DAY, settings.now())
            run = prepared(name, engine, settings)
            start = time.perf_counter()
            run()
            seconds = time.perf_counter() - start
        print(
            json.dumps({"seconds": seconds, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024})
        )


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    main()
