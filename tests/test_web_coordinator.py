"""The coordinator's pages, over the whole application: what is shown is what is accepted, and by whom."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from urllib.parse import quote

import httpx
import pytest
import sqlalchemy as sa
from answering import outbox_row
from factories_web import Browser, Season, fields_of, open_season, plan_text, read_html
from test_web_evidence import give

from tracker.answers.checks import Answer
from tracker.answers.record import Signed, record_answers
from tracker.progress import DutyState, UpdateStatus
from tracker.review.sight import Sight
from tracker.settings import Settings
from tracker.store.engine import writing
from tracker.store.letters import queue_letters
from tracker.store.links import link_for, token_of, withdraw_links
from tracker.store.messages import noted, record_message
from tracker.store.periods import change_closing, find_period
from tracker.store.tables import (
    Bounce,
    Decision,
    Duty,
    Evidence,
    Figure,
    JournalEntry,
    Letter,
    Message,
    Purpose,
    Update,
)
from tracker.web.app import create_app

WHO = "Cán bộ tổng hợp (minh họa)"
OFFICER = "Chuyên viên (minh họa)"
ACCEPTED, RETURNED, SUBMITTED = DutyState.ACCEPTED, DutyState.RETURNED, DutyState.SUBMITTED


def review_link(season: Season, agency: str = "hoi", code: str = "2024") -> str:
    with writing(season.engine) as session:
        key, period = season.settings.secret_key(), find_period(session, code)
        return f"/r/{token_of(link_for(session, period, agency, key, season.settings.now(), Purpose.REVIEW), key)}"


def other_link(season: Season) -> str:
    """Return the review link of the period 2023, which still lives."""
    with writing(season.engine) as session:
        change_closing(session, find_period(session, "2023"), season.settings.today())
    return review_link(season, code="2023")


def say(season: Season, activity: str, code: str = "2024", **given: object) -> Update:
    """Let an agency answer one activity; unless `given` says otherwise, unremarkably."""
    texts = dict.fromkeys(("difficulties", "causes", "proposals"), "")
    usual = {"status": UpdateStatus.UNDER_WAY, "percent": 60, "result": f"Đã làm {activity}", **texts}
    at = given.pop("at", season.settings.now())
    said = Signed(by=str(given.pop("by", OFFICER)), at=at, way="page")  # type: ignore[arg-type]
    with writing(season.engine) as session:
        duty = session.get_one(Duty, season.duties(code)[activity].id)
        [update] = record_answers(session, {duty.id: (duty, Answer(**{**usual, **given}))}, said)
        return update


def states(season: Season) -> dict[str, DutyState]:
    return {activity: duty.state for activity, duty in season.duties().items()}


def accept_shown(season: Season, link: str, page: httpx.Response | None = None, **typed: str) -> httpx.Response:
    """Press the one button of the overview, as `page` (or the page of now) was shown."""
    fields = fields_of(page or season.browser.get(link))
    return season.browser.post(link, "accept", {**fields, "reviewer": WHO, **typed})


def decide(season: Season, page: str, shown: httpx.Response | None = None, **choices: str) -> httpx.Response:
    """Send an agency's page with `choices` by activity: `accept`, or a comment to return it with."""
    fields = fields_of(shown or season.browser.get(page)) | {"reviewer": choices.pop("reviewer", WHO)}
    for activity, choice in choices.items():
        duty = season.duties()[activity.replace("_", ".")].id
        fields[f"choice.{duty}"] = "accept" if choice == "accept" else "return"
        fields[f"comment.{duty}"] = "" if choice == "accept" else choice
    return season.browser.post(page, "decide", fields)


def put_reply(season: Season, text: str = "Đã làm xong", **given: object) -> int:
    """Put a reply to a reminder to so-a into the record, as the mailbox does; return its id."""
    with writing(season.engine) as session:
        letter = session.scalar(sa.select(Letter).where(Letter.key == "remind"))
        if letter is None:
            queue_letters(session, [outbox_row(session, "remind", agency_id="so-a")], season.settings.now())
            letter = session.scalars(sa.select(Letter).where(Letter.key == "remind")).one()
        row = {"digest": text[:60], "message_id": None, "received_at": season.settings.now(), "text": text}
        row |= {"written_at": None, "sender": "a@tinh.example", "subject": "Re: báo cáo", "kind": "reply"}
        made = record_message(session, row | {"addresses": [], "letter_id": letter.id} | given)
        assert made is not None
        return made


