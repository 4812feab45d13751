"""When silence becomes an alarm and when the alarm ends: pure, with the time passed in (seconds, monotonic)."""

from __future__ import annotations

from dataclasses import dataclass

ASK_EVERY_S = 2.0
ALARM_AFTER_S = 6.0
"""Two asks may fail; with the third, at most 8 s after the last good answer, the alarm is raised. The goal is 10 s."""


@dataclass(frozen=True)
class Raised:
    """The alarm begins. The hub last answered well at ``since_s``."""

    since_s: float
    why: str


@dataclass(frozen=True)
class Ended:
    """The hub is back."""

    away_s: float


class Outage:
    """One hub as it is heard; counts from ``now_s`` as if it had just answered."""

    def __init__(self, now_s: float) -> None:
        self._answered_s = now_s
        self.raised: Raised | None = None

    def answered(self, now_s: float) -> Ended | None:
        """The hub said that it is well; the end of the alarm, if there was one."""
        before, self.raised = self.raised, None
        self._answered_s = now_s
        return Ended(now_s - before.since_s) if before else None

    def failed(self, now_s: float, why: str) -> Raised | None:
        """The hub was silent or said that it is not well; the alarm, if it begins now."""
        if self.raised is not None or now_s - self._answered_s < ALARM_AFTER_S:
            return None
        self.raised = Raised(self._answered_s, why)
        return self.raised
