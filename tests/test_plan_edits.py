"""Whatever edit `check` lets through: what follows of it works, or says in words why not."""

import contextlib
import io
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from answering import NOW, ROOT, answer, case_of, give_figure, say
from hypothesis import HealthCheck, given, settings
from plan_edits import FULL, edited, edits_of_each_field

from tracker.answers.drafts import save_draft
from tracker.cli import main
from tracker.errors import Faults
from tracker.plan.changes import plan_changes
from tracker.plan.model import Plan
from tracker.plan.reader import parse_plan
from tracker.remind.wording import changes_for_officers
from tracker.store.duties import duties_of
from tracker.store.engine import open_store, writing
from tracker.store.periods import find_period
from tracker.store.tables import Contribution

DAY, NEXT, LATE = "2024-10-15", "2024-10-22", "2024-12-02"


def run(*typed: str) -> tuple[int, str]:
    """Return the exit status of a command and all that it said; what is no trouble in words comes through."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = main(typed)
    return status, said.getvalue()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a folder in which a season has begun: letters have left, answers, figures and drafts have come."""
    folder = tmp_path_factory.mktemp("office")
    plan, var = folder / "activities.yaml", folder / "begun"
    plan.write_text(FULL, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("TRACKER_")]:
            patch.delenv(name)
        for name, value in {
            "VAR": var,
            "PLAN": plan,
            "TEMPLATES": ROOT / "templates",
            "SECRET_KEY": "a key for tests alone",
        }.items():
            patch.setenv(f"TRACKER_{name}", str(value))
        assert run("apply", "--on", DAY)[0] == 0
        assert run("remind", "--on", DAY)[0] == 0
        engine = open_store(f"sqlite:///{var / 'tracker.db'}")
        say(engine, "II.2")
        say(engine, "II.3", answer("Hội chợ có 12 gian hàng"))
        give_figure(engine, "htx", 4)
        with writing(engine) as session:
            save_draft(case_of(session, "so-b"), {"II.3.result": "đang viết"})
            duty = next(d for d in duties_of(session, find_period(session, "2024")) if d.activity_id == "II.2")
            added = {"agency_id": "hoi", "revision": 1, "text": "Hội góp ý", "said_by": "Hội", "said_at": NOW}
            session.add(Contribution(duty_id=duty.id, said_on=NOW.date(), **added))
        engine.dispose()
        assert run("accept", "2024", "II.3", "--on", DAY)[0] == 0
        assert run("pause", "hoi", "--until", "2024-10-21", "--reason", "họp", "--on", DAY)[0] == 0
        patch.setenv("TRACKER_VAR", str(folder / "var"))
        yield folder


def begin(office: Path, text: str) -> None:
    """Let the season stand as it began, with another plan file."""
    shutil.rmtree(office / "var", ignore_errors=True)
    shutil.copytree(office / "begun", office / "var")
    (office / "activities.yaml").write_text(text, encoding="utf-8")


def test_every_field_that_may_be_edited_is_said_in_words_both_ways() -> None:
    whole, fields = parse_plan(FULL.encode()).plan, set()
    for field, text in edits_of_each_field():
        with contextlib.suppress(Faults):
            other = parse_plan(text.encode()).plan
            fields.add(field)
            for old, new in ((whole, other), (other, whole)):
                assert all(change.text for change in plan_changes(old, new))
                assert all(change.text for change in changes_for_officers(old, new))
                assert bool(plan_changes(old, new)) == (comparable(old) != comparable(new)), field
    assert len(fields) > 150


def comparable(plan: Plan) -> object:
    """Return what `plan` says, without the order of years, which says nothing."""
    activities = [replace(activity, years=tuple(sorted(activity.years))) for activity in plan.activities]
    return replace(plan, activities=tuple(activities))


def test_an_area_report_under_another_id_stops_no_reminder(office: Path) -> None:
    begin(office, FULL.replace("id: VI.13", "id: VI.14"))
    status, said = run("diff", "--on", NEXT)
    assert status == 0
    assert "Chế độ báo cáo, báo cáo của địa phương, mục: VI.13 → VI.14" in said
    assert run("apply", "--on", NEXT)[0] == 0
    assert run("preview", "--letter", "huyen-x", "--on", NEXT)[0] == 0
    assert "Đã xếp hàng" in run("remind", "--on", LATE)[1]


@settings(max_examples=int(os.environ.get("EDITS", "20")), deadline=None, suppress_health_check=list(HealthCheck))
@given(text=edited())
def test_an_edit_that_is_let_through_stops_nothing(office: Path, text: str) -> None:
    begin(office, text)
    if run("check")[0] != 0:
        return
    assert run("diff", "--on", NEXT)[0] == 0
    status, said = run("apply", "--on", NEXT)
    if status:
        [number] = re.findall(r"tracker apply --yes (\d+)", said)
        assert run("apply", "--on", NEXT, "--yes", number)[0] == 0
    agencies = list(parse_plan(text.encode()).plan.agencies)
    for day in (NEXT, LATE):
        run("preview", "--on", day)
        run("preview", "--letter", agencies[len(text) % len(agencies)], "--on", day)
        run("remind", "--on", day)
        run("collect", "--on", day)
        assert run("status", "2024", "--on", day)[0] == 0
    assert run("report", "2024", "--formats", "html", "--on", LATE)[0] == 0
    run("preview", "--year", "2024", "--on", NEXT)


def test_the_year_is_previewed_where_a_closed_period_asked_what_the_plan_no_longer_has(office: Path) -> None:
    begin(office, FULL.replace("id: II.3\n", "id: ma-moi\n"))
    said = run("apply", "--on", LATE)[1]
    for number in re.findall(r"tracker apply --yes (\d+)", said):
        assert run("apply", "--on", LATE, "--yes", number)[0] == 0
    assert run("remind", "--on", LATE)[0] == 0
    assert run("preview", "--year", "2024", "--on", LATE)[0] == 0
