"""Messages of somebody who has the plan file, the guide and the code, but neither our key nor a letter of ours.

The forger runs the program: its letters, ids, links, seals and marks are made as ours are, under keys that it made
up or guessed.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path

import sqlalchemy as sa
from answering import TODAY, open_season
from mail_desk import attachment, letter_from, workbook_part
from mail_samples import EXCHANGE, EXIM, ORIGINAL, POSTFIX_TEXT, SENDER, TO, postfix, reply
from packing import winmail, zipped
from replies import read, reply_to, workbook_in
from workbooks import fill

from tracker.letters.mime import finished
from tracker.remind.queue import queue_today
from tracker.settings import Settings
from tracker.store.engine import open_store, reading
from tracker.store.letters import unkeyed
from tracker.store.links import token_of
from tracker.store.tables import Letter, Link

KEYS = ("a key that the forger made up", "305/KH-UBND 305/KH-UBND", "theo-doi@ke-hoach.example")
STRANGER = "x@ngoai.example"
DONE = {"II.10.status": "Đang thực hiện", "II.10.percent": 60, "II.10.result": "Không triển khai"}
WORDS = "Sở không triển khai hoạt động nào."
MARKS = "a" + "\u0315\u0327" * 300
"""Combining marks in the worst order for whoever puts them into order."""


@dataclass(frozen=True)
class Forged:
    """A letter of the forger's own making to one of our contacts."""

    to: str
    delivered: bytes
    link: str
    book: bytes
    key: str

    @property
    def id(self) -> str:
        return str(read(self.delivered)["Message-ID"])

    @property
    def thread(self) -> str:
        return str(read(self.delivered)["References"])

    @property
    def marked(self) -> str:
        return str(read(self.delivered)["Reply-To"].addresses[-1].addr_spec)

    @property
    def unkeyed(self) -> str:
        """Return the id that letters had before ids were keyed."""
        return f"<{unkeyed(self.key)}@{SENDER.partition('@')[2]}>"


def forged_letters(folder: Path, make_settings: Callable[..., Settings]) -> list[Forged]:
    """Return the letters that the forger's installations write to our contacts."""
    found = []
    for number, key in enumerate(KEYS):
        inbox = "imaps://a:b@thu.example/INBOX?plus=yes"
        settings = make_settings(today=TODAY.isoformat(), secret_key=key, inbox_url=inbox)
        store = open_store(f"sqlite:///{folder / f'forger-{number}.db'}", create=True)
        open_season(store)
        queue_today(store, settings)
        with reading(store) as session:
            for letter in session.scalars(sa.select(Letter)):
                if letter.message:
                    token = token_of(session.get_one(Link, letter.link_id), settings.secret_key())
                    found.append(forged(letter, f"{settings.base_url}/b/{token}"))
        store.dispose()
    return found


def forged(letter: Letter, link: str) -> Forged:
    """Return `letter` as whoever got it has it."""
    delivered = finished(letter.message, letter.to, letter.cc, link)
    book = workbook_in(delivered)
    filled = fill(book, DONE if letter.agency_id == "so-cong-thuong" else {})
    return Forged(letter.to[0], delivered, link, filled, letter.key)


def _carried(one: Forged) -> str:
    return "Content-Type: message/rfc822\n\n" + one.delivered.decode().replace("\r\n", "\n")


def _by_text(sample: bytes, one: Forged) -> bytes:
    return sample.replace(TO.encode(), one.to.encode()).replace(ORIGINAL.encode(), one.id.encode())


KINDS: dict[str, Callable[[Forged], bytes]] = {
    "reply": lambda one: reply_to(one.delivered, words=WORDS, sender=one.to),
    "reply with a workbook": lambda one: reply_to(one.delivered, one.book, words=WORDS, sender=one.to),
    "new mail with a workbook": lambda one: letter_from(workbook_part(one.book), sender=one.to),
    "workbook in a zip": lambda one: letter_from(attachment(zipped(b_xlsx=one.book), "b.zip"), sender=one.to),
    "workbook in a winmail.dat": lambda one: letter_from(attachment(winmail(("b", one.book))), sender=one.to),
    "file dear to read": lambda one: letter_from(workbook_part(_dear()), sender=one.to),
    "link of the forger's": lambda one: letter_from(words=f"{WORDS}\n> {one.link}", sender=one.to),
    "link made up": lambda one: letter_from(words=f"{WORDS} http://x.example/b/{'A' * 43}", sender=one.to),
    "marked address": lambda one: letter_from(words=WORDS, sender=one.to, more=f"Cc: {one.marked}\n"),
    "mark made up": lambda one: letter_from(words=WORDS, sender=one.to, more=f"Cc: a+{'0' * 20}@b.example\n"),
    "thread": lambda one: letter_from(
        words=WORDS, sender=one.to, more=f"References: {one.thread} <a@b.example>\n"
    ),
    "id of before ids were keyed": lambda one: reply(WORDS, From=one.to, In_Reply_To=one.unkeyed, References=""),
    "countless ids": lambda one: reply(WORDS, From=one.to, In_Reply_To="", References="<a@b.example> " * 3000),
    "combining marks": lambda one: reply(MARKS, From=one.to, In_Reply_To="<a@b.example>", References=""),
    "forward": lambda one: letter_from(_carried(one), words=WORDS, sender=one.to),
    "forward by a stranger": lambda one: letter_from(_carried(one), words=WORDS, sender=STRANGER),
    "all of it by a stranger": lambda one: reply_to(one.delivered, one.book, words=one.link, sender=STRANGER),
    "bounce": lambda one: postfix(one.to, answers=f"Message-ID: {one.id}\nReferences: {one.thread}\n"),
    "bounce of before ids were keyed": lambda one: postfix(one.to, answers=f"Message-ID: {one.unkeyed}\n"),
    "bounce with the letter": lambda one: postfix(one.to, answers=one.delivered.decode()[:3000]),
    "bounce by a person": lambda one: postfix(one.to, answers=f"Message-ID: {one.id}\n").replace(
        b"Return-Path: <>", b"Return-Path: <x@ngoai.example>"
    ),
    "bounce of Exim": lambda one: _by_text(EXIM, one),
    "bounce of Exchange": lambda one: _by_text(EXCHANGE, one),
    "bounce in words": lambda one: _by_text(POSTFIX_TEXT, one),
    "absence": lambda one: reply("Tôi nghỉ.", From=one.to, In_Reply_To=one.id, Auto_Submitted="auto-replied"),
    "absence by its subject": lambda one: reply("x", From=one.to, Subject="Out of office:", In_Reply_To=one.id),
    "receipt of reading": lambda one: postfix(one.to, action="displayed").replace(
        b"delivery-status", b"disposition-notification"
    ),
    "in our own name": lambda one: reply(WORDS, From=SENDER, In_Reply_To=one.id, References=one.thread),
}


def _dear() -> bytes:
    """Return a file that looks like a workbook and would be dear to read."""
    sheet = f'<workbook><sheets><sheet name="{MARKS}"/></sheets></workbook>'.encode()
    return zipped(**{"[Content_Types]_xml": b"<x/>", "xl/workbook_xml": sheet})


def forgeries(letters: list[Forged]) -> Iterator[bytes]:
    """Give messages without end, each with a Message-ID of its own."""
    numbers = count()
    for one in cycle(letters):
        for make in KINDS.values():
            yield re.sub(rb"(?im)^(message-id: <)", rb"\g<1>%d." % next(numbers), make(one), count=1)
