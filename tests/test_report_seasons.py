"""Ten seasons, as an office lives them: what each memo counts is what SQL counts in the database.

The counts are made here from the tables alone; the memo's are read from its sentences, its charts and its annex.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from answering import NOW, TODAY, answer, duty_of, freeze, open_season, paper_of, said, say
from memo_reading import standing, texts, who_reported

from tracker.papers.paper import Paper
from tracker.plan.model import Plan
from tracker.progress import UpdateStatus
from tracker.review.decide import accept, give_back
from tracker.store.engine import reading, writing
from tracker.store.periods import open_period, requested_period

DONE, UNDER_WAY = UpdateStatus.DONE, UpdateStatus.UNDER_WAY
NOT_STARTED, STOPPED = UpdateStatus.NOT_STARTED, UpdateStatus.STOPPED
LATE, COMPILED = NOW + timedelta(days=20), date(2024, 11, 5)
PASTED = (
    "\uf0b7 Đã mở 05 lớp\n\uf0b7\nĐã tập huấn 120 người\n+ Trong đó 60 nữ\no\tNghề may",
    "Không",
    "{{ 7*7 }} <b>đậm</b> [bảng chỉ tiêu] a :: b",
    "STT\tNghề\tSố người\n1\tĐan lát\t30",
    "Đã tổ chức hội nghị kết nối cung cầu cho các hợp tác xã do phụ nữ tham gia quản lý. " * 30,
)
STANDING = """
    SELECT count(*),
      sum(told), sum(told AND first_on > due),
      sum(told AND status = 'done'), sum(told AND status = 'under_way'),
      sum(told AND status = 'not_started'), sum(told AND status = 'stopped')
    FROM (
      SELECT d.due, u.status, d.state IN ('submitted', 'accepted') AS told,
        (SELECT min(x.said_on) FROM updates x WHERE x.duty_id = d.id) AS first_on
      FROM duties d JOIN periods p ON p.id = d.period_id
      LEFT JOIN updates u ON u.duty_id = d.id
        AND u.revision = (SELECT max(x.revision) FROM updates x WHERE x.duty_id = d.id)
      WHERE p.code = :code AND d.state <> 'withdrawn')
