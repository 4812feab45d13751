"""What the soak of vision asks of the memory."""

from __future__ import annotations

from math import nan

import pytest

from bench.vision_soak_judging import MOST_GROWTH_MB_PER_H, is_flat


@pytest.mark.parametrize(
    ("hub", "workers", "flat"),
    [
        (-3.0, 1.9, True),
        (1.0, 2.0, True),
        (1.1, 0.0, False),
        (0.0, 2.1, False),
        (nan, 0.0, False),
        (0.0, nan, False),
    ],
)
def test_memory_that_grows_or_was_not_measured_misses_the_goal(hub: float, workers: float, flat: bool) -> None:
    """As shares of the goal, for two workers together."""
    assert is_flat(hub * MOST_GROWTH_MB_PER_H, workers * MOST_GROWTH_MB_PER_H, 2) is flat
