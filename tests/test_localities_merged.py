"""One locality after two: it owes a report on each area, on one page and in one workbook, and they stay apart."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from answering import NOW, answer, said
from factories_web import Browser, Season, fields_of, open_season, read_html
from plan_text import DISTRICTS, altered, merged
from workbooks import edited, fill, opened

from tracker.answers.receipts import take_in_today
from tracker.answers.record import record_answers
from tracker.case import open_case
from tracker.plan.reader import parse_plan
from tracker.review.decide import return_answer
from tracker.review.overview import review_of
from tracker.settings import Settings
from tracker.store.apply import apply_plan
from tracker.store.duties import duties_of
from tracker.store.engine import reading, writing
from tracker.store.periods import find_period
from tracker.store.tables import Draft, Letter, Update
from tracker.web.app import create_app
from tracker.workbook.model import GUIDE, MEDIA_TYPE, META, REPORT, TARGETS

HEIR = "xa-c"
X, Y = "VI.13@huyen-x", "VI.13@huyen-y"
ROW_X, ROW_Y = "VI.13 (Huyện X)", "VI.13 (Huyện Y)"
SIGNED = {"said_by": "Cán bộ xã C (minh họa)"}
TWO = {
    f"{X}.status": "under_way",
    f"{X}.result": "Trên địa bàn X",
    f"{Y}.status": "done",
    f"{Y}.result": "Trên địa bàn Y",
}


@pytest.fixture
def season(engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    return open_season(
        engine, make_settings, altered(*DISTRICTS, *merged("huyen-x", "huyen-y", since="2024-07-01"))
    )


def results(season: Season, code: str = "2024") -> dict[str, list[str]]:
    """Return what was said of each area, revision after revision."""
    with reading(season.engine) as session:
        duties = duties_of(session, find_period(session, code))
        said_of: dict[str, list[str]] = {d.agency_id: [] for d in duties if d.activity_id == "VI.13"}
        by_id = {d.id: d.agency_id for d in duties}
        for update in session.scalars(sa.select(Update).order_by(Update.id)):
            if update.duty_id in by_id:
                said_of[by_id[update.duty_id]].append(update.result)
    return said_of


def tell(season: Season, agency: str, result: str, code: str = "2024") -> None:
    with writing(season.engine) as session:
        duties = duties_of(session, find_period(session, code), {agency})
        record_answers(session, {duty.id: (duty, answer(result)) for duty in duties}, said(at=NOW))


def fetched(season: Season, link: str) -> bytes:
    return season.browser.get(f"{link}/mau-bao-cao.xlsx").content


def send(season: Season, link: str, raw: bytes) -> httpx.Response:
    return season.browser.ask("POST", f"{link}/tep", files={"file": ("a.xlsx", raw, MEDIA_TYPE)})


def test_the_page_asks_for_each_area_and_what_is_sent_of_one_is_never_taken_for_the_other(season: Season) -> None:
    link = season.link(HEIR)
    page = season.browser.get(link)
    for words in ("VI.13 (Huyện X)", "VI.13 (Huyện Y)"):
        assert words in read_html(page.text).text
    answered = season.browser.post(link, "send", fields_of(page) | TWO | SIGNED)
    assert answered.status_code == 303
    assert results(season) == {"huyen-x": ["Trên địa bàn X"], "huyen-y": ["Trên địa bàn Y"], "huyen-z": []}
    again = fields_of(season.browser.get(link))
    assert (again[f"{X}.result"], again[f"{Y}.result"]) == ("Trên địa bàn X", "Trên địa bàn Y")
    receipt = read_html(season.browser.get(f"{link}/bien-nhan").text).text
    assert "VI.13 (Huyện X)" in receipt
    assert "VI.13 (Huyện Y)" in receipt


def test_one_area_is_sent_alone_and_the_other_stays_a_draft(season: Season) -> None:
    link = season.link(HEIR)
    typed = fields_of(season.browser.get(link)) | TWO | SIGNED
    answered = season.browser.post(link, f"send:{X}", typed)
    assert answered.status_code == 303
    assert results(season) == {"huyen-x": ["Trên địa bàn X"], "huyen-y": [], "huyen-z": []}
    [draft] = season.rows(Draft)
    assert draft.typed[f"{Y}.result"] == "Trên địa bàn Y"
    page = season.browser.get(answered.headers["location"])
    assert "Đã ghi nhận VI.13 (Huyện X)" in page.text
    assert fields_of(page)[f"{Y}.result"] == "Trên địa bàn Y"


def test_a_fault_in_one_area_stands_beside_that_one_alone_and_holds_back_both(season: Season) -> None:
    link = season.link(HEIR)
    typed = fields_of(season.browser.get(link)) | TWO | {f"{Y}.percent": "40"} | SIGNED
    refused = season.browser.post(link, "send", typed)
    assert refused.status_code == 422
    assert f'<a href="#{Y}.percent">VI.13 (Huyện Y), Tỷ lệ hoàn thành</a>' in refused.text
    assert f'id="{X}.percent.fault"' not in refused.text
    assert season.rows(Update) == []


def test_no_two_fields_of_the_page_share_a_name_and_no_two_elements_an_id(season: Season) -> None:
    page = season.browser.get(season.link(HEIR)).text
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    names = re.findall(r'<(?:textarea|input type="hidden")[^>]* name="([^"]+)"', page)
    assert len(names) == len(set(names)) > 8


def test_the_workbook_has_a_row_for_each_area_and_each_comes_back_as_its_own(season: Season) -> None:
    link = season.link(HEIR)
    raw = fetched(season, link)
    typed = {
        f"{ROW_X}.status": "Đang thực hiện",
        f"{ROW_X}.result": "Bảng X",
        f"{ROW_Y}.status": "Hoàn thành",
        f"{ROW_Y}.result": "Bảng Y",
    }
    assert send(season, link, fill(raw, typed)).status_code == 303
    assert results(season) == {"huyen-x": ["Bảng X"], "huyen-y": ["Bảng Y"], "huyen-z": []}
    assert send(season, link, fill(fetched(season, link), {f"{ROW_Y}.result": "Bảng Y sửa"})).status_code == 303
    assert results(season)["huyen-y"] == ["Bảng Y", "Bảng Y sửa"]
    assert results(season)["huyen-x"] == ["Bảng X"]
    before = season.dump()
    stale = send(season, link, fill(raw, {f"{ROW_X}.status": "Hoàn thành", f"{ROW_X}.result": "Khác"}))
    assert stale.status_code == 422
    assert "đã gửi nội dung khác cho VI.13 (Huyện X)" in stale.text
    assert season.dump() == before


def test_no_row_of_the_workbook_shows_a_name_that_only_the_program_uses(season: Season) -> None:
    raw = fetched(season, season.link(HEIR))
    with opened(raw) as (book, _):
        sheets = [book[name] for name in (REPORT, TARGETS, GUIDE) if name in book]
        shown = [cell.value for sheet in sheets for row in sheet for cell in row]
    assert ROW_X in shown
    assert not [text for text in shown if text and "@" in str(text)]


def test_a_workbook_of_before_that_shows_such_a_name_is_still_taken(season: Season) -> None:
    link = season.link(HEIR)

    def as_before(book: Any) -> None:
        for row in book[REPORT].iter_rows(max_col=1):
            row[0].value = {ROW_X: X, ROW_Y: Y}.get(row[0].value, row[0].value)
        for row in book[META].iter_rows(min_col=5, max_col=5):
            row[0].value = None

    raw = fill(edited(fetched(season, link), as_before), {f"{X}.status": "Chưa triển khai"}, "Chị Lan (minh họa)")
    assert send(season, link, raw).status_code == 303
    assert results(season) == {"huyen-x": [""], "huyen-y": [], "huyen-z": []}


def test_words_for_an_area_that_is_asked_no_more_are_shown_under_its_name(season: Season) -> None:
    link = season.link(HEIR)
    typed = fields_of(season.browser.get(link)) | TWO | SIGNED
    apart = parse_plan(altered(*DISTRICTS, *merged("huyen-x", "huyen-y", since="2025-07-01")).encode())
    with writing(season.engine) as session:
        apply_plan(session, apart, "quản trị", season.settings.today(), season.settings.now())
    told = season.browser.post(link, "send", typed)
    assert told.status_code == 422
    assert "Không còn phải báo cáo: VI.13 (Huyện X)</a>" in told.text
    assert "Không còn phải báo cáo: VI.13 (Huyện Y)</a>" in told.text
    assert "Trên địa bàn X" in told.text


def test_who_takes_over_an_area_beside_its_own_answers_for_both(
    engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    text = altered(*DISTRICTS, *merged("huyen-x", since="2024-07-01", into="huyen-y"))
    season = open_season(engine, make_settings, text)
    link = season.link("huyen-y")
    typed = fields_of(season.browser.get(link)) | SIGNED
    typed |= {"VI.13.status": "under_way", "VI.13.result": "Của mình"}
    typed |= {f"{X}.status": "under_way", f"{X}.result": "Tiếp nhận"}
    assert season.browser.post(link, "send", typed).status_code == 303
    assert results(season) == {"huyen-x": ["Tiếp nhận"], "huyen-y": ["Của mình"], "huyen-z": []}


def test_what_was_typed_of_one_area_is_still_there_when_a_second_one_is_taken_over(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    text = altered(
        *DISTRICTS,
        *merged("huyen-x", since="2024-07-01"),
        *merged("huyen-y", since="2024-10-20"),
    )
    season = open_season(sqlite_engine, make_settings, text)
    link = season.link(HEIR)
    page = season.browser.get(link)
    assert Y not in page.text
    season.browser.post(link, "save", fields_of(page) | {f"{X}.result": "Đang viết dở"})
    later = Browser(create_app(sqlite_engine, season.settings.on(date(2024, 10, 21))))
    assert fields_of(later.get(link))[f"{X}.result"] == "Đang viết dở"
    assert f"{Y}.result" in fields_of(later.get(link))


def test_each_area_stands_beside_its_own_year_before_and_is_compared_with_that(season: Season) -> None:
    for district in ("huyen-x", "huyen-y"):
        tell(season, district, f"Năm trước của {district}", "2023")
    link = season.link(HEIR)
    typed = fields_of(season.browser.get(link))
    assert (typed[f"{X}.result"], typed[f"{Y}.result"]) == ("", "")
    for area in (X, Y):
        season.browser.post(link, f"copy:{area}", fields_of(season.browser.get(link)))
    typed = fields_of(season.browser.get(link))
    assert (typed[f"{X}.result"], typed[f"{Y}.result"]) == ("Năm trước của huyen-x", "Năm trước của huyen-y")
    tell(season, "huyen-x", "Năm trước của huyen-y")
    tell(season, "huyen-y", "Năm trước của huyen-y")
    with reading(season.engine) as session:
        period = find_period(session, "2024")
        [heir] = review_of(open_case(session, season.settings, period), HEIR)
    same = "Kết quả giống nguyên văn kỳ trước."
    assert [(item.for_whom.id, same in item.remarks) for item in heir.items] == [
        ("huyen-x", False),
        ("huyen-y", True),
    ]


def test_letters_say_of_which_area_a_report_was_received_or_returned(season: Season) -> None:
    link = season.link(HEIR)
    season.browser.post(link, "send", fields_of(season.browser.get(link)) | TWO | SIGNED)
    take_in_today(season.engine, season.settings)
    with writing(season.engine) as session:
        [duty] = duties_of(session, find_period(session, "2024"), {"huyen-y"})
        return_answer(session, season.settings, duty, "Ghi rõ số hộ", "Cán bộ tổng hợp (minh họa)")
    texts = {letter.kind: letter.text for letter in season.rows(Letter)}
    for name in ("Huyện X", "Ủy ban nhân dân huyện Y"):
        assert f"(nhiệm vụ của {name} trước khi sắp xếp)" in texts["receipt"]
    assert "VI.13 - Tình hình trên địa bàn (nhiệm vụ của Ủy ban nhân dân huyện Y" in texts["returned"]
