"""The outbox and the links: queued once, held by one sender, and no token kept."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from answering import NOW, open_season, outbox_row

from tracker.store.engine import reading, writing
from tracker.store.letters import (
    LEASE,
    PAUSES,
    Claimed,
    claim_next_letter,
    count_by_state,
    queue_letters,
    release,
    settle_failed,
    settle_sent,
    told_in,
    withdraw,
)
from tracker.store.links import find_link, link_for, token_of
from tracker.store.periods import find_period
from tracker.store.tables import Letter, Link

KEY = b"a key for tests alone"


def queue(engine: sa.Engine, key: str, **given: object) -> int | None:
    with writing(engine) as session:
        return next(iter(queue_letters(session, [outbox_row(session, key, **given)], NOW)), None)


def claim(engine: sa.Engine, now: datetime = NOW) -> Claimed | None:
    with engine.begin() as connection:
        return claim_next_letter(connection, now)


def uncertain(engine: sa.Engine) -> list[bool]:
    with reading(engine) as session:
        return list(session.scalars(sa.select(Letter.uncertain)))


@pytest.fixture(autouse=True)
def season(engine: sa.Engine) -> None:
    open_season(engine)


def test_a_key_is_queued_once_however_many_try(engine: sa.Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(lambda _: queue(engine, "remind:2024:x:before-5"), range(12)))
    assert len([letter_id for letter_id in ids if letter_id]) == 1


def test_letters_are_claimed_oldest_first_and_each_by_one_sender(engine: sa.Engine) -> None:
    for number in range(12):
        queue(engine, f"k{number}")
    first = claim(engine)
    assert first is not None
    assert first.key == "k0"
    with ThreadPoolExecutor(4) as pool:
        claimed = list(pool.map(lambda _: claim(engine), range(16)))
    keys = [letter.key for letter in claimed if letter]
    assert len(keys) == len(set(keys)) == 11


def test_a_letter_whose_sender_died_is_taken_over_after_the_lease_and_says_so(engine: sa.Engine) -> None:
    queue(engine, "k")
    assert claim(engine) is not None
    assert claim(engine, NOW + LEASE - timedelta(seconds=1)) is None
    again = claim(engine, NOW + LEASE)
    assert again is not None
    assert (again.attempts, uncertain(engine)) == (2, [True])


def test_a_refusal_for_good_is_tried_once(engine: sa.Engine) -> None:
    queue(engine, "k")
    letter = claim(engine)
    assert letter is not None
    with engine.begin() as connection:
        assert settle_failed(connection, letter, "550 no such user", NOW, permanent=True) == "refused"
    assert claim(engine, NOW + timedelta(days=30)) is None


def test_a_passing_refusal_is_tried_again_after_growing_pauses_and_not_for_ever(engine: sa.Engine) -> None:
    queue(engine, "k")
    now, states = NOW, []
    for pause in (*PAUSES, timedelta(days=1)):
        letter = claim(engine, now)
        assert letter is not None
        with engine.begin() as connection:
            states.append(settle_failed(connection, letter, "451 later", now, permanent=False))
        assert claim(engine, now + pause - timedelta(seconds=1)) is None
        now += pause
    assert states == ["queued"] * len(PAUSES) + ["refused"]
    assert list(PAUSES) == sorted(PAUSES)


def test_a_door_that_did_not_open_costs_no_try(engine: sa.Engine) -> None:
    queue(engine, "k")
    letter = claim(engine)
    assert letter is not None
    with engine.begin() as connection:
        release(connection, letter, "shut", NOW)
    again = claim(engine)
    assert again is not None
    assert (again.attempts, uncertain(engine)) == (1, [False])


def test_a_sender_that_comes_back_after_its_lease_disturbs_nobody(engine: sa.Engine) -> None:
    queue(engine, "k")
    late = claim(engine)
    holder = claim(engine, NOW + LEASE)
    assert late is not None
    assert holder is not None
    with engine.begin() as connection:
        settle_failed(connection, late, "451 later", NOW + LEASE, permanent=False)
        release(connection, late, "shut", NOW + LEASE)
        settle_failed(connection, late, "550 never", NOW + LEASE, permanent=True)
    assert claim(engine, NOW + LEASE + timedelta(minutes=2)) is None
    with engine.begin() as connection:
        settle_sent(connection, holder.id, "250 taken", NOW)
        settle_failed(connection, late, "451 later", NOW, permanent=False)
    with reading(engine) as session:
        assert count_by_state(session) == {"sent": 1}


def test_what_left_is_sent_even_where_it_was_put_back_meanwhile(engine: sa.Engine) -> None:
    queue(engine, "k")
    late = claim(engine)
    holder = claim(engine, NOW + LEASE)
    assert late is not None
    assert holder is not None
    with engine.begin() as connection:
        settle_failed(connection, holder, "451 later", NOW + LEASE, permanent=False)
        settle_sent(connection, late.id, "250 taken", NOW + LEASE)
    assert claim(engine, NOW + timedelta(days=1)) is None


def test_only_what_waits_in_the_queue_can_be_withdrawn(engine: sa.Engine) -> None:
    ids = [queue(engine, key) for key in ("held", "waiting")]
    assert claim(engine) is not None
    with writing(engine) as session:
        withdraw(session, [letter_id for letter_id in ids if letter_id])
    with reading(engine) as session:
        assert count_by_state(session) == {"sending": 1, "withdrawn": 1}
    assert queue(engine, "waiting") is None


def test_what_left_is_settled_with_the_servers_own_words(engine: sa.Engine) -> None:
    queue(engine, "k")
    letter = claim(engine)
    assert letter is not None
    with engine.begin() as connection:
        settle_sent(connection, letter.id, "250 taken", NOW)
    with writing(engine) as session:
        withdraw(session, [letter.id])
    with reading(engine) as session:
        assert session.scalars(sa.select(Letter.reply)).one() == "250 taken"
        assert count_by_state(session) == {"sent": 1}


def test_what_letters_told_is_known_by_duty_and_what_was_withdrawn_told_nothing(engine: sa.Engine) -> None:
    first, second = date(2024, 10, 15), date(2024, 10, 22)
    queue(engine, "a", duties=[1, 2], stage_day=first)
    queue(engine, "b", duties=[2, 3], stage_day=second)
    unowed = queue(engine, "c", duties=[4], stage_day=second)
    with writing(engine) as session:
        withdraw(session, [unowed or 0])
        told = told_in(session, find_period(session, "2024"))
    assert told.days == {1: first, 2: second, 3: second}
    assert told.keys == {"a", "b", "c"}
    assert [told.unused(key) for key in ("new", "a")] == ["new", "a+2"]


def link(engine: sa.Engine, now: datetime = NOW, key: bytes = KEY) -> tuple[int, str]:
    with writing(engine) as session:
        made = link_for(session, find_period(session, "2024"), "so-tai-chinh", key, now)
        return made.id, token_of(made, key)


def found(engine: sa.Engine, token: str, now: datetime = NOW) -> int | None:
    with reading(engine) as session:
        kept = find_link(session, token, now)
        return kept.id if kept else None


def test_an_agency_keeps_its_link_through_the_period_and_the_token_is_stored_nowhere(engine: sa.Engine) -> None:
    link_id, token = link(engine)
    assert link(engine, NOW + timedelta(days=30)) == (link_id, token)
    assert found(engine, token) == link_id
    with reading(engine) as session:
        kept = str([tuple(row) for row in session.execute(sa.select(Link.__table__))])
    assert token not in kept


def test_wrong_expired_and_withdrawn_tokens_open_nothing(engine: sa.Engine) -> None:
    link_id, token = link(engine)
    wrong = [token[:-1] + ("A" if token[-1] != "A" else "B"), token.lower(), token + "A", "", "x" * 43, "é" * 43]
    assert [found(engine, text) for text in wrong] == [None] * len(wrong)
    assert found(engine, token, datetime.fromisoformat("2024-12-31T23:59:59+07:00")) == link_id
    assert found(engine, token, datetime.fromisoformat("2025-01-01T00:00:00+07:00")) is None
    with writing(engine) as session:
        session.get_one(Link, link_id).withdrawn_at = NOW
    assert found(engine, token) is None
    other_id, other = link(engine)
    assert other_id != link_id
    assert (found(engine, other), found(engine, token)) == (other_id, None)


def test_a_token_opens_only_the_page_of_its_agency(engine: sa.Engine) -> None:
    with writing(engine) as session:
        period = find_period(session, "2024")
        made = {agency: link_for(session, period, agency, KEY, NOW) for agency in ("so-tai-chinh", "so-khdt")}
        tokens = {agency: token_of(kept, KEY) for agency, kept in made.items()}
    assert len(set(tokens.values())) == 2
    for agency, token in tokens.items():
        with reading(engine) as session:
            opened = find_link(session, token, NOW)
            assert opened is not None
            assert opened.agency_id == agency


def test_a_new_secret_key_makes_new_links_and_does_not_break_the_old_ones(engine: sa.Engine) -> None:
    link_id, token = link(engine)
    other_id, other = link(engine, key=b"another key")
    assert other_id != link_id
    assert other != token
    assert found(engine, token) == link_id
