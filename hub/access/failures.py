"""Failed sign-ins on their way to the audit log, where a flood of them is few records. Pure: a clock is passed in."""

from __future__ import annotations

from dataclasses import dataclass

from devices.protocol.clock import Clock
from hub.access.messages import FailedSignIns

WINDOW_S = 60
MAX_FRESH = 30
"""(account, address, reason)s in one window with a record of their own; all others of that window share one."""
UNKNOWN_ACCOUNT = "?"
"""Stands for every account that there is not: what was typed there may be a password."""
MANY = "many"


@dataclass(frozen=True)
class Failed:
    """What is to be recorded: the account, and how often."""

    person_id: str
    detail: FailedSignIns


class Failures:
    """The first of its kind is recorded at once, its repeats together at the end of the window."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._repeats: dict[tuple[str, str, str], int] = {}
        self._began_us = clock.monotonic_us()

    def add(self, person_id: str, address: str, reason: str) -> Failed | None:
        """Count a failure; returns what is to be recorded now."""
        key = (person_id, address, reason)
        if key not in self._repeats and len(self._repeats) >= MAX_FRESH:
            key = (UNKNOWN_ACCOUNT, MANY, MANY)
        if key in self._repeats or key[1] == MANY:
            self._repeats[key] = self._repeats.get(key, 0) + 1
            return None
        self._repeats[key] = 0
        return _failed(key, 1)

    def take(self, *, ending: bool = False) -> list[Failed]:
        """The repeats, when the window is over or the hub ends."""
        now_us = self._clock.monotonic_us()
        if not ending and now_us - self._began_us < WINDOW_S * 1_000_000:
            return []
        self._began_us = now_us
        repeats, self._repeats = self._repeats, {}
        return [_failed(key, count) for key, count in repeats.items() if count]


def _failed(key: tuple[str, str, str], count: int) -> Failed:
    person_id, address, reason = key
    return Failed(person_id, FailedSignIns(address=address, reason=reason, count=count))
