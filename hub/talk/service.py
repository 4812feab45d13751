"""The talk room's front door: floor requests in, grants out, voice relayed to a talk group's radios and consoles."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from devices.protocol import messages as wire
from devices.protocol import topics
from devices.protocol.topics import DeviceKind, Down
from hub.bridge.refused import Refused
from hub.registry.records import TalkGroup
from hub.rooms import Rooms
from hub.talk import wording
from hub.talk.bursts import Bursts
from hub.talk.consoles import Consoles, Peer
from hub.talk.effects import Denied, Effects, Ended, Granted, KeyStuck, Press, Revoked, Taken
from hub.talk.floors import Floors
from hub.talk.groups import TemporaryGroups
from hub.talk.hub_calls import HubCall, HubCalls, is_hub
from hub.talk.radio_words import RadioWords
from hub.talk.reach import ReachTable
from hub.talk.recording.service import Recordings
from hub.talk.relay import Relay

LOOK_EVERY_S = 0.2
"""How often consoles are told how many hear; a floor is looked at when something is due, if that is sooner.

What a press brings about lies further ahead, so that nobody need be woken for it.
"""


class Talk:
    """One floor per talk group; whoever holds it is heard by the group's radios and the consoles that listen."""

    def __init__(
        self,
        rooms: Rooms,
        refused: Refused,
        recordings: Recordings,
        temporary: TemporaryGroups,
        talk_limit_s: float,
    ) -> None:
        self._rooms = rooms
        self._limit_s = talk_limit_s
        self._temporary = temporary
        self._reach = ReachTable()
        self._consoles = Consoles(rooms.registry, temporary, rooms.database)
        self._bursts = Bursts(rooms, recordings, temporary, self._consoles, self._reach)
        self._floors = Floors(talk_limit_s, rooms.clock, self._tell, self._consoles.whose)
        self._relay = Relay(rooms, refused, recordings, self._floors, self._reach, self._consoles)
        boot_id = rooms.bridge.stamper.boot_id
        self.hub_calls = HubCalls(self._floors, self._is_engaged, boot_id, rooms.clock, talk_limit_s)
        self._radio_words = RadioWords(self._floors, self._reach, self._consoles, self._tell_talker)

    def listen(self) -> None:
        """Hear the radios."""
        self._radio_words.listen(self._rooms.bridge)
        self._relay.listen()
        self._rooms.radios.when_gone(self._floors.leave)
        self._rooms.radios.when_gone(self._reach.gone)
        self._temporary.when_closed(self._group_closed)

    @property
    def bursts_under_way(self) -> int:
        """How many groups somebody speaks in."""
        return len(self._floors.bursts)

    @property
    def packets_relayed(self) -> int:
        """Voice packets that went on."""
        return self._relay.packets

    @property
    def packets_lost(self) -> int:
        """Packets that a radio missed, by the radios' own words."""
        return self._radio_words.packets_lost

    @property
    def packets_stale(self) -> int:
        """Packets that came to a radio too old, by the radios' own words."""
        return self._radio_words.packets_stale

    def observe_relay(self, observe: Callable[[float], None]) -> None:
        """Have ``observe`` told how many seconds each packet took here."""
        self._relay.observe = observe

    def join(self, peer: Peer) -> None:
        """A console connected: it is told of the calls that it comes into the middle of."""
        self._consoles.join(peer)
        self._bursts.console_came(peer, self._floors.bursts)

    def leave(self, peer: Peer) -> None:
        """A console went; if it was speaking, the floor is free, and who answers it rings at the others."""
        self._consoles.leave(peer)
        self._floors.leave(peer.talker_id)
        for burst in self._floors.bursts:
            self._bursts.console_left(burst.burst_id, peer.talker_id)

    async def run(self) -> None:
        """Take the floor back in the moment it is due and tell consoles who hears, until cancelled."""
        while True:
            await asyncio.sleep(self._floors.due_in_s(LOOK_EVERY_S))
            self._floors.look()
            for burst in self._floors.bursts:
                self._bursts.tell_reach(burst.burst_id)

    async def stop(self) -> None:
        """End every burst as the hub itself ends, while radios and consoles can still be told; at most SUM_UP_AFTER_S.

        A press from now on has no answer.
        """
        self._floors.stop()
        await self.settle()

    async def settle(self) -> None:
        """Return when every burst that ended has been told of, and who listens is on disk; at most SUM_UP_AFTER_S."""
        await asyncio.gather(self._consoles.settle(), self._bursts.settle())

    def tune(self, peer: Peer, group_ids: frozenset[str]) -> None:
        """A console listens to these groups as soon as the audit record is on disk; what it may not is ``denied``."""
        self._consoles.tune(peer, group_ids)

    def under_way(self, radio_id: str) -> list[wire.FloorTaken]:
        """Who speaks now in the groups that a radio belongs to, itself left out: for one that comes (late entry)."""
        reached = (self._reach.of(one.burst_id) for one in self._floors.bursts if one.talker_id != radio_id)
        return [
            self._bursts.taken(reach) for reach in reached if reach is not None and radio_id in reach.group.radio_ids
        ]

    def press(self, peer: Peer, group_id: str, request_id: str, call: wire.CallKind = wire.CallKind.GROUP) -> None:
        """A console's push-to-talk was pressed; it is answered by ``granted``, ``queued`` or ``denied``."""
        allowed = self._consoles.allowed(peer)
        denied = self._consoles.why_not(peer, group_id)
        if call is wire.CallKind.EMERGENCY or (call is wire.CallKind.BROADCAST and not allowed.may_broadcast(group_id)):
            denied = denied or wire.DenyReason.NOT_ALLOWED
        if denied is not None:
            peer.say(wording.denied(group_id, request_id, denied))
            return
        self._floors.request(group_id, Press(peer.talker_id, request_id, allowed.priority, call))

    def release(self, talker_id: str, burst_id: int) -> None:
        """Push-to-talk was let go."""
        self._floors.release(talker_id, burst_id)

    def cancel(self, talker_id: str, request_id: str) -> None:
        """Push-to-talk was let go before the floor came, as far as the talker knows."""
        self._floors.cancel(talker_id, request_id)

    def speak(self, talker_id: str, packet: bytes) -> None:
        """A voice packet of a talker. Raises VoicePacketError for bytes that are none; drops what no floor covers."""
        self._relay.speak(talker_id, packet)

    async def say(self, call: HubCall, frames: Sequence[bytes]) -> bool:
        """Say Opus frames of 20 ms in the hub's own name; whether all of them were said."""
        return await self.hub_calls.say(call, frames, self.speak)

    def _is_engaged(self, radio_id: str) -> bool:
        reached = (self._reach.of(one.burst_id) for one in self._floors.bursts)
        return any(
            radio_id in reach.group.radio_ids or radio_id == reach.burst.talker_id
            for reach in reached
            if reach is not None
        )

    def keep_emergency(self, radio_id: str, group_id: str) -> None:
        """From now on the radio has emergency priority in this group."""
        self._radio_words.keep_emergency(radio_id, group_id)

    def end_emergency(self, radio_id: str) -> None:
        """The radio is a guard's again; a burst under way goes on to its end."""
        self._radio_words.end_emergency(radio_id)

    def open_microphone(self, radio_id: str, group_id: str, request_id: str) -> None:
        """Begin an emergency call: the radio is granted the group's floor, or waits behind another emergency.

        It is told by ``granted`` or ``queued``, as if it had asked for the floor with this request. A press that is
        said again opens nothing once it was heard and its radio let go: nobody presses, and somebody may be answering.
        What the hub itself says to the radio ends: it would be heard beside who calls for help.
        """
        self.hub_calls.end(radio_id)
        self._radio_words.open_microphone(radio_id, group_id, request_id)

    def _group_closed(self, group: TalkGroup) -> None:
        """Whoever speaks in a group that was closed is cut off, who waits is told that it is no more."""
        self._reach.closed(group.group_id, self._rooms.clock.monotonic_us())
        floor = self._floors.close(group.group_id)
        if floor is None:
            return
        for press in floor.waiting:
            self._tell_talker(group.group_id, Denied(press, wire.DenyReason.UNKNOWN_GROUP))
        if floor.burst is not None:
            self._tell_talker(group.group_id, Revoked(floor.burst, wire.RevokeReason.CLOSED))
            self._bursts.ended(group.group_id, floor.burst)

    def _tell(self, group_id: str, told: Effects) -> None:
        """Tell what a floor decided, in its order."""
        for effect in told:
            if isinstance(effect, Taken):
                self._bursts.started(group_id, effect.burst)
            elif isinstance(effect, Ended):
                self._bursts.ended(group_id, effect.burst)
            elif isinstance(effect, KeyStuck):
                self._bursts.key_stuck(group_id, effect)
            else:
                self._tell_talker(group_id, effect)

    def _tell_talker(self, group_id: str, effect: wording.ToTalker) -> None:
        talker_id = wording.talker_of(effect)
        if isinstance(effect, Granted):
            self._radio_words.granted(effect)
        bridge, peer = self._rooms.bridge, self._consoles.find(talker_id)
        if peer is not None:
            peer.say(wording.for_console(effect, group_id, bridge.stamper.boot_id, self._limit_s))
        elif talker_id in self._rooms.registry.radios:
            told = wording.for_radio(effect, group_id, bridge.stamper.stamp(), self._limit_s)
            bridge.say(topics.down(DeviceKind.RADIO, talker_id, Down.FLOOR_CONTROL), told)
        elif is_hub(talker_id):
            self.hub_calls.told(effect)
