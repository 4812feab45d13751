"""Where a person's box is going: a constant-velocity Kalman filter per box measure, for looks at uneven times.

Welch and Bishop, An Introduction to the Kalman Filter, 2006, equations 1.9 to 1.13, for four independent pairs of
(value, speed): centre x, foot y, width, height. Noises scale with the person's height in the picture, so that one
setting serves near and far. In plain numbers: numpy takes ten times as long for four of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from hub.vision.boxes import Box

Measures = tuple[float, float, float, float]
"""Of centre x, foot y, width and height."""

_SEEN: Measures = (0.035, 0.03, 0.05, 0.05)
"""Standard deviation of a detected measure, in heights of the person."""
_DRIFTED: Measures = (0.10, 0.10, 10.0, 10.0)
"""The same of a measure followed by optical flow: rough, and of no use for the size."""
PUSH: Measures = (0.55, 0.30, 0.12, 0.12)
"""Standard deviation of the acceleration, in heights per second squared: walkers turn, but do not grow."""
FIRST_SPEED: Measures = (0.90, 0.50, 0.10, 0.10)
"""Standard deviation of the unknown first speed, in heights per second: a walker makes 0.8."""
_SPEED_LIFE_S = 5.0
"""Unseen, a person's speed is believed less and less: after this time a third of it is left."""


class _Measure:
    """One measure of the box in pixels, its speed a second, the variances of both and their covariance."""

    __slots__ = ("covariance", "speed", "speed_variance", "value", "variance")

    def __init__(self, value: float, variance: float, speed_variance: float) -> None:
        self.value, self.speed = value, 0.0
        self.variance, self.covariance, self.speed_variance = variance, 0.0, speed_variance

    def value_at(self, t: float) -> float:
        return self.value + self.speed * t

    def variance_at(self, t: float) -> float:
        """After ``t`` seconds in which nothing pushed."""
        return self.variance + 2 * t * self.covariance + t * t * self.speed_variance

    def advance(self, t: float, speed_left: float, push: float) -> None:
        """``push`` is the variance of the acceleration in these ``t`` seconds."""
        self.value, self.speed = self.value_at(t), self.speed * speed_left
        self.variance = self.variance_at(t) + push * t**4 / 4
        self.covariance += t * self.speed_variance + push * t**3 / 2
        self.speed_variance += push * t * t

    def take(self, taken: float, noise: float) -> None:
        gap, total = taken - self.value, self.variance + noise
        gain, speed_gain = self.variance / total, self.covariance / total
        self.value += gain * gap
        self.speed += speed_gain * gap
        self.speed_variance -= speed_gain * self.covariance
        self.covariance *= 1 - gain
        self.variance *= 1 - gain


class BoxMotion:
    """The estimated box and its speed."""

    def __init__(self, box: Box) -> None:
        self._measures = tuple(
            _Measure(value, seen, speed)
            for value, seen, speed in zip(
                measures(box), _squares(_SEEN, box.height), _squares(FIRST_SPEED, box.height), strict=True
            )
        )
        self._box = to_box(measures(box))

    @property
    def box(self) -> Box:
        return self._box

    @property
    def _height(self) -> float:
        return max(self._measures[3].value, 1.0)

    def expected(self, elapsed_s: float) -> Box:
        """The box after so long without a look, as much larger as its place is unsure (one standard deviation)."""
        left, top, width, height = to_box([each.value_at(elapsed_s) for each in self._measures])
        across, down = (math.sqrt(each.variance_at(elapsed_s)) for each in self._measures[:2])
        return Box(left - across, top - down, width + 2 * across, height + 2 * down)

    @property
    def speed_px_s(self) -> tuple[float, float]:
        """Of the foot point: to the right, downward."""
        return self._measures[0].speed, self._measures[1].speed

    def advance(self, elapsed_s: float) -> None:
        """Let time pass without a look."""
        speed_left = math.exp(-elapsed_s / _SPEED_LIFE_S)
        for each, push in zip(self._measures, _squares(PUSH, self._height), strict=True):
            each.advance(elapsed_s, speed_left, push)
        self._box = to_box([each.value for each in self._measures])

    def correct(self, box: Box, score: float) -> None:
        """Take a detected box in; one of low ``score`` moves the estimate less."""
        self._take(measures(box), seen_noise(self._height, score))

    def drift(self, before: Box, right_px: float, down_px: float) -> None:
        """Take in that what was in ``before`` was seen to go so far; its size is not told."""
        there = Box(before.left + right_px, before.top + down_px, before.width, before.height)
        self._take(measures(there), _squares(_DRIFTED, self._height))

    def surprise(self, found: Box) -> float:
        """How little a found box is expected, by foot point and height.

        Twice the negative logarithm of the normal density, less that of a place known as well as a detection is:
        squared distance in standard deviations, and more for whose place is unsure, who otherwise takes everybody's
        box near by.
        """
        there, noise = measures(found), _squares(_SEEN, self._height)
        surprise = 0.0
        for index in (0, 1, 3):
            each, seen = self._measures[index], noise[index]
            total = each.variance + seen
            surprise += (there[index] - each.value) ** 2 / total + math.log(total / (2 * seen))
        return surprise

    def _take(self, taken: Measures, noise: Measures) -> None:
        for each, value, variance in zip(self._measures, taken, noise, strict=True):
            each.take(value, variance)
        self._box = to_box([each.value for each in self._measures])


def seen_noise(height: float, score: float) -> Measures:
    """Variances of the measures of a detected box: more for one of low score (Du et al., GIAOTracker, 2021)."""
    doubt = 1 + 3 * max(0.0, 0.6 - score) / 0.6
    x, foot, width, high = _squares(_SEEN, height)
    return x * doubt, foot * doubt, width * doubt, high * doubt


def _squares(deviations: Measures, height: float) -> Measures:
    """Variances in square pixels of standard deviations in heights."""
    x, foot, width, high = (each * height for each in deviations)
    return x * x, foot * foot, width * width, high * high


def measures(box: Box) -> Measures:
    """Centre x, foot y, width, height."""
    left, top, width, height = box
    return left + width / 2, top + height, width, height


def to_box(value: Sequence[float]) -> Box:
    """The box of these measures, of at least a pixel."""
    x, foot, width, height = value
    width, height = max(width, 1.0), max(height, 1.0)
    return Box(x - width / 2, foot - height, width, height)
