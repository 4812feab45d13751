"""Boxes in a picture: (left, top, width, height) rows in pixels, and how much they overlap."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]
"""N rows of left, top, width, height, in pixels."""


class Box(NamedTuple):
    """One box, in pixels of the picture it was found in."""

    left: float
    top: float
    width: float
    height: float

    def touches_edge(self, picture_width_px: int, picture_height_px: int, margin_px: float = 2.0) -> bool:
        """Whether the picture's edge cuts the box."""
        return (
            self.left <= margin_px
            or self.top <= margin_px
            or self.left + self.width >= picture_width_px - margin_px
            or self.top + self.height >= picture_height_px - margin_px
        )

    def clipped(self, picture_width_px: int, picture_height_px: int) -> Box:
        """The part inside the picture (of at least a pixel in each direction)."""
        left = min(max(self.left, 0.0), picture_width_px - 1.0)
        top = min(max(self.top, 0.0), picture_height_px - 1.0)
        right = min(max(self.left + self.width, left + 1.0), float(picture_width_px))
        bottom = min(max(self.top + self.height, top + 1.0), float(picture_height_px))
        return Box(left, top, right - left, bottom - top)


def overlap(first: Boxes, second: Boxes) -> NDArray[np.float64]:
    """Intersection over union of every row of ``first`` (N) with every row of ``second`` (M), N x M."""
    inter = _intersection(first, second)
    area_first = first[:, 2] * first[:, 3]
    area_second = second[:, 2] * second[:, 3]
    union = area_first[:, None] + area_second[None, :] - inter
    return np.where(union > 0, inter / np.where(union > 0, union, 1.0), 0.0)


def covered(first: Boxes, second: Boxes) -> NDArray[np.float64]:
    """The share of each row of ``first`` (N) that each row of ``second`` (M) covers, N x M."""
    area = first[:, 2] * first[:, 3]
    return _intersection(first, second) / np.maximum(area, 1e-9)[:, None]


def grown(boxes: Boxes, share: float) -> Boxes:
    """The boxes, larger by ``share`` of their size on every side."""
    out = boxes.copy()
    out[:, 0] -= boxes[:, 2] * share
    out[:, 1] -= boxes[:, 3] * share
    out[:, 2] *= 1 + 2 * share
    out[:, 3] *= 1 + 2 * share
    return out


def _intersection(first: Boxes, second: Boxes) -> NDArray[np.float64]:
    left = np.maximum(first[:, None, 0], second[None, :, 0])
    top = np.maximum(first[:, None, 1], second[None, :, 1])
    right = np.minimum(first[:, None, 0] + first[:, None, 2], second[None, :, 0] + second[None, :, 2])
    bottom = np.minimum(first[:, None, 1] + first[:, None, 3], second[None, :, 1] + second[None, :, 3])
    return np.asarray(np.clip(right - left, 0, None) * np.clip(bottom - top, 0, None), np.float64)
