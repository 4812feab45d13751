"""What moves, out of what differs from the background: parts with an edge, neither light nor rain nor always there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike

from hub.vision.background import Mask, Plane

EDGE = 5.0
"""Grey levels within 3 pixels, of the change: less is light."""
EDGE_SHARE = 0.04
"""The same as a share of the background's level, which is added: the ripple of a lamp is larger where it is bright."""
_BLACK = np.float32(8)
"""Added to all levels, so that the ratio of dark ones is not noise."""
_SMALLEST_PX = 6
LASTING_PX = 100
"""A spot whose box is smaller must have had one near it in the picture before."""
_LASTING = 0.5
"""Near so much of it."""
_TOO_LONG_AGO_S = 0.5
"""Pictures further apart do not tell rain."""
USUALLY_S = 30.0
USUAL = 0.4
"""What moves for more than this share of the time moves always: nobody stands before a door for so long."""
FLICKERS_S = 4.0
FLICKERS = 0.6
"""Nor does a walker change a pixel from picture to picture for so much of this shorter time."""
_USUAL_SPOT = 0.05
"""Of the picture: a larger spot is not left out wherever it is."""
_WHOLLY = 0.9
_NEXT = np.ones((3, 3), np.uint8)
_NEAR = np.ones((5, 5), np.uint8)
_AROUND = np.ones((7, 7), np.uint8)
_CLOSE_BY = np.ones((7, 13), np.uint8)
"""A clock's digits that change seldom stand beside those that always do."""


@dataclass(frozen=True)
class Spots:
    """Masks (255) of what moves, of that with what moves always, and of where only the light changed."""

    moving: Mask
    every: Mask
    light: Mask


class SpotFinder:
    """Of one camera, in pictures of one size; remembers what moves there always."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        """``shape``: height and width of the small picture."""
        self._before: Mask = np.zeros(shape, np.uint8)
        self._usually, self._flickers = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        self._usual, self._flicker = np.full(shape, 255 * USUAL, np.float32), np.full(shape, 255 * FLICKERS, np.float32)

    def find(self, small: Plane, background: Plane, changed: Mask, margin_px: int, elapsed_s: float) -> Spots:
        """``changed`` is where ``small`` is not background; what is ``margin_px`` from the edge does not count."""
        edged = _edged(small, background, changed, margin_px) if cv2.countNonZero(changed) else changed
        near = np.asarray(cv2.dilate(self._before, _NEAR), np.uint8) if elapsed_s <= _TOO_LONG_AGO_S else None
        always = self._always()
        contours, _ = cv2.findContours(edged, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        news, usual, rain = list[MatLike](), list[MatLike](), list[MatLike]()
        for contour in contours:
            left, top, width, height = cv2.boundingRect(contour)
            part = np.s_[top : top + height, left : left + width]
            if not _lasts(edged[part], None if near is None else near[part]):
                rain.append(contour)
            elif always is not None and _lies_in(edged[part], always[part], changed.size):
                usual.append(contour)
            else:
                news.append(contour)
        moving = _filled(np.zeros_like(changed), news)
        every = _filled(moving, usual)
        light = np.asarray(cv2.subtract(changed, cv2.dilate(_filled(every, rain), _NEAR)), np.uint8)
        cv2.accumulateWeighted(every, self._usually, 1 - math.exp(-elapsed_s / USUALLY_S))
        self._before = edged.copy()
        return Spots(moving, every, light)

    def note_flicker(self, flickers: Mask, elapsed_s: float) -> None:
        """Where a spot differs from the picture before."""
        cv2.accumulateWeighted(flickers, self._flickers, 1 - math.exp(-elapsed_s / FLICKERS_S))

    def _always(self) -> Mask | None:
        """Where something moves most of the time, and close by."""
        usual = cv2.compare(self._usually, self._usual, cv2.CMP_GT)
        always = cv2.bitwise_or(usual, cv2.compare(self._flickers, self._flicker, cv2.CMP_GT))
        return np.asarray(cv2.dilate(always, _CLOSE_BY), np.uint8) if cv2.countNonZero(always) else None


def _edged(small: Plane, background: Plane, changed: Mask, margin_px: int) -> Mask:
    """What changed, near edges of the change itself: those of its ratio to the background, since light multiplies."""
    level = np.add(background, _BLACK)
    ratio = cv2.divide(np.add(small, _BLACK), level)
    edges = cv2.multiply(cv2.morphologyEx(ratio, cv2.MORPH_GRADIENT, _NEXT), level)
    strong = cv2.compare(edges, cv2.addWeighted(level, EDGE_SHARE, level, 0, EDGE), cv2.CMP_GT)
    edged = np.asarray(cv2.medianBlur(cv2.bitwise_and(changed, cv2.dilate(strong, _AROUND)), 3), np.uint8)
    if margin_px:
        edged[:margin_px] = edged[-margin_px:] = 0
        edged[:, :margin_px] = edged[:, -margin_px:] = 0
    return edged


def _lasts(part: Mask, near: Mask | None) -> bool:
    """Whether a spot is no drop of rain: it is large, or something was near it in the picture before."""
    if part.size < _SMALLEST_PX:
        return False
    if near is None or part.size >= LASTING_PX:
        return True
    return cv2.countNonZero(cv2.bitwise_and(part, near)) >= _LASTING * cv2.countNonZero(part)


def _lies_in(part: Mask, always: Mask, picture_px: int) -> bool:
    """Whether a spot is wholly where something moves always."""
    moving = cv2.countNonZero(part)
    return moving <= _USUAL_SPOT * picture_px and cv2.countNonZero(cv2.bitwise_and(part, always)) >= _WHOLLY * moving


def _filled(mask: Mask, contours: list[MatLike]) -> Mask:
    """The mask with the insides of the contours."""
    if not contours:
        return mask
    return np.asarray(cv2.drawContours(mask.copy(), contours, -1, 255, cv2.FILLED), np.uint8)
