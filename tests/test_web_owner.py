"""The agency's page: fill, save, send, and what happens when two people or a wrong value come between."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from factories_web import Season, fields_of, open_season, plan_text, read_html

from tracker.answers.checks import Answer
from tracker.answers.drafts import save_draft
from tracker.answers.record import Signed, record_answers
from tracker.case import open_case
from tracker.errors import PeriodClosed
from tracker.plan.reader import parse_plan
from tracker.progress import DutyState, UpdateStatus
from tracker.review.decide import accept, give_back
from tracker.settings import Settings
from tracker.store.apply import apply_plan
from tracker.store.engine import writing
from tracker.store.tables import Draft, Duty, Figure, Period, Update
from tracker.words import composed

SIGNED = "Phó Giám đốc (minh họa)"


def filled(season: Season, link: str, **typed: str) -> dict[str, str]:
    """Return the page's fields with `typed` in them: II_1_result="…" stands for II.1.result."""
    fields = fields_of(season.browser.get(link)) | {"said_by": SIGNED}
    for name, value in typed.items():
        fields[name.replace("_", ".", 2) if name.startswith("II_") else name] = value
    return fields


def say(season: Season, activity: str, result: str, code: str = "2024", by: str = "Trần Văn Bình") -> None:
    duty = season.duties(code)[activity]
    answer = Answer(
        status=UpdateStatus.UNDER_WAY, percent=40, result=result, difficulties="", causes="", proposals=""
    )
    with writing(season.engine) as session:
        said = Signed(by=by, at=season.settings.now(), way="page")
        record_answers(session, {duty.id: (session.get_one(Duty, duty.id), answer)}, said)


def test_what_is_filled_in_and_sent_becomes_the_record_and_the_receipt_shows_it(season: Season) -> None:
    link = season.link()
    typed = filled(season, link, II_1_status="under_way", II_1_percent="60%", II_1_result="Đã mở 3 lớp.\r\nĐạt.")
    answer = season.browser.post(link, "send", typed | {"figure.htx-moi": "1.253"})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{link}/bien-nhan"
    [update] = season.rows(Update)
    assert (update.status, update.percent, update.result) == (UpdateStatus.UNDER_WAY, 60, "Đã mở 3 lớp.\nĐạt.")
    assert (update.said_by, update.way, update.said_on) == (SIGNED, "page", date(2024, 10, 15))
    assert [figure.value for figure in season.rows(Figure)] == [1253]
    receipt = read_html(season.browser.get(answer.headers["location"]).text).text
    assert "đã ghi nhận 1/4 hoạt động" in receipt
    assert "Đang thực hiện, 60 %" in receipt
    assert "Đã mở 3 lớp.\nĐạt." in receipt
    assert "1.253 HTX" in receipt
    assert SIGNED in receipt


def test_a_partial_send_leaves_the_rest_owed(season: Season) -> None:
    link = season.link()
    season.browser.post(link, "send", filled(season, link, II_2_status="not_started"))
    states = {activity: duty.state for activity, duty in season.duties().items()}
    assert states.pop("II.2") is DutyState.SUBMITTED
    assert set(states.values()) == {DutyState.EXPECTED}
    assert "Đã gửi 1/4 hoạt động" in season.browser.get(link).text


def test_the_same_send_twice_is_recorded_once(season: Season) -> None:
    link = season.link()
    typed = filled(season, link, II_1_status="not_started") | {"figure.htx-moi": "7"}
    assert [season.browser.post(link, "send", typed).status_code for _ in range(2)] == [303, 303]
    assert len(season.rows(Update)) == len(season.rows(Figure)) == 1


def test_sending_a_page_with_nothing_new_on_it_says_so(season: Season) -> None:
    answer = season.browser.post(link := season.link(), "send", filled(season, link))
    assert answer.status_code == 422
    assert "điền ít nhất một hoạt động" in answer.text


