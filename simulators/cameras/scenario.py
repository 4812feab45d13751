"""The one clock by which every camera plays: where in the scene each moment is, and which picture comes next."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from devices.protocol.clock import Clock
from simulators.cameras.tape import Tape


class ScenarioClock:
    """Scenario position is (now - t0) mod the scene's duration. Set once by wall time, it then runs monotonically."""

    def __init__(self, clock: Clock, t0_wall_us: int, duration_us: int) -> None:
        self._clock = clock
        self._t0_monotonic_us = clock.monotonic_us() - (clock.wall_us() - t0_wall_us)
        self.t0_wall_us = t0_wall_us
        self.duration_us = duration_us

    def elapsed_us(self) -> int:
        """Microseconds since t0; negative before it."""
        return self._clock.monotonic_us() - self._t0_monotonic_us

    def wall_us(self) -> int:
        """The wall time of now by this clock."""
        return self.t0_wall_us + self.elapsed_us()


@dataclass(frozen=True)
class Cursor:
    """A picture of a tape in one of the endless rounds."""

    round: int
    index: int

    def due_us(self, tape: Tape, duration_us: int) -> int:
        """When the picture is due, since t0: grows without end."""
        return self.round * duration_us + tape.pictures[self.index].due_us

    def next(self, tape: Tape) -> Cursor:
        """The picture after this one; the first of the next round after the last."""
        if self.index + 1 < len(tape.pictures):
            return Cursor(self.round, self.index + 1)
        return Cursor(self.round + 1, 0)


def next_key(tape: Tape, elapsed_us: int, duration_us: int) -> Cursor:
    """The first key picture due at that moment or later."""
    number, position = divmod(max(elapsed_us, 0), duration_us)
    start = bisect_left(tape.pictures, position, key=lambda picture: picture.due_us)
    for index in range(start, len(tape.pictures)):
        if tape.pictures[index].key:
            return Cursor(number, index)
    return Cursor(number + 1, 0)
