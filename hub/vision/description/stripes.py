"""Colour stripes: how the person's colours change from head to foot, as a long list of numbers before it is shortened.

Twelve overlapping horizontal stripes between the top and the bottom of the person, each a histogram over 6 x 6 x 6
cells of L*, a*, b*. The chroma axes are compressed (power 0.6) so that greyish clothes, the most common, spread over
more cells. Square roots are taken, so that Euclidean distance becomes Hellinger's.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hub.vision.description.view import COLUMNS, ROWS, Weights

STRIPES = 12
CELLS = 6
SIZE = STRIPES * CELLS**3
_STRIPE_WIDTH = 0.6
_FULL_CHROMA = 60.0
_CHROMA_POWER = 0.6
_TOP_SHARE, _BOTTOM_SHARE = 0.02, 0.985
_LOWEST_TOP, _HIGHEST_BOTTOM = round(0.08 * ROWS), round(0.92 * ROWS)
"""A detector's box begins near the head and ends near the feet, whatever the mask has missed."""

_across = (np.arange(COLUMNS) + 0.5) / COLUMNS - 0.5
_MIDDLE = np.exp(-((_across / 0.25) ** 2) / 2).astype(np.float32)[None, :]
"""A walking person is in the middle of the box: where the mask hesitates, the middle counts more."""


def pixel_weights(mask: Weights) -> Weights:
    """How much each pixel counts: the mask, a little drawn to the middle, and never nothing at all."""
    return np.asarray(mask * (0.5 + 0.5 * _MIDDLE) + 0.1 * _MIDDLE, np.float32)


def extent(weights: Weights) -> tuple[int, int]:
    """First row and the row after the last of the person: where the weights begin and end, but near the box's ends."""
    share = np.cumsum(weights.sum(axis=1))
    share /= share[-1]
    top, bottom = (int(np.searchsorted(share, part)) for part in (_TOP_SHARE, _BOTTOM_SHARE))
    return min(top, _LOWEST_TOP), max(bottom + 1, _HIGHEST_BOTTOM)


def colour_stripes(lab: Weights, weights: Weights) -> NDArray[np.float32]:
    """SIZE numbers from a picture's L*a*b* (ROWS x COLUMNS x 3) and its pixel weights (ROWS x COLUMNS)."""
    per_row = _row_histograms(lab, weights)
    top, bottom = extent(weights)
    down = ((np.arange(ROWS) + 0.5) - top) / max(bottom - top, 1)
    centres = (np.arange(STRIPES) + 0.5) / STRIPES
    stripes = np.exp(-(((down[None, :] - centres[:, None]) * STRIPES / _STRIPE_WIDTH) ** 2) / 2)
    histograms = stripes @ per_row
    histograms /= histograms.sum(axis=1, keepdims=True) + 1e-9
    return np.asarray(np.sqrt(histograms).ravel(), np.float32)


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
