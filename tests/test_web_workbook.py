"""The workbook on the agency's page: fetched, filled in as an officer does, sent back, refused cell by cell."""

import httpx
import pytest
from factories_web import Season, read_html
from workbooks import fill

from tracker.store.tables import Update
from tracker.web.security import LARGEST_BODY
from tracker.workbook.model import MEDIA_TYPE

GOOD = {"II.1.status": "Đang thực hiện", "II.1.percent": 60, "II.1.result": "Đã mở hai lớp", "htx-moi.value": "3"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


def fetched(season: Season, link: str) -> bytes:
    return season.browser.get(f"{link}/mau-bao-cao.xlsx").content


def send(season: Season, link: str, raw: bytes, name: str = "bao-cao.xlsx") -> httpx.Response:
    return season.browser.ask("POST", f"{link}/tep", files={"file": (name, raw, MEDIA_TYPE)})


def test_a_workbook_is_fetched_filled_in_and_sent_back_and_the_receipt_shows_it(season: Season) -> None:
    link = season.link()
    answer = send(season, link, fill(fetched(season, link), GOOD))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{link}/bien-nhan")
    [update] = season.rows(Update)
    assert (update.way, update.percent, update.result) == ("workbook", 60, "Đã mở hai lớp")
    assert "Đã mở hai lớp" in season.browser.get(f"{link}/bien-nhan").text


def test_fetching_changes_nothing_and_names_the_file(season: Season) -> None:
    link, before = season.link(), None
    for method in ("GET", "HEAD", "GET"):
        before = before or season.dump()
        answer = season.browser.ask(method, f"{link}/mau-bao-cao.xlsx")
        assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE)
        assert answer.headers["content-disposition"] == 'attachment; filename="bao-cao-2024-so-a.xlsx"'
        assert answer.headers["cache-control"] == "no-store"
    assert season.dump() == before


def test_every_fault_is_told_by_cell_and_nothing_is_recorded(season: Season) -> None:
    link = season.link()
    spoiled = fill(
        fetched(season, link), GOOD | {"II.1.percent": 160, "II.2.result": "=1+1", "htx-moi.value": "?"}
    )
    before = season.dump()
    answer = send(season, link, spoiled)
    page = read_html(answer.text).text
    assert answer.status_code == 422
    for cell in ("Báo cáo!F7", "Báo cáo!G8", "Chỉ tiêu!F6"):
        assert cell in page
    assert "Chưa có nội dung nào trong tệp được ghi nhận" in page
    assert season.dump() == before


def test_the_page_offers_the_file_and_takes_it_without_scripts(quiet_season: Season) -> None:
    link = quiet_season.link()
    page = quiet_season.browser.get(link).text
    assert f'href="{link}/mau-bao-cao.xlsx"' in page
    assert f'action="{link}/tep" enctype="multipart/form-data"' in page


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04 broken", b"<html>"])
def test_what_is_no_workbook_is_told_so(quiet_season: Season, raw: bytes) -> None:
    answer = send(quiet_season, quiet_season.link(), raw)
    assert (answer.status_code, "<strong>Tệp</strong>" in answer.text) == (422, True)


@pytest.mark.parametrize("path", ["/mau-bao-cao.xlsx", "/tep"])
def test_an_unknown_link_opens_nothing(quiet_season: Season, path: str) -> None:
    method = "GET" if path.endswith("xlsx") else "POST"
    given = {} if method == "GET" else {"files": {"file": ("a.xlsx", b"x", MEDIA_TYPE)}}
    answer = quiet_season.browser.ask(method, f"/b/{'x' * 43}{path}", **given)
    assert (answer.status_code, "Đường dẫn này không mở được" in answer.text) == (404, True)


def test_one_file_is_taken_no_more_and_no_larger_than_a_form(quiet_season: Season) -> None:
    link, before = quiet_season.link(), quiet_season.dump()
    two = [("file", ("a.xlsx", b"x", MEDIA_TYPE)), ("file", ("b.xlsx", b"x", MEDIA_TYPE))]
    assert quiet_season.browser.ask("POST", f"{link}/tep", files=two).status_code == 400
    assert send(quiet_season, link, b"x" * (LARGEST_BODY + 1)).status_code == 413
    assert quiet_season.browser.ask("POST", f"{link}/tep", content=b"file=x", headers=FORM).status_code == 400
    assert quiet_season.browser.ask("GET", f"{link}/tep").status_code == 405
    from_elsewhere = quiet_season.browser.ask(
        "POST", f"{link}/tep", files={"file": ("a.xlsx", b"x")}, headers={"origin": "https://khac.example"}
    )
    assert from_elsewhere.status_code == 403
    assert quiet_season.dump()["updates"] == before["updates"]
