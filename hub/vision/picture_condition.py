"""Whether a fixed camera's picture can be seen with: too dark, blurred, covered, or moved from its view.

Looked at once a second, against the camera's own usual picture and, where it is calibrated, against the picture in
which it was.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import PICTURE_TOLD_AFTER_S, PictureCondition
from hub.vision.picture_signs import Fit, Plane, Signs, agreement, fit_of, signs_of, size_of

EVERY_S = 1.0
FIT_EVERY_S = 5.0
"""Looking for where a view has gone costs as much as ten pictures."""
CLEAR_AFTER_S = 4.0
USUAL_AFTER_S = 10.0
"""Before that the usual picture is not known."""
FORGET_S = 600.0
"""Time constant of the usual picture: dusk and fog become usual, a hand before the lens does not."""
NEW_VIEW_AFTER_S = 600.0
"""A camera that nobody calibrated and that looks elsewhere for so long has a new view."""
DARK_BELOW = 44
"""Luma (black is 16): where 95 of 100 pixels are darker, nobody can be seen."""
UNIFORM_BELOW = 12
"""Luma between the 5th and the 95th of 100 pixels."""
_NO_EDGE = 1 / 8
_SHARPNESS_LEFT = 0.35
_LEAST_EDGES = 0.05
"""Usual strength of the edges in a block; one with less (sky, a bare wall) says nothing."""
_LEAST_CONTRAST = 0.03
_LEAST_BLOCKS = 6
_AGREES = 0.25
_CONTRAST_LEFT = 0.35
_MOST_BLOCKS = 0.6
_TEXTURE_LEFT = 0.5
_IN_PLACE = 0.5
_SHIFTED = 0.02
"""Of the picture's width; less is wind on the mast."""
_SHIFT_AGREES = 0.3
_SHIFT_BETTER = 0.2


@dataclass
class _Usual:
    """The picture as it is most of the time."""

    field: Plane
    contrast: Plane
    sharpness: float
    since_s: float
    at_s: float
    pictures: int = 1

    def learn(self, signs: Signs, at_s: float) -> None:
        rate = max(1 - math.exp(-(at_s - self.at_s) / FORGET_S), 1 / (self.pictures + 1) if self._forming else 0.0)
        cv2.accumulateWeighted(signs.field, self.field, rate)
        cv2.accumulateWeighted(signs.contrast, self.contrast, rate)
        self.sharpness += rate * (signs.sharpness - self.sharpness)
        self.at_s = at_s
        self.pictures += 1

    @property
    def _forming(self) -> bool:
        return self.at_s - self.since_s < USUAL_AFTER_S

    def known(self, at_s: float) -> bool:
        return at_s - self.since_s >= USUAL_AFTER_S


