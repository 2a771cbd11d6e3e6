"""The whole round over real servers: a letter leaves with its workbook, which comes back filled in a reply, is
recorded and receipted; whoever kills the program between any two steps, nothing is recorded twice or lost.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from answering import TODAY, WHO, open_season
from factories_mail import all_of, put
from imap_post import dovecot
from replies import OFFICE, read, reply_to, workbook_in
from smtp_post import Post
from test_workbook_libreoffice import libreoffice as libreoffice  # the fixture
from workbooks import edited, fill, place, signature, updates

from tracker.answers import receipts as intake
from tracker.answers.receipts import take_in_today
from tracker.inbox import mailbox, workbook_replies
from tracker.inbox.mailbox import read_inbox
from tracker.inbox.transports.folder import FolderInbox
from tracker.inbox.transports.imap import ImapInbox
from tracker.letters import send as sending
from tracker.letters.send import send_queued
from tracker.letters.transports.smtp import SmtpTransport
from tracker.remind.queue import queue_today
from tracker.settings import Settings
from tracker.store.engine import open_store
from tracker.store.outbox import LEASE
from tracker.store.tables import Letter, Message, Update
from tracker.workbook.model import REPORT

DONE = {"II.10.status": "Đang thực hiện", "II.10.percent": 60, "II.10.result": "Đã mở hai lớp"}
Target = tuple[Any, str]


@dataclass
class World:
    """An office with its letters sent, a mail server on either side, and what came to the agencies."""

    engine: sa.Engine
    settings: Settings
    post: Post
    come_in: Callable[[bytes], object]
    """Put a message into the mailbox."""

    def delivered(self, kind: str = "") -> list[bytes]:
        """Return what came to the agency, of those whose subject holds `kind`."""
        return [raw for to, raw in self.post.came if to == OFFICE and kind in read(raw)["Subject"]]

    def collect(self, settings: Settings | None = None) -> None:
        """Do what the collect flow does."""
        one_round(self.engine, settings or self.settings)


def one_round(engine: sa.Engine, settings: Settings) -> None:
    assert read_inbox(engine, settings).shut is None
    take_in_today(engine, settings)
    send_queued(engine, settings)


@pytest.fixture(params=["folder", "imap"])
def world(
    request: pytest.FixtureRequest,
    engine: sa.Engine,
    database_url: str,
    make_settings: Callable[..., Settings],
    post: tuple[Post, str],
) -> Iterator[World]:
    behaviour, mail_url = post
    given = {"today": TODAY.isoformat(), "mail_url": mail_url, "database_url": database_url}
    with ExitStack() as stack:
        if request.param == "imap":
            server = stack.enter_context(dovecot())
            settings, come_in = make_settings(inbox_url=server.url(), **given), server.put
        else:
            settings = make_settings(**given)

            def come_in(raw: bytes) -> object:
                return put(settings.var / "inbox", **{f"thu{len(behaviour.came)}": raw})

        open_season(engine)
        queue_today(engine, settings)
        send_queued(engine, settings)
        yield World(engine, settings, behaviour, come_in)


def test_a_letter_goes_out_and_its_workbook_comes_back_is_recorded_and_receipted_once(world: World) -> None:
    [letter] = world.delivered()
    world.come_in(reply_to(letter, fill(workbook_in(letter), DONE)))
    world.collect()
    [update] = updates(world.engine)
    assert (update.result, update.way, update.said_by) == ("Đã mở hai lớp", "workbook", WHO)
    [receipt] = world.delivered("Đã nhận báo cáo")
    assert "II.10" in read(receipt).get_body(("plain",)).get_content()
    world.collect()
    world.come_in(reply_to(letter, fill(workbook_in(letter), DONE), number=2))
    world.collect()
    assert (len(updates(world.engine)), len(world.delivered("Đã nhận báo cáo"))) == (1, 1)


def test_an_answer_goes_to_the_coordinator_and_to_the_mailbox_that_is_read(world: World) -> None:
    [letter] = world.delivered()
    told = [address.addr_spec for address in read(letter)["Reply-To"].addresses]
    own = [world.settings.sender] if world.settings.inbox_url.startswith("imap") else []
    assert told == ["hoilhpn@angiang.example", *own]


def test_a_spoiled_workbook_is_answered_by_cell_and_the_mended_one_recorded(world: World) -> None:
    [letter] = world.delivered()
    world.come_in(reply_to(letter, fill(workbook_in(letter), DONE | {"II.10.percent": 160})))
    world.collect()
    assert updates(world.engine) == []
    [told] = world.delivered("chưa ghi nhận")
    assert "Báo cáo!F7" in read(told).get_body(("plain",)).get_content()
    world.come_in(reply_to(told, fill(workbook_in(letter), DONE), number=2))
    world.collect()
    assert (len(updates(world.engine)), len(world.delivered("Đã nhận báo cáo"))) == (1, 1)


def test_a_workbook_filled_in_libreoffice_makes_the_round(
    world: World, libreoffice: Callable[[bytes, list[tuple[str, str, object]]], tuple[bytes, Any]]
) -> None:
    [letter] = world.delivered()
    cells: list[tuple[str, str, object]] = []

    def find(book: Any) -> None:
        for name, value in DONE.items():
            activity, _, key = name.rpartition(".")
            cells.append((REPORT, place(book, activity, key), value))
        cells.append((REPORT, signature(book), WHO))

    edited(workbook_in(letter), find)
    saved, _ = libreoffice(workbook_in(letter), cells)
    world.come_in(reply_to(letter, saved))
    world.collect()
    assert [update.result for update in updates(world.engine)] == ["Đã mở hai lớp"]
    assert len(world.delivered("Đã nhận báo cáo")) == 1


RECORDING: list[Target] = [
    (mailbox, "record_message"),
    (workbook_replies, "record_workbook"),
    (mailbox, "change_message"),  # the workbook is recorded, its message not settled
]


class Ticking(Settings):
    """Settings whose clock is ahead, so that the lease of a sender who died before has run out."""

    __slots__ = ()
    ahead = timedelta()

    def now(self):  # type: ignore[no-untyped-def]
        return Settings.now(self) + Ticking.ahead


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def live(settings: Settings, kill: Callable[[sa.Engine], None] | None, runs: int) -> None:
    """Live as one run of the collect flow, which `kill` makes die."""
    Ticking.ahead = runs * LEASE
    engine = open_store(settings.database_url)
    if kill is not None:
        kill(engine)
    one_round(engine, Ticking(**{name: getattr(settings, name) for name in Settings.__slots__}))
    os._exit(0)


def dying_at(target: Target) -> Callable[[sa.Engine], None]:
    return lambda _: setattr(*target, die)


def dying_at_commit(engine: sa.Engine) -> None:
    sa.event.listen(engine, "commit", die)


def dying_once_the_letter_left(_: sa.Engine) -> None:
    deliver = SmtpTransport.deliver

    def deliver_and_die(*args: Any, **kwargs: Any) -> Any:
        deliver(*args, **kwargs)
        die()

    SmtpTransport.deliver = deliver_and_die  # type: ignore[method-assign]


def test_whoever_kills_the_round_between_any_two_steps_doubles_and_loses_nothing(world: World) -> None:
    [letter] = world.delivered()
    world.come_in(reply_to(letter, fill(workbook_in(letter), DONE)))
    forked = multiprocessing.get_context("fork")
    door = ImapInbox if world.settings.inbox_url.startswith("imap") else FolderInbox
    ways = [dying_at(step) for step in RECORDING] + [dying_at_commit, dying_at((door, "done"))]
    ways += [dying_at((intake, "queue_letter")), dying_at_commit]
    ways += [
        dying_at((sending, "claim_next_letter")),
        dying_at((SmtpTransport, "deliver")),
        dying_once_the_letter_left,
    ]
    for runs, kill in enumerate([*ways, None, None], 1):
        world.engine.dispose()  # no connection is shared with the process to come
        running = forked.Process(target=live, args=(world.settings, kill, runs))
        running.start()
        running.join()
        assert running.exitcode == (-signal.SIGKILL if kill else 0), (runs, kill)
    [update] = all_of(world.engine, Update)
    [message] = all_of(world.engine, Message)
    [receipt] = [one for one in all_of(world.engine, Letter) if one.kind == "receipt"]  # type: ignore[attr-defined]
    assert (receipt.state, update.receipt_id, message.kind) == ("sent", receipt.id, "workbook")
    copies = world.delivered("Đã nhận báo cáo")
    assert {read(raw)["Message-ID"] for raw in copies} == {receipt.message_id}
    assert len(copies) == 2
    assert receipt.uncertain
