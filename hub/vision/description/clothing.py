"""Finds the pieces of cloth of the upper and the lower garment in one picture of a person, and weighs their colours.

Pixels of a garment fall into at most three clusters of like colour (k-means in L*a*b*); clusters that differ as light
and folds differ are one piece. A piece is named by its mean colour, which noise and JPEG leave alone, and counts by the
share it has of the garment's parts: of sleeves and collar more than of the back, where a bag may hang.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hub.vision.description.body_regions import BodyRegions
from hub.vision.description.colour_names import Floats, NamingConstants, name_cloth
from hub.vision.description.light import SceneLight
from hub.vision.description.view import Weights

PIECES = 3
_ROUNDS = 12
_SCALE = np.array([0.7, 1.3, 1.3], np.float32)
"""A step in lightness parts clusters less than one in colour: folds do not make another cloth."""
_ONE_PIECE_COLOUR, _ONE_PIECE_LIGHTNESS = 8.0, 22.0
_UNMASKED = 0.1
"""What a pixel counts that the mask says is not the person's: the body points say it may be."""
_LEAST_CLOTH = 0.2
"""Where less would be left without skin, it was cloth of skin's colour."""
_UPPER_LIKENESS = 9.0
_VIVID = 12.0
"""Chroma from which the upper garment's colour is known again where it is mixed with the lower one's."""
_HEM_TO = 0.6
_LEAST_LOWER = 0.3
"""Down to this share of the thigh cloth like the upper garment's may be its hem, unless less would be left."""
_PIECE_POWER = 1.3
_FAINT_MASK, _SURE_MASK = 0.15, 0.6
_FAINT_POINTS, _SURE_POINTS = 0.3, 0.6
_SURE_BY_BOX = 0.3
"""How sure a garment is where mask and points are faint: the detector saw a person, they no more."""


@dataclass(frozen=True, eq=False)
class Garment:
    """The pieces of one garment in one picture; empty pieces have shares of 0.

    ``lab``: PIECES x 3, mean L*a*b* under the scene's light. ``bright``: 80th percentiles of L*. ``outer``, ``inner``:
    shares of sleeves and collar and of the torso, or of the hips and of the thighs. ``sure``: 0..1.
    """

    lab: Floats
    bright: Floats
    outer: Floats
    inner: Floats
    sure: float

    def lit(self, lightness_gain: float | Floats) -> Garment:
        """As it would look so much lighter; a gain for each picture where there are several."""
        gain = np.asarray(lightness_gain, np.float64)[..., None]
        lab = np.concatenate([self.lab[..., :1] * gain[..., None], self.lab[..., 1:]], axis=-1)
        return replace(self, lab=lab, bright=self.bright * gain)


def garments(
    lab: Weights, mask: Weights, skin: Weights, regions: BodyRegions, light: SceneLight
) -> tuple[Garment, Garment]:
    """The upper and the lower garment of a picture given as L*a*b* (ROWS x COLUMNS x 3), with its person mask and how
    like skin each pixel is."""
    shown = mask + _UNMASKED
    upper_weights = _without((regions.sleeves + regions.torso) * shown, skin, _LEAST_CLOTH)
    upper_parts = (regions.sleeves * shown, regions.torso * shown)
    upper = _garment(lab, upper_weights, upper_parts, light, _sure(regions.sure_upper, upper_weights, mask))
    main = upper.lab_as_seen[int((upper.garment.outer + upper.garment.inner).argmax())]
    lower_weights = _without((regions.hips + regions.thighs) * shown, skin, _LEAST_CLOTH)
    hem = _hem_likeness(lab, main) * np.clip((_HEM_TO - regions.down_thigh) / _HEM_TO * 1.5, 0, 1)
    lower_weights = _without(lower_weights, np.asarray(hem, np.float32), _LEAST_LOWER)
    lower_parts = (regions.hips * shown, regions.thighs * shown)
    lower = _garment(lab, lower_weights, lower_parts, light, _sure(regions.sure_lower, lower_weights, mask))
    return upper.garment, lower.garment


def garment_colours(garment: Garment, constants: NamingConstants, lower: bool) -> NDArray[np.float32]:
    """Eleven weights in the order of COLOURS, adding up to at most 1; the rest is what mask and points leave unsure.

    A garment whose arrays have a picture's number before all others gives a row of weights for each picture.
    """
    outer = min(max(constants.hips if lower else constants.sleeves, 0.0), 1.0)
    shares = (garment.outer * outer + garment.inner * (1 - outer) + 1e-4) ** _PIECE_POWER
    names = name_cloth(garment.lab, garment.bright, constants, lower)
    weights = (shares[..., None] * names).sum(axis=-2) / shares.sum(axis=-1)[..., None]
    return np.asarray(weights * garment.sure, np.float32)


