"""A person's path told late is better than told live: each box is weighed with those before and after it.

Rauch, Tung and Striebel's smoother (AIAA Journal, 1965) over a filter of constant velocity (``kalman.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hub.vision.boxes import Box
from hub.vision.tracking.kalman import FIRST_SPEED, PUSH, measures, seen_noise, to_box


class Seen(NamedTuple):
    """A box in which the detector found the person, at media time ``at_s``; ``covered`` is the share others hide."""

    at_s: float
    box: Box
    score: float
    covered: float


_COVERED = 8.0
"""A wholly covered box says so much less of where the person is (variances add)."""


class Smoothed(NamedTuple):
    """A path: its boxes, and how the measures of the first and the last change in a second."""

    boxes: list[Box]
    first_speed: NDArray[np.float64]
    last_speed: NDArray[np.float64]

    def before(self, seconds: float) -> Box:
        """Where the person was so long before the first box, at the same speed."""
        return to_box((np.array(measures(self.boxes[0])) - self.first_speed * seconds).tolist())

    def after(self, seconds: float) -> Box:
        """Where the person was so long after the last."""
        return to_box((np.array(measures(self.boxes[-1])) + self.last_speed * seconds).tolist())


def smoothed(seen: Sequence[Seen]) -> Smoothed:
    """The boxes of one person, in order of time, each corrected by all others."""
    path = np.array([measures(each.box) for each in seen])
    high = float(np.median(path[:, 3]))
    noise = np.array([seen_noise(high, each.score) for each in seen])
    noise *= 1 + _COVERED * np.array([each.covered for each in seen])[:, None]
    value, speed = path[0], np.zeros(4)
    spread = np.stack(
        [noise[0], np.zeros(4), (np.array(FIRST_SPEED) * high) ** 2]
    )  # of the value, of both, of the speed
    push = (np.array(PUSH) * high) ** 2
    after: list[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]] = [(value, speed, spread)]
    before = after[:]
    for index in range(1, len(seen)):
        t = seen[index].at_s - seen[index - 1].at_s
        value = value + speed * t
        a, b, c = spread
        spread = np.stack([a + 2 * t * b + t * t * c + push * t**4 / 4, b + t * c + push * t**3 / 2, c + push * t * t])
        before.append((value, speed, spread))
        gain = spread[:2] / (spread[0] + noise[index])
        gap = path[index] - value
        value, speed = value + gain[0] * gap, speed + gain[1] * gap
        a, b, c = spread
        spread = np.stack([(1 - gain[0]) * a, (1 - gain[0]) * b, c - gain[1] * b])
        after.append((value, speed, spread))
    values, last_speed = [value], speed
    for index in range(len(seen) - 2, -1, -1):
        t = seen[index + 1].at_s - seen[index].at_s
        ahead_value, ahead_speed, (a, b, c) = before[index + 1]
        own_value, own_speed, (p, q, r) = after[index]
        # gain = own covariance x transition' x inverse of the covariance ahead, for each measure
        down, across = p + q * t, q + r * t
        determinant = np.maximum(a * c - b * b, 1e-12)
        g11, g12 = (down * c - q * b) / determinant, (q * a - down * b) / determinant
        g21, g22 = (across * c - r * b) / determinant, (r * a - across * b) / determinant
        off, off_speed = value - ahead_value, speed - ahead_speed
        value, speed = own_value + g11 * off + g12 * off_speed, own_speed + g21 * off + g22 * off_speed
        values.append(value)
    return Smoothed([to_box(each.tolist()) for each in reversed(values)], speed, last_speed)