def test_a_draft_is_there_again_when_the_page_is_opened_later(season: Season) -> None:
    link = season.link()
    typed = filled(season, link, II_1_result="đang viết dở", II_3_percent="chưa rõ", said_by="Hoa")
    answer = season.browser.post(link, "save", typed)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{link}#II.3")
    assert season.rows(Update) == []
    page = season.browser.get(link)
    assert "Đã lưu nháp lúc" in page.text
    back = fields_of(page)
    assert (back["II.1.result"], back["II.3.percent"], back["said_by"]) == ("đang viết dở", "chưa rõ", "Hoa")
    sent = season.browser.post(
        link, "send", back | {"II.1.status": "under_way", "II.3.percent": "", "said_by": SIGNED}
    )
    assert sent.status_code == 303
    assert season.rows(Draft) == []


def test_pressing_enter_saves_and_never_sends(quiet_season: Season) -> None:
    page = quiet_season.browser.get(link := quiet_season.link()).text
    assert page.index('value="save"') < page.index('value="send"')
    typed = filled(quiet_season, link, II_1_status="not_started")
    assert quiet_season.browser.ask("POST", link, data=typed).headers["location"] == f"{link}#II.1"
    assert quiet_season.rows(Update) == []


def test_a_wrong_value_comes_back_beside_its_field_with_all_that_was_typed_and_nothing_recorded(
    season: Season,
) -> None:
    link = season.link()
    typed = filled(
        season,
        link,
        II_1_status="under_way",
        II_1_result="\nDòng đầu trống, rồi “ngoặc”.",
        II_1_percent="250",
        II_2_status="done",
        II_3_result="quên chọn trạng thái",
        II_4_status="not_started",
        said_by="",
    ) | {"figure.htx-moi": "mười hai"}
    before = season.dump()
    answer = season.browser.post(link, "send", typed)
    assert answer.status_code == 422
    assert season.dump() == before
    assert fields_of(answer) == typed
    assert "còn 5 chỗ cần sửa" in answer.text
    for field in ("II.1.percent", "II.2.result", "II.3.status", "figure.htx-moi", "said_by"):
        assert f'<a href="#{field}">' in answer.text, field
        assert f'id="{field}"' in answer.text, field
        assert f'id="{field}.fault"' in answer.text, field


def test_a_control_character_is_refused_and_the_field_named(season: Season) -> None:
    link = season.link()
    for character in ("\x00", "\x07", "\x1b", "\x7f", "\x9f"):
        typed = filled(season, link, II_1_status="stopped", II_1_causes=f"thiếu{character} vốn")
        answer = season.browser.post(link, "send", typed)
        assert answer.status_code == 422
        assert f"U+{ord(character):04X}" in answer.text
        assert '<a href="#II.1.causes">' in answer.text
    assert season.rows(Update) == []
    typed["II.2.result"] = "nháp có \x00"
    assert season.browser.post(link, "save", typed).status_code == 303
    assert season.browser.get(link).status_code == 200


def test_of_two_people_on_one_page_the_second_is_shown_what_the_first_sent(season: Season) -> None:
    link = season.link()
    first = filled(season, link, II_1_status="under_way", II_1_result="Bản của Hoa")
    second = filled(season, link, II_1_status="under_way", II_1_result="Bản của Bình", said_by="Bình")
    assert season.browser.post(link, "send", first).status_code == 303
    answer = season.browser.post(link, "send", second)
    assert answer.status_code == 422
    assert f"{SIGNED} đã gửi nội dung khác" in answer.text
    assert "Bản của Hoa" in answer.text
    again = fields_of(answer)
    assert again["II.1.result"] == "Bản của Bình"
    assert [update.result for update in season.rows(Update)] == ["Bản của Hoa"]
    again["II.1.result"] = "Bản chung"
    assert season.browser.post(link, "send", again).status_code == 303
    assert [(u.revision, u.result) for u in season.rows(Update)] == [(1, "Bản của Hoa"), (2, "Bản chung")]


def test_a_conflict_is_not_forgotten_when_the_same_activity_has_another_fault_too(quiet_season: Season) -> None:
    link = quiet_season.link()
    typed = filled(quiet_season, link, II_1_status="under_way", II_1_result="Bản của Bình", II_1_percent="x")
    say(quiet_season, "II.1", "Bản của Hoa", by="Hoa")
    answer = quiet_season.browser.post(link, "send", typed)
    assert "Hoa đã gửi nội dung khác" in answer.text
    assert "Ghi số nguyên từ 0 đến 100" in answer.text


