"""Pages kept as they were made, and shown again while they would be made the same."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from sqlalchemy.orm import Session

from tracker.store.traces import Trace

MOST_KEPT = 256
"""Pages of some 60 kB at the most, beside the rows they were made from."""


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page, when its link ends, and all that it was made from: rows of the store, and `under` what else."""

    body: bytes
    until: datetime
    under: Hashable
    trace: Trace


@dataclass(frozen=True, slots=True)
class KeptPages:
    """The pages of one process by their tokens: nobody is shown a page that another link opened."""

    pages: dict[str, KeptPage] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def find(self, session: Session, token: str, under: Hashable, now: datetime) -> bytes | None:
        """Return the page that `token` opens where making it anew would give just that; else None."""
        page = self.pages.get(token)
        if page is None or page.under != under or now >= page.until or not page.trace.holds(session):
            return None
        return page.body

    def keep(self, token: str, page: KeptPage) -> None:
        """Keep `page` in the place of the one that `token` opened before; the one made longest ago makes room."""
        with self.lock:
            self.pages.pop(token, None)
            if len(self.pages) >= MOST_KEPT:
                del self.pages[next(iter(self.pages))]
            self.pages[token] = page
