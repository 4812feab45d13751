"""A process of listeners, as whoever measures sees it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import msgspec
import numpy as np

from bench.figures import Arrived
from bench.listeners import Over, Ready, Turn, Written
from simulators.demo.parts import LinesPart, PartFailed

ANSWER_WITHIN_S = 60.0


class ListenersPart(LinesPart):
    """A process of listeners."""

    def __init__(self, name: str, folder: Path, niceness: int = 0) -> None:
        super().__init__(name, folder / f"{name}.log", niceness)
        self._file = folder / f"{name}.npy"

    async def start(self, command: list[str]) -> None:
        """Return when all listen. Raises PartFailed, TimeoutError."""
        await self._start([sys.executable, "-m", *command])
        async with asyncio.timeout(ANSWER_WITHIN_S):
            msgspec.json.decode(await self._line(), type=Ready)

    async def begin(self, turn: Turn) -> None:
        """A turn begins. Raises PartFailed."""
        await self._order(turn)

    async def end(self, sent_ns: list[int]) -> tuple[Arrived, tuple[float, ...]]:
        """What arrived of the packets sent, and late entries in milliseconds. Raises PartFailed, TimeoutError."""
        arrived, written = await self.over(sent_ns)
        return arrived, written.late_entry_ms

    async def over(self, sent_ns: list[int]) -> tuple[Arrived, Written]:
        """What arrived of the packets sent, and what else was noted. Raises PartFailed, TimeoutError."""
        await self._order(Over(len(sent_ns), str(self._file)))
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                written = msgspec.json.decode(await self._line(), type=Written)
        except PartFailed:
            raise self._failure() from None
        return Arrived.of(np.load(self._file), sent_ns), written

    async def _order(self, order: Turn | Over) -> None:
        assert self.process is not None
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(msgspec.json.encode(order) + b"\n")
            await self.process.stdin.drain()
        except (OSError, RuntimeError):  # the second is uvloop's
            raise self._failure() from None

    def _failure(self) -> PartFailed:
        """Why the process ended, in its own last words: its folder goes with the bench."""
        last = self._log.read_text(errors="replace").strip().splitlines()[-1:]
        return PartFailed(f"{self._name} ended: {''.join(last)}")
