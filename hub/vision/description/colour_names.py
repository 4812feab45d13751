"""Names the colour of cloth as people do: how far it is black, grey, white, red ... brown, by soft borders in L*C*h.

The eleven basic terms are Berlin and Kay's (1969). The model is of the kind of Benavente, Vanrell and Baldrich's
(2008): each name is a product of sigmoids, an achromatic core and hue sectors around it, cut by lightness where brown
parts from orange and pink from red. Sectors lie around the sRGB colours that carry those names in CSS. How colourful
cloth must be not to look grey depends on its hue and lightness: bluish shade on white is no blue, and a little blue in
the dark is denim.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import COLOURS

Floats = NDArray[np.float64]

_HUE_SOFTNESS_DEG = 6.0
_RED, _ORANGE, _YELLOW, _GREEN, _BLUE, _PURPLE, _PINK = 8.0, 50.0, 78.0, 112.0, 205.0, 296.0, 342.0
"""Where the hues begin, degrees; each reaches to the next, pink to red."""
_PURPLE_LATER_DEG = 20.0
"""By so much later purple begins in the dark: navy is blue."""
_DARK = 45.0
_LOBES_DEG = (270.0, 80.0, 155.0, 0.0)
_LOBE_WIDTH_DEG = 50.0
_PER_LIGHTNESS = (0.13, 0.08, 0.06, 0.02)
"""The least chroma of blue, yellow, green and red cloth: a part of the lightness, and so much besides."""
_YELLOW_CHROMA, _RED_CHROMA = 1.5, 8.0
_BEIGE_LIGHTNESS, _BEIGE_CHROMA = 47.0, 5.0
"""Lighter than this, yellowish cloth of so much more chroma is still cream, which is called white."""
_DUSKY_LIGHTNESS, _DUSKY_CHROMA = 26.0, 4.0
"""Darker than this, cloth must be so much more yellowish to be brown and not black."""
_CREAM_LIGHTNESS, _CREAM_FULL_CHROMA = 12.0, 8.0
"""By so much darker than grey may cream be and still be called white: grey cloth is not yellowish."""
_CHROMA_SOFTNESS = 1.2
_LIGHTNESS_SOFTNESS = 4.0
_BROWN_BORDER = 60.0
_WHITE_BY_BRIGHT, _BLACK_BY_BRIGHT = 0.7, 0.3
"""White is decided by the lit part of the cloth (between its mean and its 80th percentile), black less so."""


@dataclass(frozen=True)
class NamingConstants:
    """What is learned from labelled clothes (evaluation/colours.py); all else here is set beforehand.

    ``blue_chroma`` and ``green_chroma``: the least chroma of black blue and black green cloth. ``denim_chroma``: by so
    much less a lower garment needs to be blue, by so much more an upper one: jeans are common. ``black_below`` and
    ``white_above`` are L*. ``sleeves`` and ``hips``: how much these parts count beside the rest of their garment.
    """

    blue_chroma: float = 3.5
    denim_chroma: float = 2.0
    green_chroma: float = 2.25
    black_below: float = 35.0
    white_above: float = 70.0
    sleeves: float = 0.75
    hips: float = 0.75


def name_cloth(lab: Any, bright: Any, constants: NamingConstants, lower: bool) -> Floats:
    """Memberships in COLOURS, N x 11, rows adding up to 1, of cloths of mean L*a*b* (N x 3).

    ``bright`` (N) is the 80th percentile of L* over each. ``lower``: trousers and skirts, not shirts and coats.
    """
    lightness = np.asarray(lab[..., 0], np.float64)
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) % 360
    blue, yellow, green, red = (np.exp(-((_apart_deg(hue, lobe) / _LOBE_WIDTH_DEG) ** 2)) + 1e-4 for lobe in _LOBES_DEG)
    least = (
        blue * (constants.blue_chroma + (-1 if lower else 1) * constants.denim_chroma + _PER_LIGHTNESS[0] * lightness)
        + yellow * (_YELLOW_CHROMA + _PER_LIGHTNESS[1] * lightness)
        + yellow * _BEIGE_CHROMA * _above(lightness, _BEIGE_LIGHTNESS, 3.0)
        + yellow * _DUSKY_CHROMA * (1 - _above(lightness, _DUSKY_LIGHTNESS, 2.0))
        + green * (constants.green_chroma + _PER_LIGHTNESS[2] * lightness)
        + red * (_RED_CHROMA + _PER_LIGHTNESS[3] * lightness)
    ) / (blue + yellow + green + red)
    coloured = _above(chroma, least, _CHROMA_SOFTNESS)
    lit = np.asarray(bright) - lightness
    not_black = _above(lightness + _BLACK_BY_BRIGHT * lit, constants.black_below, _LIGHTNESS_SOFTNESS)
    cream = _CREAM_LIGHTNESS * yellow * np.clip(chroma / _CREAM_FULL_CHROMA, 0, 1)
    white = _above(lightness + _WHITE_BY_BRIGHT * lit + cream, constants.white_above, _LIGHTNESS_SOFTNESS)
    names = _coloured(lightness, chroma, hue)
    names = {name: coloured * weight for name, weight in names.items()}
    names["black"] = (1 - coloured) * (1 - not_black)
    names["grey"] = (1 - coloured) * not_black * (1 - white)
    names["white"] = (1 - coloured) * not_black * white
    weights = np.stack([names[name] for name in COLOURS], axis=-1)
    return np.asarray(weights / (weights.sum(axis=-1, keepdims=True) + 1e-9), np.float64)


def _coloured(lightness: Floats, chroma: Floats, hue: Floats) -> dict[str, Floats]:
    """Weights of the eight names that have a hue."""
    purple_from = _PURPLE + _PURPLE_LATER_DEG * np.clip(1 - lightness / _DARK, 0, 1)
    red, orange, yellow, green, blue, purple, pink = (
        _between(hue, start, end)
        for start, end in (
            (_RED, _ORANGE),
            (_ORANGE, _YELLOW),
            (_YELLOW, _GREEN),
            (_GREEN, _BLUE),
            (_BLUE, purple_from),
            (purple_from, _PINK),
            (_PINK, _RED + 360),
        )
    )
    paleness = np.clip(40 * (0.8 - chroma / np.maximum(lightness, 1)), -15, 20)
    pale_red = _above(lightness + paleness, 62.0, 4.0)
    deep_pink = _above(lightness, 45.0, 4.0) * 0.6 + _above(lightness, 58.0, 4.0) * 0.4
    pale_purple = _above(lightness, 65.0, 4.0) * _above(hue, 318.0, 5.0)
    brown_orange = 1 - _above(lightness * 0.6 + chroma * 0.5, _BROWN_BORDER, 4.0)
    brown_yellow = 1 - _above(lightness * 0.6 + chroma * 0.6, _BROWN_BORDER - 4, 4.0)
    brown_red = (1 - _above(chroma, 30.0, 3.0)) * _above(hue, 28.0, 5.0) * (1 - pale_red)
    return {
        "red": red * (1 - pale_red) * (1 - brown_red) + pink * (1 - deep_pink),
        "pink": red * pale_red + pink * deep_pink + purple * pale_purple,
        "purple": purple * (1 - pale_purple),
        "orange": orange * (1 - brown_orange),
        "yellow": yellow * (1 - brown_yellow),
        "brown": orange * brown_orange + yellow * brown_yellow + red * (1 - pale_red) * brown_red,
        "green": green,
        "blue": blue,
    }


def _above(value: Any, border: Any, softness: float) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip((value - border) / softness, -30, 30))), np.float64)


def _apart_deg(hue: Floats, other: Any) -> Floats:
    return np.asarray(np.abs((hue - other + 180) % 360 - 180), np.float64)


def _between(hue: Floats, start: Any, end: Any) -> Floats:
    """Membership in a sector of the hue circle, soft at both ends."""
    return _above((end - start) / 2 - _apart_deg(hue, (start + end) / 2), 0.0, _HUE_SOFTNESS_DEG / 2)
