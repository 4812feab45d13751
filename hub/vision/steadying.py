"""What changes the whole picture at once, told from what moves in it: the light, and a camera that shakes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.vision.background import Plane, flat

_SAMPLED_PX = 7
"""Of the small picture, in each direction."""
_LEAST_OFF = 0.4
"""Grey levels."""
_UNEXPLAINED = 0.8
"""What is left of the median difference when the whole picture's light explains it."""
_GAINS = (0.4, 2.5)
_NUDGE_PX = 2.0
"""Of the small picture; a shift of more is not told by the gradient."""
_MOST_DIFFERENCE = 25.0
_EXPLAINED = 0.15
"""Of the squared differences."""
LEAST_SHIFT_PX = 0.12
_LARGEST_SHIFT = 0.12
"""Of the picture's height."""


@dataclass(frozen=True)
class Light:
    """What the light did to every grey level: ``gain`` times, and ``offset`` more."""

    gain: float
    offset: float


@dataclass(frozen=True)
class Shift:
    """How far the picture went from its place, in pixels of the small picture."""

    right: float
    down: float

    @property
    def px(self) -> float:
        return math.hypot(self.right, self.down)

    def undone(self, small: Plane) -> Plane:
        """The picture put back in its place; what came from outside repeats the edge."""
        back = np.array([[1, 0, self.right], [0, 1, self.down]], np.float32)
        size = (small.shape[1], small.shape[0])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(small, back, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32)

    def done(self, mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A mask of the picture in its place, as the picture came."""
        there = np.array([[1, 0, self.right], [0, 1, self.down]], np.float32)
        return np.asarray(cv2.warpAffine(mask, there, mask.shape[::-1], flags=cv2.INTER_NEAREST), np.uint8)


_NOWHERE = Shift(0.0, 0.0)


def light_of(small: Plane, background: Plane) -> Light | None:
    """The line through the medians of the darker and of the brighter half: most of the picture must be background.

    None where the light is as it was, or changed so much that the scene is another.
    """
    sampled = np.s_[::_SAMPLED_PX, ::_SAMPLED_PX]
    if abs(_middle((small[sampled] - background[sampled]).ravel())) < _LEAST_OFF:
        return None
    seen, was = small[sampled].ravel(), background[sampled].ravel()
    is_dark = was < was.mean()
    darker, brighter = was[is_dark], was[~is_dark]
    if not len(darker) or not len(brighter):  # of one level all over, whose mean may be rounded to either side
        return None
    rise_dark, rise_bright = _middle(seen[is_dark] - darker), _middle(seen[~is_dark] - brighter)
    dark, bright = _middle(darker), _middle(brighter)
    if bright - dark < 1:
        return None
    gain = 1 + (rise_bright - rise_dark) / (bright - dark)
    offset = rise_dark - (gain - 1) * dark
    unexplained = _middle(np.abs(seen - np.float32(gain) * was - np.float32(offset)))
    explains = unexplained <= _UNEXPLAINED * _middle(np.abs(seen - was))
    return Light(gain, offset) if explains and _GAINS[0] <= gain <= _GAINS[1] else None


def _middle(values: Plane) -> float:
    """The median, several times as fast as numpy's; the values are left in another order."""
    half = len(values) // 2
    values.partition(half)
    return float(values[half])


def nudge_of(small: Plane, background: Plane) -> Shift:
    """A shift of up to two pixels, by least squares over the gradient (Lucas and Kanade, 1981), at half the size.

    None at all where that explains little of what differs.
    """
    size = (max(1, small.shape[1] // 2), max(1, small.shape[0] // 2))
    here, there = (cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in (small, background))
    across, down, difference = np.zeros((3, *here.shape), np.float32)
    np.subtract(there[:, 2:], there[:, :-2], out=across[:, 1:-1])
    np.subtract(there[2:], there[:-2], out=down[1:-1])
    np.subtract(here, there, out=difference)
    cv2.min(difference, flat(difference.shape, _MOST_DIFFERENCE), difference)
    cv2.max(difference, flat(difference.shape, -_MOST_DIFFERENCE), difference)
    xx, xy, yy = _product(across, across), _product(across, down), _product(down, down)
    xt, yt = _product(across, difference), _product(down, difference)
    whole = xx * yy - xy * xy
    if whole <= 1e-3 * xx * yy:
        return _NOWHERE
    right, below = (xy * yt - yy * xt) / whole, (xy * xt - xx * yt) / whole
    if -(right * xt + below * yt) < _EXPLAINED * _product(difference, difference):
        return _NOWHERE
    found = Shift(4 * right, 4 * below)  # slopes over two pixels, at half the size
    return found if found.px < _NUDGE_PX else _NOWHERE


def _product(one: Plane, other: Plane) -> float:
    return float(np.vdot(one, other))


def jump_of(small: Plane, background: Plane) -> Shift:
    """A larger shift, by phase correlation (Kuglin and Hines, 1975); none of a single column, which OpenCV refuses."""
    if small.shape[1] < 2:
        return _NOWHERE
    (right, down), _ = cv2.phaseCorrelate(background, small)
    shift = Shift(right, down)
    return shift if shift.px <= _LARGEST_SHIFT * small.shape[0] else _NOWHERE


def edges_of(background: Plane) -> Plane:
    """Grey levels by which the picture changes when it is a pixel off."""
    across, down = (
        np.abs(cv2.Sobel(background, cv2.CV_32F, right, below, ksize=3, scale=0.125))
        for right, below in ((1, 0), (0, 1))
    )
    return np.asarray(cv2.max(across, down), np.float32)
