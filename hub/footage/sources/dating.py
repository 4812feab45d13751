"""Dating: the wall time of each frame of a stream, from its media time."""

from __future__ import annotations

from typing import Protocol

from devices.protocol.clock import Clock

_DRIFT_PER_US = 200e-6
"""A camera's clock may run this much slower than ours (200 parts per million); crystals keep within 100."""
_JUMP_US = 5_000_000
"""Media time that leaps further than this against arrival begins a new count, as after a camera's restart."""
_LATE_FOR_US = 2_000_000
"""Frames that come so late begin a new count once this much media came late: until then the line stood still, and its
last frames are dated by when they were taken."""


class Dating(Protocol):
    """Turns media time into wall time."""

    def wall_us(self, media_us: int) -> int: ...


class RecordedDating:
    """A recording: its start, then media time."""

    def __init__(self, started_at_us: int) -> None:
        self._started_at_us = started_at_us

    def wall_us(self, media_us: int) -> int:
        return self._started_at_us + media_us


class ArrivalDating:
    """A live stream: dated by arrival, without the jitter of the line.

    A frame can come late but never early, so the smallest (arrival - media time) seen is the line's true delay; it is
    let grow slowly, to follow a camera whose clock runs slow. Call once for each frame, when it arrives.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset_us: float | None = None
        self._media_us = 0
        self._late_since_us: int | None = None

    def restart(self) -> None:
        """The next frame begins a new count of media time."""
        self._offset_us = None

    def late_us(self, media_us: int) -> int:
        """How much later than the line's usual delay a frame of that media time comes now."""
        return 0 if self._offset_us is None else round(self._clock.monotonic_us() - media_us - self._offset_us)

    def wall_us(self, media_us: int) -> int:
        now_us = self._clock.monotonic_us()
        offset_us = float(now_us - media_us)
        if self._offset_us is None or self._counts_anew(media_us, offset_us - self._offset_us):
            self._offset_us = offset_us
            self._late_since_us = None
        else:
            elapsed_us = max(media_us - self._media_us, 0)
            self._offset_us = min(offset_us, self._offset_us + elapsed_us * _DRIFT_PER_US)
        self._media_us = media_us
        late_us = now_us - (media_us + self._offset_us)
        return self._clock.wall_us() - round(late_us)

    def _counts_anew(self, media_us: int, later_us: float) -> bool:
        if abs(later_us) <= _JUMP_US:
            self._late_since_us = None
            return False
        if later_us < 0:
            return True
        if self._late_since_us is None:
            self._late_since_us = media_us
        return not 0 <= media_us - self._late_since_us < _LATE_FOR_US
