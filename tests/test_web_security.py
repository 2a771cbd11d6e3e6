"""What stands before the pages: methods, links, origins, sizes and headers."""

import random
import re
import string
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import anyio
import pytest
import sqlalchemy as sa
from factories_web import Season, fields_of, open_season
from test_web_coordinator import review_link

from tracker.settings import Settings
from tracker.store.engine import writing
from tracker.store.tables import Link
from tracker.web.security import HEADERS, LARGEST_BODY, REVALIDATED

UPLOAD = b"--x\r\nContent-Disposition: form-data; name=a; filename=../../etc/passwd\r\n\r\n\r\n--x--"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def season(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    return open_season(sqlite_engine, make_settings)


@pytest.fixture
def stored(engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    return open_season(engine, make_settings)


def routes(link: str) -> list[str]:
    return ["/", "/style.css", "/form.js", "/suc-khoe", link, f"{link}/bien-nhan"]


def test_opening_every_page_fifty_times_changes_nothing(stored: Season) -> None:
    link = stored.link()
    stored.browser.post(link, "save", fields_of(stored.browser.get(link)) | {"II.1.result": "nháp"})
    before = stored.dump()
    asked = [(method, path, {}) for path in [*routes(link), "/b/x", "/x"] for method in ("GET", "HEAD")] * 50
    assert {answer.status_code for answer in stored.browser.many(asked)} == {200, 404}
    assert stored.dump() == before


def test_each_route_takes_its_own_methods_and_no_other(season: Season) -> None:
    link = season.link()
    expected = {path: {"GET": 200, "HEAD": 200} for path in routes(link)}
    expected[link]["POST"] = 400  # there is no form in it
    expected["/khong-co"] = dict.fromkeys(("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"), 404)
    for path, known in expected.items():
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"):
            answer = season.browser.ask(method, path)
            wanted = known.get(method, 404 if path == "/khong-co" else 405)
            assert answer.status_code == wanted, (method, path)
            if wanted == 405:
                assert answer.headers["content-type"].startswith("text/plain")
                assert "GET" in answer.headers["allow"]


def test_every_answer_carries_the_strict_headers(season: Season) -> None:
    link = season.link()
    asked = [("GET", path, {}) for path in [*routes(link), "/b/x", "/x"]]
    asked += [
        ("DELETE", link, {}),
        ("POST", link, {}),
        ("POST", link, {"headers": {"origin": "https://x.example"}}),
    ]
    asked += [("POST", link, {"content": b"a" * (LARGEST_BODY + 1), "headers": FORM})]
    answers = season.browser.many(asked)
    assert {answer.status_code for answer in answers} == {200, 400, 403, 404, 405, 413}
    for answer in answers:
        same_for_all = answer.url.path in {"/style.css", "/form.js"}
        strict = HEADERS | ({"Cache-Control": REVALIDATED} if same_for_all and answer.status_code == 200 else {})
        assert {name: answer.headers.get(name) for name in HEADERS} == strict, answer.url
        assert "set-cookie" not in answer.headers


def test_a_page_has_no_script_but_its_own_file_and_asks_nothing_of_other_sites(season: Season) -> None:
    page = season.browser.get(season.link()).text
    assert re.findall("<script.*?>.*?</script>", page) == ['<script src="/form.js" defer></script>']
    assert "<script" not in season.browser.get(f"{season.link()}/bien-nhan").text
    assert not re.search(r"\son[a-z]+=", page)
    assert "http://" not in page
    assert "https://" not in page
    assert " style=" not in page


@pytest.mark.parametrize("count", [500, pytest.param(10_000, marks=pytest.mark.slow)])
def test_mutated_tokens_open_one_and_the_same_page_and_write_nothing(stored: Season, count: int) -> None:
    link = stored.link()
    token = link.removeprefix("/b/")
    dice = random.Random(305)
    letters = string.ascii_letters + string.digits + "-_"
    mutants = {token[:-1], token + "A", token.lower(), "x", "%00", "..%2f..", token + "%0a", "é", "A" * 5000}
    while len(mutants) < count:
        first, second = dice.randrange(len(token)), dice.randrange(len(token))
        changed = {first: dice.choice(letters), second: dice.choice(letters)}
        mutants.add("".join(changed.get(place, letter) for place, letter in enumerate(token)))
    mutants.discard(token)
    before = stored.dump()
    posted = {"data": {"II.1.status": "done", "action": "send"}}
    asked = [("GET", f"/b/{mutant}", {}) for mutant in mutants]
    asked += [("GET", f"/b/{mutant}/bien-nhan", {}) for mutant in sorted(mutants)[:50]]
    asked += [("POST", f"/b/{mutant}", posted) for mutant in sorted(mutants)[:50]]
    answers = stored.browser.many(asked)
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert "đường dẫn mới" in answers[0].text
    assert stored.dump() == before


def test_an_expired_and_a_withdrawn_link_look_like_one_that_never_was(stored: Season) -> None:
    link, other = stored.link("so-a"), stored.link("so-b")
    unknown = stored.browser.get("/b/" + "A" * 43)
    now = stored.settings.now()
    with writing(stored.engine) as session:
        of = sa.update(Link).where
        session.execute(of(Link.agency_id == "so-a").values(expires_at=now - timedelta(seconds=1)))
        session.execute(of(Link.agency_id == "so-b").values(withdrawn_at=now))
    for path in (link, other, f"{link}/bien-nhan"):
        answer = stored.browser.get(path)
        assert (answer.status_code, answer.content) == (404, unknown.content)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "none"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8305"}, 403),
        ({"origin": "http://127.0.0.1:8305"}, 303),
        ({"origin": "https://theo-doi.tinh.example"}, 303),
        ({"origin": "http://theo-doi.tinh.example"}, 403),
        ({"origin": "https://x.example"}, 403),
        ({"origin": "https://theo-doi.tinh.example.x.example"}, 403),
        ({"origin": "http://[::1"}, 403),
        ({"host": "x.example:8305", "origin": "http://x.example:8305"}, 403),  # a name that leads to this machine
        ({"host": "x.example", "origin": "null"}, 403),
        ({"host": "x.example"}, 403),
        ({"host": "[::1", "origin": "http://[::1"}, 403),
        ({"host": "x.example", "origin": "https://theo-doi.tinh.example"}, 303),
        ({"host": "theo-doi.tinh.example", "origin": "http://theo-doi.tinh.example"}, 303),
        ({"host": "localhost:8305", "origin": "http://localhost:8305"}, 303),
        ({"host": "[::1]:8305", "origin": "http://[::1]:8305"}, 303),
        ({"origin": "null"}, 303),  # what a browser sends over plain http from a no-referrer page
        ({"origin": "null", "sec-fetch-site": "cross-site"}, 403),
    ],
)
def test_a_form_posted_from_another_site_is_refused(
    sqlite_engine: sa.Engine, make_settings: Callable[..., Settings], headers: dict[str, str], status: int
) -> None:
    season = open_season(sqlite_engine, make_settings, base_url="https://theo-doi.tinh.example")
    link = season.link()
    before = season.dump()
    answer = season.browser.ask("POST", link, data={"II.1.result": "x", "action": "save"}, headers=headers)
    assert answer.status_code == status
    assert (season.dump() == before) == (status == 403)
    if status == 403:
        assert "Chưa có gì được ghi lại" in answer.text