def test_what_a_colleague_sent_meanwhile_stands_where_this_page_was_left_untouched(season: Season) -> None:
    link = season.link()
    typed = filled(season, link, II_2_status="not_started") | {"figure.htx-moi": ""}
    other = filled(season, link, II_1_status="under_way", II_1_result="Bản của Hoa") | {"figure.htx-moi": "5"}
    season.browser.post(link, "send", other)
    assert season.browser.post(link, "send", typed).status_code == 303
    assert sorted(update.result for update in season.rows(Update)) == ["", "Bản của Hoa"]
    assert [figure.value for figure in season.rows(Figure)] == [5]


def test_who_keeps_last_years_words_is_told_that_a_colleague_sent_others_meanwhile(season: Season) -> None:
    say(season, "II.1", "Bản năm trước", code="2023")
    link = season.link()
    keeping = filled(season, link, II_1_keep="yes")
    season.browser.post(link, "send", filled(season, link, II_1_status="done", II_1_result="Bản của Hoa"))
    told = season.browser.post(link, "send", keeping)
    assert (told.status_code, fields_of(told)["II.1.result"]) == (422, "Bản năm trước")
    assert "đã gửi nội dung khác" in told.text
    assert "Bản của Hoa" in told.text
    assert season.browser.post(link, "send", fields_of(told)).status_code == 303
    assert [update.result for update in season.rows(Update)][1:] == ["Bản của Hoa", "Bản năm trước"]


def test_words_for_what_the_plan_took_away_meanwhile_are_shown_and_not_dropped(season: Season) -> None:
    say(season, "II.3", "Đã gửi từ trước")
    link = season.link()
    typed = filled(season, link, II_1_status="under_way", II_1_result="Còn chỗ", II_4_result="Viết <dở>")
    assert season.browser.post(link, "save", typed).status_code == 303
    fewer = re.sub(r"(id: II\.[34],.*)lead: so-a", r"\1lead: so-b", plan_text())
    with writing(season.engine) as session:
        now = season.settings.now()
        apply_plan(session, parse_plan(fewer.encode()), "quản trị", season.settings.today(), now)
    assert "Viết &lt;dở&gt;" in season.browser.get(link).text
    told = season.browser.post(link, "send", typed)
    assert told.status_code == 422
    assert "Không còn phải báo cáo: II.4</a>" in told.text
    assert "Viết &lt;dở&gt;" in told.text
    assert [update.result for update in season.rows(Update)] == ["Đã gửi từ trước"]
    assert season.browser.post(link, "send", fields_of(told)).status_code == 303
    assert [update.result for update in season.rows(Update)] == ["Đã gửi từ trước", "Còn chỗ"]
    assert "Viết" not in season.browser.get(link).text


def test_a_page_asks_for_nothing_where_its_agency_owes_nothing(quiet_season: Season) -> None:
    page = quiet_season.browser.get(quiet_season.link("hoi"))
    assert "không có hoạt động nào phải báo cáo" in page.text
    for untrue in ("do Quý cơ quan chủ trì", "bấm Gửi báo cáo", "Người báo cáo", "Gửi báo cáo</button>"):
        assert untrue not in page.text


@pytest.mark.parametrize("removed", [True, False], ids=["no longer a target", "reported by another"])
def test_a_figure_for_what_the_plan_took_away_meanwhile_is_shown_and_not_dropped(
    season: Season, removed: bool
) -> None:
    link = season.link()
    typed = filled(season, link, II_1_status="under_way", II_1_result="Còn chỗ") | {"figure.htx-moi": "1.253"}
    assert season.browser.post(link, "save", typed).status_code == 303
    other = plan_text().replace("reported_by: so-a", "reported_by: so-b")
    other = other.replace("{id: htx-moi,", "{id: tht-moi,") if removed else other
    with writing(season.engine) as session:
        now = season.settings.now()
        apply_plan(session, parse_plan(other.encode()), "quản trị", season.settings.today(), now)
    assert "1.253" in season.browser.get(link).text
    told = season.browser.post(link, "send", typed)
    assert told.status_code == 422
    assert f"Không còn phải báo cáo: {'htx-moi' if removed else 'HTX mới thành lập'}</a>" in told.text
    assert "1.253" in told.text
    assert season.rows(Figure) == season.rows(Update) == []
    assert season.browser.post(link, "send", fields_of(told)).status_code == 303
    assert [update.result for update in season.rows(Update)] == ["Còn chỗ"]
    assert "1.253" not in season.browser.get(link).text


