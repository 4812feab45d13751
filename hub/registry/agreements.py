"""Tells of owners' agreements that end, or hold again: their cameras then stand otherwise, by the day alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from hub.registry.service import Registry

LOOKED_AT_EVERY_S = 30.0
"""An agreement is over at most so long after midnight."""


class Agreements:
    """Looks which cameras' agreements are over; ``tell`` is told of those for which that turned."""

    def __init__(self, registry: Registry, tell: Callable[[Iterable[str]], Awaitable[None]]) -> None:
        self._registry = registry
        self._tell = tell
        self._over: frozenset[str] = frozenset()
        self._changed = asyncio.Event()
        registry.follow_cameras(self._changed.set)

    async def run(self) -> None:
        """Look at each change of cameras and owners, and as time passes."""
        self._over = self._now_over()
        while True:
            try:
                async with asyncio.timeout(LOOKED_AT_EVERY_S):
                    await self._changed.wait()
            except TimeoutError:
                pass
            self._changed.clear()
            await self.look()

    async def look(self) -> None:
        """Tell of what turned since the last look."""
        over = self._now_over()
        turned = (over ^ self._over) & self._registry.cameras.keys()
        self._over = over
        if turned:
            self._registry.tell_camera_followers()
            await self._tell(sorted(turned))

    def _now_over(self) -> frozenset[str]:
        cameras = self._registry.cameras.values()
        return frozenset(one.camera_id for one in cameras if self._registry.terms_for(one).agreement_over)
