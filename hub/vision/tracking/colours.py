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


def colours(picture: NDArray[np.uint8], boxes: Boxes) -> Colours:
    """Of each box (N rows in pixels) of a BGR picture."""
    height, width = picture.shape[:2]
    found = np.zeros((len(boxes), _LENGTH), np.float32)
    for row, (left, top, box_width, box_height) in enumerate(boxes):
        x, y = int(max(left + _INNER[0] * box_width, 0)), int(max(top + _INNER[1] * box_height, 0))
        right = int(min(left + (1 - _INNER[0]) * box_width, width)) + 1
        bottom = int(min(top + (1 - _INNER[1]) * box_height, height)) + 1
        inner = picture[y:bottom, x:right]
        if inner.size:
            found[row] = _of(inner)
    return found


def _of(inner: NDArray[np.uint8]) -> Colours:
    small = cv2.cvtColor(cv2.resize(inner, _SIZE_PX, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2LAB)
    light = small[..., 0].astype(np.intp) * _LIGHTNESS_BINS // 256
    chroma = np.clip((small[..., 1:].astype(np.intp) - _CHROMA_FROM) // _CHROMA_WIDTH, 0, _CHROMA_BINS - 1)
    cell = chroma[..., 0] * _CHROMA_BINS + chroma[..., 1]
    half = _SIZE_PX[1] // 2
    parts = []
    for rows in (slice(0, half), slice(half, None)):
        parts.append(np.bincount(light[rows].ravel(), minlength=_LIGHTNESS_BINS))
        parts.append(np.bincount(cell[rows].ravel(), minlength=_CHROMA_BINS**2))
    return np.sqrt(np.concatenate(parts) / (4 * half * _SIZE_PX[0])).astype(np.float32)
