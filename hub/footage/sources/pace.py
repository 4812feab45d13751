"""Which of a stream's pictures are due to be looked at: so many a second, by media time."""

from __future__ import annotations


class Pace:
    """The first picture in each interval; asked once for each picture, in order of media time."""

    def __init__(self, looks_per_s: float) -> None:
        self._interval_s = 1.0 / looks_per_s
        self._due_s = 0.0

    def due(self, at_s: float) -> bool:
        """Whether the picture at ``at_s`` is one of them."""
        if at_s + 1e-6 < self._due_s:
            return False
        on_time = at_s - self._due_s < self._interval_s
        self._due_s = (self._due_s if on_time else at_s) + self._interval_s
        return True