def test_a_figure_that_is_in_the_record_is_not_said_to_be_lost(season: Season) -> None:
    link = season.link()
    typed = filled(season, link, II_1_status="under_way", II_1_result="Đã gửi") | {"figure.htx-moi": "12"}
    assert season.browser.post(link, "send", typed).status_code == 303
    other = plan_text().replace("reported_by: so-a", "reported_by: so-b")
    with writing(season.engine) as session:
        now = season.settings.now()
        apply_plan(session, parse_plan(other.encode()), "quản trị", season.settings.today(), now)
    again = season.browser.post(link, "send", typed | {"II.1.result": "Sửa", "II.1.revision": "1"})
    assert again.status_code == 303


def test_two_different_figures_for_one_target_are_a_conflict(season: Season) -> None:
    link = season.link()
    first, second = (filled(season, link) | {"figure.htx-moi": value} for value in ("5", "6"))
    season.browser.post(link, "send", first)
    answer = season.browser.post(link, "send", second)
    assert answer.status_code == 422
    assert "đã gửi số khác: 5" in answer.text
    assert season.browser.post(link, "send", fields_of(answer)).status_code == 303
    assert [figure.value for figure in season.rows(Figure)] == [5, 6]


def test_a_figure_that_was_sent_can_be_corrected_but_not_emptied(quiet_season: Season) -> None:
    link = quiet_season.link()
    quiet_season.browser.post(link, "send", filled(quiet_season, link) | {"figure.htx-moi": "5"})
    answer = quiet_season.browser.post(link, "send", filled(quiet_season, link) | {"figure.htx-moi": ""})
    assert "sửa được, không xóa được" in answer.text


def test_of_two_who_send_at_the_same_moment_one_is_asked_to_agree(season: Season) -> None:
    link = season.link()
    texts = [filled(season, link, II_1_status="under_way", II_1_result=f"Bản {number}") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda typed: season.browser.post(link, "send", typed).status_code, texts))
    assert sorted(answers) == [303] + [422] * 7
    assert len(season.rows(Update)) == 1


def test_a_draft_saved_meanwhile_is_not_overwritten_unseen(season: Season) -> None:
    link = season.link()
    first = filled(season, link, II_1_result="nháp của Hoa")
    second = filled(season, link, II_1_result="nháp của Bình")
    season.browser.post(link, "save", first)
    answer = season.browser.post(link, "save", second)
    assert answer.status_code == 409
    assert "người khác vừa lưu nội dung khác ở đó" in answer.text
    assert 'II.1, Kết quả thực hiện</a>: <q class="text">nháp của Hoa</q>' in answer.text
    assert fields_of(answer)["II.1.result"] == "nháp của Bình"
    assert season.rows(Draft)[0].typed["II.1.result"] == "nháp của Hoa"
    assert season.browser.post(link, "save", fields_of(answer)).status_code == 303
    assert season.rows(Draft)[0].typed["II.1.result"] == "nháp của Bình"


def test_drafts_merge_by_field_and_only_a_field_that_two_changed_is_told(season: Season) -> None:
    link = season.link()
    hers = filled(season, link, II_1_result="của Hoa", II_2_result="Hoa viết trước")
    his = filled(season, link, II_1_percent="40", II_2_result="Bình viết sau", II_3_nothing="yes")
    assert season.browser.post(link, "save", hers).status_code == 303
    answer = season.browser.post(link, "save", his)
    assert answer.status_code == 409
    shown = fields_of(answer)
    assert (shown["II.1.result"], shown["II.1.percent"], shown["II.3.nothing"]) == ("của Hoa", "40", "yes")
    assert shown["II.2.result"] == "Bình viết sau"
    saved = fields_of(season.browser.get(link))
    assert (saved["II.1.result"], saved["II.1.percent"], saved["II.3.nothing"]) == ("của Hoa", "40", "yes")
    assert saved["II.2.result"] == "Hoa viết trước"


