"""Between two times: what a search asks about."""

from __future__ import annotations

from dataclasses import dataclass

from hub.sightings.rows import HOUR_US

HOUR_MS = HOUR_US // 1000


@dataclass(frozen=True)
class Span:
    """Between two times, microseconds since 1970; None is open."""

    since_us: int | None
    until_us: int | None

    def touches(self, started_us: int, ended_us: int) -> bool:
        """Whether something that lasted from one time to another falls into the span."""
        return (self.since_us is None or ended_us >= self.since_us) and (
            self.until_us is None or started_us <= self.until_us
        )

    def within(self, hour: int) -> tuple[int, int]:
        """The span in milliseconds of an hour, from 0 to HOUR_MS where it is open there."""
        start_ms = hour * HOUR_MS
        since_ms = 0 if self.since_us is None else max(0, -(-self.since_us // 1000) - start_ms)
        until_ms = HOUR_MS if self.until_us is None else min(HOUR_MS, self.until_us // 1000 - start_ms)
        return min(since_ms, 2**30), max(until_ms, -1)
