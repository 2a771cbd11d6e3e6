"""The form of an agency: from the record into the fields and back, for one person or two at once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from answering import (
    NOW,
    TODAY,
    WHO,
    answer,
    case_of,
    duty_of,
    edited_plan,
    give_figure,
    later,
    open_season,
    said,
    say,
)

from tracker.answers import drafts
from tracker.answers.checks import LONGEST
from tracker.answers.drafts import Typed, fill_marks, save_draft
from tracker.answers.form import Form, recorded_form
from tracker.errors import BadInput
from tracker.plan.model import Plan
from tracker.progress import DutyState
from tracker.report.snapshot import take_snapshot
from tracker.review.decide import accept, give_back
from tracker.store.engine import reading, writing
from tracker.store.periods import find_period
from tracker.store.plans import plan_in_force
from tracker.store.tables import Base, Draft, Figure, Update
from tracker.web.fields import filled_form, send_fields

LAST_YEAR = date(2023, 10, 16)
TRADE = "so-cong-thuong"


def dump(engine: sa.Engine) -> dict[str, list[tuple[object, ...]]]:
    with engine.connect() as connection:
        tables = Base.metadata.sorted_tables
        return {
            t.name: [tuple(row) for row in connection.execute(sa.select(t).order_by(*t.primary_key))]
            for t in tables
        }


def send(
    engine: sa.Engine, _plan: Plan, typed: Typed, agency: str = TRADE, today: date = TODAY
) -> tuple[Form, list[Update]]:
    with writing(engine) as session:
        case = case_of(session, agency, NOW + (today - TODAY))
        outcome, _ = send_fields(case, {"said_by": WHO, **typed})
        return outcome.form, list(outcome.receipt.updates) if outcome.receipt else []


def page(engine: sa.Engine, _plan: Plan, agency: str = TRADE, today: date = TODAY) -> Form:
    with reading(engine) as session:
        return filled_form(case_of(session, agency, NOW + (today - TODAY)))


def fields(form: Form) -> dict[str, str]:
    """Return what a browser would post from the page of `form`."""
    typed = {
        "said_by": form.signed_by or WHO,
    }
    for entry in form.entries:
        typed |= {f"{entry.activity.id}.{name}": value for name, value in entry.values.items()}
        typed[f"{entry.activity.id}.revision"] = str(entry.revision)
    for figure in form.figures:
        typed |= {f"figure.{figure.target.id}": figure.value, f"figure.{figure.target.id}.seen": figure.filled}
    return typed


def entry_of(form: Form, activity: str) -> object:
    return next(entry for entry in form.entries if entry.activity.id == activity)


def test_a_page_asks_for_everything_the_agency_leads_this_year_in_the_plans_order(
    sqlite_engine: sa.Engine,
) -> None:
    plan = open_season(sqlite_engine)
    form = page(sqlite_engine, plan)
    mine = [activity.id for activity in plan.activities_of(2024) if TRADE in activity.lead]
    assert [entry.activity.id for entry in form.entries] == mine
    assert form.owed_count == len(mine)
    assert form.figures == []
    assert form.faults == []


def test_what_is_sent_is_in_the_fields_when_the_page_is_opened_again(sqlite_engine: sa.Engine) -> None:
    plan = open_season(sqlite_engine)
    send(
        sqlite_engine, plan, {"II.10.status": "under_way", "II.10.percent": "60 %", "II.10.result": "Hai\r\ndòng"}
    )
    form = page(sqlite_engine, plan)
    entry = entry_of(form, "II.10")
    assert entry.values["result"] == "Hai\ndòng"
    assert (entry.values["status"], entry.values["percent"], entry.revision) == ("under_way", "60", 1)
    assert form.signed_by == WHO


def test_sending_an_untouched_page_records_nothing_and_says_so(engine: sa.Engine) -> None:
    plan = open_season(engine)
    say(engine, "II.10", answer("Đã gửi"))
    before = dump(engine)
    form, new = send(engine, plan, fields(page(engine, plan)))
    assert new == []
    assert "Chưa có nội dung nào mới" in (str(form.nothing_fault))
    assert dump(engine) == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"II.17.status": "done"},
        {"II.17.percent": "5"},
        {"II.17.status": "under_way", "II.17.result": "\x00"},
        {"II.17.status": "under_way", "II.17.result": "x" * (LONGEST + 1)},
        {"said_by": "  "},
        {"said_by": "Hoa\x07"},
        {"said_by": "x" * 201},
        {"said_by": "hai\ndòng"},
    ],
)
def test_one_fault_anywhere_records_nothing_at_all_and_keeps_what_was_typed(
    sqlite_engine: sa.Engine, wrong: dict[str, str]
) -> None:
    plan = open_season(sqlite_engine)
    before = dump(sqlite_engine)
    good = {"II.10.status": "under_way", "II.10.result": "Nội dung đúng"}
    form, new = send(sqlite_engine, plan, good | wrong)
    assert new == []
    assert form.faults
    assert dump(sqlite_engine) == before
    assert entry_of(form, "II.10").values["result"] == "Nội dung đúng"
    if "II.17.result" in wrong:
        assert entry_of(form, "II.17").values["result"] == wrong["II.17.result"]


def test_a_wrong_figure_holds_back_the_answers_too_and_a_right_one_goes_with_them(engine: sa.Engine) -> None:
    plan = open_season(engine)
    typed = {"I.2.status": "under_way", "I.2.result": "Xong", "figure.htx-moi": "1.25"}
    before = dump(engine)
    form, _ = send(engine, plan, typed, "hoi-lhpn")
    assert dump(engine) == before
    [wrong] = [figure for figure in form.figures if figure.fault]
    assert (wrong.target.id, wrong.value) == ("htx-moi", "1.25")
    form, new = send(engine, plan, typed | {"figure.htx-moi": "1.253"}, "hoi-lhpn")
    assert (form.faults, len(new)) == ([], 1)
    with reading(engine) as session:
        assert session.scalars(sa.select(Figure.value)).all() == [1253]


def test_fields_of_activities_that_are_not_the_agencys_are_not_taken(sqlite_engine: sa.Engine) -> None:
    plan = open_season(sqlite_engine)
    typed = {"I.2.status": "under_way", "I.2.result": "của người khác", "II.10.status": "not_started"}
    form, new = send(sqlite_engine, plan, typed | {"figure.htx-moi": "5"})
    assert ([one.texts for one in form.orphans], new) == ([["của người khác", "Đang thực hiện"], ["5"]], [])
    _, new = send(sqlite_engine, plan, {"II.10.status": "not_started"})  # as the page then sends
    with reading(sqlite_engine) as session:
        assert [duty_of(session, "II.10").id] == [update.duty_id for update in new]
        assert duty_of(session, "I.2").state is DutyState.EXPECTED
        assert session.scalars(sa.select(Figure)).all() == []


def test_a_draft_is_kept_whatever_it_holds_and_laid_over_the_record(engine: sa.Engine) -> None:
    plan = open_season(engine)
    say(engine, "II.10", answer("Trong hồ sơ"))
    typed = fields(page(engine, plan)) | {"II.10.result": "Đang sửa", "II.17.percent": "chưa biết"}
    with writing(engine) as session:
        assert save_draft(case_of(session, TRADE, NOW), typed) == []
    form = page(engine, plan)
    assert entry_of(form, "II.10").values["result"] == "Đang sửa"
    assert entry_of(form, "II.17").values["percent"] == "chưa biết"
    assert form.draft_saved_at == NOW
    with reading(engine) as session:
        assert duty_of(session, "II.17").state is DutyState.EXPECTED
        recorded = recorded_form(case_of(session, TRADE))
    assert entry_of(recorded, "II.10").values["result"] == "Trong hồ sơ"


def test_invented_names_do_not_let_a_draft_grow_and_what_the_page_asks_is_saved_all_the_same(
    sqlite_engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MOST_FIELDS", 50)
    open_season(sqlite_engine)
    shapes = ("x{}.y{}", "II.10.x{}{}", "X.{}{}.result", "figure.x{}-{}", "figure.htx-moi.x{}{}")
    for turn in range(10):
        typed = {shape.format(turn, n): "x" for shape in shapes for n in range(10)}
        typed |= {"II.10.result": f"lần {turn}", "II.17.percent": f"{turn}", "page": "một"}
        with writing(sqlite_engine) as session:
            assert save_draft(case_of(session, TRADE, later(minutes=turn)), typed) == []
    with reading(sqlite_engine) as session:
        [draft] = session.scalars(sa.select(Draft))
    assert len(draft.typed) <= 50
    assert set(draft.typed["pages"]) <= set(draft.typed)
    assert "X.00.result" in draft.typed  # the plan may have been edited while somebody typed
    assert (draft.typed["II.10.result"], draft.typed["II.17.percent"]) == ("lần 9", "9")


def test_a_draft_goes_once_it_is_sent(engine: sa.Engine) -> None:
    plan = open_season(engine)
    typed = {"II.10.status": "not_started"}
    with writing(engine) as session:
        save_draft(case_of(session, TRADE, NOW), typed)
    send(engine, plan, fields(page(engine, plan)))
    with reading(engine) as session:
        assert session.scalars(sa.select(Draft)).all() == []
        assert duty_of(session, "II.10").state is DutyState.SUBMITTED


def test_a_draft_stays_where_the_send_was_refused(sqlite_engine: sa.Engine) -> None:
    plan = open_season(sqlite_engine)
    with writing(sqlite_engine) as session:
        save_draft(case_of(session, TRADE, NOW), {"II.10.status": "done"})
    form, _ = send(sqlite_engine, plan, fields(page(sqlite_engine, plan)))
    assert entry_of(form, "II.10").faults
    assert page(sqlite_engine, plan).draft_saved_at == NOW


def test_of_two_people_on_one_page_the_second_is_told_what_the_first_sent(engine: sa.Engine) -> None:
    plan = open_season(engine)
    hers = his = fields(page(engine, plan))
    send(engine, plan, {**hers, "II.10.status": "under_way", "II.10.result": "Của Hoa"})
    form, new = send(engine, plan, {**his, "II.10.status": "under_way", "II.10.result": "Của Bình"})
    assert new == []
    entry = entry_of(form, "II.10")
    assert WHO in str(entry.faults["conflict"])
    assert entry.values["result"] == "Của Bình"
    assert entry.last.result == "Của Hoa"
    _, new = send(engine, plan, fields(form))  # he has seen hers now, and sends his all the same
    assert [(update.revision, update.result) for update in new] == [(2, "Của Bình")]


def test_two_people_who_send_the_same_words_or_different_activities_are_no_conflict(
    sqlite_engine: sa.Engine,
) -> None:
    plan = open_season(sqlite_engine)
    blank = fields(page(sqlite_engine, plan))
    same = {"II.10.status": "under_way", "II.10.result": "Như nhau"}
    send(sqlite_engine, plan, blank | same)
    form, new = send(sqlite_engine, plan, blank | same | {"II.17.status": "not_started"})
    assert form.faults == []
    assert len(new) == 1
    assert entry_of(page(sqlite_engine, plan), "II.10").revision == 1


def test_two_different_figures_at_once_are_a_conflict_and_the_first_one_stays(engine: sa.Engine) -> None:
    plan = open_season(engine)
    blank = fields(page(engine, plan, "hoi-lhpn"))
    send(engine, plan, blank | {"figure.htx-moi": "1"}, "hoi-lhpn")
    form, _ = send(engine, plan, blank | {"figure.htx-moi": "2"}, "hoi-lhpn")
    [wrong] = [figure for figure in form.figures if figure.fault]
    assert "đã gửi số khác: 1" in str(wrong.fault)
    with reading(engine) as session:
        assert session.scalars(sa.select(Figure.value)).all() == [1]


def test_last_years_words_stand_beside_empty_fields_and_are_no_answer_until_kept(engine: sa.Engine) -> None:
    plan = open_season(engine, None, LAST_YEAR, TODAY)
    say(engine, "II.10", answer("Năm 2023"), code="2023")
    form = page(engine, plan)
    entry = entry_of(form, "II.10")
    assert entry.carried_over
    assert entry.before.result == "Năm 2023"
    assert set(entry.values.values()) == {""}
    assert entry.revision == 0
    assert [e.activity.id for e in form.entries if e.carried_over] == ["II.10"]
    _, new = send(engine, plan, fields(form) | {"II.17.status": "not_started"})
    assert len(new) == 1
    _, new = send(engine, plan, fields(form) | {"II.10.keep": "yes"})
    assert [update.result for update in new] == ["Năm 2023"]
    assert not entry_of(page(engine, plan), "II.10").carried_over


def test_last_years_figures_are_shown_beside_the_field_and_not_in_it(sqlite_engine: sa.Engine) -> None:
    plan = open_season(sqlite_engine, None, LAST_YEAR, TODAY)
    give_figure(sqlite_engine, "viec-lam-tht", Decimal(1253), code="2023")
    [figure] = [f for f in page(sqlite_engine, plan, "hoi-lhpn").figures if f.target.id == "viec-lam-tht"]
    assert (figure.value, figure.before) == ("", "1.253")


def test_a_closed_period_takes_neither_answers_nor_drafts(engine: sa.Engine) -> None:
    plan = open_season(engine)
    before = dump(engine)
    typed = {"II.10.status": "not_started"}
    with pytest.raises(BadInput, match="đã khóa sau ngày 31/12/2024"):
        send(engine, plan, typed, today=date(2025, 1, 1))
    new_year = NOW + timedelta(days=78)
    assert new_year.date() == date(2025, 1, 1)
    with writing(engine) as session, pytest.raises(BadInput, match="đã khóa"):
        save_draft(case_of(session, TRADE, new_year), typed)
    assert dump(engine) == before
    assert len(send(engine, plan, typed, today=date(2024, 12, 31))[1]) == 1


def test_an_accepted_answer_is_locked_and_a_returned_one_is_open(sqlite_engine: sa.Engine) -> None:
    plan = open_season(sqlite_engine)
    for activity in ("II.10", "II.17"):
        say(sqlite_engine, activity)
    with writing(sqlite_engine) as session:
        accept(session, [duty_of(session, "II.10")], "đầu mối", NOW)
        give_back(session, duty_of(session, "II.17"), "Ghi rõ", "đầu mối", NOW)
    form = page(sqlite_engine, plan)
    assert entry_of(form, "II.10").locked
    assert not entry_of(form, "II.17").locked
    form, new = send(sqlite_engine, plan, {"II.10.result": "sửa lén", "II.10.status": "done", "II.17.keep": "yes"})
    assert (new, list(entry_of(form, "II.10").faults)) == ([], ["locked"])
    _, new = send(sqlite_engine, plan, {"II.17.keep": "yes"})
    with reading(sqlite_engine) as session:
        assert [update.duty_id for update in new] == [duty_of(session, "II.17").id]


def test_a_successors_form_holds_its_predecessors_duties_from_the_day_of_the_merger(
    sqlite_engine: sa.Engine,
) -> None:
    plan = open_season(
        sqlite_engine,
        edited_plan(("agency: so-tai-chinh, since: 2025-03-01", "agency: so-tai-chinh, since: 2024-10-15")),
    )
    before = page(sqlite_engine, plan, "so-tai-chinh", date(2024, 10, 14))
    assert {entry.for_whom.id for entry in before.entries} == {"so-tai-chinh"}
    form = page(sqlite_engine, plan, "so-tai-chinh")
    taken = [entry for entry in form.entries if entry.for_whom.id == "so-khdt"]
    assert taken
    activity = taken[0].activity.id
    _, new = send(sqlite_engine, plan, {f"{activity}.status": "not_started"}, "so-tai-chinh")
    assert [update.duty_id for update in new] == [taken[0].duty.id]


def test_a_figure_given_by_a_successor_counts_for_the_agency_the_plan_names_and_reaches_the_memo(
    engine: sa.Engine,
) -> None:
    edits = ("reported_by: hoi-lhpn", "reported_by: so-khdt"), ("since: 2025-03-01", "since: 2024-10-15")
    plan = open_season(engine, edited_plan(*edits))
    give_figure(engine, "htx-moi", Decimal(1), who=said("Người cũ"))
    form = page(engine, plan, "so-tai-chinh")
    [figure] = [f for f in form.figures if f.target.id == "htx-moi"]
    assert figure.value == "1"
    form, _ = send(engine, plan, fields(form) | {"figure.htx-moi": "3"}, "so-tai-chinh")
    assert form.faults == []
    with reading(engine) as session:
        kept = session.scalars(sa.select(Figure).order_by(Figure.revision)).all()
        assert [(f.agency_id, f.revision, f.value) for f in kept] == [("so-khdt", 1, 1), ("so-khdt", 2, 3)]
        version, _ = plan_in_force(session)
        snapshot = take_snapshot(session, version, plan, find_period(session, "2024"), TODAY)
    [goal] = [goal for goal in snapshot.goals if goal.value is not None]
    assert goal.value == 3


def test_a_draft_of_somebody_else_is_not_overwritten_unseen(engine: sa.Engine) -> None:
    open_season(engine)

    def save(words: str, seen: str = "", minutes: int = 0) -> list[str]:
        with writing(engine) as session:
            typed = {"II.10.result": words, "filled": fill_marks({"II.10.result": seen})}
            return save_draft(case_of(session, TRADE, later(minutes=minutes)), typed)

    assert save("của Hoa") == []
    assert save("của Bình", minutes=1) == ["II.10.result"]
    with reading(engine) as session:
        [draft] = session.scalars(sa.select(Draft))
    assert draft.typed["II.10.result"] == "của Hoa"
    assert save("của hai người", "của Hoa", 2) == []


def test_one_activity_is_recorded_alone_and_what_else_is_typed_becomes_the_draft(engine: sa.Engine) -> None:
    plan = open_season(engine)
    typed = fields(page(engine, plan)) | {"II.10.status": "not_started", "II.17.status": "done", "said_by": WHO}
    with writing(engine) as session:
        outcome, kept = send_fields(case_of(session, TRADE), typed, "II.10")
    form = outcome.form
    assert (kept, form.faults) == ([], [])
    assert entry_of(form, "II.17").values["status"] == "done"  # wrong as yet, and not asked about
    shown = page(engine, plan)
    assert shown.draft_saved_at is not None
    assert entry_of(shown, "II.17").values["status"] == "done"
    assert not entry_of(shown, "II.10").changed
    with reading(engine) as session:
        assert [update.duty_id for update in session.scalars(sa.select(Update))] == [duty_of(session, "II.10").id]


def test_a_fault_in_the_one_activity_records_nothing_and_leaves_the_draft_alone(engine: sa.Engine) -> None:
    plan = open_season(engine)
    typed = fields(page(engine, plan)) | {"II.10.status": "done", "II.17.result": "dở"}
    before = dump(engine)
    with writing(engine) as session:
        form = send_fields(case_of(session, TRADE), typed, "II.10")[0].form
        again = send_fields(case_of(session, TRADE), typed, "I.2")[0].form
    assert set(entry_of(form, "II.10").faults) == {"result"}
    assert entry_of(form, "II.17").values["result"] == "dở"
    assert "điền I.2 rồi gửi" in (str(again.nothing_fault))  # it is not theirs
    assert dump(engine) == before


def test_sending_one_activity_never_replaces_a_colleagues_draft_unseen(engine: sa.Engine) -> None:
    plan = open_season(engine)
    typed = fields(page(engine, plan)) | {"II.10.status": "not_started", "II.17.result": "của Bình"}
    with writing(engine) as session:
        save_draft(case_of(session, TRADE, NOW), {"II.17.result": "của Hoa"})
    with writing(engine) as session:
        outcome, kept = send_fields(case_of(session, TRADE), typed, "II.10")
    form = outcome.form
    assert kept == ["II.17.result"]
    assert entry_of(form, "II.17").values["result"] == "của Bình"
    assert entry_of(page(engine, plan), "II.17").values["result"] == "của Hoa"
    with reading(engine) as session:
        assert len(session.scalars(sa.select(Update)).all()) == 1


def test_a_page_that_saves_by_itself_may_save_again_without_having_heard_of_its_last_save(
    sqlite_engine: sa.Engine,
) -> None:
    open_season(sqlite_engine)

    def save(words: str, name: str, minutes: int) -> list[str]:
        with writing(sqlite_engine) as session:
            typed = {"II.10.result": words, "page": name}
            return save_draft(case_of(session, TRADE, later(minutes=minutes)), typed)

    assert save("một", "trang của Hoa", 0) == []
    assert save("hai", "trang của Hoa", 1) == []
    assert save("khác", "trang của Bình", 2) == ["II.10.result"]
    assert save("khác", "", 3) == ["II.10.result"]


def test_nothing_new_needs_a_reason_and_is_recorded_in_so_many_words(sqlite_engine: sa.Engine) -> None:
    plan = open_season(sqlite_engine, None, LAST_YEAR, TODAY)
    say(sqlite_engine, "II.10", answer("Năm 2023", percent=40), code="2023")
    blank = fields(page(sqlite_engine, plan))
    form, _ = send(sqlite_engine, plan, blank | {"II.10.nothing": "yes"})
    assert set(entry_of(form, "II.10").faults) == {"reason"}
    assert entry_of(form, "II.10").nothing
    form, _ = send(sqlite_engine, plan, blank | {"II.10.reason": "quên đánh dấu"})
    assert set(entry_of(form, "II.10").faults) == {"nothing"}
    ticked = blank | {"II.10.nothing": "yes", "II.10.reason": "chưa có đề nghị"}
    form, _ = send(sqlite_engine, plan, ticked | {"II.10.result": "nhưng đã mở lớp"})
    assert set(entry_of(form, "II.10").faults) == {"nothing"}
    assert entry_of(form, "II.10").values["result"] == "nhưng đã mở lớp"
    ticked |= {"II.17.nothing": "yes", "II.17.reason": "chưa đến kỳ"}
    form, new = send(sqlite_engine, plan, ticked)
    assert form.faults == []
    assert {(str(update.status), update.percent, update.result) for update in new} == {
        ("under_way", 40, "Không có phát sinh trong kỳ. Lý do: chưa có đề nghị"),  # as it stood
        ("not_started", 0, "Không có phát sinh trong kỳ. Lý do: chưa đến kỳ"),
    }
    assert send(sqlite_engine, plan, ticked)[1] == []  # the same once more


def test_nothing_new_on_a_page_that_is_behind_is_a_conflict(engine: sa.Engine) -> None:
    plan = open_season(engine)
    blank = fields(page(engine, plan))
    say(engine, "II.10", answer("Của Hoa"))
    form, _ = send(engine, plan, blank | {"II.10.nothing": "yes", "II.10.reason": "chưa đến kỳ"})
    assert "conflict" in entry_of(form, "II.10").faults


def test_a_figure_that_falls_is_asked_about_and_the_tick_is_for_that_value_alone(engine: sa.Engine) -> None:
    plan = open_season(engine, None, LAST_YEAR, TODAY)
    give_figure(engine, "viec-lam-tht", Decimal(1253), code="2023")
    blank = fields(page(engine, plan, "hoi-lhpn"))
    name = "figure.viec-lam-tht"

    def fault(**typed: str) -> str | None:
        form, _ = send(engine, plan, blank | {name + key: value for key, value in typed.items()}, "hoi-lhpn")
        [figure] = [f for f in form.figures if f.target.id == "viec-lam-tht"]
        return figure.fault and str(figure.fault)

    low = {"": "1.200"}
    assert "giảm từ 1.253 xuống 1.200 so với số đã báo cáo kỳ trước" in (fault(**low) or "")
    assert fault(**{"": "1.100", ".fell": "1.200"}) is not None
    assert fault(**low, **{".fell": "1.200"}) is None
    blank = fields(page(engine, plan, "hoi-lhpn"))
    assert "giảm từ 1.200 xuống 1.199 so với số đã báo cáo trong kỳ này" in (fault(**{"": "1.199"}) or "")
    assert fault(**{"": "1.201"}) is None  # less than last year, more than a moment ago
    with reading(engine) as session:
        values = session.scalars(sa.select(Figure.value).order_by(Figure.id)).all()
    assert values == [1253, 1200, 1201]
