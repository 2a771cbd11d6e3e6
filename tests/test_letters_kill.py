"""A sender killed at random points, again and again, against a real SMTP server: nothing lost, little doubled."""

import email
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from multiprocessing.context import ForkProcess

import pytest
import sqlalchemy as sa
from answering import NOW, open_season, outbox_row
from smtp_post import Post

from tracker.letters.send import send_queued
from tracker.settings import Settings
from tracker.store.engine import open_store, reading, writing
from tracker.store.letters import queue_letters
from tracker.store.outbox import LEASE
from tracker.store.tables import Letter

FEW_AND_MANY = [pytest.param(100, 20, id="few"), pytest.param(1_000, 200, id="many", marks=pytest.mark.slow)]
"""How many letters wait, and how often their sender is killed."""


class Ticking(Settings):
    """Settings whose clock is ahead, so that the lease of a sender who died before has run out."""

    __slots__ = ()
    ahead = timedelta()

    def now(self):  # type: ignore[no-untyped-def]
        return Settings.now(self) + Ticking.ahead


def waiting(engine: sa.Engine) -> int:
    with reading(engine) as session:
        held = sa.select(sa.func.count()).where(Letter.state.in_(("queued", "sending")))
        return session.scalar(held) or 0


def send(settings: Settings, runs: int) -> None:
    """Send all that waits: a sender's whole life."""
    Ticking.ahead = runs * LEASE
    engine = open_store(settings.database_url)
    send_queued(engine, Ticking(**{name: getattr(settings, name) for name in Settings.__slots__}))
    os._exit(0)


def wait_for_a_letter(behaviour: Post, sender: ForkProcess) -> None:
    """Wait until `sender` has handed over another letter, or has ended."""
    before = len(behaviour.came)
    while len(behaviour.came) == before and sender.is_alive():
        time.sleep(0.001)


@pytest.mark.parametrize(("letters", "most"), FEW_AND_MANY)
def test_a_sender_killed_again_and_again_loses_no_letter_and_doubles_at_most_one_a_kill(
    engine: sa.Engine, database_url: str, settings: Settings, post: tuple[Post, str], letters: int, most: int
) -> None:
    behaviour, url = post
    open_season(engine)
    with writing(engine) as session:
        rows = [outbox_row(session, f"k{n}", to=[f"a{n}@angiang.example"]) for n in range(letters)]
        queue_letters(session, rows, NOW)
    engine.dispose()
    settings = replace(settings, database_url=database_url, mail_url=url)
    chance, kills, runs = random.Random(305), 0, 0
    forked = multiprocessing.get_context("fork")
    while waiting(engine):
        runs += 1
        engine.dispose()  # no connection is shared with the process to come
        sender = forked.Process(target=send, args=(settings, runs))
        sender.start()
        if kills < most:
            if runs % 2:  # while it starts
                time.sleep(chance.uniform(0.005, 0.07))
            else:  # while it sends
                wait_for_a_letter(behaviour, sender)
                time.sleep(chance.uniform(0, 0.02))
            os.kill(sender.pid or 0, signal.SIGKILL)
        sender.join()
        kills += sender.exitcode == -signal.SIGKILL
        assert sender.exitcode in {0, -signal.SIGKILL}
    copies = Counter(email.message_from_bytes(raw)["Message-ID"] for _, raw in behaviour.came)
    assert len(copies) == letters
    assert sum(copies.values()) - letters <= kills
    assert kills == most
    with reading(engine) as session:
        uncertain = set(session.scalars(sa.select(Letter.message_id).where(Letter.uncertain)))
        states = set(session.scalars(sa.select(Letter.state)))
    assert states == {"sent"}
    assert {message for message, count in copies.items() if count > 1} <= uncertain
    assert uncertain  # some died between the claim and the settling
    print(f"{kills} kills, {sum(copies.values()) - letters} extra copies, {len(uncertain)} marked uncertain")
