"""Who hears a burst and who does not: counted from the radios' own words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from devices.protocol.messages import BurstHeard
from hub.registry.records import TalkGroup
from hub.talk.effects import Burst

KEPT = 256
"""Bursts whose hearing is still counted; the oldest that is over goes first: without it no voice of a burst passes."""
HEARS_WITHIN_US = 1_000_000
"""A radio on line that has not said within 1 s of the burst's start that it hears is one that does not."""
CLOSED_GRACE_US = 5_000_000
"""Voice under way when its group was closed comes for so long without blame: a line may stand still for seconds."""
MISSED_TOLD = 200
"""Radios that do not hear are named up to so many: in the events, and to each console of those in its places."""


@dataclass
class Reach:
    """How far one burst came."""

    burst: Burst
    group: TalkGroup
    talker_name: str
    hearing: set[str] = field(default_factory=set)
    """Who said that it hears, and did not lose its line since."""
    radios_online: int = 0
    """Of the group, without the talker; as ``look`` found it."""
    missed: tuple[str, ...] = ()
    """Who does not hear, as ``look`` found it: off line, or on line without a word that it hears."""
    ended: bool = False
    """It is summed up."""
    ended_us: int | None = None
    """When its talker had the floor no more."""
    is_voiced: bool = False
    """Whether a packet of it came."""
    closed_us: int | None = None
    """When its group was closed."""
    _seen: tuple[int, int, tuple[str, ...]] | None = None

    def __post_init__(self) -> None:
        self._listeners = frozenset(self.group.radio_ids) - {self.burst.talker_id}

    def is_listener(self, radio_id: str) -> bool:
        """Whether a radio is to hear it: of the group, and not its talker."""
        return radio_id in self._listeners

    def heard(self, radio_id: str, heard: BurstHeard) -> None:
        """One radio's word on this burst."""
        if heard.packets > 0:
            self.hearing.add(radio_id)

    def fell_silent(self, radio_id: str) -> None:
        """Nothing of it comes to a radio any more, which says so: it does not hear until it says that it does again."""
        self.hearing.discard(radio_id)

    def is_cut_off(self, talker_id: str, now_us: int) -> bool:
        """Whether this is the talker's voice that was under way when the group was closed."""
        is_own = talker_id == self.burst.talker_id
        return is_own and self.closed_us is not None and now_us - self.closed_us < CLOSED_GRACE_US

    def look(self, is_online: Callable[[str], bool], now_us: int) -> bool:
        """See who is on line and who does not hear; true when that, or who hears, is other than at the last look."""
        others = [radio_id for radio_id in self.group.radio_ids if radio_id != self.burst.talker_id]
        online = set(filter(is_online, others))
        has_had_time = now_us - self.burst.started_us >= HEARS_WITHIN_US
        self.radios_online = len(online)
        self.missed = tuple(
            radio_id for radio_id in others if radio_id not in self.hearing and (has_had_time or radio_id not in online)
        )
        before, self._seen = self._seen, (len(self.hearing), len(online), self.missed)
        return before != self._seen


class ReachTable:
    """The latest bursts by id; bounded to KEPT."""

    def __init__(self) -> None:
        self._bursts: dict[int, Reach] = {}

    def start(self, reach: Reach) -> None:
        """Begin to count a burst."""
        while len(self._bursts) >= KEPT:
            over = (burst_id for burst_id, one in self._bursts.items() if one.ended)
            del self._bursts[next(over, next(iter(self._bursts)))]
        self._bursts[reach.burst.burst_id] = reach

    def of(self, burst_id: int) -> Reach | None:
        """The burst, while it is among the latest."""
        return self._bursts.get(burst_id)

    def since(self, at_us: int) -> Iterator[Reach]:
        """Those of the latest that were over at this time or later, in the order in which they began."""
        return (one for one in self._bursts.values() if one.ended_us is not None and one.ended_us >= at_us)

    def closed(self, group_id: str, now_us: int) -> None:
        """A group is no more: what was said in it lately is followed by packets that nobody is to blame for."""
        for reach in self._bursts.values():
            if reach.group.group_id == group_id:
                reach.closed_us = now_us

    def gone(self, radio_id: str) -> None:
        """A radio's line ended: it hears nothing until it says so again."""
        for reach in self._bursts.values():
            if not reach.ended:
                reach.hearing.discard(radio_id)
