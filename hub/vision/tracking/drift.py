"""Where what is in a box went between two looks: sparse optical flow over the small grey pictures in between.

A busy machine looks at a camera less than twice a second, and a walker leaves his own box in half of one; the grey
pictures for motion are made five times a second anyway. Points in the box are followed from picture to picture
(pyramidal Lucas-Kanade, Bouguet 2000), and those that move tell where the person went: the rest is background.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.vision.boxes import Box

Grey = NDArray[np.uint8]

_GRID = (5, 7)
"""Points across and down the inner part of a box."""
_INNER = 0.15
"""Share of the box left out on each side, where there is background."""
_WHERE = np.stack(
    [each.ravel() for each in np.meshgrid(*(np.linspace(_INNER, 1 - _INNER, number) for number in _GRID))], axis=1
)
"""The points in shares of the box, across and down."""
_WINDOW_PX = (11, 11)
_LEVELS = 2
_MOVES_PX = 1.0
"""In the small picture and over the whole way: a point that went less far belongs to the background."""
_LEAST_SHARE = 0.2
"""With fewer moving points the person is taken to stand."""
_LEAST_POINTS = 5


class Small(NamedTuple):
    """One small grey picture at media time ``at_s``; ``scale`` is its pixels per pixel of the full one, (x, y)."""

    at_s: float
    grey: Grey
    scale: tuple[float, float]


def drifts(boxes: Sequence[Box], way: Sequence[Small]) -> list[tuple[float, float] | None]:
    """How far the content of each box (full pixels, where it was in the first picture) went until the last picture.

    In full pixels, to the right and downward; None for a box whose content was lost on the way.
    """
    if not boxes or len(way) < 2 or any(one.grey.shape != way[0].grey.shape for one in way):
        return [None] * len(boxes)
    scale = np.array(way[0].scale)
    start = np.concatenate([_points(box) for box in boxes]) * scale
    points = start.astype(np.float32).reshape(-1, 1, 2)
    alive = np.ones(len(points), bool)
    for before, after in pairwise(way):
        moved, found, _ = cv2.calcOpticalFlowPyrLK(
            before.grey, after.grey, points, np.empty_like(points), winSize=_WINDOW_PX, maxLevel=_LEVELS
        )
        alive &= found.reshape(-1).astype(bool)
        points = np.asarray(moved, np.float32)
    went = points.reshape(-1, 2) - start
    each = _GRID[0] * _GRID[1]
    return [_of_person(went[row : row + each][alive[row : row + each]], scale) for row in range(0, len(went), each)]


def _points(box: Box) -> NDArray[np.float64]:
    return (box.left, box.top) + _WHERE * (box.width, box.height)


def _of_person(went: NDArray[np.float64], scale: NDArray[np.float64]) -> tuple[float, float] | None:
    if len(went) < _LEAST_POINTS:
        return None
    moving = went[np.hypot(went[:, 0], went[:, 1]) > _MOVES_PX]
    if len(moving) < _LEAST_SHARE * len(went):
        return 0.0, 0.0
    right, down = np.median(moving, axis=0) / scale
    return float(right), float(down)
