"""Many plans in one installation: a day's planning of 4 plans and of 40, each of 100 rows and shared agencies.

`python -m benchmarks.many_plans` prints what ten times the plans cost, and how many letters each agency gets.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path

import sqlalchemy as sa
import yaml

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tracker.plan.reader import Reading, parse_plan  # noqa: E402
from tracker.remind.queue import queue_today  # noqa: E402
from tracker.settings import load_settings  # noqa: E402
from tracker.store.apply import apply_plan  # noqa: E402
from tracker.store.engine import opened_store, reading, writing  # noqa: E402
from tracker.store.periods import open_ruled_periods  # noqa: E402
from tracker.store.tables import Duty, Letter  # noqa: E402

DAY = date(2024, 10, 15)
SIZES = ((4, 30), (40, 300))
"""Plans, and the agencies that share their rows."""
ROWS = 100


def plan_of(number: int, agencies: int) -> Reading:
    """Return a made-up plan of ROWS rows, led in turn by `agencies` agencies; plans differ in who leads what."""
    names = [f"co-quan-{n}" for n in range(agencies)]
    whole = {
        "plan": {"id": f"kh-{number}", "code": f"{number + 1}/KH-UBND", "title": f"Kế hoạch minh họa {number + 1}"}
        | {"issuer": "Ủy ban nhân dân tỉnh", "issued": "2024-03-22", "years": [2024], "coordinator": names[0]},
        "agencies": {
            name: {"name": f"Cơ quan {n}", "short": f"CQ {n}", "contacts": [{"to": f"{name}@mau.example"}]}
            for n, name in enumerate(names)
        },
        "content": [{"id": "ND1", "title": "Nội dung một", "part": "content"}],
        "activities": [
            {"id": f"II.{row + 1}", "title": f"Việc {row + 1} của kế hoạch {number + 1}", "content": "ND1"}
            | {"years": [2024], "lead": names[(number * ROWS + row) % agencies]}
            for row in range(ROWS)
        ],
        "targets": [],
        "reporting": {
            "annual": {"opens": "10-01", "due": "10-29", "closes": "12-31"},
            "letterhead": {"issuer": "CƠ QUAN MẪU", "parent": "TỈNH MẪU", "symbol": "BC", "place": "Mẫu"}
            | {"addressees": ["UBND tỉnh"], "signed_title": "TRƯỞNG BAN", "signed_for": "TM.", "copies": ["Lưu"]},
        },
    }
    return parse_plan(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False).encode())


def measure(plans: int, agencies: int) -> dict[str, object]:
    """Apply the plans, then plan a day twice: what each planning took, and the letters that an agency gets."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            {"TRACKER_VAR": folder, "TRACKER_TODAY": str(DAY), "TRACKER_PLAN": str(ROOT / "activities.yaml")}
            | {"TRACKER_TEMPLATES": str(ROOT / "templates"), "TRACKER_SECRET_KEY": "a key for benchmarks"}
        )
        with opened_store(settings.database_url, create=True) as engine:
            with writing(engine) as session:
                for number in range(plans):
                    one = plan_of(number, agencies)
                    apply_plan(session, one, "bench", DAY, settings.now())
                    open_ruled_periods(session, one.plan, DAY, settings.now())
            took = []
            for _ in range(2):
                start = time.process_time()
                queue_today(engine, settings)
                took.append(round(time.process_time() - start, 2))
            with reading(engine) as session:
                letters = Counter(session.scalars(sa.select(Letter.agency_id)))
                rows = session.scalar(sa.select(sa.func.count()).select_from(Duty))
    return {
        "plans": plans,
        "rows": rows,
        "agencies": agencies,
        "planning and queueing, s of processor": took[0],
        "planning again": took[1],
        "letters": sum(letters.values()),
        "most letters to one agency": max(letters.values()),
    }


def main() -> None:
    """Measure each size in a process of its own, and print."""
    if len(sys.argv) == 3:
        print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2])), ensure_ascii=False))
        return
    for plans, agencies in SIZES:
        command = [sys.executable, "-m", "benchmarks.many_plans", str(plans), str(agencies)]
        print(subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout, end="")


if __name__ == "__main__":
    main()
