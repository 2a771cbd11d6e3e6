"""After the period has closed a link still opens: to read what was sent, and nothing more."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from factories_web import Browser, Season, fields_of, open_season, plan_text
from workbooks import updates

from tracker.answers.checks import Answer
from tracker.answers.record import Said, record_answers
from tracker.plan.reader import parse_plan
from tracker.progress import UpdateStatus
from tracker.settings import Settings
from tracker.store.apply import apply_plan
from tracker.store.engine import writing
from tracker.store.links import withdraw_links
from tracker.store.periods import find_period
from tracker.store.tables import Draft, Duty, Evidence
from tracker.web.app import create_app

SIGNED = "Phó Giám đốc (minh họa)"
PDF = b"%PDF-1.7\n1 0 obj\n"
MULTIPART = {"files": {"file": ("a.pdf", PDF)}}
AFTER = date(2025, 1, 1)
"""The first day after the closing."""


@pytest.fixture
def quiet(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    return open_season(sqlite_engine, make_settings)


def on(season: Season, day: date) -> Season:
    """Return the season with a browser on another day."""
    settings = season.settings.on(day)
    return replace(season, settings=settings, browser=Browser(create_app(season.engine, settings)))


def sent(season: Season) -> str:
    """Send one activity with a file before the closing; return the link."""
    link = season.link()
    typed = fields_of(season.browser.get(link)) | {"said_by": SIGNED, "figure.htx-moi": "12"}
    typed |= {"II.1.status": "under_way", "II.1.result": "Đã mở hai lớp"}
    assert season.browser.post(link, "send", typed).status_code == 303
    about = {"activity": f"{season.duties()['II.1'].id}", "given_by": SIGNED}
    assert season.browser.ask("POST", f"{link}/tai-lieu", data=about, **MULTIPART).status_code == 303
    return link


def test_what_was_sent_is_read_and_fetched_for_ninety_days_and_reading_writes_nothing(season: Season) -> None:
    link = sent(season)
    [file] = season.rows(Evidence)
    before = season.dump()
    for day in (AFTER, date(2025, 3, 30)):
        browser = on(season, day).browser
        page = browser.get(link)
        assert page.status_code == 200
        assert "Kỳ báo cáo đã khóa" in page.text
        assert "từ sau ngày 31/12/2024" in page.text
        assert "Hội Liên hiệp Phụ nữ tỉnh" in page.text
        assert "xem được đến 00:00 ngày 31/03/2025" in page.text
        assert "Đã mở hai lớp" in page.text
        assert "12 HTX" in page.text
        assert "không được ghi nhận" not in page.text
        assert "<button" not in page.text
        receipt = browser.get(f"{link}/bien-nhan")
        assert "Đã mở hai lớp" in receipt.text
        assert "Kỳ đã khóa sau ngày 31/12/2024, còn 3 hoạt động" in receipt.text
        files = browser.get(f"{link}/tai-lieu")
        assert f"{link}/tai-lieu/{file.id}" in files.text
        assert "<button" not in files.text
        assert browser.get(f"{link}/tai-lieu/{file.id}").content == PDF
    assert on(season, date(2025, 3, 31)).browser.get(link).status_code == 404
    assert season.dump() == before


@pytest.mark.parametrize("action", ["save", "send", "send:II.2", "send:II.1", "send:II.5"])
def test_words_sent_too_late_come_back_on_the_page_and_nothing_is_written(season: Season, action: str) -> None:
    link = sent(season)
    typed = fields_of(season.browser.get(link)) | {"II.1.result": "Đã mở hai lớp\r\nvà một hội nghị"}
    typed |= {"II.2.status": "stopped", "II.2.causes": "Chưa có kinh phí", "II.2.percent": "35"}
    typed |= {"II.3.nothing": "yes", "II.3.reason": "Chờ hướng dẫn", "figure.htx-moi": "13"}
    before = season.dump()
    refused = on(season, AFTER).browser.post(link, action, typed)
    assert refused.status_code == 409
    assert "Chưa ghi nhận: kỳ báo cáo đã khóa" in refused.text
    for words in ("và một hội nghị", "Tạm dừng", "35 %", "Chưa có kinh phí", "Chờ hướng dẫn", "13 HTX", "12 HTX"):
        assert words in refused.text
    assert season.dump() == before


def test_a_button_pressed_again_after_midnight_brings_back_nothing_that_is_in_the_record(quiet: Season) -> None:
    link = quiet.link()
    typed = fields_of(quiet.browser.get(link)) | {"said_by": SIGNED, "figure.htx-moi": "12"}
    typed |= {"II.1.status": "under_way", "II.1.result": "Một\r\nHai", "II.1.part": ""}
    quiet.browser.post(link, "send", typed)
    again = on(quiet, AFTER).browser.post(link, "send", typed)
    assert again.status_code == 409
    assert "không được ghi nhận" not in again.text


def test_a_draft_that_was_never_sent_is_there_to_copy(season: Season) -> None:
    link = season.link()
    typed = fields_of(season.browser.get(link)) | {"II.2.result": "Chưa kịp gửi"}
    season.browser.post(link, "save", typed)
    page = on(season, AFTER).browser.get(link)
    assert "đã lưu nháp nhưng chưa gửi khi kỳ khóa" in page.text
    assert "Chưa kịp gửi" in page.text
    assert len(season.rows(Draft)) == 1


def test_last_years_words_are_not_shown_as_if_they_had_been_sent(quiet: Season) -> None:
    link = quiet.link()
    earlier = on(quiet, date(2023, 11, 1))
    with writing(quiet.engine) as session:
        duty = session.get_one(Duty, quiet.duties("2023")["II.1"].id)
        texts = dict.fromkeys(("difficulties", "causes", "proposals"), "")
        answer = Answer(status=UpdateStatus.UNDER_WAY, percent=40, result="Lời năm trước", **texts)
        record_answers(session, {duty.id: (duty, answer)}, Said(by=SIGNED, at=earlier.settings.now(), way="page"))
    assert "Lời năm trước" in quiet.browser.get(link).text
    assert "Lời năm trước" not in on(quiet, AFTER).browser.get(link).text


def test_a_file_and_a_workbook_that_come_too_late_are_refused_with_the_reason(season: Season) -> None:
    link = sent(season)
    workbook = season.browser.get(f"{link}/mau-bao-cao.xlsx").content
    before, browser = season.dump(), on(season, AFTER).browser
    about = {"activity": f"{season.duties()['II.1'].id}", "given_by": SIGNED}
    file = browser.ask("POST", f"{link}/tai-lieu", data=about, files={"file": ("b.pdf", PDF + b"2")})
    taken_back = {"activity": about["activity"], "remove": f"{season.rows(Evidence)[0].id}"}
    back = browser.ask("POST", f"{link}/tai-lieu", data=taken_back, files={"x": ("", b"")})
    book = browser.ask("POST", f"{link}/tep", files={"file": ("a.xlsx", workbook)})
    for answer in (file, back, book):
        assert answer.status_code == 409
        assert "đã khóa sau ngày 31/12/2024" in answer.text
    assert "Gửi tệp đã sửa" not in book.text
    assert season.dump() == before
    assert len(updates(season.engine)) == 1


def test_a_closed_period_is_read_as_it_was_after_the_plan_took_its_activities_away(season: Season) -> None:
    link = sent(season)
    before = on(season, date(2025, 2, 3)).browser.get(link).text
    fewer = parse_plan(plan_text(3).replace("II.1,", "II.9,").encode())
    with writing(season.engine) as session:
        apply_plan(session, fewer, "quản trị", date(2025, 2, 3), season.settings.now())
    for path in (link, f"{link}/bien-nhan", f"{link}/tai-lieu"):
        page = on(season, date(2025, 2, 3)).browser.get(path)
        assert page.status_code == 200
        assert "Hoạt động thứ 1" in page.text
    assert on(season, date(2025, 2, 3)).browser.get(link).text == before


def test_a_withdrawn_link_is_dead_after_the_closing_too(quiet: Season) -> None:
    link = sent(quiet)
    with writing(quiet.engine) as session:
        withdraw_links(session, find_period(session, "2024"), "so-a", quiet.settings.now())
    browser = on(quiet, AFTER).browser
    never = browser.get("/b/" + "A" * 43)
    for path in (link, f"{link}/bien-nhan", f"{link}/tai-lieu", link.replace("/b/", "/r/")):
        assert browser.get(path).status_code == 404
    assert browser.get(link).content == never.content
    assert browser.post(link, "send", {"II.1.result": "x"}).content == never.content
