"""The coordinator's page of memos: the files are those that were compiled, and words are kept and never lost."""

import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from factories_web import Season, fields_of, open_season, read_html
from test_web_coordinator import WHO, follow, other_link, review_link, say
from test_web_hostile import CONTROLS, HOSTILE, seen

from tracker.papers.files import FORMATS
from tracker.report.choice import Choice
from tracker.report.compile import Compiled, compile_memo
from tracker.settings import Settings
from tracker.store.engine import reading, writing
from tracker.store.links import withdraw_links
from tracker.store.periods import find_period
from tracker.store.tables import JournalEntry, Purpose

LIST = "/bao-cao/tong-hop"


def compiled(season: Season, **given: object) -> Compiled:
    return compile_memo(season.engine, season.settings, "2024", WHO, **given)  # type: ignore[arg-type]


def keep(season: Season, page: httpx.Response | None = None, **typed: str) -> httpx.Response:
    path = f"{review_link(season)}{LIST}"
    fields = fields_of(page or season.browser.get(path)) | {"reviewer": WHO}
    return season.browser.post(path, "keep", fields | typed)


def words(season: Season) -> tuple[str, str]:
    with reading(season.engine) as session:
        period = find_period(session, "2024")
        return period.opening, period.closing


def text_of(page: httpx.Response) -> str:
    return " ".join(read_html(page.text).text.split())


def test_each_file_is_the_one_that_was_compiled_and_looking_writes_nothing(season: Season) -> None:
    say(season, "II.1")
    made = compiled(season)
    say(season, "II.2")
    compiled(season)
    before, folder = season.dump(), sorted(season.settings.reports.iterdir())
    link = review_link(season)
    for form, file in zip(FORMATS, made.files, strict=True):
        answer = season.browser.get(f"{link}/bao-cao/1.{form}")
        assert answer.status_code == 200
        assert answer.content == file.read_bytes()
        assert answer.headers["content-disposition"] == f'attachment; filename="{file.name}"'
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    season.browser.get(f"{link}{LIST}")
    assert {**season.dump(), "links": ()} == {**before, "links": ()}
    assert sorted(season.settings.reports.iterdir()) == folder


def test_the_list_says_of_each_memo_what_it_is_what_it_counts_and_what_is_new_in_it(season: Season) -> None:
    empty = season.browser.get(f"{review_link(season)}{LIST}")
    assert "Kỳ này chưa có báo cáo tổng hợp nào." in text_of(empty)
    compiled(season)
    say(season, "II.1")
    compiled(season, choice=Choice(areas=("ND1",)))
    newest = compiled(season)
    page = text_of(follow(season, keep(season)))
    assert page.index("Lần 3: dự thảo") < page.index("Lần 2: dự thảo, một phần") < page.index("Lần 1: dự thảo")
    assert "0/5 hoạt động có báo cáo" in page
    assert "1/5 hoạt động có báo cáo" in page
    assert newest.report.digest[:16] in page
    assert newest.changed
    for line in newest.changed:
        assert line in page


def test_what_came_after_the_final_memo_is_told_beside_it(season: Season) -> None:
    compiled(season, final=True)
    link = f"{review_link(season)}{LIST}"
    assert "Đến sau khi chốt" not in text_of(season.browser.get(link))
    say(season, "II.1")
    page = text_of(season.browser.get(link))
    assert "Lần 1: bản chính thức" in page
    assert "Đến sau khi chốt, không có trong báo cáo (1) II.1 (Sở Công Thương): có báo cáo" in page
    name = season.browser.get(f"{link.removesuffix(LIST)}/bao-cao/1.html").headers["content-disposition"]
    assert "bao-cao-2024-1-chinh-thuc.html" in name


def test_the_periods_own_words_are_kept_with_who_wrote_them_and_stand_in_the_next_memo(season: Season) -> None:
    answer = keep(season, opening="Căn cứ Kế hoạch,\r\nHội báo cáo.", closing="Trân trọng./.")
    assert "Đã lưu lời mở đầu, lời kết." in text_of(follow(season, answer))
    assert words(season) == ("Căn cứ Kế hoạch,\nHội báo cáo.", "Trân trọng./.")
    assert season.rows(JournalEntry)[-1].who == WHO
    assert compiled(season).snapshot.closing == "Trân trọng./."
    again = len(season.rows(JournalEntry))
    assert keep(season).status_code == 303
    assert len(season.rows(JournalEntry)) == again


