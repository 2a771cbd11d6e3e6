"""A season run from the desk: what its pages show, and what their buttons do, under the person's own name."""

import ast
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import httpx
import pytest
import sqlalchemy as sa
from answering import ROOT
from desk_visits import HOME, PEOPLE, Visitor, signed_in, text_of, with_people
from factories_web import Browser, Season, fields_of, open_season, plan_text
from test_web_coordinator import put_reply, say

from tracker.letters.send import send_queued
from tracker.papers.files import FORMATS
from tracker.progress import DutyState
from tracker.remind.queue import queue_today
from tracker.review.decide import give_back
from tracker.settings import Settings
from tracker.store.engine import reading, writing
from tracker.store.letters import find_letter
from tracker.store.periods import find_period
from tracker.store.plans import plan_in_force
from tracker.store.tables import Bounce, Decision, Duty, JournalEntry, Letter, Pause, Period, PlanVersion, Report
from tracker.web.app import create_app
from tracker.web.desk.journal import DID_WORDS
from tracker.web.desk.letters import KINDS

WHO = PEOPLE["coordinator"][0]


@pytest.fixture
def season(engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    return open_season(engine, make_settings, with_people())


@pytest.fixture
def quiet(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    return open_season(sqlite_engine, make_settings, with_people())


def on(season: Season, day: date) -> Season:
    """Return the season with a browser on a later day."""
    settings = season.settings.on(day)
    return replace(season, settings=settings, browser=Browser(create_app(season.engine, settings)))


def journal(season: Season) -> list[tuple[str, str]]:
    return [(line.who, line.did) for line in season.rows(JournalEntry)]


def test_the_first_page_says_how_far_each_period_is_who_is_late_and_what_waits(season: Season) -> None:
    say(season, "II.1")
    put_reply(season)
    late = on(season, date(2024, 11, 5))
    page = text_of(signed_in(late).get())
    told = ["Báo cáo năm 2024", "1/5 đầu việc", "1 báo cáo chờ duyệt", "1 thư trả lời chờ xử lý"]
    told += ["2 cơ quan quá hạn", "Báo cáo tổng hợp chưa lập", "Theo nội dung (2)", "Theo cơ quan (2)"]
    for words in told:
        assert words in page, words
    assert "Quá hạn (2)" in page


def test_the_worst_come_first_with_days_late_last_letter_and_telephone(season: Season) -> None:
    text = with_people().replace(
        "{to: b@tinh.example}", "{to: b@tinh.example, name: Chị Sáu, phone: 0296 3 852 000}"
    )
    text = text.replace("lead: so-b}", "lead: so-b, due: 2024-10-21}")
    visitor = signed_in(season)
    look = visitor.ask("POST", f"{HOME}/ke-hoach", data={"dau": fields_of(visitor.get())["dau"], "action": "look"},
                       files={"tep": ("k.yaml", text.encode())})  # fmt: skip
    assert visitor.follow(visitor.post("/ke-hoach", look, action="apply")).status_code == 200
    late = on(season, date(2024, 11, 5))
    queue_today(late.engine, late.settings)
    page = text_of(signed_in(late).get())
    assert page.index("Sở Lao động 11 1") < page.index("Sở Công Thương 5 4")
    assert "0296 3 852 000 (Chị Sáu)" in page
    assert "đang chờ" in page


def test_every_number_of_the_first_page_leads_to_a_list_of_as_many(quiet: Season) -> None:
    say(quiet, "II.1")
    visitor = signed_in(on(quiet, date(2024, 11, 5)))
    pattern = r'href="(/ban-lam-viec/viec\?[^"]+)"[^>]*>(?:<strong>)?(\d+)(?:/(\d+))?'
    links = re.findall(pattern, visitor.get().text)
    assert len(links) > 10
    for path, part, whole in links:
        number = part if "trang-thai" in path else whole
        listed = text_of(visitor.ask("GET", path.replace("&amp;", "&")))
        assert f"{number} đầu việc" in listed, path


def test_a_list_is_fetched_as_a_table_in_which_nothing_runs(quiet: Season) -> None:
    say(quiet, "II.1", by="=cmd|x")
    visitor = signed_in(quiet)
    table = visitor.get("/viec?ky=2024&dang=csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.startswith("\ufeffKỳ,Số TT")
    assert len(table.text.splitlines()) == 6
    assert "\n=" not in visitor.get("/nhat-ky?dang=csv").text.replace(",=", "\n=")
    assert visitor.get("/thu?dang=csv").status_code == 200


def test_what_is_decided_stands_under_the_signed_in_persons_name_whatever_is_sent(season: Season) -> None:
    say(season, "II.1")
    say(season, "II.2")
    visitor = signed_in(season, "reviewer")
    page = visitor.get("/ky/2024/duyet")
    assert 'name="reviewer"' not in page.text
    answer = visitor.post("/ky/2024/duyet", page, action="accept", reviewer="Kẻ mạo danh")
    assert "Đã duyệt 2 báo cáo" in text_of(visitor.follow(answer))
    assert {decision.who for decision in season.rows(Decision)} == {PEOPLE["reviewer"][0]}


def test_the_coordinator_reminds_those_she_chose_after_she_saw_the_letter_and_once_a_day(season: Season) -> None:
    visitor = signed_in(season)
    page = visitor.get("/ky/2024/nhac?xem=so-a")
    assert "Thư sẽ gửi Sở Công Thương" in text_of(page)
    assert "a@tinh.example" in text_of(page)
    assert season.rows(Letter) == []
    assert "Chưa chọn cơ quan nào" in text_of(visitor.post("/ky/2024/nhac", action="send"))
    answer = visitor.post("/ky/2024/nhac", action="send", **{"co-quan.so-a": "1"})
    assert "Đã xếp hàng 1 thư nhắc" in text_of(visitor.follow(answer))
    visitor.settle()
    [letter] = season.rows(Letter)
    assert (letter.agency_id, letter.state, letter.kind) == ("so-a", "sent", "remind")
    assert (WHO, "reminded at once") in journal(season)
    again = visitor.post("/ky/2024/nhac", page, action="send", **{"co-quan.so-a": "1"})
    assert again.status_code == 422
    assert len(season.rows(Letter)) == 1
    assert "Đã nhắc hôm nay" in text_of(visitor.get("/ky/2024/nhac"))
    queued = queue_today(season.engine, season.settings)
    assert [reminder.agency.id for reminder in queued.fresh] == ["so-b"], "the day's stage is told already"


def test_a_reminder_beyond_the_stages_leaves_as_well(season: Season) -> None:
    queue_today(season.engine, season.settings)
    send_queued(season.engine, season.settings)
    tomorrow = on(season, season.settings.today() + timedelta(days=1))
    assert queue_today(tomorrow.engine, tomorrow.settings).fresh == ()
    visitor = signed_in(tomorrow)
    visitor.follow(visitor.post("/ky/2024/nhac", action="send", **{"co-quan.so-a": "1", "co-quan.so-b": "1"}))
    visitor.settle()
    keys = [letter.key for letter in season.rows(Letter)]
    assert len(keys) == 4
    assert sum(key.endswith("+2") for key in keys) == 2


def test_a_letter_is_read_withdrawn_and_sent_again_from_its_page(season: Season) -> None:
    queue_today(season.engine, season.settings)
    visitor = signed_in(season)
    letter = season.rows(Letter)[0]
    page = visitor.get(f"/thu/{letter.id}")
    assert letter.subject in text_of(page)
    assert "link.invalid" not in page.text
    assert "Đã rút thư" in text_of(visitor.follow(visitor.post(f"/thu/{letter.id}", action="cancel")))
    assert "Chưa làm được" in text_of(visitor.post(f"/thu/{letter.id}", page, action="cancel"))
    assert "Đã xếp hàng lại" in text_of(visitor.follow(visitor.post(f"/thu/{letter.id}", action="retry")))
    visitor.settle()
    assert season.rows(Letter)[0].state == "sent"
    assert journal(season)[-2:] == [(WHO, "made a letter withdrawn"), (WHO, "made a letter queued")]


def test_a_bounce_is_seen_on_the_first_page_and_at_the_agency(quiet: Season) -> None:
    queue_today(quiet.engine, quiet.settings)
    with writing(quiet.engine) as session:
        letter = find_letter(session, next(one.key for one in quiet.rows(Letter) if one.agency_id == "so-a"))
        letter.state, letter.reply = "bounced", "550 hộp thư đầy"
        session.add(Bounce(address="a@tinh.example", letter_id=letter.id, reason="550", at=quiet.settings.now()))
    visitor = signed_in(quiet)
    assert "1 cơ quan không gửi thư được" in text_of(visitor.get())
    assert "550 hộp thư đầy" in text_of(visitor.get("/co-quan/so-a"))
    assert "550 hộp thư đầy" in text_of(visitor.get("/thu?trang-thai=bounced"))


def test_an_agencys_link_is_copied_sent_anew_and_withdrawn(season: Season) -> None:
    visitor = signed_in(season)

    def link(action: str) -> str:
        page = visitor.post("/co-quan/so-a", action=action)
        found = re.search(r"http://127\.0\.0\.1:8305(/b/\S+?)<", page.text)
        assert found, text_of(page)
        return found[1]

    first = link("copy")
    assert season.browser.get(first).status_code == 200
    assert link("copy") == first
    second = link("renew")
    assert (season.browser.get(first).status_code, season.browser.get(second).status_code) == (404, 200)
    assert "Đang gửi đường dẫn" in text_of(visitor.follow(visitor.post("/co-quan/so-a", action="send")))
    visitor.settle()
    [letter] = season.rows(Letter)
    assert (letter.kind, letter.state) == ("link", "sent")
    assert "đã hết hiệu lực" not in letter.text
    visitor.follow(visitor.post("/co-quan/so-a", action="withdraw"))
    assert season.browser.get(second).status_code == 404
    assert [one for one in journal(season) if one[0] == WHO][-3:] == [
        (WHO, "withdrew the links"), (WHO, "sent the link"), (WHO, "withdrew the links"),
    ]  # fmt: skip


def test_reminders_are_paused_for_a_reason_until_a_day_and_resumed(quiet: Season) -> None:
    visitor = signed_in(quiet)
    faulty = visitor.post("/co-quan/so-a", action="pause", **{"den-ngay": "", "ly-do": ""})
    assert faulty.status_code == 422
    assert "Chưa ghi lý do tạm dừng. Chưa chọn ngày cuối tạm dừng." in text_of(faulty)
    past = visitor.post("/co-quan/so-a", action="pause", **{"den-ngay": "2024-10-01", "ly-do": "Bận"})
    assert "Ngày 01/10/2024 đã qua" in text_of(past)
    done = visitor.post("/co-quan/so-a", action="pause", **{"den-ngay": "2024-10-20", "ly-do": "Sở xin lùi"})
    assert "đến hết 20/10/2024" in text_of(visitor.follow(done))
    [pause] = quiet.rows(Pause)
    assert (pause.paused_by, pause.reason) == (WHO, "Sở xin lùi")
    assert "Sở Công Thương" not in text_of(visitor.get("/ky/2024/nhac"))
    visitor.follow(visitor.post("/co-quan/so-a", action="resume"))
    assert "Sở Công Thương" in text_of(visitor.get("/ky/2024/nhac"))


def test_an_ad_hoc_period_is_opened_with_a_choice_extended_closed_and_opened_again(season: Season) -> None:
    visitor = signed_in(season)
    faulty = visitor.post("/ky", action="adhoc", ma="đột xuất", ten="", han="")
    assert faulty.status_code == 422
    assert fields_of(faulty)["ma"] == "đột xuất"
    typed = {"ma": "dot-xuat-1", "ten": "Theo yêu cầu", "han": "2024-12-10", "khoa": "2024-12-20"}
    answer = visitor.post("/ky", action="adhoc", **typed, **{"co-quan.so-a": "1", "hoat-dong.II.1": "1"})
    assert "Đã mở kỳ báo cáo" in text_of(visitor.follow(answer))
    assert [duty.agency_id for duty in season.duties("dot-xuat-1").values()] == ["so-a"]
    assert "Chưa ghi lý do" in text_of(visitor.post("/ky/dot-xuat-1", khoa="2024-12-31"))
    moved = {"khoa": "2024-12-31", "ly-do": "Sở xin thêm ngày"}
    assert "Đã đổi ngày khóa" in text_of(visitor.follow(visitor.post("/ky/dot-xuat-1", **moved)))
    assert "trước hạn" in text_of(visitor.post("/ky/dot-xuat-1", **(moved | {"khoa": "2024-12-01"})))
    later = signed_in(on(season, date(2025, 1, 6)))
    assert "Mở lại kỳ" in text_of(later.get("/ky/dot-xuat-1"))
    later.follow(later.post("/ky/dot-xuat-1", **(moved | {"khoa": "2025-01-15"})))
    with reading(season.engine) as session:
        assert find_period(session, "dot-xuat-1").closes == date(2025, 1, 15)
    last = season.rows(JournalEntry)[-1]
    assert (last.who, last.detail["reason"]) == (WHO, "Sở xin thêm ngày")


def test_the_plans_own_period_is_opened_by_a_button(quiet: Season) -> None:
    visitor = signed_in(on(quiet, date(2025, 10, 6)))
    assert "chưa mở" not in text_of(visitor.get()), "what cannot be opened is not asked for"
    typed = {"dau": fields_of(visitor.get("/ky"))["dau"], "ma": "2025", "action": "ruled"}
    answer = visitor.ask("POST", f"{HOME}/ky", data=typed)
    assert answer.status_code == 422, "no activity of the made-up plan is of 2025"
    assert "không có hoạt động nào" in text_of(answer)
    assert len(quiet.rows(Period)) == 2


def test_a_memo_is_made_final_over_a_returned_report_where_it_names_that_one(season: Season) -> None:
    say(season, "II.1")
    visitor = signed_in(season)
    at = "/ky/2024/bao-cao"
    with writing(season.engine) as session:
        [duty] = session.scalars(sa.select(Duty).where(Duty.state == DutyState.SUBMITTED)).all()
        give_back(session, duty, "Ghi rõ số người", "đầu mối", season.settings.now())
    assert "đã trả lại mà chưa gửi lại: II.1 (Sở Công Thương)" in text_of(visitor.post(at, action="final"))
    said = visitor.follow(visitor.post(at, action="final", **{"neu-tra-lai": "1"}))
    assert "Đã chốt báo cáo" in text_of(said)


def test_the_memo_is_compiled_written_made_final_fetched_and_opened_again(season: Season) -> None:
    say(season, "II.1")
    visitor = signed_in(season)
    at = "/ky/2024/bao-cao"
    assert "Đã lập xong báo cáo" in text_of(visitor.follow(visitor.post(at, action="compile")))
    words = visitor.post(at, action="keep", opening="Thực hiện Kế hoạch,", closing="Trân trọng./.")
    assert "Đã lưu lời mở đầu" in text_of(visitor.follow(words))
    refused = text_of(visitor.post(at, action="final"))
    assert "Còn 1 báo cáo chờ duyệt: II.1 (Sở Công Thương); duyệt hoặc trả lại trước khi chốt." in refused
    visitor.follow(visitor.post("/ky/2024/duyet", action="accept"))
    assert "Đã chốt báo cáo" in text_of(visitor.follow(visitor.post(at, action="final")))
    memos = season.rows(Report)
    assert [memo.final for memo in memos] == [False, True]
    assert {memo.compiled_by for memo in memos} == {WHO}
    assert "Thực hiện Kế hoạch," in memos[1].snapshot
    for form in FORMATS:
        answer = visitor.get(f"{at}/2.{form}?so=35")
        assert answer.status_code == 200
        assert f"bao-cao-2024-2-chinh-thuc.{form}" in answer.headers["content-disposition"]
    assert "35" in text_of(visitor.get(f"{at}/2.html?so=35"))
    assert "Số văn bản là số từ 1 đến 99999" in text_of(visitor.get(f"{at}/2.html?so=không"))
    assert "Chưa ghi lý do bỏ chốt" in text_of(visitor.post(at, action="reopen"))
    reopened = visitor.post(at, action="reopen", **{"ly-do": "Bổ sung số liệu"})
    assert "Đã bỏ chốt" in text_of(visitor.follow(reopened))
    assert not any(memo.final for memo in season.rows(Report))


def test_of_two_who_write_the_memos_words_at_once_the_second_loses_nothing(quiet: Season) -> None:
    visitor = signed_in(quiet)
    at = "/ky/2024/bao-cao"
    shown = visitor.get(at)
    assert visitor.post(at, shown, action="keep", opening="Lời thứ nhất").status_code == 303
    late = visitor.post(at, shown, action="keep", opening="Lời thứ hai")
    assert late.status_code == 409
    assert fields_of(late)["opening"] == "Lời thứ hai"
    assert "Lời thứ nhất" in text_of(late)
    assert visitor.post(at, late, action="keep").status_code == 303


def upload(visitor: Visitor, text: str) -> httpx.Response:
    typed = {"dau": fields_of(visitor.get("/ke-hoach"))["dau"], "action": "look"}
    return visitor.ask("POST", f"{HOME}/ke-hoach", data=typed, files={"tep": ("k.yaml", text.encode())})


def test_an_edited_plan_shows_its_faults_by_line_then_its_difference_and_is_applied(season: Season) -> None:
    visitor = signed_in(season)
    faulty = upload(visitor, with_people().replace("lead: so-b", "lead: so-x"))
    assert faulty.status_code == 422
    assert re.search(r"activities\.yaml:\d+:\d+: II\.5\.lead", text_of(faulty))
    edited = with_people().replace("a@tinh.example", "moi@tinh.example")
    shown = upload(visitor, edited)
    assert "moi@tinh.example" in text_of(shown)
    assert len(season.rows(PlanVersion)) == 1, "looking applies nothing"
    assert "Đã áp dụng kế hoạch" in text_of(visitor.follow(visitor.post("/ke-hoach", shown, action="apply")))
    assert season.rows(PlanVersion)[-1].applied_by == WHO
    with reading(season.engine) as session:
        assert plan_in_force(session)[1].agencies["so-a"].contacts[0].to == "moi@tinh.example"
    assert visitor.get("/ke-hoach/activities.yaml").text == edited
    stale = visitor.post("/ke-hoach", shown, action="apply")
    assert stale.status_code == 409
    assert "đã áp dụng một bản khác" in text_of(stale)


def test_answers_that_a_plan_displaces_have_to_be_agreed_to_by_their_number(season: Season) -> None:
    say(season, "II.5")
    visitor = signed_in(season)
    shown = upload(visitor, with_people(plan_text().replace("lead: so-b}", "lead: so-a}")))
    assert "Để đồng ý, ghi số đầu việc và chỉ tiêu bị chuyển: 1" in text_of(shown)
    for typed in ("", "2", "x"):
        refused = visitor.post("/ke-hoach", shown, action="apply", **{"dong-y": typed})
        assert refused.status_code == 422
    assert len(season.rows(PlanVersion)) == 1
    done = visitor.follow(visitor.post("/ke-hoach", shown, action="apply", **{"dong-y": "1"}))
    assert "Đã áp dụng kế hoạch" in text_of(done)


def test_nobody_shuts_themselves_out_by_a_plan_they_apply(quiet: Season) -> None:
    without = with_people().replace(f"email: {PEOPLE['coordinator'][1]}", "email: khac@tinh.example")
    answer = upload(signed_in(quiet), without)
    assert answer.status_code == 422
    assert "không còn là đầu mối hoặc quản trị" in text_of(answer)


def test_the_matrix_shows_every_activity_by_period_with_its_standing(quiet: Season) -> None:
    say(quiet, "II.1")
    page = signed_in(on(quiet, date(2024, 11, 5))).get("/ma-tran")
    assert "II.1 Hoạt động thứ 1" in text_of(page)
    assert 'class="m-submitted">Đang thực hiện 60 %' in page.text
    assert page.text.count('class="m-late"') == 9


def test_the_matrix_counts_the_leads_of_a_row_and_shows_the_tasks_beside_it(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    text = with_people().replace("lead: so-b}", "lead: [so-a, so-b]}")
    text = text.replace("activities:\n", "  - {id: VI, title: Nhiệm vụ khác, part: tasks}\nactivities:\n")
    task = "  - {id: VI.1, title: Phổ biến kế hoạch, content: VI, years: [2024, 2025], lead: hoi}"
    season = open_season(sqlite_engine, make_settings, text.replace("targets:\n", f"tasks:\n{task}\ntargets:\n"))
    say(season, "II.5")
    page = signed_in(season).get("/ma-tran")
    assert '<td class="m-expected">1/2 đã báo cáo</td>' in page.text
    assert "VI. Nhiệm vụ khác VI.1 Phổ biến kế hoạch Hội LHPN" in text_of(page)
    assert text_of(page).endswith("chưa báo cáo x"), "the task is asked in 2024 and will be in 2025"
    late = signed_in(on(season, date(2024, 11, 5))).get("/ma-tran")
    assert '<td class="m-late">1/2 đã báo cáo<br>quá hạn</td>' in late.text


def test_an_activity_has_its_whole_history_and_the_journal_its_words(quiet: Season) -> None:
    say(quiet, "II.1", code="2023", result="Năm ngoái")
    say(quiet, "II.1", result="Năm nay")
    visitor = signed_in(quiet)
    visitor.follow(visitor.post("/ky/2024/duyet", action="accept"))
    page = text_of(visitor.get("/hoat-dong/II.1"))
    assert page.index("Năm nay") < page.index("Năm ngoái")
    assert f"{WHO} duyệt báo cáo: II.1, Sở Công Thương (kỳ 2024)" in page
    assert "duyệt báo cáo" in text_of(visitor.get("/nhat-ky?viec=accepted"))
    assert "Không có dòng nào" in text_of(visitor.get("/nhat-ky?ai=khong-ai"))
    assert "đăng nhập" in text_of(visitor.get("/nhat-ky?tu=2024-10-15&den=2024-10-15"))


def test_the_years_letters_are_shown_in_advance(quiet: Season) -> None:
    page = text_of(signed_in(quiet).get("/lich?nam=2024"))
    assert "trước hạn 5 ngày làm việc" in page
    assert "Kế hoạch không có kỳ báo cáo nào" in text_of(signed_in(quiet).get("/lich?nam=1999"))


def test_an_answer_that_came_meanwhile_is_not_accepted_unseen(quiet: Season) -> None:
    say(quiet, "II.1")
    visitor = signed_in(quiet)
    shown = visitor.get("/ky/2024/duyet")
    say(quiet, "II.1", result="Khác")
    visitor.post("/ky/2024/duyet", shown, action="accept")
    assert quiet.duties()["II.1"].state is DutyState.SUBMITTED


def test_what_is_unticked_stays_waiting(quiet: Season) -> None:
    say(quiet, "II.1")
    say(quiet, "II.2")
    visitor = signed_in(quiet)
    shown = fields_of(visitor.get("/ky/2024/duyet"))
    left = f"take.{quiet.duties()['II.1'].id}"
    del shown[left]
    answer = visitor.ask("POST", f"{HOME}/ky/2024/duyet", data=shown | {"action": "accept"})
    assert "Đã duyệt 1 báo cáo" in text_of(visitor.follow(answer))
    states = {activity: duty.state for activity, duty in quiet.duties().items()}
    assert (states["II.1"], states["II.2"]) == (DutyState.SUBMITTED, DutyState.ACCEPTED)


def test_all_of_an_agency_are_accepted_by_one_button_and_the_next_agency_is_a_link(quiet: Season) -> None:
    for activity in ("II.1", "II.2", "II.5"):
        say(quiet, activity)
    visitor = signed_in(quiet)
    page = visitor.get("/ky/2024/duyet/so-a")
    assert "tiếp: Sở Lao động (1 chờ duyệt)" in text_of(page)
    done = visitor.follow(visitor.post("/ky/2024/duyet/so-a", page, action="accept-all"))
    assert "Đã duyệt 2 báo cáo" in text_of(done)
    link = re.search(r'href="([^"]+)">tiếp: Sở Lao động', done.text)
    assert link
    following = visitor.ask("GET", link[1].replace("&amp;", "&"))
    assert "tiếp:" not in text_of(following)


def test_all_of_an_agency_are_not_accepted_where_one_was_sent_again_meanwhile(quiet: Season) -> None:
    say(quiet, "II.1")
    say(quiet, "II.2")
    visitor = signed_in(quiet)
    page = visitor.get("/ky/2024/duyet/so-a")
    say(quiet, "II.2", result="Khác")
    assert visitor.post("/ky/2024/duyet/so-a", page, action="accept-all").status_code == 409
    assert quiet.duties()["II.1"].state is DutyState.SUBMITTED


def test_last_years_answer_stands_beside_and_what_changed_since_the_last_revision_is_marked(quiet: Season) -> None:
    say(quiet, "II.1", code="2023", result="Năm ngoái mở 1 lớp")
    say(quiet, "II.1", result="Đã mở 2 lớp tập huấn")
    say(quiet, "II.1", result="Đã mở 3 lớp tập huấn", percent=70)
    page = signed_in(quiet).get("/ky/2024/duyet/so-a")
    assert "Đã mở <del>2</del><ins>3</ins> lớp tập huấn" in page.text
    assert "<del>60</del><ins>70</ins>" in page.text
    assert "Năm ngoái mở 1 lớp" in text_of(page)


def test_an_agencys_address_is_changed_as_a_change_of_the_plan_that_is_shown_and_applied(quiet: Season) -> None:
    visitor = signed_in(quiet)
    wrong = visitor.post("/co-quan/so-a", action="contact", cu="a@tinh.example", moi="không phải")
    assert wrong.status_code == 422
    strange = visitor.post("/co-quan/so-a", action="contact", cu="b@tinh.example", moi="c@tinh.example")
    assert "sửa tệp rồi tải lên" in text_of(strange)
    shown = visitor.post("/co-quan/so-a", action="contact", cu="a@tinh.example", moi="moi@tinh.example")
    assert "moi@tinh.example" in text_of(shown)
    assert len(quiet.rows(PlanVersion)) == 1
    visitor.follow(visitor.post("/ke-hoach", shown, action="apply"))
    with reading(quiet.engine) as session:
        _, plan = plan_in_force(session)
    assert [one.to for one in plan.agencies["so-a"].contacts] == ["moi@tinh.example"]
    assert quiet.rows(PlanVersion)[-1].applied_by == WHO


def test_every_verb_of_the_journal_and_kind_of_letter_has_its_words() -> None:
    verbs, kinds = set(), set()
    for file in (ROOT / "src" / "tracker").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", "")
            given = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            verbs |= {given[0]} if name == "note" and given else set()
            kinds |= {given[0]} if name in {"queue_letter", "compose_letter"} and given else set()
    assert verbs - {None} <= set(DID_WORDS)
    assert len(verbs) > 15
    assert kinds <= set(KINDS)
    assert len(kinds) > 5


def test_an_answer_of_a_closed_period_is_not_returned_and_no_command_is_told(quiet: Season) -> None:
    say(quiet, "II.1")
    visitor = signed_in(quiet)
    page = visitor.get("/ky/2024/duyet/so-a")
    with writing(quiet.engine) as session:
        period = find_period(session, "2024")
        period.due = period.closes = quiet.settings.today() - timedelta(days=1)
    duty = quiet.duties()["II.1"].id
    typed = {f"choice.{duty}": "return", f"comment.{duty}": "Ghi rõ"}
    answer = visitor.post("/ky/2024/duyet/so-a", page, action="decide", **typed)
    assert answer.status_code == 409
    assert "mở lại trước khi trả lại" in text_of(answer)
    assert "tracker" not in text_of(answer)
