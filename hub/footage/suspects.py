"""Which camera it is whose stream makes the media library crash, and with it the recorder of all: found by halves.

Nothing here waits or reads a clock: times are seconds of any clock that goes on.
"""

from __future__ import annotations

import signal
from collections.abc import Sequence

CRASHES = frozenset(-number for number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE))
"""Exit codes of a process that the library took with it; whoever kills it uses other signals."""
SOON_S = 60.0
"""A crash so soon after a start is not left to chance."""
AGAIN_S = 300.0
"""Neither is one so soon after another."""
HELD_S = 600.0
WATCHED_S = 2.0
"""How long cameras must have gone well after all of them have said how they stand, to be cleared."""
WATCHED_MOST_S = 15.0
"""Longer than a camera's opening may take."""


class Suspects:
    """Cameras that are not given to the recorder for now. Of those that crashed it half are tried again, then half of
    that half, until one crashes it alone: that one is held back for HELD_S and tried again alone."""

    def __init__(self, watched_s: float = WATCHED_S) -> None:
        self._watched_s = watched_s
        self._waiting: list[tuple[str, ...]] = []
        self._tried: tuple[str, ...] = ()
        self._tried_s = 0.0
        self._silent: set[str] = set()
        self._held: dict[str, float] = {}
        self._crashed_s: float | None = None

    @property
    def held(self) -> frozenset[str]:
        """Those that crashed it alone."""
        return frozenset(self._held)

    @property
    def away(self) -> frozenset[str]:
        """All that the recorder is not given now."""
        return frozenset(self._held).union(*self._waiting)

    @property
    def is_over(self) -> bool:
        """Whether nothing is suspected."""
        return not (self._held or self._waiting or self._tried)

    def crash(self, camera_ids: Sequence[str], lasted_s: float, now_s: float) -> None:
        """The recorder crashed, which had these cameras and ran for ``lasted_s``."""
        again = self._crashed_s is not None and now_s - self._crashed_s < AGAIN_S
        self._crashed_s = now_s
        suspected = self._tried or (tuple(camera_ids) if again or lasted_s < SOON_S else ())
        self._tried = ()
        if len(suspected) == 1:
            self._held[suspected[0]] = now_s + HELD_S
        elif suspected:
            half = (len(suspected) + 1) // 2
            self._waiting[:0] = [suspected[:half], suspected[half:]]

    def speak(self, camera_id: str) -> None:
        """The recorder says how it stands with a camera that it opened, or could not open."""
        self._silent.discard(camera_id)

    def go_on(self, now_s: float) -> None:
        """The recorder runs: those that are tried have perhaps gone well for long enough, then others are."""
        for camera_id in [one for one, until_s in self._held.items() if now_s >= until_s]:
            del self._held[camera_id]
            self._waiting.append((camera_id,))
        watched_s = WATCHED_MOST_S if self._silent else self._watched_s
        if self._tried and now_s - self._tried_s >= watched_s:
            self._tried = ()
        if not self._tried and self._waiting:
            self._tried, self._tried_s = self._waiting.pop(0), now_s
            self._silent = set(self._tried)

    def keep_only(self, camera_ids: frozenset[str]) -> None:
        """Forget the cameras that are not among these."""
        self._held = {one: until_s for one, until_s in self._held.items() if one in camera_ids}
        groups = [tuple(one for one in group if one in camera_ids) for group in self._waiting]
        self._waiting = [group for group in groups if group]
        self._tried = tuple(one for one in self._tried if one in camera_ids)
