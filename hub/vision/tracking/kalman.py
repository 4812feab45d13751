"""Where a person's box is going: a constant-velocity Kalman filter per box measure, for looks at uneven times.

Welch and Bishop, An Introduction to the Kalman Filter, 2006, equations 1.9 to 1.13, for four independent pairs of
(value, speed): centre x, foot y, width, height. Noises scale with the person's height in the picture, so that one
setting serves near and far.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hub.vision.boxes import Box, Boxes

_SEEN = np.array((0.035, 0.03, 0.05, 0.05))
"""Standard deviation of a detected measure, in heights of the person."""
_DRIFTED = np.array((0.10, 0.10, 10.0, 10.0))
"""The same of a measure followed by optical flow: rough, and of no use for the size."""
PUSH = np.array((0.55, 0.30, 0.12, 0.12))
"""Standard deviation of the acceleration, in heights per second squared: walkers turn, but do not grow."""
FIRST_SPEED = np.array((0.90, 0.50, 0.10, 0.10))
"""Standard deviation of the unknown first speed, in heights per second: a walker makes 0.8."""
_SPEED_LIFE_S = 5.0
"""Unseen, a person's speed is believed less and less: after this time a third of it is left."""


class BoxMotion:
    """The estimated box and its speed."""

    def __init__(self, box: Box) -> None:
        self.value = measures(box)
        self._speed = np.zeros(4)
        height = box.height
        self.value_variance = (_SEEN * height) ** 2
        self._speed_variance = (FIRST_SPEED * height) ** 2
        self._covariance = np.zeros(4)

    @property
    def box(self) -> Box:
        return to_box(self.value)

    def expected(self, elapsed_s: float) -> Box:
        """The box after so long without a look, as much larger as its place is unsure (one standard deviation)."""
        t = elapsed_s
        left, top, width, height = to_box(self.value + self._speed * t)
        variance = self.value_variance + 2 * t * self._covariance + t * t * self._speed_variance
        across, down = (float(side) for side in np.sqrt(variance[:2]))
        return Box(left - across, top - down, width + 2 * across, height + 2 * down)

    @property
    def speed_px_s(self) -> tuple[float, float]:
        """Of the foot point: to the right, downward."""
        return float(self._speed[0]), float(self._speed[1])

    def advance(self, elapsed_s: float) -> None:
        """Let time pass without a look."""
        t = elapsed_s
        push = (PUSH * max(float(self.value[3]), 1.0)) ** 2
        self.value = self.value + self._speed * t
        self._speed = self._speed * np.exp(-t / _SPEED_LIFE_S)
        self.value_variance = (
            self.value_variance + 2 * t * self._covariance + t * t * self._speed_variance + push * t**4 / 4
        )
        self._covariance = self._covariance + t * self._speed_variance + push * t**3 / 2
        self._speed_variance = self._speed_variance + push * t * t

    def correct(self, box: Box, score: float) -> None:
        """Take a detected box in; one of low ``score`` moves the estimate less."""
        self._take(measures(box), seen_noise(max(float(self.value[3]), 1.0), score))

    def drift(self, before: Box, right_px: float, down_px: float) -> None:
        """Take in that what was in ``before`` was seen to go so far; its size is not told."""
        there = measures(Box(before.left + right_px, before.top + down_px, before.width, before.height))
        self._take(there, (_DRIFTED * max(float(self.value[3]), 1.0)) ** 2)

    def _take(self, taken: NDArray[np.float64], noise: NDArray[np.float64]) -> None:
        gap = taken - self.value
        total = self.value_variance + noise
        gain = self.value_variance / total
        speed_gain = self._covariance / total
        self.value = self.value + gain * gap
        self._speed = self._speed + speed_gain * gap
        self._speed_variance = self._speed_variance - speed_gain * self._covariance
        self._covariance = (1 - gain) * self._covariance
        self.value_variance = (1 - gain) * self.value_variance


def surprises(motions: Sequence[BoxMotion], found: Boxes) -> NDArray[np.float64]:
    """How little each found box is expected of each person (M x N), by foot point and height.

    Twice the negative logarithm of the normal density, less that of a place known as well as a detection is: squared
    distance in standard deviations, and more for whose place is unsure, who otherwise takes everybody's box near by.
    """
    there = np.stack([found[:, 0] + found[:, 2] / 2, found[:, 1] + found[:, 3], found[:, 3]], axis=1)
    parts = [0, 1, 3]
    value = np.array([motion.value for motion in motions])[:, parts]
    noise = np.array([motion.value_variance for motion in motions])[:, parts]
    seen = (_SEEN[parts] * np.maximum(value[:, 2:], 1.0)) ** 2
    unsure = np.log((noise + seen) / (2 * seen)).sum(axis=1)
    return np.asarray(((there[None] - value[:, None]) ** 2 / (noise + seen)[:, None]).sum(axis=2) + unsure[:, None])


def seen_noise(height: float, score: float) -> NDArray[np.float64]:
    """Variances of the measures of a detected box: more for one of low score (Du et al., GIAOTracker, 2021)."""
    return np.asarray((_SEEN * height) ** 2 * (1 + 3 * max(0.0, 0.6 - score) / 0.6))


def measures(box: Box) -> NDArray[np.float64]:
    """Centre x, foot y, width, height."""
    return np.array((box.left + box.width / 2, box.top + box.height, box.width, box.height))


def to_box(value: NDArray[np.float64]) -> Box:
    """The box of these measures, of at least a pixel."""
    x, foot, width, height = value
    width, height = max(width, 1.0), max(height, 1.0)
    return Box(float(x - width / 2), float(foot - height), float(width), float(height))
