"""What a device knows of the hub from its ticks: that it is there, and its clock."""

from __future__ import annotations

from collections import deque

from devices.protocol.clock import Clock
from devices.protocol.messages import HubTick

ABSENT_AFTER_S = 9.5
"""Two ticks of TICK_INTERVAL_S may be lost and the third be late; a hub that ended is noticed within 10 s."""

WINDOW_TICKS = 20
"""One minute: long enough to contain an undelayed tick, short enough that two quartz clocks drift by 6 ms at most
(100 parts in a million)."""


class HubClock:
    """Estimates the hub's monotonic clock by the smallest of the latest ``arrival - sent`` differences.

    A tick is never early, only late, so the smallest difference is the nearest to the true offset (the minimum
    filter of NTP, RFC 5905 section 10). Whatever else the hub stamped can only correct it down, for nothing arrives
    before it was sent: ages are never negative. Everything is forgotten when another boot id ticks.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._boot_id: int | None = None
        self._differences_us: deque[int] = deque(maxlen=WINDOW_TICKS)
        self._offset_us = 0
        self._heard_us: int | None = None

    def hear(self, tick: HubTick) -> bool:
        """Take in a tick that arrived now; true when another hub program speaks than before."""
        now_us = self._clock.monotonic_us()
        is_new_boot = tick.stamp.boot_id != self._boot_id
        if is_new_boot:
            self._boot_id = tick.stamp.boot_id
            self._differences_us.clear()
        self._heard_us = now_us
        self._differences_us.append(now_us - tick.stamp.monotonic_us)
        self._offset_us = min(self._differences_us)
        return is_new_boot

    def age_us(self, hub_monotonic_us: int, boot_id: int) -> int | None:
        """How long ago the hub's clock showed that reading; None when that boot's clock is not known."""
        if boot_id != self._boot_id:
            return None
        difference_us = self._clock.monotonic_us() - hub_monotonic_us
        if difference_us < self._offset_us:
            self._differences_us[-1] = self._offset_us = difference_us
        return difference_us - self._offset_us

    def present(self) -> bool:
        """Whether a tick was heard within ABSENT_AFTER_S."""
        return self.absent_in_s() > 0.0

    def absent_in_s(self) -> float:
        """Seconds until the hub counts as gone if it stays silent; 0 when it is."""
        if self._heard_us is None:
            return 0.0
        return max(0.0, ABSENT_AFTER_S - (self._clock.monotonic_us() - self._heard_us) / 1e6)
