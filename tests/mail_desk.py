"""A season whose letters have left, and the mailbox to which answers come."""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from answering import TODAY, open_season
from factories_mail import put
from replies import read, workbook_in

from tracker.inbox.mailbox import read_inbox
from tracker.inbox.results import InboxRead
from tracker.letters.mime import finished
from tracker.remind.queue import queue_today
from tracker.settings import Settings
from tracker.store.engine import reading, writing
from tracker.store.links import token_of
from tracker.store.tables import Letter, Link, Message
from tracker.workbook.model import MEDIA_TYPE

CASES = Path(__file__).parent / "mail_cases"
OFFICE = "socongthuong@angiang.example"
ID_IN_CASES, THREAD_IN_CASES = (
    b"<ab899ae2c7bde7bf7aecf1a16a84877c@angiang.example>",
    b"<c5c066da75955bc4403e23e07bdc4e4d@angiang.example>",
)
WORDS_IN_CASES = "Kính gửi Hội LHPN tỉnh, Sở xin gửi báo cáo."


@dataclass
class MailDesk:
    """What the letter to one agency is, and what came of the mail that answers it."""

    engine: sa.Engine
    settings: Settings
    letter: Letter
    link: str
    number: int = 0
    found: list[InboxRead] = field(default_factory=list)

    @property
    def delivered(self) -> bytes:
        """Return the letter as it arrived."""
        return finished(self.letter.message, self.letter.to, self.letter.cc, self.link)

    @property
    def workbook(self) -> bytes:
        """Return the workbook that came with it."""
        return workbook_in(self.delivered)

    @property
    def thread(self) -> str:
        """Return the id of its thread."""
        return str(read(self.delivered)["References"])

    @property
    def quoted(self) -> str:
        """Return its text as a mail program quotes it."""
        body = read(self.delivered).get_body(("plain",)).get_content()
        return "\n".join(f"> {line}" for line in body.splitlines())

    def case(self, name: str, file: bytes = b"") -> bytes:
        """Return a message that once went wrong, as it would come in answer to this letter."""
        raw = (CASES / f"{name}.eml").read_bytes()
        raw = raw.replace(ID_IN_CASES, self.letter.message_id.encode()).replace(
            THREAD_IN_CASES, self.thread.encode()
        )
        return raw.replace(b"@FILE@", base64.encodebytes(file)).replace(b"@QUOTED@", self.quoted.encode())

    def take(self, raw: bytes) -> Message:
        """Have `raw` read from the mailbox; return what is in the record of it."""
        self.number += 1
        put(self.settings.var / "inbox", **{f"thu{self.number}": raw})
        found = read_inbox(self.engine, self.settings)
        assert found.shut is None
        self.found.append(found)
        with reading(self.engine) as session:
            return session.scalars(sa.select(Message).order_by(Message.id.desc()).limit(1)).one()


def mail_desk(engine: sa.Engine, make_settings: Callable[..., Settings]) -> MailDesk:
    """Return the desk on the day of the first reminders, all of them sent."""
    settings = make_settings(today=TODAY.isoformat())
    open_season(engine)
    queue_today(engine, settings)
    with writing(engine) as session:
        session.execute(sa.update(Letter).values(state="sent"))
    with reading(engine) as session:
        letter = session.scalars(sa.select(Letter).where(Letter.agency_id == "so-cong-thuong")).one()
        link = session.get_one(Link, letter.link_id)
        address = f"{settings.base_url}/b/{token_of(link, settings.secret_key())}"
        assert letter.message
        return MailDesk(engine, settings, letter, address)


def attachment(file: bytes, name: str = "", kind: str = "application/octet-stream") -> str:
    """Return a file as a part of a message."""
    named = f'; filename="{name}"' if name else ""
    coded = base64.encodebytes(file).decode()
    return (
        f"Content-Type: {kind}\nContent-Disposition: attachment{named}\n"
        f"Content-Transfer-Encoding: base64\n\n{coded}"
    )


def letter_from(
    *parts: str, words: str = "", sender: str = OFFICE, subject: str = "Bao cao", number: int = 1, more: str = ""
) -> bytes:
    """Return a new message of an officer, with `words` and further `parts`; `more` are header lines."""
    text = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{words}\n"
    inside = "".join(f"--bien\n{part}\n" for part in (text, *parts))
    head = (
        f"From: Van phong <{sender}>\nTo: theo-doi@angiang.example\nSubject: {subject}\n"
        f"Message-ID: <thu-{number}@so.example>\n{more}MIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="bien"\n'
    )
    return re.sub("\r?\n", "\r\n", f"{head}\n{inside}--bien--\n").encode()


def workbook_part(file: bytes) -> str:
    """Return a workbook as a part of a message."""
    return attachment(file, "bao-cao.xlsx", MEDIA_TYPE)
