"""The best views of one person: few, sharp, large, whole, and spread over the time of sight."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.vision.boxes import Box
from hub.vision.description.view import View

MOST_VIEWS = 5
MARGIN = 0.25
"""Share of the box's size shown on each side."""
MOST_HEIGHT_PX = 400
"""Higher crops are made smaller, so that views stay below 1 MB each."""
LEAST_HEIGHT_PX = 20
APART_S = 0.4
"""Two views closer in time are one."""
_LARGE_PX = 160.0
"""A person of this height shows all that a describer uses; larger is no better."""
_SHARP = 60.0
"""Variance of the Laplacian (Pech-Pacheco et al., 2000) of a crop 128 px high at which half the worth is given."""


@dataclass(frozen=True, eq=False)
class TimedView:
    """A view with where in the frame and when (media seconds), and what it is worth, 0 to 1."""

    view: View
    frame_box: Box
    at_s: float
    worth: float


class BestViews:
    """Keeps at most MOST_VIEWS; at the bound the least worthy goes."""

    def __init__(self) -> None:
        self._kept: list[TimedView] = []

    @property
    def best_first(self) -> list[TimedView]:
        return sorted(self._kept, key=lambda timed: -timed.worth)

    def offer(self, picture: NDArray[np.uint8], box: Box, score: float, covered: float, at_s: float) -> None:
        """Show the person in ``box`` of a BGR frame, ``covered`` (share 0 to 1) by others."""
        height, width = picture.shape[:2]
        box = box.clipped(width, height)
        if box.height < LEAST_HEIGHT_PX or box.width < LEAST_HEIGHT_PX / 4:
            return
        cut = box.touches_edge(width, height)
        hope = score * (1 - covered) ** 2 * min(box.height / _LARGE_PX, 1.0) ** 0.5 * (0.4 if cut else 1.0)
        rival = self._rival(at_s)
        if rival is not None and hope <= rival.worth:
            return
        view = _crop(picture, box, cut, score)
        worth = hope * sharpness(view)
        if rival is None or worth > rival.worth:
            if rival is not None:
                self._kept.remove(rival)
            self._kept.append(TimedView(view, box, at_s, worth))

    def _rival(self, at_s: float) -> TimedView | None:
        """The view that a new one would replace."""
        near = [timed for timed in self._kept if abs(timed.at_s - at_s) < APART_S]
        if near:
            return min(near, key=lambda timed: timed.worth)
        return min(self._kept, key=lambda timed: timed.worth) if len(self._kept) >= MOST_VIEWS else None


def view_of_kept(picture: NDArray[np.uint8], frame_box: Box, frame_px: tuple[int, int]) -> View:
    """The view whose picture a sighting kept, as it was; its score is not kept, and is 1.

    ``frame_box`` is where the person was in a frame of that width and height.
    """
    left, top, _, bottom = _extent(frame_box, *frame_px)
    scale = picture.shape[0] / max(bottom - top, 1)
    return View(picture, _inner(frame_box, left, top, scale), frame_box.touches_edge(*frame_px), 1.0)


def _crop(picture: NDArray[np.uint8], box: Box, cut: bool, score: float) -> View:
    height, width = picture.shape[:2]
    left, top, right, bottom = _extent(box, width, height)
    crop = picture[top:bottom, left:right]
    scale = min(1.0, MOST_HEIGHT_PX / crop.shape[0])
    if scale < 1.0:
        crop = np.asarray(cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    else:
        crop = crop.copy()
    return View(crop, _inner(box, left, top, scale), cut, min(max(score, 0.0), 1.0))


def _extent(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the crop with its margin, within the frame."""
    left, top = int(max(box.left - MARGIN * box.width, 0)), int(max(box.top - MARGIN * box.height, 0))
    right = round(min(box.left + box.width * (1 + MARGIN), width))
    return left, top, right, round(min(box.top + box.height * (1 + MARGIN), height))


def _inner(box: Box, left: int, top: int, scale: float) -> tuple[float, float, float, float]:
    """The box in its crop."""
    return (box.left - left) * scale, (box.top - top) * scale, box.width * scale, box.height * scale


def sharpness(view: View) -> float:
    """0 (blurred) to 1, measured at one size so that near and far compare."""
    left, top, width, height = (round(value) for value in view.box)
    inner = cv2.cvtColor(view.picture[top : top + height, left : left + width], cv2.COLOR_BGR2GRAY)
    variance = float(cv2.Laplacian(cv2.resize(inner, (64, 128)), cv2.CV_32F).var())
    return variance / (variance + _SHARP)