def follow(season: Season, answer: httpx.Response) -> httpx.Response:
    assert answer.status_code == 303, answer.text
    return season.browser.get(answer.headers["location"])


def on(season: Season, **later: int) -> Season:
    """Return the season with a browser on a later day."""
    settings = season.settings.on(season.settings.today() + timedelta(**later))
    return replace(season, settings=settings, browser=Browser(create_app(season.engine, settings)))


def test_a_link_opens_only_what_it_is_for(season: Season) -> None:
    answering, reviewing = season.link("hoi"), review_link(season)
    assert season.browser.get(reviewing).status_code == season.browser.get(answering).status_code == 200
    strange = season.browser.get("/r/" + "x" * 43)
    assert strange.status_code == 404
    crossed = [answering.replace("/b/", "/r/"), review_link(season, "so-a"), reviewing[:-1], "/r/x"]
    for path in crossed:
        for method in ("GET", "HEAD", "POST"):
            answer = season.browser.ask(method, path, **({"data": {"reviewer": WHO}} if method == "POST" else {}))
            assert (answer.status_code, answer.text in {"", strange.text}) == (404, True)
    assert season.browser.get(reviewing.replace("/r/", "/b/")).status_code == 404
    for below in ("/so-a", "/thu/1", "/tai-lieu/1"):
        assert season.browser.get("/r/" + "x" * 43 + below).text == strange.text


def test_a_link_ends_when_it_is_withdrawn_and_ninety_days_after_the_closing(quiet_season: Season) -> None:
    link = review_link(quiet_season)
    closes = 77  # days from 15 October to 31 December 2024
    assert on(quiet_season, days=closes + 89).browser.get(link).status_code == 200
    assert on(quiet_season, days=closes + 90).browser.get(link).status_code == 404
    with writing(quiet_season.engine) as session:
        period = find_period(session, "2024")
        assert withdraw_links(session, period, "hoi", quiet_season.settings.now()) == 0
        assert withdraw_links(session, period, "hoi", quiet_season.settings.now(), Purpose.REVIEW) == 1
    assert quiet_season.browser.get(link).status_code == 404


def test_the_review_goes_on_as_long_after_another_closing(quiet_season: Season) -> None:
    link = review_link(quiet_season)
    with writing(quiet_season.engine) as session:
        period = find_period(session, "2024")
        change_closing(session, period, period.closes + timedelta(days=30))
    assert on(quiet_season, days=77 + 30 + 89).browser.get(link).status_code == 200


def test_all_that_is_unremarkable_is_accepted_in_one_go_and_nothing_else(season: Season) -> None:
    link = review_link(season)
    for activity in ("II.1", "II.2", "II.5"):
        say(season, activity)
    say(season, "II.3", proposals="Cấp thêm kinh phí")
    page = season.browser.get(link)
    assert page.text.count('name="take.') == 3
    assert "Có đề xuất, kiến nghị." in page.text
    after = follow(season, accept_shown(season, link))
    assert "Đã duyệt 3 báo cáo." in after.text
    assert fields_of(after).get("reviewer") is None  # nothing plain is left, so no name is asked for
    assert states(season) == {
        "II.1": ACCEPTED, "II.2": ACCEPTED, "II.3": SUBMITTED, "II.4": DutyState.EXPECTED, "II.5": ACCEPTED
    }  # fmt: skip
    lines = [one for one in season.rows(JournalEntry) if one.did == "accepted"]
    assert {(line.who, line.detail["revision"]) for line in lines} == {(WHO, 1)}


def test_what_is_sent_again_between_showing_and_accepting_is_not_accepted_unseen(season: Season) -> None:
    link = review_link(season)
    say(season, "II.1")
    say(season, "II.2")
    shown = season.browser.get(link)
    say(season, "II.1", result="Khác hẳn")
    after = follow(season, accept_shown(season, link, shown))
    assert "Đã duyệt 1 báo cáo." in after.text
    assert "1 báo cáo vừa được gửi lại" in after.text
    assert (states(season)["II.1"], states(season)["II.2"]) == (SUBMITTED, ACCEPTED)


def test_two_coordinators_who_accept_all_at_once_accept_each_answer_once(season: Season) -> None:
    link = review_link(season)
    for activity in ("II.1", "II.2", "II.3"):
        say(season, activity)
    shown = season.browser.get(link)
    together = Barrier(2)

    def press(who: str) -> int:
        together.wait()
        answer = accept_shown(season, link, shown, reviewer=who)
        found = re.search(r"duyet=(\d+)", answer.headers["location"])
        assert found
        return int(found[1])

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, ["Mai", "Lan"])) == [0, 3]
    assert len([one for one in season.rows(JournalEntry) if one.did == "accepted"]) == 3


