"""The JSON way in: what programs read, what they send, and what is told of faults."""

import json
from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from factories_api import Program, token_for
from factories_web import Browser, Season, open_season, plan_text
from test_web_coordinator import say

from tracker.settings import Settings
from tracker.store.api_tokens import withdraw_token
from tracker.store.engine import writing
from tracker.store.tables import ApiToken, Figure, JournalEntry, Update
from tracker.web.api.operations import OPERATIONS
from tracker.web.app import create_app

HALF_DONE = {"status": "under_way", "percent": 60, "result": "Đã mở hai lớp"}
SENT = "/periods/2024/submissions"


@pytest.fixture
def season(engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    return open_season(engine, make_settings)


def test_a_program_reads_plan_periods_duties_answers_and_figures(season: Season) -> None:
    say(season, "II.1")
    assert Program(season, "so-a").send(figures={"htx-moi": {"value": 12.5}}).status_code == 422, "no half HTX"
    assert Program(season, "so-a").send(figures={"htx-moi": {"value": 1253}}).status_code == 200
    reads = Program(season)
    (plan,) = reads.read("/plans")["plans"]
    assert (plan["code"], [one["id"] for one in plan["activities"]]) == (
        "1/KH-UBND", ["II.1", "II.2", "II.3", "II.4", "II.5"],
    )  # fmt: skip
    newest, _ = reads.read("/periods")["periods"]
    assert (newest["code"], newest["open"], newest["standing"]["answered"]) == ("2024", True, 1)
    period = reads.read("/periods/2024")
    assert period["by_agency"]["so-a"] == {"expected": 4, "answered": 1, "accepted": 0, "returned": 0, "owed": 3}
    assert period["by_area"]["ND1"]["expected"] == 2
    duties = reads.read("/periods/2024/duties?state=submitted")["duties"]
    assert [(one["activity"], one["agency"], one["state"]) for one in duties] == [("II.1", "so-a", "submitted")]
    (answer,) = reads.read("/periods/2024/answers")["answers"]
    assert (answer["activity"], answer["revision"], answer["newest"], answer["way"]) == ("II.1", 1, True, "page")
    (figure,) = reads.read("/periods/2024/figures")["figures"]
    assert (figure["target"], figure["agency"], figure["value"]) == ("htx-moi", "so-a", 1253)


def test_what_is_long_is_read_piece_by_piece_and_nothing_comes_twice(season: Season) -> None:
    reads, seen, after = Program(season), [], 0
    while after is not None:
        piece = reads.read(f"/periods/2024/duties?limit=2&after={after}")
        seen += [one["activity"] for one in piece["duties"]]
        after = piece["next"]
    assert seen == ["II.1", "II.2", "II.3", "II.4", "II.5"]


def test_an_agencys_program_answers_as_the_page_does_and_is_told_what_was_recorded(season: Season) -> None:
    program = Program(season, "so-a")
    form = program.read("/periods/2024/form")
    assert [one["entry"] for one in form["entries"]] == ["II.1", "II.2", "II.3", "II.4"]
    sent = program.send(
        answers={
            "II.1": {**HALF_DONE, "based_on": form["entries"][0]["revision"]},
            "II.2": {"nothing": True, "reason": "Chưa có vốn"},
        },
        figures={"htx-moi": {"value": 7, "based_on": form["figures"][0]["value"]}},
    )  # fmt: skip
    assert sent.status_code == 200, sent.text
    assert sent.json() == {
        "signed_by": "Nguyễn Văn An, chuyên viên",
        "answers": [{"entry": "II.1", "revision": 1}, {"entry": "II.2", "revision": 1}],
        "figures": [{"target": "htx-moi", "revision": 1, "value": 7.0}],
        "contributions": [],
    }
    first, second = season.rows(Update)
    assert (first.way, first.percent, first.result) == ("api", 60, "Đã mở hai lớp")
    assert second.result == "Không có phát sinh trong kỳ. Lý do: Chưa có vốn"
    about = [(one.who, one.about) for one in season.rows(JournalEntry) if one.did == "answered by a token"]
    assert about == [("Phần mềm thử", "token 1")]
    again = program.send(answers={"II.1": {**HALF_DONE, "based_on": 0}})
    assert (again.status_code, again.json()["answers"]) == (200, [])
    assert len(season.rows(Update)) == 2


def test_every_fault_is_told_at_once_with_its_place_and_nothing_is_recorded(season: Season) -> None:
    program = Program(season, "so-a")
    before = season.dump()
    answer = program.send(
        signed_by="",
        answers={"II.1": {"status": "done", "percent": 50}, "II.5": {"status": "done", "result": "Xong"}},
        figures={"htx-moi": {"value": 1.5}},
    )
    assert answer.status_code == 422
    places = {(one["entry"], one["field"]) for one in answer.json()["faults"]}
    assert places == {
        ("II.1", "result"),
        ("II.1", "percent"),
        ("II.5", "orphan"),
        ("htx-moi", "value"),
        ("", "signed_by"),
    }
    assert season.dump() == before


def test_who_read_an_older_revision_or_value_is_told_of_the_conflict(season: Season) -> None:
    program = Program(season, "so-a")
    assert program.send(answers={"II.1": HALF_DONE}, figures={"htx-moi": {"value": 7}}).status_code == 200
    late = program.send(
        answers={"II.1": {**HALF_DONE, "result": "Khác", "based_on": 0}},
        figures={"htx-moi": {"value": 9, "based_on": 3}},
    )
    assert [(one["entry"], one["field"]) for one in late.json()["faults"]] == [
        ("II.1", "conflict"), ("htx-moi", "conflict"),
    ]  # fmt: skip
    fell = program.send(figures={"htx-moi": {"value": 5}})
    assert [one["field"] for one in fell.json()["faults"]] == ["lower"]
    assert program.send(figures={"htx-moi": {"value": 5, "confirmed_lower": True}}).status_code == 200
    assert [int(one.value) for one in season.rows(Figure)] == [7, 5]


def test_an_agencys_program_sees_and_answers_its_own_agency_alone(season: Season) -> None:
    assert Program(season, "so-a").send(answers={"II.1": HALF_DONE}).status_code == 200
    other = Program(season, "so-b")
    assert [one["activity"] for one in other.read("/periods/2024/duties")["duties"]] == ["II.5"]
    assert other.read("/periods/2024/duties?agency=so-a")["duties"] == []
    assert other.read("/periods/2024/answers")["answers"] == []
    assert set(other.read("/periods/2024")["by_agency"]) == {"so-b"}
    assert other.send(answers={"II.1": HALF_DONE}).status_code == 422
    assert Program(season).send(answers={"II.1": HALF_DONE}).status_code == 403
    assert Program(season).ask("GET", "/periods/2024/form").status_code == 403


def test_the_program_of_a_successor_answers_for_whom_it_took_over(
    engine: sa.Engine, make_settings: Callable[..., Settings]
) -> None:
    season = open_season(engine, make_settings, plan_text(merged_since="2024-03-01"))
    program = Program(season, "so-a")
    assert "II.5" in [one["entry"] for one in program.read("/periods/2024/form")["entries"]]
    assert "so-b" in {one["agency"] for one in program.read("/periods/2024/duties")["duties"]}
    assert program.send(answers={"II.5": HALF_DONE}).status_code == 200


def test_a_closed_period_takes_nothing(season: Season) -> None:
    program = Program(season, "so-a")
    settings = season.settings.on(date(2025, 3, 1))
    late = Season(season.engine, settings, Browser(create_app(season.engine, settings)))
    answer = Program(late, token=program.token).send(answers={"II.1": HALF_DONE})
    assert (answer.status_code, season.rows(Update)) == (409, [])


def dead_tokens(season: Season) -> dict[str, str]:
    """Return headers that let nobody in, each under what is wrong with it."""
    withdrawn, over = token_for(season), token_for(season, until=season.settings.today())
    with writing(season.engine) as session:
        withdraw_token(session, "ke-hoach", 1, "quản trị", season.settings.now())
        session.get_one(ApiToken, 2).expires_at = season.settings.now()
    link = season.link().removeprefix("/b/")
    return {
        "unknown": f"Bearer {'x' * 43}",
        "withdrawn": f"Bearer {withdrawn}",
        "over": f"Bearer {over}",
        "malformed": "Bearer \xe9",
        "none": "",
        "a link": f"Bearer {link}",
        "a scheme": f"Basic {withdrawn}",
    }


def test_whatever_is_wrong_with_a_token_every_address_answers_alike_and_reads_no_body(season: Season) -> None:
    tried, told = dead_tokens(season), set()
    before = season.dump()
    paths = [one.path.replace("{code}", "2024") for one in OPERATIONS if one.method == "GET"]
    for header in tried.values():
        given = {"headers": {"Authorization": header.encode("latin-1")}}
        asked = [("GET", f"/api{path}", given) for path in [*paths, "/khong-co", "/periods/1999"]]
        asked += [("POST", f"/api{SENT}", {**given, "content": b"{" * 1000})]
        answers = season.browser.many(asked)
        told |= {(one.status_code, one.content, one.headers["www-authenticate"]) for one in answers}
    assert len(told) == 1
    assert next(iter(told))[0] == 401
    assert season.dump() == before


def test_no_token_stands_in_the_store(season: Season) -> None:
    tokens = [token_for(season), token_for(season, "so-a")]
    everything = repr(season.dump())
    assert not [token for token in tokens if token in everything]
    made = [
        (one.who, one.did, one.detail.get("agency")) for one in season.rows(JournalEntry) if "token" in one.did
    ]
    assert made == [("quản trị", "made a token", None), ("quản trị", "made a token", "so-a")]


UNREADABLE = [
    b"",
    b"{",
    b"[" * 100_000,
    b'{"signed_by": "A", "signed_by": "B"}',
    b'{"figures": NaN}',
    b"\xff",
    b"1" * 5000,
]


@pytest.mark.parametrize("raw", UNREADABLE, ids=lambda raw: repr(raw[:12]))
def test_a_body_that_is_no_json_is_refused(season: Season, raw: bytes) -> None:
    program = Program(season, "so-a")
    answer = program.ask("POST", SENT, content=raw, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


STRANGE = [
    {"signed_by": "A", "hello": 1},
    {"signed_by": 1},
    {"signed_by": "A", "answers": []},
    {"signed_by": "A", "answers": {"II.1": {"percent": "60"}}},
    {"signed_by": "A", "answers": {"II.1": {"percent": 10**30}}},
    {"signed_by": "A", "answers": {"II.1": {"result": "\ud800"}}},
    {"signed_by": "A", "answers": {"\ud800": {"percent": 1}}},
    {"signed_by": "A\x00", "answers": {"II.1": HALF_DONE}},
    {"signed_by": "A", "answers": {"II.1": {**HALF_DONE, "result": "a\x00b"}}},
    {"signed_by": "A", "answers": {"II.1\x00": HALF_DONE}},
    {"signed_by": "A", "answers": {"x" * 5000: HALF_DONE}},
    {"signed_by": "A", "figures": {"htx-moi": {"value": -1}}},
    {"signed_by": "A", "figures": {"htx-moi": {"value": 1e300}}},
    {"signed_by": "A", "figures": {"htx-moi": {"value": 0.00001}}},
    {"signed_by": "A", "figures": {"htx-moi": {"value": True}}},
    {"signed_by": "A", "contributions": {"II.1": {"text": "Việc của người khác"}}},
]


@pytest.mark.parametrize("body", STRANGE, ids=lambda body: ascii(body)[:60])
def test_a_body_of_another_shape_is_refused_with_its_places_and_changes_nothing(
    season: Season, body: object
) -> None:
    program = Program(season, "so-a")
    before = season.dump()
    raw = json.dumps(body).encode()
    answer = program.ask("POST", SENT, content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["faults"]
    assert season.dump() == before


def test_a_body_of_very_many_names_is_refused_briefly_and_soon(season: Season) -> None:
    program = Program(season, "so-a")
    many = program.send(answers={f"a{number}": {"result": "x"} for number in range(2_001)})
    wrong = program.send(answers={f"a{number}": 1 for number in range(1_900)})
    most = program.send(answers={f"a{number}": {"result": "x"} for number in range(2_000)})
    assert [answer.status_code for answer in (many, wrong, most)] == [422, 422, 422]
    assert (len(many.json()["faults"]), len(wrong.json()["faults"])) == (1, 200)
    assert season.rows(Update) == []


def test_a_body_must_be_json_of_bounded_size_from_no_other_site(season: Season) -> None:
    program = Program(season, "so-a")
    assert program.ask("POST", SENT, data={"a": "b"}).status_code == 415
    large = {"signed_by": "A", "answers": {"II.1": {**HALF_DONE, "result": "x" * 1_000_001}}}
    assert program.ask("POST", SENT, json=large).status_code == 413
    elsewhere = program.ask("POST", SENT, json={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (elsewhere.status_code, elsewhere.json()["status"]) == (403, 403)


STRANGE_QUERIES = ["limit=0", "limit=201", "limit=x", "after=-1", "after=9999999999", "state=xong", "agency=la",
                   "agency=%00", "khac=1"]  # fmt: skip


@pytest.mark.parametrize("query", STRANGE_QUERIES)
def test_what_cannot_be_asked_for_is_told(season: Season, query: str) -> None:
    answer = Program(season).ask("GET", f"/periods/2024/duties?{query}")
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["field"] == query.partition("=")[0]


@pytest.mark.parametrize("code", ["1999", "%00", "2024%2F", "a" * 500])
def test_what_is_not_there_is_told_to_whom_a_token_lets_in(season: Season, code: str) -> None:
    answer = Program(season).ask("GET", f"/periods/{code}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_trouble_of_the_store_is_told_in_json_with_the_code_of_the_log(
    season: Season, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    program = Program(season)

    def fail(*_: object) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr("tracker.web.api.door.find_token", fail)
    answer = program.ask("GET", "/plans")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.json()["title"].rpartition("(")[2][:6] in caplog.text
