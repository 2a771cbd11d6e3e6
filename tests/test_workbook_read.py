"""The workbook of an agency, there and back: what is typed in it is recorded as if it came from the page."""

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from xml.sax.saxutils import escape

import openpyxl
import pytest
import sqlalchemy as sa
from answering import NOW, PATIENT, TODAY, WHO, answer, duty_of, edited_plan, open_season, say
from hypothesis import given
from hypothesis import strategies as st
from meanwhile import meanwhile
from test_papers_workbook import sample_row, sample_workbook
from workbooks import (
    TRADE,
    WOMEN,
    dump,
    edited,
    faults_of,
    figures,
    fill,
    place,
    raw_workbook,
    repacked,
    send,
    updates,
)

from tracker.errors import Faults
from tracker.plan.reader import Reading
from tracker.progress import TEXTS, DutyState, UpdateStatus
from tracker.review.decide import accept, return_answer
from tracker.settings import Settings
from tracker.store.apply import apply_plan
from tracker.store.engine import reading, writing
from tracker.store.links import link_for
from tracker.store.periods import find_period
from tracker.store.tables import Letter
from tracker.words import composed
from tracker.workbook.draw import workbook_bytes
from tracker.workbook.model import REPORT
from tracker.workbook.read import read_workbook
from tracker.workbook.take import take_workbook

LAST_YEAR = date(2023, 10, 16)
HANDED_OVER = (
    'khuyến công."\n    content: ND3\n    years: [2023, 2024, 2025]\n    lead: so-cong-thuong',
    'khuyến công."\n    content: ND3\n    years: [2023, 2024, 2025]\n    lead: so-nnptnt',
)
"""The plan gives II.17 to another agency."""
DONE = {"II.10.status": "Đang thực hiện", "II.10.percent": 60, "II.10.result": "Đã mở hai lớp"}


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings(today=TODAY.isoformat())


def apply_again(engine: sa.Engine, plan: Reading) -> None:
    with writing(engine) as session:
        apply_plan(session, plan, "quản trị", TODAY, NOW)


def stand(engine: sa.Engine, activity: str, state: DutyState, comment: str | None = None) -> None:
    """Put the duty on `activity` where a coordinator would have put it."""
    with writing(engine) as session:
        duty = duty_of(session, activity)
        duty.state, duty.comment = state, comment


