"""The outbox as senders use it: each letter is claimed by one alone, and settled."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from answering import NOW, open_season, outbox_row

from tracker.errors import DeliveryError
from tracker.store.engine import reading, writing
from tracker.store.letters import queue_letters, reword, withdraw
from tracker.store.outbox import (
    LEASE,
    PAUSES,
    ClaimedLetter,
    claim_next_letter,
    settle_failed,
    settle_sent,
    take_over_expired,
)
from tracker.store.tables import Letter


@pytest.fixture(autouse=True)
def season(engine: sa.Engine) -> None:
    open_season(engine)


def queue(engine: sa.Engine, *keys: str) -> None:
    with writing(engine) as session:
        queue_letters(session, [outbox_row(session, key) for key in keys], NOW)


def claimed(engine: sa.Engine, now: datetime = NOW) -> ClaimedLetter | None:
    with writing(engine) as session:
        take_over_expired(session, now)
        return claim_next_letter(session, now)


def one_claimed(engine: sa.Engine, now: datetime = NOW) -> ClaimedLetter:
    letter = claimed(engine, now)
    assert letter is not None
    return letter


def failed(engine: sa.Engine, letter: ClaimedLetter, reply: str, now: datetime, **how: bool) -> str:
    error = DeliveryError(reply, **{"permanent": False, **how})
    with writing(engine) as session:
        return settle_failed(session, letter, error, now)


def left(engine: sa.Engine, letter: ClaimedLetter, now: datetime = NOW) -> None:
    with writing(engine) as session:
        settle_sent(session, letter, "250 taken", now)


def rows(engine: sa.Engine) -> list[Letter]:
    with reading(engine) as session:
        return list(session.scalars(sa.select(Letter).order_by(Letter.id)))


def states(engine: sa.Engine) -> dict[str, int]:
    return dict(Counter(letter.state for letter in rows(engine)))


def test_letters_are_claimed_oldest_first_and_each_by_one_sender(engine: sa.Engine) -> None:
    keys = [f"k{number}" for number in range(24)]
    queue(engine, *keys)
    assert [one_claimed(engine).key for _ in range(4)] == keys[:4]
    with ThreadPoolExecutor(4) as pool:
        found = [letter.key for letter in pool.map(lambda _: claimed(engine), range(25)) if letter]
    assert sorted(found) == sorted(keys[4:])
    assert {letter.attempts for letter in rows(engine)} == {1}


def test_a_letter_that_left_and_the_next_one_claimed_can_share_a_commit(engine: sa.Engine) -> None:
    queue(engine, "first", "second")
    first = one_claimed(engine)
    with writing(engine) as session:
        settle_sent(session, first, "250 taken", NOW)
        second = claim_next_letter(session, NOW)
    assert second is not None
    settled, under_way = rows(engine)
    assert (settled.state, settled.reply, settled.sent_at, settled.attempts) == ("sent", "250 taken", NOW, 1)
    assert (under_way.state, under_way.reply, under_way.sent_at, under_way.attempts) == ("sending", "", None, 1)


def test_a_letter_whose_sender_died_is_taken_over_after_the_lease_and_says_so(engine: sa.Engine) -> None:
    queue(engine, "k")
    one_claimed(engine)
    assert claimed(engine, NOW + LEASE - timedelta(seconds=1)) is None
    again = one_claimed(engine, NOW + LEASE)
    assert (again.attempts, again.uncertain) == (2, True)
    assert [(letter.attempts, letter.uncertain) for letter in rows(engine)] == [(2, True)]


def test_a_letter_that_only_waited_when_a_sender_died_is_not_uncertain(engine: sa.Engine) -> None:
    queue(engine, "claimed", "waiting")
    one_claimed(engine)
    assert one_claimed(engine).key == "waiting"
    with writing(engine) as session:
        session.execute(sa.update(Letter).where(Letter.key == "waiting").values(state="queued", try_at=NOW))
        take_over_expired(session, NOW + LEASE)
    assert {letter.key: letter.uncertain for letter in rows(engine)} == {"claimed": True, "waiting": False}


def test_a_refusal_for_good_is_tried_once(engine: sa.Engine) -> None:
    queue(engine, "k")
    assert failed(engine, one_claimed(engine), "550 no such user", NOW, permanent=True) == "refused"
    assert claimed(engine, NOW + timedelta(days=30)) is None


def test_a_passing_refusal_is_tried_again_after_growing_pauses_and_not_for_ever(engine: sa.Engine) -> None:
    queue(engine, "k")
    now, found = NOW, []
    for pause in (*PAUSES, timedelta(days=1)):
        found.append(failed(engine, one_claimed(engine, now), "451 later", now))
        assert claimed(engine, now + pause - timedelta(seconds=1)) is None
        now += pause
    assert found == ["queued"] * len(PAUSES) + ["refused"]
    assert list(PAUSES) == sorted(PAUSES)


def test_a_transport_that_is_shut_costs_no_try(engine: sa.Engine) -> None:
    queue(engine, "k")
    assert failed(engine, one_claimed(engine), "shut", NOW, unreachable=True) == "queued"
    assert [(one.state, one.attempts, one.uncertain) for one in rows(engine)] == [("queued", 0, False)]
    assert one_claimed(engine).attempts == 1


def test_a_sender_that_comes_back_after_its_lease_disturbs_nobody(engine: sa.Engine) -> None:
    queue(engine, "k")
    late = one_claimed(engine)
    holder = one_claimed(engine, NOW + LEASE)
    failed(engine, late, "451 later", NOW + LEASE)
    failed(engine, late, "shut", NOW + LEASE, unreachable=True)
    failed(engine, late, "550 never", NOW + LEASE, permanent=True)
    assert claimed(engine, NOW + LEASE + timedelta(minutes=2)) is None
    left(engine, holder)
    failed(engine, late, "451 later", NOW)
    assert states(engine) == {"sent": 1}


def test_what_left_is_sent_even_where_it_was_put_back_meanwhile(engine: sa.Engine) -> None:
    queue(engine, "k")
    late = one_claimed(engine)
    failed(engine, one_claimed(engine, NOW + LEASE), "451 later", NOW + LEASE)
    left(engine, late, NOW + LEASE)
    assert claimed(engine, NOW + timedelta(days=1)) is None
    assert states(engine) == {"sent": 1}


def test_what_is_withdrawn_or_reworded_before_it_is_claimed_never_leaves_with_its_old_words(
    engine: sa.Engine,
) -> None:
    queue(engine, "claimed", "withdrawn", "reworded")
    first = one_claimed(engine)
    with writing(engine) as session:
        ids = {letter.key: letter.id for letter in session.scalars(sa.select(Letter))}
        withdraw(session, [ids["withdrawn"], first.id])
        assert reword(session, ids["reworded"], {"subject": "mới"}, NOW)
        assert not reword(session, first.id, {"subject": "mới"}, NOW)
    assert states(engine) == {"sending": 1, "queued": 1, "withdrawn": 1}
    assert one_claimed(engine).subject == "mới"
    assert claimed(engine) is None


def test_a_letter_that_may_have_arrived_is_tried_once_more_and_no_oftener(engine: sa.Engine) -> None:
    queue(engine, "k")
    assert failed(engine, one_claimed(engine), "silence", NOW, uncertain=True) == "queued"
    again = NOW + PAUSES[0]
    assert failed(engine, one_claimed(engine, again), "silence", again, uncertain=True) == "refused"
    assert [(letter.uncertain, letter.attempts) for letter in rows(engine)] == [(True, 2)]


def test_a_letter_taken_over_that_may_have_arrived_again_is_given_up(engine: sa.Engine) -> None:
    queue(engine, "k")
    one_claimed(engine)
    again = one_claimed(engine, NOW + LEASE)
    assert failed(engine, again, "silence", NOW + LEASE, uncertain=True) == "refused"
