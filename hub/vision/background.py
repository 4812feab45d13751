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
        self._known = np.zeros(shape, np.uint8)
        """Where the second mode is background, too."""
        self._noise = np.full(shape, 1.0, np.float32)
        self._blips = np.zeros(shape, np.float32)
        self._nothing, self._whole, self._free = flat(shape, 0.0), flat(shape, 255.0), flat(shape, _FREE)
        self._least, self._most = flat(shape, LEAST_CHANGE), flat(shape, MOST_TOLERANCE)
        self._difference = np.empty(shape, np.float32)
        self._tolerance = np.empty(shape, np.float32)
        self._fits = np.empty(shape, np.uint8)
        self._changed, self._one_before, self._two_before = (np.zeros(shape, np.uint8) for _ in range(3))
        self._where = np.s_[0:0, 0:0]
        """The box around all that is not of the first mode: elsewhere there is nothing to learn of the second."""
        self._second_fits, self._strange = np.zeros(shape, np.uint8), self._changed[self._where]
        """Where the second mode is seen and not the first; in the box, where neither."""
        self._pictures = 1
        self._old_s = 0.0

    def changed(self, small: Plane, extra: Plane | None = None) -> Mask:
        """Where a picture shows what is not background (255); valid until ``learn``. ``extra``: more tolerance."""
        tolerance = self._tolerance
        cv2.addWeighted(self._noise, _NOISE_FACTOR, self._blips, _BLIP_FACTOR / 255, 0, tolerance)
        if extra is not None:
            cv2.add(tolerance, extra, tolerance)
        cv2.max(tolerance, self._least, tolerance)
        cv2.min(tolerance, self._most, tolerance)
        cv2.absdiff(small, self.level, self._difference)
        cv2.compare(self._difference, tolerance, cv2.CMP_LE, self._fits)
        cv2.bitwise_not(self._fits, self._changed)
        left, top, width, height = cv2.boundingRect(self._changed)
        where = self._where = np.s_[top : top + height, left : left + width]
        self._second_fits.fill(0)
        self._strange = self._changed[where]
        if width:
            changed = self._changed[where]
            fits = cv2.compare(cv2.absdiff(small[where], self._second[where]), tolerance[where], cv2.CMP_LE)
            seen = cv2.bitwise_and(fits, changed, self._second_fits[where])
            self._strange = np.asarray(cv2.subtract(changed, seen), np.uint8)
            cv2.subtract(changed, cv2.bitwise_and(seen, self._known[where]), changed)
        return self._changed

    def learn(self, small: Plane, light: Mask, elapsed_s: float) -> None:
        """Take in the picture that ``changed`` was asked of last; ``light`` is where only the light changed."""
        self._pictures += 1
        self._old_s += elapsed_s
        first = 1 / self._pictures
        rate, follow = max(_rate(elapsed_s, FORGET_S), first), max(_rate(elapsed_s, _FOLLOW_S), first)
        cv2.accumulateWeighted(small, self.level, follow, mask=self._fits)
        cv2.accumulateWeighted(self._difference, self._noise, _rate(elapsed_s, _NOISE_S), mask=self._fits)
        cv2.accumulateWeighted(self._fits, self._share, rate)
        cv2.accumulateWeighted(self._second_fits, self._second_share, rate)
        where = self._where
        if self._strange.size:
            cv2.accumulateWeighted(small[where], self._second[where], follow, mask=self._second_fits[where])
            self._give_up(small[where], rate, elapsed_s)
            self._swap()
            cv2.accumulateWeighted(small[where], self.level[where], _rate(elapsed_s, _LIGHT_S), mask=light[where])
        blip = cv2.subtract(cv2.subtract(self._one_before, self._two_before), self._changed)
        cv2.accumulateWeighted(blip, self._blips, _rate(elapsed_s, _BLIPS_S))
        self._changed, self._one_before, self._two_before = self._two_before, self._changed, self._one_before

    def brighten(self, gain: float, offset: float) -> None:
        """The light changed everywhere: the same scene shows ``gain`` times its level and ``offset``."""
        for level in (self.level, self._second):
            np.multiply(level, np.float32(gain), out=level)
            np.add(level, np.float32(offset), out=level)
            cv2.min(level, self._whole, level)
            cv2.max(level, self._nothing, level)

    def _give_up(self, small: Plane, rate: float, elapsed_s: float) -> None:
        """Where neither mode is seen, the second gives way to what is seen, at once where it never was background."""
        where, share, known = self._where, self._second_share[self._where], self._known[self._where]
        slowly = cv2.bitwise_and(self._strange, known)
        quickly = cv2.subtract(self._strange, slowly)
        cv2.accumulateWeighted(self._nothing[where], share, _rate(elapsed_s, _GIVEN_UP_S), mask=quickly)
        cv2.accumulateWeighted(self._nothing[where], share, _rate(elapsed_s, _KNOWN_GIVEN_UP_S), mask=slowly)
        free = cv2.bitwise_and(cv2.compare(share, self._free[where], cv2.CMP_LT), self._strange)
        cv2.copyTo(small, free, self._second[where])
        cv2.copyTo(self._nothing[where], free, share)
        cv2.accumulateWeighted(self._whole[where], share, rate, mask=free)
        cv2.subtract(known, free, known)

    def _swap(self) -> None:
        """Where the second mode became the more usual one; the first stays known, but not one before a known one."""
        where = self._where
        now = cv2.compare(self._second_share[where], self._share[where], cv2.CMP_GT)
        if not cv2.countNonZero(now):
            return
        for first, second in (
            (self.level[where], self._second[where]),
            (self._share[where], self._second_share[where]),
        ):
            kept = first.copy()
            cv2.copyTo(second, now, first)
            cv2.copyTo(kept, now, second)
        if self._old_s >= _EARLY_S:
            cv2.bitwise_xor(self._known[where], now, self._known[where])
        else:
            cv2.subtract(self._known[where], now, self._known[where])


def _rate(elapsed_s: float, constant_s: float) -> float:
    return 1 - math.exp(-elapsed_s / constant_s)
