"""For how long something moved before a camera, for the timeline of its footage.

What moves most of the time at one place is no news, and motion leaves it out by itself (``spots.py``).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

GAP_S = 2.0
"""Pictures further apart say nothing of the time between them."""
_LEAST_PX = 12
"""Of the small picture (120 high): a child at 25 m takes 40."""


class Activity:
    """Of one camera, since its worker was given it; times are seconds of a clock that never goes back."""

    def __init__(self) -> None:
        self._at_s = float("-inf")
        self._watched_s = self._moving_s = 0.0

    def note(self, at_s: float, mask: NDArray[np.uint8]) -> None:
        """A picture was looked through for motion: ``mask`` is 255 where the small picture moves."""
        step_s = at_s - self._at_s
        self._at_s = at_s
        if 0 <= step_s <= GAP_S:
            self._watched_s += step_s
            self._moving_s += step_s * (cv2.countNonZero(mask) >= _LEAST_PX)

    @property
    def watched_ms(self) -> int:
        return round(self._watched_s * 1000)

    @property
    def moving_ms(self) -> int:
        """At most ``watched_ms``."""
        return round(self._moving_s * 1000)
