"""Token buckets: so many at once, then so many a second, and a table that does not grow."""

from __future__ import annotations

from devices.protocol.clock import ManualClock
from hub.listening.buckets import Buckets, Rate


def test_table_of_buckets_is_bounded_and_forgets_who_came_longest_ago() -> None:
    clock = ManualClock()
    buckets = Buckets(Rate(per_s=1, burst=1), clock, most=100)
    for number in range(1_000):
        assert buckets.take(number) == 0
        assert len(buckets) <= 100
    assert buckets.take(999) > 0
    assert buckets.take(0) == 0


def test_bucket_is_never_fuller_than_its_burst() -> None:
    clock = ManualClock()
    buckets = Buckets(Rate(per_s=5, burst=20), clock)
    buckets.take("a")
    clock.advance(10_000)
    assert [buckets.take("a") == 0 for _ in range(22)].count(True) == 20