def test_what_a_colleague_saved_meanwhile_stays_when_a_page_is_sent(season: Season) -> None:
    link = season.link()
    mine = filled(season, link, II_2_status="not_started", II_1_difficulties="tạm ghi")
    season.browser.post(link, "save", mine)
    mine = filled(season, link) | {"II.1.difficulties": ""}
    season.browser.post(link, "save", filled(season, link, II_1_result="của Hoa"))
    assert season.browser.post(link, "send", mine).status_code == 303
    left = season.rows(Draft)[0].typed
    assert left["II.1.result"] == "của Hoa"
    assert "II.2.status" not in left
    assert "II.1.difficulties" not in left


def test_sending_does_not_throw_away_a_draft_that_was_not_seen(season: Season) -> None:
    link = season.link()
    mine = filled(season, link, II_2_status="not_started")
    season.browser.post(link, "save", filled(season, link, II_1_result="nháp của Hoa"))
    assert season.browser.post(link, "send", mine).status_code == 303
    assert fields_of(season.browser.get(link))["II.1.result"] == "nháp của Hoa"


def test_an_old_draft_does_not_hide_that_something_else_was_sent_since(season: Season) -> None:
    link = season.link()
    season.browser.post(link, "save", filled(season, link, II_1_status="under_way", II_1_result="Bản nháp cũ"))
    say(season, "II.1", "Bản mới hơn", by="Bình")
    say(season, "II.2", "Chỉ có bản này", by="Bình")
    page = fields_of(season.browser.get(link))
    assert page["II.2.result"] == "Chỉ có bản này"
    answer = season.browser.post(link, "send", page)
    assert answer.status_code == 422
    assert "Bình đã gửi nội dung khác" in answer.text


def test_an_accepted_answer_is_shown_and_cannot_be_changed(season: Season) -> None:
    link = season.link()
    say(season, "II.1", "Đã xong phần này")
    typed = filled(season, link, II_2_status="not_started")
    with writing(season.engine) as session:
        accept(session, [session.get_one(Duty, season.duties()["II.1"].id)], "đầu mối", season.settings.now())
    page = season.browser.get(link)
    assert "Đã duyệt" in page.text
    assert "Đã xong phần này" in page.text
    assert "II.1.result" not in fields_of(page)
    told = season.browser.post(link, "send", typed | {"II.1.result": "sửa lén", "II.1.keep": "yes"})
    assert told.status_code == 422
    assert "nội dung đã gửi được duyệt" in told.text
    assert "sửa lén" in told.text  # to be copied: it is not lost unseen
    assert season.browser.post(link, "send", fields_of(told)).status_code == 303
    assert "sửa lén" not in {update.result for update in season.rows(Update)}
    assert season.duties()["II.1"].state is DutyState.ACCEPTED


def test_a_returned_answer_shows_the_comment_and_stays_owed_until_it_is_touched_or_kept(season: Season) -> None:
    link = season.link()
    say(season, "II.1", "Đã làm")
    with writing(season.engine) as session:
        duty = session.get_one(Duty, season.duties()["II.1"].id)
        give_back(session, duty, "Ghi rõ số người\n<b>từng huyện</b>", "đầu mối", season.settings.now())
    page = season.browser.get(link)
    assert "Bị trả lại" in page.text
    assert "Ghi rõ số người\n&lt;b&gt;từng huyện&lt;/b&gt;" in page.text
    season.browser.post(link, "send", filled(season, link, II_2_status="not_started"))
    assert season.duties()["II.1"].state is DutyState.RETURNED
    assert season.browser.post(link, "send", filled(season, link, II_1_keep="yes")).status_code == 303
    assert season.duties()["II.1"].state is DutyState.SUBMITTED
    assert season.duties()["II.1"].comment is None


