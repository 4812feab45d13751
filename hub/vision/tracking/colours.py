"""The colours within a person's box, told so coarsely that they cost little: to tell two who cross from one another.

A histogram of lightness and one of chroma (CIE Lab) for the upper and the lower half of the box's inner part, compared
by the Bhattacharyya coefficient (Comaniciu et al., CVPR 2000). It lives no longer than its track and is never stored.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.vision.boxes import Boxes

Colours = NDArray[np.float32]
"""N rows of square roots of histograms; a row's product with another's is their likeness, 0 to 1."""

_INNER = (0.2, 0.12)
"""Share of the box left out on each side, across and down."""
_SIZE_PX = (12, 40)
_LIGHTNESS_BINS = 8
_CHROMA_BINS = 8
_LENGTH = 2 * (_LIGHTNESS_BINS + _CHROMA_BINS**2)
_CHROMA_FROM, _CHROMA_WIDTH = 96, 8
"""Of OpenCV's 8-bit a and b, where 128 is grey: clothes lie within 32 of it, stronger ones count as the strongest."""


def _bins() -> NDArray[np.uint8]:
    """For each of 256 levels (256 x 1 x 3): the lightness's bin, and what the bins of a and b add to the cell's."""
    level = np.arange(256)
    chroma = np.clip((level - _CHROMA_FROM) // _CHROMA_WIDTH, 0, _CHROMA_BINS - 1)
    bins = np.stack([level * _LIGHTNESS_BINS // 256, _LIGHTNESS_BINS + _CHROMA_BINS * chroma, chroma], axis=1)
    return bins.astype(np.uint8)[:, None]


_BINS = _bins()
cv2.cvtColor(np.zeros((1, 1, 3), np.uint8), cv2.COLOR_BGR2LAB)  # OpenCV's table for it: at the start, not at a look


def colours(picture: NDArray[np.uint8], boxes: Boxes) -> Colours:
    """Of each box (N rows in pixels) of a BGR picture."""
    height, width = picture.shape[:2]
    across, down = _SIZE_PX
    small = np.zeros((len(boxes), down, across, 3), np.uint8)
    empty = []
    for row, (left, top, box_width, box_height) in enumerate(boxes.tolist()):
        x, y = int(max(left + _INNER[0] * box_width, 0)), int(max(top + _INNER[1] * box_height, 0))
        right = int(min(left + (1 - _INNER[0]) * box_width, width)) + 1
        bottom = int(min(top + (1 - _INNER[1]) * box_height, height)) + 1
        inner = picture[y:bottom, x:right]
        if inner.size:
            cv2.resize(inner, _SIZE_PX, dst=small[row], interpolation=cv2.INTER_AREA)
        else:
            empty.append(row)
    found = _histograms(small)
    found[empty] = 0.0
    return found


def _histograms(small: NDArray[np.uint8]) -> Colours:
    """Of N small pictures (N x height x width x 3, BGR), all at once."""
    number, down, across, _ = small.shape
    if not number:
        return np.zeros((0, _LENGTH), np.float32)
    lab = cv2.cvtColor(small.reshape(number * down, across, 3), cv2.COLOR_BGR2LAB)
    light, a, b = cv2.split(cv2.LUT(lab, _BINS))
    halves = 2 * number
    bins = np.empty((halves, 2, down * across // 2), np.intp)
    begins = np.arange(halves)[:, None] * (_LENGTH // 2)
    np.add(light.reshape(halves, -1), begins, out=bins[:, 0])
    np.add(cv2.add(a, b).reshape(halves, -1), begins, out=bins[:, 1])
    counts = np.bincount(bins.ravel(), minlength=number * _LENGTH).reshape(number, _LENGTH)
    return np.asarray(np.sqrt(counts / (2 * down * across)), np.float32)
