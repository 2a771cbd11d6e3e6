"""Several plans, a desk each: what is done at one leaves the other as it was, and each shows its own alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from desk_visits import HOME, PEOPLE, Visitor, add_plan, second_plan, signed_in, text_of, with_people
from factories_web import Browser, Season, fields_of, open_season
from test_web_coordinator import review_link, say

from tracker.plan.document import THE_ONE
from tracker.remind.queue import queue_today
from tracker.settings import Settings
from tracker.store.access_tables import ApiToken
from tracker.store.engine import writing
from tracker.store.tables import (
    Bounce,
    Decision,
    Duty,
    Figure,
    JournalEntry,
    Letter,
    Link,
    Pause,
    Period,
    PlanVersion,
    Report,
    Update,
)
from tracker.web.app import create_app

HERE = "/kh/hai"
ADMINS = {"": "admin", HERE: "hai@tinh.example"}
LEADER = "lanh-dao@tinh.example"
ONLY_SECOND = ("Võ Thị Hai", "hai@tinh.example")
PEOPLE_OF_SECOND = {
    "coordinator": PEOPLE["coordinator"],
    "admin": ONLY_SECOND,
    "leader": PEOPLE["reviewer"],
}
"""Of whom one has the same role in both plans, one another role, and one is in this plan alone."""


@pytest.fixture
def two(engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    """Give a season of two plans for the same agencies."""
    season = open_season(engine, make_settings, with_people())
    add_plan(season, second_plan(PEOPLE_OF_SECOND))
    return season


def whole(season: Season, plan_id: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the store that is of a plan."""
    of_period = sa.select(Period.id).where(Period.plan_id == plan_id)
    of_duty = sa.select(Duty.id).where(Duty.period_id.in_(of_period))
    chosen = {model: model.period_id.in_(of_period) for model in (Duty, Figure, Letter, Link, Report)}
    chosen |= {model: model.duty_id.in_(of_duty) for model in (Update, Decision)}
    chosen |= {model: model.plan_id == plan_id for model in (ApiToken, Period, Pause, PlanVersion)}
    with season.engine.connect() as connection:
        return {
            model.__tablename__: [
                tuple(row)
                for row in connection.execute(
                    sa.select(model.__table__).where(where).order_by(model.__table__.c.id)
                )
            ]
            for model, where in chosen.items()
        }


def test_a_person_of_both_plans_goes_from_desk_to_desk_and_one_of_one_plan_sees_no_other(two: Season) -> None:
    visitor = signed_in(two)
    first, second = visitor.get(), visitor.get(HERE)
    assert "Kế hoạch số 1/KH-UBND: Kế hoạch thử" in text_of(first)
    assert "Nghị quyết số 2/NQ-hai: Kế hoạch thử" in text_of(second)
    for page in (first, second):
        assert f'href="{HOME}"' in page.text
        assert f'href="{HOME}{HERE}"' in page.text
    alone = signed_in(two, LEADER)
    assert "2/NQ-hai" not in alone.get().text
    assert 'aria-label="Kế hoạch"' not in alone.get().text
    assert alone.get(HERE).content == alone.get("/kh/khong-co").content


def test_who_is_in_the_second_plan_alone_signs_in_by_a_letter_and_comes_to_its_desk(two: Season) -> None:
    asking = Visitor(two)
    asking.post("/vao", email=ONLY_SECOND[1])
    asking.settle()
    [letter] = two.rows(Letter)
    assert letter.to == [ONLY_SECOND[1]]
    visitor = signed_in(two, ONLY_SECOND[1])
    assert visitor.follow(visitor.get()).url.path == f"{HOME}{HERE}"
    assert "đăng nhập" in text_of(visitor.get(f"{HERE}/thu"))
    assert "Không có thư nào như vậy" in text_of(signed_in(two, "admin").get("/thu"))


def test_one_person_has_one_role_in_each_plan(two: Season) -> None:
    reviewer = signed_in(two, "reviewer")
    say(two, "II.1")
    say(two, "II.1", "hai@2024")
    assert "người duyệt" in text_of(reviewer.get())
    assert "lãnh đạo" in text_of(reviewer.get(HERE))
    refused = reviewer.post(f"{HERE}/ky/2024/duyet", action="accept")
    assert refused.status_code == 404
    assert reviewer.post("/ky/2024/duyet", action="accept").status_code == 303
    [decision] = two.rows(Decision)
    assert decision.duty_id == two.duties()["II.1"].id


def upload(visitor: Visitor, at: str, text: str) -> Any:
    given = {"dau": fields_of(visitor.get(at))["dau"], "action": "look"}
    return visitor.ask("POST", f"{HOME}{at}/ke-hoach", data=given, files={"tep": ("k.yaml", text.encode())})


def apply_edited(visitor: Visitor, at: str) -> None:
    text = visitor.get(f"{at}/ke-hoach/activities.yaml").text.replace("Kế hoạch thử", "Kế hoạch thử lần hai")
    look = upload(visitor, at, text)
    visitor.post(f"{at}/ke-hoach", look, action="apply")


def accept_all(visitor: Visitor, at: str) -> None:
    visitor.post(f"{at}/ky/2024/duyet", action="accept")


