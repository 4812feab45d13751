"""Which searches go on: a few at once, the others wait in order, and one whose answer nobody waits for is given up."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from hub.errors import Refusal

AT_ONCE = 4
"""Searches under way; their scans take turns, so that a short one is not held up by long ones."""
MOST_WAITING = 12
"""Searches that wait until one of these has ended; a further one is refused."""

_T = TypeVar("_T")


class Wish(StrEnum):
    """What a search is made for: one for each of these may go on beside the other."""

    HITS = "hits"
    PATH = "path"
    PROCEDURE = "procedure"
    """What the missing-child procedure asks by itself takes no place of what the officer asks."""


class Asker(NamedTuple):
    """Who asks, and where and what for: a newer question of the same takes the place of the older."""

    person_id: str
    case_id: str
    wish: Wish


@dataclass(frozen=True)
class _Going:
    answer: asyncio.Future[Any]
    given_up: threading.Event = field(default_factory=threading.Event)


class Searching:
    """Runs searches in threads of its own. Used from one event loop."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, "asking")
        self._latest: dict[Asker, _Going] = {}
        self._has_stopped = False
        self.unfinished = 0

    async def run(self, asker: Asker, search: Callable[[threading.Event], _T]) -> _T:
        """What ``search`` returns, which is handed an event that is set when nobody waits for it any more.

        That is when this is cancelled, the same asker asks anew, or the hub ends. Raises Refusal in the latter cases,
        and where too many wait already.
        """
        if self._has_stopped:
            raise _ending()
        older = self._latest.get(asker)
        if older is not None:
            older.given_up.set()
            if not older.answer.done():
                older.answer.set_exception(_replaced())
        elif self.unfinished >= AT_ONCE + MOST_WAITING:
            raise _too_many()
        loop = asyncio.get_running_loop()
        going = self._latest[asker] = _Going(loop.create_future())
        self.unfinished += 1

        def end(ended: Future[_T]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits for anything
                loop.call_soon_threadsafe(self._end, asker, going, ended)

        work = self._threads.submit(search, going.given_up)
        work.add_done_callback(end)
        try:
            answer: _T = await going.answer
            return answer
        finally:
            going.given_up.set()
            work.cancel()

    async def stop(self) -> None:
        """Give up whatever is under way, and wait for the piece that each is at."""
        self._has_stopped = True
        for going in self._latest.values():
            going.given_up.set()
            if not going.answer.done():
                going.answer.set_exception(_ending())
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)

    def _end(self, asker: Asker, going: _Going, work: Future[Any]) -> None:
        self.unfinished -= 1
        if self._latest.get(asker) is going:
            del self._latest[asker]
        if going.answer.done() or work.cancelled():
            return
        error = work.exception()
        if error is None:
            going.answer.set_result(work.result())
        else:
            going.answer.set_exception(error)


def _replaced() -> Refusal:
    return Refusal(
        "search_replaced",
        "您在本案中又提出了新的查找，这一次已停止",
        "your newer search in this case took the place of this one",
        status=409,
    )


def _ending() -> Refusal:
    return Refusal("hub_ends", "系统正在停止，请稍后再查找", "the hub ends; search again in a moment", status=503)


def _too_many() -> Refusal:
    return Refusal(
        "too_many_searches",
        f"正在进行的查找太多（{AT_ONCE} 个进行，{MOST_WAITING} 个等待），请稍后再试",
        f"too many searches are under way ({AT_ONCE}, and {MOST_WAITING} wait); try again in a moment",
        status=503,
    )
