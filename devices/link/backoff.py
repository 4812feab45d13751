"""How long to wait before the next try: doubling, jittered, bounded."""

from __future__ import annotations

import random


class Backoff:
    """Waits that double from ``first_s`` to ``longest_s``, each drawn between half and the whole of its step.

    The jitter keeps a thousand radios that lost the same broker from returning in the same instant.
    """

    def __init__(self, first_s: float, longest_s: float, rng: random.Random) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._rng = rng
        self._step_s = first_s

    def next_s(self) -> float:
        """The wait before the next try, in seconds."""
        step_s = self._step_s
        self._step_s = min(step_s * 2, self._longest_s)
        return step_s * self._rng.uniform(0.5, 1.0)

    def reset(self) -> None:
        """Start again from the shortest wait."""
        self._step_s = self._first_s
