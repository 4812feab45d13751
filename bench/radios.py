"""Light radios: enrolled, on line and in group ``all`` as real ones are, but read by one thread (bench/listeners.py).

They say Birth, their status and what they heard, each under its own seal, so that the hub has the work of real ones.
Over TLS a packet has the time at which the kernel had its last bytes; it is decrypted when the turn is over.
They play nothing. ``python -m bench.radios STORE RADIO...``; the last radio comes in mid-burst, again and again.
"""

from __future__ import annotations

import random
import secrets
import socket
import sys
import time
from collections import defaultdict
from functools import partial
from pathlib import Path

from bench import mqtt
from bench.listeners import Arrival, Listeners, Over, Turn, Written, allow_open_files, save
from bench.tls import Tls
from devices.link.credential import Credential
from devices.protocol import messages, topics, voice
from devices.protocol.seal import Sealer
from devices.protocol.topics import STATUS_INTERVAL_S, DeviceKind, Up
from devices.radio.radio import HEARD_WITHIN_S
from hub.bridge import packets

GROUP = "all"
KEEPALIVE_S = 10
MOST_PACKET_IDS = 65_535
COMES_IN_EVERY_S = 0.35
STAYS_S = 0.15
_VOICE, _FLOOR = topics.group_voice(GROUP), topics.group_floor(GROUP)


