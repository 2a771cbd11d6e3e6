"""A link is a capability: only its digest is kept, and nothing in the whole record gives the token back."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import pytest
import sqlalchemy as sa
from answering import NOW, TODAY, later, open_season
from hypothesis import given
from hypothesis import strategies as st

from tracker.letters.send import send_queued
from tracker.remind.queue import queue_today
from tracker.settings import Settings
from tracker.store.engine import opened_store, reading, writing
from tracker.store.links import TOKEN, find_link, link_for, token_of, withdraw_links
from tracker.store.periods import change_closing, find_period
from tracker.store.tables import Base, Link

KEY = b"a key for tests alone"


def tokens(engine: sa.Engine, key: bytes = KEY) -> dict[str, str]:
    with reading(engine) as session:
        return {link.agency_id: token_of(link, key) for link in session.scalars(sa.select(Link))}


def made(engine: sa.Engine, agency: str = "so-tai-chinh", now: datetime = NOW) -> str:
    with writing(engine) as session:
        return token_of(link_for(session, find_period(session, "2024"), agency, KEY, now), KEY)


def test_no_token_is_anywhere_in_the_record_though_each_letter_carries_one(
    engine: sa.Engine, settings: Settings
) -> None:
    open_season(engine)
    queue_today(engine, settings.on(TODAY))
    sent = send_queued(engine, settings.on(TODAY)).sent
    record = ""
    with reading(engine) as session:
        for table in Base.metadata.sorted_tables:
            record += repr(session.execute(sa.select(table)).all())
    found = tokens(engine)
    assert sent == len(found) == len(set(found.values())) == 8
    for agency, token in found.items():
        letter = (settings.var / "outbox" / f"remind-2024-{agency}-before-10.eml").read_text()
        assert f"/b/{token}" in letter.replace("=\n", "")
        assert token not in record
        assert hashlib.sha256(token.encode()).hexdigest() in record
    assert KEY.decode() not in record


def test_another_secret_key_gives_other_tokens_that_open_nothing(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    token = made(sqlite_engine)
    (other,) = tokens(sqlite_engine, b"another key").values()
    assert other != token
    with reading(sqlite_engine) as session:
        assert find_link(session, other, NOW) is None


def test_withdrawing_takes_every_link_of_that_agency_and_no_other(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    mine, others = made(sqlite_engine), made(sqlite_engine, "so-khdt")
    with writing(sqlite_engine) as session:
        withdraw_links(session, find_period(session, "2024"), "so-tai-chinh", NOW)
    with reading(sqlite_engine) as session:
        assert find_link(session, mine, NOW) is None
        assert find_link(session, others, NOW) is not None
    assert made(sqlite_engine) != mine
    assert made(sqlite_engine, "so-khdt") == others


def test_a_period_that_closes_on_another_day_takes_its_links_along(engine: sa.Engine) -> None:
    open_season(engine)
    token = made(engine)
    with writing(engine) as session:
        change_closing(session, find_period(session, "2024"), date(2025, 1, 31))
    with reading(engine) as session:
        assert find_link(session, token, later(days=190)) is not None
    with writing(engine) as session:
        change_closing(session, find_period(session, "2024"), date(2024, 10, 31))
    with reading(engine) as session:
        assert find_link(session, token, later(days=105)) is not None
        assert find_link(session, token, later(days=107)) is None


def test_a_link_asked_for_long_after_the_closing_opens_nothing(sqlite_engine: sa.Engine) -> None:
    open_season(sqlite_engine)
    token = made(sqlite_engine, now=later(days=200))
    with reading(sqlite_engine) as session:
        assert find_link(session, token, later(days=200)) is None


def test_links_made_at_once_all_open_the_page(engine: sa.Engine) -> None:
    open_season(engine)
    with ThreadPoolExecutor(4) as pool:
        given_out = set(pool.map(lambda _: made(engine), range(8)))
    with reading(engine) as session:
        assert all(find_link(session, token, NOW) for token in given_out)


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    folder = tmp_path_factory.mktemp("links")
    with opened_store(f"sqlite:///{folder / 'tracker.db'}", create=True) as engine:
        open_season(engine)
        made(engine)
        yield engine


@given(st.text(max_size=60) | st.from_regex(TOKEN, fullmatch=True))
def test_whatever_is_typed_in_a_tokens_place_opens_nothing(season: sa.Engine, typed: str) -> None:
    with reading(season) as session:
        assert find_link(session, typed, NOW) is None