def decide_one(visitor: Visitor, at: str) -> None:
    page = visitor.get(f"{at}/ky/2024/duyet/so-a")
    visitor.post(f"{at}/ky/2024/duyet/so-a", page, action="accept-all")


def resume_and_remind(visitor: Visitor, at: str) -> None:
    visitor.post(f"{at}/co-quan/so-a", action="resume")
    visitor.post(f"{at}/ky/2024/nhac", action="send", **{"co-quan.so-a": "1"})


DOINGS: dict[str, Callable[[Visitor, str], object]] = {
    "accept": accept_all,
    "decide": decide_one,
    "remind": resume_and_remind,
    "copy a link": lambda v, at: v.post(f"{at}/co-quan/so-a", action="copy", ky="2024"),
    "send a link": lambda v, at: v.post(f"{at}/co-quan/so-b", action="send", ky="2024"),
    "renew a link": lambda v, at: v.post(f"{at}/co-quan/so-a", action="renew", ky="2024"),
    "withdraw links": lambda v, at: v.post(f"{at}/co-quan/so-b", action="withdraw", ky="2024"),
    "pause": lambda v, at: v.post(
        f"{at}/co-quan/so-b", action="pause", **{"den-ngay": "2024-10-30", "ly-do": "Đã hẹn"}
    ),
    "resume": lambda v, at: v.post(f"{at}/co-quan/so-a", action="resume"),
    "open a period": lambda v, at: v.post(
        f"{at}/ky", action="adhoc", ma="dot-xuat", ten="Đột xuất", han="2024-11-05", **{"hoat-dong.II.1": "1"}
    ),
    "close a period": lambda v, at: v.post(f"{at}/ky/2024", action="move", khoa="2024-11-30", **{"ly-do": "Sớm"}),
    "compile a memo": lambda v, at: v.post(f"{at}/ky/2024/bao-cao", action="compile"),
    "write the memo's words": lambda v, at: v.post(f"{at}/ky/2024/bao-cao", action="keep", opening="Mở đầu."),
    "apply the plan": apply_edited,
    "make a token": lambda v, at: signed_in(v.season, ADMINS[at]).post(
        f"{at}/ket-noi", action="make", ten="Kho dữ liệu", **{"den-ngay": "2025-06-30"}
    ),
    "send a letter again": lambda v, at: v.post(f"{at}/thu/{first_letter(v, at)}", action="cancel"),
}


def first_letter(visitor: Visitor, at: str) -> int:
    plan_id = at.removeprefix("/kh/") or THE_ONE
    return int(whole(visitor.season, plan_id)["letters"][0][0])


def with_answers_pauses_and_letters(two: Season) -> Visitor:
    """Give both plans an answer, a pause and letters that wait; return their coordinator, signed in."""
    visitor = signed_in(two)
    for at, code in (("", "2024"), (HERE, "hai@2024")):
        say(two, "II.1", code)
        typed = {"den-ngay": "2024-10-20", "ly-do": "Đang bận"}
        assert visitor.post(f"{at}/co-quan/so-a", action="pause", **typed).status_code == 303
    queue_today(two.engine, two.settings)
    return visitor


@pytest.mark.parametrize("at", ["", HERE])
@pytest.mark.parametrize("doing", DOINGS)
def test_what_is_done_at_one_desk_leaves_the_other_plan_as_it_was(two: Season, doing: str, at: str) -> None:
    visitor = with_answers_pauses_and_letters(two)
    here, there = (THE_ONE, "hai") if not at else ("hai", THE_ONE)
    before = whole(two, here), whole(two, there)
    DOINGS[doing](visitor, at)
    visitor.settle()
    after = whole(two, here), whole(two, there)
    assert after[0] != before[0], "it was done"
    sent = list(after[1].pop("letters"))  # those that wait leave with any sender
    assert len(sent) == len(before[1].pop("letters"))
    assert after[1] == before[1]


@pytest.mark.parametrize("at", ["", HERE])
def test_pages_lists_and_journal_show_the_visited_plan_alone(two: Season, at: str) -> None:
    visitor = with_answers_pauses_and_letters(two)
    for each in DOINGS.values():
        for desk in ("", HERE):
            each(visitor, desk)
            visitor.settle()
    other = "2/NQ-hai" if not at else "1/KH-UBND"
    strange = ["Việc của hai", other] if not at else ["Hoạt động thứ", other]
    letters = "/thu", "/thu?dang=csv", f"/thu/{first_letter(visitor, at)}"
    lists = "/viec", "/viec?dang=csv", "/nhat-ky", "/nhat-ky?dang=csv", "/lich?nam=2024", "/ma-tran"
    ones = "/ky", "/ky/2024", "/ky/2024/nhac?xem=so-b", "/ky/2024/bao-cao", "/ky/2024/duyet", "/ky/2024/duyet/so-a"
    for path in ("", *letters, *lists, *ones, "/co-quan/so-a", "/hoat-dong/II.1", "/ke-hoach"):
        page = visitor.get(at + path)
        assert page.status_code == 200, path
        told = page.text.replace(
            f">{'Nghị quyết' if not at else 'Kế hoạch'} số {other}</a></li>", ""
        )  # the switch
        for words in strange:
            assert words not in told, f"{words} at {path}"


