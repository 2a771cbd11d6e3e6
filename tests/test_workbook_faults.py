"""Spoiled workbooks: each is refused with the right cell and reason, and nothing of it is recorded."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from answering import TODAY, answer, duty_of, give_figure, open_season, said, say
from openpyxl.worksheet.formula import ArrayFormula
from test_workbook_bytes import REFUSED
from workbooks import WOMEN, edited, faults_of, fill, place, raw_workbook, send, signature

from tracker.answers.checks import LONGEST
from tracker.progress import DutyState
from tracker.settings import Settings, load_settings
from tracker.store.engine import open_store, writing
from tracker.workbook.model import META, REPORT, SIGNATURE, TARGETS

GOOD = {"I.2.status": "Đang thực hiện", "I.2.percent": 60, "I.2.result": "Đã mở hai lớp", "htx-moi.value": "2"}
A_DAY = datetime(2024, 10, 1)  # noqa: DTZ001 (as Excel keeps days)


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[sa.Engine, Settings, bytes]]:
    """Give one store for all spoiled workbooks, which none may change, and a workbook that is filled in well."""
    folder = tmp_path_factory.mktemp("season")
    settings = load_settings({"TRACKER_VAR": str(folder), "TRACKER_TODAY": TODAY.isoformat()})
    engine = open_store(f"sqlite:///{folder / 'tracker.db'}", create=True)
    open_season(engine)
    yield engine, settings, fill(raw_workbook(engine, settings, WOMEN), GOOD)
    engine.dispose()


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings(today=TODAY.isoformat())


TYPED = [
    ({"I.2.status": "Hoàn thàn"}, "I.2.status", 'có phải "Hoàn thành"?'),
    ({"I.2.status": "xong rồi"}, "I.2.status", "dùng một trong: Chưa triển khai, Hoàn thành"),
    ({"I.2.status": 3}, "I.2.status", 'không có trạng thái "3"'),
    ({"I.2.status": None}, "I.2.status", "chọn trạng thái"),
    ({"I.5.percent": 5}, "I.5.status", "chọn trạng thái"),
    ({"I.5.proposals": "Cấp thêm"}, "I.5.status", "chọn trạng thái"),
    ({"I.2.percent": 0.5}, "I.2.percent", "Excel lưu 50% thành 0,5; ghi số nguyên từ 0 đến 100"),
    ({"I.2.percent": 150}, "I.2.percent", "ghi số nguyên từ 0 đến 100"),
    ({"I.2.percent": -5}, "I.2.percent", "ghi số nguyên"),
    ({"I.2.percent": 50.5}, "I.2.percent", "ghi số nguyên"),
    ({"I.2.percent": "150 %"}, "I.2.percent", "ghi số nguyên"),
    ({"I.2.percent": "0,5"}, "I.2.percent", "ghi số nguyên"),
    ({"I.2.percent": "một nửa"}, "I.2.percent", "ghi số nguyên"),
    ({"I.2.percent": 1e300}, "I.2.percent", "ghi số nguyên"),
    ({"I.2.percent": A_DAY}, "I.2.percent", "ngày tháng"),
    ({"I.2.percent": True}, "I.2.percent", "TRUE/FALSE"),
    ({"I.2.percent": "=50+10"}, "I.2.percent", "công thức"),
    ({"I.2.percent": "#DIV/0!"}, "I.2.percent", "#DIV/0!"),
    ({"I.2.result": None}, "I.2.result", "ghi kết quả đã làm được"),
    ({"I.2.result": "=A1"}, "I.2.result", "công thức"),
    ({"I.2.result": ArrayFormula("G8", "=SUM(A1)")}, "I.2.result", "công thức"),
    ({"I.2.result": "#REF!"}, "I.2.result", "giá trị lỗi của Excel: #REF!"),
    ({"I.2.result": date(2024, 10, 1)}, "I.2.result", "ngày tháng"),
    ({"I.2.result": False}, "I.2.result", "TRUE/FALSE"),
    ({"I.2.result": "x" * (LONGEST + 1)}, "I.2.result", "dài 5.001 ký tự"),
    ({"I.2.difficulties": "x" * 6000}, "I.2.difficulties", "rút gọn"),
    ({"I.2.causes": "Vì_x0007_sao"}, "I.2.causes", "U+0007"),
    ({"I.2.proposals": "=1/0"}, "I.2.proposals", "công thức"),
    ({"I.2.status": "Tạm dừng/không thực hiện"}, "I.2.causes", "ghi lý do"),
    ({"I.2.status": "Hoàn thành"}, "I.2.percent", "đã hoàn thành thì tỷ lệ là 100"),
    ({"I.2.status": "Chưa triển khai"}, "I.2.percent", "chưa triển khai thì tỷ lệ là 0"),
    ({"I.2.keep": "không"}, "I.2.keep", "ghi x"),
    ({"I.5.keep": "x"}, "I.5.keep", "dòng không có nội dung"),
    ({"htx-moi.value": -5}, "htx-moi.value", "số từ 0 trở lên"),
    ({"htx-moi.value": "-5"}, "htx-moi.value", "số từ 0 trở lên"),
    ({"htx-moi.value": "năm"}, "htx-moi.value", "số từ 0 trở lên"),
    ({"htx-moi.value": "1.25"}, "htx-moi.value", "số từ 0 trở lên"),
    ({"htx-moi.value": 33.33333}, "htx-moi.value", "số từ 0 trở lên"),
    ({"htx-moi.value": 1.253}, "htx-moi.value", "không rõ ô này là 1,253 hay 1.253"),
    ({"htx-moi.value": 2e9}, "htx-moi.value", "số quá lớn"),
    ({"htx-moi.value": "=2"}, "htx-moi.value", "công thức"),
    ({"htx-moi.value": A_DAY}, "htx-moi.value", "ngày tháng"),
    ({"htx-moi.value": True}, "htx-moi.value", "TRUE/FALSE"),
    ({"htx-moi.value": "#N/A"}, "htx-moi.value", "#N/A"),
    ({"I.2.id": "I.Z"}, "I.2.id", "mã đã bị đổi thành “I.Z”; ghi lại mã “I.2”"),
    ({"I.2.id": "I.2_x0000_"}, "I.2.id", "đổi thành “I.2\ufffd”"),
    ({"I.2.id": None}, "I.2.id", "có nội dung nhưng không có mã"),
    ({"I.2.id": "=A1"}, "I.2.id", "công thức"),
    ({"I.2.id": "I.5"}, "I.5.id", "“I.5” đã có ở dòng"),
    ({"I.5.id": "II.10"}, "I.5.id", "đổi thành “II.10”"),
    ({"htx-moi.id": "htx"}, "htx-moi.id", "đổi thành “htx”"),
]


@pytest.mark.parametrize(("typed", "where", "reason"), TYPED, ids=lambda value: str(value)[:40])
def test_what_is_typed_wrong_is_told_with_its_cell(
    season: tuple[sa.Engine, Settings, bytes], typed: dict[str, object], where: str, reason: str
) -> None:
    engine, settings, good = season
    places = {}

    def find(book: Any) -> None:
        name, _, key = where.rpartition(".")
        places["cell"] = f"{TARGETS if '-' in name else REPORT}!{place(book, name, key)}"

    edited(good, find)
    told = faults_of(engine, settings, fill(good, typed), WOMEN)
    assert reason in told[places["cell"]], told


def rows_of(book: Any) -> tuple[Any, int]:
    """Return the report's sheet and its first row of activities."""
    return book[REPORT], int(place(book, "I.2", "id")[1:])


