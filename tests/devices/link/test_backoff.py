"""Waits between tries."""

from __future__ import annotations

import random

from devices.link.backoff import Backoff


def test_waits_double_up_to_the_longest_and_keep_jitter() -> None:
    """P-2.4."""
    backoff = Backoff(0.2, 10.0, random.Random(1))
    steps_s = [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]
    waits_s = [backoff.next_s() for _ in steps_s]
    assert all(step / 2 <= wait <= step for step, wait in zip(steps_s, waits_s, strict=True))


def test_radios_that_lost_one_broker_do_not_return_together() -> None:
    waits_s = {round(Backoff(10.0, 10.0, random.Random(seed)).next_s(), 2) for seed in range(100)}
    assert len(waits_s) > 50


def test_after_a_steady_connection_the_wait_is_short_again() -> None:
    backoff = Backoff(0.2, 10.0, random.Random(1))
    for _ in range(6):
        backoff.next_s()
    backoff.reset()
    assert backoff.next_s() <= 0.2
