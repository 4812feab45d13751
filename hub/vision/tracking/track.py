"""One person followed over looks: where he is, how surely he was seen, and which way he goes."""

from __future__ import annotations

import math

from hub.vision.boxes import Box
from hub.vision.tracking.colours import Colours
from hub.vision.tracking.kalman import BoxMotion

EDGE_PX = 4.0
_NEAR_EDGE = 0.5
"""In widths of the person."""


class Track:
    """One person followed over looks. Times are media seconds; boxes are pixels."""

    def __init__(self, number: int, box: Box, score: float, at_s: float) -> None:
        self.number = number
        self.first_seen_s = at_s
        self.last_seen_s = at_s
        self.looks_seen = 1
        self.score_sum = score
        self.colours: Colours | None = None
        self.last_box = box
        self.motion = BoxMotion(box)
        self._moved_to_s = at_s

    @property
    def box(self) -> Box:
        """Where the person is, or is thought to be while unseen."""
        return self.motion.box

    def expected(self, at_s: float) -> Box:
        """Where the person should be at ``at_s``, which is not before the last look."""
        return self.motion.expected(max(at_s - self._moved_to_s, 0.0))

    @property
    def mean_score(self) -> float:
        return self.score_sum / self.looks_seen

    @property
    def walks(self) -> bool:
        """Whether the person moves by more than a fifth of his height in a second."""
        right, down = self.motion.speed_px_s
        return math.hypot(right, down) > 0.2 * self.box.height

    def near_edge(self, size_px: tuple[float, float]) -> bool:
        """Whether the person was seen last, or should be now, near the picture's edge."""
        for left, top, width, height in (self.last_box, self.box):
            near = _NEAR_EDGE * width
            if (
                left <= near
                or top <= EDGE_PX
                or left + width >= size_px[0] - near
                or top + height >= size_px[1] - EDGE_PX
            ):
                return True
        return False

    def leaving(self, width_px: float) -> int:
        """Which way is inward for one who walks out of the picture: 1 at its left edge, -1 at its right, else 0."""
        if not self.walks:
            return 0
        right, _ = self.motion.speed_px_s
        if right < 0 and self.box.left <= EDGE_PX:
            return 1
        return -1 if right > 0 and self.box.left + self.box.width >= width_px - EDGE_PX else 0

    def advance(self, at_s: float, drift: tuple[float, float] | None = None) -> None:
        """Let time pass, in which the box was seen to go by ``drift`` (pixels, right and down)."""
        if at_s > self._moved_to_s:
            before = self.box
            self.motion.advance(at_s - self._moved_to_s)
            self._moved_to_s = at_s
            if drift is not None:
                self.motion.drift(before, *drift)

    def see(self, box: Box, score: float, at_s: float) -> None:
        """The person was found in ``box``."""
        self.motion.correct(box, score)
        self.last_box = box
        self.last_seen_s = at_s
        self.looks_seen += 1
        self.score_sum += score
