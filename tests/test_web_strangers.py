"""Who has no link costs one look: what a stranger posts is not read, and nobody waits for it."""

import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
from factories_web import Season, fields_of
from serving import served, statuses
from smtp_post import free_port
from test_web_coordinator import review_link

from tracker.web.app import create_app

MARKS = ("̖̀" * 250_000).encode()[:1_000_000]
"""Combining marks in the worst order: to put half a million in order takes minutes."""
GIVEN = {"token": "A" * 43, "agency": "so-a", "message_id": "1", "file_id": "1", "number": "1", "form": "pdf"}
GIVEN |= {"letter_id": "1", "code": "2024", "activity": "II.1", "nothing": "x", "plan_id": "hai"}
DESK = "/ban-lam-viec"
CLOSED = {303, 400, 401, 404, 413}
"""How the desk answers whoever is not signed in: go and ask for a link, or nothing is there."""


def posting_paths(season: Season, token: str = "A" * 43) -> list[str]:
    """Return every address that takes a POST, as a stranger would call it."""
    app = create_app(season.engine, season.settings)
    paths = [route.path for route in app.routes if "POST" in route.methods]  # type: ignore[attr-defined]
    given = GIVEN | {"token": token}
    return [re.sub(r"\{(\w+)(:\w+)?\}", lambda name: given[name[1]], path) for path in paths]


def answers_of(path: str) -> set[int]:
    """Return how a stranger may be answered who posts to `path`."""
    return CLOSED if path.startswith(DESK) else {401} if path.startswith("/api/") else {404}


@pytest.fixture
def port(quiet_season: Season) -> Iterator[int]:
    season = replace(quiet_season, settings=replace(quiet_season.settings, port=free_port()))
    with served(season) as port:
        yield port


def first_answer(port: int, request: bytes) -> list[int]:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line, suppress(TimeoutError):
        line.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer and (more := line.recv(65536)):
            answer += more
    return statuses(answer)


def test_the_addresses_that_take_a_post_are_known(quiet_season: Season) -> None:
    assert len([path for path in posting_paths(quiet_season) if not path.startswith(DESK)]) == 8
    assert not [path for path in posting_paths(quiet_season) if "{" in path]


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_stranger_is_answered_before_the_body_comes(quiet_season: Season, port: int, kind: str) -> None:
    reviewing, answering = review_link(quiet_season)[3:], quiet_season.link()[3:]
    asked = [path for token in ("A" * 43, "x") for path in posting_paths(quiet_season, token)]
    asked += [path for path in posting_paths(quiet_season, reviewing) if path.startswith("/b/")]
    asked += [path for path in posting_paths(quiet_season, answering) if path.startswith("/r/")]
    for path in asked:
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: 900000\r\n\r\n"
        [status] = first_answer(port, head.encode())
        assert status in answers_of(path), path


def test_a_megabyte_of_marks_from_a_stranger_is_no_work(quiet_season: Season) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    before = quiet_season.dump()
    for path in posting_paths(quiet_season):
        for field in (b"reviewer=", b"said_by=", b"II.1.result=", b"given_by=", b"opening="):
            body = field + MARKS[: 999_000 - len(field)]
            status = quiet_season.browser.ask("POST", path, content=body, headers=form).status_code
            assert status in answers_of(path), path
    assert quiet_season.dump() == before


def test_a_megabyte_of_marks_in_any_field_behind_a_link_is_refused_as_too_long(quiet_season: Season) -> None:
    link, review = quiet_season.link(), review_link(quiet_season)
    for path in (link, review, f"{review}/so-a", f"{review}/bao-cao/tong-hop"):
        fields = fields_of(quiet_season.browser.get(path))
        for name in [*fields, "reviewer", "said_by", "opening", "II.1.result"]:
            typed = fields | {name: "x" + MARKS.decode()[:80_000], "action": "send"}
            answer = quiet_season.browser.ask("POST", path, data=typed)
            assert answer.status_code < 500, (path, name)