def test_last_years_words_stand_beside_empty_fields_and_count_only_when_copied_or_confirmed(
    season: Season,
) -> None:
    say(season, "II.1", "Kết quả năm 2023", code="2023")
    say(season, "II.2", "Kết quả cũ", code="2023")
    link = season.link()
    page = season.browser.get(link)
    assert page.text.count("<strong>Năm trước đã báo cáo</strong>") == 2
    assert "Kết quả năm 2023" in page.text
    assert fields_of(page)["II.1.result"] == ""
    assert season.browser.post(link, "send", filled(season, link, II_3_status="not_started")).status_code == 303
    assert season.duties()["II.1"].state is DutyState.EXPECTED
    typed = filled(season, link, II_1_keep="yes", II_2_result="Kết quả mới", II_2_status="under_way")
    assert season.browser.post(link, "send", typed).status_code == 303
    assert {season.duties()[name].state for name in ("II.1", "II.2")} == {DutyState.SUBMITTED}
    assert {update.result for update in season.rows(Update)} >= {"Kết quả năm 2023", "Kết quả mới"}


def test_without_script_last_years_words_are_copied_into_the_fields_that_are_empty(season: Season) -> None:
    say(season, "II.1", "Kết quả năm 2023", code="2023")
    link = season.link()
    answer = season.browser.post(link, "copy:II.1", filled(season, link, II_1_percent="40", II_2_result="viết dở"))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{link}#II.1")
    fields = fields_of(season.browser.get(link))
    assert fields["II.1.result"] == "Kết quả năm 2023"
    assert (fields["II.1.percent"], fields["II.2.result"]) == ("40", "viết dở")
    before = season.rows(Draft)[0].typed
    assert season.browser.post(link, "copy:II.9", fields).status_code == 303  # of nothing
    assert season.rows(Draft)[0].typed == before


def test_without_script_saving_leads_back_to_where_something_was_written(season: Season) -> None:
    link = season.link()
    answer = season.browser.post(link, "save", filled(season, link, II_2_result="viết dở"))
    assert answer.headers["location"] == f"{link}#II.2"
    answer = season.browser.post(link, "save", filled(season, link, II_1_result="viết dở"))
    assert answer.headers["location"] == f"{link}#II.1"


