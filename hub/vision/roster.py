"""Which vision workers are on line, and whose each camera is: pure, times passed in."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

SILENT_AFTER_S = 1.5
"""Three signs of life (WorkerStatus) missed: with the time to tell the others, within 2 s."""
RETURNS_AFTER_S = 5.0
"""One that fell silent on a standing line speaks for so long before it has cameras again: they go to and fro once."""
LOCAL_WEIGHT = 1.0
_SHARES_KEPT = 1 << 16


class Turn(Enum):
    """What a sign of life means for the cameras."""

    NONE = "none"
    CAME = "came"
    """On line from now on, or on a new line."""
    WAITS = "waits"
    """Speaks again and has no cameras yet."""


@dataclass
class _Remote:
    birth_count: int
    weight: float
    heard_us: int
    on_line: bool = True
    speaks_since_us: int | None = None
    """Of one that is off line: since when it has spoken again."""


class Roster:
    """The workers of the hub's own machine, which are replaced when they end, and those of others while on line."""

    def __init__(self, local: Iterable[str]) -> None:
        self.local = tuple(local)
        self._remote: dict[str, _Remote] = {}
        self._died: dict[str, int] = {}

    @property
    def remote(self) -> tuple[str, ...]:
        """Those of other machines that are on line."""
        return tuple(worker_id for worker_id, one in self._remote.items() if one.on_line)

    def heard(self, worker_id: str, birth_count: int, weight: float, now_us: int) -> Turn:
        """A sign of life of a worker on another machine; its weight is that of the line's first."""
        if birth_count <= self._died.get(worker_id, -1):
            return Turn.NONE
        one = self._remote.get(worker_id)
        if one is None or birth_count > one.birth_count:
            self._remote[worker_id] = _Remote(birth_count, weight, now_us)
            return Turn.CAME
        one.heard_us = now_us
        if one.on_line:
            return Turn.NONE
        if one.speaks_since_us is None:
            one.speaks_since_us = now_us
            return Turn.WAITS
        one.on_line = now_us - one.speaks_since_us >= RETURNS_AFTER_S * 1e6
        return Turn.CAME if one.on_line else Turn.NONE

    def died(self, worker_id: str, birth_count: int) -> bool:
        """Its line of that birth ended; whether it was on line by it."""
        self._died[worker_id] = max(birth_count, self._died.get(worker_id, -1))
        one = self._remote.get(worker_id)
        if one is None or one.birth_count > birth_count:
            return False
        del self._remote[worker_id]
        return one.on_line

    def forget(self, worker_id: str) -> bool:
        """It is shut out; whether it was on line."""
        self._died.pop(worker_id, None)
        one = self._remote.pop(worker_id, None)
        return one is not None and one.on_line

    def silent(self, now_us: int) -> list[str]:
        """Those on line who fell silent: lose them."""
        found = []
        for worker_id, one in self._remote.items():
            if now_us - one.heard_us > SILENT_AFTER_S * 1e6:
                one.speaks_since_us = None
                if one.on_line:
                    found.append(worker_id)
        return found

    def lose(self, worker_id: str) -> None:
        """It is off line until it has spoken for RETURNS_AFTER_S, or comes on a new line."""
        one = self._remote[worker_id]
        one.on_line, one.speaks_since_us = False, None

    def excuse(self, now_us: int) -> None:
        """Nobody could be heard until now."""
        for one in self._remote.values():
            one.heard_us = now_us

    def worker_of(self, camera_id: str, *, anywhere: bool) -> str | None:
        """Whose the camera is; of one that can be read ``anywhere``, perhaps a worker's on another machine."""
        weights = dict.fromkeys(self.local, LOCAL_WEIGHT)
        if anywhere:
            weights |= {worker_id: one.weight for worker_id, one in self._remote.items() if one.on_line}
        return chosen(camera_id, weights)


def chosen(camera_id: str, weights: Mapping[str, float]) -> str | None:
    """The worker with the greatest score: weighted rendezvous hashing (Schindelhauer and Schomaker, 2005).

    Each has cameras in proportion to its weight; when one goes only its cameras move, and they come back with it.
    """
    return max(weights, key=lambda worker_id: weights[worker_id] / -_log_share(worker_id, camera_id), default=None)


@lru_cache(maxsize=_SHARES_KEPT)
def _log_share(worker_id: str, camera_id: str) -> float:
    """Logarithm of a number in (0, 1) that is this pair's; a name holds no slash."""
    drawn = hashlib.blake2b(f"{worker_id}/{camera_id}".encode(), digest_size=6).digest()
    return math.log((int.from_bytes(drawn) + 0.5) / 2**48)
