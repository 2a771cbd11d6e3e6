"""Who writes waits for a turn, so that threads and connections are left for who reads.

The store takes one writer at a time anyway: more of them would only sit in all of the pages' threads.
"""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from anyio.lowlevel import RunVar
from starlette.concurrency import run_in_threadpool

from tracker.errors import StoreError
from tracker.store.problems import BUSY

WRITERS = 4
"""How many write, or wait for the store's lock, at once."""
LONGEST_WAIT = 15.0
"""Seconds that somebody waits for a turn."""
Given = ParamSpec("Given")
Result = TypeVar("Result")
_turns: RunVar[asyncio.Semaphore] = RunVar("turns")


async def write_in_turn(write: Callable[Given, Result], *given: Given.args, **named: Given.kwargs) -> Result:
    """Return what `write` returns, run in a thread when its turn comes; StoreError where that takes too long."""
    turns = _turns.get(None)
    if turns is None:
        turns = asyncio.Semaphore(WRITERS)
        _turns.set(turns)
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            await turns.acquire()
    except TimeoutError as error:
        raise StoreError(*BUSY) from error
    try:
        return await run_in_threadpool(write, *given, **named)
    finally:
        turns.release()