def test_a_link_accepts_nothing_of_another_period(quiet_season: Season) -> None:
    say(quiet_season, "II.1")
    duty = quiet_season.duties()["II.1"].id
    other = other_link(quiet_season)
    typed = {f"seen.{duty}": "1.submitted.0", "reviewer": WHO, "seen.x": "1.submitted.0", "seen.7": "x"}
    assert "duyet=0" in quiet_season.browser.post(other, "accept", typed).headers["location"]
    assert states(quiet_season)["II.1"] is SUBMITTED


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "hai\ndòng", "\x00"])
def test_nobody_accepts_without_a_name(quiet_season: Season, name: str) -> None:
    say(quiet_season, "II.1")
    for page, action in ((review_link(quiet_season), "accept"), (f"{review_link(quiet_season)}/so-a", "decide")):
        fields = fields_of(quiet_season.browser.get(page)) | {"reviewer": name}
        fields |= {f"choice.{quiet_season.duties()['II.1'].id}": "accept"}
        answer = quiet_season.browser.post(page, action, fields)
        assert answer.status_code == 422
        assert 'id="reviewer.fault"' in answer.text
    assert states(quiet_season)["II.1"] is SUBMITTED


def test_the_name_once_typed_stands_in_the_next_form(quiet_season: Season) -> None:
    link = review_link(quiet_season)
    say(quiet_season, "II.1")
    after = follow(quiet_season, decide(quiet_season, f"{link}/so-a", II_1="accept"))
    assert fields_of(after)["reviewer"] == WHO
    assert f"?nguoi-duyet={quote(WHO.replace(' ', '+'), safe='+')}" in after.text


def test_one_page_accepts_some_and_returns_others_with_a_letter_each(season: Season) -> None:
    page = f"{review_link(season)}/so-a"
    for activity in ("II.1", "II.2", "II.3"):
        say(season, activity)
    after = follow(season, decide(season, page, II_1="accept", II_2="Ghi rõ số HTX"))
    assert "Đã duyệt 1 báo cáo, trả lại 1 báo cáo." in after.text
    assert states(season)["II.1"] is ACCEPTED
    assert (season.duties()["II.2"].state, season.duties()["II.2"].comment) == (RETURNED, "Ghi rõ số HTX")
    assert states(season)["II.3"] is SUBMITTED
    [letter] = season.rows(Letter)
    assert (letter.kind, letter.agency_id, letter.to) == ("returned", "so-a", ["a@tinh.example"])
    assert "Ghi rõ số HTX" in letter.text
    assert letter.link_id is not None


def test_a_decision_on_what_changed_meanwhile_is_shown_anew_and_nothing_is_decided(season: Season) -> None:
    page = f"{review_link(season)}/so-a"
    say(season, "II.1")
    say(season, "II.2")
    shown = season.browser.get(page)
    say(season, "II.2", result="Bản mới")
    answer = decide(season, page, shown, II_1="accept", II_2="Ghi rõ số HTX")
    assert answer.status_code == 409
    assert (states(season)["II.1"], states(season)["II.2"]) == (SUBMITTED, SUBMITTED)
    assert "Bản mới" in answer.text
    first, second = season.duties()["II.1"].id, season.duties()["II.2"].id
    fields = fields_of(answer)
    assert (fields[f"choice.{first}"], fields[f"choice.{second}"]) == ("accept", "")
    assert fields[f"comment.{second}"] == "Ghi rõ số HTX"
    again = season.browser.post(page, "decide", fields | {f"choice.{second}": "return"})
    assert again.status_code == 303
    assert (states(season)["II.1"], states(season)["II.2"]) == (ACCEPTED, RETURNED)


def test_of_two_coordinators_who_decide_at_once_the_second_is_told(season: Season) -> None:
    page = f"{review_link(season)}/so-a"
    say(season, "II.1")
    shown = season.browser.get(page)
    together = Barrier(2)

    def press(choice: str) -> int:
        together.wait()
        return decide(season, page, shown, II_1=choice).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, ["accept", "Ghi rõ"])) == [303, 409]
    assert len([one for one in season.rows(JournalEntry) if one.did in {"accepted", "returned"}]) == 1


