"""What the hub knows of each device's clocks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.protocol.messages import Stamp
from hub.bridge import clocks as module
from hub.bridge.clocks import SAMPLES, DeviceClocks

S = 1_000_000


def stamp(monotonic_us: int, wall_us: int = 0, boot_id: int = 1) -> Stamp:
    return Stamp(boot_id=boot_id, sequence=1, monotonic_us=monotonic_us, wall_us=wall_us)


def test_device_never_heard_of_has_no_clock() -> None:
    clocks = DeviceClocks()
    assert (clocks.offset_us("R1"), clocks.wall_error_us("R1")) == (None, None)


def test_wall_clock_of_a_device_that_is_behind() -> None:
    clocks = DeviceClocks()
    clocks.hear("R1", stamp(5 * S, 90 * S), now_us=105 * S, at_us=100 * S)
    assert (clocks.offset_us("R1"), clocks.wall_error_us("R1")) == (100 * S, 10 * S)


def test_restarted_device_begins_anew() -> None:
    clocks = DeviceClocks()
    clocks.hear("R1", stamp(5 * S), 105 * S, 0)
    clocks.hear("R1", stamp(0, boot_id=2), 300 * S, 0)
    assert clocks.offset_us("R1") == 300 * S


def test_drift_is_followed_because_old_messages_are_forgotten() -> None:
    clocks = DeviceClocks()
    for second in range(100):
        clocks.hear("R1", stamp(second * S), second * S + 1000 * second, 0)
    assert clocks.offset_us("R1") == 1000 * (100 - SAMPLES)


@given(st.lists(st.integers(0, 5 * S), min_size=1, max_size=SAMPLES))
def test_offset_is_that_of_the_least_delayed_message(delays_us: list[int]) -> None:
    clocks, offset_us = DeviceClocks(), 777 * S
    for second, delay_us in enumerate(delays_us):
        clocks.hear("R1", stamp(second * S), second * S + offset_us + delay_us, 0)
    assert clocks.offset_us("R1") == offset_us + min(delays_us)


def test_device_not_heard_for_longest_is_forgotten_at_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_DEVICES", 2)
    clocks = DeviceClocks()
    for device_id in ("R1", "R2", "R1", "R3"):
        clocks.hear(device_id, stamp(0), S, 0)
    assert [clocks.offset_us(device_id) for device_id in ("R1", "R2", "R3")] == [S, None, S]
