"""A plan need not be a Kế hoạch: letters, pages, the workbook and the memo call the document what it is."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from answering import TODAY, case_of, open_season, paper_of, say, snapshot_of
from plan_text import altered, faults_of, plan_of

from tracker.letters.queue import _written_by
from tracker.letters.send import send_queued
from tracker.plan.document import KINDS
from tracker.plan.reader import parse_plan
from tracker.remind.queue import queue_today
from tracker.settings import Settings
from tracker.store.engine import reading
from tracker.store.periods import ruled_periods
from tracker.store.tables import Letter
from tracker.workbook.fill import workbook_for

RESOLUTION = (
    ("plan:\n  code: 1/KH-UBND\n", "plan:\n  kind: nghi-quyet\n  code: 03/NQ-CP\n"),
    ("title: Kế hoạch mẫu", "title: Chương trình hành động mẫu"),
    ("issuer: Ủy ban nhân dân tỉnh mẫu", "issuer: Chính phủ"),
)


def texts_of(engine: sa.Engine, settings: Settings) -> list[str]:
    """Return every text that the resolution's season gives: the letters, the workbook's head, the memo."""
    open_season(engine, parse_plan(altered(*RESOLUTION).encode()))
    settings = settings.on(TODAY)
    queue_today(engine, settings)
    send_queued(engine, settings)
    say(engine, "II.3")
    with reading(engine) as session:
        letters = [letter.text for letter in session.scalars(sa.select(Letter))]
        workbook = workbook_for(replace(case_of(session, "so-a"), settings=settings)).plan
    memo = paper_of(snapshot_of(engine))
    return [*letters, workbook, memo.subject, *(block.text or "" for block in memo.body)]


def test_nothing_that_is_said_of_a_resolution_calls_it_a_plan(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    texts = texts_of(sqlite_engine, settings)
    assert sum("Nghị quyết số 03/NQ-CP" in text for text in texts) >= 5
    assert not [text for text in texts if "kế hoạch" in text.casefold().replace("theo-doi-ke-hoach", "")]


def test_a_title_that_is_a_name_stands_in_brackets_behind_the_issuer(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    whole = "\n".join(texts_of(sqlite_engine, settings))
    assert "của Chính phủ (Chương trình hành động mẫu) (sau đây gọi tắt là Nghị quyết)" in whole


def test_a_title_that_says_what_it_does_reads_on() -> None:
    plan = plan_of(("title: Kế hoạch mẫu", "title: Thực hiện Đề án “Hỗ trợ”"))
    assert plan.plan.title_in_sentence == "thực hiện Đề án “Hỗ trợ”"


@pytest.mark.parametrize(("kind", "words"), KINDS.items())
def test_each_kind_has_its_words(kind: str, words: str) -> None:
    assert plan_of(("plan:\n", f"plan:\n  kind: {kind}\n")).plan.citation == f"{words} số 1/KH-UBND"


def test_a_plan_that_says_no_kind_is_a_ke_hoach() -> None:
    assert plan_of().plan.citation == "Kế hoạch số 1/KH-UBND"


def test_a_kind_that_there_is_not_is_named() -> None:
    [fault] = faults_of(altered(("plan:\n", "plan:\n  kind: Quyết định\n")))
    assert '"Quyết định" không dùng được' in fault


def test_a_plan_writes_from_its_own_address_unless_the_office_has_one(settings: Settings) -> None:
    plan = plan_of(("plan:\n", "plan:\n  sender: theo-doi@bo.example\n"))
    period = next(iter(ruled_periods(plan)))
    assert _written_by(settings, plan, period, "a").address == "theo-doi@bo.example"
    office = replace(settings, sender="chung@so.example", places={"SENDER": "TRACKER_SENDER"})
    assert _written_by(office, plan, period, "a").address == "chung@so.example"
    assert _written_by(settings, plan_of(), period, "a").address == settings.sender
