"""Colour stripes: how the person's colours change from head to foot, as a long list of numbers before it is shortened.

Sixteen overlapping horizontal stripes, each a histogram over 6 x 6 x 6 cells of L*, a*, b*. Where a stripe lies is said
by the body points, so that a stripe of the thigh is compared with one of the thigh whoever stoops, rides a bicycle or
fills half of the box. The chroma axes are compressed (power 0.6) so that greyish clothes, the most common, spread over
more cells. Square roots are taken, so that Euclidean distance becomes Hellinger's.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hub.vision.description.body_points import Point, Points
from hub.vision.description.stripe_numbers import CELLS, STRIPES
from hub.vision.description.view import COLUMNS, ROWS, Weights

_STRIPE_WIDTH = 0.6
_FULL_CHROMA = 60.0
_CHROMA_POWER = 0.6
_TOP_SHARE, _BOTTOM_SHARE = 0.02, 0.985
_LOWEST_TOP, _HIGHEST_BOTTOM = round(0.08 * ROWS), round(0.92 * ROWS)
"""A detector's box begins near the head and ends near the feet, whatever the mask has missed."""

_LEVELS = (
    ((Point.LEFT_SHOULDER, Point.RIGHT_SHOULDER), 0.19),
    ((Point.LEFT_HIP, Point.RIGHT_HIP), 0.51),
    ((Point.LEFT_KNEE, Point.RIGHT_KNEE), 0.74),
    ((Point.LEFT_ANKLE, Point.RIGHT_ANKLE), 0.94),
)
"""How far down a standing body these joints lie: 0 is the crown, 1 the sole."""
_LEAST_SCORE = 0.2
_LEAST_ROWS = 3.0
"""Joints nearer to one another than this are not where a body has them: somebody is cut, or the points are guessed."""
_BY_POINTS = 0.7
"""How much the body points say where a stripe lies; the rest is said by the mask, which misses no joint."""

_BONES = (
    (Point.LEFT_SHOULDER, Point.LEFT_HIP, 0.25),
    (Point.RIGHT_SHOULDER, Point.RIGHT_HIP, 0.25),
    (Point.LEFT_SHOULDER, Point.RIGHT_HIP, 0.25),
    (Point.RIGHT_SHOULDER, Point.LEFT_HIP, 0.25),
    (Point.LEFT_HIP, Point.LEFT_KNEE, 0.15),
    (Point.RIGHT_HIP, Point.RIGHT_KNEE, 0.15),
    (Point.LEFT_KNEE, Point.LEFT_ANKLE, 0.12),
    (Point.RIGHT_KNEE, Point.RIGHT_ANKLE, 0.12),
    (Point.LEFT_SHOULDER, Point.LEFT_ELBOW, 0.12),
    (Point.RIGHT_SHOULDER, Point.RIGHT_ELBOW, 0.12),
    (Point.NOSE, Point.LEFT_SHOULDER, 0.2),
    (Point.NOSE, Point.RIGHT_SHOULDER, 0.2),
)
"""Two joints, and how thick the body is between them, as a share of the torso's length (standard deviation)."""
_BONE_FROM = np.array([bone[0] for bone in _BONES])
_BONE_TO = np.array([bone[1] for bone in _BONES])
_BONE_WIDTH = np.array([bone[2] for bone in _BONES], np.float32)
_LEAST_TORSO_ROWS = 12.0
_MASK_ALONE, _POINTS_ALONE, _NEITHER = 0.3, 0.3, 0.03
"""What a pixel counts that is the person's by the mask, or near a bone, alone; where both agree it counts 1.3."""

_rows = (np.arange(ROWS) + 0.5).astype(np.float32)
_across = (np.arange(COLUMNS) + 0.5) / COLUMNS - 0.5
_MIDDLE = np.exp(-((_across / 0.25) ** 2) / 2).astype(np.float32)[None, :]
"""A walking person is in the middle of the box: where the mask hesitates, the middle counts more."""
_at_row, _at_column = np.mgrid[0:ROWS, 0:COLUMNS].reshape(2, 1, -1).astype(np.float32)


def pixel_weights(mask: Weights, points: Points) -> Weights:
    """How much each pixel counts: most where mask and body points agree, and never nothing at all."""
    near = _near_bones(points)
    return np.asarray(mask * (_MASK_ALONE + (1 - _MASK_ALONE) * near) + _POINTS_ALONE * near + _NEITHER, np.float32)


