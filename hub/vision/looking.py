"""Where to look and when: on the persons followed and on what moves besides, seldom on all of the picture.

A call costs its share of the picture's pixels. A part of the allowance pays for looks at regions, as often as it can;
the rest is saved for looks at the whole picture, which find who entered without being noticed.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.vision.boxes import Box, Boxes, covered, grown
from hub.vision.motion import Motion

CALLS_PER_S = 5.0
"""What a camera may spend while something moves, in calls of the whole picture: every picture that is due."""
WHOLE_LOOK_S = 8.0
"""The whole picture is looked at no more often than this once the background is known."""
SOONEST_S, SOONEST_WHEN_SCARCE_S = 0.2, 0.4
"""Looks do not follow one another sooner on average; the second where 2.5 calls a second or fewer may be spent, since
more looks at less of the picture find and tie no better (measured on PETS, TUD-Campus and simulated films)."""
MOST_REGIONS = 8
_FOR_REGIONS = 0.5
"""At least this share of the allowance is for looks at regions."""
_MOST_SAVED = 2.0
_MARGIN = 0.12
_MARGIN_OF_PICTURE = 0.02
"""What is added to a box on each side, in its heights and the picture's: the detector sees what is around a person."""
_WORTH_CUTTING = 0.75
_EXPLAINED = 0.2
"""What moves so near a followed person, in his own sizes, is that person, his shadow, or the trace of him."""
_LEAST_INSIDE = 0.2
"""Who should be outside the picture by more than the rest of him is not looked for."""
_AGAIN_S = 1.0
"""Motion that is nobody's is looked at only so often."""
_LEAST_MOVING = 0.05
"""A moving part less high than this share of the picture is no person."""


class LookPlan:
    """Of one camera, by media time."""

    def __init__(self, calls_per_s: float = CALLS_PER_S) -> None:
        self._calls_per_s = calls_per_s
        self._for_regions_per_s = max(calls_per_s - 1.0 / WHOLE_LOOK_S, _FOR_REGIONS * calls_per_s)
        self._soonest_s = min(max(1.0 / calls_per_s, SOONEST_S), SOONEST_WHEN_SCARCE_S)
        self._saved = 0.0
        self._counted_s: float | None = None
        self._next_s = float("-inf")
        self._whole_s = float("-inf")
        self._looked_s = np.zeros((0, 0))
        """When what moves besides was looked at last, by pixel of the small picture."""

    def affords(self, at_s: float) -> bool:
        """Whether the time for a further look has come."""
        if self._counted_s is not None:
            self._saved = min(self._saved + (at_s - self._counted_s) * self._calls_per_s, _MOST_SAVED)
        self._counted_s = at_s
        return self._saved >= 0.0 and at_s + 1e-6 >= self._next_s

    def regions(self, motion: Motion, expected: Boxes, size_px: tuple[int, int], at_s: float) -> tuple[Box, ...] | None:
        """Where a look at ``at_s`` goes, paid for; None for the whole picture, no region where none can be paid.

        ``expected`` are the boxes in which the followed persons should be, ``size_px`` width and height.
        """
        width, height = size_px
        inside = _shares_inside(expected, width, height)
        expected = expected[inside >= _LEAST_INSIDE]
        others = self._unexplained(motion, expected, height, at_s)
        parts = merged(_around(np.concatenate([expected, others]), width, height))
        cost = float((parts[:, 2] * parts[:, 3]).sum()) / (width * height)
        if not len(parts) and self._saved < 1.0 and self._whole_s > float("-inf"):
            return ()
        whole_due = self._saved >= 1.0 and at_s - self._whole_s >= WHOLE_LOOK_S
        wait_s = max(min(cost, 1.0) / self._for_regions_per_s, self._soonest_s)
        self._next_s = max(self._next_s + wait_s, at_s)
        if whole_due or not len(parts) or cost >= _WORTH_CUTTING:
            self._saved -= 1.0
            self._whole_s = at_s
            return None
        self._saved -= cost
        return tuple(Box(*(float(value) for value in part)) for part in parts)

    def _unexplained(self, motion: Motion, expected: Boxes, height_px: int, at_s: float) -> Boxes:
        """Boxes of what moves, is none of the persons expected, and was not looked at just now."""
        scale_x, scale_y = motion.small_per_px
        if self._looked_s.shape != motion.mask.shape:
            self._looked_s = np.full(motion.mask.shape, -np.inf)
        mask = np.where(self._looked_s > at_s - _AGAIN_S, np.uint8(0), motion.mask)
        scale = np.array((scale_x, scale_y))
        for box in grown(expected, _EXPLAINED):
            left, top = np.maximum(box[:2] * scale, 0).astype(int)
            right, bottom = np.maximum((box[:2] + box[2:]) * scale, 0).astype(int) + 1
            mask[top:bottom, left:right] = 0
        count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        spots = stats[1:count]
        high, wide = spots[:, cv2.CC_STAT_HEIGHT], spots[:, cv2.CC_STAT_WIDTH]
        filled = spots[:, cv2.CC_STAT_AREA] / (high * wide)
        spots = spots[(high >= _LEAST_MOVING * height_px * scale_y) & (wide >= 0.25 * high) & (filled >= 0.35)]
        for left, top, width, height, _ in spots:
            self._looked_s[top : top + height, left : left + width] = at_s
        return np.asarray(spots[:, :4] / np.array((scale_x, scale_y, scale_x, scale_y)), np.float64)


def merged(parts: Boxes) -> Boxes:
    """The parts, joined where one look at both is no dearer than two, and until there are at most MOST_REGIONS."""
    rows = list(parts)
    while len(rows) > 1:
        boxes = np.array(rows)
        low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
        low, high = np.minimum(low[:, None], low[None]), np.maximum(high[:, None], high[None])
        area = boxes[:, 2] * boxes[:, 3]
        dearer = (high - low).prod(axis=2) - area[:, None] - area[None, :]
        np.fill_diagonal(dearer, np.inf)
        one, other = np.unravel_index(int(dearer.argmin()), dearer.shape)
        if dearer[one, other] > 0 and len(rows) <= MOST_REGIONS:
            break
        joined = np.concatenate([low[one, other], high[one, other] - low[one, other]])
        rows = [row for index, row in enumerate(rows) if index not in (one, other)] + [joined]
    return np.array(rows, float).reshape(-1, 4)


def _shares_inside(boxes: Boxes, width: int, height: int) -> NDArray[np.float64]:
    return covered(boxes, np.array([[0.0, 0.0, width, height]]))[:, 0]


def _around(boxes: Boxes, width: int, height: int) -> Boxes:
    margin = _MARGIN * boxes[:, 3:4] + _MARGIN_OF_PICTURE * height
    low = np.clip(boxes[:, :2] - margin, 0, (width - 1, height - 1))
    high = np.clip(boxes[:, :2] + boxes[:, 2:] + margin, low + 1, (width, height))
    return np.concatenate([low, high - low], axis=1)
