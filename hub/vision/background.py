"""The background of one camera's small picture: for each pixel the two grey levels it shows most, and its usual noise.

A mode is a level with the share of the time for which the pixel showed it lately (the adaptive mixture of Stauffer and
Grimson, 1999, with two modes, and levels in place of variances). The more usual one is the background, from the first
picture on: a walker never shows one level for as long as the wall behind him. When somebody stands still for long he
becomes the first mode and the wall the second, which stays background: he leaves no ghost when he goes.
"""

from __future__ import annotations

import functools
import math

import cv2
import numpy as np
from numpy.typing import NDArray

LEAST_CHANGE = 9.0
"""Grey levels; below it a change is coding noise."""
MOST_TOLERANCE = 45.0
FORGET_S = 4.5
"""Time constant of the shares: who stands still for 0.7 of it becomes background."""
_FOLLOW_S = 3.0
"""Time constant of a mode's level: slow changes of light that nothing else takes out."""
_LIGHT_S = 0.4
"""The same where only the light changed."""
_NOISE_S = 5.0
_BLIPS_S = 4.0
_NOISE_FACTOR = 3.5
_BLIP_FACTOR = 90.0
"""Grey levels of tolerance for a pixel that always differs for one picture alone: rain, snow."""
_GIVEN_UP_S = 0.3
"""Time constant of a candidate's share while the pixel shows yet another level: it must stay to become background."""
_KNOWN_GIVEN_UP_S = 3.0
"""The same for a mode that was the background once."""
_FREE = 5.0
"""A second mode with a smaller share (of 255) may be replaced."""
_EARLY_S = 10.0
"""What was the background for this time only may have been a person."""

Plane = NDArray[np.float32]
Mask = NDArray[np.uint8]


@functools.lru_cache(maxsize=64)
def flat(shape: tuple[int, ...], value: float) -> Plane:
    """A plane of one value, that all cameras of a size share: OpenCV compares planes faster than with a number."""
    plane = np.full(shape, value, np.float32)
    plane.flags.writeable = False
    return plane


