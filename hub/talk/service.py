"""The talk room's front door: floor requests in, grants out, voice packets relayed untouched to group and consoles."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from devices.protocol import messages as wire
from devices.protocol import topics, voice
from devices.protocol.clock import Clock
from devices.protocol.topics import DeviceKind, Down, Up
from hub.bridge.client import Bridge
from hub.bridge.refused import Refused, RefusedReason
from hub.events.log import EventLog
from hub.registry.radios import RadioRoll
from hub.registry.records import TalkGroup
from hub.registry.service import Registry
from hub.storage.database import Database
from hub.storage.identifiers import new_number
from hub.talk import wording
from hub.talk.barred import Barred
from hub.talk.bursts import Bursts
from hub.talk.consoles import Consoles, Peer
from hub.talk.effects import Denied, Effects, Ended, KeyStuck, Press, Priority, Revoked, Taken
from hub.talk.floor import Floor
from hub.talk.groups import TemporaryGroups
from hub.talk.reach import Reach, ReachTable
from hub.talk.recording.service import Recordings
from hub.talk.voice_way import MqttVoice, VoiceWay

_log = structlog.get_logger()
LOOK_EVERY_S = 0.2
"""How often consoles are told how many hear; a floor is looked at when something is due, if that is sooner."""


class Talk:
    """One floor per talk group; whoever holds it is heard by the group's radios and the consoles that listen."""

    def __init__(
        self,
        registry: Registry,
        radios: RadioRoll,
        bridge: Bridge,
        refused: Refused,
        database: Database,
        events: EventLog,
        clock: Clock,
        recordings: Recordings,
        talk_limit_s: float,
        temporary: TemporaryGroups,
    ) -> None:
        self._registry = registry
        self._radios = radios
        self._bridge = bridge
        self._voice: VoiceWay = MqttVoice(bridge)
        self._refused = refused
        self._database = database
        self._events = events
        self._clock = clock
        self._recordings = recordings
        self._limit_s = talk_limit_s
        self._temporary = temporary
        self._floors: dict[str, Floor] = {}
        self._barred = Barred()
        self._reach = ReachTable()
        self._consoles = Consoles(registry, temporary, database)
        self._emergencies: dict[str, str] = {}
        """Radio: the group in which it has emergency priority."""
        self._bursts = Bursts(
            registry, radios, bridge, database, events, clock, recordings, temporary, self._consoles, self._reach
        )
        self._is_stopping = False
        self.packets_relayed = 0
        self.packets_lost = 0
        self.packets_stale = 0
        """Packets that a radio missed, and such as came to it too old, by the radios' own words."""
        self.observe_relay: Callable[[float], None] = lambda seconds: None

    def listen(self) -> None:
        """Hear the radios."""
        self._bridge.on(DeviceKind.RADIO, Up.FLOOR, wire.FloorUp, self._radio_floor)
        self._bridge.on(DeviceKind.RADIO, Up.HEARD, wire.BurstHeard, self._radio_heard)
        self._voice.hear(self.speak)
        self._radios.when_gone(self._talker_left)
        self._radios.when_gone(self._reach.gone)
        self._temporary.when_closed(self._group_closed)

    @property
    def bursts_under_way(self) -> int:
        """How many groups somebody speaks in."""
        return sum(floor.burst is not None for floor in self._floors.values())

    def join(self, peer: Peer) -> None:
        """A console connected."""
        self._consoles.join(peer)

    def leave(self, peer: Peer) -> None:
        """A console went; if it was speaking, the floor is free."""
        self._consoles.leave(peer)
        self._talker_left(peer.talker_id)

    def _talker_left(self, talker_id: str) -> None:
        for group_id, floor in self._floors_of(talker_id):
            self._tell(group_id, floor.leave(talker_id, self._clock.monotonic_us()))

    def _floors_of(self, talker_id: str) -> list[tuple[str, Floor]]:
        """The floors on which this talker speaks, waits or was revoked."""
        return [(group_id, floor) for group_id, floor in self._floors.items() if floor.concerns(talker_id)]

    async def run(self) -> None:
        """Take the floor back in the moment it is due and tell consoles who hears, until cancelled."""
        while True:
            await asyncio.sleep(self._look_in_s())
            now_us = self._clock.monotonic_us()
            for group_id, floor in self._floors.items():
                self._tell(group_id, floor.look(now_us))
                if floor.burst is not None:
                    self._bursts.tell_reach(floor.burst.burst_id)

    def _look_in_s(self) -> float:
        """What a press brings about lies further ahead than LOOK_EVERY_S, so that nobody need be woken for it."""
        dues_us = [floor.due_us for floor in self._floors.values() if floor.due_us is not None]
        left_s = (min(dues_us) - self._clock.monotonic_us()) / 1e6 if dues_us else LOOK_EVERY_S
        return min(max(left_s, 0.0), LOOK_EVERY_S)

    async def stop(self) -> None:
        """End every burst as the hub itself ends, while radios and consoles can still be told; at most SUM_UP_AFTER_S.

        A press from now on has no answer.
        """
        self._is_stopping = True
        for group_id, floor in self._floors.items():
            self._tell(group_id, floor.stop(self._clock.monotonic_us()))
        await self.settle()

    async def settle(self) -> None:
        """Return when every burst that ended has been told of, and who listens is on disk; at most SUM_UP_AFTER_S."""
        await asyncio.gather(self._consoles.settle(), self._bursts.settle())

    def tune(self, peer: Peer, group_ids: frozenset[str]) -> None:
        """A console listens to these groups as soon as the audit record is on disk; what it may not is ``denied``."""
        self._consoles.tune(peer, group_ids)

    def _group_closed(self, group: TalkGroup) -> None:
        """Whoever speaks in a group that was closed is cut off, who waits is told that it is no more."""
        self._reach.closed(group.group_id, self._clock.monotonic_us())
        floor = self._floors.pop(group.group_id, None)
        if floor is None:
            return
        for press in floor.waiting:
            self._tell_talker(group.group_id, Denied(press, wire.DenyReason.UNKNOWN_GROUP))
        if floor.burst is not None:
            self._tell_talker(group.group_id, Revoked(floor.burst, wire.RevokeReason.CLOSED))
            self._bursts.ended(group.group_id, floor.burst)

    def under_way(self, radio_id: str) -> list[wire.FloorTaken]:
        """Who speaks now in the groups that a radio belongs to, itself left out: for one that comes (late entry)."""
        speaking = [floor.burst for floor in self._floors.values() if floor.burst is not None]
        reached = (self._reach.of(burst.burst_id) for burst in speaking if burst.talker_id != radio_id)
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
        self._request(group_id, Press(peer.talker_id, request_id, allowed.priority, call))

    def release(self, talker_id: str, burst_id: int) -> None:
        """Push-to-talk was let go."""
        for group_id, floor in self._floors_of(talker_id):
            self._tell(group_id, floor.release(talker_id, burst_id, self._clock.monotonic_us()))

    def cancel(self, talker_id: str, request_id: str) -> None:
        """Push-to-talk was let go before the floor came, as far as the talker knows."""
        for group_id, floor in self._floors_of(talker_id):
            self._tell(group_id, floor.cancel(talker_id, request_id, self._clock.monotonic_us()))

    def speak(self, talker_id: str, packet: bytes) -> None:
        """A voice packet of a talker. Raises VoicePacketError for bytes that are none; drops what no floor covers."""
        header = voice.decode(packet)
        now_us = self._clock.monotonic_us()
        reach = self._reach.of(header.burst_id)
        floor = self._floors.get(reach.group.group_id) if reach else None
        if reach is None or floor is None or not floor.voice(talker_id, header.burst_id, now_us):
            self._overrun(talker_id, header, reach, now_us)
            return
        self.packets_relayed += 1
        stamped = voice.restamp(packet, self._bridge.stamper.boot_id, now_us, self._clock.wall_us())
        self._voice.send(reach.group, talker_id, stamped)
        for peer in self._consoles.hearing(reach.group, reach.burst):
            peer.play(stamped)
        self.observe_relay((self._clock.monotonic_us() - now_us) / 1e6)
        self._recordings.packet(header, now_us)
        if header.last:
            self.release(talker_id, header.burst_id)

    def _overrun(self, talker_id: str, header: voice.VoicePacket, reach: Reach | None, now_us: int) -> None:
        """A packet that no floor covers: what was under way when the floor was revoked is nobody's fault."""
        if reach is not None and reach.is_cut_off(talker_id, now_us):
            return
        floor = self._floors.get(reach.group.group_id) if reach is not None else None
        if reach is None or floor is None or not floor.is_revoked(talker_id, header.burst_id):
            self._refused.add(talker_id, "voice", RefusedReason.NO_FLOOR, f"burst {header.burst_id} is not under way")
            return
        media_us = header.media_time * 1_000_000 // voice.MEDIA_CLOCK_HZ
        self._tell(reach.group.group_id, floor.overrun(talker_id, header.burst_id, media_us, now_us))
        if header.last:
            self.release(talker_id, header.burst_id)

    def _request(self, group_id: str, press: Press) -> None:
        if self._is_stopping:
            return
        floor = self._floors.get(group_id)
        if floor is None:
            floor = self._floors[group_id] = Floor(self._limit_s, new_number, self._barred)
        self._tell(group_id, floor.request(press, self._clock.monotonic_us()))

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
        for talker_id in _barred_by(told):
            self._turn_away(talker_id, group_id)

    def _turn_away(self, talker_id: str, barred_in: str) -> None:
        """Who was barred in one group neither waits nor goes on in another."""
        for group_id, floor in self._floors_of(talker_id):
            if group_id != barred_in:
                self._tell(group_id, floor.turn_away(talker_id, self._clock.monotonic_us()))

    def _tell_talker(self, group_id: str, effect: wording.ToTalker) -> None:
        talker_id = wording.talker_of(effect)
        peer = self._consoles.find(talker_id)
        if peer is not None:
            peer.say(wording.for_console(effect, group_id, self._bridge.stamper.boot_id, self._limit_s))
        elif talker_id in self._registry.radios:
            told = wording.for_radio(effect, group_id, self._bridge.stamper.stamp(), self._limit_s)
            self._bridge.say(topics.down(DeviceKind.RADIO, talker_id, Down.FLOOR_CONTROL), told)

    def keep_emergency(self, radio_id: str, group_id: str) -> None:
        """From now on the radio has emergency priority in this group."""
        self._emergencies[radio_id] = group_id

    def end_emergency(self, radio_id: str) -> None:
        """The radio is a guard's again; a burst under way goes on to its end."""
        self._emergencies.pop(radio_id, None)

    def open_microphone(self, radio_id: str, group_id: str, request_id: str) -> None:
        """Begin an emergency call: the radio is granted the group's floor, or waits behind another emergency.

        It is told by ``granted`` or ``queued``, as if it had asked for the floor with this request.
        """
        self.keep_emergency(radio_id, group_id)
        group = self._consoles.group(group_id)
        if group is not None and radio_id in group.radio_ids:
            self._request(group_id, self._press_of(radio_id, group_id, request_id))

    def _press_of(self, radio_id: str, group_id: str, request_id: str) -> Press:
        if self._emergencies.get(radio_id) == group_id:
            return Press(radio_id, request_id, Priority.EMERGENCY, wire.CallKind.EMERGENCY)
        return Press(radio_id, request_id, Priority.GUARD)

    def _radio_floor(self, radio_id: str, message: wire.FloorUp) -> None:
        if isinstance(message, wire.FloorRelease):
            self.release(radio_id, message.burst_id)
            return
        if isinstance(message, wire.FloorCancel):
            self.cancel(radio_id, message.request_id)
            return
        group = self._consoles.group(message.group_id)
        press = self._press_of(radio_id, message.group_id, message.request_id)
        if group is None:
            self._tell_talker(message.group_id, Denied(press, wire.DenyReason.UNKNOWN_GROUP))
        elif radio_id not in group.radio_ids:
            self._tell_talker(message.group_id, Denied(press, wire.DenyReason.NOT_A_MEMBER))
        else:
            self._request(message.group_id, press)

    def _radio_heard(self, radio_id: str, heard: wire.BurstHeard) -> None:
        reach = self._reach.of(heard.burst_id)
        if reach is not None:
            reach.heard(radio_id, heard)
            if heard.ended:
                self.packets_lost += heard.lost
                self.packets_stale += heard.stale
            floor = self._floors.get(reach.group.group_id)  # none where the group was closed
            if heard.ended and floor is not None and floor.burst == reach.burst:
                reach.fell_silent(radio_id)


def _barred_by(told: Effects) -> list[str]:
    """Who is locked out, or has a stuck key, by what a floor decided."""
    stuck = [effect.talker_id for effect in told if isinstance(effect, KeyStuck)]
    revoked = [effect for effect in told if isinstance(effect, Revoked)]
    return stuck + [one.burst.talker_id for one in revoked if one.reason is wire.RevokeReason.TOO_LONG]
