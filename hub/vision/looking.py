"""Where to look and when: on the persons followed and on what moves besides, seldom on all of the picture.

Each region is made so small that the smallest person sought there is still found. A look costs the pixels the network
is given, as a share of a whole picture in full scale. A part of the allowance pays for looks at regions, as often as it
can; the rest is saved for looks at the whole picture, which find who entered without being noticed.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import combinations
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.vision.boxes import Box, Boxes, covered, grown
from hub.vision.detection.detections import Region
from hub.vision.motion import Motion

CALLS_PER_S = 5.0
"""What a camera may spend while something moves, in calls of the whole picture: every picture that is due."""
WHOLE_LOOK_S = 8.0
"""The whole picture is looked at in full scale no more often than this once the background is known."""
SOONEST_S = 0.2
"""Looks do not follow one another sooner on average."""
MOST_REGIONS = 8
_FOR_REGIONS = 0.5
"""At least this share of the allowance is for looks at regions."""
_MOST_SAVED = 2.0
_MARGIN = 0.12
_MARGIN_OF_PICTURE = 0.02
"""What is added to a box on each side, in its heights and the picture's: the detector sees what is around a person."""
_WORTH_CUTTING = 0.75
"""Regions that cost more than this share of the whole picture, at the finest of their scales, are the whole picture."""
_LOWEST_OF_MOTION = 0.5
"""What moves and is nobody followed may be two persons, or one and his shadow: this share of its height is sought."""
_MOSTLY_WITHIN = 0.6
"""Of a region in another: what stands there would be shown twice, and cut by the edge of one."""
_EXPLAINED = 0.2
"""What moves so near a followed person, in his own sizes, is that person, his shadow, or the trace of him."""
_LEAST_INSIDE = 0.2
"""Who should be outside the picture by more than the rest of him is not looked for."""
_AGAIN_S = 1.0
"""Motion that is nobody's is looked at only so often."""
_LEAST_MOVING = 0.05
"""A moving part less high than this share of the picture is no person."""


Scales = NDArray[np.float64]
"""One for each box: how large it is looked at, of the whole picture's scale."""


class Sought(NamedTuple):
    """Followed persons: the boxes in which they should be (N rows), and how high they stand (N)."""

    boxes: Boxes
    heights_px: NDArray[np.float64]

    def of(self, which: NDArray[np.bool_]) -> Sought:
        """Some of them."""
        return Sought(self.boxes[which], self.heights_px[which])


class LookPlan:
    """Of one camera, by media time."""

    def __init__(self, calls_per_s: float = CALLS_PER_S) -> None:
        self._calls_per_s = calls_per_s
        self._for_regions_per_s = max(calls_per_s - 1.0 / WHOLE_LOOK_S, _FOR_REGIONS * calls_per_s)
        self._saved = 1.0
        """Canvases of a whole picture; the first look is paid at the start."""
        self._from_savings = False
        """Whether the look that is to be paid was saved for."""
        self._counted_s: float | None = None
        self._next_s = float("-inf")
        self._whole_s = float("-inf")
        self._looked_s = np.zeros((0, 0))
        """When what moves besides was looked at last, by pixel of the small picture."""
        self._noted_s = float("-inf")
        """The latest of them."""

    def affords(self, at_s: float) -> bool:
        """Whether the time for a further look has come."""
        if self._counted_s is not None:
            self._saved = min(self._saved + (at_s - self._counted_s) * self._calls_per_s, _MOST_SAVED)
        self._counted_s = at_s
        return self._saved >= 0.0 and at_s + 1e-6 >= self._next_s

    def regions(
        self, motion: Motion, sought: Sought, size_px: tuple[int, int], enough_height_px: float, at_s: float
    ) -> tuple[Region, ...] | None:
        """Where a look at ``at_s`` goes; None for the whole picture in full scale, no region where none can be paid.

        ``size_px`` is width and height; who stands higher than ``enough_height_px`` may be made smaller. The look is
        to be ``paid``.
        """
        width, height = size_px
        sought = sought.of(_shares_inside(sought.boxes, width, height) >= _LEAST_INSIDE)
        others = self._unexplained(motion, sought.boxes, height, at_s)
        boxes = _around(np.concatenate([sought.boxes, others]), width, height)
        heights = np.concatenate([sought.heights_px, _LOWEST_OF_MOTION * others[:, 3]])
        boxes, scales = merged(boxes, np.minimum(1.0, enough_height_px / np.maximum(heights, 1.0)))
        unknown = self._whole_s == float("-inf")
        if not len(boxes) and self._saved < 1.0 and not unknown:
            return ()
        finest = float(scales.max(initial=0.0))
        cost = float(_costs(boxes, scales).sum()) / (width * height)
        worth_cutting = cost < _WORTH_CUTTING * finest**2
        whole_due = self._saved >= 1.0 and at_s - self._whole_s >= WHOLE_LOOK_S
        self._from_savings = whole_due or not len(boxes)
        if unknown or self._from_savings or (finest == 1.0 and not worth_cutting):
            self._whole_s = at_s
            return None
        if not worth_cutting:
            return (Region(Box(0.0, 0.0, float(width), float(height)), finest),)
        return tuple(
            Region(Box(*(float(side) for side in box)), float(scale)) for box, scale in zip(boxes, scales, strict=True)
        )

    def pay(self, canvas_share: float, at_s: float) -> None:
        """What the look at ``at_s`` cost, of a whole picture in full scale."""
        self._saved -= canvas_share
        wait_s = 0.0 if self._from_savings else canvas_share / self._for_regions_per_s
        self._next_s = max(self._next_s + max(wait_s, SOONEST_S), at_s)

    def _unexplained(self, motion: Motion, expected: Boxes, height_px: int, at_s: float) -> Boxes:
        """Boxes of what moves, is none of the persons expected, and was not looked at just now."""
        scale_x, scale_y = motion.small_per_px
        if self._looked_s.shape != motion.mask.shape:
            self._looked_s = np.full(motion.mask.shape, -np.inf)
        mask = motion.mask.copy()
        if at_s - self._noted_s < _AGAIN_S:
            mask[self._looked_s > at_s - _AGAIN_S] = 0
        for left, top, width, height in grown(expected, _EXPLAINED).tolist():
            rows = slice(int(max(top * scale_y, 0)), int(max((top + height) * scale_y, 0)) + 1)
            mask[rows, int(max(left * scale_x, 0)) : int(max((left + width) * scale_x, 0)) + 1] = 0
        if not cv2.countNonZero(mask):
            return np.zeros((0, 4))
        count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        spots = stats[1:count]
        high, wide = spots[:, cv2.CC_STAT_HEIGHT], spots[:, cv2.CC_STAT_WIDTH]
        filled = spots[:, cv2.CC_STAT_AREA] / (high * wide)
        spots = spots[(high >= _LEAST_MOVING * height_px * scale_y) & (wide >= 0.25 * high) & (filled >= 0.35)]
        if len(spots):
            self._noted_s = at_s
        for left, top, width, height, _ in spots:
            self._looked_s[top : top + height, left : left + width] = at_s
        return np.asarray(spots[:, :4] / np.array((scale_x, scale_y, scale_x, scale_y)), np.float64)


