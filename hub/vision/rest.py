"""How long the looking thread rests between looks, so that looking takes no more than its share of a core."""

from __future__ import annotations

BURST_S = 0.05
"""Rest that may be owed: a description takes 0.1 s, and a rest right after it would have others' looks shed."""


class Rest:
    """One thread's account: each look owes some rest, which waiting for work pays."""

    def __init__(self, busy_share: float) -> None:
        """``busy_share``: of a core, above 0 and at most 1."""
        self._owed_per_s = 1 / busy_share - 1
        self._owed_s = 0.0

    def waited(self, seconds: float) -> None:
        """There was nothing to do for so long."""
        self._owed_s = max(self._owed_s - seconds, 0.0)

    def after(self, busy_s: float) -> float:
        """For how many seconds to rest after so many of processor time."""
        self._owed_s += busy_s * self._owed_per_s
        rest_s = max(self._owed_s - BURST_S, 0.0)
        self._owed_s -= rest_s
        return rest_s
