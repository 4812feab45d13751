"""What moves, out of what differs from the background: parts with an edge, neither light nor rain nor always there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

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
_REACH_PX = 5
"""Around what changed: as far as an edge counts."""
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
        self._near_before = self._before = self._moving = self._nothing
        self._usually, self._flickers = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        self._believed = np.zeros(shape, np.float32)
        self._always: Mask | None = None
        self._often: Mask | None = None
        self._noted_s = 0.0

    def find(self, shrunk: Mask, background: Plane, changed: Mask, margin_px: int, elapsed_s: float) -> Spots:
        """``changed`` is where ``shrunk`` is not background; what is ``margin_px`` from the edge does not count."""
        near = self._near_before if elapsed_s <= _TOO_LONG_AGO_S else None
        left, top, width, height = cv2.boundingRect(changed)
        if not width:
            self._near_before = self._before = self._moving = self._nothing
            return Spots(self._nothing, self._nothing, changed)
        where = np.s_[
            max(top - _REACH_PX, 0) : top + height + _REACH_PX, max(left - _REACH_PX, 0) : left + width + _REACH_PX
        ]
        edged = np.zeros(changed.shape, np.uint8)
        edged[where] = _edged(shrunk[where], background[where], changed[where])
        if margin_px:
            edged[:margin_px] = edged[-margin_px:] = 0
            edged[:, :margin_px] = edged[:, -margin_px:] = 0
        contours, _ = cv2.findContours(
            edged[where], cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE, offset=(where[1].start, where[0].start)
        )
        news, usual, rain = self._sorted(contours, edged, near)
        moving = _filled(self._nothing, news)
        every = _filled(moving, usual)
        light = changed
        if contours:
            light = np.zeros(changed.shape, np.uint8)
            cv2.subtract(changed[where], cv2.dilate(_filled(every, rain)[where], _NEAR), light[where])
        before = np.zeros(changed.shape, np.uint8)
        cv2.dilate(edged[where], _NEAR, before[where])
        self._near_before = np.asarray(cv2.bitwise_and(before, self._before), np.uint8)
        self._before, self._moving = before, moving
        return Spots(moving, every, light)

    def learn(self, spots: Spots, flickers: Mask, elapsed_s: float) -> None:
        """Remember where something moved, and where a spot differs from the picture before."""
        cv2.accumulateWeighted(spots.every, self._usually, 1 - math.exp(-elapsed_s / USUALLY_S))
        cv2.accumulateWeighted(spots.moving, self._believed, 1 - math.exp(-elapsed_s / _STAYS_S))
        cv2.accumulateWeighted(flickers, self._flickers, 1 - math.exp(-elapsed_s / FLICKERS_S))
        self._note_places(elapsed_s)

    def _sorted(
        self, contours: Sequence[MatLike], edged: Mask, near: Mask | None
    ) -> tuple[list[MatLike], list[MatLike], list[MatLike]]:
        """News, what moves always, and rain."""
        news: list[MatLike] = []
        usual: list[MatLike] = []
        rain: list[MatLike] = []
        if len(contours) > MOST_SPOTS:
            largest = sorted(contours, key=len, reverse=True)
            contours, rain = largest[:MOST_SPOTS], largest[MOST_SPOTS:]
        always, often, most_px = self._always, self._often, _USUAL_SPOT * edged.size
        stays: Mask | None = None
        for contour in contours:
            left, top, width, height = cv2.boundingRect(contour)
            part = np.s_[top : top + height, left : left + width]
            if width * height < LASTING_PX and not _lasts(edged[part], None if near is None else near[part]):
                rain.append(contour)
                continue
            corner = contour[0, 0, 1], contour[0, 0, 0]
            is_usual = _lies_in(edged, always, corner, part, most_px)
            is_low = height < max(width, _UPRIGHT_PX)
            if not is_usual and is_low and _lies_in(edged, often, corner, part, OFTEN_PX):
                stays = self._where_nobody_came_from() if stays is None else stays
                is_usual = _lies_in(edged, stays, corner, part, OFTEN_PX)
            (usual if is_usual else news).append(contour)
        return news, usual, rain

    def _where_nobody_came_from(self) -> Mask:
        """Where something often moves, and nobody came from there in the picture before."""
        stays = cv2.compare(self._believed, flat(self._believed.shape, 255 * _STAYS), cv2.CMP_GT)
        came_from = cv2.subtract(cv2.dilate(self._moving, _AROUND), stays)
        often = self._nothing if self._often is None else self._often
        return np.asarray(cv2.subtract(often, came_from), np.uint8)

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


def _places(mask: MatLike) -> Mask | None:
    return np.asarray(cv2.dilate(mask, _CLOSE_BY), np.uint8) if cv2.countNonZero(mask) else None


def _edged(shrunk: Mask, background: Plane, changed: Mask) -> MatLike:
    """What changed, near edges of the change itself that the picture has too, and not only the background.

    The change is the ratio, since light multiplies; where a person was who is gone, the edges are the background's.
    """
    level = cv2.convertScaleAbs(background, None, 1, _BLACK)
    ratio = cv2.divide(cv2.convertScaleAbs(shrunk, None, 1, _BLACK), level, None, _RATIO)
    edges = cv2.multiply(_steps(ratio), level, None, 1 / _RATIO)
    strong = cv2.compare(edges, cv2.convertScaleAbs(level, None, EDGE_SHARE, EDGE), cv2.CMP_GT)
    own = cv2.compare(cv2.convertScaleAbs(_steps(shrunk), None, 1, _GHOST_SLACK), _steps(level), cv2.CMP_GE)
    near = cv2.dilate(cv2.bitwise_and(strong, own), _AROUND)
    return cv2.medianBlur(cv2.bitwise_and(changed, near), 3)


def _steps(plane: MatLike) -> MatLike:
    """The range of levels in each 3 x 3 pixels."""
    return cv2.morphologyEx(plane, cv2.MORPH_GRADIENT, _NEXT)


def _lasts(part: Mask, near: Mask | None) -> bool:
    """Whether a small spot is no drop of rain: something was near it in the two pictures before."""
    if part.size < _SMALLEST_PX:
        return False
    return near is None or cv2.countNonZero(cv2.bitwise_and(part, near)) >= _LASTING * cv2.countNonZero(part)


def _lies_in(
    edged: Mask, place: Mask | None, corner: tuple[int, int], part: tuple[slice, slice], most_px: float
) -> bool:
    """Whether a spot of at most this size, with its box (``part``) and a pixel of it, is wholly there."""
    if place is None or not place[corner]:
        return False
    spot = edged[part]
    moving = cv2.countNonZero(spot)
    return moving <= most_px and cv2.countNonZero(cv2.bitwise_and(spot, place[part])) >= _WHOLLY * moving


def _filled(mask: Mask, contours: list[MatLike]) -> Mask:
    """The mask with the insides of the contours."""
    if not contours:
        return mask
    return np.asarray(cv2.drawContours(mask.copy(), contours, -1, 255, cv2.FILLED), np.uint8)