def test_of_two_who_write_at_once_the_second_sees_what_the_first_kept_and_loses_nothing(season: Season) -> None:
    shown = season.browser.get(f"{review_link(season)}{LIST}")
    assert keep(season, shown, opening="Lời thứ nhất").status_code == 303
    late = keep(season, shown, opening="Lời thứ hai")
    assert late.status_code == 409
    assert "Đang lưu:Lời thứ nhất" in text_of(late)
    assert fields_of(late)["opening"] == "Lời thứ hai"
    assert words(season)[0] == "Lời thứ nhất"
    assert keep(season, late).status_code == 303
    assert words(season)[0] == "Lời thứ hai"
    assert keep(season, late).status_code == 303, "a button pressed twice"


def test_what_is_wrong_is_named_and_what_was_typed_stays(quiet_season: Season) -> None:
    typed = {"opening": "a" * 10_001, "closing": f"b{CONTROLS[0]}", "reviewer": " "}
    answer = keep(quiet_season, **typed)
    assert answer.status_code == 422
    for told in ("Lời mở đầu dài 10001 ký tự", "Lời kết có ký tự điều khiển", "Ghi họ tên người duyệt"):
        assert told in text_of(answer)
    assert fields_of(answer)["opening"] == typed["opening"]
    assert words(quiet_season) == ("", "")


@pytest.mark.parametrize("control", CONTROLS)
def test_control_characters_are_refused_with_the_field_named(quiet_season: Season, control: str) -> None:
    for field, label in (("opening", "Lời mở đầu"), ("closing", "Lời kết")):
        answer = keep(quiet_season, **{field: f"a{control}b"})
        assert answer.status_code == 422
        assert label in text_of(answer)
    assert words(quiet_season) == ("", "")


def test_hostile_words_are_shown_as_typed_and_run_nowhere(quiet_season: Season) -> None:
    plain = seen(follow(quiet_season, keep(quiet_season, opening="Không có gì lạ")).text).tags
    for text in HOSTILE:
        kept = keep(quiet_season, opening=text, closing=text)
        page = follow(quiet_season, kept)
        assert seen(page.text).tags == plain, text
        assert seen(page.text).handlers == set(), text
        assert fields_of(page)["opening"].split() == words(quiet_season)[0].split(), text


def test_words_posted_from_another_site_or_too_long_to_read_are_turned_away(quiet_season: Season) -> None:
    path = f"{review_link(quiet_season)}{LIST}"
    typed = fields_of(quiet_season.browser.get(path)) | {"opening": "Lời lạ", "reviewer": WHO}
    elsewhere = quiet_season.browser.ask("POST", path, data=typed, headers={"Origin": "https://other.example"})
    assert elsewhere.status_code == 403
    assert keep(quiet_season, opening="a" * 1_000_001).status_code == 413
    assert words(quiet_season) == ("", "")


@pytest.mark.parametrize("ending", ["bao-cao/2.docx", "bao-cao/1.exe", "bao-cao/1.docx/", f"bao-cao/{10**30}.pdf"])
def test_a_memo_or_format_that_is_not_there_is_no_page(quiet_season: Season, ending: str) -> None:
    compiled(quiet_season)
    assert quiet_season.browser.get(f"{review_link(quiet_season)}/{ending}").status_code == 404


def test_a_memo_is_opened_by_its_own_periods_review_link_alone(quiet_season: Season) -> None:
    compiled(quiet_season)
    unknown = quiet_season.browser.get(f"/r/{'x' * 43}")
    link = review_link(quiet_season)
    agency = quiet_season.link().replace("/b/", "/r/")
    for opener in (other_link(quiet_season), agency):
        assert quiet_season.browser.get(f"{opener}/bao-cao/1.docx").content == unknown.content
    with writing(quiet_season.engine) as session:
        withdraw_links(session, find_period(session, "2024"), "hoi", quiet_season.settings.now(), Purpose.REVIEW)
    for path in (f"{link}/bao-cao/1.docx", f"{link}{LIST}"):
        assert quiet_season.browser.get(path).content == unknown.content


def test_a_template_that_was_spoiled_is_told_in_words(
    sqlite_engine: sa.Engine,
    make_settings: Callable[..., Settings],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(make_settings().templates, templates)
    season = open_season(sqlite_engine, make_settings, templates=str(templates))
    compiled(season)
    (templates / "memo" / "memo.docx").write_bytes(b"x")
    answer = season.browser.get(f"{review_link(season)}/bao-cao/1.docx")
    assert answer.status_code == 503
    assert "máy chủ chưa đọc hoặc ghi được tệp" in text_of(answer)
    assert str(tmp_path) not in answer.text
    assert "memo.docx: không dùng được mẫu Word này" in caplog.text