async def _stream(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 10_000):
        yield b"II.1.result=" + b"a" * 9_987 + b"&"


@pytest.mark.parametrize("headers", [{}, {"content-length": "5"}, {"content-length": "99999999999"}])
def test_a_body_over_the_cap_is_refused_whatever_its_length_claims(
    season: Season, headers: dict[str, str]
) -> None:
    link = season.link()
    before = season.dump()
    answer = season.browser.ask("POST", link, content=_stream(LARGEST_BODY * 2), headers=FORM | headers)
    assert answer.status_code == 413
    assert "Một lần gửi nhận được khoảng 150 trang" in answer.text
    assert season.dump() == before


def test_a_long_report_under_the_cap_is_taken(season: Season) -> None:
    link = season.link()
    typed = fields_of(season.browser.get(link)) | {"II.1.result": "a" * (LARGEST_BODY - 5_000)}
    assert season.browser.post(link, "save", typed).status_code == 303


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"&".join(b"a%d=1" % n for n in range(20_000)), "application/x-www-form-urlencoded"),
        (b"II.1.result=%ff%fe", "application/x-www-form-urlencoded"),
        (b"II.1.result=%ed%a0%80", "application/x-www-form-urlencoded"),
        (UPLOAD, "multipart/form-data; boundary=x"),
        (b"{}", "application/json"),
        (b"", "text/plain"),
    ],
)
def test_what_is_not_a_form_of_this_page_is_refused_in_words(
    season: Season, content: bytes, content_type: str
) -> None:
    before = season.dump()
    answer = season.browser.ask("POST", season.link(), content=content, headers={"content-type": content_type})
    assert answer.status_code == 400
    assert "Không đọc được nội dung" in answer.text
    assert {k: v for k, v in season.dump().items() if k != "links"} == {
        k: v for k, v in before.items() if k != "links"
    }