class _Part(NamedTuple):
    """A box by its corners in pixels of the picture, how large it is looked at, and what that costs."""

    left: float
    top: float
    right: float
    bottom: float
    scale: float
    cost: float

    @classmethod
    def of(cls, left: float, top: float, right: float, bottom: float, scale: float) -> _Part:
        return cls(left, top, right, bottom, scale, (right - left) * (bottom - top) * scale**2)

    def joined(self, other: _Part) -> _Part:
        """Both in one, at the finer scale."""
        left, top, right, bottom, scale, _ = other
        return self.of(
            min(self.left, left),
            min(self.top, top),
            max(self.right, right),
            max(self.bottom, bottom),
            max(self.scale, scale),
        )

    def dearer(self, other: _Part) -> float:
        """By how much one look at both is dearer than two; by nothing where one lies mostly in the other."""
        left, top, right, bottom, scale, cost = self
        left_2, top_2, right_2, bottom_2, scale_2, cost_2 = other
        wide, high = max(right, right_2) - min(left, left_2), max(bottom, bottom_2) - min(top, top_2)
        dearer = wide * high * max(scale, scale_2) ** 2 - cost - cost_2
        across, down = min(right, right_2) - max(left, left_2), min(bottom, bottom_2) - max(top, top_2)
        if dearer <= 0 or across <= 0 or down <= 0:
            return dearer
        smaller = min((right - left) * (bottom - top), (right_2 - left_2) * (bottom_2 - top_2))
        return 0.0 if across * down >= _MOSTLY_WITHIN * smaller else dearer


def merged(boxes: Boxes, scales: Scales) -> tuple[Boxes, Scales]:
    """The boxes with the scale of each, joined where one look at both, at the finer scale, is no dearer than two, where
    one lies mostly in the other, and until there are at most MOST_REGIONS."""
    parts = {
        number: _Part.of(left, top, left + width, top + height, scale)
        for number, ((left, top, width, height), scale) in enumerate(zip(boxes.tolist(), scales.tolist(), strict=True))
    }
    dearer = [(parts[one].dearer(parts[other]), one, other) for one, other in combinations(parts, 2)]
    heapify(dearer)
    number = len(parts)
    while dearer:
        more, one, other = heappop(dearer)
        if one not in parts or other not in parts:
            continue  # joined meanwhile
        if more > 0 and len(parts) <= MOST_REGIONS:
            break
        joined = parts.pop(one).joined(parts.pop(other))
        for each, part in parts.items():
            heappush(dearer, (part.dearer(joined), each, number))
        parts[number] = joined
        number += 1
    corners = np.array([part[:5] for part in parts.values()]).reshape(-1, 5)
    low, high = corners[:, :2], corners[:, 2:4]
    return np.concatenate([low, high - low], axis=1), corners[:, 4]


def _costs(boxes: Boxes, scales: Scales) -> NDArray[np.float64]:
    """What the network is given of each box, in pixels of the picture at full scale."""
    return np.asarray(boxes[:, 2] * boxes[:, 3] * scales**2)


def _shares_inside(boxes: Boxes, width: int, height: int) -> NDArray[np.float64]:
    return covered(boxes, np.array([[0.0, 0.0, width, height]]))[:, 0]


def _around(boxes: Boxes, width: int, height: int) -> Boxes:
    margin = _MARGIN * boxes[:, 3:4] + _MARGIN_OF_PICTURE * height
    low = np.clip(boxes[:, :2] - margin, 0, (width - 1, height - 1))
    high = np.clip(boxes[:, :2] + boxes[:, 2:] + margin, low + 1, (width, height))
    return np.concatenate([low, high - low], axis=1)
