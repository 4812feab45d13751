"""When a gateway passes nothing on from the air, because what it passes on comes round again, and for how long."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import NamedTuple

FIRST_QUIET_S = 10.0
LONGEST_QUIET_S = 600.0
FORGIVEN_AFTER_S = 600.0
"""Without a loop for so long after the last quiet time the next one is the first again."""
TURNS = 5
"""So many bursts in a row that are alike in length and distance are a machine's, not people's."""
ALIKE_WITHIN_US = 150_000
"""People who answer a roll-call one after another differ by more; what only goes round differs by the network."""
LONGEST_TURN_US = 20_000_000


class Turn(NamedTuple):
    """One burst from the air."""

    began_us: int
    ended_us: int


class Cadence:
    """The latest bursts from the air. Pure."""

    def __init__(self) -> None:
        self._turns: deque[Turn] = deque(maxlen=TURNS)

    def is_regular(self, turn: Turn) -> bool:
        """Whether the bursts up to this one go round in a circle."""
        self._turns.append(turn)
        if len(self._turns) < TURNS:
            return False
        lengths_us = [one.ended_us - one.began_us for one in self._turns]
        apart_us = [after.began_us - before.began_us for before, after in pairwise(self._turns)]
        if max(apart_us) >= LONGEST_TURN_US:
            return False
        return max(_spread(lengths_us), _spread(apart_us)) <= ALIKE_WITHIN_US

    def forget(self) -> None:
        """A quiet time has begun."""
        self._turns.clear()


def _spread(values: list[int]) -> int:
    return max(values) - min(values)


class Quiet:
    """10 s after the first loop, twice as long after each further one, at most 10 minutes. Pure."""

    def __init__(self) -> None:
        self.loops = 0
        self._in_a_row = 0
        self._until_us: int | None = None
        self._stands_by_until_us = 0

    def begin(self, now_us: int) -> float:
        """A loop was found; returns for how many seconds nothing is passed on."""
        if self._until_us is not None and now_us - self._until_us >= FORGIVEN_AFTER_S * 1e6:
            self._in_a_row = 0
        lasts_s: float = min(FIRST_QUIET_S * 2**self._in_a_row, LONGEST_QUIET_S)
        self.loops += 1
        self._in_a_row += 1
        self._until_us = now_us + round(lasts_s * 1e6)
        return lasts_s

    def stand_by(self, now_us: int) -> None:
        """Another gateway passes the same air on: for as long as after a first loop it need not be done twice."""
        self._stands_by_until_us = now_us + round(FIRST_QUIET_S * 1e6)

    def is_on(self, now_us: int) -> bool:
        """Whether it lasts."""
        return now_us < self._stands_by_until_us or (self._until_us is not None and now_us < self._until_us)
