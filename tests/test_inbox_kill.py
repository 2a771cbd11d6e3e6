"""A reader of the mailbox killed between any two of its steps: each message is handled once, and none is lost."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import ROOT
from factories_mail import add_letter, all_of, names, put, the_letter
from mail_samples import ORIGINAL, RETURNED, postfix, reply

from tracker.inbox.mailbox import read_inbox
from tracker.settings import Settings
from tracker.store.tables import Bounce, JournalEntry, Letter, Message

FEW_AND_MANY = [pytest.param(20, 2, id="few"), pytest.param(60, 6, id="many", marks=pytest.mark.slow)]
"""How many messages come, and how often their reader is killed."""
READER = """
import os, signal, sys
from pathlib import Path
import sqlalchemy as sa
from tracker.inbox import mailbox
from tracker.inbox.mailbox import read_inbox
from tracker.settings import load_settings
from tracker.store.engine import opened_store

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

settings = load_settings()
with opened_store(settings.database_url) as engine:
    match sys.argv[1:]:
        case ["before the message is recorded"]:
            mailbox.record_message = die
        case ["before its consequence"]:
            mailbox.mark_bounced = die
        case ["before the commit"]:
            sa.event.listen(engine, "commit", die)
        case ["before the file is moved"]:
            Path.rename = die
    print("ready", flush=True)
    read_inbox(engine, settings)
"""
STEPS = [
    "before the message is recorded",
    "before its consequence",
    "before the commit",
    "before the file is moved",
]


def reader(settings: Settings, database_url: str, *step: str) -> "subprocess.Popen[bytes]":
    env = os.environ | {
        "TRACKER_VAR": str(settings.var),
        "TRACKER_PLAN": str(ROOT / "activities.yaml"),
        "TRACKER_TEMPLATES": str(ROOT / "templates"),
        "TRACKER_DATABASE_URL": database_url,
    }
    started = subprocess.Popen([sys.executable, "-c", READER, *step], env=env, cwd=ROOT, stdout=subprocess.PIPE)
    assert started.stdout is not None
    assert started.stdout.readline() == b"ready\n"
    return started


@pytest.mark.parametrize("step", STEPS)
def test_a_reader_that_dies_between_two_steps_leaves_the_rest_to_the_next(
    engine: sa.Engine, database_url: str, settings: Settings, step: str
) -> None:
    add_letter(engine)
    inbox = put(settings.var / "inbox", thu=postfix())
    dying = reader(settings, database_url, step)
    dying.communicate()
    assert dying.returncode == -signal.SIGKILL
    assert names(inbox) == ["thu.eml"]
    done = step == "before the file is moved"
    assert len(all_of(engine, Message)) == len(all_of(engine, JournalEntry)) == int(done)
    assert the_letter(engine).state == ("bounced" if done else "sent")
    found = read_inbox(engine, settings)
    assert len(found.bounced) == int(not done)
    assert len(all_of(engine, Message)) == len(all_of(engine, JournalEntry)) == len(all_of(engine, Bounce)) == 1
    assert the_letter(engine).state == "bounced"
    assert (names(inbox), names(inbox / "handled")) == ([], ["thu.eml"])


def fill(engine: sa.Engine, inbox: Path, messages: int) -> None:
    """Put answers and bounces of as many letters into the inbox."""
    for number in range(messages):
        own_id, address = f"<k{number}@angiang.example>", f"a{number}@angiang.example"
        add_letter(engine, f"k{number}", [address], [], own_id)
        sample = (
            postfix(address, answers=RETURNED.replace(ORIGINAL, own_id), number=number)
            if number % 2
            else reply(f"Trả lời {number}", number, In_Reply_To=own_id)
        )
        put(inbox, **{f"{number:03}": sample})


@pytest.mark.parametrize(("messages", "most"), FEW_AND_MANY)
def test_a_reader_killed_again_and_again_handles_each_message_once(
    engine: sa.Engine, database_url: str, settings: Settings, messages: int, most: int
) -> None:
    inbox = settings.var / "inbox"
    fill(engine, inbox, messages)
    chance, kills = random.Random(305), 0
    while names(inbox):
        running = reader(settings, database_url)
        if kills < most:
            time.sleep(chance.uniform(0, 0.05))
            running.kill()
        kills += running.wait() != 0
        running.communicate()
    assert kills >= most // 2
    kept = all_of(engine, Message)
    assert len(kept) == len({row.letter_id for row in kept}) == len(names(inbox / "handled")) == messages
    assert Counter(row.kind for row in kept) == {"bounce": messages // 2, "reply": messages // 2}
    assert Counter(row.about for row in all_of(engine, JournalEntry)) == {
        f"k{n}": 1 for n in range(1, messages, 2)
    }
    assert {row.key: row.state for row in all_of(engine, Letter)} == {
        f"k{n}": "bounced" if n % 2 else "sent" for n in range(messages)
    }