def meta(book: Any, name: str, value: object) -> None:
    for line in book[META].iter_rows():
        if line[0].value == name:
            line[1].value = value


def beside(book: Any, row: int, column: int, value: object) -> None:
    sheet, first = rows_of(book)
    sheet.cell(first + row, column).value = value


SHAPES: list[tuple[str, Callable[[Any], object], str, str]] = [
    ("sheet deleted", lambda b: b.remove(b[REPORT]), REPORT, "đã bị xóa hoặc đổi tên"),
    ("sheet renamed", lambda b: setattr(b[REPORT], "title", "Bao cao"), REPORT, 'có phải "Bao cao"?'),
    ("targets deleted", lambda b: b.remove(b[TARGETS]), TARGETS, "đã bị xóa"),
    ("meta deleted", lambda b: b.remove(b[META]), "Tệp", "không phải tệp gửi kèm thư"),
    ("older format", lambda b: meta(b, "format", "0"), "Tệp", "mẫu cũ"),
    ("newer format", lambda b: meta(b, "format", "99"), "Tệp", "mẫu mới hơn"),
    ("no format", lambda b: meta(b, "format", "mới"), "Tệp", "đã bị hỏng"),
    ("broken period", lambda b: meta(b, "period", "20_x0000_24"), "Tệp", "đã bị hỏng"),
    ("no period", lambda b: meta(b, "period", None), "Tệp", "đã bị hỏng"),
    (
        "other period",
        lambda b: meta(b, "period", "2023"),
        "Tệp",
        "lập cho kỳ “2023”, không phải kỳ “Báo cáo năm 2024”",
    ),
    ("other agency", lambda b: meta(b, "agency", "so-cong-thuong"), "Tệp", "lập cho Sở Công Thương"),
    ("no agency", lambda b: meta(b, "agency", "ai-do"), "Tệp", "lập cho một cơ quan khác"),
    ("row deleted", lambda b: b[REPORT].delete_rows(rows_of(b)[1]), "Báo cáo!A7", "thiếu dòng của “I.2”"),
    ("rows deleted", lambda b: b[REPORT].delete_rows(7, 99), "Báo cáo!A8", "thiếu dòng của “I.5”"),
    ("column deleted", lambda b: b[REPORT].delete_cols(7), "Báo cáo!G6", "thiếu cột “Kết quả thực hiện”"),
    ("status deleted", lambda b: b[REPORT].delete_cols(5), "Báo cáo!E6", "thiếu cột “Trạng thái”"),
    ("ids deleted", lambda b: b[REPORT].delete_cols(1), "Báo cáo!A6", "thiếu cột “TT”"),
    ("heading changed", lambda b: b[REPORT].__setitem__("F6", "Phần trăm"), "Báo cáo!F6", "thiếu cột “Tỷ lệ (%)”"),
    ("headings deleted", lambda b: b[REPORT].delete_rows(6), "Báo cáo!A1", "thiếu cột “TT”"),
    ("values deleted", lambda b: b[TARGETS].delete_cols(6), "Chỉ tiêu!F5", "thiếu cột “Đạt được đến nay”"),
    ("target deleted", lambda b: b[TARGETS].delete_rows(6), "Chỉ tiêu!A6", "thiếu dòng của “htx-cung-co”"),
    ("merged down", lambda b: b[REPORT].merge_cells("G8:G9"), "Báo cáo!G8", "đã bị gộp"),
    ("merged across", lambda b: b[REPORT].merge_cells("H7:J7"), "Báo cáo!H7", "bỏ gộp ô"),
    ("note below", lambda b: beside(b, 60, 2, "Người lập biểu"), "Báo cáo!B67", "nằm ngoài bảng"),
    ("note beside", lambda b: beside(b, 0, 14, "Xem thêm"), "Báo cáo!N7", "nằm ngoài bảng"),
    ("answer below", lambda b: beside(b, 60, 7, "Thêm"), "Báo cáo!A67", "không có mã"),
    ("row added", lambda b: beside(b, 60, 1, "II.99"), "Báo cáo!A67", "không có mã “II.99” trong tệp đã gửi"),
    ("row copied", lambda b: beside(b, 60, 1, "I.2"), "Báo cáo!A67", "“I.2” đã có ở dòng 7"),
    ("unsigned", lambda b: b[REPORT].__setitem__(signature(b), None), "Báo cáo!C4", "ghi họ tên, chức vụ"),
    ("signed long", lambda b: b[REPORT].__setitem__(signature(b), "x" * 201), "Báo cáo!C4", "tối đa 200"),
    ("signed twice", lambda b: b[REPORT].__setitem__(signature(b), "A\nB"), "Báo cáo!C4", "một dòng"),
    ("signed by formula", lambda b: b[REPORT].__setitem__(signature(b), "=A1"), "Báo cáo!C4", "công thức"),
    ("no place to sign", lambda b: b[REPORT].__setitem__("A4", None), REPORT, f"không thấy dòng “{SIGNATURE}”"),
]


