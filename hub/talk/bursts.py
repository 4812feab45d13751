"""What comes of a burst: radios and consoles are told, it is recorded, who hears it is counted, and it is an event."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Coroutine, Iterable
from typing import Any

import structlog

from devices.protocol import messages as wire
from hub.access.audit import THE_HUB
from hub.registry.records import TalkGroup
from hub.rooms import Rooms
from hub.talk import messages as out
from hub.talk.addresses import floor_topics
from hub.talk.burst_events import BurstEvents
from hub.talk.consoles import Consoles, Peer
from hub.talk.effects import Burst, KeyStuck
from hub.talk.floor import HANG_TIME_S
from hub.talk.groups import TemporaryGroups
from hub.talk.hub_calls import HUB_NAME, is_hub
from hub.talk.reach import MISSED_TOLD, Reach, ReachTable
from hub.talk.recording.messages import NewBurst
from hub.talk.recording.service import Recordings

_log = structlog.get_logger()
SUM_UP_AFTER_S = 1.0
"""A radio hears if its receipt came within 1 s."""


class Bursts:
    """Follows each burst from its grant until its reach is summed up."""

    def __init__(
        self,
        rooms: Rooms,
        recordings: Recordings,
        temporary: TemporaryGroups,
        consoles: Consoles,
        reach: ReachTable,
    ) -> None:
        self._registry = rooms.registry
        self._radios = rooms.radios
        self._bridge = rooms.bridge
        self._clock = rooms.clock
        self._recordings = recordings
        self._temporary = temporary
        self._consoles = consoles
        self._reach = reach
        self._events = BurstEvents(rooms.database, rooms.events)
        self._background: set[asyncio.Future[None]] = set()

    def started(self, group_id: str, burst: Burst) -> None:
        """Somebody speaks."""
        group = self._registry.find_group(group_id)
        if group is None:
            return
        reach = Reach(burst, group, self._name_of(burst.talker_id))
        reach.look(self._radios.is_online, self._clock.monotonic_us())
        self._reach.start(reach)
        self._record(reach)
        self._temporary.spoken_in(group_id)
        rings = self._consoles.begin(group, burst)
        self._say_to(group, self.taken(reach))
        self._tell_taken(reach, rings)
        self._in_background(self._events.started(reach))

    def ended(self, group_id: str, burst: Burst) -> None:
        """Nobody speaks any more."""
        self._recordings.end(burst.burst_id)
        reach = self._reach.of(burst.burst_id)
        if reach is not None:
            reach.ended_us = self._clock.monotonic_us()
        group = self._registry.find_group(group_id)
        if group is None:
            return
        stamp = self._bridge.stamper.stamp()
        self._say_to(group, wire.FloorIdle(stamp=stamp, group_id=group_id, burst_id=burst.burst_id))
        self._temporary.spoken_in(group_id)
        for peer in self._consoles.told(group_id):
            peer.say(out.Idle(group_id=group_id, burst_id=burst.burst_id))
        duration_s = (self._clock.monotonic_us() - burst.started_us) / 1e6
        self._in_background(self._sum_up(burst.burst_id, duration_s))

    def tell_reach(self, burst_id: int) -> None:
        """Tell consoles who hears, where that is other than they were told last."""
        reach = self._reach.of(burst_id)
        if reach is None or not (reach.look(self._radios.is_online, self._clock.monotonic_us()) or reach.ended):
            return
        for peer in self._consoles.told(reach.group.group_id):
            peer.say(self._heard_by(reach, peer))

    def console_left(self, burst_id: int, console_id: str) -> None:
        """A console went while this burst goes on: the answer to one who is not there any more rings at the others."""
        reach = self._reach.of(burst_id)
        if reach is not None and self._consoles.rings_since(reach.group, reach.burst, console_id):
            self._tell_taken(reach, True)

    def console_came(self, peer: Peer, under_way: Iterable[Burst]) -> None:
        """Tell a console that comes in the middle who called in vain a moment ago, who speaks, and who hears it."""
        allowed = self._consoles.allowed(peer)
        open_since_us = self._clock.monotonic_us() - round(HANG_TIME_S * 1e6)
        for reach in self._reach.since(open_since_us):
            group_id = reach.group.group_id
            if allowed.may(group_id) and self._consoles.waits(reach.group, reach.burst):
                peer.say(_taken(reach, rings=True))
                peer.say(out.Idle(group_id=group_id, burst_id=reach.burst.burst_id))
        for burst in under_way:
            spoken = self._reach.of(burst.burst_id)
            if spoken is not None and allowed.may(spoken.group.group_id):
                rings = burst.call is wire.CallKind.EMERGENCY or self._consoles.waits(spoken.group, burst)
                peer.say(_taken(spoken, rings))
                peer.say(self._heard_by(spoken, peer))

    def taken(self, reach: Reach) -> wire.FloorTaken:
        """Who speaks, as radios are told."""
        burst = reach.burst
        return wire.FloorTaken(
            stamp=self._bridge.stamper.stamp(),
            group_id=reach.group.group_id,
            call_id=burst.call_id,
            burst_id=burst.burst_id,
            talker_id=burst.talker_id,
            talker_name=reach.talker_name,
            call=burst.call,
        )

    def key_stuck(self, group_id: str, found: KeyStuck) -> None:
        """The voice of a talker goes on though the floor was revoked: the police room is told of a radio by name."""
        radio = self._registry.radios.get(found.talker_id)
        if radio is None:
            _log.warning("talk.console_speaks_on", console=found.talker_id, group=group_id, burst=found.burst_id)
            return
        body = out.StuckKey(radio_id=radio.radio_id, radio_name=radio.name, group_id=group_id, burst_id=found.burst_id)
        self._in_background(self._events.key_stuck(body))

    async def settle(self) -> None:
        """Return when all that ended is summed up and told of; at most SUM_UP_AFTER_S."""
        await asyncio.gather(*self._background)

    def _name_of(self, talker_id: str) -> str:
        """Of who speaks; the id alone where the registry knows the radio no longer."""
        peer = self._consoles.find(talker_id)
        if peer is not None:
            return peer.entrant.person.name
        if is_hub(talker_id):
            return HUB_NAME
        radio = self._registry.radios.get(talker_id)
        return radio.name if radio is not None else talker_id

    def _tell_taken(self, reach: Reach, rings: bool) -> None:
        taken = _taken(reach, rings)
        for peer in self._consoles.told(reach.group.group_id):
            peer.say(taken)

    def _heard_by(self, reach: Reach, peer: Peer) -> out.HeardBy:
        seen = filter(self._consoles.allowed(peer).sees, reach.missed)
        missed = (
            out.MissedRadio(radio_id=radio_id, heard_at_ms=self._radios.heard_at_ms(radio_id))
            for radio_id in itertools.islice(seen, MISSED_TOLD)
        )
        return out.HeardBy(
            burst_id=reach.burst.burst_id,
            radios_hearing=len(reach.hearing),
            radios_online=reach.radios_online,
            missed=tuple(missed),
            ended=reach.ended,
        )

    def _say_to(self, group: TalkGroup, message: wire.FloorTaken | wire.FloorIdle) -> None:
        """Say to the radios of a group who speaks, or that nobody does."""
        for topic in floor_topics(group):
            self._bridge.say(topic, message)

    def _record(self, reach: Reach) -> None:
        burst, talker_id = reach.burst, reach.burst.talker_id
        peer = self._consoles.find(talker_id)
        if peer is not None:
            talker_id = peer.entrant.person.person_id
        elif is_hub(talker_id):
            talker_id = THE_HUB
        self._recordings.begin(
            NewBurst(
                burst_id=burst.burst_id,
                call_id=burst.call_id,
                call_kind=reach.burst.call,
                group_id=reach.group.group_id,
                group_name=reach.group.name,
                talker_id=talker_id,
                talker_name=reach.talker_name,
                radios_online=reach.radios_online,
            )
        )

    async def _sum_up(self, burst_id: int, duration_s: float) -> None:
        await asyncio.sleep(SUM_UP_AFTER_S)
        reach = self._reach.of(burst_id)
        if reach is None:
            return
        reach.ended = True
        self._recordings.reached(burst_id, len(reach.hearing))
        self.tell_reach(burst_id)
        await self._events.ended(reach, duration_s)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def _taken(reach: Reach, rings: bool) -> out.Taken:
    """Who speaks, as consoles are told."""
    burst = reach.burst
    return out.Taken(
        group_id=reach.group.group_id,
        call_id=burst.call_id,
        burst_id=burst.burst_id,
        talker_id=burst.talker_id,
        talker_name=reach.talker_name,
        radios_online=reach.radios_online,
        call=burst.call,
        rings=rings,
    )
