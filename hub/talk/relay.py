"""The relay: each voice packet that a floor covers goes on to radios and consoles, untouched but for its clock."""

from __future__ import annotations

from collections.abc import Callable

from devices.protocol import voice
from hub.bridge.refused import Refused, RefusedReason
from hub.rooms import Rooms
from hub.talk.consoles import Consoles
from hub.talk.floors import Floors
from hub.talk.reach import Reach, ReachTable
from hub.talk.recording.service import Recordings
from hub.talk.voice_way import MqttVoice, VoiceWay


class Relay:
    """Where every packet of every talker passes. ``observe`` is told what each took, in seconds."""

    def __init__(
        self,
        rooms: Rooms,
        refused: Refused,
        recordings: Recordings,
        floors: Floors,
        reach: ReachTable,
        consoles: Consoles,
    ) -> None:
        self._clock = rooms.clock
        self._stamper = rooms.bridge.stamper
        self._way: VoiceWay = MqttVoice(rooms.bridge)
        self._refused = refused
        self._recordings = recordings
        self._floors = floors
        self._reach = reach
        self._consoles = consoles
        self.packets = 0
        self.observe: Callable[[float], None] = lambda seconds: None

    def listen(self) -> None:
        """Hear the radios."""
        self._way.hear(self.speak)

    def speak(self, talker_id: str, packet: bytes) -> None:
        """A voice packet of a talker. Raises VoicePacketError for bytes that are none; drops what no floor covers."""
        header = voice.decode(packet)
        now_us = self._clock.monotonic_us()
        reach = self._reach.of(header.burst_id)
        floor = self._floors.by_group.get(reach.group.group_id) if reach else None
        if reach is None or floor is None or not floor.voice(talker_id, header.burst_id, now_us):
            self._overrun(talker_id, header, reach, now_us)
            return
        self.packets += 1
        reach.is_voiced = True
        stamped = voice.restamp(packet, self._stamper.boot_id, now_us, self._clock.wall_us())
        self._way.send(reach.group, talker_id, stamped)
        for peer in self._consoles.hearing(reach.group, reach.burst):
            peer.play(stamped)
        self.observe((self._clock.monotonic_us() - now_us) / 1e6)
        self._recordings.packet(header, now_us)
        if header.last:
            self._floors.release(talker_id, header.burst_id)

    def _overrun(self, talker_id: str, header: voice.VoicePacket, reach: Reach | None, now_us: int) -> None:
        """A packet that no floor covers: what was under way when the floor was revoked is nobody's fault."""
        if reach is not None and reach.is_cut_off(talker_id, now_us):
            return
        floor = self._floors.by_group.get(reach.group.group_id) if reach is not None else None
        if reach is None or floor is None or not floor.is_revoked(talker_id, header.burst_id):
            self._refused.add(talker_id, "voice", RefusedReason.NO_FLOOR, f"burst {header.burst_id} is not under way")
            return
        media_us = header.media_time * 1_000_000 // voice.MEDIA_CLOCK_HZ
        self._floors.overrun(reach.group.group_id, talker_id, header.burst_id, media_us)
        if header.last:
            self._floors.release(talker_id, header.burst_id)
