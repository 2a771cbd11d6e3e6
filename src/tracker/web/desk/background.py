"""Work that a page begins and does not wait for: letters that leave, a memo that is compiled."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from tracker.log import kind_and_places, log_of

LOG = log_of("web")


class Background:
    """One thread that does what pages begin, one after the other."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "desk")

    def begin(self, work: Callable[[], object]) -> Future[None]:
        """Have `work` done; what goes wrong is written down, and what waits in the store waits on."""

        def done() -> None:
            try:
                work()
            except Exception as error:  # noqa: BLE001 - nobody waits who could be told
                LOG.error("begun by a page: %s", kind_and_places(error))  # noqa: TRY400 - without its words

        return self._thread.submit(done)

    def wait(self) -> None:
        """Wait until all that was begun is done."""
        self._thread.submit(lambda: None).result()
