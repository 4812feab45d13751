"""Motion: which parts of a fixed camera's picture change, found on a small grey picture at next to no cost.

A running average is the background; a pixel moves when it differs from it by more than its own usual noise (the
sigma-delta idea of Manzanera and Richefeu, 2007), or from the picture before while the background is still forming. The
background forms as a plain mean of the first pictures, so that it settles by time alone, people or no people.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.vision.boxes import Box, Boxes

SMALL_HEIGHT_PX = 120
SETTLED_AFTER_S = 2.0
_FORGET_S = 10.0
"""Time constant of the background: who stands still longer becomes part of it."""
_FORGET_MOVING_S = 30.0
"""The same where something moves, so that a queue of walkers does not become the background."""
_LEAST_CHANGE = 9.0
"""Grey levels; below it a change is coding noise."""
_NOISE_FACTOR = 3.5
_EVERYTHING = 0.6
"""When more than this share changes at once, the light or the camera changed: the background starts anew."""
_SMALLEST_SPOT_PX = 6


@dataclass(frozen=True)
class Motion:
    """What moves in one picture: a mask (255 = moves) and the small grey picture it is of, their scale, the share."""

    mask: NDArray[np.uint8]
    grey: NDArray[np.uint8]
    small_per_px: tuple[float, float]
    share: float
    settled: bool

    @property
    def anything(self) -> bool:
        return self.share > 0.0

    @property
    def bounds(self) -> Box | None:
        """The smallest box of the full picture around all that moves."""
        left, top, width, height = cv2.boundingRect(self.mask)
        scale_x, scale_y = self.small_per_px
        return Box(left / scale_x, top / scale_y, width / scale_x, height / scale_y) if width else None

    def share_in(self, boxes: Boxes) -> NDArray[np.float64]:
        """The moving share of each box (N rows in pixels of the full picture)."""
        height, width = self.mask.shape
        scale_x, scale_y = self.small_per_px
        shares = np.zeros(len(boxes))
        for index, (left, top, box_width, box_height) in enumerate(boxes):
            x, y = int(max(left * scale_x, 0)), int(max(top * scale_y, 0))
            right = min(max(math.ceil((left + box_width) * scale_x), x + 1), width)
            bottom = min(max(math.ceil((top + box_height) * scale_y), y + 1), height)
            inside = self.mask[y:bottom, x:right]
            shares[index] = cv2.countNonZero(inside) / inside.size if inside.size else 0.0
        return shares


class MotionDetector:
    """Follows one camera's background."""

    def __init__(self) -> None:
        self._background = self._noise = self._before = np.zeros((0, 0), np.float32)
        self._since_s = 0.0
        self._at_s = 0.0
        self._pictures = 0
        self._kernel = np.ones((3, 3), np.uint8)

    def observe(self, grey: NDArray[np.uint8], at_s: float) -> Motion:
        """Take in a grey picture (height x width) at media time ``at_s``; pictures may come at any pace."""
        height, width = grey.shape
        small_height = min(SMALL_HEIGHT_PX, height)
        size = (max(1, round(width * small_height / height)), small_height)
        resized = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
        shrunk = np.asarray(cv2.GaussianBlur(resized, (3, 3), 0), np.uint8)
        small = np.asarray(shrunk, np.float32)
        scale = (size[0] / width, size[1] / height)
        if self._background.shape != small.shape:
            self._begin(small, at_s)
            return Motion(np.zeros(small.shape, np.uint8), shrunk, scale, 0.0, settled=False)
        elapsed_s = max(at_s - self._at_s, 1e-3)
        self._at_s = at_s
        self._pictures += 1
        settled = at_s - self._since_s >= SETTLED_AFTER_S
        mask = self._changed(small, settled)
        share = cv2.countNonZero(mask) / mask.size
        if share > _EVERYTHING:
            self._begin(small, at_s)
            return Motion(mask, shrunk, scale, share, settled=False)
        self._learn(small, mask, elapsed_s, settled)
        return Motion(mask, shrunk, scale, share, settled)

    def _begin(self, small: NDArray[np.float32], at_s: float) -> None:
        self._background = small.copy()
        self._noise = np.full(small.shape, 1.5, np.float32)
        self._before = small
        self._since_s = self._at_s = at_s
        self._pictures = 1

    def _changed(self, small: NDArray[np.float32], settled: bool) -> NDArray[np.uint8]:
        threshold = np.maximum(self._noise * _NOISE_FACTOR, _LEAST_CHANGE)
        reference = self._background if settled else self._before
        mask = cv2.compare(cv2.absdiff(small, reference), threshold, cv2.CMP_GT)
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, self._kernel)
        return _without_specks(np.asarray(mask, np.uint8))

    def _learn(self, small: NDArray[np.float32], mask: NDArray[np.uint8], elapsed_s: float, settled: bool) -> None:
        if settled:
            rate = 1 - math.exp(-elapsed_s / _FORGET_S)
            slow = 1 - math.exp(-elapsed_s / _FORGET_MOVING_S)
            restless = np.asarray(cv2.absdiff(small, self._before)) > _LEAST_CHANGE
            walking = np.where(restless, mask, np.uint8(0))
            calm = cv2.bitwise_not(walking)
            difference = cv2.absdiff(small, self._background)
            cv2.accumulateWeighted(difference, self._noise, rate, mask=cv2.bitwise_not(mask))
            cv2.accumulateWeighted(small, self._background, rate, mask=calm)
            cv2.accumulateWeighted(small, self._background, slow, mask=walking)
        else:
            cv2.accumulateWeighted(small, self._background, 1.0 / self._pictures)
        self._before = small


def _without_specks(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The mask without spots smaller than a far person."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count <= 1:
        return mask
    large = stats[:, cv2.CC_STAT_AREA] >= _SMALLEST_SPOT_PX
    large[0] = False
    return np.asarray(large.astype(np.uint8)[labels] * np.uint8(255))
