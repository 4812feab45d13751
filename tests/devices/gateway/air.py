"""A frequency in real time: donor handsets whose lines are keyed are heard by the others; and people who talk on it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

import numpy as np

from devices.gateway.gateway import Gateway
from devices.radio.opus import Samples

BLOCK = 320


class RecordingLine:
    """A push-to-talk line that is always there, and notes when it was keyed."""

    is_there = True

    def __init__(self) -> None:
        self.is_keyed = False
        self.changes: list[tuple[float, bool]] = []

    def look(self, now_us: int) -> None:
        return

    def key(self, is_keyed: bool) -> None:
        if is_keyed is not self.is_keyed:
            self.is_keyed = is_keyed
            self.changes.append((time.monotonic(), is_keyed))

    def carrier(self) -> bool | None:
        return None


@dataclass(eq=False)
class Donor:
    """One handset: the sound card of a gateway, and its line."""

    gateway: Gateway
    line: RecordingLine = field(default_factory=RecordingLine)
    hears: bool = True
    plays: bool = True
    heard: deque[Samples] = field(default_factory=lambda: deque(maxlen=50))

    def take_heard(self) -> list[Samples]:
        blocks = list(self.heard)
        self.heard.clear()
        return blocks

    async def run(self) -> None:
        await asyncio.get_running_loop().create_future()


class Air:
    """One frequency; ``on_air`` is all that was on it, at 16 kHz."""

    def __init__(self, *donors: Donor) -> None:
        self.on_air: list[Samples] = []
        self._donors = donors
        self._said: deque[Samples] = deque()

    def say(self, sound: Samples) -> None:
        """Somebody talks on it from now on."""
        self._said.extend(sound.reshape(-1, BLOCK))

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        next_s = loop.time()
        while True:
            said = self._said.popleft() if self._said else np.zeros(BLOCK, dtype=np.int16)
            sounds = [one.gateway.repeater.next_samples()[::3] for one in self._donors]
            sounds = [s if one.line.is_keyed else s * 0 for one, s in zip(self._donors, sounds, strict=True)]
            together = np.clip(np.sum([said, *sounds], axis=0, dtype=np.int32), -32768, 32767).astype(np.int16)
            self.on_air.append(together)
            for one, own in zip(self._donors, sounds, strict=True):
                one.heard.append((together - own).astype(np.int16))
            next_s = max(next_s + 0.02, loop.time())
            await asyncio.sleep(next_s - loop.time())