def test_a_successors_page_shows_its_predecessors_duties(
    engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    season = open_season(engine, make_settings, plan_text(merged_since="2024-10-10"))
    link = season.link("so-a")
    page = season.browser.get(link).text
    assert "Nhiệm vụ của Sở Lao động tỉnh trước khi sắp xếp" in page
    typed = filled(season, link, II_5_status="under_way", II_5_result="Tiếp nhận")
    assert season.browser.post(link, "send", typed).status_code == 303
    assert season.duties()["II.5"].state is DutyState.SUBMITTED


def test_a_link_given_before_a_merger_still_opens_its_own_duties_and_no_more(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    season = open_season(sqlite_engine, make_settings, plan_text(merged_since="2024-10-10"))
    fields = fields_of(season.browser.get(season.link("so-b")))
    assert "II.5.result" in fields
    assert "II.1.result" not in fields


def test_a_successors_page_is_the_same_as_ever_until_the_day_of_the_merger(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    season = open_season(sqlite_engine, make_settings, plan_text(merged_since="2024-10-16"))
    assert "II.5.result" not in fields_of(season.browser.get(season.link("so-a")))


def test_a_closed_period_is_shown_with_the_reason_and_takes_nothing(season: Season) -> None:
    link = season.link()
    typed = filled(season, link, II_1_status="under_way", II_1_result="Đến muộn")
    with writing(season.engine) as session:
        session.execute(sa.update(Period).values(closes=season.settings.now().date() - timedelta(days=2)))
    before = season.dump()
    page = season.browser.get(link)
    assert page.status_code == 200
    assert "Kỳ báo cáo đã khóa" in page.text
    assert "<button" not in page.text
    for action in ("send", "save"):
        answer = season.browser.post(link, action, typed)
        assert answer.status_code == 409
        assert "Đến muộn" in answer.text
    assert season.dump() == before


def test_the_day_in_vietnam_decides_whether_a_draft_comes_too_late(quiet_season: Season) -> None:
    with writing(quiet_season.engine) as session:
        in_time = datetime(2024, 12, 31, 16, 59, tzinfo=UTC)
        case = open_case(session, quiet_season.settings, "2024", "so-a", in_time)
        assert save_draft(case, {}) == []
        with pytest.raises(PeriodClosed):
            save_draft(replace(case, now=in_time + timedelta(minutes=1)), {})


def test_the_targets_have_the_plans_value_and_last_years(season: Season) -> None:
    with writing(season.engine) as session:
        period = session.scalars(sa.select(Period).where(Period.code == "2023")).one()
        session.add(
            Figure(
                period_id=period.id,
                target_id="htx-moi",
                agency_id="so-a",
                revision=1,
                value=4,
                said_by="x",
                said_at=season.settings.now(),
                way="page",
            )
        )
    page = season.browser.get(season.link()).text
    assert "ít nhất 10 HTX" in page
    assert "Kỳ trước: 4 HTX" in page


def test_illustrative_data_is_marked_on_every_page_and_row(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    season = open_season(sqlite_engine, make_settings, illustration="1")
    link = season.link()
    season.browser.post(link, "send", filled(season, link, II_1_status="not_started"))
    assert season.rows(Update)[0].illustration
    for path in ("/", link, f"{link}/bien-nhan", "/khong-co"):
        assert "DỮ LIỆU MINH HỌA" in season.browser.get(path).text


def test_a_page_of_28_activities_weighs_less_than_100_kb(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    season = open_season(sqlite_engine, make_settings, plan_text(28))
    page = season.browser.get(season.link())
    assert len(fields_of(page)) > 28 * 6
    assert len(page.content) < 100_000


def test_every_field_has_a_label_and_every_description_exists(quiet_season: Season) -> None:
    link = quiet_season.link()
    typed = filled(quiet_season, link, II_1_percent="x", II_1_status="done") | {"figure.htx-moi": "x"}
    page = quiet_season.browser.post(link, "send", typed).text
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    named = re.findall(r'aria-describedby="([^"]+)"', page)
    assert {one for names in named for one in names.split()} <= set(ids)
    labelled = set(re.findall(r'<label for="([^"]+)"', page))
    assert labelled <= set(ids)
    for tag in re.findall(r"<(?:textarea|input)[^>]*>", page):
        if not re.search('type="(hidden|radio|checkbox)"', tag):
            assert tag.split(' id="')[1].split('"')[0] in labelled, tag


HOSTILE = [
    "<script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<svg/onload=alert(1)>",
    "</p></dd></dl><iframe src=//x.example>",
    "{{ 7 * 7 }}{% include 'x' %}",
    "${7*7}#{7*7}",
    "<!-- x --><base href=//x.example>",
    "]]><![CDATA[<b>x</b>",
    "&lt;script&gt;&#x3C;b&#x3E;",
    "javascript:alert(1)",
    "</title><meta http-equiv=refresh content=0>",
    "<form action=//x.example><button>Gửi</button></form>",
    "\u202etxt.exe \ufeff<b>đậm</b>",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_an_agency_writes_is_text_and_never_markup(quiet_season: Season, hostile: str) -> None:
    link = quiet_season.link()

    def shapes(text: str) -> list[tuple[list[str], set[str]]]:
        parts = {f"II_1_{name}": text for name in ("result", "difficulties", "causes", "proposals")}
        typed = filled(quiet_season, link, II_1_status="under_way", said_by=text, **parts)
        faulty = quiet_season.browser.post(link, "send", typed | {"II.2.percent": text})
        assert quiet_season.browser.post(link, "send", typed).status_code == 303
        pages = [faulty, quiet_season.browser.get(link), quiet_season.browser.get(f"{link}/bien-nhan")]
        seen = [read_html(page.text) for page in pages]
        kept = composed(text)
        assert all(kept in composed(one.text) for one in seen)
        assert seen[1].fields["II.1.result"] == kept
        return [(one.tags, one.attributes) for one in seen]

    quiet_season.browser.post(link, "send", filled(quiet_season, link, II_1_status="not_started"))
    assert shapes(hostile) == shapes("lành")
