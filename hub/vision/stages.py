"""Where the time goes: the processor time of each stage of looking, counted as it runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from devices.protocol.sightings import Stage


class StageTimes:
    """Processor time and calls of each stage since it was made. Each stage belongs to one thread at a time."""

    def __init__(self) -> None:
        self._spent_ns = dict.fromkeys(Stage, 0)
        self._calls = dict.fromkeys(Stage, 0)

    @contextmanager
    def of(self, stage: Stage) -> Iterator[None]:
        """Within, the calling thread's processor time is this stage's."""
        began_ns = time.thread_time_ns()
        try:
            yield
        finally:
            self._spent_ns[stage] += time.thread_time_ns() - began_ns
            self._calls[stage] += 1

    def spent_ms(self, stage: Stage) -> float:
        """Processor time so far."""
        return self._spent_ns[stage] / 1e6

    def calls(self, stage: Stage) -> int:
        """How often it was passed."""
        return self._calls[stage]
