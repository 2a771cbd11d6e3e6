"""Prefect's server as a child process that never outlives its parent, however that one ends.

The parent holds the other end of standard input and says nothing: when it closes, the parent is gone.
"""

import os
import runpy
import signal
import sys
import threading
import time

GRACE = 5
"""Seconds that the server has to end by itself."""


def main() -> None:
    """Run `prefect` with this process's arguments until it ends or the parent is gone."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv[0] = "prefect"
    runpy.run_module("prefect", run_name="__main__")


def _end_with_parent() -> None:
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(GRACE)
    os._exit(1)


if __name__ == "__main__":
    main()
