"""The clock that is passed in everywhere, so that tests can move time."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Two readings of time: one that never jumps, for deadlines; one that people read."""

    def monotonic_us(self) -> int:
        """Microseconds since an arbitrary start; never goes back."""
        ...

    def wall_us(self) -> int:
        """Microseconds since 1970-01-01 UTC; may jump when the machine's clock is set."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def monotonic_us(self) -> int:
        return time.monotonic_ns() // 1000

    def wall_us(self) -> int:
        return time.time_ns() // 1000


class ManualClock:
    """A clock that tests move by hand.

    ``advance`` moves both readings; ``jump_wall`` moves only the wall clock, as an administrator would.
    """

    def __init__(self, monotonic_us: int = 1_000_000, wall_us: int = 1_767_225_600_000_000) -> None:
        self._monotonic_us = monotonic_us
        self._wall_us = wall_us

    def monotonic_us(self) -> int:
        return self._monotonic_us

    def wall_us(self) -> int:
        return self._wall_us

    def advance(self, seconds: float) -> None:
        self._monotonic_us += round(seconds * 1e6)
        self._wall_us += round(seconds * 1e6)

    def jump_wall(self, seconds: float) -> None:
        self._wall_us += round(seconds * 1e6)
