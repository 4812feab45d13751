"""Which frames are looked at: paced, and only where there is something to see, since a look costs most."""

from __future__ import annotations

from hub.footage.sources.pace import Pace
from hub.vision.motion import Motion

STANDING_LOOK_S = 1.0
"""How often a person who stands still is looked at."""
EMPTY_LOOK_S = 10.0
"""How often a scene without motion is looked at, for who was there before the camera."""
_FRUITLESS_LOOKS = 5
_FRUITLESS_LOOK_S = 1.0
"""Motion that showed nobody so many times (leaves, cars) is looked at only so often."""


class LookGate:
    """Decides for one camera, by media time."""

    def __init__(self, looks_per_s: float) -> None:
        self._pace = Pace(looks_per_s)
        self._looked_s = float("-inf")
        self._fruitless = 0

    def due(self, at_s: float) -> bool:
        """Whether a frame at ``at_s`` is one of ``looks_per_s`` (call once for each frame, in order)."""
        return self._pace.due(at_s)

    def wants(self, motion: Motion, persons_followed: int, at_s: float) -> bool:
        """Whether a frame that is due is worth a look."""
        since_s = at_s - self._looked_s
        if not motion.settled or since_s >= EMPTY_LOOK_S:
            wanted = True
        elif persons_followed:
            wanted = motion.anything or since_s >= STANDING_LOOK_S
        else:
            wanted = motion.anything and (self._fruitless < _FRUITLESS_LOOKS or since_s >= _FRUITLESS_LOOK_S)
        if wanted:
            self._looked_s = at_s
        return wanted

    def tell(self, persons_found: int) -> None:
        """What the last look found."""
        self._fruitless = 0 if persons_found else self._fruitless + 1
