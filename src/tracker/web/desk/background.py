"""Work that a page begins and does not wait for long: letters that leave, a memo that is compiled."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Event, Lock

from tracker.errors import StoreError, TrackerError
from tracker.log import kind_and_places, log_of
from tracker.web.request import LONGEST_WAIT

LOG = log_of("web")
MOST_WAITING = 100
"""Pieces of work that wait for the thread of letters; more are not taken on, for strangers can begin some."""
PRINTED_AT_ONCE = 2
"""Memos printed at once: each takes a core, and pages are to be shown meanwhile."""
BUSY = ("đang in nhiều báo cáo; chờ giây lát rồi tải lại", "đang in nhiều báo cáo")
UNKNOWN = "Có lỗi của phần mềm; xin thử lại, nếu vẫn lỗi thì báo người quản trị."


@dataclass(slots=True)
class Work:
    """Work whose progress a page shows."""

    asked: set[str] = field(default_factory=set)
    """Who asked for it, and was not told yet how it ended."""
    final: bool = False
    """It makes a memo final."""
    doing: str = ""
    share: float = 0.0
    """How much of it is done, from 0 to 1."""
    error: TrackerError | None = None
    broken: bool = False
    """It ended by a fault of the program."""
    done: Event = field(default_factory=Event)

    def step(self, doing: str, share: float) -> None:
        """Note what is done next."""
        self.doing, self.share = doing, share


class Background:
    """One thread for letters, one for memos; each does what pages begin, one after the other."""

    def __init__(self) -> None:
        self._letters = ThreadPoolExecutor(1, "desk-letters")
        self._memos = ThreadPoolExecutor(1, "desk-memos")
        self._printing = BoundedSemaphore(PRINTED_AT_ONCE)
        self._works: dict[str, Work] = {}
        self._lock = Lock()
        self._waiting = 0

    def begin(self, work: Callable[[], object]) -> bool:
        """Have letters written or sent; what goes wrong is written down, and what waits in the store waits on.

        Returns False, and drops the work, where MOST_WAITING pieces wait already.
        """

        def done() -> None:
            try:
                work()
            except Exception as error:  # noqa: BLE001 - nobody waits who could be told
                LOG.error("begun by a page: %s", kind_and_places(error))  # noqa: TRY400 - without its words
            finally:
                with self._lock:
                    self._waiting -= 1

        with self._lock:
            if self._waiting >= MOST_WAITING:
                return False
            self._waiting += 1
        self._letters.submit(done)
        return True

    def begin_shown(self, key: str, who: str, work: Callable[[Work], object], *, final: bool = False) -> Work:
        """Have a memo compiled for `who`, whose progress is shown; what runs under `key` already is returned."""
        with self._lock:
            there = self._works.get(key)
            if there is not None and not there.done.is_set():
                there.asked.add(who)
                return there
            begun = self._works[key] = Work(asked={who}, final=final)

        def done() -> None:
            try:
                work(begun)
            except TrackerError as error:
                begun.error = error
            except Exception as error:  # noqa: BLE001 - the page tells it
                begun.broken = True
                LOG.error("begun by a page: %s", kind_and_places(error))  # noqa: TRY400 - without its words
            finally:
                begun.done.set()

        self._memos.submit(done)
        return begun

    def shown(self, key: str, who: str) -> Work | None:
        """Return the work under `key` that runs, or that ended and `who`, who asked for it, was not told of."""
        with self._lock:
            work = self._works.get(key)
            if work is None or not work.done.is_set():
                return work
            told = who not in work.asked
            work.asked.discard(who)
            return None if told else work

    @contextmanager
    def printing(self) -> Iterator[None]:
        """Let a memo be printed while few others are; StoreError where too many wait."""
        if not self._printing.acquire(timeout=LONGEST_WAIT):
            raise StoreError(*BUSY)
        try:
            yield
        finally:
            self._printing.release()

    def wait(self) -> None:
        """Wait until all that was begun is done."""
        for thread in (self._letters, self._memos):
            thread.submit(lambda: None).result()
