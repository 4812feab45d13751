"""Takes the colour and strength of the light out of a picture, as far as one picture allows."""

from __future__ import annotations

import cv2
import numpy as np

from hub.vision.description.view import Picture, Weights

_CAST_POWER = 0.5
"""Half of a full grey-world correction (Buchsbaum 1980): one coloured thing often fills a crop, and is no light."""
_VIVID_SATURATION = 0.3
"""A pixel more saturated than this shows a dye rather than the light, and counts less than half."""
_BRIGHTNESS_POWER = 0.5
_USUAL_BRIGHTNESS = 110.0


def corrected(person: Picture) -> Picture:
    """The picture (uint8 BGR), its greyish pixels drawn halfway to grey, its brightness halfway to the usual."""
    pixels = person.astype(np.float32) + 1.0
    flat = pixels.reshape(-1, 3)
    greyish = 1 / (1 + ((1 - flat.min(axis=1) / flat.max(axis=1)) / _VIVID_SATURATION) ** 4)
    light = greyish @ flat / greyish.sum()
    gain = (light.mean() / light) ** _CAST_POWER * (_USUAL_BRIGHTNESS / flat.mean()) ** _BRIGHTNESS_POWER
    return np.asarray(np.clip(pixels * gain.astype(np.float32), 0.0, 255.0), np.uint8)


def lab(picture: Picture) -> Weights:
    """L* (0..100), a*, b* of a uint8 BGR picture, float32 rows x columns x 3."""
    return np.asarray(cv2.cvtColor(picture.astype(np.float32) / np.float32(255), cv2.COLOR_BGR2LAB), np.float32)
