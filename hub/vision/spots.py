"""What moves, out of what differs from the background: parts with an edge, neither light nor rain nor always there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

import cv2
import numpy as np
from cv2.typing import MatLike

from hub.vision.background import Mask, Plane, flat

EDGE = 5.0
"""Grey levels within 3 pixels, of the change: less is light."""
EDGE_SHARE = 0.04
"""The same as a share of the background's level, which is added: the ripple of a lamp is larger where it is bright."""
_BLACK = 8.0
"""Added to all levels, so that the ratio of dark ones is not noise."""
_RATIO = 100.0
"""The ratio where nothing changed, in 8 bits."""
_GHOST_SLACK = 2.0
"""Grey levels by which an edge of the picture may be weaker than the background's."""
_SMALLEST_PX = 6
LASTING_PX = 100
"""A spot whose box is smaller must have had one near it in the two pictures before."""
MOST_SPOTS = 40
"""The largest of one picture, by their outlines' corners, that are looked at; with more the rest is rain."""
_LASTING = 0.5
"""Near so much of it."""
_TOO_LONG_AGO_S = 0.5
"""Pictures further apart do not tell rain."""
USUALLY_S = 30.0
USUAL = 0.4
"""What moves for more than this share of the time moves always: nobody stands before a door for so long."""
OFTEN = 0.08
OFTEN_PX = 150
"""A small spot where something moves for more than this share is believed when it comes from outside, as walkers do."""
_UPRIGHT_PX = 8
"""One so high and not wider may be a far person: digits are lower, or stand side by side."""
_STAYS_S = 2.0
_STAYS = 0.5
"""Whoever is believed at one place for more than this share of this time comes from there no more."""
_NOTED_EVERY_S = 0.9
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
        self._nothing: Mask = np.zeros(shape, np.uint8)
        self._near_before = self._moving = self._before = self._nothing
        self._usually, self._flickers = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        self._believed = np.zeros(shape, np.float32)
        self._always: Mask | None = None
        self._often: Mask | None = None
        self._noted_s = 0.0

    def find(self, shrunk: Mask, background: Plane, changed: Mask, margin_px: int, elapsed_s: float) -> Spots:
        """``changed`` is where ``shrunk`` is not background; what is ``margin_px`` from the edge does not count."""
        self._note_places(elapsed_s)
        if cv2.countNonZero(changed):
            edged = _edged(shrunk, background, changed, margin_px)
            contours, _ = cv2.findContours(edged, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
            found = self._sorted(contours, edged, elapsed_s)
        else:
            edged, found = changed, dict[_Kind, list[MatLike]]()
        moving = _filled(self._nothing, found.get(_Kind.NEWS, []))
        every = _filled(moving, found.get(_Kind.USUAL, []))
        known = _filled(every, found.get(_Kind.RAIN, []))
        light = np.asarray(cv2.subtract(changed, cv2.dilate(known, _NEAR)), np.uint8) if found else changed
        cv2.accumulateWeighted(every, self._usually, 1 - math.exp(-elapsed_s / USUALLY_S))
        before = np.asarray(cv2.dilate(edged, _NEAR), np.uint8)
        self._near_before = np.asarray(cv2.bitwise_and(before, self._before), np.uint8)
        self._before, self._moving = before, moving
        cv2.accumulateWeighted(moving, self._believed, 1 - math.exp(-elapsed_s / _STAYS_S))
        return Spots(moving, every, light)

    def _sorted(self, contours: Sequence[MatLike], edged: Mask, elapsed_s: float) -> dict[_Kind, list[MatLike]]:
        near = self._near_before if elapsed_s <= _TOO_LONG_AGO_S else None
        places = [(self._always if self._always is not None else self._nothing, _USUAL_SPOT * edged.size)]
        if self._often is not None:
            stays = cv2.compare(self._believed, flat(edged.shape, 255 * _STAYS), cv2.CMP_GT)
            came_from = cv2.subtract(cv2.dilate(self._moving, _AROUND), stays)
            places.append((np.asarray(cv2.subtract(self._often, came_from), np.uint8), OFTEN_PX))
        largest = sorted(contours, key=len, reverse=True)
        found: dict[_Kind, list[MatLike]] = {_Kind.RAIN: largest[MOST_SPOTS:]}
        for contour in largest[:MOST_SPOTS]:
            left, top, width, height = cv2.boundingRect(contour)
            part = np.s_[top : top + height, left : left + width]
            kind = _Kind.NEWS
            if width * height < LASTING_PX and not _lasts(edged[part], None if near is None else near[part]):
                kind = _Kind.RAIN
            else:
                column, row = contour[0, 0]
                upright = height >= max(width, _UPRIGHT_PX)
                for place, most_px in places[: 1 if upright else 2]:
                    if place[row, column] and _lies_in(edged[part], place[part], most_px):
                        kind = _Kind.USUAL
            found.setdefault(kind, []).append(contour)
        return found

    def note_flicker(self, flickers: Mask, elapsed_s: float) -> None:
        """Where a spot differs from the picture before."""
        cv2.accumulateWeighted(flickers, self._flickers, 1 - math.exp(-elapsed_s / FLICKERS_S))

    def _note_places(self, elapsed_s: float) -> None:
        """Now and then, since they change slowly: where something moves always or often, and close by."""
        self._noted_s += elapsed_s
        if self._noted_s < _NOTED_EVERY_S:
            return
        self._noted_s = 0.0
        shape = self._usually.shape
        usual = cv2.compare(self._usually, flat(shape, 255 * USUAL), cv2.CMP_GT)
        self._always = _places(
            cv2.bitwise_or(usual, cv2.compare(self._flickers, flat(shape, 255 * FLICKERS), cv2.CMP_GT))
        )
        self._often = _places(cv2.compare(self._usually, flat(shape, 255 * OFTEN), cv2.CMP_GT))


class _Kind(Enum):
    NEWS = auto()
    USUAL = auto()
    RAIN = auto()


def _places(mask: MatLike) -> Mask | None:
    return np.asarray(cv2.dilate(mask, _CLOSE_BY), np.uint8) if cv2.countNonZero(mask) else None


def _edged(shrunk: Mask, background: Plane, changed: Mask, margin_px: int) -> Mask:
    """What changed, near edges of the change itself that the picture has too, and not only the background.

    The change is the ratio, since light multiplies; where a person was who is gone, the edges are the background's.
    """
    level = cv2.convertScaleAbs(background, None, 1, _BLACK)
    ratio = cv2.divide(cv2.convertScaleAbs(shrunk, None, 1, _BLACK), level, None, _RATIO)
    edges = cv2.multiply(_steps(ratio), level, None, 1 / _RATIO)
    strong = cv2.compare(edges, cv2.convertScaleAbs(level, None, EDGE_SHARE, EDGE), cv2.CMP_GT)
    own = cv2.compare(cv2.convertScaleAbs(_steps(shrunk), None, 1, _GHOST_SLACK), _steps(level), cv2.CMP_GE)
    near = cv2.dilate(cv2.bitwise_and(strong, own), _AROUND)
    edged = np.asarray(cv2.medianBlur(cv2.bitwise_and(changed, near), 3), np.uint8)
    if margin_px:
        edged[:margin_px] = edged[-margin_px:] = 0
        edged[:, :margin_px] = edged[:, -margin_px:] = 0
    return edged


def _steps(plane: MatLike) -> MatLike:
    """The range of levels in each 3 x 3 pixels."""
    return cv2.morphologyEx(plane, cv2.MORPH_GRADIENT, _NEXT)


def _lasts(part: Mask, near: Mask | None) -> bool:
    """Whether a small spot is no drop of rain: something was near it in the two pictures before."""
    if part.size < _SMALLEST_PX:
        return False
    return near is None or cv2.countNonZero(cv2.bitwise_and(part, near)) >= _LASTING * cv2.countNonZero(part)


def _lies_in(part: Mask, place: Mask, most_px: float) -> bool:
    """Whether a spot of at most this size is wholly there."""
    moving = cv2.countNonZero(part)
    return moving <= most_px and cv2.countNonZero(cv2.bitwise_and(part, place)) >= _WHOLLY * moving


def _filled(mask: Mask, contours: list[MatLike]) -> Mask:
    """The mask with the insides of the contours."""
    if not contours:
        return mask
    return np.asarray(cv2.drawContours(mask.copy(), contours, -1, 255, cv2.FILLED), np.uint8)
