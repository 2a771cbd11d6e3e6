"""Work that a page begins and does not wait for long: letters that leave, a memo that is compiled."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock

from tracker.errors import TrackerError
from tracker.log import kind_and_places, log_of

LOG = log_of("web")
MOST_WAITING = 100
"""Pieces of work that wait for the thread of letters; more are not taken on, for strangers can begin some."""
UNKNOWN = "Có lỗi của phần mềm; xin thử lại, nếu vẫn lỗi thì báo người quản trị."


@dataclass(slots=True)
class Work:
    """Work whose progress a page shows."""

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

    def begin_shown(self, key: str, work: Callable[[Work], object], *, final: bool = False) -> Work:
        """Have a memo compiled whose progress is shown; what runs under the same `key` already is returned."""
        with self._lock:
            there = self._works.get(key)
            if there is not None and not there.done.is_set():
                return there
            begun = self._works[key] = Work(final=final)

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

    def shown(self, key: str) -> Work | None:
        """Return the work under `key` that runs, or ended and was not told of yet."""
        with self._lock:
            work = self._works.get(key)
            if work is not None and work.done.is_set():
                del self._works[key]
            return work

    def wait(self) -> None:
        """Wait until all that was begun is done."""
        for thread in (self._letters, self._memos):
            thread.submit(lambda: None).result()