@pytest.mark.parametrize(("spoil", "cell", "reason"), [case[1:] for case in SHAPES], ids=[c[0] for c in SHAPES])
def test_a_workbook_whose_shape_was_changed_is_told_where(
    season: tuple[sa.Engine, Settings, bytes], spoil: Callable[[Any], object], cell: str, reason: str
) -> None:
    engine, settings, good = season
    told = faults_of(engine, settings, edited(good, spoil), WOMEN)
    assert reason in told[cell], told


def test_all_faults_are_told_at_once_in_the_order_of_the_sheet(season: tuple[sa.Engine, Settings, bytes]) -> None:
    engine, settings, good = season
    typed = {"I.5.status": "Xong", "I.5.percent": 0.5, "I.2.result": "=1", "htx-moi.value": "?"}
    told = faults_of(engine, settings, fill(good, typed, said_by=""), WOMEN)
    assert list(told) == ["Báo cáo!C4", "Báo cáo!G7", "Báo cáo!E8", "Báo cáo!F8", "Chỉ tiêu!F11"]


def test_what_cannot_be_read_is_not_told_to_be_missing_too(season: tuple[sa.Engine, Settings, bytes]) -> None:
    engine, settings, good = season
    assert list(faults_of(engine, settings, fill(good, {"I.2.status": "?"}), WOMEN)) == ["Báo cáo!E7"]
    assert list(faults_of(engine, settings, fill(good, {"I.2.result": "=1"}), WOMEN)) == ["Báo cáo!G7"]


