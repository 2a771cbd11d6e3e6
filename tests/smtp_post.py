"""A real SMTP server on loopback whose manners a test decides."""

import asyncio
import socket
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, Envelope, Session


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Post:
    """An SMTP server's behaviour, and what came to it."""

    refuse: dict[str, list[str]] = field(default_factory=dict)
    """Answers to RCPT by address, one a try; `drop` hangs up, `hang` says nothing more."""
    came: list[tuple[str, bytes]] = field(default_factory=list)
    connections: int = 0
    taken_here: int = 0
    """Letters taken since the last greeting."""
    no_sender: str = ""
    """The answer to MAIL where this server takes nothing from us."""
    most: int = 0
    """Letters it takes in one connection; 0: any number."""
    too_many: str = "421 4.7.0 Too many messages in this connection"
    """The answer to MAIL after those."""
    slow: set[str] = field(default_factory=set)
    """Recipients whose letters are taken, but answered for only after a second."""

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        del server, envelope
        session.host_name = hostname
        self.connections += 1
        self.taken_here = 0
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if self.no_sender:
            return self.no_sender
        if self.most and self.taken_here >= self.most:
            return self.too_many
        envelope.mail_from = address
        return "250 ok"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del session, options
        if answers := self.refuse.get(address):
            answer = answers.pop(0)
            if answer == "drop":
                server.transport.abort()
                return "421 gone"
            if answer == "hang":
                await asyncio.sleep(3600)
            return answer
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del server, session
        assert isinstance(envelope.content, bytes)
        self.came.append((envelope.rcpt_tos[0], envelope.content))
        self.taken_here += 1
        if envelope.rcpt_tos[0] in self.slow:
            await asyncio.sleep(1)
        return "250 taken as 17"
