"""Long scans take turns on two threads of low priority: a short one never waits for a long one's end."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

THREADS = 2
_NICENESS = 10
"""Talk comes first: these threads get a tenth of a processor for which a thread of the usual niceness waits."""


class GivenUp(Exception):
    """Nobody waits for the answer any more."""


class Turning(Protocol):
    """Work that is done in turns of some milliseconds."""

    def take_turn(self) -> bool:
        """Do some of it; whether more is left. Raises GivenUp when nobody waits for it any more."""


def take_turns(several: Sequence[Turning]) -> None:
    """Return when all have done their work. Raises what one of them raised, once all have ended."""
    ends: list[Future[None]] = [Future() for _ in several]
    for one, end in zip(several, ends, strict=True):
        _threads().submit(_take_turn, one, end)
    errors = [error for end in ends if (error := end.exception()) is not None]
    if errors:
        raise errors[0]


def lower_priority() -> None:
    """Of the thread that calls."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


def _take_turn(one: Turning, end: Future[None]) -> None:
    """One turn, then to the queue's end: whoever came meanwhile is before the next."""
    try:
        if one.take_turn():
            _threads().submit(_take_turn, one, end)
        else:
            end.set_result(None)
    except BaseException as error:
        end.set_exception(error)


_pool: ThreadPoolExecutor | None = None
_making = threading.Lock()


def _threads() -> ThreadPoolExecutor:
    global _pool
    with _making:
        if _pool is None:
            _pool = ThreadPoolExecutor(THREADS, "search", initializer=lower_priority)
        return _pool
