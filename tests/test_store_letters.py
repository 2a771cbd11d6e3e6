"""Letters and links: queued once by key, what was told is known, and no token kept."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from answering import NOW, TODAY, edited_plan, open_season, outbox_row

from tracker.store.apply import apply_plan
from tracker.store.engine import reading, writing
from tracker.store.letters import letter_history, queue_letters, withdraw
from tracker.store.links import find_link, link_for, token_of
from tracker.store.periods import find_period
from tracker.store.plans import plan_in_force
from tracker.store.tables import Letter, Link

KEY = b"a key for tests alone"


def queue(engine: sa.Engine, key: str, **given: object) -> int | None:
    with writing(engine) as session:
        return next(iter(queue_letters(session, [outbox_row(session, key, **given)], NOW)), None)


@pytest.fixture(autouse=True)
def season(engine: sa.Engine) -> None:
    open_season(engine)


def test_a_key_is_queued_once_however_many_try(engine: sa.Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(lambda _: queue(engine, "remind:2024:x:before-5"), range(12)))
    assert len([letter_id for letter_id in ids if letter_id]) == 1


def test_what_letters_told_is_known_by_duty_and_what_was_withdrawn_told_nothing(engine: sa.Engine) -> None:
    first, second = date(2024, 10, 15), date(2024, 10, 22)
    queue(engine, "a", duties=[1, 2], stage_day=first)
    queue(engine, "b", duties=[2, 3], stage_day=second)
    unowed = queue(engine, "c", duties=[4], stage_day=second)
    with writing(engine) as session:
        withdraw(session, [unowed or 0])
        history = letter_history(session, find_period(session, "2024"))
    assert history.reminder_days == {1: first, 2: second, 3: second}
    assert history.keys == {"a", "b", "c"}
    assert [history.next_free_key(key) for key in ("new", "a")] == ["new", "a+2"]


@pytest.mark.parametrize(
    ("state", "knows"),
    [
        ("sending", True),
        ("sent", True),
        *((state, False) for state in ("queued", "refused", "bounced", "withdrawn")),
    ],
)
def test_a_plan_is_known_to_an_agency_only_by_a_letter_that_left_and_did_not_come_back(
    engine: sa.Engine, state: str, knows: bool
) -> None:
    queue(engine, "a", duties=[1], stage_day=TODAY)
    with writing(engine) as session:
        session.execute(sa.update(Letter).values(state="sent"))
        old, _ = plan_in_force(session)
        apply_plan(session, edited_plan(("due: 10-29", "due: 10-30")), "quản trị", TODAY, NOW)
        new, _ = plan_in_force(session)
    queue(engine, "b", duties=[1], stage_day=TODAY)
    queue(engine, "c", kind="returned", duties=[1], stage_day=TODAY)
    with writing(engine) as session:
        session.execute(sa.update(Letter).where(Letter.key == "b").values(state=state))
        session.execute(sa.update(Letter).where(Letter.key == "c").values(state="sent"))
        history = letter_history(session, find_period(session, "2024"))
        assert history.versions == {"so-tai-chinh": new.id if knows else old.id}


def test_what_the_coordinator_was_told_and_what_the_agency_was_asked_are_kept_apart(engine: sa.Engine) -> None:
    first, second = date(2024, 11, 5), date(2024, 11, 7)
    queue(engine, "a", duties=[1, 2], stage_day=first)
    queue(engine, "b", kind="escalate", duties=[2, 3], stage_day=second)
    with reading(engine) as session:
        history = letter_history(session, find_period(session, "2024"))
    assert (history.reminder_days, history.escalation_days) == ({1: first, 2: first}, {2: second, 3: second})


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
    assert found(engine, token, datetime.fromisoformat("2025-03-30T23:59:59+07:00")) == link_id
    assert found(engine, token, datetime.fromisoformat("2025-03-31T00:00:00+07:00")) is None
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
