"""For how long something moved before a camera, for the timeline of its footage.

What moves most of the time at one place is no news: a clock that is written into the picture, a flag, a sign that
flickers. How often each part of the small picture moved lately is kept, and what moves there and close by is left out.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

GAP_S = 2.0
"""Pictures further apart say nothing of the time between them."""
_LATELY_S = 30.0
_FIRST = 8
"""As many pictures without motion are thought to have been before the first."""
_USUAL = 0.5
"""What moved in more than this share of the time lately moves always; nobody stands before a door for so long."""
_CLOSE_BY = np.ones((7, 7), np.uint8)
"""3 pixels of the small picture to each side: a clock's digits that change seldom lie beside those that always do."""
_LEAST_PX = 12
"""Of the small picture (120 high): a child at 25 m takes 40."""


class Activity:
    """Of one camera, since its worker was given it; times are seconds of a clock that never goes back."""

    def __init__(self) -> None:
        self._at_s = float("-inf")
        self._watched_s = self._moving_s = 0.0
        self._lately = np.zeros((0, 0), np.float32)
        self._pictures = 0

    def note(self, at_s: float, mask: NDArray[np.uint8]) -> None:
        """A picture was looked through for motion: ``mask`` is 255 where the small picture moves."""
        step_s = at_s - self._at_s
        self._at_s = at_s
        moves = self._moves(mask, step_s)
        if 0 <= step_s <= GAP_S:
            self._watched_s += step_s
            self._moving_s += step_s * moves

    @property
    def watched_ms(self) -> int:
        return round(self._watched_s * 1000)

    @property
    def moving_ms(self) -> int:
        """At most ``watched_ms``."""
        return round(self._moving_s * 1000)

    def _moves(self, mask: NDArray[np.uint8], step_s: float) -> bool:
        if self._lately.shape != mask.shape:
            self._lately = np.zeros(mask.shape, np.float32)
            self._pictures = 0
        self._pictures += 1
        rate = max(1 - math.exp(-max(step_s, 0.0) / _LATELY_S), 1 / (self._pictures + _FIRST))
        cv2.accumulateWeighted(mask, self._lately, rate if math.isfinite(rate) else 1.0)
        always = (self._lately > _USUAL * 255).astype(np.uint8)
        news = cv2.bitwise_and(mask, mask, mask=1 - cv2.dilate(always, _CLOSE_BY))
        return cv2.countNonZero(news) >= _LEAST_PX
