"""The outbox as senders use it: letters are held, begun by one alone, and settled."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from answering import NOW, open_season, outbox_row

from tracker.errors import DeliveryError
from tracker.store.engine import each_statement_alone, reading, writing
from tracker.store.letters import queue_letters, reword, withdraw
from tracker.store.outbox import (
    HELD_AT_ONCE,
    LEASE,
    PAUSES,
    Held,
    Left,
    hold,
    let_go,
    move_on,
    put_back_untried,
    settle_failed,
    take_over,
)
from tracker.store.tables import Letter


@pytest.fixture(autouse=True)
def season(engine: sa.Engine) -> None:
    open_season(engine)


def queue(engine: sa.Engine, *keys: str) -> None:
    with writing(engine) as session:
        queue_letters(session, [outbox_row(session, key) for key in keys], NOW)


def held(engine: sa.Engine, now: datetime = NOW) -> list[Held]:
    with each_statement_alone(engine) as books:
        take_over(books, now)
        return hold(books, now)


def begun(engine: sa.Engine, now: datetime = NOW) -> Held | None:
    """Hold what waits, begin the first letter and let go of the others."""
    letters = held(engine, now)
    with each_statement_alone(engine) as books:
        let_go(books, letters[1:], now)
        return letters[0] if letters and move_on(books, None, letters[0], now) else None


def one_begun(engine: sa.Engine, now: datetime = NOW) -> Held:
    letter = begun(engine, now)
    assert letter is not None
    return letter


def failed(
    engine: sa.Engine, letter: Held, reply: str, now: datetime, *, permanent: bool = False, uncertain: bool = False
) -> str:
    error = DeliveryError(reply, permanent=permanent, lost=uncertain, uncertain=uncertain)
    with each_statement_alone(engine) as books:
        return settle_failed(books, letter, error, now)


def left(engine: sa.Engine, letter: Held, now: datetime = NOW) -> None:
    with each_statement_alone(engine) as books:
        move_on(books, Left(letter.id, "250 taken"), None, now)


def rows(engine: sa.Engine) -> list[Letter]:
    with reading(engine) as session:
        return list(session.scalars(sa.select(Letter).order_by(Letter.id)))


def states(engine: sa.Engine) -> dict[str, int]:
    return dict(Counter(letter.state for letter in rows(engine)))


def test_letters_are_held_oldest_first_some_at_a_time_and_each_by_one_sender(engine: sa.Engine) -> None:
    keys = [f"k{number}" for number in range(4 * HELD_AT_ONCE)]
    queue(engine, *keys)
    assert [letter.key for letter in held(engine)] == keys[:HELD_AT_ONCE]
    with ThreadPoolExecutor(4) as pool:
        found = [letter.key for letters in pool.map(lambda _: held(engine), range(6)) for letter in letters]
    assert sorted(found) == sorted(keys[HELD_AT_ONCE:])


def test_a_letter_is_begun_by_one_alone_though_its_hold_ran_out_under_a_slow_sender(engine: sa.Engine) -> None:
    queue(engine, "k")
    [slow] = held(engine)
    [quick] = held(engine, NOW + LEASE)
    with each_statement_alone(engine) as books:
        assert move_on(books, None, quick, NOW + LEASE)
        assert not move_on(books, None, slow, NOW + LEASE)
    assert [letter.attempts for letter in rows(engine)] == [1]


def test_the_letter_that_left_is_settled_and_the_next_begun_in_one_step(engine: sa.Engine) -> None:
    queue(engine, "first", "second")
    first, second = held(engine)
    with each_statement_alone(engine) as books:
        assert move_on(books, None, first, NOW)
        assert move_on(books, Left(first.id, "250 taken"), second, NOW)
    settled, under_way = rows(engine)
    assert (settled.state, settled.reply, settled.sent_at, settled.attempts) == ("sent", "250 taken", NOW, 1)
    assert (under_way.state, under_way.reply, under_way.sent_at, under_way.attempts) == ("sending", "", None, 1)


def test_a_letter_whose_sender_died_is_taken_over_after_the_lease_and_says_so(engine: sa.Engine) -> None:
    queue(engine, "k")
    one_begun(engine)
    assert begun(engine, NOW + LEASE - timedelta(seconds=1)) is None
    assert one_begun(engine, NOW + LEASE).attempts == 1
    assert [(letter.attempts, letter.uncertain) for letter in rows(engine)] == [(2, True)]


def test_a_letter_that_was_only_held_when_its_sender_died_did_not_leave_and_is_not_uncertain(
    engine: sa.Engine,
) -> None:
    queue(engine, "k")
    assert held(engine)
    assert held(engine, NOW + LEASE - timedelta(seconds=1)) == []
    one_begun(engine, NOW + LEASE)
    assert [(letter.attempts, letter.uncertain) for letter in rows(engine)] == [(1, False)]


def test_a_refusal_for_good_is_tried_once(engine: sa.Engine) -> None:
    queue(engine, "k")
    assert failed(engine, one_begun(engine), "550 no such user", NOW, permanent=True) == "refused"
    assert begun(engine, NOW + timedelta(days=30)) is None


def test_a_passing_refusal_is_tried_again_after_growing_pauses_and_not_for_ever(engine: sa.Engine) -> None:
    queue(engine, "k")
    now, found = NOW, []
    for pause in (*PAUSES, timedelta(days=1)):
        found.append(failed(engine, one_begun(engine, now), "451 later", now))
        assert begun(engine, now + pause - timedelta(seconds=1)) is None
        now += pause
    assert found == ["queued"] * len(PAUSES) + ["refused"]
    assert list(PAUSES) == sorted(PAUSES)


def test_a_door_that_did_not_open_costs_no_try_and_other_letters_are_free_at_once(engine: sa.Engine) -> None:
    queue(engine, "begun", "held")
    first, second = held(engine)
    with each_statement_alone(engine) as books:
        assert move_on(books, None, first, NOW)
        put_back_untried(books, first, "shut", NOW)
        let_go(books, [second], NOW)
    assert [(letter.state, letter.attempts, letter.uncertain) for letter in rows(engine)] == [
        ("queued", 0, False)
    ] * 2
    assert len(held(engine)) == 2


def test_a_sender_that_comes_back_after_its_lease_disturbs_nobody(engine: sa.Engine) -> None:
    queue(engine, "k")
    late = one_begun(engine)
    holder = one_begun(engine, NOW + LEASE)
    failed(engine, late, "451 later", NOW + LEASE)
    with each_statement_alone(engine) as books:
        put_back_untried(books, late, "shut", NOW + LEASE)
        let_go(books, [late], NOW + LEASE)
    failed(engine, late, "550 never", NOW + LEASE, permanent=True)
    assert begun(engine, NOW + LEASE + timedelta(minutes=2)) is None
    left(engine, holder)
    failed(engine, late, "451 later", NOW)
    assert states(engine) == {"sent": 1}


def test_what_left_is_sent_even_where_it_was_put_back_meanwhile(engine: sa.Engine) -> None:
    queue(engine, "k")
    late = one_begun(engine)
    failed(engine, one_begun(engine, NOW + LEASE), "451 later", NOW + LEASE)
    left(engine, late, NOW + LEASE)
    assert begun(engine, NOW + timedelta(days=1)) is None
    assert states(engine) == {"sent": 1}


def test_what_is_withdrawn_or_reworded_while_a_sender_holds_it_is_not_begun_with_its_old_words(
    engine: sa.Engine,
) -> None:
    queue(engine, "withdrawn", "reworded", "begun")
    withdrawn, reworded, other = held(engine)
    with each_statement_alone(engine) as books:
        assert move_on(books, None, other, NOW)
    with writing(engine) as session:
        withdraw(session, [withdrawn.id, other.id])
        assert reword(session, reworded.id, {"subject": "mới"}, NOW)
        assert not reword(session, other.id, {"subject": "mới"}, NOW)
    with each_statement_alone(engine) as books:
        assert not move_on(books, None, withdrawn, NOW)
        assert not move_on(books, None, reworded, NOW)
    assert states(engine) == {"sending": 1, "queued": 1, "withdrawn": 1}
    assert [letter.subject for letter in held(engine)] == ["mới"]


def test_a_letter_that_may_have_arrived_is_tried_once_more_and_no_oftener(engine: sa.Engine) -> None:
    queue(engine, "k")
    assert failed(engine, one_begun(engine), "silence", NOW, uncertain=True) == "queued"
    again = NOW + PAUSES[0]
    assert failed(engine, one_begun(engine, again), "silence", again, uncertain=True) == "refused"
    assert [(letter.uncertain, letter.attempts) for letter in rows(engine)] == [(True, 2)]
