"""What a device knows of the hub's clock."""

from __future__ import annotations

from devices.link.hubclock import HubClock
from devices.protocol.clock import ManualClock
from devices.protocol.messages import HubTick, Stamp


def tick(monotonic_us: int, boot_id: int = 1) -> HubTick:
    return HubTick(stamp=Stamp(boot_id=boot_id, sequence=1, monotonic_us=monotonic_us, wall_us=0))


def test_age_is_measured_by_the_least_delayed_tick() -> None:
    """P-3.2."""
    clock = ManualClock(monotonic_us=50_000_000)
    hub = HubClock(clock)
    for delay_us in (80_000, 3_000, 500_000):
        clock.advance(3)
        hub.hear(tick(clock.monotonic_us() - 40_000_000 - delay_us))
    said_us = clock.monotonic_us() - 40_000_000
    clock.advance(0.2)
    assert hub.age_us(said_us, 1) == 200_000 - 3_000


def test_message_less_delayed_than_every_tick_corrects_the_estimate() -> None:
    """P-3.2."""
    clock = ManualClock(monotonic_us=50_000_000)
    hub = HubClock(clock)
    hub.hear(tick(clock.monotonic_us() - 40_000))
    assert hub.age_us(clock.monotonic_us() - 1_000, 1) == 0
    clock.advance(0.1)
    assert hub.age_us(clock.monotonic_us() - 101_000, 1) == 100_000


def test_a_wall_clock_that_jumps_changes_no_age() -> None:
    """P-3.2."""
    clock = ManualClock()
    hub = HubClock(clock)
    hub.hear(tick(clock.monotonic_us()))
    clock.jump_wall(-86_400)
    assert hub.age_us(clock.monotonic_us(), 1) == 0


def test_drift_is_followed_because_old_ticks_are_forgotten() -> None:
    """P-3.2."""
    clock = ManualClock()
    hub = HubClock(clock)
    hub_us = 0
    for _ in range(200):
        clock.advance(3)
        hub_us += 3_000_000 - 300
        hub.hear(tick(hub_us))
    age_us = hub.age_us(hub_us, 1)
    assert age_us is not None
    assert 0 <= age_us <= 20 * 300


def test_another_boot_of_the_hub_starts_a_new_estimate() -> None:
    """P-3.3."""
    clock = ManualClock(monotonic_us=900_000_000)
    hub = HubClock(clock)
    assert hub.hear(tick(800_000_000, boot_id=1))
    assert hub.age_us(5_000, 2) is None
    assert hub.hear(tick(5_000, boot_id=2))
    assert not hub.hear(tick(5_000, boot_id=2))
    assert hub.age_us(5_000, 2) == 0
    assert hub.age_us(800_000_000, 1) is None


def test_hub_counts_as_gone_after_10_seconds_of_silence() -> None:
    """P-3.4."""
    clock = ManualClock()
    hub = HubClock(clock)
    assert not hub.present()
    hub.hear(tick(0))
    clock.advance(9.4)
    assert hub.present()
    clock.advance(0.2)
    assert not hub.present()
    hub.hear(tick(10_100_000))
    assert hub.present()