class Background:
    """Learns from small pictures of one size (height x width, float32 grey levels), the first of which is given."""

    def __init__(self, small: Plane) -> None:
        shape = small.shape
        self.level = small.copy()
        """The background."""
        self._second = small.copy()
        self._share, self._second_share = np.full(shape, 255, np.float32), np.zeros(shape, np.float32)
        self._seen, self._second_seen = np.ones(shape, np.float32), np.zeros(shape, np.float32)
        self._known = np.zeros(shape, np.uint8)
        self._noise = np.full(shape, 1.0, np.float32)
        self._blips = np.zeros(shape, np.float32)
        self._nothing, self._once, self._whole = flat(shape, 0.0), flat(shape, 1.0), flat(shape, 255.0)
        self._free, self._least, self._most = flat(shape, _FREE), flat(shape, LEAST_CHANGE), flat(shape, MOST_TOLERANCE)
        self._difference, self._second_difference = np.empty(shape, np.float32), np.empty(shape, np.float32)
        self._tolerance = np.empty(shape, np.float32)
        self._fits, self._second_fits, self._strange = (np.empty(shape, np.uint8) for _ in range(3))
        self._changed, self._one_before, self._two_before = (np.zeros(shape, np.uint8) for _ in range(3))
        self._pictures = 1
        self._old_s = 0.0

    def changed(self, small: Plane, extra: Plane | None = None) -> Mask:
        """Where a picture shows what is not background (255); valid until the next call. ``extra``: more tolerance."""
        tolerance = self._tolerance
        cv2.addWeighted(self._noise, _NOISE_FACTOR, self._blips, _BLIP_FACTOR / 255, 0, tolerance)
        if extra is not None:
            cv2.add(tolerance, extra, tolerance)
        cv2.max(tolerance, self._least, tolerance)
        cv2.min(tolerance, self._most, tolerance)
        cv2.absdiff(small, self.level, self._difference)
        cv2.absdiff(small, self._second, self._second_difference)
        cv2.compare(self._difference, tolerance, cv2.CMP_LE, self._fits)
        cv2.compare(self._second_difference, tolerance, cv2.CMP_LE, self._second_fits)
        cv2.bitwise_or(self._fits, cv2.bitwise_and(self._second_fits, self._known), self._changed)
        return np.asarray(cv2.bitwise_not(self._changed, self._changed), np.uint8)

    def learn(self, small: Plane, light: Mask, elapsed_s: float) -> None:
        """Take in the picture that ``changed`` was asked of last; ``light`` is where only the light changed."""
        self._pictures += 1
        self._old_s += elapsed_s
        first = 1 / self._pictures
        rate, follow = max(_rate(elapsed_s, FORGET_S), first), max(_rate(elapsed_s, _FOLLOW_S), first)
        cv2.bitwise_not(self._fits, self._strange)
        cv2.bitwise_and(self._second_fits, self._strange, self._second_fits)
        cv2.subtract(self._strange, self._second_fits, self._strange)
        cv2.accumulateWeighted(small, self.level, follow, mask=self._fits)
        cv2.accumulateWeighted(small, self._second, follow, mask=self._second_fits)
        cv2.accumulateWeighted(self._difference, self._noise, _rate(elapsed_s, _NOISE_S), mask=self._fits)
        cv2.accumulateWeighted(self._fits, self._share, rate)
        cv2.accumulateWeighted(self._second_fits, self._second_share, rate)
        cv2.accumulate(self._once, self._seen, mask=self._fits)
        cv2.accumulate(self._once, self._second_seen, mask=self._second_fits)
        self._give_up(small, rate, elapsed_s)
        self._swap()
        self._note_blips(elapsed_s)
        cv2.accumulateWeighted(small, self.level, _rate(elapsed_s, _LIGHT_S), mask=light)

    def brighten(self, gain: float, offset: float) -> None:
        """The light changed everywhere: the same scene shows ``gain`` times its level and ``offset``."""
        for level in (self.level, self._second):
            np.multiply(level, np.float32(gain), out=level)
            np.add(level, np.float32(offset), out=level)
            cv2.min(level, self._whole, level)
            cv2.max(level, self._nothing, level)

    def _give_up(self, small: Plane, rate: float, elapsed_s: float) -> None:
        """Where neither mode is seen, the second gives way to what is seen, at once where it never was background."""
        if not cv2.countNonZero(self._strange):
            return
        slowly = cv2.bitwise_and(self._strange, self._known)
        quickly = cv2.subtract(self._strange, slowly)
        cv2.accumulateWeighted(self._nothing, self._second_share, _rate(elapsed_s, _GIVEN_UP_S), mask=quickly)
        cv2.accumulateWeighted(self._nothing, self._second_share, _rate(elapsed_s, _KNOWN_GIVEN_UP_S), mask=slowly)
        free = cv2.bitwise_and(cv2.compare(self._second_share, self._free, cv2.CMP_LT), self._strange)
        cv2.copyTo(small, free, self._second)
        cv2.copyTo(self._nothing, free, self._second_share)
        cv2.copyTo(self._nothing, free, self._second_seen)
        cv2.accumulateWeighted(self._whole, self._second_share, rate, mask=free)
        cv2.subtract(self._known, free, self._known)

    def _swap(self) -> None:
        """Where the second mode became the more usual one."""
        now = cv2.compare(self._second_share, self._share, cv2.CMP_GT)
        if not cv2.countNonZero(now):
            return
        pairs = (self.level, self._second), (self._share, self._second_share), (self._seen, self._second_seen)
        for first, second in pairs:
            kept = first.copy()
            cv2.copyTo(second, now, first)
            cv2.copyTo(kept, now, second)
        cv2.subtract(self._known, now, self._known)
        if self._old_s >= _EARLY_S:
            older = cv2.compare(self._second_seen, self._seen, cv2.CMP_GT)
            cv2.bitwise_or(self._known, cv2.bitwise_and(now, older), self._known)

    def _note_blips(self, elapsed_s: float) -> None:
        """A pixel that differed in the picture before this one alone: nobody is so quick."""
        blip = cv2.subtract(cv2.subtract(self._one_before, self._two_before), self._changed)
        cv2.accumulateWeighted(blip, self._blips, _rate(elapsed_s, _BLIPS_S))
        self._two_before, self._one_before = self._one_before, self._two_before
        np.copyto(self._one_before, self._changed)


def _rate(elapsed_s: float, constant_s: float) -> float:
    return 1 - math.exp(-elapsed_s / constant_s)