def test_a_button_pressed_twice_finds_that_its_decision_stands(season: Season) -> None:
    review = review_link(season)
    page = f"{review}/so-a"
    for activity in ("II.1", "II.2", "II.5"):
        say(season, activity)
    shown, overview = season.browser.get(page), season.browser.get(review)
    choices = {"II_1": "accept", "II_2": "Ghi rõ số HTX"}
    follow(season, decide(season, page, shown, **choices))
    before = season.dump()
    assert "Quyết định này đã được ghi từ trước" in follow(season, decide(season, page, shown, **choices)).text
    assert season.dump() == before
    assert decide(season, page, shown, **choices | {"II_2": "Ghi rõ số THT"}).status_code == 409
    assert decide(season, page, shown, **choices, reviewer="Người khác (minh họa)").status_code == 409
    assert season.dump() == before
    say(season, "II.3")
    mixed = fields_of(season.browser.get(page)) | fields_of(shown)
    mixed[f"seen.{season.duties()['II.3'].id}"] = Sight(revision=1, state=SUBMITTED).encode()
    mixed |= {"reviewer": WHO, f"choice.{season.duties()['II.1'].id}": "accept"}
    mixed[f"choice.{season.duties()['II.3'].id}"] = "accept"
    told = follow(season, season.browser.post(page, "decide", mixed)).text
    assert "Đã duyệt 1 báo cáo, trả lại 0 báo cáo." in told
    assert "1 quyết định khác đã được ghi từ trước" in told
    for count in ("Đã duyệt 1 báo cáo.", "2 báo cáo đã được duyệt từ trước"):
        assert count in follow(season, accept_shown(season, review, overview)).text
    assert len([one for one in season.rows(JournalEntry) if one.did == "accepted"]) == 3


def test_a_decision_overtaken_by_a_new_answer_no_longer_stands(quiet_season: Season) -> None:
    page = f"{review_link(quiet_season)}/so-a"
    say(quiet_season, "II.1")
    shown = quiet_season.browser.get(page)
    decide(quiet_season, page, shown, II_1="Ghi rõ")
    say(quiet_season, "II.1", result="Đã ghi rõ")
    assert decide(quiet_season, page, shown, II_1="Ghi rõ").status_code == 409
    decide(quiet_season, page, II_1="accept")
    assert decide(quiet_season, page, shown, II_1="accept").status_code == 409


@pytest.mark.parametrize(
    ("choice", "comment", "words"),
    [
        ("return", "", "Ghi lý do trả lại"),
        ("", "Ghi rõ", "chưa chọn Trả lại"),
        ("accept", "Ghi rõ", "chọn Duyệt"),
        ("return", "x" * 5001, "rút gọn"),
        ("", "", "Chưa chọn Duyệt hoặc Trả lại"),
        ("xóa", "", "Chưa chọn Duyệt hoặc Trả lại"),
    ],
)
def test_a_fault_stands_beside_its_answer_and_all_that_was_typed_stays(
    quiet_season: Season, choice: str, comment: str, words: str
) -> None:
    page = f"{review_link(quiet_season)}/so-a"
    say(quiet_season, "II.1")
    duty = quiet_season.duties()["II.1"].id
    fields = fields_of(quiet_season.browser.get(page)) | {"reviewer": WHO}
    answer = quiet_season.browser.post(
        page, "decide", fields | {f"choice.{duty}": choice, f"comment.{duty}": comment}
    )
    assert answer.status_code == 422
    assert words in answer.text
    assert fields_of(answer)[f"comment.{duty}"] == comment
    assert fields_of(answer)["reviewer"] == WHO
    assert states(quiet_season)["II.1"] is SUBMITTED


def test_what_is_accepted_is_returned_where_it_has_to_be_corrected(quiet_season: Season) -> None:
    page = f"{review_link(quiet_season)}/so-a"
    say(quiet_season, "II.1")
    decide(quiet_season, page, II_1="accept")
    follow(quiet_season, decide(quiet_season, page, II_1="Duyệt nhầm"))
    say(quiet_season, "II.1", result="Sửa lại")
    shown = quiet_season.browser.get(page).text
    assert "Sửa nội dung đã được duyệt trước đó (lần 1)." in shown
    assert "Gửi lại sau khi bị trả lại với lý do: “Duyệt nhầm”." in shown


