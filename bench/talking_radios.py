"""Light radios in their grids' talk groups, where one speaks in each, all at once; one thread (bench/listeners.py).

``python -m bench.talking_radios PACKETS STORE RADIO=GROUP...``. The first radio of each group speaks, and the others'
times count from each packet's sending. A talker who is not given the floor says nothing, and his packets count as lost.
"""

from __future__ import annotations

import random
import sys
import time
from functools import partial
from pathlib import Path

from bench import mqtt
from bench.listeners import Arrival, Listeners, Over, Turn, Written, allow_open_files, save
from bench.radios import LightRadio, credential_of
from devices.link.credential import Credential
from devices.protocol import messages, topics, voice
from devices.protocol.groups import FloorControl
from devices.protocol.messages import FloorGranted, FloorRequest
from devices.protocol.topics import STATUS_INTERVAL_S, DeviceKind, Down, Up
from devices.protocol.voice import FRAME_MS, MEDIA_TICKS_PER_FRAME, VoicePacket
from hub.bridge import packets
from simulators.radios.speech import reply_frames

_FRAME_S = FRAME_MS / 1000


class TalkingRadio(LightRadio):
    """A radio of one group, which may be its talker."""

    def __init__(self, credential: Credential, group_id: str) -> None:
        """Connect. Raises OSError, CredentialError when the broker does not let it in."""
        super().__init__(credential)
        self.group_id = group_id
        self._answers = topics.down(DeviceKind.RADIO, credential.device_id, Down.FLOOR_CONTROL)
        self._mouth = topics.up(DeviceKind.RADIO, credential.device_id, Up.VOICE)
        self.granted: FloorGranted | None = None
        self.sent_ns: list[int] = []

    def listen(self) -> None:
        self.line.send(mqtt.subscribe(1, topics.group_voice(self.group_id), topics.HUB_TICK))
        self.line.send(mqtt.subscribe(2, self._answers, qos=1))
        self.say_birth()

    def press(self) -> None:
        """Ask for the floor."""
        self.granted, self.sent_ns = None, []
        request = FloorRequest(stamp=self._stamp(), group_id=self.group_id, request_id=f"r{self._said}")
        self.say_surely(Up.FLOOR, request)

    def take(self, body: bytes) -> bool:
        """Take a PUBLISH at QoS 1; whether it gives the floor."""
        packet_id, topic, payload = mqtt.published_surely(body)
        self.line.send(packets.puback(packet_id))
        if topic != self._answers.encode():
            return False
        message: FloorControl = messages.decode(payload, FloorControl)  # type: ignore[arg-type]
        if not isinstance(message, FloorGranted):
            return False
        self.granted = message
        return True

    def say_packet(self, frame: bytes, *, last: bool) -> None:
        """Say the next 20 ms; with the last the burst is over."""
        assert self.granted is not None
        number = len(self.sent_ns)
        packet = VoicePacket(
            call_id=self.granted.call_id,
            burst_id=self.granted.burst_id,
            sequence=number,
            media_time=number * MEDIA_TICKS_PER_FRAME,
            boot_id=self._boot_id,
            monotonic_us=time.monotonic_ns() // 1000,
            wall_us=time.time_ns() // 1000,
            last=last,
            frames=(frame,),
        )
        sealed = self._sealer.seal(self._mouth, voice.encode(packet))
        self.sent_ns.append(time.time_ns())
        self.line.send(packets.publish(self._mouth, sealed))


class TalkingRadios:
    """All of them."""

    def __init__(self, packet_count: int, radios: list[TalkingRadio], listeners: Listeners) -> None:
        self._packet_count = packet_count
        self._radios = radios
        self._listeners = listeners
        self._streams = [packets.Packets() for _ in radios]
        self._frames = reply_frames()
        self._talkers: dict[str, TalkingRadio] = {}
        self._voice: list[tuple[int, int, bytes]] = []
        listeners.at_once = self._take
        for index, radio in enumerate(radios):
            self._talkers.setdefault(radio.group_id, radio)
            listeners.add(index, radio.line.socket)
            radio.listen()
            listeners.later(STATUS_INTERVAL_S * random.random(), partial(self._keep_saying, radio))

    def turn(self, _turn: Turn) -> None:
        """Each talker presses, at a moment of his own."""
        self._voice = []
        for talker in self._talkers.values():
            self._listeners.later(_FRAME_S * random.random(), talker.press)

    def over(self, over: Over, _arrivals: list[Arrival]) -> Written:
        delays_ns: dict[tuple[int, int], int] = {}
        rows = {radio: row for row, radio in enumerate(one for one in self._radios if not self._talks(one))}
        for index, arrived_ns, body in self._voice:
            radio = self._radios[index]
            talker = self._talkers[radio.group_id]
            topic, payload = mqtt.published(body)
            if radio not in rows or talker.granted is None or topic != topics.group_voice(radio.group_id).encode():
                continue
            packet = voice.decode(payload)
            if packet.burst_id == talker.granted.burst_id:
                delay_ns = arrived_ns - talker.sent_ns[packet.sequence]
                delays_ns.setdefault((rows[radio], packet.sequence), delay_ns)
        save(delays_ns, len(rows), over)
        return Written()

    def _talks(self, radio: TalkingRadio) -> bool:
        return self._talkers[radio.group_id] is radio

    def _take(self, arrival: Arrival) -> None:
        radio = self._radios[arrival.listener]
        for first, body in self._streams[arrival.listener].feed(radio.line.received(arrival.data)):
            if first == packets.PUBLISH:
                self._voice.append((arrival.listener, arrival.arrived_ns, body))
            elif first & 0xF6 == packets.PUBLISH | 2 and radio.take(body):
                self._speak(radio, time.monotonic())

    def _speak(self, talker: TalkingRadio, began_s: float) -> None:
        said = len(talker.sent_ns)
        talker.say_packet(self._frames[said % len(self._frames)], last=said == self._packet_count - 1)
        if said < self._packet_count - 1:
            next_s = began_s + (said + 1) * _FRAME_S
            self._listeners.later(max(0.0, next_s - time.monotonic()), partial(self._speak, talker, began_s))

    def _keep_saying(self, radio: TalkingRadio) -> None:
        radio.say_status()
        self._listeners.later(STATUS_INTERVAL_S, partial(self._keep_saying, radio))


def main() -> None:
    """Be the radios until standard input ends."""
    packet_count, store, *members = sys.argv[1:]
    radios = []
    allow_open_files(len(members))
    for member in members:
        name, _, group_id = member.partition("=")
        radios.append(TalkingRadio(credential_of(Path(store) / name), group_id))
    listeners = Listeners()
    listeners.run(TalkingRadios(int(packet_count), radios, listeners))


if __name__ == "__main__":
    main()
