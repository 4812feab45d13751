"""What the hub knows of each device's clocks, from the stamps of its messages: pure, the hub's clocks passed in."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import NamedTuple

from devices.protocol.messages import Stamp

SAMPLES = 20
"""Latest messages among which the least delayed one is taken; old ones leave, so that drift is followed."""
MAX_DEVICES = 20_000
"""Devices remembered; the one not heard for longest is forgotten."""


class _Sample(NamedTuple):
    monotonic_us: int
    """The hub's monotonic clock at arrival less the device's at sending: offset plus delay."""
    wall_us: int
    """The same of the wall clocks."""


@dataclass
class _Device:
    boot_id: int
    samples: deque[_Sample] = field(default_factory=lambda: deque(maxlen=SAMPLES))


class DeviceClocks:
    """Offsets by the least delayed of a device's latest messages; a device that was started anew begins anew."""

    def __init__(self) -> None:
        self._devices: OrderedDict[str, _Device] = OrderedDict()

    def hear(self, device_id: str, stamp: Stamp, now_us: int, at_us: int) -> None:
        """A message arrived at ``now_us`` (the hub's monotonic clock) and ``at_us`` (its wall clock)."""
        device = self._devices.get(device_id)
        if device is None or device.boot_id != stamp.boot_id:
            device = self._devices[device_id] = _Device(stamp.boot_id)
            while len(self._devices) > MAX_DEVICES:
                self._devices.popitem(last=False)
        self._devices.move_to_end(device_id)
        device.samples.append(_Sample(now_us - stamp.monotonic_us, at_us - stamp.wall_us))

    def offset_us(self, device_id: str) -> int | None:
        """The hub's monotonic clock less the device's, for its present boot; None when it was never heard."""
        least = self._least(device_id)
        return None if least is None else least.monotonic_us

    def wall_error_us(self, device_id: str) -> int | None:
        """How far the device's wall clock is behind the hub's (ahead: negative); None when it was never heard."""
        least = self._least(device_id)
        return None if least is None else least.wall_us

    def _least(self, device_id: str) -> _Sample | None:
        device = self._devices.get(device_id)
        return min(device.samples) if device else None