"""


def asked(plan: Plan, year: int = 2024) -> list[str]:
    return [activity.id for activity in plan.activities_of(year)]


def nobody(engine: sa.Engine, plan: Plan) -> None:
    del engine, plan


def everybody_late(engine: sa.Engine, plan: Plan) -> None:
    for activity in asked(plan):
        say(engine, activity, who=said(at=LATE))


def everything_done_and_accepted(engine: sa.Engine, plan: Plan) -> None:
    for activity in asked(plan):
        say(engine, activity, answer(status=DONE, percent=100))
    with writing(engine) as session:
        accept(session, [duty_of(session, each) for each in asked(plan)], "đầu mối", NOW)


def long_and_pasted_answers(engine: sa.Engine, plan: Plan) -> None:
    for n, activity in enumerate(asked(plan)[:39]):
        text = PASTED[n % len(PASTED)]
        given = answer(text, difficulties=text, causes=text, proposals=text, percent=n)
        say(engine, activity, given, said(at=LATE if n < 3 else NOW))


def every_standing(engine: sa.Engine, plan: Plan) -> None:
    for n, activity in enumerate(asked(plan)[:41]):
        status = (DONE, UNDER_WAY, NOT_STARTED, STOPPED)[n % 4]
        causes = "Chưa có kinh phí" if status is STOPPED else ""
        say(engine, activity, answer(status=status, causes=causes), said(at=LATE if n % 6 == 0 else NOW))


def returned_and_sent_again(engine: sa.Engine, plan: Plan) -> None:
    every_standing(engine, plan)
    with writing(engine) as session:
        for activity in ("II.10", "II.17"):
            give_back(session, duty_of(session, activity), "Ghi rõ", "đầu mối", NOW)
    say(engine, "II.10", who=said(at=LATE))


def a_year_of_the_plan_s_first(engine: sa.Engine, plan: Plan) -> None:
    for activity in asked(plan, 2023)[:43]:
        say(engine, activity, answer(status=DONE, percent=100), code="2023")


def three_activities_ad_hoc(engine: sa.Engine, plan: Plan) -> None:
    with writing(engine) as session:
        title, due = "Báo cáo theo yêu cầu của UBND tỉnh", TODAY + timedelta(days=5)
        period = requested_period(
            plan, TODAY, code="dot-xuat-1", title=title, due=due, closes=None, years=None,
            activities=["II.10", "II.17", "II.39"], agencies=[],
        )  # fmt: skip
        open_period(session, plan, period, "đầu mối", NOW)
    say(engine, "II.10", answer(status=DONE, percent=100), code="dot-xuat-1")
    say(engine, "II.17", code="dot-xuat-1")
    say(engine, "II.39", answer("", status=NOT_STARTED), said(at=LATE), code="dot-xuat-1")


def successors_answer(engine: sa.Engine, plan: Plan) -> None:
    for activity in asked(plan, 2025)[:40]:
        say(engine, activity, who=said(at=datetime.fromisoformat("2025-10-16T08:00:00+07:00")), code="2025")


def a_review_of_the_phase(engine: sa.Engine, plan: Plan) -> None:
    at = datetime.fromisoformat("2025-12-02T08:00:00+07:00")
    for n, activity in enumerate(activity.id for activity in plan.activities[:46]):
        say(engine, activity, answer(status=DONE if n < 29 else UNDER_WAY), said(at=at), code="so-ket-2025")


SEASONS: dict[str, tuple[Callable[[sa.Engine, Plan], None], str, date, date]] = {
    "nobody reported": (nobody, "2024", TODAY, COMPILED),
    "everybody was late": (everybody_late, "2024", TODAY, COMPILED),
    "everything is done and accepted": (everything_done_and_accepted, "2024", TODAY, COMPILED),
    "long answers and pasted ones": (long_and_pasted_answers, "2024", TODAY, COMPILED),
    "every standing there is": (every_standing, "2024", TODAY, COMPILED),
    "answers returned, and one sent again": (returned_and_sent_again, "2024", TODAY, COMPILED),
    "the plan's first year": (a_year_of_the_plan_s_first, "2023", date(2023, 10, 16), date(2024, 10, 20)),
    "three activities asked ad hoc": (three_activities_ad_hoc, "dot-xuat-1", TODAY, COMPILED),
    "successors answer": (successors_answer, "2025", date(2025, 10, 15), date(2025, 11, 5)),
    "a review of the phase": (a_review_of_the_phase, "so-ket-2025", date(2025, 12, 1), date(2025, 12, 20)),
}


@pytest.mark.parametrize("season", SEASONS)
def test_the_counts_of_a_season_s_memo_are_those_of_the_database(sqlite_engine: sa.Engine, season: str) -> None:
    live, code, opened, as_of = SEASONS[season]
    live(sqlite_engine, open_season(sqlite_engine, None, opened))
    with reading(sqlite_engine) as session:
        counts = [int(n or 0) for n in session.execute(sa.text(STANDING), {"code": code}).one()]
        due = session.scalar(sa.text("SELECT due FROM periods WHERE code = :code"), {"code": code})
        paper = paper_of(freeze(session, code, as_of))
    owed, told, late, *by_status = counts
    day = f"{date.fromisoformat(str(due)):%d/%m/%Y}"
    said_of_it = texts(paper)
    [sentence] = [text for text in said_of_it if text.startswith("Về chế độ báo cáo")]
    assert sentence.startswith(who_reported(owed, told, late, f"{as_of:%d/%m/%Y}", day))
    if told:
        assert standing((*by_status, owed - told)) in said_of_it
    total = paper.annexes[1].table.rows[-1].cells
    assert total[2:6] == tuple(map(str, (owed, told - late, late, owed - told)))
    assert_contents_add_up(paper, owed)


def assert_contents_add_up(paper: Paper, owed: int) -> None:
    """Each chart, and all rows of the annex of activities, hold every activity once."""
    for block in paper.body:
        if block.chart:
            assert sum(sum(bar.counts) for bar in block.chart.bars) == owed
    assert sum(not row.band for row in paper.annexes[0].table.rows) == owed
