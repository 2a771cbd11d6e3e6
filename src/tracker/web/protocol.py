"""Connections that send nothing, or half of something, end by themselves and never keep anybody out.

Uvicorn waits for ever for the head of a first request, and a process has some thousand connections to give.
"""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

LONGEST_HEAD = 10.0
"""Seconds from the moment a request may begin until its whole head is there."""
LONGEST_PAUSE = 30.0
"""Seconds for which a client may take nothing of a large answer."""
MOST_WAITING = 400
"""Connections without a request under way; of more, the one that has waited longest is closed."""


class PromptProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with an end to all waiting."""

    head_due: asyncio.TimerHandle | None = None
    unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head; where too many do, the oldest makes room."""
        super().connection_made(transport)
        self._await_head()
        waiting = [one for one in self.connections if isinstance(one, PromptProtocol) and one.head_due]
        if len(waiting) > MOST_WAITING:
            min(waiting, key=lambda one: one.head_due.when() if one.head_due else 0).cut()

    def handle_events(self) -> None:
        """Take what came; a request whose head is whole waits no more."""
        super().handle_events()
        if self.cycle and not self.cycle.response_complete:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """Begin to wait for the next head, unless it has come already."""
        self._await_head()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the clocks."""
        self._stop_waiting()
        self.resume_writing()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Give a client that takes nothing a while."""
        super().pause_writing()
        self.unread = self.loop.call_later(LONGEST_PAUSE, self.cut)

    def resume_writing(self) -> None:
        """Note that the client took something."""
        if self.unread:
            self.unread.cancel()
        super().resume_writing()

    def cut(self) -> None:
        """Close the connection at once; what was not taken is dropped."""
        self._stop_waiting()
        self.transport.abort()

    def _await_head(self) -> None:
        self._stop_waiting()
        self.head_due = self.loop.call_later(LONGEST_HEAD, self.cut)

    def _stop_waiting(self) -> None:
        if self.head_due:
            self.head_due.cancel()
        self.head_due = None
