"""A coordinating agency's own words, from its page to the lead's and to the coordinator's."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import httpx
import pytest
import sqlalchemy as sa
from factories_web import Browser, Season, fields_of, open_season, plan_text, read_html
from test_web_hostile import HOSTILE, seen, shown, squeezed

from tracker.answers.checks import Answer
from tracker.answers.record import Said, record_answers
from tracker.progress import UpdateStatus
from tracker.review.decide import accept
from tracker.settings import Settings
from tracker.store.engine import reading, writing
from tracker.store.links import link_for, token_of, withdraw_links
from tracker.store.periods import change_closing, find_period
from tracker.store.tables import Draft, Duty, Letter, Part, Period, Purpose
from tracker.web.app import create_app

SIGNED = "Chuyên viên (minh họa)"
PLAN = plan_text().replace("lead: so-a}", "lead: so-a, coordinating: [so-b, hoi]}")
"""so-a leads II.1 to II.4, which so-b and hoi coordinate; so-b leads II.5; hoi leads nothing."""
Sent = tuple[str, str, int, str]


@pytest.fixture
def season(engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    return open_season(engine, make_settings, PLAN)


@pytest.fixture
def quiet_season(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    return open_season(sqlite_engine, make_settings, PLAN)


def add(
    season: Season, agency: str, activity: str = "II.1", text: str = "Đã phối hợp", **typed: str
) -> httpx.Response:
    """Type a part on the page of an agency and send it alone."""
    link = season.link(agency)
    fields = fields_of(season.browser.get(link)) | {f"{activity}.part": text, "said_by": SIGNED, **typed}
    return season.browser.post(link, f"send:{activity}", fields)


def sent(season: Season) -> list[Sent]:
    activities = {duty.id: name for code in ("2023", "2024") for name, duty in season.duties(code).items()}
    return [(activities[p.duty_id], p.agency_id, p.revision, p.text) for p in season.rows(Part)]


def review_link(season: Season) -> str:
    with writing(season.engine) as session:
        key, period = season.settings.secret_key(), find_period(session, "2024")
        return f"/r/{token_of(link_for(session, period, 'hoi', key, season.settings.now(), Purpose.REVIEW), key)}"


def text_of(season: Season, path: str) -> str:
    page = season.browser.get(path)
    assert page.status_code == 200
    return squeezed(read_html(page.text).text)


def answered(season: Season, activity: str = "II.1") -> Duty:
    texts = dict.fromkeys(("difficulties", "causes", "proposals"), "")
    words = Answer(status=UpdateStatus.UNDER_WAY, percent=60, result="Lời cơ quan chủ trì", **texts)
    duty_id = season.duties()[activity].id
    with writing(season.engine) as session:
        duty = session.get_one(Duty, duty_id)
        record_answers(session, {duty.id: (duty, words)}, Said(by=SIGNED, at=season.settings.now(), way="page"))
        return duty


def test_an_agency_adds_its_part_and_the_lead_sees_it_while_answering_as_that_agencys_own_words(
    season: Season,
) -> None:
    lead = season.link("so-a")
    assert "Cơ quan phối hợp gửi thêm" not in text_of(season, lead)
    answer = add(season, "so-b", text="Đã mở 02 lớp\ncho 60 người")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{season.link('so-b')}?da-gui=II.1")
    told = text_of(season, answer.headers["location"])
    assert "Đã ghi nhận nội dung phối hợp II.1 lúc" in told
    assert "Sở Công Thương thấy nội dung này trên trang báo cáo của mình" in told
    page = text_of(season, lead)  # it was kept without the part a moment ago
    card = page[page.index("Hoạt động thứ 1") : page.index("Hoạt động thứ 2")]
    assert "Cơ quan phối hợp gửi thêm, nguyên văn: Sở Lao động, Chuyên viên (minh họa), lúc" in card
    assert "Đã mở 02 lớp cho 60 người" in card
    assert page.count("Đã mở 02 lớp") == 1
    assert "Đã mở 02 lớp" not in text_of(season, season.link("hoi"))
    assert fields_of(season.browser.get(season.link("so-b")))["II.1.part"] == "Đã mở 02 lớp\ncho 60 người"
    assert sent(season) == [("II.1", "so-b", 1, "Đã mở 02 lớp\ncho 60 người")]


def test_what_is_coordinated_stands_folded_below_what_is_led_and_opens_where_nothing_is_led(
    quiet_season: Season,
) -> None:
    own = quiet_season.browser.get(quiet_season.link("so-b")).text
    assert own.index('id="II.5"') < own.index('id="phoi-hop"') < own.index('id="said_by"')
    assert "<details>\n<summary>Bổ sung nội dung phối hợp (4 hoạt động)</summary>" in own
    assert 'id="II.5.part"' not in own
    assert "phoi-hop" not in quiet_season.browser.get(quiet_season.link("so-a")).text
    alone = quiet_season.browser.get(quiet_season.link("hoi")).text
    assert "<details open>\n<summary>Bổ sung nội dung phối hợp (4 hoạt động)</summary>" in alone


def test_an_agency_that_owes_nothing_saves_sends_and_keeps_its_receipt(season: Season) -> None:
    link = season.link("hoi")
    page = season.browser.get(link)
    assert "Kỳ này Quý cơ quan không có hoạt động nào phải báo cáo." in page.text
    assert "do Quý cơ quan chủ trì" not in page.text
    typed = fields_of(page) | {"II.1.part": "Viết dở", "said_by": SIGNED}
    assert season.browser.post(link, "save", typed).status_code == 303
    assert fields_of(season.browser.get(link))["II.1.part"] == "Viết dở"
    assert season.rows(Part) == []
    typed = fields_of(season.browser.get(link)) | {"II.1.part": "Đã xong", "II.3.part": "Cũng xong"}
    answer = season.browser.post(link, "send", typed)
    assert answer.headers["location"] == f"{link}/bien-nhan"
    assert sent(season) == [("II.1", "hoi", 1, "Đã xong"), ("II.3", "hoi", 1, "Cũng xong")]
    assert season.rows(Draft) == []
    assert fields_of(season.browser.get(link))["said_by"] == SIGNED
    receipt = text_of(season, f"{link}/bien-nhan")
    assert "đã ghi nhận nội dung phối hợp của 2 hoạt động; xin cảm ơn Quý cơ quan." in receipt
    assert "II.3 Hoạt động thứ 3 Chủ trì: Sở Công Thương. Lần 1, lúc" in receipt


def test_what_is_led_and_what_is_coordinated_are_sent_together(quiet_season: Season) -> None:
    link = quiet_season.link("so-b")
    typed = fields_of(quiet_season.browser.get(link)) | {"said_by": SIGNED, "II.2.part": "Phối hợp"}
    typed |= {"II.5.status": "under_way", "II.5.result": "Chủ trì"}
    assert quiet_season.browser.post(link, "send", typed).status_code == 303
    assert sent(quiet_season) == [("II.2", "so-b", 1, "Phối hợp")]
    receipt = text_of(quiet_season, f"{link}/bien-nhan")
    assert "đã ghi nhận đủ 1 hoạt động" in receipt
    assert receipt.index("Chủ trì") < receipt.index("Hoạt động cơ quan phối hợp") < receipt.index("Phối hợp")


def test_who_does_not_coordinate_is_refused_and_what_was_typed_besides_is_still_there(season: Season) -> None:
    for agency, activity in (("so-a", "II.1"), ("so-a", "II.5"), ("so-b", "II.5"), ("hoi", "II.5")):
        answer = add(season, agency, activity, "Chen vào")
        assert answer.status_code == 422
        assert "Chưa có nội dung nào mới" in answer.text
    assert season.rows(Part) == []


def test_a_token_adds_to_its_own_period_and_a_dead_or_a_reviewers_one_to_none(season: Season) -> None:
    with writing(season.engine) as session:
        earlier = find_period(session, "2023")
        key, now = season.settings.secret_key(), season.settings.now()
        gone = f"/b/{token_of(link_for(session, earlier, 'so-b', key, now), key)}"
    typed = {"II.1.part": "Năm trước", "said_by": SIGNED}
    dead = season.link("so-b")
    with writing(season.engine) as session:
        withdraw_links(session, find_period(session, "2024"), "so-b", now)
    for path in (gone, dead, review_link(season).replace("/r/", "/b/"), f"/b/{'x' * 43}"):
        assert season.browser.post(path, "send:II.1", typed).status_code == 404
    assert season.rows(Part) == []
    with writing(season.engine) as session:
        change_closing(session, find_period(session, "2023"), season.settings.today())
        again = f"/b/{token_of(link_for(session, find_period(session, '2023'), 'so-b', key, now), key)}"
    assert season.browser.post(again, "send:II.1", typed).status_code == 303
    [part] = season.rows(Part)
    assert part.duty_id == season.duties("2023")["II.1"].id
    assert "Năm trước" not in text_of(season, season.link("so-a"))


def test_a_closed_period_shows_what_was_added_and_takes_nothing(season: Season) -> None:
    add(season, "so-b", text="Kịp")
    link, lead = season.link("so-b"), season.link("so-a")
    typed = fields_of(season.browser.get(link)) | {"II.1.part": "Muộn", "II.2.part": "Muộn"}
    with writing(season.engine) as session:
        session.execute(sa.update(Period).values(closes=season.settings.now().date() - timedelta(days=2)))
    before = season.dump()
    for action in ("send", "send:II.1", "send:II.2"):
        assert season.browser.post(link, action, typed).status_code == 409
    page = season.browser.get(link)
    assert "II.1.part" not in fields_of(page)
    assert "Nội dung phối hợp đã gửi (1 hoạt động)" in page.text
    assert "Kịp" in page.text
    assert "Kịp" in text_of(season, lead)
    assert season.dump() == before


def test_the_second_of_two_people_sees_the_firsts_words_beside_their_own(season: Season) -> None:
    link = season.link("so-b")
    hers = fields_of(season.browser.get(link)) | {"II.1.part": "Của Hoa", "said_by": "Hoa (minh họa)"}
    his = hers | {"II.1.part": "Của Bình", "said_by": "Bình (minh họa)"}
    assert season.browser.post(link, "send:II.1", hers).status_code == 303
    answer = season.browser.post(link, "send:II.1", his)
    assert answer.status_code == 422
    assert "Lỗi: " in answer.text
    assert "Hoa (minh họa) đã gửi nội dung khác" in answer.text
    assert '<p class="theirs text">Của Hoa</p>' in answer.text
    assert "<details open>" in answer.text
    fields = fields_of(answer)
    assert (fields["II.1.part"], fields["II.1.revision"]) == ("Của Bình", "1")
    assert season.browser.post(link, "send:II.1", fields | {"II.1.part": "Của cả hai"}).status_code == 303
    assert [text for *_, text in sent(season)] == ["Của Hoa", "Của cả hai"]
    assert "(lần 2)" in text_of(season, season.link("so-a"))


def test_agencies_that_send_at_once_lose_nothing(season: Season) -> None:
    links = {agency: season.link(agency) for agency in ("so-b", "hoi")}
    together = Barrier(4)

    def send(turn: int) -> int:
        agency, activity = ("so-b", "hoi")[turn % 2], f"II.{turn // 2 + 1}"
        browser = Browser(create_app(season.engine, season.settings))
        together.wait()
        typed = {f"{activity}.part": f"{agency} {activity}", "said_by": SIGNED}
        return browser.post(links[agency], f"send:{activity}", typed).status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(send, range(4))) == [303] * 4
    assert sorted(sent(season)) == [
        (activity, agency, 1, f"{agency} {activity}")
        for activity in ("II.1", "II.2")
        for agency in ("hoi", "so-b")
    ]


def test_the_coordinator_sees_every_revision_and_what_came_after_an_answer_was_accepted(season: Season) -> None:
    duty = answered(season)
    add(season, "so-b", text="Bản đầu")
    review = review_link(season)
    assert "; 1 cơ quan phối hợp gửi thêm" in text_of(season, review)
    with writing(season.engine) as session:
        accept(session, [session.get_one(Duty, duty.id)], "đầu mối", season.settings.now())
    assert "gửi sau khi đã duyệt" not in text_of(season, review)
    add(season, "so-b", text="Bản sau")
    overview = text_of(season, review)
    assert "Nội dung phối hợp gửi sau khi đã duyệt (1)" in overview
    assert "II.1 Hoạt động thứ 1 Sở Lao động; Chuyên viên (minh họa), 15/10/2024" in overview
    page = text_of(season, f"{review}/so-a")
    assert "nguyên văn, không phải lời của cơ quan chủ trì: Sở Lao động, Chuyên viên (minh họa)" in page
    assert page.index("(lần 2): Gửi sau khi đã duyệt Bản sau") < page.index("lần gửi trước của cơ quan phối hợp")
    assert "Sở Lao động, lần 1: Chuyên viên (minh họa)" in page
    assert "Bản đầu" in page
    with reading(season.engine) as session:
        assert session.get_one(Duty, duty.id).state == "accepted"


def test_what_is_added_between_showing_and_deciding_is_looked_at_before(season: Season) -> None:
    for activity in ("II.1", "II.2"):
        answered(season, activity)
    add(season, "so-b", text="Bản đầu")
    review = review_link(season)
    page, overview = season.browser.get(f"{review}/so-a"), season.browser.get(review)
    add(season, "so-b", text="Bản sau")
    decided = fields_of(page) | {"reviewer": SIGNED}
    decided |= {f"choice.{season.duties()[activity].id}": "accept" for activity in ("II.1", "II.2")}
    refused = season.browser.post(f"{review}/so-a", "decide", decided)
    assert refused.status_code == 409
    assert "vừa có cơ quan phối hợp gửi thêm" in refused.text
    assert "Bản sau" in refused.text
    assert {duty.state for duty in season.duties().values()} == {"submitted", "expected"}
    after = season.browser.post(review, "accept", fields_of(overview) | {"reviewer": SIGNED})
    assert after.headers["location"].endswith("duyet=1&da-co=0&bo-qua=1")
    assert [season.duties()[activity].state for activity in ("II.1", "II.2")] == ["submitted", "accepted"]
    again = fields_of(season.browser.get(review)) | {"reviewer": SIGNED}
    assert season.browser.post(review, "accept", again).headers["location"].endswith("duyet=1&da-co=0&bo-qua=0")


def test_what_was_recorded_after_the_decision_came_after_it_whatever_its_clock_said(season: Season) -> None:
    answered(season)
    add(season, "so-b", text="Bản đầu")
    review = review_link(season)
    decided = fields_of(season.browser.get(f"{review}/so-a")) | {"reviewer": SIGNED}
    decided[f"choice.{season.duties()['II.1'].id}"] = "accept"
    assert season.browser.post(f"{review}/so-a", "decide", decided).status_code == 303
    assert "Gửi sau khi đã duyệt" not in text_of(season, f"{review}/so-a")
    slow = season.settings.on(season.settings.today() - timedelta(days=1))
    add(replace(season, settings=slow, browser=Browser(create_app(season.engine, slow))), "so-b", text="Bản sau")
    assert "Gửi sau khi đã duyệt Bản sau" in text_of(season, f"{review}/so-a")


def test_a_part_that_comes_while_its_activity_is_accepted_is_seen_or_told_to_have_come_after(
    season: Season,
) -> None:
    duty = answered(season)
    review, link = review_link(season), season.link("so-b")
    decided = fields_of(season.browser.get(f"{review}/so-a")) | {"reviewer": SIGNED}
    decided[f"choice.{duty.id}"] = "accept"
    typed = fields_of(season.browser.get(link)) | {"II.1.part": "Cùng lúc", "said_by": SIGNED}
    together = Barrier(2)

    def press(path: str, action: str, fields: dict[str, str]) -> int:
        together.wait()
        return season.browser.post(path, action, fields).status_code

    with ThreadPoolExecutor(2) as pool:
        accepting = pool.submit(press, f"{review}/so-a", "decide", decided)
        adding = pool.submit(press, link, "send:II.1", typed)
        assert adding.result() == 303
        if accepting.result() == 409:
            assert season.duties()["II.1"].state == "submitted"
        else:
            assert "Gửi sau khi đã duyệt Cùng lúc" in text_of(season, f"{review}/so-a")


def test_an_activity_without_an_answer_shows_its_parts_in_review_and_nobody_is_written_to(
    quiet_season: Season,
) -> None:
    add(quiet_season, "so-b")
    assert "Đã phối hợp" in text_of(quiet_season, f"{review_link(quiet_season)}/so-a")
    assert quiet_season.rows(Letter) == []


def test_looking_at_any_page_with_parts_changes_nothing(season: Season) -> None:
    add(season, "so-b")
    paths = [season.link(agency) for agency in ("so-a", "so-b", "hoi")]
    paths += [f"{path}/bien-nhan" for path in paths] + [review_link(season), f"{review_link(season)}/so-a"]
    before = season.dump()
    for path in (*paths, *(f"{path}?da-gui=II.1" for path in paths)):
        for method in ("GET", "HEAD"):
            assert season.browser.ask(method, path).status_code == 200
    assert season.dump() == before


def test_hostile_words_are_shown_as_typed_and_run_nowhere(quiet_season: Season) -> None:
    season = quiet_season
    answered(season)
    add(season, "so-b", text="không có gì lạ")
    paths = [season.link("so-a"), season.link("so-b"), f"{season.link('so-b')}/bien-nhan"]
    paths.append(f"{review_link(season)}/so-a")
    add(season, "so-b", text="vẫn không có gì lạ")
    plain = [seen(season.browser.get(path).text).tags for path in paths]
    for text in HOSTILE:
        answer = add(season, "so-b", text=text, said_by=squeezed(text)[:200])
        assert answer.status_code == 303, answer.text
        for path, tags in zip(paths, plain, strict=True):
            page = seen(season.browser.get(path).text)
            assert page.tags == tags, (path, text)
            assert page.handlers == set(), text
            assert shown(season.rows(Part)[-1].text, page.text), (path, text)


@pytest.mark.parametrize("revision", ["-1", "2", "999999", "x", "1.0", "٣", "9" * 30])
def test_a_revision_that_nobody_was_shown_overwrites_nothing(quiet_season: Season, revision: str) -> None:
    add(quiet_season, "so-b", text="Đã gửi")
    answer = quiet_season.browser.post(
        quiet_season.link("so-b"),
        "send:II.1",
        {"II.1.part": "Khác", "II.1.revision": revision, "said_by": SIGNED},
    )
    assert answer.status_code in {303, 422}
    first, *others = sent(quiet_season)
    assert first[2:] == (1, "Đã gửi")
    assert [one[2:] for one in others] in ([], [(2, "Khác")])