class PictureWatch:
    """One camera's, from one connection to the next and on; times are seconds of a clock that never goes back."""

    def __init__(self, reference: NDArray[np.uint8] | None = None) -> None:
        """``reference``: the grey picture in which the camera was calibrated, of any size."""
        self.condition = PictureCondition.CLEAR
        self._reference_picture = reference
        self._reference: Signs | None = None
        self._usual: _Usual | None = None
        self._size = (0, 0)
        self._looked_s = float("-inf")
        self._fit = Fit(1.0, 1.0, 0.0)
        self._fit_at_s = float("-inf")
        self._other_since_s: float | None = None
        self._moved_since_s: float | None = None

    def due(self, at_s: float) -> bool:
        """Whether it is time for the next picture."""
        return at_s - self._looked_s >= EVERY_S

    def observe(self, grey: NDArray[np.uint8], small: NDArray[np.uint8], at_s: float) -> PictureCondition:
        """Take in a grey picture, and a smaller one made of it; how the picture is by now."""
        self._looked_s = at_s
        if size_of(grey) != self._size:
            self._begin(size_of(grey))
        signs = signs_of(grey, small, self._size)
        found = self._judge(signs, at_s)
        self._learn(signs, found, at_s)
        self._tell(found, at_s)
        return self.condition

    def _begin(self, size: tuple[int, int]) -> None:
        """Pictures of another shape than before come."""
        self._size, self._usual = size, None
        if self._reference_picture is not None:
            self._reference = signs_of(self._reference_picture, self._reference_picture, size)

    def _judge(self, signs: Signs, at_s: float) -> PictureCondition:
        """This picture alone."""
        if signs.brightest < DARK_BELOW:
            return PictureCondition.DARK
        if signs.brightest - signs.darkest < UNIFORM_BELOW:
            return PictureCondition.COVERED
        usual = self._usual
        if usual is not None and usual.known(at_s):
            told = usual.contrast >= _LEAST_CONTRAST
            flat = signs.contrast < usual.contrast * _CONTRAST_LEFT
            if _share(flat, told) >= _MOST_BLOCKS:
                is_dark = _share(signs.level < DARK_BELOW, told & flat) >= _MOST_BLOCKS
                return PictureCondition.DARK if is_dark else PictureCondition.COVERED
            if _excess(signs.sharpness) < _excess(usual.sharpness) * _SHARPNESS_LEFT:
                return PictureCondition.BLURRED
            if self._is_elsewhere(signs, usual, at_s):
                is_view = _texture(signs.field) >= _TEXTURE_LEFT * _texture(usual.field)
                return PictureCondition.MOVED if is_view else PictureCondition.COVERED
        return PictureCondition.MOVED if self._is_shifted(signs, at_s) else PictureCondition.CLEAR

    def _is_elsewhere(self, signs: Signs, usual: _Usual, at_s: float) -> bool:
        """Most of what usually stands in the picture does not, and the calibrated view does not say otherwise."""
        agrees, strength = agreement(signs.field, usual.field)
        if _share(agrees < _AGREES, strength >= _LEAST_EDGES) < _MOST_BLOCKS:
            return False
        return self._reference is None or self._fit_of(signs, self._reference.field, at_s).in_place < _IN_PLACE

    def _is_shifted(self, signs: Signs, at_s: float) -> bool:
        """Whether this is the calibrated view, or without one the usual, from somewhere else."""
        if self._reference is not None:
            view = self._reference.field
        elif self._usual is not None and self._usual.known(at_s):
            view = self._usual.field
        else:
            return False
        agrees, strength = agreement(signs.field, view)
        speaking = strength >= _LEAST_EDGES
        if speaking.sum() < _LEAST_BLOCKS or float(agrees[speaking].mean()) >= _IN_PLACE:
            return False
        fit = self._fit_of(signs, view, at_s)
        return fit.shift >= _SHIFTED and fit.best >= max(_SHIFT_AGREES, fit.in_place + _SHIFT_BETTER)

    def _fit_of(self, signs: Signs, view: Plane, at_s: float) -> Fit:
        if at_s - self._fit_at_s >= FIT_EVERY_S:
            self._fit, self._fit_at_s = fit_of(signs.field, view), at_s
        return self._fit

    def _learn(self, signs: Signs, found: PictureCondition, at_s: float) -> None:
        usual = self._usual
        if found is PictureCondition.MOVED and self._reference is None:
            self._moved_since_s = at_s if self._moved_since_s is None else self._moved_since_s
            if at_s - self._moved_since_s >= NEW_VIEW_AFTER_S:
                usual = None
        else:
            self._moved_since_s = None
        if usual is None:
            if found in (PictureCondition.CLEAR, PictureCondition.MOVED):
                self._usual = _Usual(signs.field.copy(), signs.contrast.copy(), signs.sharpness, at_s, at_s)
        elif found is PictureCondition.CLEAR:
            usual.learn(signs, at_s)

    def _tell(self, found: PictureCondition, at_s: float) -> None:
        """What lasts becomes the condition: some other than it stands, for as long as its kind must."""
        if found is self.condition:
            self._other_since_s = None
            return
        if self._other_since_s is None:
            self._other_since_s = at_s
        lasts_s = CLEAR_AFTER_S if found is PictureCondition.CLEAR else PICTURE_TOLD_AFTER_S
        if at_s - self._other_since_s >= lasts_s:
            self.condition = found
            self._other_since_s = None


def _share(blocks: NDArray[np.bool_], among: NDArray[np.bool_]) -> float:
    """The share of ``blocks`` among those that say anything; 0 where too few do."""
    speaking = int(among.sum())
    return float((blocks & among).sum()) / speaking if speaking >= _LEAST_BLOCKS else 0.0


def _excess(sharpness: float) -> float:
    return max(sharpness - _NO_EDGE, 0.0)


def _texture(field: Plane) -> float:
    return float(np.sqrt((field * field).sum(axis=2)).mean())
