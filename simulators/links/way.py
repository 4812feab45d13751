"""One direction of a connection through a bad link: bytes in order, late, at a rate, or not at all."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from dataclasses import dataclass

CHUNK_BYTES = 1460
"""What is passed on at once: a TCP segment on Ethernet."""
UNDER_WAY_BYTES = 16 * 1024
"""Bytes on the link at once; past it nothing is read, so that the sender's own buffers fill, as on a real bad link."""


@dataclass(frozen=True)
class Conditions:
    """What a link is like: each chunk takes ``delay_s`` and up to ``jitter_s`` more, ``bytes_per_s`` at most pass."""

    delay_s: float = 0.0
    jitter_s: float = 0.0
    bytes_per_s: float | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a negative time or a rate that lets nothing through."""
        if min(self.delay_s, self.jitter_s) < 0 or (self.bytes_per_s is not None and self.bytes_per_s <= 0):
            raise ValueError(f"{self}: times are 0 or more, a rate is more than 0 (stall a link that passes nothing)")


class Weather:
    """What all ways in one direction have in common: the conditions, and until when everything stands still."""

    def __init__(self, rng: random.Random) -> None:
        self.conditions = Conditions()
        self.stalled = False
        self.rng = rng
        self._changed = asyncio.Event()

    def change(self, conditions: Conditions | None = None, *, stalled: bool | None = None) -> None:
        """From now on the link is like this."""
        self.conditions = conditions or self.conditions
        self.stalled = self.stalled if stalled is None else stalled
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, at_s: float) -> None:
        """Return at that moment of the loop's clock, or before when the conditions change."""
        changed = self._changed
        try:
            async with asyncio.timeout_at(at_s):
                await changed.wait()
        except TimeoutError:
            return

    async def until_changed(self) -> None:
        """Return when the conditions change."""
        await self._changed.wait()


class Way:
    """Carries what ``source`` sends to ``sink``. Bytes are never lost or reordered: TCP would mend that."""

    def __init__(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, weather: Weather) -> None:
        self._source = source
        self._sink = sink
        self._weather = weather
        self._under_way: deque[tuple[float, bytes]] = deque()
        self._bytes = 0
        self._arrives_s = 0.0
        self._free_s = 0.0
        self._ended = False
        self._moved = asyncio.Event()

    @property
    def bytes_under_way(self) -> int:
        """Read from the source and not yet given to the sink."""
        return self._bytes

    async def run(self) -> None:
        """Carry until the source ends its side and all is delivered. Raises OSError when a side is cut."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._take())
            group.create_task(self._give())

    async def _take(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            while self._weather.stalled:
                await self._weather.until_changed()
            while self._bytes >= UNDER_WAY_BYTES:
                await self._next_move()
            chunk = await self._source.read(CHUNK_BYTES)
            if not chunk:
                self._ended = True
                self._moved.set()
                return
            conditions = self._weather.conditions
            late_s = conditions.delay_s + self._weather.rng.uniform(0.0, conditions.jitter_s)
            self._arrives_s = max(self._arrives_s, loop.time() + late_s)
            self._under_way.append((self._arrives_s, chunk))
            self._bytes += len(chunk)
            self._moved.set()

    async def _give(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            while not self._under_way:
                if self._ended:
                    self._sink.write_eof()
                    return
                await self._next_move()
            arrives_s, chunk = self._under_way[0]
            due_s = max(arrives_s, self._free_s)
            while self._weather.stalled or loop.time() < due_s:
                if self._weather.stalled:
                    await self._weather.until_changed()
                else:
                    await self._weather.until(due_s)
            rate = self._weather.conditions.bytes_per_s
            if rate is not None:
                self._free_s = max(loop.time(), self._free_s) + len(chunk) / rate
            self._sink.write(chunk)
            await self._sink.drain()
            self._under_way.popleft()
            self._bytes -= len(chunk)
            self._moved.set()

    async def _next_move(self) -> None:
        self._moved.clear()
        await self._moved.wait()