def test_a_workbook_in_which_nothing_was_typed_is_told_so(season: tuple[sa.Engine, Settings, bytes]) -> None:
    engine, settings, _ = season
    blank = raw_workbook(engine, settings, WOMEN)
    assert "chưa có nội dung nào mới" in faults_of(engine, settings, fill(blank, {}), WOMEN)["Báo cáo!E7"]
    assert list(faults_of(engine, settings, blank, WOMEN)) == ["Báo cáo!C4"]


def test_a_row_that_was_answered_meanwhile_is_a_conflict_that_shows_what_was_said(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    good = fill(raw_workbook(engine, settings, WOMEN), GOOD)
    say(engine, "I.2", answer("Của Hoa", percent=80), said("Bà Hoa"))
    told = faults_of(engine, settings, good, WOMEN)["Báo cáo!A7"]
    assert "Bà Hoa đã gửi nội dung khác cho I.2 lúc 08:00 ngày 15/10/2024: Đang thực hiện, 80 %" in told
    assert "Kết quả thực hiện: Của Hoa; thống nhất hai nội dung" in told


def test_a_figure_that_was_given_meanwhile_is_a_conflict(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    good = fill(raw_workbook(engine, settings, WOMEN), {"htx-moi.value": 2})
    give_figure(engine, "htx-moi", 1, who=said("Bà Hoa"))
    assert "Bà Hoa đã gửi số khác: 1" in faults_of(engine, settings, good, WOMEN)["Chỉ tiêu!F11"]


def test_a_figure_that_falls_is_told_with_its_cell_and_goes_through_the_page(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    give_figure(engine, "htx-moi", 4)
    lower = fill(raw_workbook(engine, settings, WOMEN), {"htx-moi.value": 2})
    told = faults_of(engine, settings, lower, WOMEN)["Chỉ tiêu!F11"]
    assert "số liệu giảm từ 4 xuống 2 so với số đã báo cáo trong kỳ này" in told
    assert "gửi số này trên trang báo cáo và đánh dấu ô “Số liệu đúng là đã giảm”" in told


def test_a_figure_that_was_given_cannot_be_taken_back(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    give_figure(engine, "htx-moi", 1)
    emptied = fill(raw_workbook(engine, settings, WOMEN), {"htx-moi.value": None})
    assert "không xóa được" in faults_of(engine, settings, emptied, WOMEN)["Chỉ tiêu!F11"]


def test_last_years_words_kept_with_an_x_are_a_conflict_with_what_was_said_meanwhile(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine, None, date(2023, 10, 16), TODAY)
    say(engine, "I.2", answer("Năm 2023"), code="2023")
    kept = fill(raw_workbook(engine, settings, WOMEN), {"I.2.keep": "x"})
    say(engine, "I.2", answer("Năm 2024"), said("Bà Hoa"))
    assert "Năm 2024" in faults_of(engine, settings, kept, WOMEN)["Báo cáo!A7"]


def test_what_was_accepted_meanwhile_is_told_and_not_dropped_in_silence(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    say(engine, "I.2")
    changed = fill(raw_workbook(engine, settings, WOMEN), GOOD)
    with writing(engine) as session:
        duty_of(session, "I.2").state = DutyState.ACCEPTED
    assert "đã được duyệt" in faults_of(engine, settings, changed, WOMEN)["Báo cáo!A7"]


def test_a_closed_period_takes_no_workbook(engine: sa.Engine, make_settings: Callable[..., Settings]) -> None:
    open_season(engine)
    good = fill(raw_workbook(engine, make_settings(today="2024-12-31"), WOMEN), GOOD)
    told = faults_of(engine, make_settings(today="2025-01-01"), good, WOMEN)
    assert "đã khóa sau ngày 31/12/2024; liên hệ cơ quan đầu mối" in told["Tệp"]
    assert len(send(engine, make_settings(today="2024-12-31"), good, WOMEN).updates) == 1


def test_the_link_decides_who_answers_not_the_file(engine: sa.Engine, settings: Settings) -> None:
    open_season(engine)
    good = fill(raw_workbook(engine, settings, WOMEN), GOOD)
    told = faults_of(engine, settings, good, "so-cong-thuong")
    assert "lập cho Hội Liên hiệp Phụ nữ tỉnh An Giang, không phải cho Quý cơ quan" in told["Tệp"]


@pytest.mark.parametrize("kind", ["bomb", "many bombs", "lying bomb", "entities"])
def test_a_hostile_file_is_told_as_a_whole(sqlite_engine: sa.Engine, settings: Settings, kind: str) -> None:
    open_season(sqlite_engine)
    make, reason = REFUSED[kind]
    told = faults_of(sqlite_engine, settings, make(), WOMEN)
    assert list(told) == ["Tệp"]
    assert reason in told["Tệp"]
