"""A mailbox on an IMAP server.

Nothing there is deleted, moved or marked as read: people may look into the same mailbox. Messages that are done
with carry a keyword of our own; where the server keeps none, they are marked as read after all.
"""

import imaplib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from imap_tools.errors import ImapToolsError, UnexpectedCommandStatusError
from imap_tools.mailbox import BaseMailBox, MailBox, MailBoxUnencrypted

from tracker.errors import MailboxShut
from tracker.inbox.incoming import LIMIT, PIECE, moment_in
from tracker.inbox.texts import clean_line
from tracker.inbox.transports import Arrival
from tracker.tls import server_at

PATIENCE = 30
"""Seconds to wait for the server's next word."""
KEYWORD, SEEN = "TrackerRead", "\\Seen"
SIZE = re.compile(rb"RFC822\.SIZE (\d{1,18})", re.IGNORECASE)
REACHED = re.compile(rb'INTERNALDATE "([^"]{1,40})"', re.IGNORECASE)
TROUBLE = (OSError, imaplib.IMAP4.error, ImapToolsError, UnicodeError)


class ImapInbox:
    """Reads `imap://user:password@host:port/INBOX` (STARTTLS) or `imaps://…` (TLS at once)."""

    def __init__(self, url: str, ca_file: Path | None = None) -> None:
        self.server = server_at(url, 143, 993, ca_file)
        self.name = unquote(urlsplit(url).path.strip("/")) or "INBOX"
        self.mark = KEYWORD
        self.mailbox: BaseMailBox | None = None

    def __enter__(self) -> Self:
        """Connect, log in and open the mailbox."""
        with self._telling("không mở được hộp thư đến", "kiểm tra TRACKER_INBOX_URL và mạng"):
            try:
                self._open()
            except TROUBLE:
                self._hang_up()
                raise
        return self

    def __exit__(self, *error: object) -> None:
        """Say goodbye to the server, if it still listens."""
        self._hang_up()

    def arrivals(self) -> Iterator[Arrival]:
        """Give the messages that do not carry the mark; raises MailboxShut at the end where some were refused."""
        refused = []
        with self._telling("không đọc được hộp thư đến", "lần chạy sau đọc tiếp"):
            wanted = "UNSEEN" if self.mark == SEEN else f"UNKEYWORD {self.mark}"
            numbers = self._opened.uids(f"UNDELETED {wanted}", charset=None)
        for number in numbers:
            status, lines = self._fetch(number, PIECE)
            if texts := _texts(lines):
                rest = partial(self._rest, number) if len(texts[0]) == PIECE else None
                yield Arrival(number, texts[0], reached=_reached(lines), size=_size(lines), rest=rest)
            elif status != "OK" or lines != [None]:  # neither there nor deleted meanwhile
                refused.append(number)
        if refused:
            raise MailboxShut(f"{self._shown}: máy chủ không đưa {len(refused)} thư; lần chạy sau đọc lại")

    def done(self, handle: str) -> None:
        """Put the mark on the message."""
        with self._telling("không đánh dấu được thư đã đọc", "lần chạy sau đánh dấu lại, không xử lý hai lần"):
            # Not by imap-tools' `flag`: it also expunges what others have marked as deleted.
            status, lines = self._opened.client.uid("STORE", handle, "+FLAGS.SILENT", f"({self.mark})")
            if status != "OK":
                raise imaplib.IMAP4.error(_said(lines))

    def set_aside(self, handle: str) -> None:
        """Put the mark on the message: it stays in the mailbox for a person to look at."""
        self.done(handle)

    def _fetch(self, number: str, most: int) -> tuple[str, list[Any]]:
        """Return the server's answer with the first `most` bytes of a message, its size, and when it came."""
        with self._telling("không đọc được hộp thư đến", "lần chạy sau đọc tiếp"):
            wanted = f"(INTERNALDATE RFC822.SIZE BODY.PEEK[]<0.{most}>)"
            return self._opened.client.uid("FETCH", number, wanted)

    def _rest(self, number: str) -> bytes:
        texts = _texts(self._fetch(number, LIMIT + 1)[1])
        return texts[0] if texts else b""

    def _open(self) -> None:
        server, context = self.server, self.server.context()
        if server.at_once:
            self.mailbox = MailBox(server.host, server.port, timeout=PATIENCE, ssl_context=context)
        else:
            self.mailbox = MailBoxUnencrypted(server.host, server.port, timeout=PATIENCE)
            if server.starts_tls(offered="STARTTLS" in self.mailbox.client.capabilities):
                self.mailbox.client.starttls(context)
        ascii_only = (server.user + server.password).isascii()
        log_in = self.mailbox.login if ascii_only else self.mailbox.login_utf8
        log_in(server.user, server.password, self.name)
        _, lines = self.mailbox.client.response("PERMANENTFLAGS")
        kept = b" ".join(line for line in lines if isinstance(line, bytes)).lower()
        self.mark = KEYWORD if not kept or b"\\*" in kept or KEYWORD.lower().encode() in kept else SEEN

    @property
    def _opened(self) -> BaseMailBox:
        if self.mailbox is None:
            raise imaplib.IMAP4.abort("mailbox closed")
        return self.mailbox

    @property
    def _shown(self) -> str:
        return f"{self.server.host}:{self.server.port}/{self.name}"

    @contextmanager
    def _telling(self, trouble: str, remedy: str) -> Iterator[None]:
        """Turn the server's and the network's errors into a MailboxShut that names the place and the way out."""
        try:
            yield
        except TROUBLE as error:
            if told := self.server.trouble(error, "TRACKER_INBOX_URL"):
                raise MailboxShut(f"{self._shown}: {trouble}: {told}") from error
            words = (
                _said(error.command_result[1]) if isinstance(error, UnexpectedCommandStatusError) else str(error)
            )
            raise MailboxShut(f"{self._shown}: {trouble} ({clean_line(words)}); {remedy}") from error

    def _hang_up(self) -> None:
        mailbox, self.mailbox = self.mailbox, None
        if mailbox is not None:
            try:
                mailbox.logout()
            except TROUBLE:
                with suppress(OSError):
                    mailbox.client.shutdown()


def _texts(lines: Iterable[Any]) -> list[bytes]:
    return [line[1] for line in lines if isinstance(line, tuple)]


def _reached(lines: Iterable[object]) -> datetime | None:
    """Return when the server took in the message of a FETCH answer."""
    found = _told(lines, REACHED)
    return moment_in(found[1].decode("ascii", "replace")) if found else None


def _size(lines: Iterable[object]) -> int:
    found = _told(lines, SIZE)
    return int(found[1]) if found else 0


def _told(lines: Iterable[object], what: re.Pattern[bytes]) -> re.Match[bytes] | None:
    """Return where a FETCH answer tells `what`; the bytes of the message itself tell nothing."""
    told = (line[0] if isinstance(line, tuple) else line for line in lines)
    found = (what.search(line) for line in told if isinstance(line, bytes))
    return next((one for one in found if one), None)


def _said(lines: Iterable[object]) -> str:
    """Return the words of a server's answer."""
    return " ".join(line.decode("utf-8", "replace") for line in lines if isinstance(line, bytes))
