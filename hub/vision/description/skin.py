"""Tells this person's bare skin from cloth by its colour alone, so that arms and legs do not pass for clothing."""

from __future__ import annotations

import numpy as np

from hub.vision.description.view import Weights

_LIGHTEST_HUE_DEG, _DARKEST_HUE_DEG = 75.0, -5.0
_LEAST_CHROMA, _MOST_CHROMA, _LEAST_LIGHTNESS = 5.0, 42.0, 18.0
"""What skin may look like under any camera's light; wide, since it only picks the sample."""
_LEAST_PIXELS = 12
_LIKENESS = 9.0
"""Standard deviation of one person's skin, in a* and b*; of its lightness 20, since arms lie in light and shade."""
_LIGHTNESS_SCALE = 0.45


def skin_lightness(lab: Weights, likeness: Weights, bare: Weights) -> float | None:
    """Mean L* of the skin on the bare parts; None where too little of it is seen."""
    weights = likeness * bare
    shown = float(weights.sum())
    return float((weights * lab[..., 0]).sum()) / shown if shown >= _LEAST_PIXELS else None


def skin_likeness(lab: Weights, mask: Weights, bare: Weights) -> Weights:
    """How like this person's skin each pixel is, 0..1, from L*a*b*, person mask and where skin is often bare.

    All zero where face, forearms and shins show none: sleeves and trousers are long, or the person is seen from behind.
    """
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    hue = (np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) + 180) % 360 - 180
    possible = (chroma > _LEAST_CHROMA) & (chroma < _MOST_CHROMA) & (lab[..., 0] > _LEAST_LIGHTNESS)
    possible &= (hue > _DARKEST_HUE_DEG) & (hue < _LIGHTEST_HUE_DEG)
    sample = (bare > 0) & (mask > 0.3) & possible
    if sample.sum() < _LEAST_PIXELS:
        return np.zeros(lab.shape[:2], np.float32)
    middle = np.median(lab[sample], axis=0)
    away = ((lab - middle) * np.array([_LIGHTNESS_SCALE, 1, 1])) ** 2
    return np.asarray(possible * np.exp(-away.sum(axis=-1) / 2 / _LIKENESS**2), np.float32)
