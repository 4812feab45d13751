"""Token buckets: so many at once, then so many a second, for each of a bounded number of keys."""

from __future__ import annotations

from dataclasses import dataclass

from devices.protocol.clock import Clock

MAX_BUCKETS = 10_000
"""Of each kind, about 2 MB; past it the one that was used longest ago is forgotten, which has mostly refilled."""


@dataclass(frozen=True)
class Rate:
    """``burst`` at once, then ``per_s``."""

    per_s: float
    burst: int


class Buckets:
    """A bucket of tokens for each key. ``take`` gives 0.0, or the seconds until there is a token."""

    def __init__(self, rate: Rate, clock: Clock, most: int = MAX_BUCKETS) -> None:
        self._rate = rate
        self._clock = clock
        self._most = most
        self._buckets: dict[object, tuple[float, int]] = {}
        """Tokens, and when they were counted; in the order of last use."""

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, key: object) -> float:
        """Take one token of the key's bucket."""
        now_us = self._clock.monotonic_us()
        tokens, counted_us = self._buckets.pop(key, (float(self._rate.burst), now_us))
        tokens = min(self._rate.burst, tokens + (now_us - counted_us) / 1e6 * self._rate.per_s)
        wait_s = 0.0 if tokens >= 1 else (1 - tokens) / self._rate.per_s
        self._buckets[key] = (tokens if wait_s else tokens - 1, now_us)
        if len(self._buckets) > self._most:
            del self._buckets[next(iter(self._buckets))]
        return wait_s
