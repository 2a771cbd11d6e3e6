"""With the plan, the guide and the code, but neither key nor link: nothing is written, and others are served."""

import http.client
import random
import string
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pytest
from factories_web import Season, fields_of
from serving import served
from smtp_post import free_port
from test_web_coordinator import review_link, say
from test_web_evidence import PDF, give

from tracker.web.app import create_app

METHODS = ("GET", "HEAD", "POST", "POST", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
MARKS = "\u0316\u0300" * 200
Forged = tuple[str, str, dict[str, object]]


def forged_requests(season: Season, count: int) -> Iterator[Forged]:
    """Yield requests of somebody who knows every address, field and agency, and no token."""
    dice = random.Random(305)
    answering, reviewing = season.link()[3:], review_link(season)[3:]
    fields = list(fields_of(season.browser.get(season.link())))
    fields += [
        "reviewer",
        "opening",
        "closing",
        "choice.1",
        "seen.1",
        "comment.1",
        "given_by",
        "activity",
        "remove",
    ]
    routes = [route.path for route in create_app(season.engine, season.settings).routes]  # type: ignore[attr-defined]
    letters = string.ascii_letters + string.digits + "-_"

    def token() -> str:
        real = list(dice.choice((answering, reviewing)))
        for _ in range(dice.randint(1, 3)):
            real[dice.randrange(42)] = dice.choice(letters)
        mutant = "".join(real)
        if mutant in {answering, reviewing}:
            return "A" * 43
        made = "".join(dice.choices(letters, k=43))
        return dice.choice(
            (mutant, mutant, made, "x", mutant[:-1], mutant + "=", quote("é" * 43), "A" * 4_000, "%00")
        )

    def path() -> str:
        found = (
            dice.choice(routes)
            .replace("{token}", token())
            .replace("{agency}", dice.choice(("so-a", "hoi", "%2e")))
        )
        for name in ("message_id", "file_id", "number"):
            found = found.replace("{%s:number}" % name, str(dice.choice((1, 2, 0, 9**8, 9**200))))  # noqa: UP031
        return found.replace("{form}", dice.choice(("pdf", "docx", "exe"))) + dice.choice(
            ("", "", "", "/", "/../..", "?x=1")
        )

    def body() -> dict[str, object]:
        typed = {
            name: dice.choice(("", "1", "accept", "done", MARKS, "x" * 3_000)) for name in dice.sample(fields, 4)
        }
        typed["action"] = dice.choice(("send", "save", "renew", "accept", "decide", "done", "dismiss"))
        kind = {
            "content-type": dice.choice(("application/x-www-form-urlencoded", "text/plain", "application/json"))
        }
        return dice.choice(
            (
                {"data": typed},
                {"content": urlencode(typed), "headers": kind},
                {"data": typed, "files": {"file": ("a.pdf", PDF)}},
                {"content": dice.randbytes(dice.randint(0, 2_000)), "headers": kind},
                {"content": dice.randbytes(500), "headers": {"content-type": "multipart/form-data; boundary=x"}},
                {"data": typed, "headers": {"origin": "null"}},
                {},
            )
        )

    for _ in range(count):
        method = dice.choice(METHODS)
        yield method, path(), body() if method not in {"GET", "HEAD", "TRACE"} else {}


def files_of(season: Season) -> dict[str, bytes]:
    """Return all that lies in the store's folder."""
    var: Path = season.settings.var
    return {str(path): path.read_bytes() for path in sorted(var.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("count", [1_000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_forged_requests_write_nothing(season: Season, count: int) -> None:
    say(season, "II.1")
    give(season, "a.pdf", PDF)
    forged = list(forged_requests(season, count))
    before, files = season.dump(), files_of(season)
    answers = season.browser.many(forged)
    assert max(answer.status_code for answer in answers) < 500
    led = {answer.headers["location"] for answer in answers if answer.status_code == 303}
    assert led <= {"/ban-lam-viec/vao"}  # where everybody may ask for a link
    assert (season.dump(), files_of(season)) == (before, files)


@pytest.mark.slow
def test_while_forged_requests_come_others_are_answered_within_a_second(
    season: Season, capsys: pytest.CaptureFixture[str]
) -> None:
    link = season.link()
    worst = 0.0
    for _ in range(3):  # a machine may be busy with something else
        own = replace(season, settings=replace(season.settings, port=free_port()))
        forged = list(forged_requests(season, 2_000))
        before = season.dump()
        with served(own) as port:
            worst = worst_wait(port, forged, link)
        assert season.dump() == before
        with capsys.disabled():
            print(f"\nworst wait of others on {season.engine.dialect.name}: {worst:.3f} s")
        if worst < 1:
            break
    assert worst < 1


def worst_wait(port: int, forged: list[Forged], link: str) -> float:
    """Return the longest that an officer waits for a page while four strangers send `forged`, in seconds."""

    def attack(part: list[Forged]) -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            for method, path, given in part:
                client.request(method, path, **given)  # type: ignore[arg-type]

    strangers = [threading.Thread(target=attack, args=(forged[number::4],)) for number in range(4)]
    for stranger in strangers:
        stranger.start()
    waits = []
    while any(stranger.is_alive() for stranger in strangers):
        for path in (link, "/suc-khoe"):
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            began = time.perf_counter()
            line.request("GET", path)
            assert line.getresponse().status == 200
            waits.append(time.perf_counter() - began)
            line.close()
    for stranger in strangers:
        stranger.join()
    return max(waits)
