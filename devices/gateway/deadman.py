"""Lets go of push-to-talk when the program that holds it does nothing any more: a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from devices.protocol.clock import Clock

STILL_AFTER_US = 2_000_000
LOOK_EVERY_S = 0.25


class Deadman:
    """Where the whole program is stopped (SIGSTOP, a machine that hangs) only the donor's own time-out timer helps."""

    def __init__(self, clock: Clock, let_go: Callable[[], None]) -> None:
        """``let_go()`` is called by the thread, again and again until the program lives."""
        self._clock = clock
        self._let_go = let_go
        self._beat_us = clock.monotonic_us()
        self._ends = Event()

    def beat(self) -> None:
        """The program lives."""
        self._beat_us = self._clock.monotonic_us()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look until the block is left."""
        thread = Thread(target=self._watch, name="deadman", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ends.set()
            thread.join()

    def _watch(self) -> None:
        while not self._ends.wait(LOOK_EVERY_S):
            if self._clock.monotonic_us() - self._beat_us >= STILL_AFTER_US:
                self._let_go()
