"""What time footage is aged by: a machine's clock may leap, and must not make a month of footage too old at once."""

from __future__ import annotations

from dataclasses import dataclass

from devices.protocol.clock import Clock
from hub.footage.segments.names import DAY_US, HOUR_US

SLACK_US = HOUR_US
"""By so much the wall clock may be ahead of what is known."""
TRUSTED_AFTER_US = DAY_US
"""A wall clock that goes on steadily for so long is believed, wherever it leapt to."""
_STEADY_US = 60_000_000
OFF_US = 3 * DAY_US
"""A hub may have been off for so long, over a weekend, without its clock being doubted."""


@dataclass(frozen=True)
class Now:
    """``wall_us``: by the machine's clock; ``known_us``: as long ago as the hub has run since it was last sure."""

    wall_us: int
    known_us: int

    @property
    def has_leapt(self) -> bool:
        """Whether the clock is so far ahead that nothing may be called too old by it."""
        return self.wall_us > self.known_us + SLACK_US

    @property
    def aged_us(self) -> int:
        """The time by which ages are told."""
        return self.known_us if self.has_leapt else self.wall_us

    def is_recent(self, end_us: int) -> bool:
        """Whether what ends then is of the last hour or being written, by either clock; what lies far ahead is not."""
        return any(at_us - HOUR_US < end_us <= at_us + 3 * HOUR_US for at_us in (self.wall_us, self.known_us))


class KnownTime:
    """Follows the wall clock where it goes as the monotonic one does."""

    def __init__(self, clock: Clock, known_us: int | None) -> None:
        """``known_us``: what was known when the hub was last there; None: the wall clock is believed."""
        self._clock = clock
        self._steady_since_us = clock.monotonic_us()
        self._wall_less_us = clock.wall_us() - self._steady_since_us
        was_off = known_us is None or 0 <= clock.wall_us() - known_us <= OFF_US
        self._known_less_us = self._wall_less_us if was_off or known_us is None else known_us - self._steady_since_us

    def now(self) -> Now:
        """To be asked each minute."""
        at_us, wall_us = self._clock.monotonic_us(), self._clock.wall_us()
        wall_less_us = wall_us - at_us
        if abs(wall_less_us - self._wall_less_us) > _STEADY_US:
            self._wall_less_us, self._steady_since_us = wall_less_us, at_us
        elif at_us - self._steady_since_us >= TRUSTED_AFTER_US:
            self._known_less_us = self._wall_less_us = wall_less_us
            self._steady_since_us = at_us
        return Now(wall_us, at_us + self._known_less_us)
