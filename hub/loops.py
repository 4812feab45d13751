"""The rooms' loops: one that fails is told of, counted and started again; it never takes the hub with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine

import structlog

from hub.tasks import end_tasks

_log = structlog.get_logger()
RESTART_AFTER_S = 1.0


class Loops:
    """Started one by one, ended together; ``failures`` counts how often one had to be started again."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self.failures = 0

    def start(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run it until ``end``."""
        self.begin(name, self._keep(name, run))

    def begin(self, name: str, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Do it once, until ``end`` at the latest."""
        self._tasks.append(asyncio.create_task(work, name=name))
        return self._tasks[-1]

    async def end(self) -> None:
        """End them all."""
        await end_tasks(*self._tasks)

    async def _keep(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await run()
            except Exception:
                self.failures += 1
                _log.exception("task.failed", task=name)
            await asyncio.sleep(RESTART_AFTER_S)
