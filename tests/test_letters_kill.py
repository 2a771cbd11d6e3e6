"""A sender killed at random points, again and again, against a real SMTP server: nothing lost, little doubled."""

import email
import os
import random
import subprocess
import sys
import time
from collections import Counter

import sqlalchemy as sa
from answering import NOW, open_season
from conftest import ROOT
from smtp_post import Post

from tracker.settings import Settings
from tracker.store.engine import reading, writing
from tracker.store.letters import queue_letter
from tracker.store.periods import find_period
from tracker.store.tables import Letter

LETTERS, KILLS = 100, 6
SENDER = """
from datetime import timedelta
import tracker.store.letters
tracker.store.letters.LEASE = timedelta(seconds=0.2)  # so that a dead sender's letter is taken over at once
from tracker.letters.send import send_queued
from tracker.settings import load_settings
from tracker.store.engine import opened_store
settings = load_settings()
with opened_store(settings.database_url) as engine:
    print("ready", flush=True)
    send_queued(engine, settings)
"""


def queue(engine: sa.Engine) -> None:
    with writing(engine) as session:
        period = find_period(session, "2024").id
        for number in range(LETTERS):
            words = {"subject": f"Đề nghị {number}", "text": "Chữ\n", "html": "<p>Chữ</p>", "link_id": None}
            known = {"key": f"k{number}", "kind": "remind", "period_id": period, "agency_id": "so-tai-chinh"}
            sent = {"to": [f"a{number}@angiang.example"], "message_id": f"<k{number}@angiang.example>"}
            queue_letter(session, words | known | sent, NOW)


def waiting(engine: sa.Engine) -> int:
    with reading(engine) as session:
        held = sa.select(sa.func.count()).where(Letter.state.in_(("queued", "sending")))
        return session.scalar(held) or 0


def test_a_sender_killed_again_and_again_loses_no_letter_and_doubles_at_most_one_a_kill(
    engine: sa.Engine, database_url: str, settings: Settings, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    open_season(engine)
    queue(engine)
    chance = random.Random(305)
    env = os.environ | {
        "TRACKER_VAR": str(settings.var),
        "TRACKER_PLAN": str(ROOT / "activities.yaml"),
        "TRACKER_TEMPLATES": str(ROOT / "templates"),
        "TRACKER_DATABASE_URL": database_url,
        "TRACKER_MAIL_URL": url,
    }
    kills = 0
    while waiting(engine):
        sender = subprocess.Popen([sys.executable, "-c", SENDER], env=env, cwd=ROOT, stdout=subprocess.PIPE)
        assert sender.stdout is not None
        assert sender.stdout.readline() == b"ready\n"
        if kills < KILLS:
            time.sleep(chance.uniform(0, 0.3))
            sender.kill()
            kills += 1
        sender.communicate()
        time.sleep(0.25)
    copies = Counter(email.message_from_bytes(raw)["Message-ID"] for _, raw in behaviour.came)
    assert len(copies) == LETTERS
    assert sum(copies.values()) - LETTERS <= kills
    with reading(engine) as session:
        uncertain = set(session.scalars(sa.select(Letter.message_id).where(Letter.uncertain)))
    assert {message for message, count in copies.items() if count > 1} <= uncertain
    assert kills >= 3
