"""For how long something moved before a camera, for the timeline of its footage."""

from __future__ import annotations

GAP_S = 2.0
"""Pictures further apart say nothing of the time between them."""


class Activity:
    """Of one camera, since its worker was given it; times are seconds of a clock that never goes back."""

    def __init__(self) -> None:
        self._at_s = float("-inf")
        self._watched_s = self._moving_s = 0.0

    def note(self, at_s: float, moves: bool) -> None:
        """A picture was looked through for motion."""
        step_s = at_s - self._at_s
        self._at_s = at_s
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