def extent(mask: Weights) -> tuple[int, int]:
    """First row and the row after the last of the person: where the mask begins and ends, but near the box's ends."""
    weights = mask * (0.5 + 0.5 * _MIDDLE) + 0.1 * _MIDDLE
    share = np.cumsum(weights.sum(axis=1))
    share /= share[-1]
    top, bottom = (int(np.searchsorted(share, part)) for part in (_TOP_SHARE, _BOTTOM_SHARE))
    return min(top, _LOWEST_TOP), max(bottom + 1, _HIGHEST_BOTTOM)


def down_the_body(mask: Weights, points: Points) -> NDArray[np.float32]:
    """How far down the body each of ROWS lies: 0 at the crown, 1 at the sole, beyond them where neither is in view.

    A straight line by the mask, drawn towards the joints that are found where a body can have them.
    """
    top, bottom = extent(mask)
    by_mask = np.asarray((_rows - top) / max(bottom - top, 1), np.float32)
    found = [
        (float(rows.mean()), level)
        for joints, level in _LEVELS
        if len(rows := points[joints, 0][points[joints, 2] > _LEAST_SCORE])
    ]
    at, level = np.array(found).reshape(-1, 2).T
    if len(at) < 2 or (np.diff(at) < _LEAST_ROWS).any():
        return by_mask
    slopes = np.diff(level) / np.diff(at)
    by_points = np.interp(_rows, at, level)
    by_points += np.minimum(_rows - at[0], 0) * slopes[0] + np.maximum(_rows - at[-1], 0) * slopes[-1]
    return np.asarray(_BY_POINTS * by_points + (1 - _BY_POINTS) * by_mask, np.float32)


def colour_stripes(lab: Weights, mask: Weights, points: Points) -> NDArray[np.float32]:
    """SIZE numbers from a picture's L*a*b* (ROWS x COLUMNS x 3), its person mask (ROWS x COLUMNS) and body points."""
    per_row = _row_histograms(lab, pixel_weights(mask, points))
    down = down_the_body(mask, points)
    centres = (np.arange(STRIPES) + 0.5) / STRIPES
    stripes = np.exp(-(((down[None, :] - centres[:, None]) * STRIPES / _STRIPE_WIDTH) ** 2) / 2)
    histograms = stripes @ per_row
    histograms /= histograms.sum(axis=1, keepdims=True) + 1e-9
    return np.asarray(np.sqrt(histograms).ravel(), np.float32)


def _near_bones(points: Points) -> Weights:
    """How near each pixel is to the nearest bone, 0..1, a bone counting by how surely its ends were found."""
    shoulders, hips = points[5:7, :2].mean(axis=0), points[11:13, :2].mean(axis=0)
    torso_rows = max(float(np.linalg.norm(hips - shoulders)), _LEAST_TORSO_ROWS)
    start, end = points[_BONE_FROM], points[_BONE_TO]
    sure = np.minimum(start[:, 2] + end[:, 2], 1.0)[:, None]
    (row, column), (down, across) = start[:, :2].T[..., None], (end - start)[:, :2].T[..., None]
    length = np.maximum(down**2 + across**2, 1.0)
    along = np.clip(((_at_row - row) * down + (_at_column - column) * across) / length, 0, 1)
    away = (_at_row - row - along * down) ** 2 + (_at_column - column - along * across) ** 2
    near = np.exp(-away / (2 * (_BONE_WIDTH[:, None] * torso_rows) ** 2)) * sure
    return np.asarray(near.max(axis=0).reshape(ROWS, COLUMNS), np.float32)


def _row_histograms(lab: Weights, weights: Weights) -> NDArray[np.float64]:
    """ROWS x CELLS**3: each pixel shared among the eight cells around it (trilinear)."""
    scaled = np.empty_like(lab)
    scaled[..., 0] = lab[..., 0] / 100
    chroma = lab[..., 1:] / _FULL_CHROMA
    scaled[..., 1:] = (np.sign(chroma) * np.abs(chroma) ** _CHROMA_POWER + 1) / 2
    scaled = np.clip(scaled, 0.0, 1.0) * (CELLS - 1)
    low = np.minimum(scaled.astype(np.int64), CELLS - 2)
    share = scaled - low
    row_start = np.arange(ROWS, dtype=np.int64)[:, None] * CELLS**3
    counts = np.zeros(ROWS * CELLS**3)
    for corner in range(8):
        up = (corner >> 2 & 1, corner >> 1 & 1, corner & 1)
        cell = row_start
        weight = weights
        for axis, step in enumerate(up):
            cell = cell + (low[..., axis] + step) * CELLS ** (2 - axis)
            weight = weight * (share[..., axis] if step else 1 - share[..., axis])
        counts += np.bincount(cell.ravel(), weight.ravel(), counts.size)
    return counts.reshape(ROWS, CELLS**3)
