"""Who heard a burst: counted from the radios' own words, at most a few updates a second."""

from __future__ import annotations

from dataclasses import dataclass, field

from devices.protocol.messages import BurstHeard
from hub.talk.effects import Burst

KEPT = 64
"""Bursts whose hearing is still counted; the oldest goes."""


@dataclass
class Reach:
    """How far one burst came. ``packets`` counts those relayed."""

    burst: Burst
    group_id: str
    talker_name: str
    radios_online: int
    packets: int = 0
    hearing: set[str] = field(default_factory=set)
    lost: int = 0
    stale: int = 0
    ended: bool = False
    told: int = -1
    """The count that consoles were last told."""

    def heard(self, radio_id: str, heard: BurstHeard) -> None:
        """One radio's word on this burst."""
        if heard.packets > 0:
            self.hearing.add(radio_id)
        if heard.ended:
            self.lost += heard.lost
            self.stale += heard.stale


class ReachTable:
    """The latest bursts by id; bounded to KEPT."""

    def __init__(self) -> None:
        self._bursts: dict[int, Reach] = {}

    def start(self, reach: Reach) -> None:
        """Begin to count a burst."""
        while len(self._bursts) >= KEPT:
            del self._bursts[next(iter(self._bursts))]
        self._bursts[reach.burst.burst_id] = reach

    def of(self, burst_id: int) -> Reach | None:
        """The burst, while it is among the latest."""
        return self._bursts.get(burst_id)