@dataclass(frozen=True, eq=False)
class _Found:
    garment: Garment
    lab_as_seen: Floats


def _hem_likeness(lab: Weights, upper: Floats) -> Weights:
    """How like the upper garment each pixel is, 0..1: of its colour, or of one that lies towards a vivid one."""
    away = ((lab - upper) * np.array([0.5, 1, 1])) ** 2
    like = np.exp(-away.sum(axis=-1) / 2 / _UPPER_LIKENESS**2)
    chroma = float(np.hypot(*upper[1:]))
    if chroma > _VIVID:
        mixed = (lab[..., 1:] @ upper[1:]) / chroma**2
        like = np.maximum(like, np.clip((mixed - 0.2) / 0.3, 0, 1))
    return np.asarray(like, np.float32)


def _without(weights: Weights, unwanted: Weights, least: float) -> Weights:
    """The weights less what is unwanted, unless less than the least share of them would be left."""
    left = np.asarray(weights * (1 - unwanted), np.float32)
    return left if left.sum() >= least * weights.sum() else weights


def _sure(points: float, weights: Weights, mask: Weights) -> float:
    masked = float((weights * mask).sum() / max(float(weights.sum()), 1e-3))
    by_mask = (masked - _FAINT_MASK) / (_SURE_MASK - _FAINT_MASK)
    by_points = (points - _FAINT_POINTS) / (_SURE_POINTS - _FAINT_POINTS)
    return _SURE_BY_BOX + (1 - _SURE_BY_BOX) * min(max(by_mask, by_points, 0.0), 1.0)


def _garment(lab: Weights, weights: Weights, parts: tuple[Weights, Weights], light: SceneLight, sure: float) -> _Found:
    """Shares are of what the parts were before skin and hem were taken off: little is left of a bare leg."""
    there = weights.ravel() > 1e-3
    if there.sum() < 8:
        there = np.ones_like(there)
        weights = weights + np.float32(1e-3)
    pixels = lab.reshape(-1, 3)[there]
    counts = weights.ravel()[there]
    is_outer = parts[0].ravel()[there] > 0
    piece = _pieces(pixels, counts)
    seen = np.zeros((PIECES, 3))
    bright, share_outer, share_inner = (np.zeros(PIECES) for _ in range(3))
    for number in range(PIECES):
        mine = piece == number
        if mine.any():
            count = counts[mine]
            seen[number] = count @ pixels[mine] / count.sum()
            bright[number] = _percentile(pixels[mine, 0], count, 0.8)
            share_outer[number] = count[is_outer[mine]].sum()
            share_inner[number] = count[~is_outer[mine]].sum()
    share_outer /= max(float(parts[0].sum()), 1e-6)
    share_inner /= max(float(parts[1].sum()), 1e-6)
    lit = light.corrected(seen)
    return _Found(Garment(lit, bright * light.lightness_gain, share_outer, share_inner, sure), seen)


def _pieces(pixels: NDArray[np.float32], counts: NDArray[np.float32]) -> NDArray[np.int64]:
    """Which piece each pixel is of: k-means from the quantiles of lightness, then like clusters joined."""
    order = np.argsort(pixels[:, 0])
    share = np.cumsum(counts[order])
    centres = pixels[order][np.searchsorted(share, (np.arange(PIECES) + 0.5) / PIECES * share[-1])].copy()
    scaled = pixels * _SCALE
    cluster = np.zeros(len(pixels), np.int64)
    for _ in range(_ROUNDS):
        middles = centres * _SCALE
        farther = (middles**2).sum(axis=1) - 2 * scaled @ middles.T  # the square of the distance, less what all share
        nearest = np.asarray(farther.argmin(axis=1), np.int64)
        if (nearest == cluster).all() and cluster.any():
            break
        cluster = nearest
        for number in range(PIECES):
            mine = cluster == number
            if mine.any():
                centres[number] = counts[mine] @ pixels[mine] / counts[mine].sum()
    name = list(range(PIECES))
    for one in range(PIECES):
        for other in range(one):
            colour = float(np.hypot(*(centres[one, 1:] - centres[other, 1:])))
            if colour < _ONE_PIECE_COLOUR and abs(centres[one, 0] - centres[other, 0]) < _ONE_PIECE_LIGHTNESS:
                name = [name[other] if each == name[one] else each for each in name]
    return np.asarray(np.array(name)[cluster], np.int64)


def _percentile(values: NDArray[np.float32], counts: NDArray[np.float32], share: float) -> float:
    order = np.argsort(values)
    below = np.cumsum(counts[order])
    return float(values[order][min(int(np.searchsorted(below, share * below[-1])), len(values) - 1)])
