"""Finds the upper and the lower clothing on a person and weighs their colours; what cannot be judged stays unsure."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from hub.vision.description.colour_names import name_pixels
from hub.vision.description.stripes import extent, pixel_weights
from hub.vision.description.view import COLUMNS, Picture, Weights


class Garment(Enum):
    """Where the clothing lies, as shares of the way from the top of the head to the feet.

    Chest to waist, and hip to knee: there sleeves, hands, bare calves and shoes do not mislead.
    """

    UPPER = (0.18, 0.42)
    LOWER = (0.54, 0.68)


_FAINT_MASK, _SURE_MASK = 0.15, 0.6
"""A garment is sure when the mask is this strong on it."""
_SURE_BY_BOX = 0.3
"""How sure the middle of the box is where the mask is faint: the detector saw a person, the mask no more."""

_across = (np.arange(COLUMNS) + 0.5) / COLUMNS - 0.5
_MIDDLE = (0.3 + 0.7 * np.exp(-((_across / 0.2) ** 2) / 2)).astype(np.float32)[None, :]


def garment_colours(corrected: Picture, mask: Weights, garment: Garment) -> NDArray[np.float32]:
    """Eleven weights in the order of COLOURS, adding up to at most 1; the rest is what the mask leaves unsure.

    ``corrected`` (uint8 BGR) and ``mask`` (0..1) are ROWS x COLUMNS.
    """
    top, bottom = extent(pixel_weights(mask))
    start, end = (round(top + (bottom - top) * share) for share in garment.value)
    part = mask[start : max(end, start + 1)]
    weights = (part**2 * _MIDDLE + 0.02 * _MIDDLE**4).reshape(-1, 1)
    names = name_pixels(corrected[start : max(end, start + 1)].reshape(-1, 3))
    seen = float((part * _MIDDLE).max(axis=1).mean())
    masked = float(np.clip((seen - _FAINT_MASK) / (_SURE_MASK - _FAINT_MASK), 0.0, 1.0))
    sure = _SURE_BY_BOX + (1 - _SURE_BY_BOX) * masked
    return np.asarray((names * weights).sum(axis=0) / weights.sum() * sure, np.float32)