def test_the_whole_history_is_shown_with_who_when_and_which_way(quiet_season: Season) -> None:
    page = f"{review_link(quiet_season)}/so-a"
    say(quiet_season, "II.1", by="Người một (minh họa)", result="Bản đầu")
    decide(quiet_season, page, II_1="Thiếu số liệu")
    late = quiet_season.settings.now() + timedelta(days=20)
    say(quiet_season, "II.1", by="Người hai (minh họa)", result="Bản sau", at=late)
    text = " ".join(read_html(quiet_season.browser.get(page).text).text.split())
    told = [
        r"Lần 1: Người một \(minh họa\) gửi lúc ..:.. ngày 15/10/2024, qua trang báo cáo\.",
        rf"{re.escape(WHO)} trả lại lúc ..:.. ngày 15/10/2024, lý do: Thiếu số liệu",
        r"Lần 2: Người hai \(minh họa\) gửi lúc ..:.. ngày 04/11/2024, qua trang báo cáo, muộn so với hạn\.",
    ]
    assert re.search(".*".join(told), text)
    assert "Bản đầu" in text
    assert "Gửi muộn 6 ngày" not in text  # the first one came in time


def test_the_overview_counts_each_agency_and_names_those_nobody_can_write_to(quiet_season: Season) -> None:
    say(quiet_season, "II.1")
    say(quiet_season, "II.5", at=quiet_season.settings.now() + timedelta(days=20))
    put_reply(quiet_season)
    with writing(quiet_season.engine) as session:
        letter = session.scalars(sa.select(Letter)).one()
        session.add(
            Bounce(address="b@tinh.example", letter_id=letter.id, reason="hộp thư đầy", at=letter.queued_at)
        )
    page = on(quiet_season, days=21).browser.get(review_link(quiet_season)).text
    rows = {
        re.findall(r"<a[^>]*>(.*?)</a>", row)[0]: re.findall(r"<td[^>]*>(\d+)</td>", row)
        for row in re.findall(r"<tr><th scope=\"row\">.*?</tr>", page, re.DOTALL)
    }
    assert rows == {
        "Sở Công Thương": ["4", "1", "1", "0", "0", "3", "0"],
        "Sở Lao động": ["1", "1", "1", "0", "0", "0", "1"],
    }
    assert "Không gửi thư được: thư gửi b@tinh.example bị trả lại (hộp thư đầy)" in page


def test_a_figure_that_fell_is_shown_with_the_one_before(quiet_season: Season) -> None:
    with writing(quiet_season.engine) as session:
        for code, value in (("2023", 1250), ("2024", 4)):
            session.add(
                Figure(
                    period_id=find_period(session, code).id,
                    target_id="htx-moi",
                    agency_id="so-a",
                    revision=1,
                    value=value,
                    said_by=OFFICER,
                    said_at=quiet_season.settings.now(),
                    way="workbook",
                )
            )
    link = review_link(quiet_season)
    assert "Giảm so với kỳ trước (1.250)." in quiet_season.browser.get(link).text
    page = " ".join(read_html(quiet_season.browser.get(f"{link}/so-a").text).text.split())
    assert re.search(rf"Lần 1: 4; {re.escape(OFFICER)} gửi lúc ..:.. ngày 15/10/2024, qua tệp Excel\.", page)


def test_an_answer_whose_agency_confirms_that_a_figure_fell_is_not_accepted_with_all_others(
    season: Season,
) -> None:
    link, review = season.link(), review_link(season)
    fields = fields_of(season.browser.get(link)) | {"said_by": OFFICER, "figure.htx-moi": "12"}
    fields |= {"II.1.status": "under_way", "II.1.result": "Đã thành lập"}
    assert season.browser.post(link, "send", fields).status_code == 303
    say(season, "II.5")
    assert season.browser.get(review).text.count('name="take.') == 2
    fell = fields_of(season.browser.get(link)) | {"figure.htx-moi": "10", "figure.htx-moi.fell": "10"}
    assert season.browser.post(link, "send", fell).status_code == 303
    say(season, "II.2", at=season.settings.now() + timedelta(hours=1))
    overview = season.browser.get(review)
    assert "Số liệu “HTX mới thành lập” giảm so với lần gửi trước (12)." in overview.text
    follow(season, accept_shown(season, review, overview))
    assert [states(season)[one] for one in ("II.1", "II.2", "II.5")] == [SUBMITTED, ACCEPTED, ACCEPTED]
    page = read_html(season.browser.get(f"{review}/so-a").text).text
    assert page.count("Giảm so với lần gửi trước (12).") == 1
    follow(season, decide(season, f"{review}/so-a", II_1="accept"))


