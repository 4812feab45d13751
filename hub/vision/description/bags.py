"""Whether a person carries a backpack: what the built-in detector, which knows bags, sees on the person enlarged.

One call for a track: its best views side by side on one picture. Of the bags it knows, only the backpack is told:
scores for handbags are no higher of those who carry one (measured on market1501-subset), and there are no labels to
try suitcases on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.vision.description.view import Picture, View
from hub.vision.detection.detections import Things
from hub.vision.detection.nanodet import Thing

LEAST_HEIGHT_PX = 80.0
"""Smaller people are not judged: nothing that was labelled is so small."""
MOST_VIEWS = 4
_CELL_HEIGHT_PX, _CELL_WIDTH_PX = 192, 104
"""Four cells are as wide as the detector's input, so that it takes them as they are; a person in one is 148 px high, of
the sizes from 128 to 416 px that at which most backpacks of the labelled crops are found."""
_MARGIN = 0.15
_FROM, _TO = 0.1, 0.6
"""A backpack's middle lies between these shares of the person's height, from the top."""
_FAINTEST = 0.01
OFFSET, SLOPE = 5.0, 3.0
"""Likelihood from the evidence: a logistic curve fitted to market1501-subset's tracks, on a campus where a third carry
a backpack; among people who carry fewer it says too much."""


class FindsThings(Protocol):
    """A detector that knows COCO's classes by number (detection/nanodet.py)."""

    def things(self, picture: NDArray[np.uint8], classes: Sequence[int], least_score: float) -> Things:
        """Things of these classes in a BGR picture."""
        ...


def bags_of(views: Sequence[View], finder: FindsThings) -> tuple[float, ...]:
    """How likely each of BAGS is carried, as far as it can be judged: a backpack, or nothing. Best views first."""
    evidence = backpack_evidence(views, finder)
    return () if evidence is None else (round(1 / (1 + math.exp(-(OFFSET + SLOPE * evidence))), 3),)


def backpack_evidence(views: Sequence[View], finder: FindsThings) -> float | None:
    """The mean over the best views of the logarithm of the best backpack's score; None where no view will do."""
    large = [view for view in views if view.box[3] >= LEAST_HEIGHT_PX and not view.cut][:MOST_VIEWS]
    if not large:
        return None
    side_by_side = np.concatenate([_cell(view) for view in large], axis=1)
    spare = (MOST_VIEWS - len(large)) * _CELL_WIDTH_PX
    side_by_side = cv2.copyMakeBorder(side_by_side, 0, 0, 0, spare, cv2.BORDER_CONSTANT)
    found = finder.things(np.asarray(side_by_side, np.uint8), (Thing.BACKPACK,), _FAINTEST)
    best = np.full(len(large), _FAINTEST)
    for (left, top, width, height), score in zip(found.boxes, found.scores, strict=True):
        cell = int((left + width / 2) // _CELL_WIDTH_PX)
        down = ((top + height / 2) / _CELL_HEIGHT_PX - 0.5) * (1 + 2 * _MARGIN) + 0.5
        if cell < len(large) and _FROM < down < _TO:
            best[cell] = max(best[cell], score)
    return float(np.log(best).mean())


def _cell(view: View) -> Picture:
    """The person with a margin, at the cell's size; what the view does not show goes on as its edge is."""
    left, top, width, height = view.box
    scale = _CELL_HEIGHT_PX / (height * (1 + 2 * _MARGIN))
    shift = (_CELL_WIDTH_PX / 2 - (left + width / 2) * scale, _CELL_HEIGHT_PX / 2 - (top + height / 2) * scale)
    picture = view.picture
    if scale < 0.7:  # first made smaller by areas, so that nothing fine flickers
        picture = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        scale = 1.0
    move = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    cell = cv2.warpAffine(picture, move, (_CELL_WIDTH_PX, _CELL_HEIGHT_PX), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cell, np.uint8)