class Line:
    """A connection to the broker: one radio's own, or shared by radios whose credentials have one broker user."""

    def __init__(self, credential: Credential) -> None:
        """Connect as this device. Raises OSError, CredentialError when the broker does not let it in."""
        self._surely_said = 0
        broker = credential.broker
        self.socket = socket.create_connection((broker.host, broker.port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        context = credential.tls()
        self._tls = Tls(context, self.socket, broker.host) if context is not None else None
        self.send(packets.connect(f"radio-{credential.device_id}", broker.username, broker.password, KEEPALIVE_S))
        answer = b""
        while not answer and (said := self.socket.recv(4096)):  # TLS has words of its own before the broker's
            answer = self.received(said)
        if answer[:1] != bytes((packets.CONNACK,)):
            raise ConnectionRefusedError(f"the broker does not let {credential.device_id} in: {answer!r}")

    def send(self, packet: bytes) -> None:
        """Say a packet to the broker."""
        self.socket.sendall(packet if self._tls is None else self._tls.encrypted(packet))

    def received(self, data: bytes) -> bytes:
        """What the broker said with these bytes of the line, taken in the order in which they came."""
        return data if self._tls is None else self._tls.decrypted(data)

    def publish_surely(self, topic: str, payload: bytes) -> None:
        """Say a message at QoS 1."""
        self._surely_said = self._surely_said % MOST_PACKET_IDS + 1
        self.send(packets.publish_surely(self._surely_said, topic, payload))


class LightRadio:
    """One radio, and what it says on its line."""

    def __init__(self, credential: Credential, line: Line | None = None) -> None:
        """Connect, unless it is given a line. Raises OSError, CredentialError when the broker does not let it in."""
        self._id = credential.device_id
        self._boot_id = secrets.randbits(53)
        self._birth_count = time.time_ns() // 1_000_000
        self._sealer = Sealer(credential.seal_key, self._birth_count)
        self._said = 0
        self.line = line or Line(credential)

    def listen(self) -> None:
        """Hear the group, and say so: the hub then counts this radio."""
        self.line.send(mqtt.subscribe(1, _VOICE, _FLOOR, topics.HUB_TICK))
        self.say_birth()

    def say_birth(self) -> None:
        """Come on line."""
        birth = messages.Birth(stamp=self._stamp(), birth_count=self._birth_count, software="bench")
        self._say(Up.BIRTH, birth, retain=True)

    def say_status(self) -> None:
        """Once every STATUS_INTERVAL_S, which also keeps the line alive."""
        self._say(Up.STATUS, messages.DeviceStatus(stamp=self._stamp(), birth_count=self._birth_count))

    def say_heard(self, burst_id: int, packets: int, lost: int, ended: bool) -> None:
        """What it heard of a burst."""
        heard = messages.BurstHeard(
            stamp=self._stamp(), burst_id=burst_id, packets=packets, lost=lost, stale=0, late_us=0, ended=ended
        )
        self._say(Up.HEARD, heard)

    def _stamp(self) -> messages.Stamp:
        self._said += 1
        return messages.Stamp(
            boot_id=self._boot_id,
            sequence=self._said,
            monotonic_us=time.monotonic_ns() // 1000,
            wall_us=time.time_ns() // 1000,
        )

    def say_surely(self, what: Up, message: messages.Message) -> None:
        """Say a message at QoS 1."""
        topic = topics.up(DeviceKind.RADIO, self._id, what)
        self.line.publish_surely(topic, self._sealer.seal(topic, messages.encode(message)))

    def _say(self, what: Up, message: messages.Message, *, retain: bool = False) -> None:
        topic = topics.up(DeviceKind.RADIO, self._id, what)
        payload = self._sealer.seal(topic, messages.encode(message))
        self.line.send((mqtt.retained if retain else packets.publish)(topic, payload))


class LateRadio:
    """A radio that comes into the group in mid-burst, and goes, and comes again."""

    def __init__(self, radio: LightRadio, listeners: Listeners) -> None:
        self._radio = radio
        self._listeners = listeners
        self._stays: list[int] = []
        self._turn = 0

    def turn(self) -> None:
        """Begin to come and go."""
        self._stays = []
        self._turn += 1
        self._listeners.later(COMES_IN_EVERY_S * random.random() + STAYS_S, partial(self._come, self._turn))

    def over(self, voice_ns: list[int]) -> tuple[float, ...]:
        """Milliseconds from each coming to the first of the packets that arrived (``voice_ns``, in order)."""
        self._turn += 1
        found = []
        for came_ns in self._stays:
            first_ns = next((one for one in voice_ns if one >= came_ns), None)
            if first_ns is not None and first_ns - came_ns < STAYS_S * 1e9:
                found.append((first_ns - came_ns) / 1e6)
        return tuple(found)

    def _come(self, turn: int) -> None:
        if turn != self._turn:
            return
        self._stays.append(time.time_ns())
        self._radio.line.send(mqtt.subscribe(2, _VOICE))
        self._listeners.later(STAYS_S, self._go)
        self._listeners.later(COMES_IN_EVERY_S + 0.02 * random.random(), partial(self._come, turn))

    def _go(self) -> None:
        self._radio.line.send(mqtt.unsubscribe(3, _VOICE))


class LightRadios:
    """All of them."""

    def __init__(self, credentials: list[Credential], listeners: Listeners) -> None:
        """The last is the one that comes late."""
        self._lines = [LightRadio(one) for one in credentials]
        *self._radios, last = self._lines
        self._listeners = listeners
        self._late = LateRadio(last, listeners)
        self._late_index = len(self._radios)
        self._streams = [packets.Packets() for _ in credentials]
        for index, radio in enumerate(self._lines):
            listeners.add(index, radio.line.socket)
            radio.say_birth() if radio is last else radio.listen()
            listeners.later(STATUS_INTERVAL_S * random.random(), partial(self._keep_saying, radio))
        self._turn = Turn(0, False)

    def turn(self, turn: Turn) -> None:
        self._turn = turn
        self._late.turn()
        if turn.says_heard:
            for radio in self._radios:
                self._soon(partial(radio.say_heard, turn.burst_id, 1, 0, False))

    def over(self, over: Over, arrivals: list[Arrival]) -> Written:
        arrived, late_ns = self._take_apart(arrivals)
        save(arrived, len(self._radios), over)
        if self._turn.says_heard:
            heard: dict[int, int] = defaultdict(int)
            for listener, _ in arrived:
                heard[listener] += 1
            for index, radio in enumerate(self._radios):
                lost = over.packets - heard[index]
                self._soon(partial(radio.say_heard, self._turn.burst_id, heard[index], lost, True))
        return Written(self._late.over(late_ns))

    def _take_apart(self, arrivals: list[Arrival]) -> tuple[dict[tuple[int, int], int], list[int]]:
        """When each packet of the burst arrived at each radio, and when any did at the late one."""
        topic = _VOICE.encode()
        arrived: dict[tuple[int, int], int] = {}
        late_ns = []
        for arrival in arrivals:
            said = self._lines[arrival.listener].line.received(arrival.data)
            for first, body in self._streams[arrival.listener].feed(said):
                if first != packets.PUBLISH:
                    continue
                name, payload = mqtt.published(body)
                if name != topic:
                    continue
                packet = voice.decode(payload)
                if packet.burst_id != self._turn.burst_id:
                    continue
                if arrival.listener == self._late_index:
                    late_ns.append(arrival.arrived_ns)
                else:
                    arrived.setdefault((arrival.listener, packet.sequence), arrival.arrived_ns)
        return arrived, late_ns

    def _soon(self, what: partial[None]) -> None:
        self._listeners.later(HEARD_WITHIN_S * random.random(), what)

    def _keep_saying(self, radio: LightRadio) -> None:
        radio.say_status()
        self._listeners.later(STATUS_INTERVAL_S, partial(self._keep_saying, radio))


def credential_of(folder: Path) -> Credential:
    """What the radio of this folder was enrolled with. Ends the process where there is none."""
    credential = Credential.load(folder)
    if credential is None:
        raise SystemExit(f"radio {folder.name} has no credential: enrol it first")
    return credential


def main() -> None:
    """Be the radios until standard input ends."""
    store, *names = sys.argv[1:]
    credentials = [credential_of(Path(store) / name) for name in names]
    allow_open_files(len(credentials))
    listeners = Listeners()
    listeners.run(LightRadios(credentials, listeners))


if __name__ == "__main__":
    main()
