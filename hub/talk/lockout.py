"""Who spoke until the talk limit waits before the next press: 3 s, then 15 s, then 60 s."""

from __future__ import annotations

from dataclasses import dataclass

LOCKOUTS_S = (3.0, 15.0, 60.0)
"""The first time, the second, and every further one."""
FORGOTTEN_AFTER_S = 60.0
"""Who begins to speak again later than this after a lockout starts anew with the first."""
MOST_KEPT = 1_024
"""Talkers remembered; who was locked out longest ago goes. Each held the floor to its limit."""


@dataclass(frozen=True, slots=True)
class _Lockout:
    times: int
    until_us: int


class Lockouts:
    """Of all groups. Pure."""

    def __init__(self) -> None:
        self._by_talker: dict[str, _Lockout] = {}

    def revoked_at_limit(self, talker_id: str, started_us: int, now_us: int) -> None:
        """A burst that began at ``started_us`` was revoked at the talk limit."""
        last = self._by_talker.pop(talker_id, None)
        soon = last is not None and started_us - last.until_us <= FORGOTTEN_AFTER_S * 1e6
        times = last.times + 1 if last is not None and soon else 1
        length_s = LOCKOUTS_S[min(times, len(LOCKOUTS_S)) - 1]
        while len(self._by_talker) >= MOST_KEPT:
            del self._by_talker[next(iter(self._by_talker))]
        self._by_talker[talker_id] = _Lockout(times, now_us + round(length_s * 1e6))

    def left_s(self, talker_id: str, now_us: int) -> float:
        """How long the talker still waits; 0 for who may ask."""
        lockout = self._by_talker.get(talker_id)
        return 0.0 if lockout is None else max(0.0, (lockout.until_us - now_us) / 1e6)
