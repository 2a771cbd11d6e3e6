"""Clients that send nothing, or half of something, or take nothing: they end, and others are served meanwhile."""

import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace

import pytest
from factories_web import Season
from serving import say_raw, served, statuses
from smtp_post import free_port
from test_web_coordinator import review_link

from tracker.web import protocol, security, serve

HEALTH = b"GET /suc-khoe HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
HALF = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: "


@pytest.fixture
def own(quiet_season: Season) -> Season:
    return replace(quiet_season, settings=replace(quiet_season.settings, port=free_port()))


@contextmanager
def descriptors(most: int) -> Iterator[None]:
    """Let this process have `most` open files."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def hung_up(line: socket.socket) -> bool:
    """Wait until the other side closes; what it said before does not matter."""
    with suppress(ConnectionError):
        while line.recv(65536):
            pass
    return True


def test_eleven_hundred_half_open_connections_keep_nobody_out(own: Season) -> None:
    link = own.link().encode()
    with descriptors(4_000), served(own) as port, ExitStack() as held:
        for number in range(1_100):
            line = held.enter_context(connect(port))
            with suppress(ConnectionError):
                line.sendall(HALF if number % 2 else b"")
            if number % 100 == 99:
                page = b"GET " + link + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
                assert statuses(say_raw(port, page)) == [200]
                assert statuses(say_raw(port, HEALTH)) == [200]


def test_of_too_many_that_wait_the_oldest_makes_room(own: Season, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "MOST_WAITING", 5)
    with served(own) as port, ExitStack() as held:
        lines = [held.enter_context(connect(port)) for _ in range(7)]
        assert all(hung_up(line) for line in lines[:2])
        for line in lines[2:]:
            line.sendall(HEALTH)
            assert statuses(line.recv(65536)) == [200]


@pytest.mark.parametrize("before", [b"", HEALTH.replace(b"Connection: close\r\n", b"")])
def test_a_head_that_comes_drop_by_drop_is_waited_for_no_longer(
    own: Season, monkeypatch: pytest.MonkeyPatch, before: bytes
) -> None:
    monkeypatch.setattr(protocol, "LONGEST_HEAD", 0.5)
    ended = threading.Event()

    def drip(line: socket.socket) -> None:
        with suppress(OSError):
            while not ended.wait(0.1):
                line.sendall(b"a")

    with served(own) as port, connect(port) as line:
        line.sendall(before + HALF)
        dripping = threading.Thread(target=drip, args=(line,))
        dripping.start()
        assert hung_up(line)
        ended.set()
        dripping.join()
        assert statuses(say_raw(port, HEALTH)) == [200]


@pytest.mark.parametrize("bound", ["LONGEST_PAUSE", "LONGEST_BODY"])
@pytest.mark.parametrize("page", ["", "/tai-lieu", "/tep", "review"])
def test_a_body_that_does_not_come_is_given_up_and_nothing_is_recorded(
    own: Season, monkeypatch: pytest.MonkeyPatch, bound: str, page: str
) -> None:
    monkeypatch.setattr(security, bound, 0.3)
    path = review_link(own) if page == "review" else own.link() + page
    kind = "multipart/form-data; boundary=x" if page.startswith("/t") else "application/x-www-form-urlencoded"
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: 1000\r\n\r\n--x"
    before = own.dump()
    with served(own) as port:
        answer = say_raw(port, head.encode())
    assert statuses(answer) == [408]
    assert "chưa tới đủ".encode() in answer
    assert own.dump() == before


def test_a_half_sent_post_does_not_hold_up_the_stop(own: Season, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "MOST_CLOSING", 1)
    head = f"POST {own.link()} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\n\r\n"
    with ExitStack() as held:
        with served(own) as port:
            line = held.enter_context(connect(port))
            line.sendall(head.encode())
            assert line.recv(65536).startswith(b"HTTP/1.1 100")  # the body is waited for from now on
            held.enter_context(connect(port)).sendall(HALF)
        assert hung_up(line)