def test_what_is_typed_in_the_workbook_is_recorded_as_from_the_page(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    taken = send(engine, settings, fill(raw_workbook(engine, settings), DONE))
    [update] = updates(engine)
    assert [u.id for u in taken.updates] == [update.id]
    assert (update.status, update.percent, update.result) == (UpdateStatus.UNDER_WAY, 60, "Đã mở hai lớp")
    assert (update.way, update.said_by, update.revision, update.receipt_id) == ("workbook", WHO, 1, None)
    assert not update.illustration
    with reading(engine) as session:
        assert duty_of(session, "II.10").state is DutyState.SUBMITTED
    assert (taken.period.code, taken.agency_id, taken.signed_by) == ("2024", TRADE, WHO)


def test_it_may_be_taken_by_the_link_of_the_agency_itself(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    raw = fill(raw_workbook(engine, settings), DONE)
    with writing(engine) as session:
        link = link_for(session, find_period(session, "2024"), TRADE, b"key", settings.now())
    assert len(take_workbook(engine, settings, raw, link).updates) == 1


def test_example_data_is_recorded_as_such(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    settings = make_settings(today=TODAY.isoformat(), illustration="1")
    open_season(sqlite_engine)
    send(sqlite_engine, settings, fill(raw_workbook(sqlite_engine, settings), DONE))
    assert [update.illustration for update in updates(sqlite_engine)] == [True]


def test_figures_come_with_the_answers_as_texts_or_as_numbers(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    raw = raw_workbook(engine, settings, WOMEN)
    typed = {
        "htx-moi.value": 2,
        "viec-lam-tht.value": "1.253",
        "can-bo-ky-nang.value": "82,5 %",
        "I.2.status": "Hoàn thành",
    }
    taken = send(engine, settings, fill(raw, typed | {"I.2.result": "Xong"}), WOMEN)
    kept = {figure.target_id: (figure.value, figure.way) for figure in figures(engine)}
    assert kept == {
        "htx-moi": (2, "workbook"),
        "viec-lam-tht": (1253, "workbook"),
        "can-bo-ky-nang": (Decimal("82.5"), "workbook"),
    }
    assert {figure.target_id for figure in taken.figures} == set(kept)
    again = send(engine, settings, fill(raw_workbook(engine, settings, WOMEN), {"htx-moi.value": "3"}), WOMEN)
    assert ([f.value for f in again.figures], again.updates) == ([3], ())


def test_sending_the_same_file_twice_records_it_once_and_is_no_fault(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    raw = fill(raw_workbook(engine, settings), DONE)
    send(engine, settings, raw)
    before = dump(engine)
    assert send(engine, settings, raw).updates == ()
    assert dump(engine) == before


def test_the_same_file_sent_again_does_not_answer_what_was_returned_meanwhile(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    raw = fill(raw_workbook(engine, settings), DONE)
    send(engine, settings, raw)
    stand(engine, "II.10", DutyState.RETURNED, "Ghi rõ số người")
    assert send(engine, settings, raw).updates == ()
    with reading(engine) as session:
        assert duty_of(session, "II.10").state is DutyState.RETURNED


def test_a_returned_answer_shows_the_comment_and_goes_back_unchanged_with_an_x(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    say(engine, "II.10", answer("Đã đủ"))
    stand(engine, "II.10", DutyState.RETURNED, "Ghi rõ số người")
    raw = raw_workbook(engine, settings)
    book = openpyxl.load_workbook(io.BytesIO(raw))
    assert "Ghi rõ số người" in book[REPORT][place(book, "II.10", "note")].value
    assert "chưa có nội dung nào mới" in str(faults_of(engine, settings, fill(raw, {})))
    taken = send(engine, settings, fill(raw, {"II.10.keep": "x"}))
    assert [(update.revision, update.result) for update in taken.updates] == [(2, "Đã đủ")]


def test_last_years_words_are_filled_in_and_are_no_answer_until_changed_or_kept(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine, None, LAST_YEAR, TODAY)
    for activity in ("II.10", "II.17"):
        say(engine, activity, answer("Năm 2023", percent=60), code="2023")
    raw = raw_workbook(engine, settings)
    book = openpyxl.load_workbook(io.BytesIO(raw))
    cell = book[REPORT][place(book, "II.10", "result")]
    assert (cell.value, cell.font.italic) == ("Năm 2023", True)
    assert "Báo cáo năm 2023" in book[REPORT][place(book, "II.10", "note")].value
    assert list(faults_of(engine, settings, fill(raw, {}))) == [f"{REPORT}!{place(book, 'II.10', 'status')}"]
    taken = send(engine, settings, fill(raw, {"II.10.result": "Năm 2024", "II.17.keep": " X "}))
    assert [(update.revision, update.result) for update in taken.updates] == [(1, "Năm 2024"), (1, "Năm 2023")]


def test_a_row_that_is_left_or_made_empty_is_simply_not_answered_yet(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine, None, LAST_YEAR, TODAY)
    say(engine, "II.17", answer("Năm 2023"), code="2023")
    emptied = dict.fromkeys(("II.17.status", "II.17.percent", "II.17.result"))
    taken = send(engine, settings, fill(raw_workbook(engine, settings), DONE | emptied))
    assert len(taken.updates) == 1
    with reading(engine) as session:
        assert duty_of(session, "II.17").state is DutyState.EXPECTED


def test_an_untouched_row_says_nothing_whatever_was_said_meanwhile(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    say(engine, "II.17", answer("Lần một"))
    raw = fill(raw_workbook(engine, settings), DONE)
    say(engine, "II.17", answer("Lần hai", percent=80))
    assert [update.result for update in send(engine, settings, raw).updates] == ["Đã mở hai lớp"]
    assert updates(engine)[1].result == "Lần hai"


def test_an_accepted_row_is_shown_and_may_come_back_as_it_was(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    say(engine, "II.17", answer("Đã duyệt rồi"))
    stand(engine, "II.17", DutyState.ACCEPTED)
    raw = raw_workbook(engine, settings)
    book = openpyxl.load_workbook(io.BytesIO(raw))
    assert book[REPORT][place(book, "II.17", "result")].protection.locked
    assert len(send(engine, settings, fill(raw, DONE)).updates) == 1


def test_a_workbook_that_comes_while_its_answer_is_accepted_is_refused(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    say(engine, "II.10")
    raw = fill(raw_workbook(engine, settings), DONE)

    def send_it() -> list[str]:
        try:
            return [update.result for update in send(engine, settings, raw).updates]
        except Faults as error:
            return [fault.what for fault in error.faults]

    refused = meanwhile(engine, lambda session: accept(session, [duty_of(session, "II.10")], WHO, NOW), send_it)
    assert refused == ["II.10 đã được duyệt nên không sửa được nữa"]
    with reading(engine) as session:
        assert duty_of(session, "II.10").state is DutyState.ACCEPTED


def test_rows_are_found_by_their_ids_wherever_they_stand(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)

    def turn_over(book: object) -> None:
        sheet = book[REPORT]
        first = int(place(book, "II.10", "id")[1:])
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=first)]
        for number, row in enumerate(reversed(rows), start=first):
            for column, value in enumerate(row, start=1):
                sheet.cell(number, column).value = value

    raw = edited(fill(raw_workbook(engine, settings), DONE), turn_over)
    [update] = send(engine, settings, raw).updates
    with reading(engine) as session:
        assert update.duty_id == duty_of(session, "II.10").id


def test_a_workbook_from_before_a_plan_change_is_taken_for_what_is_still_asked(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    raw = raw_workbook(engine, settings)
    apply_again(engine, edited_plan(HANDED_OVER))
    assert len(send(engine, settings, fill(raw, DONE)).updates) == 1
    gone = {"II.17.status": "Chưa triển khai"}
    [fault] = faults_of(engine, settings, fill(raw, gone)).values()
    assert "không còn phải báo cáo II.17" in fault


def test_a_successors_workbook_holds_its_predecessors_duties_and_says_whose_they_were(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    open_season(sqlite_engine, edited_plan(("since: 2025-03-01", "since: 2024-10-15")))
    raw = raw_workbook(sqlite_engine, settings, "so-tai-chinh")
    lines = [[cell.value for cell in line] for line in openpyxl.load_workbook(io.BytesIO(raw))[REPORT].iter_rows()]
    [taken] = [line for line in lines if "Nhiệm vụ của Sở Kế hoạch và Đầu tư" in str(line[3])][:1]
    typed = {f"{taken[0]}.status": "Chưa triển khai"}
    assert len(send(sqlite_engine, settings, fill(raw, typed), "so-tai-chinh").updates) == 1


def test_the_guide_speaks_of_targets_and_of_last_years_words_only_where_there_are_any(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    open_season(sqlite_engine, None, LAST_YEAR, TODAY)
    say(sqlite_engine, "I.2", answer("Năm 2023"), code="2023")

    def guide(agency: str) -> str:
        book = openpyxl.load_workbook(io.BytesIO(raw_workbook(sqlite_engine, settings, agency)))
        return "\n".join(str(line[0].value) for line in book["Hướng dẫn"].iter_rows())

    women, trade = guide(WOMEN), guide(TRADE)
    assert "tờ “Chỉ tiêu”" in women
    assert "điền sẵn từ Báo cáo năm 2023" in women
    assert "Chỉ tiêu" not in trade
    assert "điền sẵn từ Báo cáo năm 2023" not in trade
    assert "Sở Công Thương" in trade


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ("hoàn thành", UpdateStatus.DONE),
        ("  Đang  thực hiện. ", UpdateStatus.UNDER_WAY),
        ("Tạm dừng / không thực hiện", UpdateStatus.STOPPED),
        ("CHƯA TRIỂN KHAI", UpdateStatus.NOT_STARTED),
    ],
)
def test_a_status_is_understood_however_it_is_spelt(
    sqlite_engine: sa.Engine, settings: Settings, typed: str, status: UpdateStatus
) -> None:
    open_season(sqlite_engine)
    words = {"II.10.status": typed, "II.10.result": "a", "II.10.causes": "b"}
    [update] = send(sqlite_engine, settings, fill(raw_workbook(sqlite_engine, settings), words)).updates
    assert update.status is status


@pytest.mark.parametrize(
    ("typed", "look", "percent"),
    [(50, "0", 50), ("50", "@", 50), ("50 %", "@", 50), ("50%", "@", 50), (0.5, "0%", 50), (1, "0.00%", 100),
     (0, "0", 0), (1, "0", 1), (0.07, "0%", 7), (None, "0", None)],
)  # fmt: skip
def test_a_percentage_is_taken_wherever_it_can_mean_one_thing_only(
    sqlite_engine: sa.Engine, settings: Settings, typed: object, look: str, percent: int | None
) -> None:
    open_season(sqlite_engine)

    def look_so(book: object) -> None:
        book[REPORT][place(book, "II.10", "percent")].number_format = look

    status = "Hoàn thành" if percent == 100 else "Đang thực hiện"
    raw = edited(raw_workbook(sqlite_engine, settings), look_so)
    typed_in = {"II.10.status": status, "II.10.result": "a", "II.10.percent": typed}
    [update] = send(sqlite_engine, settings, fill(raw, typed_in)).updates
    assert update.percent == percent


TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Co"]) | st.sampled_from("\t\n=+-@<&\"'_x"), max_size=60
)
TRICKS = (
    "=1+1",
    "+84",
    "-x",
    "@SUM(A1)",
    "<b>&amp;",
    "_x0041_",
    "_x005F_x0041_",
    "x005F_",
    "🌾👩‍🌾",
    "\u202etại",
    "]]>",
)


@PATIENT
@given(st.lists(TEXT | st.sampled_from(TRICKS), min_size=4, max_size=4))
def test_any_text_that_is_filled_in_comes_back_untouched_and_no_formula_appears(texts: list[str]) -> None:
    said = dict(zip(TEXTS, texts, strict=True))
    row = sample_row(status="Đang thực hiện", percent=5, revision=3, texts=said)
    raw = workbook_bytes(sample_workbook(rows=(row,)))
    [back] = read_workbook(raw).rows
    assert back.untouched
    assert back.values["result"] == composed(texts[0]).replace("\t", " ").strip()
    book = openpyxl.load_workbook(io.BytesIO(raw))
    assert {cell.data_type for sheet in book for line in sheet.iter_rows() for cell in line} <= {"s", "n"}


@PATIENT
@given(TEXT | st.sampled_from(TRICKS))
def test_any_text_that_is_typed_comes_back_as_it_was_typed(text: str) -> None:
    raw = workbook_bytes(sample_workbook(rows=(sample_row(texts={"result": "Chỗ này"}),)))
    as_excel_saves = escape(text.replace("_x", "_x005F_x")).encode()
    typed = repacked(raw, lambda _, part: part.replace("Chỗ này".encode(), as_excel_saves))
    [back] = read_workbook(typed).rows
    assert back.values["result"] == composed(text).strip()


def test_the_letter_that_returns_an_answer_brings_the_workbook_with_the_comment(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    say(engine, "II.10", answer("Đã đủ"))
    with writing(engine) as session:
        assert return_answer(session, settings, duty_of(session, "II.10"), "Ghi rõ số người", "Người duyệt")
    with reading(engine) as session:
        [letter] = session.scalars(sa.select(Letter).where(Letter.kind == "returned"))
    [attached] = message_from_bytes(letter.message, policy=default).iter_attachments()
    assert (attached.get_filename(), "tệp Excel" in letter.text) == ("bao-cao-2024-so-cong-thuong.xlsx", True)
    taken = send(engine, settings, fill(attached.get_content(), {"II.10.result": "Đã đủ 12 người"}))
    assert [(update.revision, update.result) for update in taken.updates] == [(2, "Đã đủ 12 người")]
