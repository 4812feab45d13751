"""Takes the colour and strength of the light out of a picture, as far as one picture allows."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

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


_GREY_CHROMA = 10.0
_CAST_SHARE = 0.5
_CAST_IN_THE_DARK, _CAST_AT_LIGHTNESS = 0.3, 50.0
"""Half of the background's cast is taken off cloth of medium lightness, less off dark cloth."""
_USUAL_BRIGHTEST, _BRIGHTEST_POWER = 84.0, 0.3
_BRIGHTEST_BETWEEN = (55.0, 100.0)


@dataclass(frozen=True)
class SceneLight:
    """The light of one picture: its cast (a*, b*) on grey things behind the person, and what makes white look white.

    ``lightness_gain`` brings the picture's brightest part (98th percentile of L*) a little nearer to the usual.
    """

    cast: tuple[float, float]
    lightness_gain: float

    def corrected(self, lab: NDArray[np.float64]) -> NDArray[np.float64]:
        """Colours (N x 3, L*a*b*) as they would look under usual light."""
        power = np.clip(lab[:, :1] / _CAST_AT_LIGHTNESS, _CAST_IN_THE_DARK, 1.3) * _CAST_SHARE
        return np.hstack([lab[:, :1] * self.lightness_gain, lab[:, 1:] - power * np.array(self.cast)])


def scene_light(lab: Weights, mask: Weights) -> SceneLight:
    """The light as the background shows it (grey world, Buchsbaum 1980: greyish things count more), from L*a*b*."""
    behind = np.clip(1 - cv2.dilate(mask, np.ones((5, 5), np.uint8)), 0, 1) + 1e-3
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    weights = behind / (1 + (chroma / _GREY_CHROMA) ** 4)
    cast = np.tensordot(weights, lab[..., 1:], axes=2) / weights.sum()
    brightest = float(np.clip(np.percentile(lab[..., 0], 98), *_BRIGHTEST_BETWEEN))
    return SceneLight((float(cast[0]), float(cast[1])), (_USUAL_BRIGHTEST / brightest) ** _BRIGHTEST_POWER)
