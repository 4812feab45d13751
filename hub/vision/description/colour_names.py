"""Names colours as people do: how far a measured colour is black, grey, white, red ... brown, by soft borders in L*C*h.

The eleven basic terms are Berlin and Kay's (1969). The model is of the kind of Benavente, Vanrell and Baldrich's
(2008): each name is a product of sigmoids, an achromatic core and hue sectors around it, cut by lightness where brown
parts from orange and pink from red. Sectors lie around the sRGB colours that carry those names in CSS.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import COLOURS

Floats = NDArray[np.float32]

_LEVELS = 32
_HUE_SOFTNESS_DEG = 6.0
_GREY_CHROMA = 8.5
_GREY_CHROMA_SWING = 3.5
_BLUE_DEG = 265.0
"""Below about this chroma cloth looks grey: 5 for bluish cloth (washed denim is still "blue"), 12 for yellowish."""
_WHITE_LIGHTNESS = 58.0


def _above(value: Floats, border: Floats | float, softness: float) -> Floats:
    return np.asarray(1 / (1 + np.exp(-(value - border) / softness)), np.float32)


def name_lab(lab: Floats) -> Floats:
    """Membership in each of COLOURS, N x 11, rows adding up to 1, for L*a*b* values N x 3."""
    lightness = lab[:, 0]
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    hue = np.degrees(np.arctan2(lab[:, 2], lab[:, 1])) % 360
    greyish = _GREY_CHROMA - _GREY_CHROMA_SWING * np.cos(np.radians(hue - _BLUE_DEG))
    coloured = _above(chroma, np.asarray(greyish, np.float32), 1.5)
    grey_or_white = _above(lightness, 30.0, 4.0)
    white = _above(lightness, _WHITE_LIGHTNESS, 4.0)
    names = {
        "black": (1 - coloured) * (1 - grey_or_white),
        "grey": (1 - coloured) * grey_or_white * (1 - white),
        "white": (1 - coloured) * grey_or_white * white,
    }
    blue_to_purple = np.asarray(292 + 17 * np.clip((chroma - 15) / 45, 0, 1), np.float32)
    sector = {
        name: coloured * _between(hue, start, end)
        for name, start, end in (
            ("red", 8.0, 50.0),
            ("orange", 50.0, 78.0),
            ("yellow", 78.0, 108.0),
            ("green", 108.0, 198.0),
            ("blue", 198.0, blue_to_purple),
            ("purple", blue_to_purple, 342.0),
            ("pink", 342.0, 368.0),
        )
    }
    paleness = np.clip(40 * (0.8 - chroma / np.maximum(lightness, 1)), -15, 20)
    pale_red = _above(np.asarray(lightness + paleness, np.float32), 62.0, 4.0)
    deep_pink = _above(lightness, 45.0, 4.0) * 0.6 + _above(lightness, 58.0, 4.0) * 0.4
    pale_purple = _above(lightness, 65.0, 4.0) * _above(hue, 318.0, 5.0)
    brown_orange = 1 - _above(np.asarray(lightness * 0.6 + chroma * 0.5, np.float32), 62.0, 4.0)
    brown_yellow = 1 - _above(np.asarray(lightness * 0.6 + chroma * 0.6, np.float32), 58.0, 4.0)
    brown_red = (1 - _above(chroma, 30.0, 3.0)) * _above(hue, 28.0, 5.0) * (1 - pale_red)
    names["red"] = sector["red"] * (1 - pale_red) * (1 - brown_red) + sector["pink"] * (1 - deep_pink)
    names["pink"] = sector["red"] * pale_red + sector["pink"] * deep_pink + sector["purple"] * pale_purple
    names["purple"] = sector["purple"] * (1 - pale_purple)
    names["orange"] = sector["orange"] * (1 - brown_orange)
    names["yellow"] = sector["yellow"] * (1 - brown_yellow)
    names["brown"] = (
        sector["orange"] * brown_orange + sector["yellow"] * brown_yellow + sector["red"] * (1 - pale_red) * brown_red
    )
    names["green"] = sector["green"]
    names["blue"] = sector["blue"]
    weights = np.stack([names[name] for name in COLOURS], axis=1)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def _between(hue: Floats, start: Floats | float, end: Floats | float) -> Floats:
    """Membership in a sector of the hue circle, soft at both ends."""
    middle = (np.asarray(start) + np.asarray(end)) / 2
    half = (np.asarray(end) - np.asarray(start)) / 2
    away = np.abs((hue - middle + 180) % 360 - 180)
    return _above(np.asarray(half - away, np.float32), 0.0, _HUE_SOFTNESS_DEG / 2)


@lru_cache(maxsize=1)
def _table() -> Floats:
    """Memberships of every colour at 32 levels a channel, (32**3) x 11, blue slowest."""
    level = (np.arange(_LEVELS, dtype=np.float32) + 0.5) / _LEVELS
    bgr = np.stack(np.meshgrid(level, level, level, indexing="ij"), axis=-1).reshape(1, -1, 3)
    return name_lab(np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2LAB), np.float32)[0])


def name_pixels(pixels: NDArray[np.uint8]) -> Floats:
    """Memberships of uint8 BGR pixels, N x 3, as N x 11."""
    level = pixels.astype(np.int64) >> 3
    return np.asarray(_table()[(level[:, 0] * _LEVELS + level[:, 1]) * _LEVELS + level[:, 2]], np.float32)