def test_the_journal_names_a_period_with_its_plan(two: Season) -> None:
    visitor = with_answers_pauses_and_letters(two)
    accept_all(visitor, HERE)
    DOINGS["close a period"](visitor, HERE)
    said = text_of(visitor.get(f"{HERE}/nhat-ky"))
    assert "II.1, Sở Công Thương (kỳ 2024, Nghị quyết số 2/NQ-hai)" in said
    assert "đổi ngày khóa kỳ 2024 (Nghị quyết số 2/NQ-hai)" in said
    assert "tạm dừng nhắc Sở Công Thương" in said
    at_first = text_of(visitor.get("/nhat-ky"))
    assert "đổi ngày khóa kỳ" not in at_first.partition("Lúc Ai Việc")[2]


def test_a_letter_of_another_plan_is_no_page_of_this_desk(two: Season) -> None:
    visitor = with_answers_pauses_and_letters(two)
    mine, others = first_letter(visitor, HERE), first_letter(visitor, "")
    assert visitor.get(f"{HERE}/thu/{mine}").status_code == 200
    assert visitor.get(f"{HERE}/thu/{others}").status_code == 404
    seal = fields_of(visitor.get())["dau"]
    refused = visitor.ask("POST", f"{HOME}{HERE}/thu/{others}", data={"dau": seal, "action": "cancel"})
    assert refused.status_code == 404


def test_a_review_link_of_a_plan_leads_to_the_desk_of_that_plan(two: Season) -> None:
    with_answers_pauses_and_letters(two)
    with writing(two.engine) as session:
        words = {"cause": "missing", "reason": "Không có hộp thư", "at": two.settings.now()}
        session.add(Bounce(address="a@tinh.example", letter_id=1, **words))
    for code, at in (("2024", ""), ("hai@2024", HERE)):
        link = review_link(two, code=code)
        assert f'href="{HOME}{at}/ky/2024/bao-cao"' in two.browser.get(f"{link}/bao-cao/tong-hop").text
        assert f'href="{HOME}{at}/co-quan/so-a"' in two.browser.get(f"{link}/so-a").text


def test_the_file_of_another_plan_is_refused_in_words(two: Season) -> None:
    visitor = signed_in(two)
    for at, text, other in (
        ("", second_plan(), "Nghị quyết số 2/NQ-hai"),
        (HERE, with_people(), "Kế hoạch số 1/KH-UBND"),
    ):
        page = upload(visitor, at, text)
        assert page.status_code == 422
        assert f"Tệp này là của một kế hoạch khác ({other})" in text_of(page)
    assert len(two.rows(PlanVersion)) == 2


def test_one_page_says_how_far_all_plans_of_a_person_are_and_who_is_late(two: Season) -> None:
    say(two, "II.1", "hai@2024")
    settings = two.settings.on(date(2024, 11, 5))
    late = replace(two, settings=settings, browser=Browser(create_app(two.engine, settings)))
    page = signed_in(late).get("/moi-ke-hoach")
    words = text_of(page)
    assert "Báo cáo năm 2024 29/10/2024 quá 5 0/5 0 0 5 2" in words
    assert "Báo cáo năm 2024 29/10/2024 quá 5 1/5 1 0 4 2" in words
    assert "Quá hạn (4)" in words
    assert words.index("Sở Công Thương Kế hoạch số 1/KH-UBND") < words.index(
        "Sở Công Thương Nghị quyết số 2/NQ-hai"
    )
    for at in ("", HERE):
        assert f'<h2 id="kh-{at.removeprefix("/kh/") or THE_ONE}"><a href="{HOME}{at}">' in page.text
        assert f'href="{HOME}{at}/ky/2024"' in page.text
        assert f'href="{HOME}{at}/viec?ky=2024&amp;co-quan=so-a&amp;trang-thai=qua-han">' in page.text
    assert "2/NQ-hai" not in signed_in(late, LEADER).get("/moi-ke-hoach").text


def test_each_plan_has_a_calendar_feed_of_its_own(two: Season) -> None:
    visitor = signed_in(two)
    feeds = []
    for at in ("", HERE):
        page = text_of(visitor.get(f"{at}/co-quan/so-a"))
        address = page.partition("http://127.0.0.1:8305/lich/")[2].split()[0]
        feeds.append(two.browser.get(f"/lich/{address}").text)
    assert "1/KH-UBND" in feeds[0]
    assert "2/NQ-hai" in feeds[1]
    assert "2/NQ-hai" not in feeds[0]


def test_a_store_whose_only_plan_has_an_id_leads_to_its_desk(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    season = open_season(sqlite_engine, make_settings, second_plan())
    visitor = signed_in(season)
    page = visitor.follow(visitor.get())
    assert page.url.path == HOME + HERE
    assert 'aria-label="Kế hoạch"' not in page.text
    assert [line.who for line in season.rows(JournalEntry) if line.did == "signed in"] == [
        PEOPLE["coordinator"][0]
    ]
