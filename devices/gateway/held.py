"""What waits to go on the air while the donor receives, rests or its transmitter comes up."""

from __future__ import annotations

from collections import deque
from threading import Lock

import numpy as np

from devices.gateway.settings import blocks
from devices.radio.libopus import DECODE_SAMPLES
from devices.radio.opus import Samples

SILENCE: Samples = np.zeros(DECODE_SAMPLES, dtype=np.int16)
SILENCE.flags.writeable = False


class Held:
    """Blocks of 20 ms at 48 kHz, first in, first out. The sound card's thread takes them."""

    def __init__(self, most_s: float, longest_s: float) -> None:
        """Past ``most_s`` of sound the oldest goes: who hears then hears the newest words. None waits ``longest_s``."""
        self.dropped = 0
        self._longest_us = round(longest_s * 1e6)
        self._waiting: deque[tuple[int, Samples]] = deque(maxlen=blocks(most_s * 1000))
        """Each with when it was said."""
        self._lock = Lock()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def put(self, block: Samples, said_us: int) -> None:
        """One block more; silence before the first word does not wait."""
        with self._lock:
            if not self._waiting and not block.any():
                return
            self.dropped += len(self._waiting) == self._waiting.maxlen
            self._waiting.append((said_us, block))

    def drop_old(self, now_us: int) -> None:
        """What was said too long ago is not sent: on the air it would pass for what is said now."""
        with self._lock:
            while self._waiting and now_us - self._waiting[0][0] > self._longest_us:
                self._waiting.popleft()
                self.dropped += 1

    def take(self) -> Samples:
        """The next block; silence when there is none."""
        with self._lock:
            return self._waiting.popleft()[1] if self._waiting else SILENCE

    def clear(self) -> None:
        """None of it is to be sent."""
        with self._lock:
            self._waiting.clear()
