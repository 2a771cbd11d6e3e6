"""What strangers send to the pages as they are served: twisted requests, reflections, bombs, and files unasked."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

import pytest
from answering import ROOT
from factories_web import Season, open_season
from serving import say_raw, served, statuses
from smtp_post import free_port
from test_web_coordinator import review_link
from test_web_evidence import PDF, give, stored

from tracker.answers.evidence import LARGEST
from tracker.settings import Settings, load_settings
from tracker.store.engine import opened_store
from tracker.store.tables import Evidence

HOST = b"Host: 127.0.0.1\r\n"
LAST = b"GET /suc-khoe HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
"""A request after another: whether it is answered shows where the server saw the first one end."""
CHUNKED = b"Transfer-Encoding: chunked\r\n"
FRAMED: dict[str, tuple[bytes, list[int]]] = {
    "length and chunks": (b"Content-Length: 6\r\n" + CHUNKED + b"\r\n0\r\n\r\n", [400, 200]),
    "chunks and length": (CHUNKED + b"Content-Length: 80\r\n\r\n0\r\n\r\n", [400, 200]),
    "length twice the same": (b"Content-Length: 0\r\n" * 2 + b"\r\n", [400, 200]),
    "two lengths": (b"Content-Length: 0\r\nContent-Length: 80\r\n\r\n", [400]),
    "list of lengths": (b"Content-Length: 0, 80\r\n\r\n", [400]),
    "length with a sign": (b"Content-Length: +0\r\n\r\n", [400]),
    "length below nothing": (b"Content-Length: -1\r\n\r\n", [400]),
    "length in hex": (b"Content-Length: 0x0\r\n\r\n", [400]),
    "unknown coding": (b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", [400]),
    "two codings": (b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", [400]),
    "blank before the colon": (b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", [400]),
    "folded header": (b"X-A: a\r\n Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", [400, 200]),
    "chunk without a size": (CHUNKED + b"\r\nzz\r\n", [400]),
    "chunk of endless size": (CHUNKED + b"\r\n" + b"f" * 40 + b"\r\n", [400]),
    "carriage return in a header": (b"X-A: a\rContent-Length: 0\r\n\r\n", [400]),
    "NUL in a header": (b"X-A: a\0b\r\n\r\n", [400]),
    "header of 200 kB": (b"X-A: " + b"a" * 200_000 + b"\r\n\r\n", [400]),
    "20,000 headers": (b"".join(b"X-%d: a\r\n" % n for n in range(20_000)) + b"\r\n", [400]),
    "second host": (HOST + b"\r\n", [400]),
}
PLAIN: dict[str, tuple[bytes, list[int]]] = {
    "no host": (b"GET / HTTP/1.1\r\n\r\n", [400]),
    "address of 200 kB": (b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", [400]),
    "HTTP/0.9": (b"GET /\r\n\r\n", [400]),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [404, 400]),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", [400]),
    "tunnel": (b"CONNECT x.example:443 HTTP/1.1\r\n" + HOST + b"\r\n", [404, 200]),
    "all of the server": (b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", [404, 200]),
    "another server's page": (b"GET http://x.example/ HTTP/1.1\r\n" + HOST + b"\r\n", [404, 200]),
    "many ranges": (b"GET /style.css HTTP/1.1\r\n" + HOST + b"Range: bytes=" + b"0-0," * 500 + b"\r\n\r\n",
                    [200, 200]),
    "web socket": (b"GET / HTTP/1.1\r\n" + HOST + b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
                   b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                   [200, 200]),
}  # fmt: skip
PROBE = "x0<probe\"'>"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Season]:
    """Give a season that the tests of this file share, because none of them may change it."""
    folder = tmp_path_factory.mktemp("lasting")

    def settings(**given: str) -> Settings:
        given = {"var": str(folder), "templates": str(ROOT / "templates"), "port": str(free_port())} | given
        return load_settings({f"TRACKER_{name.upper()}": value for name, value in given.items()})

    with opened_store(f"sqlite:///{folder / 'tracker.db'}", create=True) as engine:
        yield open_season(engine, settings)


@pytest.fixture(scope="module")
def port(lasting: Season) -> Iterator[int]:
    with served(lasting) as port:
        yield port


@pytest.fixture
def untouched(lasting: Season) -> Iterator[Season]:
    """Give the shared season, and see to it that nothing was written."""
    lasting.link()
    review_link(lasting)
    before = lasting.dump()
    yield lasting
    assert lasting.dump() == before
    assert stored(lasting) == []


@pytest.mark.parametrize(("rest", "expected"), FRAMED.values(), ids=FRAMED)
def test_where_a_request_ends_is_never_in_doubt(
    untouched: Season, port: int, rest: bytes, expected: list[int]
) -> None:
    answer = say_raw(port, b"POST " + untouched.link().encode() + b" HTTP/1.1\r\n" + HOST + rest + LAST)
    assert statuses(answer) == expected
    assert b"Traceback" not in answer


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("request_", "expected"), PLAIN.values(), ids=PLAIN)
def test_a_request_of_another_kind_opens_nothing(port: int, request_: bytes, expected: list[int]) -> None:
    answer = say_raw(port, request_ + LAST)
    assert statuses(answer) == expected
    assert b"content-range" not in answer.lower()


def test_head_is_answered_without_a_body(untouched: Season, port: int) -> None:
    link = untouched.link()
    for path in ("/", "/style.css", "/x", link, f"{link}/bien-nhan", review_link(untouched)):
        answer = say_raw(port, b"HEAD " + path.encode() + b" HTTP/1.1\r\n" + HOST + b"\r\n" + LAST)
        first, second, body = answer.split(b"\r\n\r\n")
        assert (statuses(first), statuses(second), body) in (([200], [200], b"ok"), ([404], [200], b"ok")), path


def test_no_token_is_in_what_the_server_prints_and_none_in_a_header_but_where_to_go(
    quiet_season: Season, capfd: pytest.CaptureFixture[str]
) -> None:
    season = replace(quiet_season, settings=replace(quiet_season.settings, port=free_port()))
    link, review = season.link(), review_link(season)
    tokens = [path.rpartition("/")[2].encode() for path in (link, review)]
    with served(season) as port:
        for path in (link, f"{link}/bien-nhan", f"{link}/tai-lieu", f"{link}/tep", f"{link}/x", review):
            for head in ("GET {}", "HEAD {}", "POST {}", "DELETE {}", "GET {}?ref={}", "GET {}\0"):
                line = head.replace("{}", path).encode()
                referer = b"Referer: http://127.0.0.1" + path.encode() + b"\r\nContent-Length: 0\r\n"
                answer = say_raw(port, line + b" HTTP/1.1\r\n" + HOST + referer + b"Connection: close\r\n\r\n")
                headers = answer.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
                kept = [one for one in headers if not one.startswith(b"location:")]
                assert statuses(answer), line
                assert not [one for one in kept if any(token.lower() in one for token in tokens)]
                assert b"set-cookie" not in answer.lower()
    printed = "".join(capfd.readouterr()).encode()
    assert not [token for token in tokens if token in printed]


@pytest.mark.parametrize(
    "given",
    [
        {"params": {"x": PROBE, "gui": PROBE, "duyet": PROBE, PROBE: "1"}},
        {"headers": {"host": "x0probe.example", "x-forwarded-host": "x0probe.example"}},
        {"headers": {"x-forwarded-proto": "x0probe", "forwarded": "host=x0probe"}},
        {"headers": dict.fromkeys(("user-agent", "referer", "cookie", "accept-language", "range"), PROBE)},
        {"data": {PROBE: PROBE, f"II.1.{PROBE}": "1", "action": PROBE}},
        {"data": {"II.1.status": PROBE, "II.1.revision": PROBE, "draft": PROBE, "action": "save"}},
        {"data": {PROBE: "x"}, "headers": {"origin": "http://x0probe.example"}},
        {"files": {PROBE: (PROBE, b"MZ"), "file": (PROBE, b"MZ")}},
    ],
)  # fmt: skip
def test_what_a_request_says_besides_its_texts_is_on_no_page(lasting: Season, given: dict[str, object]) -> None:
    link, review = lasting.link(), review_link(lasting)
    paths = ["/", "/x", link, f"{link}/bien-nhan", f"{link}/tai-lieu", f"{link}/tep", review, f"{review}/so-a"]
    paths += [f"/b/{quote(PROBE)}", f"{link}/{quote(PROBE)}", f"{review}/{quote(PROBE)}", f"/{quote(PROBE)}"]
    method = "POST" if {"data", "files"} & set(given) else "GET"
    for answer in lasting.browser.many((method, path, given) for path in paths):
        assert answer.status_code < 500
        assert "probe" not in answer.text.lower(), answer.url
        assert not [value for value in answer.headers.values() if "probe" in value], answer.url


def in_parts(*parts: bytes, boundary: bytes = b"x", end: bytes = b"--x--\r\n") -> bytes:
    return b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts) + end


NAMED = b'Content-Disposition: form-data; name="a"\r\n'
BOMBS: dict[str, bytes] = {
    "100,000 fields": in_parts(*[NAMED + b"\r\n1"] * 100_000),
    "2,000 files": in_parts(*[NAMED[:-2] + b'; filename="a"\r\n\r\n1'] * 2_000),
    "9 MB of headers": in_parts(NAMED + b"X-A: a\r\n" * 1_100_000 + b"\r\n1"),
    "a header of 9 MB": in_parts(NAMED + b"X-A: " + b"a" * 9_000_000 + b"\r\n\r\n1"),
    "9 MB before the first part": b"a" * 9_000_000 + b"\r\n" + in_parts(NAMED + b"\r\n1"),
    "9 MB after the last part": in_parts(NAMED + b"\r\n1") + b"a" * 9_000_000,
    "9 MB of hyphens": b"-" * 9_000_000,
    "no end": in_parts(NAMED + b"\r\n1", end=b""),
    "parts in parts": in_parts(b"Content-Type: multipart/mixed; boundary=y\r\n\r\n" + b"--y\r\n" * 100_000),
    "a field of 9 MB": in_parts(NAMED + b"\r\n" + b"a" * 9_000_000),
    "no part": b"",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_in_parts_is_refused_and_leaves_nothing(untouched: Season, bomb: bytes) -> None:
    for page in ("tai-lieu", "tep"):
        answer = untouched.browser.ask(
            "POST",
            f"{untouched.link()}/{page}",
            content=bomb,
            headers={"content-type": "multipart/form-data; boundary=x"},
        )
        assert answer.status_code in {400, 413, 422}, page


@pytest.mark.parametrize(
    "kind",
    ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "b" * 5_000],
)
def test_parts_without_a_usable_boundary_are_refused(untouched: Season, kind: str) -> None:
    for content in (in_parts(NAMED + b"\r\n1"), b"--" + b"b" * 5_000 + b"\r\n"):
        link = f"{untouched.link()}/tai-lieu"
        answer = untouched.browser.ask("POST", link, content=content, headers={"content-type": kind})
        assert answer.status_code in {400, 422}


@pytest.mark.parametrize(
    "content",
    [
        b"&".join(b"a%d=1" % n for n in range(100_000)),
        b"&" * 900_000,
        b"=" * 900_000,
        b"%" * 900_000,
        b"a=" + b"%41" * 300_000,
        b"a=1;" * 200_000,
    ],
    ids=["fields", "ampersands", "equals", "percents", "escapes", "semicolons"],
)
def test_a_bomb_of_fields_is_refused_or_ignored(lasting: Season, content: bytes) -> None:
    answer = lasting.browser.ask("POST", lasting.link(), content=content, headers=FORM)
    assert answer.status_code in {303, 400, 409, 413, 422}
    assert lasting.dump()["updates"] == []


@pytest.mark.parametrize("path", ["/b/{}/tai-lieu", "/b/{}/tep", "/r/{}", "/b/{}"])
def test_large_files_without_a_link_that_opens_find_no_page_and_leave_nothing(
    untouched: Season, path: str
) -> None:
    raw = PDF + b"x" * (LARGEST - 200_000)
    wrong = path.format("A" * 43)
    large = {"data": {"activity": "1", "given_by": "Hoa"}, "files": {"file": ("a.pdf", raw)}}
    answers = untouched.browser.many(("POST", wrong, large) for _ in range(6))
    expected = 404 if path.endswith("/tai-lieu") else 413
    assert {answer.status_code for answer in answers} == {expected}


def test_an_agency_takes_back_no_other_agencys_file(quiet_season: Season) -> None:
    give(quiet_season, "a.pdf", PDF)
    [file] = quiet_season.rows(Evidence)
    page = f"{quiet_season.link('so-b')}/tai-lieu"
    answer = quiet_season.browser.ask(
        "POST", page, data={"remove": str(file.id), "given_by": "Hoa"}, files={"file": ("", b"")}
    )
    assert answer.status_code in {404, 422}
    assert [one.removed_at for one in quiet_season.rows(Evidence)] == [None]