def test_who_owes_no_report_and_gave_a_figure_is_shown_too(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    season = open_season(
        sqlite_engine, make_settings, plan_text().replace("reported_by: so-a", "reported_by: hoi")
    )
    review, own = review_link(season), season.link("hoi")
    assert f'href="{review}/hoi"' not in season.browser.get(review).text
    typed = fields_of(season.browser.get(own)) | {"figure.htx-moi": "7", "said_by": OFFICER}
    assert season.browser.post(own, "send", typed).status_code == 303
    assert fields_of(season.browser.get(own))["said_by"] == OFFICER
    assert f'href="{review}/hoi"' in season.browser.get(review).text
    assert "HTX mới thành lập: 7 HTX" in read_html(season.browser.get(f"{review}/hoi").text).text


def test_after_the_closing_answers_are_accepted_but_not_returned(quiet_season: Season) -> None:
    say(quiet_season, "II.1")
    say(quiet_season, "II.2")
    closed = on(quiet_season, days=100)
    page = f"{review_link(closed)}/so-a"
    assert "Lý do trả lại" not in closed.browser.get(page).text
    refused = decide(closed, page, II_1="Ghi rõ")
    assert refused.status_code == 409
    assert "đã khóa" in refused.text
    assert "tracker" not in read_html(refused.text).text
    assert states(closed)["II.1"] is SUBMITTED
    follow(closed, decide(closed, page, II_1="accept"))
    assert states(closed)["II.1"] is ACCEPTED


def test_a_reply_is_listed_made_into_a_report_and_then_reviewed_like_any(season: Season) -> None:
    link = review_link(season)
    message_id = put_reply(season, "Kính gửi Hội,\n\nĐã thành lập 02 HTX.")
    page = f"{link}/thu/{message_id}"
    assert page in season.browser.get(link).text
    fields = fields_of(season.browser.get(page))
    assert fields["result"] == "Kính gửi Hội,\n\nĐã thành lập 02 HTX."
    duty = season.duties()["II.1"].id
    typed = {**fields, "reviewer": WHO, "duty": f"{duty}.0", "status": "under_way", "percent": "40"}
    again = follow(season, season.browser.post(page, "more", typed))
    assert "Đã ghi một hoạt động từ thư này." in again.text
    typed = {
        **typed,
        **fields_of(again),
        "status": "done",
        "percent": "",
        "duty": f"{season.duties()['II.2'].id}.0",
    }
    after = follow(season, season.browser.post(page, "done", typed))
    assert "Đã ghi nhận thư trả lời." in after.text
    assert "Thư trả lời chờ xử lý" not in after.text
    assert [(one.way, one.said_by) for one in season.rows(Update)] == [("reply", "a@tinh.example")] * 2
    assert states(season)["II.1"] is SUBMITTED
    assert f"{WHO} đã xử lý thư này" in season.browser.get(page).text
    late = season.browser.post(page, "done", typed)
    assert late.status_code == 409
    assert len(season.rows(Update)) == 2


@pytest.mark.parametrize(
    ("text", "offered", "told"),
    [
        (noted("Đã mở lớp.\n\n[Có phụ lục]", "Tệp chưa ghi nhận."), "Đã mở lớp.\n\n[Có phụ lục]", True),
        (noted("", "Tệp chưa ghi nhận."), "", True),
        ("[Có phụ lục]", "[Có phụ lục]", False),
    ],
)
def test_the_programs_own_note_on_a_reply_is_shown_but_not_offered_as_the_agencys_words(
    quiet_season: Season, text: str, offered: str, told: bool
) -> None:
    page = quiet_season.browser.get(f"{review_link(quiet_season)}/thu/{put_reply(quiet_season, text)}")
    assert offered in read_html(page.text).text
    assert ("Tệp chưa ghi nhận." in page.text) == told
    assert (fields_of(page)["result"], fields_of(page)["reason"]) == (offered, "")


def test_of_a_reply_whose_workbook_was_recorded_the_words_alone_wait(quiet_season: Season) -> None:
    review = review_link(quiet_season)
    told = "Đã ghi nhận tệp Excel kèm thư: 1 hoạt động, 0 số liệu."
    reply = put_reply(quiet_season, noted("Xin gửi báo cáo. " * 20, told))
    overview = quiet_season.browser.get(review).text
    assert overview.index(told) < overview.index("Còn lời trong thư chờ xem:") < overview.index("Xin gửi báo cáo.")
    page = quiet_season.browser.get(f"{review}/thu/{reply}")
    assert told in page.text
    assert "selected" not in page.text  # the workbook's own activity is not offered first
    aside = quiet_season.browser.post(f"{review}/thu/{reply}", "dismiss", fields_of(page) | {"reviewer": WHO})
    assert "Đã xếp lại thư trả lời" in follow(quiet_season, aside).text
    [message] = quiet_season.rows(Message)
    assert message.dismissed == "Nội dung báo cáo ở tệp Excel kèm thư, đã ghi nhận"


def test_a_reply_is_put_aside_and_faults_keep_what_was_typed(quiet_season: Season) -> None:
    page = f"{review_link(quiet_season)}/thu/{put_reply(quiet_season)}"
    faulty = quiet_season.browser.post(page, "done", {"uses": "0", "result": "Sửa dở", "reviewer": WHO})
    assert faulty.status_code == 422
    assert fields_of(faulty)["result"] == "Sửa dở"
    assert quiet_season.browser.post(page, "dismiss", {"uses": "0", "reviewer": WHO}).status_code == 422
    typed = {"uses": "0", "reviewer": WHO, "reason": "Chỉ cảm ơn"}
    after = follow(quiet_season, quiet_season.browser.post(page, "dismiss", typed))
    assert "Đã xếp lại thư trả lời" in after.text
    assert quiet_season.rows(Message)[0].dismissed == "Chỉ cảm ơn"
    assert quiet_season.rows(Update) == []


def test_a_reply_is_not_opened_by_another_periods_link_nor_by_a_wrong_number(quiet_season: Season) -> None:
    message_id = put_reply(quiet_season)
    other = other_link(quiet_season)
    assert quiet_season.browser.get(other).status_code == 200
    for path in (
        f"{other}/thu/{message_id}",
        f"{review_link(quiet_season)}/thu/999",
        f"{review_link(quiet_season)}/thu/{10**30}",
    ):
        assert quiet_season.browser.get(path).status_code == 404
        assert quiet_season.browser.post(path, "dismiss", {"reviewer": WHO}).status_code == 404
    page = f"{review_link(quiet_season)}/thu/{message_id}"
    assert quiet_season.browser.post(page, "burn", {"reviewer": WHO}).status_code == 400
    assert quiet_season.browser.get(f"{review_link(quiet_season)}/so-khong-co").status_code == 404


def test_an_agencys_files_are_listed_and_handed_out_to_the_reviewer_alone(quiet_season: Season) -> None:
    say(quiet_season, "II.1")
    data = {"activity": f"{quiet_season.duties()['II.1'].id}", "given_by": OFFICER}
    files = {"file": ("Biên bản.pdf", b"%PDF-1.7\nx")}
    quiet_season.browser.ask("POST", f"{quiet_season.link()}/tai-lieu", data=data, files=files)
    link = review_link(quiet_season)
    found = re.search(rf'href="({link}/tai-lieu/\d+)">Biên bản.pdf', quiet_season.browser.get(f"{link}/so-a").text)
    assert found
    assert quiet_season.browser.get(found[1]).content == b"%PDF-1.7\nx"
    assert quiet_season.browser.get(found[1].replace(link, other_link(quiet_season))).status_code == 404
    assert quiet_season.browser.get(f"{link}/tai-lieu/999").status_code == 404


def test_looking_changes_nothing(season: Season) -> None:
    link = review_link(season)
    say(season, "II.1", difficulties="Thiếu vốn")
    message_id = put_reply(season)
    before = season.dump()
    for path in (link, f"{link}?nguoi-duyet=x&duyet=9", f"{link}/so-a", f"{link}/thu/{message_id}"):
        for method in ("GET", "HEAD"):
            assert season.browser.ask(method, path).status_code == 200
    assert season.dump() == before


def test_a_post_from_another_site_is_turned_away(quiet_season: Season) -> None:
    link = review_link(quiet_season)
    say(quiet_season, "II.1")
    fields = fields_of(quiet_season.browser.get(link)) | {"reviewer": WHO}
    answer = quiet_season.browser.ask("POST", link, data=fields, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert states(quiet_season)["II.1"] is SUBMITTED


HOSTILE = [
    "<script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% include 'x' %}",
    "</li></ul><form action=//x.example><button>Gửi</button></form>",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_others_write_is_text_and_never_markup(quiet_season: Season, hostile: str) -> None:
    link = review_link(quiet_season)

    def shapes(words: str) -> list[tuple[list[str], set[str]]]:
        texts = dict.fromkeys(("result", "difficulties", "causes", "proposals"), words)
        say(quiet_season, "II.1", by=words, **texts)
        decide(quiet_season, f"{link}/so-a", II_1=words, reviewer=words)
        say(quiet_season, "II.1", by=words, **texts)
        message_id = put_reply(quiet_season, words, sender=words, subject=words)
        paths = [link, f"{link}/so-a", f"{link}/thu/{message_id}", f"{link}?nguoi-duyet={quote(words)}"]
        seen = [read_html(quiet_season.browser.get(path).text) for path in paths]
        assert all(words in one.text for one in seen)
        quiet_season.browser.post(paths[2], "dismiss", {"uses": "0", "reviewer": words, "reason": words})
        seen.append(read_html(quiet_season.browser.get(paths[2]).text))
        for model in (Update, JournalEntry, Decision):
            with writing(quiet_season.engine) as session:
                session.execute(sa.delete(model))
        return [(one.tags, one.attributes) for one in seen]

    assert shapes(hostile) == shapes("lành")


def test_every_field_has_a_label_and_every_id_is_one(quiet_season: Season) -> None:
    link = review_link(quiet_season)
    for activity in ("II.1", "II.2"):
        say(quiet_season, activity)
    faulty = decide(quiet_season, f"{link}/so-a", II_1="accept", reviewer="")
    reply = f"{link}/thu/{put_reply(quiet_season)}"
    pages = [quiet_season.browser.get(link), faulty, quiet_season.browser.get(reply)]
    pages.append(quiet_season.browser.post(reply, "done", {"uses": "0", "percent": "x"}))
    for page in pages:
        ids = re.findall(r' id="([^"]+)"', page.text)
        assert len(ids) == len(set(ids))
        named = re.findall(r'aria-(?:describedby|labelledby)="([^"]+)"', page.text)
        assert {one for names in named for one in names.split()} <= set(ids)
        assert set(re.findall(r'href="#([^"]+)"', page.text)) <= set(ids)
        labelled = set(re.findall(r'<label for="([^"]+)"', page.text))
        assert labelled <= set(ids)
        for tag in re.findall(r"<(?:textarea|input|select)[^>]*>", page.text):
            if not re.search('type="(hidden|radio|checkbox)"', tag):
                assert tag.split(' id="')[1].split('"')[0] in labelled, tag
        assert "<script" not in page.text


def test_three_hundred_answers_are_accepted_at_once(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    season = open_season(sqlite_engine, make_settings, plan_text(300))
    with writing(season.engine) as session:
        said = Signed(by=OFFICER, at=season.settings.now(), way="page")
        texts = dict.fromkeys(("difficulties", "causes", "proposals"), "")
        words = Answer(status=UpdateStatus.DONE, percent=100, result="Xong", **texts)
        duties = [session.get_one(Duty, duty.id) for duty in season.duties().values()]
        record_answers(session, {duty.id: (duty, words) for duty in duties}, said)
    link = review_link(season)
    assert "Đã duyệt 301 báo cáo." in follow(season, accept_shown(season, link)).text


def _give_a_file(season: Season) -> None:
    give(season, "b.pdf", b"%PDF-1.7\nb")


def _take_the_file_back(season: Season) -> None:
    [file] = season.rows(Evidence)
    data = {"activity": str(season.duties()["II.1"].id), "given_by": OFFICER, "remove": str(file.id)}
    page = f"{season.link()}/tai-lieu"
    assert season.browser.ask("POST", page, data=data, files={"file": ("", b"")}).status_code == 303


def _swap_the_file(season: Season) -> None:
    _take_the_file_back(season)
    _give_a_file(season)


def _give_a_figure(season: Season) -> None:
    typed = fields_of(season.browser.get(season.link())) | {"said_by": OFFICER, "figure.htx-moi": "12"}
    assert season.browser.post(season.link(), "send", typed).status_code == 303


@pytest.mark.parametrize("change", [_give_a_file, _take_the_file_back, _swap_the_file, _give_a_figure])
def test_what_goes_with_an_answer_changes_after_it_was_shown_and_it_is_not_accepted_unseen(
    season: Season, change: Callable[[Season], None]
) -> None:
    review = review_link(season)
    page = f"{review}/so-a"
    say(season, "II.1")
    give(season, "a.pdf", b"%PDF-1.7\na")
    overview, shown = season.browser.get(review), season.browser.get(page)
    change(season)
    assert decide(season, page, shown, II_1="accept").status_code == 409
    assert states(season)["II.1"] == SUBMITTED
    assert "1 báo cáo vừa được gửi lại" in follow(season, accept_shown(season, review, overview)).text
    assert states(season)["II.1"] == SUBMITTED
    follow(season, decide(season, page, II_1="accept"))
    assert states(season)["II.1"] == ACCEPTED