@pytest.mark.parametrize("revision", ["²", "-1", "", "9" * 400, "1e3", "99"])
def test_a_made_up_revision_is_harmless(season: Season, revision: str) -> None:
    typed = {"II.1.status": "not_started", "II.1.revision": revision, "said_by": "Hoa"}
    assert season.browser.post(season.link(), "send", typed).status_code == 303


def test_without_a_plan_the_page_says_that_it_cannot_be_opened_yet(season: Season) -> None:
    link = season.link()
    with writing(season.engine) as session:
        session.execute(sa.text("DELETE FROM plan_versions"))
    for answer in (season.browser.get(link), season.browser.post(link, "save", {})):
        assert answer.status_code == 503
        assert "chưa áp dụng kế hoạch nào" in answer.text


def test_a_broken_database_is_told_in_words_and_not_as_a_traceback(season: Season) -> None:
    link = season.link()
    with writing(season.engine) as session:
        session.execute(sa.text("DROP TABLE drafts"))
    answer = season.browser.get(link)
    assert answer.status_code == 503
    assert "Traceback" not in answer.text
    assert link.removeprefix("/b/") not in answer.text


def test_a_fault_of_the_program_is_a_page_with_the_same_headers(
    season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = season.link()
    monkeypatch.setattr("tracker.web.owner.filled_form", lambda *_: 1 / 0)
    sent: list[dict[str, object]] = []

    async def ask() -> None:
        scope = {"type": "http", "method": "GET", "path": link, "headers": [], "query_string": b""}

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b""}

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        await season.browser.app(scope, receive, send)

    anyio.run(ask)
    assert sent[0]["status"] == 500
    assert (b"referrer-policy", b"no-referrer") in sent[0]["headers"]  # type: ignore[operator]
    assert "Lỗi thuộc về phần mềm" in sent[1]["body"].decode()  # type: ignore[attr-defined]


def test_no_token_is_in_any_log_line(season: Season, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    link = season.link()
    typed = fields_of(season.browser.get(link)) | {"II.1.status": "not_started", "said_by": "Hoa"}
    season.browser.post(link, "save", typed)
    season.browser.post(link, "send", typed)
    season.browser.get(f"{link}/bien-nhan")
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert not any(link.removeprefix("/b/") in line for line in ours)


@pytest.mark.parametrize("digits", [10, 20, 5_000])
def test_a_number_of_many_digits_is_an_address_that_leads_nowhere(
    season: Season, digits: int, caplog: pytest.LogCaptureFixture
) -> None:
    number = "9" * digits
    review = review_link(season)
    for base in ("/r/x", review):
        for path in (f"{base}/thu/{number}", f"{base}/tai-lieu/{number}", f"{base}/bao-cao/{number}.pdf"):
            assert {season.browser.ask(method, path).status_code for method in ("GET", "POST")} <= {404, 405}
    for base in ("/b/x", season.link()):
        assert season.browser.get(f"{base}/tai-lieu/{number}").status_code == 404
    assert not [one for one in caplog.records if one.name == "tracker.web"]
