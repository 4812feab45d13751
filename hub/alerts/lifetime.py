"""How much of an alert's time is left: by the machine's monotonic clock, by the wall clock only after a reboot."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from devices.protocol.clock import Clock

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@cache
def machine_boot() -> str:
    """Names this run of the machine (Linux); the monotonic clock counts within it. Empty where it is not known."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""


@dataclass(frozen=True)
class Lifetime:
    """When something began on both clocks, and how long it lasts."""

    began_wall_us: int
    began_monotonic_us: int
    machine_boot: str
    lasts_s: float

    @classmethod
    def starting(cls, clock: Clock, lasts_s: float) -> Lifetime:
        """A lifetime that begins now."""
        return cls(clock.wall_us(), clock.monotonic_us(), machine_boot(), lasts_s)

    def left_s(self, clock: Clock) -> float:
        """Seconds left, at least 0. A jump of the wall clock changes nothing until the machine itself restarts."""
        if self.machine_boot and self.machine_boot == machine_boot():
            passed_us = clock.monotonic_us() - self.began_monotonic_us
        else:
            passed_us = clock.wall_us() - self.began_wall_us
        return max(0.0, self.lasts_s - max(0, passed_us) / 1e6)
